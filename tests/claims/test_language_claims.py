"""Claims about language models: their file, and the present rule on planted numbers."""

import copy
import datetime

import pandas as pd
import pytest
import yaml
from conftest import PROJECT

from rnn_geometry.claims import language_registration
from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.language import checked_language_claims
from rnn_geometry.claims.language_units import judged_language_models
from rnn_geometry.claims.registration import KEY, deviations
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError
from rnn_geometry.geometry.language_tables import LANGUAGE

FILE = PROJECT / "config/claims_language.yaml"
CLAIMS = read_claims(str(FILE), key="claims_language", checked=checked_language_claims)
SEEDS = range(450, 455)
GOOD = {
    **{"dimension_expected": 2, "stable_expected": 2, "slow_dimension_expected": 1},
    **{"perplexity_ratio": 1.005, "dimension_said_off": 0, "dimension_held": 2},
    **{"slow_participation_ratio": 1.1, "ends": 2, "belief_r2": 0.98, "patch_followed": 0.93},
    **{"gap_closed": 0.95, "belief_r2_random": 0.0, "dimension_held_random": 0},
    "patch_followed_random": -0.4,
}
UNTRAINED = {
    **{"perplexity_ratio": 2.0, "dimension_said_off": 2, "dimension_held": 1, "ends": 1},
    **{"slow_participation_ratio": 4.0, "belief_r2": 0.5, "patch_followed": 0.0},
    "gap_closed": -9.0,
}


def network(seed, control=None, **numbers):
    known = {
        **{"task": "agreement", "model": "gru-lm" + ("-untrained" if control else "")},
        **{"cell": "gru", "l2": "1e-6", "seed": seed, "control": control, "not_judged": None},
        **{"family": "agreement", "data_seed": 0, **GOOD, **(UNTRAINED if control else {})},
    }
    return {**dict.fromkeys(LANGUAGE), **known, **numbers}


def judged(rows):
    table = pd.DataFrame(rows)
    keys = table[["task", "model", "l2", "seed"]].to_records(index=False).tolist()
    frame, keys = judged_language_models(table, keys)
    made = judged_units(CLAIMS, units_of_claims(CLAIMS, frame, None, keys))
    return made.set_index(["claim", "task", "cell"])


def planted(**numbers):
    """Five networks on agreement, each beside an untrained one."""
    return [network(s, c, **({} if c else numbers)) for s in SEEDS for c in (None, "untrained")]


def test_planted_networks_are_judged_as_they_were_planted():
    found = judged(planted())
    assert set(found["verdict"]) == {"holds"}
    assert {claim for claim, *_ in found.index} == {
        claim["name"] for claim in CLAIMS["claims"] if "agreement" in claim["structures"]
    }
    merged = judged(planted(ends=1, belief_r2=0.7))
    verdicts = merged["verdict"].droplevel(["task", "cell"])
    assert verdicts["L3-points"] == verdicts["L4-belief"] == "fails"


def test_networks_that_did_not_learn_are_left_out():
    rows = planted()
    rows[0]["not_judged"] = "not learned"
    row = judged(rows).loc[("L4-belief", "agreement", "gru-lm")]
    assert (row["verdict"], row["runs"], row["left_out"]) == ("undecided", 4, 1)


WRONG = {
    "structures": (["ordered"], "structures is 'ordered'; accepted are topics, agreement"),
    "cells": (["aed"], "cells is 'aed'; accepted are"),
    "metric": ("word_accuracy", "metric is 'word_accuracy'; accepted are a number of language.csv"),
    "controls": (["random"], "there is no control random for perplexity_ratio"),
}


@pytest.mark.parametrize("key", WRONG)
def test_a_claim_that_nothing_can_judge_is_refused(key):
    value, sentence = WRONG[key]
    raw = copy.deepcopy({**CLAIMS, "claims": [CLAIMS["claims"][0]]})
    raw["claims"][0][key] = value
    with pytest.raises(UserError, match=f"claim 'L1-perplexity': {sentence}"):
        checked_language_claims(raw)


def test_the_command_writes_the_block_once_and_tells_what_differs(tmp_path):
    file = tmp_path / "claims.yaml"
    file.write_text(FILE.read_text())
    for _ in range(2):
        language_registration.main([str(file), "2026-11-29"])
    assert file.read_text().count(f"\n{KEY}") == 1
    checked = checked_language_claims(yaml.safe_load(file.read_text()))
    code = language_registration.language_code_now()
    assert deviations(checked, code) == []
    assert checked["registered"]["date"] == datetime.date(2026, 11, 29).isoformat()
    (told,) = deviations(checked, {**code, "geometry": "0" * 16})
    assert told == "The code of geometry differs from that registered on 2026-11-29."
