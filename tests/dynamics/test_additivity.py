"""Sums of kicks on sentences whose ends are known: exact sums, saturated ones, echoes, noise."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics import additivity
from rnn_geometry.tasks.sentences import Sentences

RNG = np.random.default_rng(0)
KICKS = RNG.normal(size=(5, 2))
ROWS = [RNG.integers(0, 5, size=RNG.integers(3, 12)) for _ in range(400)]
TEXTS = Sentences.from_lists(ROWS, np.zeros(400))
SUMS = np.stack([KICKS[row].sum(axis=0) for row in ROWS])
LAST = np.stack([KICKS[row[-1]] for row in ROWS])


def test_sums_are_those_of_the_words_of_each_sentence():
    np.testing.assert_allclose(additivity.summed(TEXTS, KICKS), SUMS)


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_a_wrong_size_shows_unless_a_map_is_fitted(slope):
    moves = slope * SUMS
    spread = ((SUMS - SUMS.mean(axis=0)) ** 2).sum() / (SUMS**2).sum()
    expected = 1 - (1 - slope) ** 2 / slope**2 / spread
    assert additivity.additivity_r2(TEXTS, KICKS, moves) == pytest.approx(expected)
    assert additivity.additivity_slope(TEXTS, KICKS, moves) == pytest.approx(slope)
    assert additivity.additivity_r2_fitted(TEXTS, KICKS, moves + 3) == pytest.approx(1)


@pytest.mark.parametrize("moves", [LAST, RNG.normal(size=(400, 2))], ids=["echo", "noise"])
def test_neither_echo_nor_noise_is_a_sum(moves):
    assert additivity.additivity_r2(TEXTS, KICKS, moves) < 0
    assert additivity.additivity_r2_fitted(TEXTS, KICKS, moves) < 0.4


def test_random_kicks_fit_less_than_the_true_ones_and_more_than_nothing():
    found = additivity.additivity_r2_random(TEXTS, KICKS, SUMS, 0)
    assert found == additivity.additivity_r2_random(TEXTS, KICKS, SUMS, 0)
    assert 0.1 < found < 0.9
    assert additivity.additivity_r2_random(TEXTS, KICKS, np.ones((400, 2)), 0) is None


def test_misses_of_independent_places_are_noise_and_of_one_place_are_more():
    rng, spread = np.random.default_rng(1), np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    scale = np.sqrt(spread / 2)[:, None]
    own = [KICKS[row] + scale[row] * rng.normal(size=(len(row), 2)) for row in ROWS]
    moves = np.stack([kicks.sum(axis=0) for kicks in own])
    noise = additivity.additivity_noise(TEXTS, KICKS, spread, moves)
    assert noise == pytest.approx(1, abs=0.15)
    shared = [KICKS[row] + scale[row] * rng.normal(size=2) for row in ROWS]
    moves = np.stack([kicks.sum(axis=0) for kicks in shared])
    assert additivity.additivity_noise(TEXTS, KICKS, spread, moves) > 5
    assert additivity.additivity_noise(TEXTS, KICKS, np.zeros(5), moves) is None


def test_nothing_is_measured_where_nothing_moves():
    still = np.zeros((400, 2))
    assert additivity.additivity_r2(TEXTS, KICKS, still) is None
    assert additivity.additivity_slope(TEXTS, 0 * KICKS, SUMS) is None
    assert additivity.additivity_r2_fitted(TEXTS, KICKS, still) is None


def test_without_words_sentences_end_where_the_hold_input_leads():
    texts = Sentences.from_lists([[0], [0, 1, 2], []], np.zeros(3))
    start, x = torch.tensor([[8.0, 4.0]], dtype=torch.float64), torch.zeros(1)
    found = additivity.without_words(lambda h, x: h / 2, start, x, np.eye(2), texts)
    assert found.tolist() == [[4, 2], [1, 0.5], [8, 4]]


def test_an_integrator_moves_by_the_sum_of_its_words():
    words = truth.draw((5, 2), 4)

    def leaning(h, x):
        """An integrator that drifts: only moves against x* are sums."""
        return h + x + 0.3

    final = np.stack([words[row].numpy().sum(axis=0) + 0.3 * len(row) for row in ROWS])
    start, x = torch.zeros(1, 2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    without = additivity.without_words(leaning, start, x, np.eye(2), TEXTS).numpy()
    assert additivity.additivity_r2(TEXTS, words.numpy(), final - without) == pytest.approx(1)
    assert additivity.additivity_r2(TEXTS, words.numpy(), final) < 0.9
