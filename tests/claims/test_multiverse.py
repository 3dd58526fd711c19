"""Claims under several analyses: planted networks that pass or fail at one cut, x* or margin."""

import numpy as np
import pandas as pd
import pytest

from rnn_geometry.claims.multiverse import COLUMNS, multiverse, with_margin
from rnn_geometry.claims.networks import KEYS
from rnn_geometry.store.columns import table_columns

CLAIM = {
    "name": "dimension",
    "structures": ["unordered"],
    "metric": "participation_ratio",
    "expected": "dimension_expected",
    "within_share": 0.2,
    "multiverse": True,
    "controls": [],
}
MODES = {**CLAIM, "name": "modes", "metric": "integration_modes", "within": 0}
del MODES["within_share"]
CUTS, INPUTS = (1 / 3, 1 / 2, 1), ("zero", "mean")
EMPTY = dict.fromkeys(table_columns("networks"), np.nan)


def networks(count=3, **changes):
    """Return networks with a dimension of 2 and two modes, as `networks_table` does."""
    known = {"task": "three", "model": "gru", "cell": "gru", "l2": "0", "structure": "unordered"}
    known |= {"dimension_expected": 2, "participation_ratio": 2.0, "integration_modes": 2}
    rows = [{**EMPTY, **known, "seed": 200 + i, **changes} for i in range(count)]
    return pd.DataFrame([{**row, **{f"file_{k}": row[k] for k in KEYS}} for row in rows])


def analysed(rows, change=lambda hold_input, cut: {}):
    """Return hold_inputs.csv of networks, with what `change` says of an x* and a cut."""
    found = {"participation_ratio": 2.0, "integration_modes": 2, "slow_no_gap": 0.0}
    keys = rows[[f"file_{k}" for k in KEYS]].to_numpy().tolist()
    return pd.DataFrame(
        [
            {**dict(zip(KEYS, key)), "hold_input": x, "cut": cut, **found, **change(x, cut)}
            for key in keys
            for x in INPUTS
            for cut in CUTS
        ]
    )


def judged(rows, variants, verdict="holds", claims=(CLAIM,), inputs=INPUTS):
    claims = {"claims": list(claims), "half": 0.5}
    found = pd.DataFrame(
        [
            {"claim": claim["name"], "task": "three", "cell": "gru", "verdict": verdict}
            for claim in claims["claims"]
        ]
    )
    keys = rows[[f"file_{k}" for k in KEYS]].to_numpy().tolist()
    return multiverse(claims, found, rows, variants, keys, inputs)


def test_all_eighteen_agree_where_nothing_depends_on_the_choice():
    rows = networks()
    (row,) = judged(rows, analysed(rows)).to_dict("records")
    assert list(row) == list(COLUMNS)
    assert (row["analyses"], row["agree"], row["differ"], row["networks"]) == (18, 1, "", 3)
    (row,) = judged(rows, analysed(rows), verdict="fails").to_dict("records")
    assert row["agree"] == 0


def test_one_cut_one_input_and_one_margin_are_told():
    rows = networks()

    def change(hold_input, cut):
        return {"participation_ratio": 2.3 if hold_input == "mean" and cut == 1 else 2.0}

    (row,) = judged(rows, analysed(rows, change)).to_dict("records")
    assert row["agree"] == pytest.approx(17 / 18)  # 2.3 is within .4, not within .2
    assert row["differ"] == "x* mean, cut 1 L, margin x 0.5: 0 of 3"
    found = judged(rows, analysed(rows, change), claims=[MODES])
    assert found["agree"].tolist() == [1]  # exactly two, whatever the margin


def test_a_majority_decides_and_what_is_not_judged_does_not_count():
    rows = networks()
    variants = analysed(rows)
    variants.loc[variants["seed"] == 200, "participation_ratio"] = 5.0
    assert judged(rows, variants)["agree"].tolist() == [1]
    rows["not_judged"] = ["", "", "not learned"]
    assert judged(rows, variants)["agree"].tolist() == [0]  # one of two is no majority
    assert judged(rows, variants)["networks"].tolist() == [2]


def test_without_a_verdict_the_analysis_of_all_tables_is_what_others_are_held_against():
    rows = networks()
    variants = analysed(
        rows, lambda hold_input, cut: {"participation_ratio": 4.0 if cut < 1 else 2}
    )
    assert judged(rows, variants, "undecided")["agree"].tolist() == [pytest.approx(1 / 3)]
    far = networks(participation_ratio=4.0)
    assert judged(far, variants, "uninformative")["agree"].tolist() == [pytest.approx(2 / 3)]


def test_a_cut_without_a_gap_counts_as_not_met_and_nothing_at_all_has_no_row():
    rows = networks()
    empty = analysed(rows, lambda hold_input, cut: {"participation_ratio": np.nan})
    assert judged(rows, empty).empty
    some = analysed(rows, lambda hold_input, cut: {"participation_ratio": 2 if cut < 1 else np.nan})
    assert judged(rows, some)["agree"].tolist() == [pytest.approx(2 / 3)]


def test_nothing_is_said_of_what_was_not_analysed_or_not_asked_for():
    rows = networks()
    assert judged(rows, analysed(rows).iloc[:0]).empty
    assert judged(rows, analysed(rows), claims=[{**CLAIM, "multiverse": False}]).empty
    assert judged(rows, analysed(rows), inputs=["zero"])["analyses"].tolist() == [9]
    assert list(judged(rows, analysed(rows).iloc[:0])) == list(COLUMNS)


@pytest.mark.parametrize(
    ("claim", "factor", "expected"),
    [
        ({"at_least": 0.75}, 0.5, {"at_least": 0.875}),
        ({"at_least": 1}, 2, {"at_least": 1}),
        ({"at_least": 3}, 2, {"at_least": 3}),
        ({"at_most": 0.2}, 2, {"at_most": 0.4}),
        ({"within": 0}, 2, {"within": 0}),
        ({"within_share": 0.1}, 0.5, {"within_share": 0.05}),
    ],
)
def test_margins_are_scaled_towards_and_from_the_ideal(claim, factor, expected):
    assert with_margin(claim, factor) == pytest.approx(expected)


def test_a_cell_whose_modes_are_not_counted_has_no_row_and_stops_nothing():
    rows = networks(constant_jacobian=1, integration_modes=np.nan)
    assert judged(rows, analysed(rows), claims=(MODES,)).empty
    (row,) = judged(rows, analysed(rows), claims=(MODES, CLAIM)).to_dict("records")
    assert row["claim"] == "dimension"
