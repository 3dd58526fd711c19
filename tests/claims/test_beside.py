"""A run's networks beside what was judged on others."""

import pandas as pd
import pytest

from rnn_geometry.claims.beside import AGREES, DISAGREES, MIXED, agreement, beside, counted
from rnn_geometry.claims.table import ALL_CELLS

SHIPPED = pd.DataFrame(
    [
        ("cliff", "at least 1", "unordered", "categorical-3", "gru", "holds"),
        ("cliff", "at least 1", "unordered", "categorical-4", "gru", "holds"),
        ("cliff", "at least 1", "unordered", "categorical-3", "vanilla", "fails"),
        ("cliff", "at least 1", "unordered", "categorical-4", "vanilla", "holds"),
        ("held", "at least 0.75", "unordered", "categorical-3", "gru", "undecided"),
    ],
    columns=["claim", "threshold", "structure", "task", "cell", "verdict"],
).assign(
    judged=1, met=9, runs=20, q=float("nan"), reason="9 of 20 meet it: too mixed", control=None
)


def row(task, cell, met, runs=2, claim="cliff", threshold="at least 1"):
    return {
        "claim": claim,
        "threshold": threshold,
        "structure": "unordered",
        "task": task,
        "cell": cell,
        "met": met,
        "runs": runs,
    }


def test_the_same_task_and_cell_come_first():
    (found,) = beside(pd.DataFrame([row("categorical-3", "vanilla", 0)]), SHIPPED).to_dict(
        "records"
    )
    assert (found["shipped"], found["shipped_on"], found["agreement"]) == (
        "fails",
        "this task",
        AGREES,
    )


def test_a_task_of_the_users_own_stands_beside_the_others_of_its_kind():
    found = beside(
        pd.DataFrame([row("mine", "gru", 0), row("mine", "vanilla", 0), row("mine", "own", 0)]),
        SHIPPED,
    )
    assert found["shipped"].tolist() == ["holds", None, None]  # vanilla: holds and fails
    assert found["shipped_on"].iloc[0] == "2 other tasks of the kind"
    assert found["agreement"].tolist() == [DISAGREES, None, None]


def test_what_the_battery_says_of_all_its_cells_is_not_said_of_those_of_another_task():
    shipped = SHIPPED.assign(cell=ALL_CELLS, verdict="holds").iloc[:2]
    found = beside(
        pd.DataFrame([row(task, ALL_CELLS, 0) for task in ("categorical-3", "mine")]), shipped
    )
    assert found["shipped"].tolist() == ["holds", None]


def test_what_the_battery_has_not_judged_says_nothing():
    found = beside(pd.DataFrame([row("categorical-3", "gru", 2)]), SHIPPED.assign(judged=0))
    assert found["shipped"].tolist() == [None]


def test_another_threshold_is_another_claim():
    found = beside(pd.DataFrame([row("categorical-3", "gru", 2, threshold="at least 2")]), SHIPPED)
    assert found["shipped"].tolist() == [None]


def test_nothing_shipped_says_nothing():
    found = beside(pd.DataFrame([row("categorical-3", "gru", 2)]), None)
    assert found["shipped"].tolist() == found["agreement"].tolist() == [None]


@pytest.mark.parametrize(
    ("verdict", "met", "runs", "expected"),
    [
        ("holds", 2, 2, AGREES),
        ("holds", 1, 2, MIXED),
        ("holds", 0, 2, DISAGREES),
        ("fails", 1, 3, AGREES),
        ("fails", 2, 3, DISAGREES),
        ("undecided", 2, 2, None),
        ("uninformative", 2, 2, None),
        ("holds", 0, 0, None),
    ],
)
def test_the_larger_half_of_the_networks_tells(verdict, met, runs, expected):
    assert agreement(verdict, {"met": met, "runs": runs}) == expected


def test_agreements_are_counted():
    rows = [
        row("categorical-3", "gru", 2),
        row("categorical-4", "gru", 1),
        row("categorical-3", "vanilla", 2),
        row("categorical-3", "gru", 2, claim="held", threshold="at least 0.75"),
    ]
    assert counted(beside(pd.DataFrame(rows), SHIPPED)) == {
        AGREES: 1,
        DISAGREES: 1,
        MIXED: 1,
        "decided": 3,
    }


CONTROLS = (
    "untrained 9/10, +0.10 (-0.1 to 0.3), p 0.44 in pairs, mean +1 (0 to 2); shuffled_labels 0/20"
)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            {"verdict": "undecided", "reason": "9 of 20 meet it: too mixed", "q": 1.0},
            "9 of 20 meet it: too mixed; adjusted p 1; controls: untrained 9/10 (p 0.44),"
            " shuffled_labels 0/20",
        ),
        (
            {
                "verdict": "undecided",
                "reason": "9 of 20 meet it; q 0.054 is above 0.05",
                "q": 0.054,
            },
            "9 of 20 meet it; adjusted p 0.054 is above 0.05; controls: untrained 9/10 (p 0.44),"
            " shuffled_labels 0/20",
        ),
        (
            {"verdict": "uninformative", "reason": "a control meets it too: untrained"},
            "9 of 20 meet it; a control meets it too: untrained; controls: untrained 9/10"
            " (p 0.44), shuffled_labels 0/20",
        ),
        ({"verdict": "holds", "reason": ""}, None),
    ],
)
def test_a_box_says_why_the_battery_decided_nothing(told, why):
    shipped = SHIPPED.iloc[:1].assign(control=CONTROLS, **told)
    (found,) = beside(pd.DataFrame([row("categorical-3", "gru", 2)]), shipped).to_dict("records")
    assert found["shipped"] == told["verdict"]
    assert found["shipped_why"] == why
