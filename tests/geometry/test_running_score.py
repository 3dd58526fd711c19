"""How much of a running score is read from states, by place and with one map for all."""

import numpy as np
import pytest

from rnn_geometry.geometry.running_score import running_score


@pytest.fixture
def totals():
    return np.random.default_rng(0).normal(size=(80, 7, 2)).cumsum(1)


def test_a_score_that_means_the_same_everywhere_is_read_with_one_map(totals):
    turned = totals @ np.array([[1.0, 2, 0], [0, 1, -1]])
    found = running_score(turned, totals)
    np.testing.assert_allclose(found.by_place, 1, atol=1e-6)
    assert found.together == pytest.approx(1, abs=1e-6)


def test_a_mean_is_a_score_at_every_place_and_none_over_all_of_them(totals):
    means = totals / np.arange(1, 8)[:, None]
    found = running_score(means, totals)
    np.testing.assert_allclose(found.by_place, 1, atol=1e-6)
    assert found.together < 0.8


def test_states_that_know_nothing_tell_nothing_of_texts_that_were_held_out(totals):
    noise = np.random.default_rng(1).normal(size=(80, 7, 3))
    found = running_score(noise, totals)
    assert found.together < 0.05
    assert np.median(found.by_place) < 0.05


@pytest.mark.parametrize("shape", [(80, 7), (80, 6, 2), (79, 7, 2)])
def test_arrays_of_other_shapes_are_refused(totals, shape):
    with pytest.raises(ValueError, match=r"\(n, T, H\) and \(n, T, K\)"):
        running_score(np.zeros(shape), totals)
