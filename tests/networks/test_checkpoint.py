"""A training that was cut off goes on from its checkpoint to the same weights, to the bit."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import torch

from rnn_geometry.errors import UserError
from rnn_geometry.networks import checkpoint as module
from rnn_geometry.networks import training
from rnn_geometry.networks._trainer import Trainer
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.training import Recipe
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import Sentences

GENERATOR = np.random.default_rng(5)
WORDS = 30
NETWORK = {
    "hidden_size": 12,
    "embedding_size": 6,
    "cell_options": {},
    "readout_bias": True,
    "readout_scale": 1.0,
}
IDENTITY = {"seed": 1}


def sentences(n):
    rows = [GENERATOR.integers(0, WORDS, GENERATOR.integers(3, 9)).tolist() for _ in range(n)]
    return Sentences.from_lists(rows, np.array([row[0] % 3 for row in rows]))


TRAIN, DEV = sentences(200), sentences(50)


class CutOffError(Exception):
    """Stands for the moment at which a process is killed."""


def recipe_of(**changes):
    return Recipe(
        **{
            "learning_rate": 1e-2,
            "l2": 1e-4,
            "steps": 60,
            "batch_size": 16,
            "l2_on": "text",
            **changes,
        }
    )


def classifier_of(cell):
    return build_classifier({**NETWORK, "cell": cell, "words": WORDS, "classes": 3}, None, seed=3)


def run(cell, recipe, path=None, cut_at=None, monkeypatch=None, identity=IDENTITY):
    """Train, up to step `cut_at` if given; return classifier, result and lines of the log."""
    lines = []
    network, kept = (
        classifier_of(cell),
        None if path is None else Checkpoint(path, identity, lines.append),
    )
    if cut_at is not None:
        step = Trainer.step

        def cut(self, number, batch):
            if number == cut_at:
                raise CutOffError
            return step(self, number, batch)

        monkeypatch.setattr(Trainer, "step", cut)
    options = {"batch_seed": 4, "log": lines.append, "checkpoint": kept}
    try:
        result = training.train(network, TRAIN, DEV, recipe, **options)
    finally:
        monkeypatch.undo() if cut_at is not None else None
    return network, result, lines


def bits(network):
    return {name: tensor.numpy().tobytes() for name, tensor in network.state_dict().items()}


CASES = {
    "dense": ("gru", {"l2_on": "all"}),
    "by row": ("gru", {}),
    "lstm by row": ("lstm", {}),
    "plain loop": ("ugrnn", {"l2_on": "all", "schedule": "exponential"}),
    "last weights": ("vanilla", {"keep_weights": "last"}),
    "patience": ("gru", {"learning_rate": 0.3, "patience": 3, "schedule": "constant"}),
    "readout": ("lstm", {"trained": "readout"}),
    "epochs": ("gru", {"steps": None, "epochs": 5}),
}


@pytest.mark.parametrize(
    "cut_at", [2, 7, 31]
)  # before the first evaluation, just after it, between two
@pytest.mark.parametrize("case", CASES)
def test_a_training_that_was_cut_off_ends_with_the_same_weights(
    case, cut_at, tmp_path, monkeypatch
):
    cell, changes = CASES[case]
    recipe, path = recipe_of(**changes), tmp_path / "checkpoint.safetensors"
    undisturbed, expected, _ = run(cell, recipe)
    monkeypatch.setattr(module, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(module, "SHARE", 1e9)
    with pytest.raises(CutOffError), monkeypatch.context() as patch:
        run(cell, recipe, path, cut_at, patch)
    resumed, result, lines = run(cell, recipe, path)
    assert lines[0] == f"goes on from the checkpoint of step {cut_at - 1}"
    assert bits(resumed) == bits(undisturbed)
    assert result.history == expected.history
    assert result.best_step == expected.best_step


def test_a_finished_training_is_not_repeated(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.safetensors"
    first, result, _ = run("gru", recipe_of(), path)
    monkeypatch.setattr(Trainer, "step", lambda *arguments: pytest.fail("a step was taken"))
    again, repeated, _ = run("gru", recipe_of(), path)
    assert bits(again) == bits(first)
    assert repeated == result


def test_seconds_of_both_parts_are_added(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    _, result, _ = run("gru", recipe_of(), path)
    arrays = formats.read_tensors(path)
    facts = json.loads(arrays.pop("facts").tobytes())
    facts["seconds"] += 1000
    formats.write_tensors(
        path, {**arrays, "facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)}
    )
    assert run("gru", recipe_of(), path)[1].seconds >= 1000 > result.seconds


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:500]), "damaged"),
        (lambda path: path.write_bytes(b""), "damaged"),
        (lambda path: formats.write_tensors(path, {"a": np.zeros(3)}), "damaged"),
        (lambda path: torch.save({"weights": torch.zeros(3)}, path), "damaged"),
    ],
)
def test_a_damaged_checkpoint_is_not_used_and_the_log_says_so(spoil, word, tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    expected, _, _ = run("gru", recipe_of(), path)
    spoil(path)
    network, _, lines = run("gru", recipe_of(), path)
    assert re.fullmatch(rf"{path} is {word} and not used: training begins anew", lines[0])
    assert bits(network) == bits(expected)


def test_a_checkpoint_of_other_settings_or_an_older_version_is_not_used(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.safetensors"
    expected, _, _ = run("gru", recipe_of(), path)
    _, _, lines = run("gru", recipe_of(), path, identity={"seed": 2})
    assert lines[0].endswith(
        "is of other settings, data or versions and not used: training begins anew"
    )
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)
    network, _, lines = run("gru", recipe_of(), path, identity={"seed": 2})
    assert "other settings, data or versions" in lines[0]
    assert bits(network) == bits(expected)


def test_a_checkpoint_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch):
    def full(*arguments):
        raise UserError("no space is left")

    monkeypatch.setattr(module.formats, "write_tensors", full)
    _, result, lines = run("gru", recipe_of(), tmp_path / "checkpoint.safetensors")
    assert result.best_step > 0
    assert "no checkpoint was written: no space is left" in lines


def test_writing_takes_a_small_share_of_the_time(tmp_path, monkeypatch):
    """A minute between two checkpoints; longer where a slow disk takes seconds to write one."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def write(*arguments):
        now[0] += 12.0

    monkeypatch.setattr(module.formats, "write_tensors", write)
    kept = Checkpoint(tmp_path / "a", IDENTITY, print)
    now[0] = 59.0
    assert not kept.is_due()
    now[0] = 60.0
    assert kept.is_due()
    kept.save({}, {"best_weights": None})
    now[0] = 72.0 + 239.0
    assert not kept.is_due()
    now[0] = 72.0 + 240.0
    assert kept.is_due()


# Through Snakemake

SHORT, SMALL = ({"cell": "ugrnn", "hidden_size": 8, "steps": steps} for steps in (20, 3000))
LONG = {"models": {"short": SHORT, "small": SMALL}, "cells": ["short", "small"], "seeds": [0, 1]}
RUNS = "results/runs/two/small/l2-3e-4"
KEPT = "results/.kept/runs/two/small/l2-3e-4"


def with_frequent_checkpoints(copy):
    path = copy.root / "workflow/rnn_geometry/networks/checkpoint.py"
    text = path.read_text().replace("CHECKPOINT_SECONDS = 60.0", "CHECKPOINT_SECONDS = 0.2")
    path.write_text(text.replace("SHARE = 0.05", "SHARE = 1.0"))
    assert "= 0.2" in text


def training_process(root):
    """Return the process of a job of networks in a folder."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            if (
                command
                and "python" in command[0]
                and command[-1].endswith(".networks.py")
                and process.cwd() == str(root)
            ):
                return process
    return None


@pytest.mark.workflow
def test_killed_trainings_go_on_from_their_checkpoints(project_copy):
    copy = project_copy
    with_frequent_checkpoints(copy)
    config = copy.tiny(**LONG)
    copy.snakemake("models", "--configfile", config)
    expected = {
        seed: (copy.root / RUNS / f"seed-{seed}/model.safetensors").read_bytes() for seed in (0, 1)
    }
    assert not list(copy.root.glob("results/**/checkpoint.safetensors"))
    shutil.rmtree(copy.root / "results/runs")
    shutil.rmtree(copy.root / "results/.kept")

    command = [sys.executable, "-m", "snakemake", "--cores", "1", "models", "--configfile", config]
    environment = {**os.environ, "PYTHONPATH": str(copy.root / "workflow")}
    second = copy.root / KEPT / "seed-1/train.part/checkpoint.safetensors"
    with open(copy.root / "first.log", "w") as log:
        first = subprocess.Popen(command, cwd=copy.root, env=environment, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 120
            while not second.exists() and first.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            assert second.exists(), (copy.root / "first.log").read_text()
            training_process(copy.root).kill()
            assert first.wait(timeout=60) == 1
        finally:
            first.kill()
            first.wait()
    assert not list(copy.root.glob(f"{RUNS}/*/model.safetensors"))
    copy.snakemake("models", "--configfile", config)
    (log,) = (copy.root / "results/logs/train").rglob("*.log")
    for seed in (0, 1):
        assert f"two short L2 3e-4 seed {seed}: kept from an earlier job" in log.read_text()
    pattern = r"two small L2 3e-4 seed (\d): goes on from the checkpoint of step (\d+)"
    found = dict(re.findall(pattern, log.read_text()))
    assert found.keys() == {"0", "1"}
    assert all(0 < int(step) < 3000 for step in found.values())
    for seed in (0, 1):
        assert (copy.root / RUNS / f"seed-{seed}/model.safetensors").read_bytes() == expected[seed]
    assert not list(copy.root.glob("results/**/checkpoint.safetensors"))
