"""The rule at one look, by hand."""

import numpy as np
import pytest
from test_judge import CLAIMS

from rnn_geometry.claims import verdict as verdict_rule
from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE
from rnn_geometry.claims.verdict import Control, verdict

HALF = CLAIMS["half"]
CLEAN = {"untrained": Control(0, 10, shown=True)}
MEETING = {"random": Control(6, 10, shown=False)}
NEAR = {"untrained": Control(4, 10, shown=False)}
NONE = {"reservoir": Control(0, 0, shown=False)}
ALIKE = {"untrained": Control(0, 10, shown=True, alike=True)}


@pytest.mark.parametrize(
    ("said", "controls", "expected", "reason"),
    [
        (HOLDS, CLEAN, HOLDS, "9 of 10 meet it"),
        (FAILS, CLEAN, FAILS, "9 of 10 meet it"),
        (FAILS, MEETING, FAILS, "9 of 10 meet it"),
        (FAILS, NONE, FAILS, "9 of 10 meet it"),
        (UNDECIDED, CLEAN, UNDECIDED, "9 of 10 meet it: too mixed"),
        (HOLDS, CLEAN | MEETING, UNINFORMATIVE, "a control meets it too: random"),
        (UNDECIDED, MEETING, UNINFORMATIVE, "a control meets it too: random"),
        (HOLDS, {"random": Control(6, 10, shown=True)}, HOLDS, "9 of 10 meet it"),
        (HOLDS, ALIKE, UNINFORMATIVE, "the same mean within the margin as untrained"),
        (HOLDS, NEAR, UNDECIDED, "9 of 10 meet it; not far enough from untrained"),
        (HOLDS, CLEAN | NONE, UNDECIDED, "9 of 10 meet it; no control: reservoir"),
        (HOLDS, {}, UNDECIDED, "9 of 10 meet it; no control"),
    ],
)
def test_the_rule_by_hand(said, controls, expected, reason):
    assert verdict(said, (9, 10), controls, HALF) == (expected, reason)


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
