"""Weights noted during training: at the right steps, alike however the training went."""

import numpy as np
import pytest
import torch

from rnn_geometry.networks import checkpoint as checkpoints
from rnn_geometry.networks import training
from rnn_geometry.networks._trainer import Trainer
from rnn_geometry.networks.checkpoint import Checkpoint
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.training import Recipe
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task

TASK = build_task("categorical", classes=3, length=6)
WORDS = 30
STEPS = 40
NOTED = 5


class CutOffError(Exception):
    """Stands for the moment at which a process is killed."""


def texts(count, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, WORDS, rng.integers(3, 9)).tolist() for _ in range(count)]
    return Sentences.from_lists(rows, np.array([row[0] % 3 for row in rows]))


SPLITS = {
    "fixed vectors": (TASK.sample(150, 0), TASK.sample(40, 1)),
    "vectors by row": (texts(150, 0), texts(40, 1)),
}


def network_of(split, seed, cell="gru"):
    facts = {"cell": cell, "hidden_size": 10, "cell_options": {}, "readout_bias": True}
    facts |= {"readout_scale": 1.0, "classes": 3, "words": WORDS, "embedding_size": 6}
    fixed = split == "fixed vectors"
    return build_classifier(facts, TASK.word_vectors() if fixed else None, seed=seed)


def recipe_of(snapshots=NOTED, **changes):
    known = {"learning_rate": 1e-2, "l2": 1e-3, "steps": STEPS, "batch_size": 16, "l2_on": "text"}
    return Recipe(**{**known, "snapshots": snapshots, **changes})


def trained(split, seeds, recipe, cell="gru", **options):
    """Train networks together; return them and what came of each."""
    networks = [network_of(split, seed, cell) for seed in seeds]
    recipes = [recipe] * len(networks)
    found = training.train_together(
        networks, *SPLITS[split], recipes, batch_seeds=list(seeds), **options
    )
    return networks, found


def bits(snapshots):
    return {
        step: {name: tensor.numpy().tobytes() for name, tensor in weights.items()}
        for step, weights in snapshots.items()
    }


def bits_of(network):
    return {name: tensor.numpy().tobytes() for name, tensor in network.state_dict().items()}


@pytest.mark.parametrize("count", [2, 3, 5, 12])
@pytest.mark.parametrize("steps", [1, 7, 600, 20_000])
def test_steps_are_the_first_the_last_and_others_on_a_logarithmic_scale(count, steps):
    noted = sorted(recipe_of(count).noted_at(steps))
    assert noted[0] == 0
    assert noted[-1] == steps
    assert len(noted) <= count
    if steps >= 600:
        assert len(noted) == count
        ratios = np.diff(np.log(noted[1:]))
        assert ratios.size < 2 or ratios.max() - ratios.min() < 0.25


def test_none_are_noted_unless_asked_for():
    assert recipe_of(0).noted_at(600) == frozenset()
    _, (result,) = trained("fixed vectors", [0], recipe_of(0))
    assert result.snapshots == {}


@pytest.mark.parametrize("split", SPLITS)
def test_snapshots_begin_and_end_with_the_network(split):
    begun = bits_of(network_of(split, 3))
    (network,), (result,) = trained(split, [3], recipe_of(keep_weights="last"))
    noted = bits(result.snapshots)
    assert sorted(noted) == sorted(recipe_of().noted_at(STEPS))
    assert noted[0].items() <= begun.items()
    assert noted[STEPS].items() <= bits_of(network).items()
    assert len({str(weights) for weights in noted.values()}) == len(noted)


def test_fixed_word_vectors_are_not_noted_and_learned_ones_are():
    fixed, learned = (trained(split, [0], recipe_of())[1][0] for split in SPLITS)
    assert "embedding" not in fixed.snapshots[0]
    assert learned.snapshots[0]["embedding"].shape == (WORDS, 6)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("cell", ["gru", "lstm", "vanilla"])
def test_noting_weights_changes_no_bit_of_the_network(split, cell):
    with_them, noted = trained(split, [0], recipe_of(9), cell)
    without, plain = trained(split, [0], recipe_of(0), cell)
    assert bits_of(with_them[0]) == bits_of(without[0])
    assert noted[0].history == plain[0].history


def test_networks_trained_together_note_what_each_does_alone():
    _, results = trained("fixed vectors", [0, 1, 2], recipe_of())
    for seed, result in enumerate(results):
        _, (alone,) = trained("fixed vectors", [seed], recipe_of())
        assert bits(result.snapshots) == bits(alone.snapshots)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("cut_at", [3, 17, 33])
def test_a_training_that_was_cut_off_notes_the_same_weights(split, cut_at, tmp_path, monkeypatch):
    _, undisturbed = trained(split, [0, 1], recipe_of())
    monkeypatch.setattr(checkpoints, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", 1e9)

    def kept():
        paths = [tmp_path / f"{seed}.safetensors" for seed in (0, 1)]
        return [Checkpoint(path, {"seed": 0}, lambda line: None) for path in paths]

    step = Trainer.step

    def cut(self, number, batch):
        if number == cut_at:
            raise CutOffError
        return step(self, number, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", cut)
        with pytest.raises(CutOffError):
            trained(split, [0, 1], recipe_of(), checkpoints=kept())
    _, resumed = trained(split, [0, 1], recipe_of(), checkpoints=kept())
    for before, after in zip(undisturbed, resumed, strict=True):
        assert bits(after.snapshots) == bits(before.snapshots)


def test_the_step_whose_weights_are_kept_is_noted_too():
    recipe = recipe_of(2, steps=300, learning_rate=1.0, schedule="constant", patience=1)
    (network,), (result,) = trained("fixed vectors", [0], recipe)
    last = result.history["step"][-1]
    assert result.best_step < last < 300  # patience came to its end
    noted = bits(result.snapshots)
    assert list(noted) == [0, result.best_step, last]
    assert noted[result.best_step].items() <= bits_of(network).items()
    assert not torch.equal(
        result.snapshots[last]["readout.weight"],
        result.snapshots[result.best_step]["readout.weight"],
    )
