"""The tables of the forecast are made of files of tasks and networks."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnn_geometry.geometry.network import FILE_ONLY
from rnn_geometry.geometry.tables import FROM_STATISTICS, OF_GEOMETRY
from rnn_geometry.stages import keep_forecast
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame
from rnn_geometry.tasks.sentences import Sentences, write_sentences

PARAMS = SimpleNamespace(
    trained=["news-0-1", "news-0-2"],
    whole=["news"],
    margin=0.1,
    sweeps=[["near", "news-0-1"], ["far", "news-0-2"]],
)


def meta(name, classes):
    return {
        "name": name,
        "class_names": [f"class {i}" for i in range(classes)],
        "label_ids": {f"class {i}": [i] for i in range(classes)},
        "ordered": False,
        "multi_label": False,
        "rows": {"train": 60},
        "mean_length": 10.0,
        "settings": {"data_seed": 10, "source": {"folder": "news"}},
        "source": {"files": {"train": {"path": "news/train.csv", "sha256": "abc"}}},
    }


@pytest.fixture
def kept(tmp_path):
    """Keep the tables of two sets of two classes, and of all three."""
    rows = [[label] * 5 + [3] * 5 for label in range(3) for _ in range(20)]
    sentences = Sentences.from_lists(rows, np.repeat(np.arange(3), 20))
    files = {"train": [tmp_path / "train.parquet"], "vocab": [tmp_path / "vocab.json"]}
    write_sentences(files["train"][0], sentences)
    formats.write_json(files["vocab"][0], list("abcd"))

    def written(name, values):
        files[name] = [tmp_path / f"{name}-{i}.json" for i in range(len(values))]
        for path, value in zip(files[name], values, strict=True):
            formats.write_json(path, value)

    tasks = PARAMS.trained
    written("meta", [*(meta(task, 2) for task in tasks), meta("news", 3)])
    counts = dict.fromkeys(FROM_STATISTICS, 1) | {"learned_above": 0.5}
    written("word_statistics", [counts, counts])
    key = {"model": "gru", "l2": "1e-4", "seed": 10, "test_accuracy": 0.9}
    numbers = {"classes": 2, "components_95": 1, "io_dimension": 1, "dimension_expected": 1}
    empty = dict.fromkeys((*OF_GEOMETRY, *FILE_ONLY))
    forecasts = zip(tasks, (2, 1), strict=True)
    rows = [{"task": task, "dimension_predicted": told} for task, told in forecasts]
    written("geometry", [empty | key | numbers | row for row in rows])
    output = {name: tmp_path / f"{name}.csv" for name in ("networks", "scores", "sets")}
    lines = []
    keep_forecast.run(files, output, PARAMS, lines.append)
    return output, lines


def test_tables_of_the_forecast_are_kept(kept):
    output, lines = kept
    networks = read_frame("forecast", output["networks"])
    assert networks["dimension_predicted"].tolist() == [2, 1]
    assert networks["predicted_all_texts"].tolist() == [1, 1]
    assert networks["sweep"].tolist() == ["near", "far"]
    assert networks["chosen"].tolist() == ["class 0 | class 1"] * 2
    scores = read_frame("forecast_scores", output["scores"]).set_index(["kind", "forecast"])
    assert scores.loc[("all", "raw"), "right"].tolist()[0] == 1
    sets = read_frame("forecast_sets", output["sets"])
    raw = sets[sets["weighting"] == "raw"]
    assert raw[["classes", "predicted", "sets"]].to_numpy().tolist() == [[2, 1, 3], [3, 2, 1]]
    assert lines == ["2 networks on 2 sets of classes"]
