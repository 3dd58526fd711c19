"""A small run on real news.

The whole graph on 6,000 texts of AG News, where the data are at hand.
"""

import csv
import json
import re

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.data]

SMALL = {
    "cell": "gru",
    "hidden_size": 64,
    "embedding_size": 64,
    "cell_options": {"hold_bias": 1.0},
    "readout_scale": 0.1,
    "learning_rate": 3.0e-3,
    "l2": "3e-4",
    "l2_on": "text",
    "epochs": 6,
    "clip": 5.0,
}


NEWS = {
    "family": "text",
    "data": "ag_news",
    "train_size": 6000,
    "dev_size": 1500,
    "cells": ["gru-small"],
    "seeds": [0],
}


WRITTEN = "The team won, said unheardofword"


@pytest.fixture
def finished(project_copy, real_data):
    """Run natural.yaml with a small model on 6,000 texts of three and of four classes."""
    tasks = [{"name": f"ag-news-{n}", "first_classes": n, **NEWS} for n in (3, 4)]
    changes = {"tasks": tasks, "cells": ["gru-small"], "models": {"gru-small": SMALL}}
    config = project_copy.configure(
        "natural", **changes, explorer={"sentences": {"ag-news-3": [WRITTEN]}}
    )
    shown = [f"results/natural/{name}" for name in ("explorer/ag-news-3.html", "figures/ag-news-3")]
    project_copy.snakemake(
        "tables", *shown, "--configfile", config, RNN_GEOMETRY_DATA=str(real_data)
    )
    return project_copy.root / "results/natural"


def test_news_are_integrated_on_a_simplex(finished):
    with open(finished / "tables/runs.csv", newline="") as handle:
        three, four = sorted(csv.DictReader(handle), key=lambda row: int(row["classes"]))
    for row, classes in ((three, 3), (four, 4)):
        assert float(row["test_accuracy"]) > float(row["bag_of_words_accuracy"]) - 0.06
        # Of six such small networks on four classes four had 3 components, two had 2; 20,000 texts
        # give 3 (README).
        assert int(row["dimension_expected"]) == classes - 1
        assert int(row["components_95"]) in ({2} if classes == 3 else {2, 3})
        assert float(row["readout_angle_mean"]) == pytest.approx(
            float(row["readout_angle_expected"]), abs=5
        )
        # How much the last component adds differs between such small networks; that d are enough
        # does not.
        assert float(row["accuracy_at_d"]) > float(row["test_accuracy"]) - 0.02
    meta = json.loads((finished / "data/ag-news-4/meta.json").read_text())
    assert meta["rows"] == {"train": 6000, "dev": 1500, "test": 7600}
    # Integration: what was read stays, and adds up, unlike in the same network before training.
    for row in (three, four):
        assert float(row["hold_r2"]) > 0.5 > float(row["hold_r2_untrained"])
        assert (
            float(row["additivity_r2_fitted"]) > 0.7 > float(row["additivity_r2_fitted_untrained"])
        )
        assert abs(float(row["shuffled_accuracy"]) - float(row["test_accuracy"])) < 0.03
    with open(finished / "tables/words.csv", newline="") as handle:
        words = [
            row
            for row in csv.DictReader(handle)
            if (row["task"], row["class"]) == ("ag-news-4", "Sports")
        ]
    assert len(words) == 10
    assert (
        sum(float(row["log_odds"]) > 0.5 for row in words) >= 8
    )  # words of sport in the data, too
    with open(finished / "tables/hold_inputs.csv", newline="") as handle:
        assert [row["hold_input"] for row in csv.DictReader(handle)] == [
            "zero",
            "mean",
        ] * 2
    # The explorer reads the sentence of the configuration, and has no room for the weights of so
    # many words.
    page = (finished / "explorer/ag-news-3.html").read_text(encoding="utf-8")
    payload = json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    )
    sentence = next(
        sentence for sentence in payload["sentences"] if sentence["kind"] == "configured"
    )
    assert (sentence["name"], sentence["label"]) == (WRITTEN, None)
    assert {"team", "won", "<unk>"} <= set(payload["words"])
    assert payload["networks"][0]["weights"] is None
    assert len(page) < 2e6
    drawn = {path.stem for path in (finished / "figures/ag-news-3").glob("*.png")}
    assert {
        "trajectories",
        "flow",
        "word_effects",
        "modes",
        "spectrum",
        "variance",
        "logits",
    } <= drawn
