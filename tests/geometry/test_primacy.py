"""Weights of early and late words, of systems that are known to favour one."""

import numpy as np
import pytest

from rnn_geometry.geometry.primacy import part_sums, position_weights, primacy
from rnn_geometry.tasks.sentences import Sentences

KICKS = np.array([[1.0, -1.0], [-0.5, 0.5], [0.2, -0.2]])


def texts(count=300, lengths=(20, 21), seed=0):
    """Random texts over the three words."""
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, len(KICKS), size=rng.integers(*lengths)) for _ in range(count)]
    return Sentences.from_lists(rows, np.zeros(count))


def read(sentences, rate):
    """Logits of a linear system whose state is multiplied by `rate` with every word."""
    ends = []
    for start, end in zip(sentences.offsets[:-1], sentences.offsets[1:], strict=True):
        state = np.zeros(2)
        for word in sentences.tokens[start:end]:
            state = rate * state + KICKS[word]
        ends.append(state)
    return np.array(ends)


def test_parts_are_fifths_of_each_text():
    sentences = Sentences.from_lists([[0, 0, 1, 1, 2], [0, 1, 2]], np.zeros(2))
    sums = part_sums(sentences, KICKS)
    np.testing.assert_allclose(sums[0], KICKS[[0, 0, 1, 1, 2]])
    expected = np.zeros((5, 2))
    expected[[0, 1, 3]] = KICKS
    np.testing.assert_allclose(sums[1], expected)


def test_an_integrator_weighs_all_words_alike():
    sentences = texts(lengths=(5, 30))
    assert primacy(sentences, KICKS, read(sentences, 1.0)) == pytest.approx(1)
    np.testing.assert_allclose(position_weights(sentences, KICKS, 3 * read(sentences, 1)), 3)


@pytest.mark.parametrize("rate", [0.95, 1.05])
def test_growth_is_primacy_and_decay_recency(rate):
    sentences = texts(2000)
    assert primacy(sentences, KICKS, read(sentences, rate)) == pytest.approx(rate**16, rel=0.05)


def test_saturation_at_the_end_is_no_primacy():
    sentences = texts(4000)
    assert primacy(sentences, KICKS, np.tanh(read(sentences, 1) / 4)) == pytest.approx(1, abs=0.1)


def test_there_is_none_where_late_words_count_for_nothing():
    sentences = texts()
    early = part_sums(sentences, KICKS)[:, 0]
    assert primacy(sentences, KICKS, early - read(sentences, 1.0)) is None
