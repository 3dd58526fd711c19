"""Modes of a path: planted ones are found, and a path without time has none."""

import numpy as np
import pytest

from rnn_geometry.geometry.time_course import time_course


def planted(*modes, places=15, units=9):
    """Return a path (places, units) that is a sum of modes (lambda, size)."""
    rng = np.random.default_rng(0)
    path = np.zeros((places, units), complex)
    for eigenvalue, size in modes:
        axis = rng.normal(size=units) + 1j * rng.normal(size=units)
        path += size * eigenvalue ** np.arange(places)[:, None] * axis
    return path.real + rng.normal(size=units)


def test_planted_modes_are_found_heaviest_first():
    slow, fast = 1.0 * np.exp(0.3j), 0.95 * np.exp(0.7j)
    found = time_course(planted((slow, 2), (fast, 1)), dimension=4)
    assert np.abs(found.eigenvalues) == pytest.approx([1, 1, 0.95, 0.95])
    assert found.angles == pytest.approx([0.3, 0.3, 0.7, 0.7])
    assert found.turning == 4
    assert found.r2 == pytest.approx(1)
    assert found.shuffled_r2 < 0


def test_what_decays_does_not_turn():
    found = time_course(planted((0.6, 1)))
    assert found.dimension == 1
    assert found.turning == 0
    assert np.abs(found.eigenvalues) == pytest.approx([0.6])


def test_places_without_time_are_not_predicted():
    found = time_course(np.random.default_rng(1).normal(size=(40, 3)))
    assert found.dimension == 3
    assert found.r2 < 0.2
    assert abs(found.r2 - found.shuffled_r2) < 0.2


def test_too_few_places_say_nothing():
    assert time_course(np.random.default_rng(0).normal(size=(5, 9))) is None
    assert time_course(np.ones((9, 3))) is None
