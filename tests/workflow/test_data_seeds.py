"""Data seeds crossed with weight seeds through the whole graph, on small networks."""

import csv
import re

import pytest
from conftest import ProjectCopy

from rnn_geometry.tasks.sentences import read_sentences

pytestmark = pytest.mark.workflow

SIZES = {"length": 15, "train_size": 6400, "dev_size": 400, "test_size": 600}
CHANGES = {
    "tasks": [{"name": "three", "family": "categorical", "classes": 3, **SIZES}],
    "cells": ["tiny-gru"],
    "seeds": [0, 1],
    "data_seeds": [3, 4],
    "controls": {"untrained": {}, "shuffled_labels": {"seeds": [0]}},
    "networks_per_job": 4,
    "analysis": {"visited_states": 200, "exact_starts": 50},
}
NAMES = ("three-data3", "three-data4")


@pytest.fixture(scope="module")
def crossed(tmp_path_factory):
    copy = ProjectCopy(tmp_path_factory.mktemp("crossed"))
    copy.snakemake("claims", "--configfile", copy.configure(**CHANGES))
    return copy


def rows(copy, name):
    with open(copy.root / "results/tables" / name, newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_data_seed_has_sentences_of_its_own_and_its_control_the_same(crossed):
    def train(task):
        return read_sentences(crossed.root / f"results/data/{task}/train.parquet")

    one, other = (train(name).tokens.tolist() for name in NAMES)
    assert one != other
    assert train("three-data3-shuffled").tokens.tolist() == one


def test_tables_tell_data_seeds_and_seeds_apart(crossed):
    trained = [row for row in rows(crossed, "runs.csv") if not row["control"]]
    found = [(row["task"], row["data_seed"], row["seed"]) for row in trained]
    assert found == [(f"three-data{data}", data, seed) for data in "34" for seed in "01"]
    assert len({row["test_accuracy"] for row in trained}) > 1
    tasks = {row["task"]: row["data_seed"] for row in rows(crossed, "tasks.csv")}
    shuffled = {"three-data3-shuffled": "3", "three-data4-shuffled": "4"}
    assert tasks == {"three-data3": "3", "three-data4": "4", **shuffled}


def test_a_verdict_is_about_the_networks_of_all_data_seeds(crossed):
    (cliff,) = [row for row in rows(crossed, "claims.csv") if row["claim"] == "simplex-cliff"]
    assert [cliff[name] for name in ("task", "cell", "runs", "met")] == [
        *("three", "tiny-gru"),
        *("4", "4"),
    ]
    assert re.search(r"shuffled_labels 0/2.*untrained [01]/4.* in pairs", cliff["control"])


def test_pages_are_those_of_the_first_data_seed(crossed):
    results = crossed.root / "results"
    assert [path.name for path in (results / "explorer").iterdir()] == ["three-data3.html"]
    page = (results / "claims.html").read_text(encoding="utf-8")
    link = "runs/three-data3/tiny-gru/l2-3e-4/seed-0/index.html"
    assert link in page
    assert (results / link).is_file()


def test_an_added_weight_seed_computes_itself_alone(crossed):
    config = crossed.configure(**CHANGES | {"seeds": [0, 1, 2]})
    text = crossed.snakemake("claims", "-n", "--configfile", config).stdout
    outputs = "".join(re.findall(r"^ *output: .*$", text, flags=re.MULTILINE))
    assert set(re.findall(r"/seed-(\d+)/model[.]safetensors", outputs)) == {"2"}
    assert not re.findall(r"^prepare_synthetic +\d", text, flags=re.MULTILINE)
