"""Numbers of singular values: planted counts, gaps and values that are not defined."""

import numpy as np
import pytest

from rnn_geometry.geometry.input_output import (
    COLUMNS,
    effective_dimension,
    response_numbers,
    shown_values,
)

CENTRE = [10.0, 8, 0.9, 0.1]
PLACES = [[10.0, 8, 1.1, 0.1], [10.0, 5, 0.5, 0.1], [4.0, 4, 0.2, 0.1]]
VALUES = np.array([CENTRE, *PLACES])


def test_numbers_at_the_centre_and_over_places():
    found = response_numbers(VALUES, 2)
    assert found["io_dimension"] == 2
    assert found["io_dimension_places"] == 2.0
    assert found["io_equal_d"] == pytest.approx(2 / 3)
    assert found["io_gap"] == pytest.approx(8 / 0.9)
    assert found["io_gap_places"] == pytest.approx(10)
    assert found["io_gain"] == found["io_gain_places"] == 10
    assert found["io_participation"] == pytest.approx(1.93, abs=0.01)
    assert set(found) < set(COLUMNS)


def test_without_theory_there_is_no_gap():
    found = response_numbers(VALUES, None)
    assert found["io_gap"] is found["io_equal_d"] is None
    assert found["io_dimension"] == 2


@pytest.mark.parametrize(("d", "gap"), [(1, 1e6), (2, None), (3, None)])
def test_a_value_of_nothing_gives_the_largest_gap(d, gap):
    assert response_numbers(np.array([[1.0, 0.0]] * 2), d)["io_gap"] == gap


def test_large_values_do_not_overflow():
    assert response_numbers(1e200 * VALUES, 2)["io_participation"] < 2


def test_what_is_not_defined_is_empty():
    lost = np.full((2, 3), np.nan)
    assert set(response_numbers(lost, 2).values()) == {None}
    assert set(shown_values(lost).values()) == {None}
    still = response_numbers(np.zeros((2, 3)), 2)
    assert (still["io_dimension"], still["io_gain"], still["io_participation"]) == (0, 0, None)
    assert effective_dimension(np.zeros(3)) == 0


def test_one_lost_place_takes_no_others_with_it():
    found = response_numbers(np.array([*VALUES, [np.nan] * 4]), 2)
    assert found["io_dimension_places"] == 2


def test_shown_values_are_medians_over_the_first():
    found = shown_values(VALUES)
    assert found["io_value_2"] == pytest.approx(0.8)
    assert found["io_value_3"] == pytest.approx(0.05)
    assert found["io_value_5"] is None
