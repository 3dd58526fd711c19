"""The rule by hand, and the intervals it rests on."""

import re

import numpy as np
import pytest
from test_judge import CLAIMS

from rnn_geometry.claims import verdict as verdict_rule
from rnn_geometry.claims.verdict import FAILS, HOLDS, UNDECIDED, verdict, wilson

LEVEL, HALF = CLAIMS["level"], CLAIMS["half"]


def test_wilson_intervals_of_a_textbook():
    # Newcombe 1998, table I: 81 of 263, and 0 of 20.
    assert wilson(81, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20, 0.95) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0, 0.95) == (0.0, 1.0)


CLEAN = {"untrained": (0, 3)}


@pytest.mark.parametrize(
    ("met", "runs", "controls", "expected", "reason"),
    [
        (5, 5, CLEAN, HOLDS, "5 of 5"),
        (0, 5, CLEAN, FAILS, "0 of 5"),
        (4, 5, CLEAN, UNDECIDED, "too few or too mixed"),
        (1, 5, CLEAN, UNDECIDED, "too few or too mixed"),
        (3, 3, CLEAN, UNDECIDED, "too few or too mixed"),
        (9, 10, CLEAN, HOLDS, "9 of 10"),
        (8, 10, CLEAN, UNDECIDED, "too few or too mixed"),
        (5, 5, {}, UNDECIDED, "no control"),
        (5, 5, {"untrained": (0, 0)}, UNDECIDED, "no control"),
        (5, 5, {"untrained": (2, 3)}, UNDECIDED, "worthless here"),
        (5, 5, {"untrained": (0, 3), "random": (5, 5)}, UNDECIDED, r"worthless here.*\(random\)"),
        (5, 5, {"untrained": (1, 3)}, UNDECIDED, r"not far enough from the control \(untrained\)"),
        (5, 5, {"untrained": (0, 2)}, UNDECIDED, "not far enough"),
        (0, 5, {"untrained": (3, 3)}, FAILS, "0 of 5"),
    ],
)
def test_the_rule_by_hand(met, runs, controls, expected, reason):
    found = verdict(met, runs, controls, LEVEL, HALF)
    assert found.verdict == expected
    assert re.search(reason, found.reason)
    assert found.control_met == any(
        count and hits >= count / 2 for hits, count in controls.values()
    )


def test_intervals_are_drawn_by_seed():
    values, seeds = np.array([1.0, 1, 1, 3, 3, 3]), np.array([1, 1, 1, 2, 2, 2])
    # Two clusters: a resample is all of one, all of the other or one of each.
    assert verdict_rule.clustered_interval(values, seeds, 0.95) == (1.0, 3.0)
    apart = verdict_rule.clustered_interval(values, np.arange(6), 0.95)
    assert 1 < apart[0] < 2 < apart[1] < 3
    assert verdict_rule.clustered_interval(values[:3], seeds[:3], 0.95) == (None, None)
    assert verdict_rule.clustered_interval(values, seeds, 0.95) == verdict_rule.clustered_interval(
        values, seeds, 0.95
    )


def test_controls_may_have_a_threshold_of_their_own():
    claim = {"at_least": 0.75, "control_at_most": 0.2}
    for value, kept, by_control in ((0.8, True, True), (0.5, False, True), (0.2, False, False)):
        assert verdict_rule.keeps_threshold(claim, value, None) is kept
        assert verdict_rule.keeps_threshold(claim, value, None, control=True) is by_control


@pytest.mark.parametrize(
    ("claim", "value", "expected", "kept"),
    [
        ({"at_least": 0.8}, 0.8, None, True),
        ({"at_least": 0.8}, 0.79, None, False),
        ({"at_most": 10}, 10.0, None, True),
        ({"at_most": 10}, 10.1, None, False),
        ({"within": 0}, 3, 3.0, True),
        ({"within": 0}, 4, 3.0, False),
        ({"within_share": 0.2}, 2.4, 2, True),
        ({"within_share": 0.2}, 2.41, 2, False),
        ({"within_share": 0.2}, 2.0, np.nan, False),
        ({"at_least": 0.8}, np.nan, None, False),
        ({"at_most": 0.8}, None, None, False),
    ],
)
def test_thresholds(claim, value, expected, kept):
    assert verdict_rule.keeps_threshold(claim, value, expected) is kept
