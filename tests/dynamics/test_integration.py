"""Measures of integration on systems that do integrate, that forget, and that do neither."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics import integration
from rnn_geometry.tasks.sentences import Sentences

X = torch.zeros(2, dtype=torch.float64)
EYE = torch.eye(2, dtype=torch.float64)


def integrator(h, x):
    """A perfect integrator: h' = h + x."""
    return h + x


def forgetter(h, x):
    """h' = h / 2 + x: the last words only."""
    return 0.5 * h + x


def saturating(h, x):
    """A word's effect depends on the place: h' = h + x (1 - h^2)."""
    return h + x * (1 - h**2)


def test_an_integrator_holds_and_a_forgetter_does_not():
    states = truth.draw((50, 2))
    assert integration.hold_r2(integrator, states, X, EYE, 40) == 1.0
    left = integration.hold_r2(forgetter, states, X, EYE, 1)
    mean = states.mean(dim=0)
    expected = 1 - float((0.5 * states).square().sum() / (states - mean).square().sum())
    assert left == pytest.approx(expected)
    assert integration.hold_r2(forgetter, states, X, EYE, 40) < 0.01
    assert integration.hold_r2(integrator, torch.ones(5, 2, dtype=torch.float64), X, EYE, 3) is None


def test_effects_are_what_stays_after_the_word():
    words = truth.draw((3, 1, 2), 1)
    points = truth.draw((4, 2), 2)
    kept = integration.sequence_effects(integrator, points, X, words, EYE)
    torch.testing.assert_close(kept, words.expand(3, 4, 2))
    gone = integration.sequence_effects(forgetter, points, X, words, EYE, settle=3)
    torch.testing.assert_close(gone, words.expand(3, 4, 2) / 8)


def test_sequences_are_read_in_order_and_in_blocks(monkeypatch):
    monkeypatch.setattr("rnn_geometry.dynamics._runs.ROWS_AT_ONCE", 5)
    words, points = truth.draw((7, 2, 2), 1), truth.draw((3, 2), 2)
    effects = integration.sequence_effects(forgetter, points, X, words, EYE, settle=0)
    expected = (0.5 * words[:, 0] + words[:, 1])[:, None].expand(7, 3, 2)
    torch.testing.assert_close(effects, expected)


def test_position_independence_tells_place_from_word():
    words = truth.draw((6, 1, 2), 1)
    points = truth.draw((20, 2), 2)
    same = integration.sequence_effects(integrator, points, X, words, EYE).numpy()
    assert integration.position_independence(same) == pytest.approx(1.0)
    varied = integration.sequence_effects(saturating, points, X, words, EYE).numpy()
    assert 0.3 < integration.position_independence(varied) < 0.95
    only_place = np.broadcast_to(np.random.default_rng(0).normal(size=(1, 9, 2)), (4, 9, 2))
    assert integration.position_independence(only_place) == pytest.approx(0.0, abs=1e-12)
    assert integration.position_independence(np.zeros((3, 4, 2))) is None


def test_sums_of_kicks_predict_an_integrator_only():
    rng = np.random.default_rng(0)
    kicks = rng.normal(size=(5, 2))
    rows = [rng.integers(0, 5, size=rng.integers(3, 12)) for _ in range(200)]
    sentences = Sentences.from_lists(rows, np.zeros(200))
    final = np.stack([kicks[row].sum(axis=0) for row in rows])
    assert integration.additivity_r2(sentences, kicks, 3 * final - 1) == pytest.approx(1.0)
    last = np.stack([kicks[row[-1]] for row in rows])
    assert integration.additivity_r2(sentences, kicks, last) < 0.4
    assert integration.additivity_r2(sentences, kicks, rng.normal(size=(200, 2))) < 0.1
