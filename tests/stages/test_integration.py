"""Measures of integration on networks whose every word does what is written here."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.geometry import integration as declared
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.stages import integration as stage
from rnn_geometry.tasks.sentences import Sentences

L = 12  # words of a sentence
RNG = np.random.default_rng(0)
ROWS = [RNG.integers(0, 6, size=L) for _ in range(300)]
TEXTS = Sentences.from_lists(ROWS, np.zeros(300))


class Leaky(Cell):
    """h' = left h + x: an integrator at 1, an echo of the last words far below it."""

    left = 1.0

    def forward(self, h, x):
        return self.left * h + x


class Saturating(Cell):
    """A word does less far out: h' = h + x (1 - (h / 3)^2)."""

    def forward(self, h, x):
        return h + x * (1 - (h / 3).clamp(-1, 1) ** 2)


def probe(cell):
    """Return a network of three classes that reads six words, after 300 sentences."""
    words, readout = truth.draw((6, 2), 1), truth.draw((3, 2), 2)
    network = Classifier(words, cell, 3, readout_bias=False, trainable_words=False).double()
    with torch.no_grad():
        network.readout.weight.copy_(readout)
        states = network.states(torch.from_numpy(np.stack(ROWS))).numpy()
    places = states[:, ::3].reshape(-1, 2)
    return stage.Probe.make(network, places, np.zeros(2), states[:, -1], 2, multi_label=False)


def measured(cell):
    return stage.measure(probe(cell), TEXTS, np.arange(6), L, 0)[0]


def test_every_measure_has_a_column():
    assert {*measured(Leaky(2, 2))} == {
        name for name in declared.MEASURES if not name.endswith("_untrained")
    }


def test_an_integrator_adds_and_keeps_the_same_everywhere():
    found = measured(Leaky(2, 2))
    for name in ("additivity_r2", "logit_additivity", "additivity_slope", "delayed_share"):
        assert found[name] == pytest.approx(1)
    for name in ("additivity_r2_fitted", "position_independence", "delayed_independence"):
        assert found[name] == pytest.approx(1)


def test_an_echo_passes_the_old_measure_and_none_of_the_new():
    cell = Leaky(2, 2)
    cell.left = 0.3
    found = measured(cell)
    assert found["position_independence"] == pytest.approx(1)
    assert found["delayed_independence"] < 1e-6
    assert found["delayed_share"] < 1e-3
    assert found["logit_additivity"] < 0
    assert found["additivity_noise"] > 1e6  # what is left of a kick is the same everywhere


def test_where_the_state_saturates_kicks_at_the_centre_are_too_large():
    found = measured(Saturating(2, 2))
    assert found["additivity_slope"] < 0.9
    assert found["additivity_r2"] < found["logit_additivity"] < 1
    assert 0 < found["additivity_noise"] < 10
    assert found["delayed_independence"] == pytest.approx(found["position_independence"], abs=0.1)


def test_kicks_of_a_vocabulary_are_means_over_places(monkeypatch):
    network = probe(Saturating(2, 2))
    step = network.classifier.cell
    mean, spread = stage.kicks_over_places(network, step, network.differences)
    places = network.places(stage.PLACES)
    read = step(places[None], network.vectors[:, None]) - places
    effects = (read @ network.differences.T).detach().numpy()
    np.testing.assert_allclose(mean, effects.mean(axis=1))
    np.testing.assert_allclose(spread, effects.var(axis=1, ddof=1).sum(axis=1))
    monkeypatch.setattr(stage, "ROWS", 30)  # five places, and blocks of six words
    few, _ = stage.kicks_over_places(network, step, network.differences)
    five = (step(network.places(5)[None], network.vectors[:, None]) - network.places(5)).mean(1)
    np.testing.assert_allclose(few, (five @ network.differences.T).detach().numpy())
