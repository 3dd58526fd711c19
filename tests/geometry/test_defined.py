"""Numbers that are not defined are None, all others stay."""

import math

import numpy as np

from rnn_geometry.geometry.defined import defined


def test_what_is_not_finite_is_none_and_all_else_stays():
    given = {"a": math.nan, "b": -math.inf, "c": np.float64("nan"), "d": 0.0, "e": 3, "f": "nan"}
    given |= {"g": [1.0, math.inf], "h": None, "i": True}
    kept = {"d": 0.0, "e": 3, "f": "nan", "g": [1.0, None], "h": None, "i": True}
    assert defined(given) == dict.fromkeys("abc") | kept
