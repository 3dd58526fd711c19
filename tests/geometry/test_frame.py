"""The frame in which a network is looked at."""

import numpy as np
import pytest

from rnn_geometry.dynamics.results import Status
from rnn_geometry.geometry.frame import centre_row, converged_rows, manifold_rows, seen_entries


def test_the_centre_is_the_point_nearest_the_mean():
    points = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [1.0, 1.2]])
    assert centre_row(points) == 3  # the mean is (1.25, 1.3)
    assert centre_row(np.repeat(points[:1], 3, axis=0)) == 0


def test_points_that_did_not_converge_move_no_centre_and_are_none():
    points = np.arange(5.0)[:, None]
    status = np.array([0, 0, 0, Status.NO_GAP, Status.OFF_MANIFOLD])
    assert centre_row(points) == 2
    assert centre_row(points, status) == 1
    status[1] = Status.DIVERGED  # the mean of the other two
    assert centre_row(points, status) in (0, 2)
    assert centre_row(points, np.full(5, Status.NO_GAP)) == 2  # none converged: all stand for them


@pytest.mark.parametrize(
    ("starts", "converged", "enough"),
    [
        (1000, 100, True),
        (1000, 99, False),  # a tenth
        (400, 50, True),
        (400, 49, False),  # fifty points
        (20, 10, True),
        (20, 9, False),  # half of few starts
        (1000, 0, False),
    ],
)
def test_too_few_points_are_no_manifold(starts, converged, enough):
    status = np.full(starts, Status.NO_GAP)
    status[:converged] = Status.CONVERGED
    rows = np.arange(converged if enough else 0)
    assert converged_rows(status).tolist() == rows.tolist()
    assert manifold_rows(status).tolist() == (rows if enough else np.arange(starts)).tolist()


def test_entries_that_some_readout_sees():
    readout = np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]])
    assert seen_entries(readout).tolist() == [True, True, False]
    assert seen_entries(0 * readout).tolist() == [True] * 3  # a readout that L2 took away
