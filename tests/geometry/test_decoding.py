"""Words told by a last state: planted ones are, others are not better than a guess."""

import numpy as np
import pytest

from rnn_geometry.geometry.decoding import LastStates, words_told

PLACES, WORDS, UNITS = 6, 3, 20


def phrases(seed, kept, n=600):
    """Return phrases whose last state holds the words of some places, mixed, and noise."""
    rng = np.random.default_rng(seed)
    words = rng.integers(2, 2 + WORDS, size=(n, PLACES))
    mixed = np.random.default_rng(9).normal(size=(PLACES, WORDS, UNITS))
    states = sum((mixed[place, words[:, place] - 2] for place in kept), np.zeros((n, UNITS)))
    return LastStates(states + 0.05 * rng.normal(size=(n, UNITS)), words, np.full(n, PLACES))


@pytest.mark.parametrize("kept", [(5,), (0, 2, 5)])
def test_words_that_the_state_holds_are_told_and_no_others(kept):
    told = words_told(phrases(0, kept), phrases(1, kept))
    for place in range(PLACES):
        if place in kept:
            assert told.accuracy[place] > 0.98
        else:
            assert told.accuracy[place] < 0.45
    assert np.abs(told.chance - 1 / WORDS).max() < 0.08


def test_places_that_few_phrases_reach_are_left_out():
    first, second = phrases(0, (0,)), phrases(1, (0,))
    shorter = np.where(np.arange(600) < 590, 2, PLACES)
    told = words_told(first, second._replace(lengths=shorter))
    assert told.accuracy.shape == (2,)
    none = words_told(first, second._replace(lengths=np.zeros(600, int)))
    assert np.isnan(none.accuracy).all()


def test_a_word_that_was_never_fitted_is_not_told():
    first = phrases(0, (0,))
    other = first._replace(words=first.words + WORDS)
    assert words_told(first, other).accuracy.max() == 0
