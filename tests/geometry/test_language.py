"""How states move with beliefs, which changes follow, how far a network comes beyond n-grams."""

import numpy as np
import pytest

from rnn_geometry.geometry.beliefs import linear_reading, told_by_direction
from rnn_geometry.geometry.language import encoding, followed, gap_closed, signed_rates

RNG = np.random.default_rng(0)
BELIEFS = RNG.dirichlet(np.ones(3), size=400)
AXES = np.array([[2.0, 0, 0, 1], [0, 3, 0, 0], [0, 0, 0, 0]])


def test_states_move_as_they_were_made_to():
    states = BELIEFS @ AXES + 0.01 * RNG.normal(size=(400, 4)) + 5
    moves = encoding(states, BELIEFS)
    change = np.array([1.0, -1, 0])
    assert change @ moves == pytest.approx(change @ AXES, abs=0.01)
    # All beliefs growing alike is no change of beliefs, and moves nothing.
    assert np.ones(3) @ moves == pytest.approx(0, abs=1e-6)


def test_a_change_that_goes_too_far_or_elsewhere_follows_less():
    expected = RNG.normal(size=(50, 6))
    across = np.roll(expected, 1, axis=1)
    assert followed(expected / 2, expected) == pytest.approx(0.75)
    assert followed(2 * expected, expected) == pytest.approx(0)
    assert followed(across, expected) < 0
    assert np.isnan(followed(expected, 0 * expected))


def test_a_network_behind_the_best_ngram_has_closed_less_than_nothing():
    ngrams = {"one": 2.0, "two": 1.5}
    assert gap_closed(1.0, 1.0, ngrams) == 1
    assert gap_closed(1.75, 1.0, ngrams) == -0.5
    assert np.isnan(gap_closed(1.0, 1.5, ngrams))


def test_rates_of_a_small_state_are_few():
    assert signed_rates(np.array([1j, 0.5])) == pytest.approx([0, np.log(0.5)])


def test_a_direction_that_states_do_not_hold_is_not_told():
    blind = AXES.copy()
    blind[:, 1] = 0  # only how likely the first state is can be seen
    texts = np.arange(400)
    for axes, told in ((AXES, [1, 1]), (blind, None)):
        states = BELIEFS @ axes
        reading = linear_reading(states, BELIEFS, texts)
        found = told_by_direction(reading, states, BELIEFS, texts)
        assert len(found) == 2
        if told:
            assert found == pytest.approx(told, abs=1e-3)
        else:
            # One direction of the plane is seen, the one across it is not.
            assert found.sum() == pytest.approx(1, abs=0.15)
