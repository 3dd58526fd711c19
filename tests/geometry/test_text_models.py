"""What states tell of labels: where noise is known, so is how much."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from rnn_geometry.geometry.text_models import LANGUAGE_TEXT, label_accuracy


def drawn(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    return rng, rng.integers(0, 2, n)


def test_a_direction_tells_what_its_noise_leaves():
    """Two normal distributions two deviations apart: Phi(1) of texts are on their side."""
    rng, labels = drawn()
    features = np.stack([2.0 * labels + rng.normal(size=len(labels)), 0 * labels], 1)
    assert label_accuracy(features, labels) == pytest.approx(0.841, abs=0.02)
    assert label_accuracy(1e4 * features - 7, labels) == label_accuracy(features, labels)


def test_nothing_is_told_by_what_has_nothing_to_do_with_labels():
    rng, labels = drawn()
    assert label_accuracy(rng.normal(size=(4000, 3)), labels) == pytest.approx(0.5, abs=0.03)


def test_a_row_is_not_told_by_having_been_seen():
    """Each even row has a column of its own, which says nothing of odd ones."""
    _, labels = drawn(200)
    assert label_accuracy(np.eye(200), labels) == pytest.approx(0.5, abs=0.1)


def test_word_counts_are_taken_as_they_are():
    rng, labels = drawn()
    words = np.where(rng.random(4000) < 0.9, labels, 1 - labels)
    counts = csr_array((np.ones(4000), words, np.arange(4001)), (4000, 2))
    assert label_accuracy(counts, labels) == pytest.approx(0.9, abs=0.02)


def test_the_table_says_which_network_it_is_about():
    assert list(LANGUAGE_TEXT)[:6] == ["task", "model", "cell", "l2", "seed", "control"]
