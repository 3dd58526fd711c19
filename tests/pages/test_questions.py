"""Questions of readers: answered with the numbers of the run, with links that lead somewhere."""

from rnn_geometry.pages.questions import dimensions, questions

SEEN = {"all": 10, "every": 6, "controls": 2, "cells": "GRU 1 of 5, LSTM 3 of 5"}
BATTERY = {"all": 100, "undecided": 9, "uninformative": 7}
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
    assert "In 1 of 2 networks" in found["plane?"].answer
    assert found["most?"].answer == "100 CPU seconds, most in train (60%), then explore (30%)."
    assert "9 of 100 verdicts" in found["why?"].answer
    assert "2 of 6 boxes" in found["show?"].answer


def test_dimensions_stand_beside_theory_in_the_order_of_the_configuration():
    trained = [one for one in RUNS if not one["control"]]
    assert dimensions(trained, ASKED["tasks"]) == (
        "Participation ratio:\nThree unordered classes: 2 by theory, 2.04 in 1 network, 1 without a"
        " gap\nFive ordered classes: 2 by theory, 1.90 to 2.60 in 2 networks"
    )


def test_what_a_run_does_not_answer_is_not_asked_and_no_link_leads_nowhere():
    found = told(runs=[], costs=[], battery=None, explorers=[], files=set(), pages=set())
    assert [*found] == ["claim?", "data?"]
    without = told(pages=set(), files={PLANE})
    assert "Its page" not in dict(without["accurate?"].links)
    assert without["theory?"].links == ()
