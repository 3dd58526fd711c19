"""Hyperbolicity, drift and kept roots of arrays whose numbers are known."""

import numpy as np
import pytest

from rnn_geometry.geometry.manifold_quality import (
    COLUMNS,
    NOISE,
    diameter,
    drift_numbers,
    hyperbolicity,
    roots_kept,
)

BEFORE = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])


def test_hyperbolicity_compares_the_worst_of_all_points():
    eigenvalues = np.array([[0.99, -0.95, 0.5], [0.6, 0.9, 1.01]])
    assert hyperbolicity(eigenvalues, 2) == pytest.approx(0.6 / 0.9)
    assert hyperbolicity(eigenvalues, 1) == pytest.approx(0.95 / 0.99)
    # A gap at every point, but not over the manifold.
    assert hyperbolicity(np.array([[0.99, 0.8], [0.7, 0.3]]), 1) > 1
    turning = np.array([[0.9j, -0.9j, 0.3]])
    assert hyperbolicity(turning, 2) == pytest.approx(1 / 3)


def test_hyperbolicity_needs_something_fast():
    assert hyperbolicity(np.array([[0.9, 0.5]]), 2) is None
    assert hyperbolicity(np.zeros((1, 2)), 1) is None


def test_the_diameter_is_that_of_the_farthest_pair():
    assert diameter(BEFORE) == pytest.approx(2**0.5)
    assert diameter(BEFORE[:1]) == 0


def test_a_steady_drift_meets_its_bound():
    velocity = np.array([[0.1, 0], [0, 0.05], [0, 0.02]])
    found = drift_numbers(velocity, 20 * velocity, 4.0, 20)
    assert found["speed_max"] == pytest.approx(0.025)
    assert found["speed_median"] == pytest.approx(0.0125)
    assert found["memory_error"] == found["memory_error_bound"] == pytest.approx(0.5)
    assert found["memory_tightness"] == pytest.approx(1)
    settles = drift_numbers(velocity, 5 * velocity, 4.0, 20)
    assert settles["memory_tightness"] == pytest.approx(0.25)


def test_points_in_one_place_do_not_drift_in_diameters():
    nothing = np.zeros((3, 2))
    assert set(drift_numbers(nothing, nothing, 0.0, 20).values()) == {None}
    still = drift_numbers(nothing, nothing, 1.0, 20)
    assert (still["speed_max"], still["memory_tightness"]) == (0, None)
    assert set(drift_numbers(nothing, np.full((3, 2), np.inf), 1.0, 20).values()) == {None}


def test_roots_are_kept_that_stay_near_and_as_stable():
    move = np.array([[0.02, 0], [0, 0.05], [0.5, 0], [np.nan, np.nan]])
    found = roots_kept(BEFORE, [0, 0, 0, 1], BEFORE + move, [0, 1, 0, -1], 1.0)
    assert found["noise_roots_kept"] == pytest.approx(1 / 3)
    assert found["noise_skeleton_kept"] == pytest.approx(1 / 4)
    assert found["noise_root_shift"] == pytest.approx(0.02)


def test_without_roots_none_is_kept():
    none = np.zeros((0, 2))
    assert set(roots_kept(none, [], none, [], 1.0).values()) == {None}
    saddle = roots_kept(BEFORE[:1], [1], BEFORE[:1] + 9, [1], 1.0)
    assert saddle["noise_roots_kept"] is saddle["noise_root_shift"] is None
    assert saddle["noise_skeleton_kept"] == 0


@pytest.mark.parametrize("scale", [0.0, np.inf])
def test_nothing_is_told_in_the_size_of_one_place_or_of_a_runaway(scale):
    found = roots_kept(BEFORE, [0, 0, 0, 1], BEFORE, [0, 0, 0, 1], scale)
    assert set(found) == {"noise_roots_kept", "noise_skeleton_kept", "noise_root_shift"}
    assert set(found.values()) == {None}
    assert set(drift_numbers(BEFORE, BEFORE, scale, 20).values()) == {None}


def test_noise_has_columns_for_three_strengths():
    assert len(NOISE) == 21
    assert "1%" in COLUMNS["noise_hold_r2_weak"].meaning
    assert "10%" in COLUMNS["noise_hold_r2_strong"].meaning
