"""The tables that the page of verdicts opens with."""

import pandas as pd
import pytest

from rnn_geometry.pages._verdict_tables import (
    agreeing,
    changed,
    headlines,
    left_open,
    opening,
)

MIXED = "meet it: too mixed; no gap in 1 of 10"
CLAIMS = {
    "claims": [
        {"name": "modes"},
        {"name": "dimension", "headline": True},
        {"name": "old", "exploratory": True},
        {"name": "idle"},
    ]
}


def row(claim, task, cell, verdict, **more):
    known = {"q": None, "holm": None, "exploratory": 0, "met": 9, "runs": 10}
    known |= {"reason": "9 of 10 meet it"}
    return {"claim": claim, "task": task, "cell": cell, "verdict": verdict, **known, **more}


FOUND = pd.DataFrame(
    [
        row("modes", "a", "gru", "holds", q=0.004),
        row("modes", "b", "gru-long", "fails"),
        row("modes", "a", "lstm", "holds", q=0.0004),
        row("modes", "b", "lstm", "holds", q=0.012),
        row("modes", "b", "all", "fails"),
        row("dimension", "a", "gru", "undecided", holm=0.0002, met=5, reason=f"5 of 10 {MIXED}"),
        row("dimension", "b", "gru", "undecided", holm=0.0002, met=6, reason=f"6 of 10 {MIXED}"),
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
        "adjusted p": "",
    }
    assert second == {
        "claim": "modes",
        "tasks": "2",
        "gru": "●1 ○1",  # of gru and gru-long
        "lstm": "●",
        "adjusted p": ".012",
    }


def test_headline_claims_have_holms_p_and_count_where_they_hold():
    heads = FOUND.assign(headline=(FOUND["claim"] == "dimension").astype(int))
    assert headlines(heads) == [
        {"claim": "dimension", "holds in": "0 of 2", "Holm's p": "< .001"},
    ]


def test_what_is_left_open_is_told_once_for_a_claim_and_a_reason():
    assert left_open(FOUND) == [
        {"claim": "dimension", "where": "◐ gru 2", "why": "met by .50 to .60 of the networks"},
        {"claim": "dimension", "where": "◇ lstm 1", "why": "met by untrained"},
    ]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("10 of 10 meet it; q 0.066 is above 0.05", "enough meet it; adjusted p .066"),
        ("10 of 10 meet it; no control: reservoir", "enough meet it; no control: reservoir"),
        (
            "10 of 10 meet it; not far enough from untrained",
            "enough meet it; not far enough from untrained",
        ),
        (
            "8 of 8 seen; judged from 10 networks on; not judged: 2 loss still falling",
            "too few networks do the task",
        ),
        (
            "a control meets it too: reservoir, shuffled_labels; no gap in 2 of 10",
            "met by reservoir, permuted labels",
        ),
        ("the same mean within the margin as shuffled_labels", "same mean as permuted labels"),
        (
            "no network is judged: 10 below the bag of words",
            "no network is judged: below the bag of words",
        ),
    ],
)
def test_every_reason_is_told_in_few_words(reason, why):
    found = pd.DataFrame([row("modes", "a", "gru", "undecided", reason=reason, q=0.066)])
    assert left_open(found)[0]["why"] == why


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
