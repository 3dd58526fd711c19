"""Networks trained elsewhere, from weights to pages, and their numbers beside the library's own."""

import csv
import re

import numpy as np
import pytest
import torch
import yaml
from conftest import ProjectCopy
from own_networks import task, trained, write_files

from rnn_geometry import open_results, project_to_slow_manifold, torch_step
from rnn_geometry.store import formats

pytestmark = pytest.mark.workflow

STEPS = 150
NETS = {"gru": {}, "lstm": {"kind": "lstm", "layers": 2}}
CONFIG = "mine/own.yaml"
SETTINGS = {
    "tasks": [task()],
    "cells": list(NETS),
    "seeds": [0],
    "models": {
        f"{name}": {"weights": f"{name}.safetensors", "vocabulary": "vocab.json"} for name in NETS
    },
    "analysis": {"visited_states": 60, "exact_starts": 20, "spectrum_points": 4},
    "vector_formats": [],
}
# The default has a model called gru: an imported one has a name of its own.
SETTINGS["models"] = {f"own-{name}": model for name, model in SETTINGS["models"].items()}
SETTINGS["cells"] = list(SETTINGS["models"])


@pytest.fixture(scope="module")
def nets():
    return {f"own-{name}": trained(STEPS, **options) for name, options in NETS.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory, nets):
    """Return a copy in which the whole graph has run on two networks of a user."""
    copy = ProjectCopy(tmp_path_factory.mktemp("own"))
    (copy.root / "mine").mkdir()
    write_files(copy.root / "mine", {})
    for name, net in nets.items():
        file = copy.root / "mine" / f"{name.removeprefix('own-')}.safetensors"
        formats.write_tensors(file, {k: v.detach().numpy() for k, v in net.state_dict().items()})
    (copy.root / CONFIG).write_text(yaml.safe_dump({**SETTINGS, "data_folder": "mine"}))
    copy.snakemake("tables", "--configfile", CONFIG)  # a call has ten minutes
    copy.snakemake("--configfile", CONFIG)
    return copy


def rows(copy, table):
    with open(copy.root / f"results/tables/{table}.csv") as file:
        return list(csv.DictReader(file))


def test_nothing_is_trained_and_rows_say_where_networks_are_from(made):
    found = {row["model"]: row for row in rows(made, "runs")}
    assert {name: row["cell"] for name, row in found.items()} == {
        "own-gru": "gru",
        "own-lstm": "lstm-2-layers",
    }
    for row in found.values():
        assert (row["imported"], row["control"], row["seed"]) == ("1", "", "0")
        assert float(row["test_accuracy"]) > 0.6
    assert not (made.root / "results/logs/train").exists()
    assert "none, imported" in (made.root / "results/index.html").read_text()


def test_claims_count_them_whatever_their_seed(made):
    judged = {row["judged"] for row in rows(made, "claims") if row["cell"].startswith("own-")}
    assert judged == {"1"}


def test_slow_points_are_those_of_the_library(made, nets):
    results = open_results(made.root / "results")
    for name, net in nets.items():
        network = results["mine", name, 0]
        found, states = network.slow_points, network.states.visited
        starts = torch.from_numpy(_as_torch(states, name)).double()
        zero, step = torch.zeros(net.rnn.input_size), torch_step(net.rnn)
        mine = project_to_slow_manifold(step, starts, zero, min_tau=float(found.min_tau))
        assert (mine.status == found.status).mean() > 0.95
        same = mine.status == found.status
        expected = _as_torch(found.points, name)[same]
        assert np.abs(mine.points[same] - expected).max() < 1e-4
        assert (mine.slow_modes[same] == found.slow_modes[same]).mean() > 0.95


def _as_torch(states, name):
    """Return states in the order of torch: h of every layer, the first one first, then c."""
    if name == "own-gru":
        return states
    last, first = np.split(states, 2, axis=1)
    (h1, c1), (h2, c2) = np.split(first, 2, axis=1), np.split(last, 2, axis=1)
    return np.concatenate([h1, h2, c1, c2], axis=1)


def test_the_explorer_holds_their_weights(made):
    page = (made.root / "results/explorer/mine.html").read_text()
    assert '"weight_ih.1"' in page
    assert '"bias_hn"' in page


def test_another_file_of_weights_is_another_network_and_a_broken_one_no_run(made, nets):
    def dry(check=True):
        done = made.snakemake("tables", "-n", "--configfile", CONFIG, check=check)
        return done.stdout + done.stderr

    file = made.root / "mine/gru.safetensors"
    before = file.read_bytes()
    assert "import_network" not in dry()
    weights = {k: 2 * v.detach().numpy() for k, v in nets["own-gru"].state_dict().items()}
    formats.write_tensors(file, weights)
    planned = dry()
    assert "import_network" in planned
    formats.write_tensors(file, {**weights, "norm.weight": weights["readout.bias"]})
    output = dry(check=False)
    assert re.search(r"config key models\.own-gru: weights: norm\.weight belong neither", output)
    assert "Traceback" not in output
    file.write_bytes(before)
    assert "import_network" not in dry()
