"""Shares and their differences, against textbooks and counts by hand."""

from math import comb

import pytest

from rnn_geometry.claims.shares import difference, wilson


def test_wilson_intervals_of_a_textbook():
    # Newcombe 1998, table I: 81 of 263, and 0 of 20.
    assert wilson(81, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20, 0.95) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0, 0.95) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("trained", "control", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_intervals_of_differences_of_a_textbook(trained, control, low, high):
    found = difference(trained, control, 0.95)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_p_of_fisher_by_hand():
    # All five that do not meet the claim are among the ten controls.
    assert difference((10, 10), (5, 10), 0.95).p == pytest.approx(comb(10, 5) / comb(20, 5))
    assert difference((5, 10), (10, 10), 0.95).p == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("pairs", "p"), [((10, 0), 2**-10), ((5, 0), 2**-5), ((5, 1), 7 / 64), ((0, 0), 1.0)]
)
def test_the_p_of_pairs_by_hand(pairs, p):
    found = difference((10, 10), (5, 10), 0.95, pairs)
    assert (found.p, found.paired) == (pytest.approx(p), True)


@pytest.mark.parametrize(
    ("trained", "control", "shown"),
    [
        ((10, 10), (5, 10), True),  # intervals of the two shares overlap, and yet they differ
        ((10, 10), (7, 10), False),
        ((9, 10), (5, 10), False),
        ((10, 10), (1, 3), True),
        ((5, 5), (1, 3), False),
    ],
)
def test_a_difference_is_shown_by_interval_and_p(trained, control, shown):
    assert difference(trained, control, 0.95).shown(0.95) is shown
