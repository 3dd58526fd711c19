"""Claims about networks without a step: their file, and the present rule on planted numbers."""

import copy

import pandas as pd
import pytest
from conftest import PROJECT

from rnn_geometry.claims.extended import read_whole
from rnn_geometry.claims.registration import deviations
from rnn_geometry.claims.transformer_units import judged_transformers
from rnn_geometry.claims.transformers import checked_transformer_claims
from rnn_geometry.claims.transformers_registration import CODE, transformers_code_now
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError
from rnn_geometry.geometry.transformers import TRANSFORMERS
from rnn_geometry.geometry.transformers_language import TRANSFORMERS_LANGUAGE

FILE = PROJECT / "config/claims_transformers.yaml"
CLAIMS = read_claims(str(FILE), key="claims_transformers", checked=checked_transformer_claims)
SEEDS = range(450, 455)
STRUCTURES = {"categorical-3": "unordered"}
LEARNED = {"classes": 3, "dimension_expected": 2, "test_accuracy": 0.99, "loss_falling": 0}
READS = {"score_read_early": 0.99, "score_read_half": 0.98, "score_read_end": 0.97}
CLASSES = {
    **{**LEARNED, **READS, "score_read_together": 0.85, "carried_one_place": 0.1},
    **{"carried_other_places": 0.8, "word_additivity_fitted": 0.7},
    "participation_ratio_final": 2.2,
}
CLASSES_UNTRAINED = {
    **{**READS, "score_read_together": 0.7, "word_additivity_fitted": 0.1},
    "participation_ratio_final": 4.1,
}
WORDS = {
    **{"perplexity": 10.0, "perplexity_ngram_1": 20.0, "loss_falling": 0, "belief_r2": 0.98},
    **{"belief_r2_random": 0.0, "belief_r2_half": 0.99, "followed_all_places": 0.95},
    "followed_one_place": 0.1,
}
WORDS_UNTRAINED = {
    **{"belief_r2": 0.3, "belief_r2_half": 0.4, "followed_all_places": 0.0},
    "followed_one_place": 0.0,
}
STATE = {"carried_one_place": 1.0, "carried_other_places": 0.0, "score_read_together": 0.99}


def network(seed, model, control=None, **numbers):
    return {
        **{"task": "categorical-3", "model": model + ("-untrained" if control else "")},
        **{"cell": model.partition("-")[0], "l2": "1e-5", "seed": seed, "control": control},
        **numbers,
    }


def classifiers(model, **numbers):
    """Five networks on three classes, each beside an untrained one."""
    kinds = ((None, CLASSES | numbers), ("untrained", CLASSES_UNTRAINED))
    rows = [network(seed, model, c, **own) for seed in SEEDS for c, own in kinds]
    return pd.DataFrame([{**dict.fromkeys(TRANSFORMERS), **row} for row in rows])


def says(model, **numbers):
    """Five language models on agreement, each beside an untrained one."""
    source = {"task": "agreement", "family": "agreement", "data_seed": 0}
    kinds = ((None, WORDS | numbers), ("untrained", WORDS_UNTRAINED))
    rows = [{**network(s, model, c, **own), **source} for s in SEEDS for c, own in kinds]
    return pd.DataFrame([{**dict.fromkeys(TRANSFORMERS_LANGUAGE), **row} for row in rows])


def judged(*tables):
    keys = pd.concat(tables)[["task", "model", "l2", "seed"]].to_numpy().tolist()
    return judged_transformers(tables, STRUCTURES, keys, CLAIMS).set_index(["claim", "cell"])


def test_planted_networks_are_judged_as_they_were_planted():
    found = judged(classifiers("transformer-1"), says("transformer-lm"))
    verdicts = found["verdict"].to_dict()
    read = verdicts.pop(("T1-read-by-place", "transformer-1"))
    assert read == "uninformative"  # an untrained one reads as well
    assert set(verdicts.values()) == {"holds"}
    assert {claim for claim, _ in found.index} == {claim["name"] for claim in CLAIMS["claims"]}


def test_a_state_that_carries_all_does_not_meet_what_is_said_of_its_absence():
    found = judged(classifiers("transformer-1"), classifiers("gru", **STATE))["verdict"]
    for claim in ("T2-one-map", "T3-no-one-place"):
        assert (found[claim, "gru"], found[claim, "transformer-1"]) == ("fails", "holds")
    assert found["T1-read-by-place", "gru"] == "uninformative"
    assert "all" not in found.index.get_level_values("cell")


def test_networks_with_a_step_change_no_verdict_of_those_without():
    """Each of the two has families of its own: ten that fail would raise every q."""
    alone = judged(says("transformer-lm"))
    beside = judged(says("transformer-lm"), *(says(f"gru-{n}", belief_r2=0.1) for n in range(10)))
    both = beside.loc[alone.index]
    assert both["q"].tolist() == alone["q"].tolist()
    assert both["verdict"].tolist() == alone["verdict"].tolist()


def test_beliefs_that_nothing_follows_are_not_said_to_be_elsewhere():
    found = judged(says("transformer-lm", followed_all_places=0.1))["verdict"]
    assert found["T8-followed", "transformer-lm"] == "fails"
    assert found["T9-no-one-place", "transformer-lm"] == "fails"


@pytest.mark.parametrize(
    ("made", "wrong", "reason"),
    [
        (classifiers, {"test_accuracy": 0.6}, "not learned"),
        (classifiers, {"loss_falling": 1}, "loss still falling"),
        (says, {"perplexity": 20.0}, "not learned"),
        (says, {"loss_falling": 1}, "loss still falling"),
    ],
)
def test_networks_that_did_not_learn_are_left_out(made, wrong, reason):
    table = made("transformer-1")
    table.loc[0, list(wrong)] = list(wrong.values())
    found = judged(table)
    assert set(found["left_out_why"]) == {f"1 {reason}"}
    assert set(found["runs"]) == {4}


WRONG = {
    "structures": (["reordered"], "structures is 'reordered'; accepted are unordered, plane"),
    "cells": (["aed"], "cells is 'aed'; accepted are transformer"),
    "metric": ("word_accuracy", "metric is 'word_accuracy'; accepted are a number of transform"),
    "controls": (["random"], "there is no control random for score_read_half"),
}


@pytest.mark.parametrize("key", WRONG)
def test_a_claim_that_nothing_can_judge_is_refused(key):
    value, sentence = WRONG[key]
    raw = copy.deepcopy({**CLAIMS, "claims": [CLAIMS["claims"][0]]})
    raw["claims"][0][key] = value
    with pytest.raises(UserError, match=f"claim 'T1-read-by-place': {sentence}"):
        checked_transformer_claims(raw)


def test_the_registration_names_all_that_verdicts_depend_on():
    claims = checked_transformer_claims(read_whole(FILE))
    code = transformers_code_now()
    assert set(claims["registered"]["code"]) == set(code) == set(CODE)
    other = {**code, "numbers": "0" * 16}
    told = [line for line in deviations(claims, other) if "numbers differs" in line]
    assert told == ["The code of numbers differs from that registered on 2026-11-30."]
