"""Groups among distances: planted ones, and none."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import f_oneway, kstest

from rnn_geometry.geometry.groups import (
    classical_map,
    nearest_neighbours,
    nearest_shares,
    permanova,
)


def drawn(groups, apart, seed, size=3):
    """Return distances of points around a centre for each group, and the groups."""
    rng = np.random.default_rng(seed)
    codes = np.array(groups)
    centres = apart * rng.normal(size=(codes.max() + 1, size))
    points = centres[codes] + rng.normal(size=(len(codes), size))
    return cdist(points, points), codes


FOUR = np.repeat(np.arange(4), 5)


def test_planted_groups_are_found():
    distances, codes = drawn(FOUR, 8, seed=0)
    assert permanova(distances, codes, seed=0).p == 0.001
    near = nearest_neighbours(distances, codes, seed=0)
    assert (near.accuracy, near.p) == (1, 0.001)
    assert near.chance == pytest.approx(4 / 19)


def test_without_groups_p_is_uniform():
    found = []
    for seed in range(200):
        distances, codes = drawn(FOUR, 0, seed)
        found.append(permanova(distances, codes, seed=seed, permutations=99).p)
    assert kstest(found, "uniform").pvalue > 0.01
    assert np.mean(np.array(found) <= 0.05) < 0.1


def test_without_groups_the_nearest_is_of_ones_own_by_chance():
    near = [
        nearest_neighbours(*drawn(FOUR, 0, seed), seed=seed, permutations=99) for seed in range(200)
    ]
    assert np.mean([one.accuracy for one in near]) == pytest.approx(4 / 19, abs=0.03)
    assert np.mean([one.p <= 0.05 for one in near]) < 0.1


def test_on_a_line_pseudo_f_is_the_f_of_an_analysis_of_variance():
    rng, codes = np.random.default_rng(0), np.repeat([0, 1, 2], [3, 5, 7])
    x = rng.normal(size=15) + codes
    expected = f_oneway(*(x[codes == group] for group in range(3))).statistic
    found = permanova(np.abs(x[:, None] - x), codes, seed=0)
    assert found.pseudo_f == pytest.approx(expected)


def test_values_of_scikit_bio():
    """scikit-bio 0.7.4: permanova(DistanceMatrix(d), groups) of these."""
    distances = np.array(
        [[0, 1, 4, 5, 6], [1, 0, 4, 5, 7], [4, 4, 0, 2, 3], [5, 5, 2, 0, 3], [6, 7, 3, 3, 0]]
    )
    found = permanova(distances, np.array(list("aabbb")), seed=0)
    # By hand: total (1+16+25+36+16+25+49+4+9+9)/5 = 38, within 1/2 + 22/3 = 7.833.
    assert found.pseudo_f == pytest.approx((38 - 47 / 6) / (47 / 6 / 3))


def test_members_that_are_one_to_rounding_are_infinitely_closer():
    x = np.array([0.0, 1e-9, 5, 5, 9, 9])
    found = permanova(np.abs(x[:, None] - x), np.array(list("aabbcc")), seed=0)
    assert found.pseudo_f == np.inf
    assert found.p < 0.2


def test_names_and_order_of_groups_do_not_matter():
    distances, codes = drawn(FOUR, 1, seed=3)
    order = np.random.default_rng(0).permutation(len(codes))
    names = np.array(["z", "k", "m", "a"])[codes]
    whole = permanova(distances, codes, seed=0).pseudo_f
    turned = permanova(distances[np.ix_(order, order)], names[order], seed=0).pseudo_f
    assert turned == pytest.approx(whole)


def test_equally_near_ones_share():
    distances = np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])
    found = nearest_neighbours(distances, np.array([0, 0, 1]), seed=0)
    assert found.accuracy == pytest.approx((0.5 + 0.5 + 0) / 3) == found.chance
    assert nearest_shares(distances).sum(axis=1).tolist() == [1, 1, 1]


@pytest.mark.parametrize("codes", [[0, 0, 0], [0, 1, 2]])
def test_one_group_and_groups_of_one_have_no_f(codes):
    found = permanova(np.abs(np.subtract.outer([0.0, 1, 3], [0.0, 1, 3])), np.array(codes), seed=0)
    assert np.isnan(found.pseudo_f)
    assert np.isnan(found.p)


def test_a_map_of_points_in_a_plane_keeps_their_distances():
    points = np.random.default_rng(0).normal(size=(12, 2)) @ np.diag([3, 1]) + 5
    distances = cdist(points, points)
    found = classical_map(distances)
    np.testing.assert_allclose(cdist(found.places, found.places), distances, atol=1e-9)
    assert found.shares.sum() == pytest.approx(1)
    assert found.shares[0] > found.shares[1]
    np.testing.assert_allclose(classical_map(distances, 4).places[:, 2:], 0, atol=1e-6)


@pytest.mark.parametrize(
    ("distances", "told"),
    [
        (np.zeros((2, 3)), r"\(n, n\)"),
        (np.array([[0, 1], [2, 0]]), "both ways"),
        (np.array([[0, np.nan], [np.nan, 0]]), "finite"),
        (np.eye(2), "from itself"),
    ],
)
def test_what_are_no_distances_is_refused(distances, told):
    with pytest.raises(ValueError, match=told):
        permanova(distances, np.array([0, 1]), seed=0)
