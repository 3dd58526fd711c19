"""Verdicts on tables whose verdicts are known by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT

from rnn_geometry.claims import judge as claims
from rnn_geometry.claims.file import checked_claims
from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE
from rnn_geometry.claims.metrics import (
    LARGEST_RATIO,
    along_ratio,
    bag_of_words_gap,
    bag_of_words_lag,
    falls_to_zero,
    flip_restored,
    flip_restored_random,
    lasting_ratio,
    levels_visited,
    shuffled_share,
    shuffling_cost,
)
from rnn_geometry.claims.networks import KEYS, networks_table
from rnn_geometry.claims.table import ALL_CELLS, COLUMNS
from rnn_geometry.config.load import read_claims
from rnn_geometry.store.columns import table_columns

CLAIMS, TEXT = (
    read_claims(f"config/{name}.yaml", str(PROJECT)) for name in ("claims", "claims_text")
)

# Metrics


def test_metrics_that_are_no_column():
    rows = pd.DataFrame(
        {
            "test_accuracy": [0.9, 0.5],
            "bag_of_words_accuracy": [0.92, 0.9],
            "shuffled_accuracy": [0.9, 0.5],
            "majority_accuracy": [0.5, 0.5],
            "evidence_lasting": [0.6, 0.1],
            "modifier_lasting": [0.1, 0.1],
            "evidence_along": [0.5, 0.1],
            "modifier_along": [0.05, 0.1],
            "flip_gain": [-1.0, 0.9],
            "flip_gain_cut": [0.5, 1.0],
            "flip_gain_random": [-0.8, 0.9],
        }
    )
    assert bag_of_words_gap(rows).tolist() == pytest.approx([0.02, 0.4])
    assert bag_of_words_lag(rows).tolist() == pytest.approx([-0.02, -0.4])
    assert shuffling_cost(rows).tolist() == pytest.approx([0, 0])
    assert shuffled_share(rows).tolist() == pytest.approx([0.4 / 0.42, 0])
    assert lasting_ratio(rows).tolist() == pytest.approx([6, 1])
    assert along_ratio(rows).tolist() == pytest.approx([10, 1])
    # Where a modifier hardly changes anything there is nothing to restore.
    assert flip_restored(rows).tolist() == pytest.approx([0.75, np.nan], nan_ok=True)
    assert flip_restored_random(rows).tolist() == pytest.approx([0.1, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("dimensions", "falls", "levels"),
    [
        ([3, 3, 2, 1, 0, 0], 1, 1),
        ([3, 2, 0], 1, 0.75),
        ([3, 0], 1, 0.5),
        ([3, 2, 3, 1, 0], 0, 0),  # rises once
        ([3, 2, 1], 0, 0),  # never dies
        ([2, 1, 0], 0, 0),  # does not begin at d
    ],
)
def test_staircases(dimensions, falls, levels):
    dimensions = np.array(dimensions, dtype=float)
    assert falls_to_zero(dimensions, 3) == falls
    assert levels_visited(dimensions, 3) == levels


# Tables

GOOD = {
    "participation_ratio": 2.0,
    "cliff": 1,
    "integration_modes": 2,
    "readout_angle_error": 3.0,
    "readout_in_subspace": 0.95,
    "corner_miss": 0.05,
    "simplex_shape": 0.7,
    "own_readout_cosine": 0.99,
    "neutral_effect": 0.02,
    "position_independence": 0.95,
    "hold_r2": 0.9,
    "additivity_r2_fitted": 0.9,
    "test_accuracy": 0.99,
    "bag_of_words_accuracy": 0.99,
    "shuffled_accuracy": 0.99,
    "majority_accuracy": 0.33,
    "components_95": 2,
    "participation_ratio_random": 60.0,
    "readout_in_subspace_random": 0.2,
    "components_95_random": 59,
    "corner_miss_random": 0.04,
    "simplex_shape_random": 0.0,
    "io_dimension_places": 2,
    "io_gain_places": 30.0,
    "growing_modes": 2,
    "rate_slope": -0.8,
    "skeleton_match": 1.0,
    "score_r2": 0.9,
    "degree_is_one": 1,
    "delayed_independence": 0.8,
    "logit_additivity": 0.8,
    "ablation_left": 0.05,
    "ablation_left_random": 0.95,
    "interchange_follows": 0.95,
    "interchange_follows_random": 0.1,
    "steering_hits": 0.95,
    "steering_hits_random": 0.5,
    "longer_accuracy": 0.98,
    "learned": 1,
    "corner_miss_p": 0.01,
    "hyperbolicity": 0.8,
    "noise_manifold_shift": 0.03,
    "noise_found": 1.0,
    "noise_roots_kept": 0.5,
    "simplex_shape_p": 0.01,
    "readout_angle_p": 0.01,
}
BAD = {
    "participation_ratio": 4.0,
    "cliff": 0,
    "integration_modes": 0,
    "readout_angle_error": 40.0,
    "readout_in_subspace": 0.1,
    "corner_miss": 0.6,
    "simplex_shape": -0.2,
    "own_readout_cosine": 0.0,
    "neutral_effect": 0.5,
    "position_independence": 0.1,
    "hold_r2": -1.0,
    "additivity_r2_fitted": 0.1,
    "test_accuracy": 0.33,
    "shuffled_accuracy": 0.33,
    "components_95": 6,
    "io_dimension_places": 40,
    "io_gain_places": 0.05,
    "growing_modes": 0,
    "rate_slope": 0.1,
    "skeleton_match": 0.2,
    "score_r2": 0.1,
    "delayed_independence": 0.02,
    "logit_additivity": 0.1,
    "ablation_left": 0.9,
    "interchange_follows": 0.1,
    "steering_hits": 0.5,
    "longer_accuracy": 0.33,
    "learned": 0,
    "hyperbolicity": 1.5,
    "noise_manifold_shift": 0.6,
    "noise_roots_kept": 1.0,
}
IDENTITY = {"task": "categorical-3", "model": "gru", "cell": "gru", "l2": "3e-4", "control": np.nan}
EMPTY = dict.fromkeys(table_columns("networks"), np.nan) | {"data_seed": 0}
ONE = 10  # networks of the first look
KINDS = ("untrained", "shuffled_labels", "reservoir")


def table(*groups):
    """Return networks as `networks_table` does: groups of (number, changes), seeds from 200 on."""
    rows = []
    for count, changes in groups:
        for i in range(count):
            row = {**EMPTY, **IDENTITY, **GOOD, "dimension_expected": 2, "dimension_predicted": 2}
            row |= {"structure": "unordered", "mean_length": 25.0, "seed": 200 + i, **changes}
            rows.append({**row, **{f"file_{name}": row[name] for name in KEYS}})
    return pd.DataFrame(rows)


def controls(count=ONE, **changes):
    """Return groups of controls of every kind that meet nothing, but for changes."""
    return [(count, {**BAD, **changes, "control": kind}) for kind in KINDS]


SWEEPS = pd.DataFrame(
    columns=[
        "sweep",
        "over",
        "value",
        "model",
        "cell",
        "seed",
        "components_95",
        "integration_modes",
        "dimension_expected",
    ]
)


def judged(networks, file=CLAIMS, sweeps=SWEEPS):
    keys = networks[["task", "model", "l2", "seed"]].to_numpy().tolist()
    return claims.claims_table(file, networks, sweeps, keys).set_index(["claim", "cell"])


def test_networks_that_do_everything_beside_controls_that_do_nothing():
    found = judged(table((ONE, {}), *controls())).xs("gru", level="cell")
    shown = found[found["exploratory"] == 0]
    assert set(shown["verdict"]) == {HOLDS}
    assert set(found["runs"]) == {10}
    assert set(shown["look"]) == {1}
    row = found.loc["simplex-dimension"]
    assert row["control"].startswith("reservoir 0/10, +1.00 (0.61 to 1.00), p 5.4e-06, mean -2 (")
    assert "untrained 0/10, +1.00 (0.61 to 1.00), p 0.00098 in pairs" in row["control"]
    assert row[["expected", "observed", "low", "high"]].tolist() == [2, 2, 2, 2]
    assert row[["theory_p", "effect_control"]].tolist() == [0, 1]
    assert row["p"] == pytest.approx(2**-10)
    assert row["q"] <= 0.05
    first = found.loc["simplex-corners-first"]
    assert first[["verdict", "control_met"]].tolist() == [UNINFORMATIVE, 1]  # as the ball has them
    assert pd.isna(first["q"])


@pytest.mark.parametrize(
    ("claim", "changes"),
    [
        ("simplex-dimension", {"participation_ratio": 2.25}),
        ("simplex-dimension", {"cliff": 0}),  # the dimension is right by chance
        ("simplex-cliff", {"cliff": 0}),
        ("simplex-modes", {"integration_modes": 3}),
        ("simplex-angles", {"readout_angle_error": 20.0}),
        ("simplex-readouts", {"readout_in_subspace": 0.7}),
        ("simplex-angles", {"readout_angle_p": 0.6}),  # as random readouts stand
        ("simplex-corners", {"corner_miss": 0.3}),
        ("simplex-corners", {"corner_miss_p": 0.6}),  # as a ball has them
        ("simplex-shape", {"simplex_shape": 0.2}),
        ("simplex-shape", {"simplex_shape_p": 0.3}),
        ("words-held", {"hold_r2": 0.8}),
        ("words-anywhere", {"delayed_independence": 0.6}),
        ("words-add", {"logit_additivity": 0.4}),
        ("io-dimension", {"io_dimension_places": 3}),
        ("io-dimension", {"io_gain_places": 0.5}),
        ("centre-repels", {"growing_modes": 1}),
        ("rim-decays", {"rate_slope": -0.5}),
        ("skeleton-faces", {"skeleton_match": 0.7}),
        ("ablation", {"ablation_left": 0.6}),
        ("interchange", {"interchange_follows": 0.6}),
        ("steering", {"steering_hits": 0.6}),
        ("set-survives-not-roots", {"noise_manifold_shift": 0.2}),
        ("set-survives-not-roots", {"noise_found": 0.8}),
        ("set-survives-not-roots", {"noise_roots_kept": 1.0}),
        ("longer-sentences", {"longer_accuracy": 0.9}),
        ("bag-of-words", {"test_accuracy": 0.9}),
        ("shuffled-words", {"shuffled_accuracy": 0.8}),
        ("counts-predict", {"components_95": 3}),
    ],
)
def test_every_claim_about_unordered_classes_can_fail(claim, changes):
    assert judged(table((ONE, changes), *controls())).loc[(claim, "gru"), "verdict"] == FAILS
    mixed = table((6, {}), (4, {**changes, "seed": 210}), *controls())
    mixed.loc[mixed["seed"] == 210, "seed"] = range(210, 214)
    row = judged(mixed.assign(file_seed=mixed["seed"])).loc[(claim, "gru")]
    assert (row["met"], row["runs"]) == (6, 10)
    assert (row["verdict"], row["reason"]) == (UNDECIDED, "6 of 10 meet it: too mixed")


def test_a_control_that_meets_the_claim_makes_it_say_nothing():
    same = {"control": "untrained", "participation_ratio": 2.1, "cliff": 1, "learned": 1}
    row = judged(table((ONE, {}), *controls()[1:], (ONE, {**BAD, **same}))).loc[
        ("simplex-dimension", "gru")
    ]
    assert (row["verdict"], row["control_met"]) == (UNINFORMATIVE, 1)
    assert row["reason"] == "a control meets it too: untrained"
    assert row["effect_control"] == 0


def test_a_mean_like_that_of_a_control_says_nothing():
    near = {"control": "untrained", "participation_ratio": 2.21, "cliff": 0}
    row = judged(table((ONE, {}), *controls()[1:], (ONE, {**BAD, **near}))).loc[
        ("simplex-dimension", "gru")
    ]
    assert (row["verdict"], row["control_met"]) == (HOLDS, 0)  # .21 is beyond the margin of .2
    near["participation_ratio"] = 2.15
    row = judged(table((ONE, {}), *controls()[1:], (ONE, {**BAD, **near}))).loc[
        ("simplex-dimension", "gru")
    ]
    assert (row["verdict"], row["control_met"]) == (UNINFORMATIVE, 0)
    assert row["reason"] == "the same mean within the margin as untrained"


def test_a_control_that_is_named_and_missing_never_counts_as_passed():
    networks = table((ONE, {}), *controls()[:2])
    row = judged(networks).loc[("simplex-cliff", "gru")]
    assert (row["verdict"], row["reason"]) == (UNDECIDED, "10 of 10 meet it; no control: reservoir")
    assert row["control"].endswith("; no control: reservoir")
    assert pd.isna(row["p"])
    fails = judged(table((ONE, {"cliff": 0}))).loc[("simplex-cliff", "gru")]
    assert fails["verdict"] == FAILS
    assert fails["control"] == "no control: reservoir, shuffled_labels, untrained"


def test_a_control_below_one_half_that_is_not_far_enough():
    some = (2, {"control": "reservoir"})
    rest = (3, {**BAD, "control": "reservoir", "seed": 220})
    networks = table((9, {}), (1, {**BAD, "seed": 230}), *controls()[:2], some, rest)
    row = judged(networks).loc[("simplex-cliff", "gru")]
    assert row["reason"] == "9 of 10 meet it; not far enough from reservoir"
    assert (row["verdict"], row["control_met"]) == (UNDECIDED, 0)
    assert row["effect_control"] == pytest.approx(0.5)


def test_seeds_below_the_judged_ones_do_not_count_beside_them():
    networks = table((5, BAD), (ONE, {}), *controls())
    networks.loc[:4, "seed"] = networks.loc[:4, "file_seed"] = range(5)
    row = judged(networks).loc[("simplex-cliff", "gru")]
    assert (row["met"], row["runs"], row["judged"]) == (10, 10, 1)
    shown = judged(networks[:5]).loc[("simplex-cliff", "gru")]
    assert (shown["met"], shown["runs"], shown["judged"]) == (0, 5, 0)


def test_imported_networks_count_whatever_their_seed():
    """No threshold was chosen on a network that somebody brought."""
    brought = {"seed": 3, "imported": 1}
    row = judged(table((ONE, brought))).loc[("simplex-cliff", "gru")]
    assert (row["met"], row["runs"], row["judged"]) == (ONE, ONE, 1)
    both = judged(table((5, brought), (5, {**BAD, "seed": 10}))).loc[("simplex-cliff", "gru")]
    assert (both["met"], both["runs"], both["judged"]) == (5, 5, 1)


def test_two_networks_are_seen_and_not_judged():
    row = judged(table((2, {}), *controls(2))).loc[("simplex-cliff", "gru")]
    assert (row["verdict"], row["met"], row["runs"]) == (UNDECIDED, 2, 2)
    assert row["reason"] == "2 of 2 seen; judged from 10 networks on"
    assert pd.isna(row["look"])
    assert pd.isna(row["q"])


ALONE = {
    **CLAIMS,
    "looks": [{"networks": 5, "holds": 5, "fails": 0, "alone": True}, *CLAIMS["looks"]],
}


@pytest.mark.parametrize(
    ("meet", "miss", "look", "verdict"),
    [
        (5, 0, 1, HOLDS),
        (0, 5, 1, FAILS),
        (4, 1, 1, UNDECIDED),
        (5, 5, 1, UNDECIDED),  # ten: the look at five would have held
        (9, 1, 1, HOLDS),
    ],
)
def test_a_look_that_stands_alone_is_for_tasks_with_no_more_networks(meet, miss, look, verdict):
    missing = (miss, {"cliff": 0, "seed": 220})
    networks = table((meet, {}), missing, *controls(meet + miss))
    row = judged(networks, ALONE).loc[("simplex-cliff", "gru")]
    assert row[["verdict", "look", "met"]].tolist() == [verdict, look, meet]


def test_a_network_left_out_does_not_make_a_look_stand_alone():
    unfit = (5, {**BAD, "seed": 220, "not_judged": "not learned"})
    row = judged(table((5, {}), unfit, *controls()), ALONE).loc[("simplex-cliff", "gru")]
    assert row["verdict"] == UNDECIDED
    assert pd.isna(row["look"])


def test_networks_without_a_gap_do_not_meet_the_claim_and_are_named():
    cells = [(ONE, {"model": "gru", "cell": "gru"})]
    blank = {"model": "vanilla", "cell": "vanilla", "participation_ratio": np.nan}
    found = judged(table(*cells, (ONE, {**blank, "slow_no_gap": 1.0}), *controls()))
    row = found.loc[("simplex-dimension", "vanilla")]
    assert (row["verdict"], row["met"]) == (FAILS, 0)
    assert row["reason"] == "0 of 10 meet it; no gap in 10 of 10"
    alone = judged(table((ONE, {**blank, "slow_no_gap": 1.0}), *controls()))
    assert alone.loc[("simplex-dimension", "vanilla"), "verdict"] == FAILS
    undefined = judged(table((ONE, blank), *controls(participation_ratio=np.nan)))
    assert ("simplex-dimension", "vanilla") not in undefined.index


def few(name, metric, control_at_most):
    """Return a claim on five networks, which asks more of untrained ones than to miss it."""
    ends = {"at_least": 0.75, "control_at_most": control_at_most, "controls": ["untrained"]}
    return {"name": name, "metric": metric, "structures": ["unordered"], **ends} | {
        "statement": "It does.",
        "source": "nowhere",
    }


FEW = checked_claims(
    {
        **{key: CLAIMS[key] for key in ("frozen", "tuning_seeds", "judged_from", "level", "half")},
        "looks": [{"networks": 5, "holds": 5, "fails": 0}],
        "claims": [few("held", "hold_r2", 0.2), few("added", "additivity_r2_fitted", 0.3)],
    }
)


def test_columns_of_the_untrained_self_stand_in_for_untrained_networks():
    good = {"hold_r2_untrained": -1.0, "additivity_r2_fitted_untrained": 0.99}
    found = judged(table((5, good)), FEW)
    row = found.loc[("held", "gru")]
    assert row["control"].startswith("untrained 0/5, +1.00 (0.39 to 1.00), p 0.031 in pairs, mean")
    assert row["reason"] == "5 of 5 meet it; q 0.062 is above 0.05"  # beside `added`, with p 1
    assert found.loc[("added", "gru"), ["control_met", "verdict"]].tolist() == [1, UNINFORMATIVE]
    both = judged(table((5, good), (3, {**BAD, **good, "control": "untrained"})), FEW)
    assert both.loc[("added", "gru"), "control"].startswith("untrained 0/3, ")


def test_a_claim_may_ask_more_of_its_controls_than_to_miss_its_threshold():
    near, far = ({"hold_r2_untrained": value} for value in (0.4, 0.1))
    row = judged(table((5, near)), FEW).loc[("held", "gru")]
    assert row["control"].startswith("untrained 5/5, ")
    assert row[["control_met", "verdict"]].tolist() == [1, UNINFORMATIVE]
    found = judged(table((5, far)), FEW).loc[("held", "gru")]
    assert found[["control_met", "verdict"]].tolist() == [0, HOLDS]


def test_controls_stand_beside_every_strength_of_l2():
    networks = table((ONE, {"l2": "1e-4"}), (ONE, {"l2": "1e-2"}), *controls())
    found = judged(networks).loc["simplex-cliff"]
    assert found["effect_control"].tolist() == [1, 1]
    assert found["verdict"].tolist() == [HOLDS] * 2


def test_a_ratio_over_nothing_is_large_and_finite():
    rows = pd.DataFrame({"evidence_along": [0.5], "modifier_along": [0.0]})
    assert along_ratio(rows).tolist() == [LARGEST_RATIO]


def test_an_empty_metric_is_not_met_and_a_claim_without_any_has_no_row():
    found = judged(table((9, {}), (1, {"hold_r2": np.nan, "seed": 209}), *controls()))
    assert found.loc[("words-held", "gru"), ["met", "runs"]].tolist() == [9, 10]
    without = judged(table((ONE, {"hold_r2": np.nan}), *controls(hold_r2=np.nan)))
    assert ("words-held", "gru") not in without.index


def test_where_slow_modes_are_not_counted_a_claim_on_them_is_left_empty():
    flat = {"integration_modes": np.nan, "constant_jacobian": 1}
    row = judged(table((ONE, flat), *controls())).loc[("simplex-modes", "gru")]
    assert row[["verdict", "runs", "left_out"]].tolist() == [UNDECIDED, 0, 10]
    assert row["reason"] == (
        "no network is judged: 10 slow modes are not counted: one Jacobian everywhere"
    )
    others = judged(table((ONE, flat), *controls())).loc[("simplex-cliff", "gru")]
    assert others["runs"] == 10


CELLS = ("gru", "lstm", "ugrnn")


def of_cells(*changes):
    """Return networks of three cells, each with its changes, and their controls."""
    groups = []
    for name, change in zip(CELLS, changes, strict=True):
        known = {"model": name, "cell": name}
        groups += [(ONE, {**known, **change}), *controls(**known)]
    return table(*groups)


def test_the_row_over_all_cells_says_where_a_claim_holds():
    row = judged(of_cells({}, {}, {})).loc[("simplex-cliff", ALL_CELLS)]
    assert row[["verdict", "runs", "cells_p"]].tolist() == [HOLDS, 30, 1]
    assert row["reason"] == "holds in gru, lstm, ugrnn"
    row = judged(of_cells({}, {"cliff": 0}, {})).loc[("simplex-cliff", ALL_CELLS)]
    assert row["verdict"] == FAILS
    assert row["reason"] == "holds in gru, ugrnn; fails in lstm"
    assert row["cells_p"] == 0.001
    only = judged(table((ONE, {}), *controls()))
    assert ALL_CELLS not in only.index.get_level_values("cell")


@pytest.mark.parametrize(("d", "speaks"), [(2, False), (3, True)])
def test_a_claim_may_speak_of_some_dimensions(d, speaks):
    (claim,) = (one for one in CLAIMS["claims"] if one["name"] == "labels-dimension")
    known = {"structure": "labels", "dimension_expected": d}
    found = judged(
        table((ONE, known), *controls(**known)),
        {**CLAIMS, "claims": [{**claim, "dimensions": [3]}]},
    )
    assert (("labels-dimension", "gru") in found.index) == speaks


def test_a_control_without_a_manifold_does_not_meet_a_claim_about_it():
    networks = table((ONE, {}), *controls(participation_ratio=np.nan))
    row = judged(networks).loc[("simplex-dimension", "gru")]
    assert row["verdict"] == HOLDS
    assert "untrained 0/10" in row["control"]
    assert "no control" not in row["control"]


def test_networks_of_sweeps_only_are_left_out():
    networks = table((ONE, {}), (ONE, {**BAD, "l2": "1e-1"}), *controls())
    keys = [["categorical-3", "gru", "3e-4", seed] for seed in range(200, 210)]
    found = claims.claims_table(CLAIMS, networks, SWEEPS, keys).set_index("claim")
    assert found.loc["simplex-cliff", ["met", "runs"]].tolist() == [10, 10]


def test_networks_that_differ_in_l2_are_not_pooled():
    networks = table((ONE, {}), (ONE, {**BAD, "l2": "1e-1"}), *controls())
    found = judged(networks).loc["simplex-cliff"]
    assert found.index.tolist() == ["gru l2 1e-1", "gru l2 3e-4"]


def test_controls_bear_the_names_of_what_they_control():
    runs = pd.DataFrame(
        [
            {**IDENTITY, "seed": 100, "dimension_predicted": 2},
            {
                **IDENTITY,
                "seed": 100,
                "model": "gru-untrained",
                "control": "untrained",
                "dimension_predicted": 2,
            },
            {
                **IDENTITY,
                "seed": 100,
                "task": "categorical-3-shuffled",
                "control": "shuffled_labels",
            },
        ]
    ).assign(bag_of_words_accuracy=[0.99, 0.99, 0.33], majority_accuracy=0.33)
    tasks = pd.DataFrame(
        {
            "task": ["categorical-3", "categorical-3-shuffled"],
            "structure": "unordered",
            "mean_length": 25.0,
        }
    )
    dimension = runs.assign(points="slow", id_local_pca=1.5)
    found = networks_table(runs, tasks, dimension)
    assert set(found["task"]) == {"categorical-3"}
    assert set(found["model"]) == {"gru"}
    assert set(found["structure"]) == {"unordered"}
    assert found["file_model"].tolist() == ["gru", "gru-untrained", "gru"]
    assert found["id_local_pca"].tolist() == [1.5] * 3
    # Word counts under permuted labels said otherwise.
    assert found["dimension_predicted"].tolist() == [2, 2, 2]
    assert found["bag_of_words_accuracy"].tolist() == [0.99] * 3


def test_networks_of_all_data_seeds_stand_under_the_name_of_the_task():
    names = ["a-data1", "a-data2", "a-data1-shuffled", "a-data2-shuffled"]
    control = [np.nan, np.nan, "shuffled_labels", "shuffled_labels"]
    runs = pd.DataFrame([{**IDENTITY, "seed": 100} for _ in names]).assign(
        task=names, control=control, data_seed=[1, 2, 1, 2], bag_of_words_accuracy=[0.9, 0.8, 0, 0]
    )
    tasks = pd.DataFrame({"task": names, "structure": "unordered", "mean_length": 25.0})
    found = networks_table(runs, tasks, runs.assign(points="slow", id_local_pca=1.5))
    assert set(found["task"]) == {"a"}
    assert found["file_task"].tolist() == names
    assert found["data_seed"].tolist() == [1, 2, 1, 2]
    assert found["bag_of_words_accuracy"].tolist() == [0.9, 0.8, 0.9, 0.8]  # of their own data seed


# Networks that do not do their task

UNFIT = {
    "test_accuracy": 0.58,
    "bag_of_words_accuracy": 0.83,
    "not_judged": "below the bag of words",
}


def test_networks_that_do_not_do_their_task_give_no_verdict():
    found = judged(table((5, {**BAD, **UNFIT}), *controls())).xs("gru", level="cell")
    assert set(found["verdict"]) == {UNDECIDED}
    assert set(found["reason"]) == {"no network is judged: 5 below the bag of words"}
    assert set(found["judged"]) == {0}
    assert found["share"].isna().all()
    assert found[["runs", "met", "left_out"]].drop_duplicates().to_numpy().tolist() == [[0, 0, 5]]


def test_networks_left_out_stand_beside_those_that_are_judged():
    both = "below the bag of words; loss still falling"
    unfit = (2, {**BAD, "seed": 220, "not_judged": both})
    row = judged(table((ONE, {}), unfit, *controls())).loc[("simplex-cliff", "gru")]
    assert row[["met", "runs", "left_out", "verdict"]].tolist() == [10, 10, 2, HOLDS]
    why = "2 below the bag of words, 2 loss still falling"
    assert row["left_out_why"] == why
    assert row["reason"] == f"10 of 10 meet it; not judged: {why}"


def test_a_network_that_is_left_out_can_leave_a_look_decided():
    unfit = (1, {**BAD, "seed": 220, "not_judged": "not learned"})
    nine = judged(table((9, {}), unfit, *controls())).loc[("simplex-cliff", "gru")]
    assert nine[["met", "runs", "look", "verdict"]].tolist() == [9, 9, 1, HOLDS]
    eight = judged(table((8, {}), unfit, *controls())).loc[("simplex-cliff", "gru")]
    assert eight["verdict"] == UNDECIDED


def test_controls_made_of_columns_of_a_network_are_left_out_with_it():
    unfit = (2, {**BAD, "seed": 220, "not_judged": "not learned", "corner_miss_random": 0.9})
    found = judged(table((ONE, {"corner_miss_random": 0.9}), unfit))
    assert "random 0/10" in found.loc[("simplex-corners-first", "gru"), "control"]


def test_controls_do_not_do_their_task_and_count():
    found = judged(table((ONE, {}), *controls(**{**UNFIT, "not_judged": ""})))
    assert found.loc[("simplex-cliff", "gru"), "control"].count("0/10") == 3


def test_a_cell_without_a_judged_network_leaves_the_row_over_all_undecided():
    found = judged(of_cells({}, {}, {**BAD, **UNFIT})).loc["simplex-cliff"]
    whole = found.loc[ALL_CELLS, ["verdict", "runs", "left_out", "left_out_why"]].tolist()
    assert whole == [UNDECIDED, 20, 10, "10 below the bag of words"]


@pytest.mark.parametrize(
    ("claim", "structure", "d"),
    [
        ("plane-readouts", "plane", 2),
        ("simplex-readouts", "unordered", 3),
        ("labels-readouts", "labels", 2),
    ],
)
@pytest.mark.parametrize(("share", "expected"), [(1.0, HOLDS), (1.3, HOLDS), (0.55, FAILS)])
def test_readouts_inside_a_line_are_not_inside_a_plane(claim, structure, d, share, expected):
    known = {"structure": structure, "dimension_expected": d, "participation_ratio": share * d}
    found = judged(table((ONE, known), *controls(structure=structure)))
    assert found.loc[(claim, "gru"), "verdict"] == expected
    assert found.loc[(claim, "gru"), "observed"] == pytest.approx(0.95)


IN_SWEEP = {
    "sweep": "l2-gru",
    "over": "l2",
    "model": "gru",
    "cell": "gru",
    "dimension_expected": 3,
}


def sweep_rows(dimensions, seeds=ONE):
    rows = [
        {**IN_SWEEP, "value": f"{i + 1}e-3", "seed": 200 + seed, "integration_modes": dimension}
        for seed in range(seeds)
        for i, dimension in enumerate(dimensions)
    ]
    for row in rows:
        row["components_95"] = row["integration_modes"] or 4  # what rounding errors span
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


@pytest.mark.parametrize(
    ("dimensions", "falls", "staircase"),
    [
        ([3, 3, 3, 2, 2, 1, 0, 0], HOLDS, HOLDS),
        ([3, 3, 3, 3, 2, 2, 0, 0], HOLDS, FAILS),
        ([3, 3, 2, 3, 2, 1, 0, 0], FAILS, FAILS),
    ],
)
def test_a_sweep_is_one_unit_per_seed_beside_random_orders(dimensions, falls, staircase):
    found = judged(table((1, {})), sweeps=sweep_rows(dimensions))
    assert found.loc[("l2-falls", "gru"), ["verdict", "runs"]].tolist() == [falls, 10]
    assert found.loc[("l2-staircase", "gru"), "verdict"] == staircase
    hits, count = re.match(
        r"permuted (\d+)/(\d+), ", found.loc[("l2-falls", "gru"), "control"]
    ).groups()
    assert (int(hits) < 10, int(count)) == (True, 200)


def test_a_sweep_whose_first_network_does_not_do_its_task_is_left_out():
    rows = sweep_rows([3, 2, 1, 0])
    first, last = rows["value"] == "1e-3", rows["value"] == "4e-3"
    # Strong L2 is meant to leave a network dead.
    dead = rows.assign(not_judged=np.where(last, "not learned", None))
    found = judged(table((1, {})), sweeps=dead).loc[("l2-falls", "gru")]
    assert found[["runs", "left_out", "verdict"]].tolist() == [10, 0, HOLDS]
    unfit = rows.assign(not_judged=np.where(first & (rows["seed"] < 202), "not learned", None))
    found = judged(table((1, {})), sweeps=unfit).loc[("l2-falls", "gru")]
    assert found[["runs", "left_out"]].tolist() == [8, 2]
    assert "/160, " in found["control"]  # random orders of the others alone


def test_columns_of_the_table_are_those_of_the_document():
    found = claims.claims_table(CLAIMS, table((5, {}), *controls()), SWEEPS, [])
    assert tuple(found.columns) == tuple(COLUMNS)


def test_a_control_made_of_columns_keeps_what_is_given_by_its_own_columns():
    columns = {"io_dimension_places_untrained": 2, "io_gain_places_untrained": 0.05}
    found = judged(table((ONE, columns), *controls()[1:]))
    assert found.loc[("io-dimension", "gru"), "control"].count("untrained 0/10") == 1
    columns["io_gain_places_untrained"] = 30.0
    found = judged(table((ONE, columns), *controls()[1:]))
    assert found.loc[("io-dimension", "gru"), "control"].count("untrained 10/10") == 1
