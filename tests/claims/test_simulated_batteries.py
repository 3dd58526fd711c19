"""Batteries of networks whose true shares are known: how often verdicts are right and wrong."""

import numpy as np
import pandas as pd
import pytest
from test_judge import CLAIMS

from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE, chances
from rnn_geometry.claims.networks import KEYS

DATA, WEIGHTS, KINDS = range(200, 205), range(200, 204), ("untrained", "reservoir")
TASKS = 300
CLAIM = {
    "name": "simulated",
    "structures": ["unordered"],
    "metric": "hold_r2",
    "at_least": 0.5,
    "controls": list(KINDS),
    "family": "simulated",
    "exploratory": True,  # p instead of q: what one verdict alone does
    "headline": False,
}


def drawn(rng, shares, alike=0.0, control=0.0):
    """Return networks and controls of one task a share; networks of a data seed may be alike.

    The metric is 1 where a network meets the claim and 0 where it does not. `alike` is the
    correlation between networks of one data seed, `control` the share of controls that meet it.
    """
    rows = []
    for number, share in enumerate(shares):
        own = np.full(len(DATA), share)
        if alike:
            own = rng.beta(*(np.array([share, 1 - share]) * (1 - alike) / alike), size=len(DATA))
        for kind in (None, *KINDS):
            for place, data in enumerate(DATA):
                for seed in WEIGHTS:
                    chance = own[place] if kind is None else control
                    met = float(rng.random() < chance)
                    rows.append((f"t{number}", kind, data, seed, met))
    table = pd.DataFrame(rows, columns=["task", "control", "data_seed", "seed", "hold_r2"])
    table = table.assign(structure="unordered", model="gru", cell="gru", l2="3e-4", slow_no_gap=0.0)
    names = table["task"] + "-" + table["data_seed"].astype(str) + table["control"].fillna("")
    own_names = table[KEYS].assign(task=names).add_prefix("file_")
    return pd.concat([table, own_names], axis=1)


def judged(networks, **changes):
    file = {**CLAIMS, "claims": [{**CLAIM, **changes}]}
    keys = networks[[f"file_{name}" for name in KEYS]].to_numpy().tolist()
    return claims_table(file, networks, None, keys)


def rates(found):
    counts = found["verdict"].value_counts(normalize=True)
    return {word: counts.get(word, 0.0) for word in (HOLDS, FAILS, UNDECIDED)}


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_verdicts_are_wrong_and_right_as_often_as_the_table_says(share):
    found = judged(drawn(np.random.default_rng(0), [share] * TASKS))
    assert set(found["look"]) == {1, 2}
    for word, expected in chances(CLAIMS["looks"], share).items():
        error = np.sqrt(expected * (1 - expected) / TASKS)
        assert abs(rates(found)[word] - expected) <= 4 * error + 1e-12, word


def test_networks_that_are_alike_within_data_seeds_mislead_more_often():
    found = rates(judged(drawn(np.random.default_rng(1), [0.5] * TASKS, alike=0.3)))
    # .044 by simulation of the numbers alone (docs/methods.md), .0146 for independent networks.
    for word in (HOLDS, FAILS):
        assert found[word] == pytest.approx(0.044, abs=4 * np.sqrt(0.044 * 0.956 / TASKS))
    high = rates(judged(drawn(np.random.default_rng(2), [0.95] * TASKS, alike=0.3)))
    assert high[HOLDS] == pytest.approx(0.978, abs=4 * np.sqrt(0.978 * 0.022 / TASKS))
    assert high[FAILS] == 0


def test_a_family_of_which_half_is_true_keeps_false_discoveries_down():
    shares = np.tile([0.5, 0.95], TASKS // 2)
    found = judged(drawn(np.random.default_rng(3), shares), exploratory=False, headline=True)
    true = shares[found["task"].str.removeprefix("t").astype(int)] == 0.95
    holds = found["verdict"] == HOLDS
    assert holds[true].mean() > 0.97
    assert holds[~true].sum() / holds.sum() <= 0.05
    assert (found.loc[holds, "q"] <= 0.05).all()
    assert found["holm"].nunique() == 1  # one p for a headline claim


def test_a_family_without_a_true_claim_holds_nowhere():
    found = judged(drawn(np.random.default_rng(4), [0.5] * TASKS), exploratory=False)
    assert rates(found)[HOLDS] == 0
    taken_back = found["reason"].str.contains(r"; q 0.\d+ is above 0.05$")
    assert 0 < taken_back.mean() < 0.05
    assert set(found.loc[taken_back, "verdict"]) == {UNDECIDED}


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_controls_that_do_as_well_make_a_claim_uninformative(share):
    found = judged(drawn(np.random.default_rng(5), [share] * 60, control=share))
    words = found["verdict"].value_counts(normalize=True)
    assert words[UNINFORMATIVE] > 0.8
    assert words.get(HOLDS, 0) < 0.05
    assert set(found.loc[found["verdict"] == UNINFORMATIVE, "control_met"]) == {1}


def test_controls_at_one_third_leave_a_true_claim_to_hold_or_undecided():
    found = judged(drawn(np.random.default_rng(6), [0.98] * 60, control=0.33))
    words = found["verdict"].value_counts(normalize=True)
    assert words[HOLDS] > 0.75
    assert words.get(FAILS, 0) == 0
