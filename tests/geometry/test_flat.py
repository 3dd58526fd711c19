"""One Jacobian everywhere is seen, and what it leaves uncounted."""

import numpy as np
import pytest

from rnn_geometry.claims.metrics import living_dimension
from rnn_geometry.geometry.flat import COUNTS, has_one_spectrum, with_flatness
from rnn_geometry.geometry.tables import RUNS

MODES = np.array([[0.99 + 0.1j, 0.99 - 0.1j, 0.98, -0.3]]).repeat(5, 0).astype(np.complex64)
PLACES = np.arange(20.0).reshape(5, 4)
NUMBERS = {"integration_modes": 3, "modes_mean": 3.0, "growing_modes": 0, "tau_1": 50.0, "cover": 1}


def arrays(points=PLACES, eigenvalues=MODES):
    slow = {"points": np.concatenate([points, points + 1])}
    linear = {"index": np.arange(5), "eigenvalues": eigenvalues}
    return {"visited": PLACES}, slow, linear


def test_slow_modes_of_a_flat_set_are_counted_apart():
    found = with_flatness(NUMBERS, *arrays())
    assert found["constant_jacobian"] is True
    assert found["flat_modes"] == 3
    assert [found[name] for name in ("integration_modes", "modes_mean", "growing_modes")] == [
        None,
        None,
        None,
    ]
    assert (found["tau_1"], found["cover"]) == (50.0, 1)  # what is slow is told as before


def test_a_spectrum_that_differs_leaves_all_as_it_is():
    other = MODES.copy()
    other[3, 2] += 1e-4
    found = with_flatness(NUMBERS, *arrays(eigenvalues=other))
    assert found == {**NUMBERS, "constant_jacobian": False, "flat_modes": None}


def test_points_in_one_place_say_nothing():
    found = with_flatness(NUMBERS, *arrays(points=PLACES[:1].repeat(5, 0)))
    assert found == {**NUMBERS, "constant_jacobian": None, "flat_modes": None}


def test_eigenvalues_of_equal_modulus_may_come_in_any_order():
    other = MODES.copy()
    other[1, :2] = other[1, 1::-1]
    assert has_one_spectrum(PLACES, other, radius=1.0)


def test_only_known_numbers_are_left_empty():
    assert {name for name in COUNTS if name not in RUNS} == {"modes_min", "modes_max"}


@pytest.mark.parametrize(("modes", "expected"), [(2, 3), (0, 0), (None, 3)])
def test_a_network_whose_modes_are_not_counted_is_not_dead(modes, expected):
    pandas = pytest.importorskip("pandas")
    rows = pandas.DataFrame({"components_95": [3], "integration_modes": [modes]}, dtype=float)
    assert living_dimension(rows).tolist() == [expected]
