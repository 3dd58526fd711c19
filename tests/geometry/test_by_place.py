"""What is read place by place: of planted states, by one map and by each place's own."""

import numpy as np
import pytest

from rnn_geometry.geometry.beliefs import linear_reading
from rnn_geometry.geometry.by_place import most_moved, r2_by_place, read_by_place

RNG = np.random.default_rng(0)
SUMS = RNG.normal(size=(300, 6, 2)).cumsum(1)
MEANS = SUMS / np.arange(1, 7)[:, None]


def test_a_sum_means_the_same_everywhere_and_a_mean_does_not():
    same, shrinking = read_by_place(SUMS, SUMS), read_by_place(MEANS, SUMS)
    np.testing.assert_allclose(same.r2, 1, atol=1e-6)
    np.testing.assert_allclose(same.together, SUMS, atol=1e-2)
    np.testing.assert_allclose(shrinking.r2[:, 1], 1, atol=1e-6)
    assert shrinking.r2[0, 0] < 0.5
    np.testing.assert_allclose(shrinking.own, SUMS, atol=1e-2)


def test_a_place_is_read_as_the_claims_read_it():
    noisy = SUMS @ RNG.normal(size=(2, 5)) + RNG.normal(size=(300, 6, 5))
    own = linear_reading(noisy[:, 3], SUMS[:, 3], np.arange(300)).r2
    assert read_by_place(noisy, SUMS).r2[3, 1] == pytest.approx(own)


def test_where_nothing_varies_nothing_is_told():
    still = np.concatenate([np.zeros((300, 1, 2)), SUMS], 1)
    found = r2_by_place(still, still)
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1:], 1)


def test_chosen_texts_are_those_that_no_map_was_fitted_to():
    shares = np.zeros((12, 4, 2))
    for text, moved in ((1, 1.0), (2, 9.0), (3, 2.0), (7, 3.0), (11, 5.0)):
        shares[text, 2] = moved
    assert most_moved(shares, 2, 10).tolist() == [3, 7]
    assert most_moved(shares, 9, 4).tolist() == [1, 3]
