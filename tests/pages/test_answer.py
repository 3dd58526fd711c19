"""What the start page answers: counted over networks, with every exception that it names."""

import re

import pandas as pd
import pytest
import yaml
from test_claims_page import CLAIMS, TEMPLATES, seen
from test_pages import page_of, table_of_runs

from rnn_geometry.pages.answer import (
    _missed_by_cell,
    answers,
    battery_counts,
    in_short,
    seen_counts,
    task_titles,
)

ASKED = [{"says": "It is flat", "claims": ["flat", "thin"]}, {"says": "Else", "claims": ["no"]}]
KINDS = {"gru": "gru", "plain": "vanilla", "mine": "cells.py:Mine"}


def rows(*changes):
    known = {
        **{"claim": "flat", "task": "a", "cell": "gru", "exploratory": 0, "met": 2, "runs": 2},
        **{"control_met": 0, "verdict": "holds", "reason": ""},
    }
    return pd.DataFrame([{**known, **one} for one in changes])


def test_networks_are_counted_over_claims_tasks_and_cells_by_their_gates():
    no_gap = {"reason": "1 of 2 seen; no gap in 1 of 2"}
    ours = [{"cell": "plain", "met": 1, **no_gap}]
    ours += [{"cell": "mine", "met": 0}, {"cell": "all", "met": 5}]
    found = rows({}, {"claim": "thin"}, *ours)
    (answer,) = answers(found, ASKED, KINDS)
    assert answer["says"] == "It is flat"
    assert (answer["gated"]["met"], answer["gated"]["runs"]) == (4, 4)
    assert answer["gated"]["exceptions"] == ""
    assert (answer["ungated"]["met"], answer["ungated"]["runs"]) == (1, 2)
    assert [answer[kind]["gapless"] for kind in ("gated", "ungated", "other")] == [0, 1, 0]
    assert answer["ungated"]["exceptions"] == "plain on a (1 of 2 flat)"
    assert (answer["other"]["met"], answer["other"]["runs"]) == (0, 2)


def test_exceptions_are_named_worst_first_and_the_others_counted():
    several = [{"task": f"t{i}", "runs": 9, "met": i} for i in (5, 3, 8, 7, 6, 4)]
    (answer,) = answers(rows(*several), ASKED, KINDS)
    told = answer["gated"]["exceptions"]
    assert told.startswith("GRU on t3 (3 of 9 flat), GRU on t4")
    assert told.endswith("and 2 more")


def test_an_exception_is_named_as_readers_call_cell_and_task():
    found = rows({"cell": "lstm", "task": "ordered2d-5", "met": 1})
    (answer,) = answers(found, ASKED, {"lstm": "lstm"})
    assert answer["gated"]["exceptions"] == "LSTM on 5 ordered classes (1 of 2 flat)"


def test_the_answer_in_one_sentence_names_cells_and_what_they_do_not_show():
    found = rows({}, {"claim": "no"}, {"cell": "plain"}, {"claim": "no", "cell": "plain", "met": 0})
    told = answers(found, ASKED, KINDS)
    assert in_short(told, {"gated": ["GRU"], "ungated": ["vanilla"]}) == (
        "With gates (GRU) yes. Without gates (vanilla) in part: few or no networks show Else."
    )
    assert in_short([], {}) == ""


@pytest.mark.parametrize(
    ("met", "said"),
    [
        ((10, 10), "yes."),
        ((10, 9), "yes, but for b in 1 of 10 networks."),
        ((10, 8), "in part: only some networks show b."),
        ((10, 4), "in part: few or no networks show b."),
        ((8, 4), "in part: only some networks show a; few or no networks show b."),
        ((4, 0), "no: few or no networks show a and b."),
    ],
)
def test_the_answer_says_yes_in_part_or_no(met, said):
    told = [
        {"short": name, "gated": {"met": n, "runs": 10, "gapless": 0}}
        for name, n in zip("ab", met, strict=True)
    ]
    assert in_short(told, {"gated": ["GRU"]}) == f"With gates (GRU) {said}"


def test_the_answer_says_why_networks_without_a_gap_show_nothing():
    told = [{"short": "a", "gated": {"met": 1, "runs": 10, "gapless": 9}}]
    said = in_short(told, {"gated": ["GRU"]})
    assert said.endswith("show a (most have no gap, and so no value).")


@pytest.mark.parametrize("change", [{"exploratory": 1}, {"runs": 0, "met": 0}, {"cell": "all"}])
def test_what_says_nothing_of_a_network_is_not_counted(change):
    assert answers(rows(change), ASKED, KINDS) == []
    assert seen_counts(rows({}, change))["all"] == 1


def test_boxes_are_counted_by_how_many_networks_meet_them():
    found = rows({}, {"control_met": 1}, {"met": 1}, {"met": 0}, {"met": 0, "cell": "plain"})
    counts = seen_counts(found)
    assert {**counts, "cells": None} == {
        **{"all": 5, "every": 2, "some": 1, "none": 2, "controls": 1, "cells": None}
    }
    assert counts["cells"] == "GRU 2 of 4, plain 1 of 1"


def test_cells_of_boxes_stand_in_the_order_of_all_pages():
    cells = pd.Series(["ugrnn", "vanilla", "gru"])
    assert _missed_by_cell(cells, pd.Series([True, False, True])) == (
        "vanilla 1 of 1, GRU 0 of 1, UGRNN 0 of 1"
    )


def test_verdicts_of_the_battery_are_counted_by_word():
    mixed = {"verdict": "undecided", "reason": "15 of 20 meet it: too mixed; q 0.04"}
    unsure = {"verdict": "undecided", "reason": "9 of 10 meet it; q 0.06"}
    few = {"verdict": "undecided", "reason": "8 of 9 meet it; judged from 10 networks on"}
    verdicts = rows({}, {"verdict": "fails"}, mixed, mixed, unsure, few, {**mixed, "cell": "all"})
    assert battery_counts(verdicts) == {
        **{"all": 6, "holds": 1, "fails": 1, "undecided": 4, "uninformative": 0},
        **{"some": 2, "unsure": 1, "few": 1},
    }


@pytest.mark.parametrize(
    ("structure", "classes", "title"),
    [
        ("unordered", 3, "Three unordered classes"),
        ("unordered", 14, "14 unordered classes"),
        ("binary", 2, "Binary sentiment"),
    ],
)
def test_tasks_are_called_what_a_reader_calls_them(structure, classes, title):
    found = pd.DataFrame({"task": ["mine"], "structure": [structure]})
    assert task_titles(found, [{"task": "mine", "classes": classes}]) == {"mine": title}


def test_a_task_that_no_claim_is_about_has_no_title():
    found = pd.DataFrame({"task": ["mine"], "structure": ["unordered"]})
    assert task_titles(found, [{"task": "other", "classes": 3}]) == {}


def test_every_claim_that_answers_is_one_that_the_project_judges():
    names = {claim["name"] for claim in CLAIMS["claims"]}
    asked = yaml.safe_load(TEMPLATES["answer.yaml"])
    assert {name for one in asked for name in one["claims"]} <= names


def test_numbers_have_the_decimals_of_their_column_and_are_tinted_by_theory():
    runs = table_of_runs()
    runs.loc[0, ["tau_1", "participation_ratio", "dimension_expected"]] = [1380.4, 2.4, 2]
    text = page_of(runs)
    assert ">1,380<" in text
    assert '<td class="number off" data-value="2.4">2.40</td>' in text
    runs.loc[0, "participation_ratio"] = 2.6
    assert '<td class="number far" data-value="2.6">2.60</td>' in page_of(runs)


def test_figures_bear_a_caption():
    captions = yaml.safe_load(TEMPLATES["captions.yaml"])
    assert captions["variance"] in page_of(table_of_runs())


def test_figures_stand_in_the_order_of_their_captions():
    names = ["word_effects", "own", "variance", "sweep_size", "trajectories"]
    figures = [{"file": f"{name}.png", "name": name, "others": []} for name in names]
    text = page_of(table_of_runs(), figures=[{"title": "t", "figures": figures}])
    told = re.findall(r'<img src="(\w+)\.png" alt="t:', text)
    assert told == ["sweep_size", "trajectories", "variance", "word_effects", "own"]


NONE_LEARNED = "None: no network of this run does its task."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"runs": 0, "met": 0, "left_out": 2}, True),  # all networks are left out
        ({"runs": 1, "met": 1, "left_out": 1}, False),  # one of two counts
        ({"runs": 0, "met": 0, "left_out": 0}, False),  # no network was asked
    ],
)
def test_the_answer_of_networks_that_do_not_do_their_task_is_none(change, told):
    text = page_of(table_of_runs(), seen(2).assign(**change))
    assert (f"<strong>{NONE_LEARNED}</strong>" in text) == told
    assert ('<a href="#networks">What to do.</a>' in text) == told
    assert ("Networks that meet the claim, of all." in text) == (change["runs"] > 0)


def test_one_claim_that_counts_a_network_is_an_answer():
    verdicts = seen(2)
    asked = {name for one in yaml.safe_load(TEMPLATES["answer.yaml"]) for name in one["claims"]}
    others = verdicts[verdicts["claim"].isin(asked)].index[1:]
    verdicts.loc[others, ["runs", "met", "left_out"]] = [0, 0, 2]
    text = page_of(table_of_runs(), verdicts)
    assert NONE_LEARNED not in text
    assert "Networks that meet the claim, of all." in text
