"""The data sets of config/text_sets.yaml.

Each through the hub's route, from a stand-in for the hub's files.
"""

import datasets
import pytest
import yaml
from conftest import PROJECT

from rnn_geometry import identity
from rnn_geometry.config import settings
from rnn_geometry.config.load import read_schema
from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text import source as text_source
from rnn_geometry.tasks.text.prepare import local_files, prepare_text

SCHEMA = read_schema("config")
SETS = yaml.safe_load((PROJECT / "config/text_sets.yaml").read_text())["text_sets"]
ON_HUB = [name for name, options in SETS.items() if "hub" in options["source"]]
# Columns of the hub's files, as their cards state them.
COLUMNS = {
    "ag_news": ("text", "label"),
    "dbpedia": ("label", "title", "content"),
    "yahoo_answers": ("id", "topic", "question_title", "question_content", "best_answer"),
    "yelp": ("label", "text"),
    "amazon": ("id", "text", "label", "label_text"),
    "imdb": ("text", "label"),
    "goemotions": ("text", "labels", "id"),
}


def files_of_the_hub(folder, name, rows=120):
    """Write the splits of one data set as the hub stores them: Parquet with the hub's columns."""
    options = SETS[name]
    text, label = text_source_columns(options)
    classes = len(options["label_names"])
    for split in options["source"].get("splits", {"train": "train", "test": "test"}).values():
        ids = [i % classes for i in range(rows)]
        table = {column: [f"{column} {i}" for i in range(rows)] for column in COLUMNS[name]}
        table[text] = [f"word{i % classes} said {split} quickly" for i in range(rows)]
        table[label] = [[i] for i in ids] if options.get("multi_label") else ids
        path = folder / options["source"].get("config", "data") / f"{split}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        datasets.Dataset.from_dict(table).to_parquet(path)
    return str(folder)


def text_source_columns(options):
    columns = {"text": options["text_column"], "label": options["label_column"]}
    return tuple(
        {**columns, **options["source"].get("hub_columns", {})}[key] for key in ("text", "label")
    )


@pytest.mark.parametrize("name", ON_HUB)
def test_every_named_set_reads_the_files_of_the_hub(tmp_path, monkeypatch, name):
    load, place = datasets.load_dataset, files_of_the_hub(tmp_path / "hub", name)

    def from_disk(hub, config, **options):
        assert hub == SETS[name]["source"]["hub"]
        return load(
            place,
            data_dir=config or "data",
            **{key: options[key] for key in ("split", "cache_dir")},
        )

    monkeypatch.setattr("datasets.load_dataset", from_disk)
    monkeypatch.setattr(text_source, "check_hub", lambda source: None)
    prepared = prepare_text({**SETS[name], "dev_size": 10}, None, 0)
    assert prepared.meta["source"]["hub"] == SETS[name]["source"]["hub"]
    assert prepared.meta["class_names"] == SETS[name]["label_names"]
    assert len(prepared.test) == 120
    assert "quickly" in prepared.vocabulary


@pytest.mark.parametrize(
    "name", [name for name in SETS if name not in ("yahoo_answers", "amazon", "yelp")]
)
@pytest.mark.data
def test_every_set_at_hand_reads_its_folder(real_data, name):
    prepared = prepare_text(
        {**SETS[name], "train_size": 4000, "test_size": 200, "dev_size": 100}, real_data, 0
    )
    assert len(prepared.train) == 4000
    assert prepared.meta["class_names"] == SETS[name]["label_names"]


@pytest.mark.parametrize("file", ["natural", "paper"])
def test_the_batteries_name_sets_that_exist(file):
    config = yaml.safe_load((PROJECT / f"config/{file}.yaml").read_text())
    default = yaml.safe_load((PROJECT / "config/config.yaml").read_text())
    merged = {
        **default,
        **config,
        "models": {**default["models"], **config["models"]},
        "text_sets": SETS,
    }
    resolved = settings.resolve(merged, SCHEMA)
    for task in resolved["tasks"]:
        assert task["source"]
        assert not set(task) & {"data", "cells", "seeds", "l2"}
        if "hub" in task["source"]:
            assert local_files(identity.family_options(task), None) == {}


CONFIG = {
    "tasks": [
        {
            "name": "a",
            "family": "text",
            "data": "mine",
            "minimum_count": 1,
            "cells": ["gru"],
            "l2": ["0"],
        }
    ],
    "cells": ["gru", "lstm"],
    "seeds": [3],
    "models": {"gru": {"cell": "gru", "steps": 5}, "lstm": {"cell": "lstm", "steps": 5}},
    "text_sets": {"mine": {"source": {"folder": "mine"}, "minimum_count": 7, "ordered": True}},
}


def test_a_task_lays_its_options_over_the_named_set_and_chooses_its_networks():
    resolved = settings.resolve(CONFIG, SCHEMA)
    task = resolved["tasks"][0]
    assert (task["minimum_count"], task["ordered"], task["source"]) == (1, True, {"folder": "mine"})
    assert resolved["grid"] == {"a": {"cells": ["gru"], "seeds": [3], "l2": ["0"]}}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"data": "mien"}, r"unknown data set 'mien'; did you mean 'mine'\?"),
        ({"cells": ["gruu"]}, r"config key tasks\[0\].cells: unknown cell 'gruu'"),
        ({"family": "ordered"}, "data is accepted for tasks of the family text only"),
        ({"seeds": []}, r"tasks\[0\].seeds: \[\] is too short"),
    ],
)
def test_mistakes_in_a_task_name_the_task_or_key(change, sentence):
    with pytest.raises(UserError, match=sentence):
        settings.resolve({**CONFIG, "tasks": [{**CONFIG["tasks"][0], **change}]}, SCHEMA)


def test_columns_of_the_hub_are_checked():
    with pytest.raises(UserError, match=r"source.hub_columns.txt is not an option"):
        local_files({"source": {"hub": "a/b", "hub_columns": {"txt": "content"}}}, None)
