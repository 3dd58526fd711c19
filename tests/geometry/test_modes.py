"""Counts of integration modes under several cuts, and with growth told from length."""

import numpy as np

from rnn_geometry.dynamics.spectrum import time_constants
from rnn_geometry.geometry.modes import modes_by_cut, modes_under_cuts

MIN_TAU = 12.5


def linear(*moduli):
    """Arrays of linearization.npz of points with such eigenvalues."""
    eigenvalues = np.array(moduli, dtype=float)
    return {"eigenvalues": eigenvalues, "tau": time_constants(eigenvalues)}


def decaying(*taus):
    """Eigenvalues of modes with such time constants."""
    return np.exp(-1 / np.array(taus))


def test_every_cut_counts_what_is_longer():
    found = modes_under_cuts(linear(decaying(30, 20, 10, 7, 3)), np.array([0]), MIN_TAU)
    counts = [found[f"modes_{cut}"] for cut in ("at_quarter", "at_third", "median", "at_length")]
    assert counts == [4, 3, 2, 1]
    assert found["modes_tau_only"] == 2
    assert found["modes_tau_only_length"] == 1


def test_a_mode_that_grows_fast_counts_by_the_clause_alone():
    growing = 1 / decaying(14, 5)
    arrays = linear(growing, growing)
    found = modes_under_cuts(arrays, np.array([0, 1]), MIN_TAU)
    assert found["modes_at_length"] == 2
    assert found["modes_median"] == 2
    assert found["modes_tau_only"] == 1
    assert found["modes_tau_only_length"] == 0


def test_the_median_over_points_is_not_the_centre():
    points = linear(decaying(30, 3), decaying(30, 20), decaying(30, 20), decaying(3, 2))
    found = modes_under_cuts(points, np.arange(4), MIN_TAU)
    assert found["modes_median"] == 1.5
    assert (found["modes_low"], found["modes_high"]) == (0, 2)
    assert modes_under_cuts(points, np.array([1, 2]), MIN_TAU)["modes_low"] == 2


def test_points_are_counted_one_by_one():
    arrays = linear([1.0, 0.5], [0.9, 0.5])
    assert modes_by_cut(arrays["tau"], arrays["eigenvalues"], MIN_TAU).tolist() == [1, 0]
