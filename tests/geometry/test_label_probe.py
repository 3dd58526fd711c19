"""Chances of labels by a linear map: those of the accuracy that tables tell."""

import numpy as np
from scipy.sparse import csr_array

from rnn_geometry.geometry.label_probe import label_probe
from rnn_geometry.geometry.text_models import label_accuracy

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, 600)
STATES = np.eye(3)[LABELS] @ RNG.normal(size=(3, 6)) + RNG.normal(size=(600, 6))


def right(features, labels):
    """Return the share of odd rows whose likeliest label is theirs."""
    chances = label_probe(features, labels).chances(features)
    np.testing.assert_allclose(chances.sum(1), 1)
    return (chances.argmax(1) == labels)[1::2].mean()


def test_the_likeliest_label_is_that_of_the_table():
    assert right(STATES, LABELS) == label_accuracy(STATES, LABELS) > 0.5


def test_counts_are_taken_as_they_are():
    counts = csr_array(RNG.poisson(1 + 2 * np.eye(3)[LABELS]).astype(float))
    assert right(counts, LABELS) == label_accuracy(counts, LABELS) > 0.5


def test_a_unit_that_stands_still_says_nothing():
    still = np.concatenate([STATES, np.ones((600, 1))], 1)
    np.testing.assert_allclose(
        label_probe(still, LABELS).chances(still), label_probe(STATES, LABELS).chances(STATES)
    )
