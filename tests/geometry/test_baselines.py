"""Constant answers on test, and the accuracy that is beyond them."""

import numpy as np
import pytest

from rnn_geometry.geometry.baselines import constant_accuracy, learned_above
from rnn_geometry.geometry.word_counts import majority_accuracy

IMBALANCED = np.repeat([0, 1, 2], [19, 28, 53])  # train has most of class 0


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (IMBALANCED, 0.53),
        (np.zeros(7, dtype=int), 1.0),
        (np.array([5, 5, 9]), 2 / 3),  # classes 0 to 4 are missing in test
        (np.array([[1, 0], [1, 1], [1, 1], [0, 1]]), 0.5),  # every label alone: .75
        (np.zeros((4, 3), dtype=int), 1.0),  # no text has a label
    ],
)
def test_the_best_constant_answer_is_that_of_the_test_split(labels, expected):
    assert constant_accuracy(labels) == pytest.approx(expected)


def test_an_answer_that_is_common_in_training_alone_is_no_baseline():
    assert majority_accuracy(np.zeros(9, dtype=int), IMBALANCED) == 0.19
    assert constant_accuracy(IMBALANCED) == 0.53


@pytest.mark.parametrize(
    ("constant", "sentences", "limit"),
    [
        (0.25, 400, 0.25 + 2.33 * 0.0216506),
        (0.5, 10000, 0.51165),
        (0.5, 9, 0.5 + 2.33 / 6),
        (0.5, 5, None),  # five of five happen once in 32
        (0.95, 50, None),
        (1.0, 1000, None),  # one class
    ],
)
def test_the_limit_is_beyond_it_by_its_binomial_margin(constant, sentences, limit):
    found = learned_above(constant, sentences)
    assert found is None if limit is None else found == pytest.approx(limit, abs=1e-5)


@pytest.mark.parametrize("constant", [0.1, 0.3, 0.7])
def test_a_network_that_guesses_is_beyond_it_once_in_a_hundred(constant):
    right = np.random.default_rng(0).binomial(1000, constant, size=20000) / 1000
    limit = learned_above(constant, 1000)
    assert limit is not None
    assert 0.005 < (right > limit).mean() < 0.015
