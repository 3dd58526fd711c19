"""Claims about tables that benchmarks make: their files, and the rule on planted rows."""

import copy
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.claims._registration_block import write_registered
from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.measured import (
    KINDS,
    checked_measured_claims,
    columns_of,
    judged_series,
    measures,
)
from rnn_geometry.claims.measured_registration import measured_code_now
from rnn_geometry.claims.registration import claims_hash, deviations
from rnn_geometry.claims.universality import OF_RUNS, judged_neighbours
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import load_settings, read_claims
from rnn_geometry.config.plan import Plan
from rnn_geometry.errors import UserError
from rnn_geometry.identity import base_task, is_control

FILES = {kind: PROJECT / f"config/claims_{kind}.yaml" for kind in KINDS}
CLAIMS = {
    kind: read_claims(str(file), key=f"claims_{kind}", checked=checked_measured_claims(kind))
    for kind, file in FILES.items()
}


@pytest.mark.parametrize("kind", FILES)
def test_claims_are_registered_with_the_parts_of_the_code(kind):
    registered = CLAIMS[kind]["registered"]
    assert registered["claims"] == claims_hash(CLAIMS[kind])
    assert set(registered["code"]) == set(measured_code_now(kind))


@pytest.mark.parametrize("kind", FILES)
def test_a_registration_is_of_the_code_of_its_day(kind, tmp_path):
    file, checked = tmp_path / "claims.yaml", checked_measured_claims(kind)
    file.write_text(FILES[kind].read_text())
    write_registered([str(file), "2026-12-01"], checked, measured_code_now(kind))
    again = read_claims(str(file), key=f"claims_{kind}", checked=checked)
    assert again["claims"] == CLAIMS[kind]["claims"]
    assert deviations(again, measured_code_now(kind)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"metric": "seed"}, "a number of readout_word.csv"),
        ({"structures": ["classes"]}, "structures is"),
        ({"cells": ["grus"]}, "cells is"),
    ],
)
def test_what_no_such_claim_can_be_about_is_refused(changes, told):
    raw = copy.deepcopy(CLAIMS["readout_word"])
    raw["claims"][0] |= changes
    with pytest.raises(UserError, match=told):
        checked_measured_claims("readout_word")(raw)


def test_numbers_that_say_which_row_it_is_are_no_metrics():
    assert {"seed", "values"} & {*measures("degeneracy"), *measures("readout_word")} == set()
    assert "io_change" in measures("degeneracy")


def readout_verdicts(trained, control, first=300):
    """Return verdicts on ten networks with some numbers, and five of each control with others."""
    numbers = dict.fromkeys(measures("readout_word"), 0.5)
    rows, runs = [], []
    kinds = [("", "", 10, trained), ("-untrained", "", 5, control)]
    kinds += [("-reservoir", "", 5, control), ("", "-shuffled", 5, control)]
    names = {"-untrained": "untrained", "-reservoir": "reservoir", "-shuffled": "shuffled_labels"}
    for model, task, count, told in kinds:
        for seed in range(first, first + count):
            key = {"task": f"categorical-3{task}", "model": f"mamba{model}", "l2": "1e-4"}
            key |= {"seed": seed}
            rows.append({**key, "cell": "mamba", **numbers, **told})
            known = dict.fromkeys(OF_RUNS) | {"data_seed": 0, "dimension_expected": 2}
            runs.append({**key, **known, "control": names.get(model or task)})
    tasks = [{"task": f"categorical-3{end}", "structure": "unordered"} for end in ("", "-shuffled")]
    frames = [pd.DataFrame(part) for part in (rows, runs, tasks)]
    judged = frames[0][["task", "model", "l2", "seed"]].to_records(index=False).tolist()
    frame, keys = judged_neighbours(*frames, judged)
    assert len(keys) == 25
    made = judged_units(
        CLAIMS["readout_word"], units_of_claims(CLAIMS["readout_word"], frame, None, keys)
    )
    return made.set_index("claim")["verdict"].to_dict()


KEPT = {"decisions_kept": 1.0, "accuracy_read": 1.0, "counts_missed_ratio": 0.5}


def test_answers_that_training_makes_last_hold():
    made = readout_verdicts(KEPT, {"decisions_kept": 0.6, "counts_missed_ratio": 1.0})
    assert made == {"P6-answers-kept": "holds", "P6-plainer-logits": "holds"}


def test_what_untrained_networks_do_as_well_says_nothing():
    made = readout_verdicts(KEPT, KEPT | {"accuracy_read": 0.3})
    assert made == {"P6-answers-kept": "holds", "P6-plainer-logits": "uninformative"}


def test_answers_that_the_read_out_word_changes_fail():
    made = readout_verdicts(KEPT | {"decisions_kept": 0.9}, {"decisions_kept": 0.6})
    assert made["P6-answers-kept"] == "fails"


def test_a_row_of_a_series_is_a_network_of_the_rule():
    known = dict.fromkeys(columns_of("degeneracy"), 0.5)
    table = pd.DataFrame([{**known, "series": "l2", "cell": "gru", "seed": 300}])
    frame, keys = judged_series(table.assign(not_judged=np.nan))
    assert keys == [("l2", "gru", "own", 300)]
    assert frame.loc[0, ["task", "structure", "model", "file_seed"]].tolist() == [
        *("l2", "l2", "gru", 300)
    ]


@pytest.mark.parametrize(("run", "each"), [("read_by_word", 10), ("degeneracy", 10)])
def test_ten_networks_of_each_model_are_of_seeds_that_nothing_was_chosen_on(run, each):
    raw = yaml.safe_load((PROJECT / f"config/{run}.yaml").read_text())
    plan = Plan(load_settings(raw, [], str(PROJECT)))
    assert min(network.seed for network in plan.networks) >= 300
    trained = [network for network in plan.networks if not is_control(network)]
    counted = Counter((base_task(one.task), one.model, one.l2) for one in trained)
    assert set(counted.values()) == {each}
    controls = Counter(one.model for one in plan.networks if is_control(one))
    assert sum(controls.values()) == (30 if run == "read_by_word" else 0)


def test_claims_on_mamba_and_mlstm_are_registered_and_take_over_all_others():
    claims = read_claims("config/claims_read_by_word.yaml", str(PROJECT))
    assert claims["registered"]["claims"] == claims_hash(claims)
    below = read_claims("config/claims_cells.yaml", str(PROJECT))
    own = {claim["name"] for claim in claims["claims"] if claim["family"] == "diagonal"}
    shared = [claim for claim in below["claims"] if claim["family"] != "diagonal"]
    assert own < {claim["name"] for claim in below["claims"]}
    kept = [claim for claim in claims["claims"] if claim["name"] not in own]
    assert [claim["name"] for claim in kept] == [claim["name"] for claim in shared]
