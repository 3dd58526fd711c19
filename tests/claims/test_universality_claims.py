"""Claims about how alike networks are: their file, and the rule on planted distances."""

import copy

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT
from scipy.spatial.distance import cdist

from rnn_geometry.claims._registration_block import write_registered
from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.registration import claims_hash, deviations
from rnn_geometry.claims.universality import (
    OF_RUNS,
    checked_universality_claims,
    judged_neighbours,
)
from rnn_geometry.claims.universality_registration import CODE, universality_code_now
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError
from rnn_geometry.geometry.universality import MEASURES, neighbour_rows

FILE = PROJECT / "config/claims_universality.yaml"
KEY = "claims_universality"
CLAIMS = read_claims(str(FILE), key=KEY, checked=checked_universality_claims)
CELLS = ("gru", "lstm", "ugrnn", "vanilla")
EACH = 10


def networks(first):
    return [
        {"task": "categorical-3", "model": cell, "cell": cell, "l2": "3e-4", "seed": first + seed}
        for cell in CELLS
        for seed in range(EACH)
    ]


def matrices(apart, untrained_apart, seed=0):
    """Return distances in which cells are apart by so much, by measure; 0 by all others."""
    found, n = {}, EACH * len(CELLS)
    for measure in MEASURES:
        rng = np.random.default_rng(seed)
        centres = rng.normal(size=(len(CELLS), 6)).repeat(EACH, axis=0)
        both = [by.get(measure, 0) * centres for by in (apart, untrained_apart)]
        points = np.concatenate(both) + rng.normal(size=(2 * n, 6))
        found[measure] = cdist(points, points)
    return found


def verdicts(apart, untrained_apart=(), first=300, **changed):
    mine = networks(first)
    rows = pd.DataFrame(neighbour_rows(matrices(apart, dict(untrained_apart)), mine))
    keys = ["task", "model", "l2", "seed"]
    known = dict.fromkeys(OF_RUNS) | {"data_seed": 0, "dimension_expected": 2} | changed
    runs = rows[keys].assign(**{name: [value] * len(rows) for name, value in known.items()})
    tasks = pd.DataFrame({"task": ["categorical-3"], "structure": ["unordered"]})
    chosen = rows[keys].to_records(index=False).tolist()
    frame, judged = judged_neighbours(rows, runs, tasks, [*chosen, ("gone", "gru", "0", 1)])
    assert len(judged) == len(rows)
    made = judged_units(CLAIMS, units_of_claims(CLAIMS, frame, None, judged))
    return made[made["cell"] != "all"].set_index(["claim", "cell"])


def words(made, claim):
    return set(made.loc[claim, "verdict"])


def test_shapes_apart_and_responses_alike_are_what_was_expected():
    made = verdicts({"procrustes": 9})
    assert words(made, "U1-shape") == words(made, "U2-responses") == {"holds"}
    assert words(made, "U3-learned-apart") == {"fails"}
    assert (made["judged"] == 1).all()


def test_responses_that_training_sets_apart():
    made = verdicts({"procrustes": 9, "io": 9})
    assert words(made, "U2-responses") == {"fails"}
    assert words(made, "U3-learned-apart") == {"holds"}


def test_responses_that_were_apart_before_training_say_nothing_of_it():
    made = verdicts({"procrustes": 9, "io": 9}, {"io": 9})
    assert words(made, "U3-learned-apart") == {"uninformative"}


def test_where_nothing_tells_the_cell_the_shape_does_not_hold():
    made = verdicts({})
    assert "holds" not in words(made, "U1-shape") | words(made, "U2-responses")


def test_seeds_on_which_thresholds_were_chosen_are_not_judged():
    assert (verdicts({"procrustes": 9}, first=0)["judged"] == 0).all()


def test_networks_that_do_not_do_their_task_are_left_out():
    made = verdicts({"procrustes": 9}, not_judged="not learned")
    assert "holds" not in set(made["verdict"])


def test_the_claims_are_registered_with_the_parts_of_the_code():
    registered = CLAIMS["registered"]
    assert registered["claims"] == claims_hash(CLAIMS)
    assert set(registered["code"]) == set(CODE)


def test_a_registration_is_of_the_code_of_its_day(tmp_path):
    file = tmp_path / "claims.yaml"
    file.write_text(FILE.read_text())
    write_registered(
        [str(file), "2026-12-01"], checked_universality_claims, universality_code_now()
    )
    again = read_claims(str(file), key=KEY, checked=checked_universality_claims)
    assert again["claims"] == CLAIMS["claims"]
    assert deviations(again, universality_code_now()) == []
    other = {**universality_code_now(), "rule": "other"}
    assert deviations(again, other) == [
        "The code of rule differs from that registered on 2026-12-01."
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"metric": "participation_ratio"}, "a number of neighbours.csv"),
        ({"structures": ["topics"]}, "structures is"),
        ({"cells": ["grus"]}, "cells is"),
    ],
)
def test_what_no_such_claim_can_be_about_is_refused(changes, told):
    raw = copy.deepcopy(CLAIMS)
    raw["claims"][0] |= changes
    with pytest.raises(UserError, match=told):
        checked_universality_claims(raw)
