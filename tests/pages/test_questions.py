"""Questions of readers: answered with the numbers of the run, with links that lead somewhere."""

import pandas as pd

from rnn_geometry.pages._controls_told import meeting, told_of_controls
from rnn_geometry.pages.questions import COMMAND, dimensions, questions

SEEN = {"all": 10, "every": 6, "some": 3, "controls": 2, "cells": "GRU 1 of 5, LSTM 3 of 5"}
BATTERY = {"all": 100, "undecided": 9, "uninformative": 7, "some": 5, "unsure": 3, "few": 1}
COSTS = [
    {"rule": "tabulate", "cpu_seconds": 10.0},
    {"rule": "train", "cpu_seconds": 60.0},
    {"rule": "explore", "cpu_seconds": 30.0},
]
PLANE = "figures/ordered2d-5/ordered_plane.png"


def run(task, model, accuracy, ratio, expected=2, components=2, control=None):
    return {
        **{"task": task, "model": model, "l2": "3e-4", "seed": 1, "control": control},
        **{"test_accuracy": accuracy, "bag_of_words_accuracy": 0.9, "components_95": components},
        **{"participation_ratio": ratio, "dimension_expected": expected},
    }


RUNS = [
    run("ordered2d-5", "gru", 0.81, 1.9),
    run("ordered2d-5", "lstm", 0.72, 2.6, components=3),
    run("categorical-3", "gru", 0.95, 2.04),
    run("categorical-3", "vanilla", 0.93, None, components=None),
    run("categorical-3", "gru", 0.3, 9.0, control="untrained"),
]
ASKED = {
    "tasks": ["categorical-3", "ordered2d-5"],
    "explorers": ["categorical-3"],
    "files": {PLANE, "figures/dimension_overview.png"},
    "pages": {("ordered2d-5", "lstm", "3e-4", "1")},
}


def told(runs=RUNS, costs=COSTS, battery=BATTERY, **changes):
    made = questions(runs, SEEN, battery, costs, **{**ASKED, **changes})
    return {one.asked.split()[-1]: one for one in made}


def test_answers_are_the_numbers_of_the_run_without_controls():
    found = told()
    assert "LSTM 3 of 5" in found["claim?"].answer
    least = found["accurate?"]
    assert least.answer.startswith(
        "LSTM on Five ordered classes, seed 1: 0.720; a bag of words 0.9"
    )
    assert dict(least.links)["Its page"] == "runs/ordered2d-5/lstm/l2-3e-4/seed-1/index.html"
    assert found["plane?"].answer.startswith("In 1 of 2 networks")
    assert found["most?"].answer == "100 CPU seconds, most in train (60%), then explore (30%)."
    assert found["why?"].answer.startswith("Here: in 3 of 10 boxes some networks meet the claim")
    assert "9 of 100 verdicts" in found["why?"].answer
    assert "2 of 6 boxes" in found["show?"].answer


def test_a_plane_is_counted_by_both_measures_and_why_they_differ_is_told_where_they_do():
    apart = told(met={"plane-dimension": (2, 2)})["plane?"].answer
    assert apart.startswith("Yes. By the participation ratio, which the claim asks for, 2 of 2 do.")
    assert " In 1 of 2 networks two components hold 95 %" in apart
    assert "A sheet that bends" in apart
    assert "bends" not in told(met={"plane-dimension": (1, 2)})["plane?"].answer


def test_what_lies_below_figures_is_named_and_what_does_not_is_asked_for_by_its_key():
    answer = told(kinds=["PNG", "SVG", "CSV"])["data?"].answer
    assert answer.startswith("Below each figure: PNG, SVG and CSV (PDF by the key vector_formats);")
    assert "vector_formats" not in told(kinds=["PNG", "PDF", "SVG", "CSV"])["data?"].answer
    assert f" {COMMAND}," in answer


def test_each_control_is_told_with_what_it_meets_here_and_in_the_battery():
    lacks = "untrained 1/2, p 0.25; no control: reservoir, shuffled_labels"
    here = meeting(verdicts(lacks, lacks.replace("1/2", "0/2")))
    battery = meeting(verdicts("reservoir 9/20, p 1; untrained 10/20, mean +1", "reservoir 12/20"))
    assert here["untrained"] == {"met": 1, "of": 2}
    untrained, shuffled, reservoir = told_of_controls(here, battery)
    assert untrained.endswith(
        "meets 1 of 2 boxes that it was run for here; "
        "meets 1 of 1 boxes that it was run for in the battery"
    )
    assert shuffled.endswith("): not run here")
    assert reservoir.endswith(
        "): not run here; meets 1 of 2 boxes that it was run for in the battery"
    )
    assert shuffled in told(controls=[untrained, shuffled])["show?"].answer


def verdicts(*controls):
    rows = {"cell": "gru", "exploratory": 0}
    return pd.DataFrame([{**rows, "control": one} for one in [*controls, None]])


def test_dimensions_stand_beside_theory_in_the_order_of_the_configuration():
    trained = [one for one in RUNS if not one["control"]]
    assert dimensions(trained, ASKED["tasks"]) == (
        "Participation ratio (how many components share the variance):\n"
        "Three unordered classes: 2 by theory, 2.04 in 1 network, 1 without a gap\n"
        "Five ordered classes: 2 by theory, 1.90 to 2.60 in 2 networks"
    )


def test_what_a_run_does_not_answer_is_not_asked_and_no_link_leads_nowhere():
    found = told(runs=[], costs=[], battery=None, explorers=[], files=set(), pages=set())
    assert [*found] == ["claim?", "data?"]
    without = told(pages=set(), files={PLANE})
    assert "Its page" not in dict(without["accurate?"].links)
    assert without["theory?"].links == ()
