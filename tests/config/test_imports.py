"""Models that were trained elsewhere: files that are found, networks that there are, sentences."""

import hashlib

import pytest
import yaml
from conftest import PROJECT
from own_networks import task, write_files
from safetensors.torch import save_file
from torch import zeros

from rnn_geometry.config.load import load_settings
from rnn_geometry.config.plan import Plan
from rnn_geometry.errors import UserError
from rnn_geometry.networks import checked, sources

DEFAULT = yaml.safe_load((PROJECT / "config/config.yaml").read_text())
OWN = {"weights": "own.safetensors", "vocabulary": "vocab.json"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with a configuration file, a task and weights; not the working folder."""
    place = tmp_path / "mine"
    place.mkdir()
    write_files(place, {}, rows=9)
    for name in ("own", "own-10", "own-11"):
        save_file({"a": zeros(1)}, place / f"{name}.safetensors")
    (place / "own.yaml").write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(sources.VARIABLE, sources.beside_files([place / "own.yaml"]))
    return place


def planned(folder, models=None, of_task=None, own=OWN, **changes):
    asked = {**DEFAULT, "tasks": [task(**(of_task or {}))], "cells": ["own"], "seeds": [10, 11]}
    asked |= {"models": {**DEFAULT["models"], "own": {**own, **(models or {})}}, **changes}
    asked |= {"data_folder": str(folder)}
    return Plan(load_settings(asked, [str(folder / "own.yaml")], str(PROJECT)))


def keys(plan):
    return [(n.model, n.l2, n.seed) for n in plan.networks]


def test_one_file_is_one_network_with_its_hash(folder):
    plan = planned(folder)
    assert keys(plan) == [("own", "0", 10)]
    own = plan.own("import_network", plan.networks[0])
    file = folder / "own.safetensors"
    assert own["files"]["weights"] == "mine/own.safetensors"  # the working folder may be moved
    assert own["sha256"]["weights"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert own["sha256"]["vocabulary"]
    assert plan.tasks["mine"]["files"]["vocabulary"] == "mine/vocab.json"


def test_a_seed_in_the_name_makes_a_network_of_every_seed(folder):
    plan = planned(folder, {"weights": "own-{seed}.safetensors"})
    assert keys(plan) == [("own", "0", 10), ("own", "0", 11)]
    places = [plan.own("import_network", n)["files"]["weights"] for n in plan.networks]
    assert places == [f"mine/own-{seed}.safetensors" for seed in (10, 11)]


def test_it_is_imported_and_never_trained_and_others_the_other_way_round(folder):
    plan = planned(folder, cells=["own", "gru"], controls={"untrained": {}, "reservoir": {}})
    imported = [network for network in plan.networks if network.model == "own"]
    assert {n.model for n in plan.networks} == {"own", "gru", "gru-untrained", "gru-reservoir"}
    made = {stage: [] for stage in ("train", "import_network", "slow_points")}
    for stage, networks in made.items():
        for block in plan.blocks(stage):
            networks += [n for name in block.tasks for n in block.block.networks(name)]
    assert made["import_network"] == imported
    assert set(made["train"]) == set(plan.networks) - set(imported)
    assert set(made["slow_points"]) == set(plan.networks)
    stages = {(one.stage, "/own/" in one.folder) for one in plan.made()}
    assert ("import_network", True) in stages
    assert ("train", False) in stages
    assert not stages & {("train", True), ("import_network", False)}


def test_a_second_look_and_a_sweep_of_the_task_keep_the_one_network(folder):
    again = {"seeds": [12], "tasks": {"mine": ["own"]}}
    assert keys(planned(folder, second_look=again)) == [("own", "0", 10)]
    sweep = {"name": "s", "over": "length_limit", "values": [5], "task": "mine"}
    plan = planned(folder, sweeps=[sweep])
    assert {n.task for n in plan.networks} == {"mine", "mine-5"}
    assert len(plan.networks) == 2


REFUSED = {
    "a key of trainings": ({"steps": 3}, {}, "models.own.steps: the model has weights and is not"),
    "no file": ({"weights": "x.pt"}, {}, "models.own.weights: there is no file 'x.pt'; put it"),
    "no words": ({"vocabulary": "x.txt"}, {}, r"vocabulary: there is no file 'x.txt'; put it"),
    "no module": ({"module": "x.py:build"}, {}, r"models.own.module: the module 'x.py' of 'x.py:"),
    "two vocabularies": (
        {},
        {"vocabulary": "other.json"},
        "and that of 'own' 'vocab.json'; a task",
    ),
    "a size beside it": ({}, {"vocabulary_size": 9}, "vocabulary and vocabulary_size exclude"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_one_sentence(folder, case):
    models, of_task, sentence = REFUSED[case]
    with pytest.raises(UserError, match=sentence):
        planned(folder, models, of_task)


def test_models_are_either_trained_or_imported(folder):
    for sentence, own in {
        "models.own.vocabulary: missing; name the file": {"weights": "own.safetensors"},
        "models.own.module: it goes with weights": {"module": "a.py:b", "cell": "gru"},
        "models.own.cell: missing; it must be given": {"steps": 3},
    }.items():
        with pytest.raises(UserError, match=sentence):
            planned(folder, own=own)


def test_made_up_sentences_and_sweeps_of_it_are_refused(folder):
    synthetic = [{"name": "two", "family": "categorical", "classes": 2}]
    with pytest.raises(UserError, match="'own' was trained elsewhere and reads texts"):
        planned(folder, tasks=synthetic)
    sweep = {"name": "s", "over": "hidden_size", "values": [5], "task": "mine"}
    with pytest.raises(UserError, match="'own' was trained elsewhere, so that its hidden_size"):
        planned(folder, sweeps=[sweep])


def test_it_is_read_before_any_job(folder):
    plan = planned(folder)
    with pytest.raises(UserError, match=r"config key models\.own: weights: one RNN, GRU or LSTM"):
        checked.check_own_cells(plan.models)
