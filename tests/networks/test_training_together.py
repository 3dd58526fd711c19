"""Networks trained as one batch: each is, to the bit, what it is when it is trained alone."""

import contextlib
import math

import numpy as np
import pytest
import torch

from rnn_geometry.networks import _course, training
from rnn_geometry.networks import checkpoint as checkpoints
from rnn_geometry.networks._batches import Batches
from rnn_geometry.networks._trainer import Diverged, Trainer
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.training import Recipe
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task

TASK = build_task("categorical", classes=3, length=6)
LABELS = build_task("multilabel", labels=2, length=6)
STEPS = 24


class CutOffError(Exception):
    """Stands for the moment at which a process is killed."""


def split(task, sentences=150):  # no multiple of the batch size: the last batch is a small one
    return task.sample(sentences, 0), task.sample(40, 1)


def network_of(seed, cell="ugrnn", task=TASK, size=10, device="cpu"):
    facts = {"cell": cell, "hidden_size": size, "cell_options": {}, "readout_bias": True}
    facts |= {"readout_scale": 1.0, "classes": len(task.class_names)}
    return build_classifier(facts, task.word_vectors(), seed=seed).to(device)


def recipe_of(l2=1e-3, **changes):
    known = {"learning_rate": 1e-2, "l2": l2, "steps": STEPS, "batch_size": 16, "patience": None}
    return Recipe(**{**known, **changes})


def together(seeds, l2=lambda seed: 1e-3 * (seed % 3), make=network_of, task=TASK, **more):
    """Train networks of some seeds; return weights and outcome of each by seed."""
    networks = [make(seed) for seed in seeds]
    recipes = [recipe_of(l2(seed), **more.get("changes", {})) for seed in seeds]
    options = {name: value for name, value in more.items() if name != "changes"}
    results = training.train_together(
        networks, *split(task), recipes, batch_seeds=list(seeds), **options
    )
    return {
        seed: (bits(network), result)
        for seed, network, result in zip(seeds, networks, results, strict=True)
    }


def bits(network):
    return {name: tensor.numpy().tobytes() for name, tensor in network.state_dict().items()}


def told(result):
    return str(result) if isinstance(result, Diverged) else (result.history, result.best_step)


def assert_same(found, expected):
    assert found.keys() <= expected.keys()
    for seed, (weights, result) in found.items():
        assert weights == expected[seed][0], seed
        assert told(result) == told(expected[seed][1]), seed


def alone(seeds, **more):
    return {seed: together([seed], **more)[seed] for seed in seeds}


def count_batches(monkeypatch):
    """Return a list that fills with the number of networks of every step."""
    step, sizes = Trainer.step, []

    def counted(self, number, batch):
        sizes.append(len(self.learners))
        return step(self, number, batch)

    monkeypatch.setattr(Trainer, "step", counted)
    return sizes


@pytest.mark.parametrize("cell", ["vanilla", "ugrnn", "gru", "gru_reset_before", "lstm"])
def test_companions_change_no_bit(cell, monkeypatch):
    def make(seed):
        return network_of(seed, cell)

    expected = alone(range(8), make=make)
    sizes = count_batches(monkeypatch)
    for seeds in ([0, 1], [5, 2, 7, 1, 3], list(range(8))):
        sizes.clear()
        assert_same(together(seeds, make=make), expected)
        assert set(sizes) == ({1} if cell == "lstm" else {len(seeds)})


@pytest.mark.parametrize("task", [TASK, LABELS])
@pytest.mark.parametrize(("size", "batch"), [(1, 40), (7, 16), (50, 16), (64, 101), (100, 500)])
def test_nor_do_they_where_sizes_are_odd(size, batch, task):
    given = {"task": task, "changes": {"batch_size": batch, "learning_rate": 0.1}}
    given["make"] = lambda seed: network_of(seed, "gru", task, size)
    assert_same(together(range(4), **given), alone(range(4), **given))


@pytest.mark.parametrize("task", [TASK, LABELS])
def test_a_batch_learns_what_one_network_does(task):
    found = together([0, 1], make=lambda seed: network_of(seed, task=task), task=task)
    for _, result in found.values():
        assert result.history["dev_loss"][-1] < result.history["dev_loss"][0]
        assert result.history["step"] == list(range(2, STEPS + 1, 2))
    assert len({told(result)[0]["dev_loss"][-1] for _, result in found.values()}) == 2


def test_one_that_diverges_leaves_the_others(monkeypatch):
    def broken(seed):
        network = network_of(seed)
        if seed == 1:
            with torch.no_grad():
                network.cell.weight_hh[0, 0] = math.nan
        return network

    expected = {**alone([0, 2, 3]), **alone([1], make=broken)}
    sizes = count_batches(monkeypatch)
    found = together([0, 1, 2, 3], make=broken)
    assert isinstance(found[1][1], Diverged)
    assert "loss (nan) or gradient is not finite at step 1, learning" in str(found[1][1])
    assert sizes == [4] + [3] * (STEPS - 1)
    for seed in (0, 2, 3):
        assert_same({seed: found[seed]}, expected)
    assert str(found[1][1]) == str(expected[1][1])


def test_one_that_diverges_late_leaves_the_others():
    rates = {"changes": {"learning_rate": 1e30}}
    found = together([0, 1, 2], **rates)
    assert_same(found, alone([0, 1, 2], **rates))
    assert {seed for seed, (_, result) in found.items() if isinstance(result, Diverged)} == {1, 2}
    assert "at step 1," not in str(found[1][1])


def test_networks_that_lose_patience_leave_the_others(monkeypatch):
    changes = {"changes": {"patience": 1, "learning_rate": 0.3, "schedule": "constant"}}
    expected = alone(range(8), **changes)
    ends = {result.history["step"][-1] for _, result in expected.values()}
    assert len(ends) > 2
    sizes = count_batches(monkeypatch)
    assert_same(together(range(8), **changes), expected)
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(ends)


def cut_off(seeds, folder, step, monkeypatch):
    """Train some networks together until a step, a checkpoint written after each before it."""
    kept = [Checkpoint(folder / f"{seed}", {"seed": seed}, print) for seed in seeds]
    take = Trainer.step

    def cut(self, number, batch):
        if number == step:
            raise CutOffError
        return take(self, number, batch)

    with contextlib.suppress(CutOffError), monkeypatch.context() as patch:
        patch.setattr(checkpoints, "CHECKPOINT_SECONDS", 0.0)
        patch.setattr(checkpoints, "SHARE", 1e9)
        patch.setattr(Trainer, "step", cut)
        for checkpoint in kept:
            patch.setattr(checkpoint, "is_due", lambda: True)
        together(seeds, checkpoints=kept)


def test_networks_go_on_from_checkpoints_in_another_composition(tmp_path, monkeypatch):
    expected = alone(range(5))
    cut_off([0, 1, 2], tmp_path, 8, monkeypatch)
    cut_off([3], tmp_path, 12, monkeypatch)
    logs = {seed: [] for seed in range(5)}
    kept = [Checkpoint(tmp_path / f"{seed}", {"seed": seed}, print) for seed in range(5)]
    sizes = count_batches(monkeypatch)
    append = [logs[seed].append for seed in range(5)]
    assert_same(together(range(5), checkpoints=kept, logs=append), expected)
    begun = {seed: lines[0] for seed, lines in logs.items()}
    assert {begun[seed] for seed in (0, 1, 2)} == {"goes on from the checkpoint of step 7"}
    assert begun[3] == "goes on from the checkpoint of step 11"
    assert begun[4].startswith("epoch")
    assert sizes == [3] * (STEPS - 7) + [1] * (STEPS - 11) + [1] * STEPS


def test_a_finished_network_is_not_trained_again_beside_others(tmp_path, monkeypatch):
    kept = [Checkpoint(tmp_path / f"{seed}", {"seed": seed}, print) for seed in range(2)]
    expected = together(range(2), checkpoints=kept)
    sizes = count_batches(monkeypatch)
    assert_same(together(range(3), checkpoints=[*kept, None]), {**expected, **alone([2])})
    assert sizes == [1] * 2 * STEPS  # of seed 2 in the batch, and of seed 2 alone


def test_writing_of_many_takes_the_same_share_of_the_time(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])

    def write(*arguments):
        now[0] += 12.0

    monkeypatch.setattr(checkpoints.formats, "write_tensors", write)
    kept = [Checkpoint(tmp_path / f"{i}", {}, print) for i in range(2)]
    for checkpoint in kept:
        checkpoint.save({}, {"best_weights": None}, companions=2)
    now[0] = 24.0 + 467.0  # 24 s are 5 % of 480
    assert not kept[0].is_due()
    now[0] += 1.0
    assert kept[0].is_due()


def test_seconds_are_shares(monkeypatch):
    now = [0.0]

    def tick():
        now[0] += 1.0
        return now[0]

    monkeypatch.setattr(training.time, "process_time", tick)
    assert {r.seconds for _, r in together(range(4)).values()} == {STEPS / 4}
    assert {r.seconds for _, r in together([3]).values()} == {float(STEPS)}


def test_what_does_not_fit_is_trained_apart(monkeypatch):
    lengths = Sentences.from_lists([[0, 1, 2][: 1 + i % 3] for i in range(60)], np.arange(60) % 3)
    sizes = count_batches(monkeypatch)
    cases = {
        "other sizes": ([network_of(0), network_of(1, size=11)], TASK.sample(64, 0)),
        "other cells": ([network_of(0), network_of(1, "gru")], TASK.sample(64, 0)),
        "lengths": ([network_of(0), network_of(1)], lengths),
    }
    for networks, sentences in cases.values():
        results = training.train_together(
            networks, sentences, TASK.sample(20, 1), [recipe_of()] * 2, batch_seeds=[0, 1]
        )
        assert [result.history["step"][-1] for result in results] == [STEPS, STEPS]
    assert set(sizes) == {1}


def test_a_batch_is_no_larger_than_what_gains(monkeypatch):
    sizes = count_batches(monkeypatch)
    together(range(training.MOST + 1))
    assert sizes == [training.MOST] * STEPS + [1] * STEPS


def test_large_networks_come_in_small_batches(monkeypatch):
    monkeypatch.setattr(training, "ROOM", 3 * 16 * 6 * 10)
    sizes = count_batches(monkeypatch)
    together(range(4))
    assert sizes == [3] * STEPS + [1] * STEPS


def test_networks_without_steps_stand_beside_others():
    networks = [network_of(0), network_of(1)]
    before = bits(networks[1])
    recipes = [recipe_of(), recipe_of(steps=0)]
    results = training.train_together(networks, *split(TASK), recipes, batch_seeds=[0, 1])
    assert [result.best_step for result in results][1] == 0
    assert results[0].best_step > 0
    assert bits(networks[1]) == before


def test_trained_weights_are_the_networks_own():
    networks = [network_of(0), network_of(1)]
    training.train_together(networks, *split(TASK), [recipe_of()] * 2, batch_seeds=[0, 1])
    for network in networks:
        for weight in network.parameters():
            assert weight.untyped_storage().nbytes() == weight.nbytes
            assert weight.grad is None


def test_a_small_last_batch_counts_its_own_sentences():
    batches = Batches(TASK.sample(10, 0), 4)
    batch = batches.draw([np.array([3, 1, 2, 0]), np.array([5, 7])])
    assert batch.tokens.shape == (2, 4, 6)
    assert batch.shares.tolist() == [[0.25] * 4, [0.5, 0.5, 0.0, 0.0]]
    assert batch.labels[1, :2].tolist() == batches.sentences.labels[[5, 7]].tolist()


# Without a GPU these run on the CPU alone; with one, on both.
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", DEVICES)
def test_a_batch_stays_on_its_device(device, tmp_path, monkeypatch):
    seen = set()
    evaluate = _course.evaluate

    def watched(classifier, sentences):
        seen.update(weight.device.type for weight in classifier.parameters())
        return evaluate(classifier, sentences)

    monkeypatch.setattr(_course, "evaluate", watched)
    networks = [network_of(seed, device=device) for seed in range(3)]
    kept = [Checkpoint(tmp_path / f"{seed}", {"seed": seed}, print) for seed in range(3)]
    training.train_together(
        networks, *split(TASK), [recipe_of()] * 3, batch_seeds=range(3), checkpoints=kept
    )
    assert seen == {device}
    assert all(checkpoint.path.exists() for checkpoint in kept)
