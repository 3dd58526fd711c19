"""Trainings that were over, and trainings that were cut short, told by their histories."""

import math

import numpy as np
import pytest

from rnn_geometry.networks.convergence import constant_loss, loss_falling


def history(losses, rate="cosine", steps=100):
    at = np.arange(1, len(losses) + 1) * steps
    whole = at[-1]
    rates = {
        "cosine": 0.5 * (1 + np.cos(np.pi * (at - 1) / whole)),
        "constant": np.ones(len(losses)),
    }
    return {"step": at.tolist(), "learning_rate": rates[rate].tolist(), "dev_loss": losses}


SIX, FOUR = math.log(6), math.log(4)


@pytest.mark.parametrize(
    ("losses", "rate", "constant", "expected"),
    [
        # Measured: six emotions and six classes of DBpedia, four epochs at 2e-3, .63 and .73 right.
        ([1.543, 1.334, 1.133, 1.105], "cosine", 1.72, True),
        ([1.589, 1.194, 0.872, 0.790], "cosine", SIX, True),
        # The same with 600 steps at 1e-2, .81 and .96 right; AG News, four epochs.
        (
            [0.694, 0.517, 0.599, 0.632, 0.824, 0.753, 0.835, 0.813, 0.831, 0.841],
            "cosine",
            1.72,
            False,
        ),
        (
            [0.676, 0.176, 0.177, 0.209, 0.086, 0.094, 0.079, 0.072, 0.073, 0.073],
            "cosine",
            SIX,
            False,
        ),
        ([0.860, 0.587, 0.552, 0.537], "cosine", FOUR, False),
        # Networks of the default configuration.
        (
            [0.697, 0.42, 0.342, 0.358, 0.27, 0.217, 0.185, 0.189, 0.175, 0.157],
            "cosine",
            1.61,
            False,
        ),
        (
            [0.354, 0.248, 0.077, 0.071, 0.182, 0.042, 0.041, 0.025, 0.023, 0.021],
            "cosine",
            FOUR,
            False,
        ),
        ([1.2, 1.0, 0.8, 0.6, 0.4], "constant", FOUR, True),  # a straight fall
        ([0.4, 0.3, 0.3, 0.3, 0.3], "constant", FOUR, False),
        ([0.4, 0.3, 0.5, 0.7, 0.9], "constant", FOUR, False),  # it rises again
        ([FOUR - 0.001, FOUR - 0.002, FOUR - 0.004], "constant", FOUR, False),  # at chance: noise
        ([FOUR, FOUR, FOUR, FOUR, 0.9], "constant", FOUR, True),  # it has just begun
        ([0.9], "constant", FOUR, True),  # one evaluation: a straight fall
        ([math.nan, 1.2, 0.8, 0.4], "constant", FOUR, True),
        ([0.0, 0.0], "constant", 0.0, False),  # one class
    ],
)
def test_a_training_that_was_cut_short_is_told_from_one_that_was_over(
    losses, rate, constant, expected
):
    assert loss_falling(history(losses, rate), 1.0, constant) is expected


def test_a_network_that_was_not_trained_is_not_falling():
    row = {"step": [0], "learning_rate": [0.01], "dev_loss": [1.4]}
    assert loss_falling(row, 0.01, FOUR) is False


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (np.array([0, 1, 2, 3]), FOUR),
        (np.array([2, 2]), 0.0),
        (np.array([[1, 0], [0, 0]]), math.log(2) / 2),  # the second label is never there
        (np.zeros((3, 2), dtype=np.int8), 0.0),
    ],
)
def test_the_loss_of_a_constant_answer(labels, expected):
    assert constant_loss(labels) == pytest.approx(expected)
