"""Claims about networks that translate: their file, and the present rule on planted numbers."""

import copy

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.translator_units import dial_rows, judged_frame, rank_correlation
from rnn_geometry.claims.translators import DIAL, checked_translator_claims, measures
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.errors import UserError
from rnn_geometry.geometry.translator_tables import TRANSLATORS

KEYS = {"key": "claims_attention", "checked": checked_translator_claims}
CLAIMS = read_claims("config/claims_attention.yaml", str(PROJECT), **KEYS)
SEEDS = range(400, 405)


def network(task, architecture, seed, control=None, **numbers):
    family = task.rpartition("-")[0] or task
    model = f"gru-{architecture}" + ("-untrained" if control else "")
    known = {
        **{"task": task, "model": model, "cell": "gru", "l2": "1e-5", "seed": seed},
        **{"control": control, "family": family, "data_seed": 0, "architecture": architecture},
        **{"alignment": "plain", "feedback": "own", "hidden_size": 64, "not_judged": None},
        "word_accuracy": 0.2 if control else 0.999,
    }
    return {**dict.fromkeys(TRANSLATORS), **known, **numbers}


def table(temporal=0.95):
    """Networks of five seeds: AED and VED on words, AED on the dial, each beside an untrained."""
    rows = []
    for seed in SEEDS:
        for control in (None, "untrained"):
            lost = 0.5 if control else 0.0
            for architecture, size in (("aed", 5.0), ("ved", 5.0 if control else 12.0)):
                numbers = {"explained_encoder": 0.95 - lost, "explained_encoder_random": 0.0}
                numbers |= {"share_mu_mu": temporal - lost, "share_mu_mu_random": 0.01}
                numbers |= {"dimension_encoder": size, "last_decodes": size / 20}
                rows.append(network("one_to_one", architecture, seed, control, **numbers))
            for rho in (0.0, 0.2, 0.4, 0.7):
                like = 0.5 if control else 1 - rho
                numbers = {"share_mu_mu": like**2, "likeness_to_average": like, "rho": rho}
                rows.append(network(f"reordered-{rho}", "aed", seed, control, **numbers))
    for row in rows:
        if row["architecture"] == "ved":
            row["share_mu_mu"] = row["share_mu_mu_random"] = None
    return pd.DataFrame(rows)


def judged(found, only=None):
    keys = found[["task", "model", "l2", "seed"]].to_records(index=False).tolist()
    frame, keys = judged_frame(found, keys)
    claims = CLAIMS if only is None else {**CLAIMS, "claims": [
        claim for claim in CLAIMS["claims"] if claim["name"] == only]}  # fmt: skip
    made = judged_units(claims, units_of_claims(claims, frame, None, keys))
    return made.set_index(["claim", "task", "cell"])


def test_planted_networks_are_judged_as_they_were_planted():
    found = judged(table())
    for claim, task, model in (
        ("S1-place-and-word", "one_to_one", "gru-aed"),
        ("S2-temporal", "one_to_one", "gru-aed"),
        ("S3-dial", DIAL, "gru-aed"),
        ("S8-dimension", "one_to_one", "gru-ved"),
        ("S8-memory", "one_to_one", "gru-ved"),
    ):
        row = found.loc[(claim, task, model)]
        assert (row["verdict"], row["met"], row["judged"]) == ("holds", 5, 1), claim
    assert "gru-ved" not in {cell for claim, _, cell in found.index if claim == "S2-temporal"}
    assert found.loc[("S3-dial", DIAL, "gru-aed"), "observed"] == 1
    assert judged(table(temporal=0.6), "S2-temporal")["verdict"].tolist() == ["fails"]


def test_networks_that_did_not_learn_are_left_out():
    rows = table()
    out = (rows["seed"] == 400) & (rows["task"] == "one_to_one") & rows["control"].isna()
    rows.loc[out, "not_judged"] = "not learned"
    rows.loc[(rows["task"] == "reordered-0.7") & (rows["seed"] == 401), "not_judged"] = (
        "not learned"
    )
    found = judged(rows)
    for claim, task in (("S2-temporal", "one_to_one"), ("S3-dial", DIAL)):
        row = found.loc[(claim, task, "gru-aed")]
        assert (row["verdict"], row["runs"], row["left_out"]) == ("undecided", 4, 1)


def test_a_dial_has_at_least_three_settings_and_its_random_order():
    rows = table()
    frame, keys = judged_frame(rows, [])
    dials = frame[frame["structure"] == DIAL]
    assert len(dials) == len(keys) == 2 * len(SEEDS)
    trained = dials[dials["control"].isna()]
    assert (trained["dial_correlation"] == 1).all()
    assert (trained["dial_correlation_random"] < 1).any()
    assert dials[dials["control"].notna()]["dial_correlation"].isna().all()
    few = frame[frame["rho"].isin([0.0, 0.2])]
    assert dial_rows(few.assign(file_model=few["model"])) == []


def test_a_rank_correlation():
    assert rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == -1
    assert np.isnan(rank_correlation([1, 1, 1], [1, 2, 3]))


RAW = {**CLAIMS, "claims": [CLAIMS["claims"][0]]}
WRONG = {
    "structures": (["ordered"], "structures is 'ordered'; accepted are one_to_one, escan"),
    "cells": (["gru"], "cells is 'gru'; accepted are ved, aed, ao"),
    "metric": ("participation_ratio", "metric is 'participation_ratio'; accepted are a number of"),
    "controls": (["random"], "there is no control random for word_accuracy"),
    "at_most": (1, "give one of at_least, at_most"),
    "given": ({"metric": "cliff", "at_least": 1}, "metric is 'cliff'"),
}


@pytest.mark.parametrize("key", WRONG)
def test_a_claim_that_nothing_can_judge_is_refused(key):
    value, sentence = WRONG[key]
    raw = copy.deepcopy(RAW)
    raw["claims"][0][key] = value
    if key == "controls":
        raw["claims"][0]["metric"] = "word_accuracy"
    with pytest.raises(UserError, match=f"claim 'S1-place-and-word': {sentence}"):
        checked_translator_claims(raw)


def test_a_checked_claim_keeps_its_own_names():
    (claim,) = checked_translator_claims(RAW)["claims"]
    assert (claim["metric"], claim["structures"]) == ("explained_encoder", ["one_to_one"])
    assert {"exploratory", "headline", "frozen", "family"} <= set(claim)
    assert {"swap_moved", "dial_correlation"} <= set(measures())
