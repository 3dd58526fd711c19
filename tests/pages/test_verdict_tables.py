"""The tables that the page of verdicts opens with."""

import pandas as pd

from rnn_geometry.pages._verdict_tables import agreeing, changed, left_open, opening

CLAIMS = {
    "claims": [
        {"name": "modes"},
        {"name": "dimension", "headline": True},
        {"name": "old", "exploratory": True},
        {"name": "idle"},
    ]
}


def row(claim, task, cell, verdict, **more):
    known = {"q": None, "holm": None, "exploratory": 0, "reason": "9 of 10 meet it"}
    return {"claim": claim, "task": task, "cell": cell, "verdict": verdict, **known, **more}


FOUND = pd.DataFrame(
    [
        row("modes", "a", "gru", "holds", q=0.004),
        row("modes", "b", "gru-long", "fails"),
        row("modes", "a", "lstm", "holds", q=0.0004),
        row("modes", "b", "lstm", "holds", q=0.012),
        row("modes", "b", "all", "fails"),
        row("dimension", "a", "gru", "undecided", holm=0.0002, reason="5 of 10 meet it; no gap"),
        row("dimension", "b", "gru", "undecided", holm=0.0002, reason="5 of 10 meet it; no gap"),
        row("dimension", "a", "lstm", "uninformative", reason="a control meets it too: untrained"),
        row("old", "a", "gru", "undecided", exploratory=1),
    ]
)


def test_headline_claims_open_in_bold_and_one_sign_stands_where_tasks_agree():
    first, second = opening(FOUND, CLAIMS)
    assert first == {
        "claim": "**dimension**",
        "tasks": "2",
        "gru": "◐",
        "lstm": "◇",
        "sure": "Holm < .001",
    }
    assert second == {
        "claim": "modes",
        "tasks": "2",
        "gru": "●1 ○1",  # of gru and gru-long
        "lstm": "●",
        "sure": "q .012",
    }


def test_what_is_left_open_is_told_once_for_a_claim_and_a_reason():
    assert left_open(FOUND) == [
        {"claim": "dimension", "verdict": "◐ a gru, b gru", "why": "5 of 10 meet it"},
        {"claim": "dimension", "verdict": "◇ a lstm", "why": "a control meets it too: untrained"},
    ]


def test_changes_are_counted_on_the_same_claim_task_and_cell():
    before = pd.DataFrame(
        [row("modes", "a", "gru", "undecided"), row("modes", "b", "lstm", "holds")]
    )
    table = changed(FOUND, before).set_index("before")
    assert table.loc["undecided", "holds"] == 1
    assert table.loc["holds", "holds"] == 1
    assert table.loc["no verdict"].to_dict() == {
        "holds": 1,
        "fails": 1,
        "undecided": 2,
        "uninformative": 1,
    }


def test_analyses_that_agree_are_counted_over_tasks():
    table = pd.DataFrame(
        [
            ("modes", "a", "gru", 1.0, 18),
            ("modes", "b", "gru-long", 0.5, 18),
            ("other", "a", "lstm", 1.0, 6),
        ],
        columns=["claim", "task", "cell", "agree", "analyses"],
    )
    assert agreeing(table) == [
        {"claim": "modes", "gru": "27 of 36", "lstm": ""},
        {"claim": "other", "gru": "", "lstm": "6 of 6"},
    ]
