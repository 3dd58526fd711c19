"""Numbers of the skeleton: what theory expects of it, and what a near miss scores."""

import numpy as np
import pytest

from rnn_geometry.geometry.search import (
    SKELETON,
    expected_skeleton,
    skeleton,
    skeleton_match,
)

SIMPLEX, SQUARE = {"classes": 3}, {"classes": 2, "multi_label": True}


def bones(stability, degree=1.0, bounded=True):
    status = np.zeros(4, np.int8)
    return {
        "stability": np.array(stability, dtype=np.int64),
        "status": status,
        "unseen": np.array(0.1),
        "degree": np.array(degree),
        "bounded": np.array(bounded),
    }


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"classes": 2}, [2, 1]),
        ({"classes": 5}, [5, 10, 10, 5, 1]),
        ({"classes": 3, "multi_label": True}, [8, 12, 6, 1]),
        ({"classes": 5, "ordered": True}, []),
    ],
)
def test_theory_puts_one_fixed_point_on_every_face(meta, expected):
    found = expected_skeleton(meta)
    assert found.tolist() == expected
    if expected:
        signs = (-1) ** np.arange(len(expected))
        assert (signs * found).sum() == 1, "the degree of a whole skeleton"


@pytest.mark.parametrize(("meta", "whole"), [(SIMPLEX, [3, 3, 1]), (SQUARE, [4, 4, 1])])
def test_a_whole_skeleton_is_told_from_one_that_lacks_a_point(meta, whole):
    stability = np.repeat(np.arange(3), whole)
    found = skeleton(bones(stability), meta)
    assert set(found) == set(SKELETON)
    assert (found["skeleton_binomial"], found["skeleton_match"]) == (1, 1.0)
    assert found["fixed_points"] == found["fixed_points_expected"] == sum(whole)
    lacking = skeleton(bones(stability[:-1], degree=0), meta)
    assert (lacking["skeleton_binomial"], lacking["degree_is_one"]) == (0, 0)
    assert 0.8 < lacking["skeleton_match"] < 1


def test_numbers_of_equal_sum_with_other_modes_are_no_simplex():
    assert skeleton(bones([0, 0, 0, 0, 1, 1, 2]), SIMPLEX)["skeleton_binomial"] == 0
    assert skeleton_match(np.array([4, 2, 1]), np.array([3, 3, 1])) == pytest.approx(12 / 14)


def test_a_degree_proves_nothing_of_unbounded_cells_nor_theory_of_other_tasks():
    found = skeleton(bones([0, 0], degree=2, bounded=False), {"classes": 5, "ordered": True})
    assert (found["degree"], found["degree_is_one"]) == (2, None)
    assert found["fixed_points_expected"] is None
    assert found["skeleton_binomial"] is None
    assert found["skeleton_match"] is None


def test_a_network_without_a_fixed_point_shares_none():
    found = skeleton(bones([], degree=0), SIMPLEX)
    assert (found["degree_is_one"], found["skeleton_match"]) == (0, 0.0)
