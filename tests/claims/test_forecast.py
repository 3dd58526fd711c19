"""The score of a forecast: by hand, and on planted tables where one forecast is right."""

import numpy as np
import pandas as pd
import pytest
from fake_forecast import planted
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from rnn_geometry.claims.forecast import ALL, DIFFER, SCORES, agreement, by_set, score, scores

DIMENSIONS = st.lists(st.tuples(*[st.integers(1, 4)] * 3), min_size=1, max_size=30)


@given(DIMENSIONS)
def test_scores_are_counted_as_by_hand(drawn):
    forecast, measured, rule = (pd.Series(values) for values in zip(*drawn, strict=True))
    found = score(forecast, measured, rule)
    right = sum(f == m for f, m, _ in drawn)
    assert (found["sets"], found["right"]) == (len(drawn), right)
    assert found["low"] <= found["share"] <= found["high"]
    assert found["error"] == pytest.approx(np.mean([abs(f - m) for f, m, _ in drawn]))
    assert found["better"] == sum(f == m != r for f, m, r in drawn)
    assert found["worse"] == sum(r == m != f for f, m, r in drawn)
    if found["p"] is not None:
        assert found["p"] == binomtest(found["better"], found["better"] + found["worse"]).pvalue
    assert (found["p"] is None) == (found["better"] + found["worse"] == 0)


def test_wilson_is_as_printed_in_textbooks():
    found = score(pd.Series([1] * 10), pd.Series([1] * 8 + [2] * 2), pd.Series([1] * 10))
    assert (round(found["low"], 3), round(found["high"], 3)) == (0.490, 0.943)


def test_the_right_forecast_beats_the_rule_where_they_differ():
    table = scores(planted())
    assert list(table.columns) == list(SCORES)
    key = ["kind", "forecast", "measured", "among"]
    by_key = table.set_index(key).sort_index()
    whole = by_key.loc["all", "raw", "components_95", ALL]
    assert (whole["sets"], whole["right"], whole["better"], whole["worse"]) == (4, 4, 3, 0)
    apart = by_key.loc["all", "raw", "components_95", DIFFER]
    assert (apart["sets"], apart["right"]) == (3, 3)
    rule = by_key.loc["all", "by structure", "components_95", ALL]
    assert (rule["right"], rule["error"], rule["bias"]) == (1, 1.0, 1.0)
    assert ("all", "by structure", "components_95", DIFFER) not in by_key.index
    unordered = by_key.loc["unordered", "raw", "io_dimension", ALL]
    assert unordered["sets"] == 2


def test_networks_that_disagree_are_right_for_no_forecast_and_unlearned_ones_do_not_count():
    networks = planted()
    networks.loc[0, "components_95"] = 2
    assert by_set(networks).set_index("task").loc["task-0", "components_95"] == 2.5
    assert scores(networks).iloc[0]["right"] == 3
    networks.loc[networks["task"] == "task-0", "learned"] = 0
    assert set(by_set(networks)["task"]) == {"task-1", "task-2", "task-3"}
    networks["learned"] = 0
    assert scores(networks).empty


def test_networks_of_a_set_agree_or_not():
    networks = planted()
    assert agreement(networks) == (4, 4)
    networks.loc[0, "components_95"] = 2
    assert agreement(networks) == (3, 4)
    assert agreement(networks[networks["seed"] == 0]) == (0, 0)
