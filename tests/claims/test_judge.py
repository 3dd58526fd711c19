"""Verdicts on tables whose verdicts are known by hand."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT

from rnn_geometry.claims import judge as claims
from rnn_geometry.claims.metrics import (
    LARGEST_RATIO,
    along_ratio,
    bag_of_words_gap,
    bag_of_words_lag,
    falls_to_zero,
    lasting_ratio,
    levels_visited,
    shuffled_share,
    shuffling_cost,
)
from rnn_geometry.claims.verdict import FAILS, HOLDS, UNDECIDED
from rnn_geometry.config.load import read_claims
from rnn_geometry.store.columns import table_columns

CLAIMS, NATURAL = (
    read_claims(f"config/{name}.yaml", str(PROJECT)) for name in ("claims", "claims_natural")
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
        }
    )
    assert bag_of_words_gap(rows).tolist() == pytest.approx([0.02, 0.4])
    assert bag_of_words_lag(rows).tolist() == pytest.approx([-0.02, -0.4])
    assert shuffling_cost(rows).tolist() == pytest.approx([0, 0])
    assert shuffled_share(rows).tolist() == pytest.approx([0.4 / 0.42, 0])
    assert lasting_ratio(rows).tolist() == pytest.approx([6, 1])
    assert along_ratio(rows).tolist() == pytest.approx([10, 1])


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
    "additivity_r2": 0.9,
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
    "additivity_r2": 0.1,
    "test_accuracy": 0.33,
    "shuffled_accuracy": 0.33,
    "components_95": 6,
}
IDENTITY = {"task": "categorical-3", "model": "gru", "cell": "gru", "l2": "3e-4", "control": np.nan}
EMPTY = dict.fromkeys(table_columns("natural"), np.nan)


def table(*groups):
    """Return networks as `networks_table` does: groups of (number, changes), seeds from 100 on."""
    rows = []
    for count, changes in groups:
        for i in range(count):
            row = {**EMPTY, **IDENTITY, **GOOD, "dimension_expected": 2, "dimension_predicted": 2}
            row |= {"structure": "unordered", "mean_length": 25.0, "seed": 100 + i, **changes}
            rows.append({**row, **{f"file_{name}": row[name] for name in claims.KEYS}})
    return pd.DataFrame(rows)


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
CONTROLS = (3, {**BAD, "control": "untrained"})


def judged(networks, file=CLAIMS, sweeps=SWEEPS):
    keys = networks[["task", "model", "l2", "seed"]].to_numpy().tolist()
    return claims.claims_table(file, networks, sweeps, keys).set_index(["claim", "cell"])


def test_networks_that_do_everything_beside_controls_that_do_nothing():
    found = judged(table((5, {}), CONTROLS)).xs("gru", level="cell")
    marked = found[found["control_met"] == 1]
    assert marked.index.tolist() == ["simplex-corners"]  # the ball has such corners, too
    assert marked["reason"].tolist() == ["worthless here: the control meets it too (random)"]
    assert set(found.drop(index="simplex-corners")["verdict"]) == {HOLDS}
    assert set(found["runs"]) == {5}
    assert (
        found.loc["simplex-dimension", "control"] == "random 0/5; no shuffled_labels; untrained 0/3"
    )
    assert found.loc["simplex-dimension", ["expected", "observed", "low", "high"]].tolist() == [
        2,
        2,
        2,
        2,
    ]


@pytest.mark.parametrize(
    ("claim", "changes"),
    [
        ("simplex-dimension", {"participation_ratio": 2.5}),
        ("simplex-cliff", {"cliff": 0}),
        ("simplex-modes", {"integration_modes": 3}),
        ("simplex-angles", {"readout_angle_error": 20.0}),
        ("simplex-readouts", {"readout_in_subspace": 0.7}),
        ("simplex-corners", {"corner_miss": 0.3}),
        ("simplex-shape", {"simplex_shape": 0.4}),
        ("words-along-readout", {"own_readout_cosine": 0.9}),
        ("words-neutral", {"neutral_effect": 0.2}),
        ("words-anywhere", {"position_independence": 0.7}),
        ("words-held", {"hold_r2": 0.7}),
        ("words-add", {"additivity_r2": 0.7}),
        ("bag-of-words", {"test_accuracy": 0.9}),
        ("shuffled-words", {"shuffled_accuracy": 0.8}),
        ("counts-predict", {"components_95": 3}),
    ],
)
def test_every_claim_about_unordered_classes_can_fail(claim, changes):
    assert judged(table((5, changes), CONTROLS)).loc[(claim, "gru"), "verdict"] == FAILS
    mixed = table((3, {}), (2, {**changes, "seed": 110}), CONTROLS)
    mixed.loc[mixed["seed"] == 110, ["seed", "file_seed"]] = [[110, 110], [111, 111]]
    row = judged(mixed).loc[(claim, "gru")]
    assert (row["met"], row["runs"]) == (3, 5)
    assert row["verdict"] == UNDECIDED


def test_a_control_that_meets_the_claim_is_marked_and_the_claim_holds_nowhere():
    row = judged(
        table((5, {}), (3, {**BAD, "participation_ratio": 2.1, "control": "untrained"}))
    ).loc[("simplex-dimension", "gru")]
    assert (row["verdict"], row["control_met"]) == (UNDECIDED, 1)
    assert row["reason"] == "worthless here: the control meets it too (untrained)"


def test_seeds_below_the_judged_ones_do_not_count_beside_them():
    networks = table((5, BAD), (5, {}), CONTROLS)
    networks.loc[:4, "seed"] = networks.loc[:4, "file_seed"] = range(5)
    row = judged(networks).loc[("simplex-cliff", "gru")]
    assert (row["met"], row["runs"], row["judged"]) == (5, 5, 1)
    shown = judged(networks[:5]).loc[("simplex-cliff", "gru")]
    assert (shown["met"], shown["runs"], shown["judged"]) == (0, 5, 0)


def test_a_cell_whose_networks_all_lack_the_metric_fails_beside_one_that_has_it():
    others = [(5, {"model": name, "cell": name}) for name in ("gru", "lstm")]
    dead = (5, {"model": "ugrnn", "cell": "ugrnn", "participation_ratio": np.nan})
    found = judged(table(*others, dead, CONTROLS)).loc["simplex-dimension"]
    assert found.loc["ugrnn", ["met", "runs", "verdict"]].tolist() == [0, 5, FAILS]
    assert found.loc[claims.ALL_CELLS, "verdict"] == FAILS


def test_controls_without_the_metric_are_not_counted():
    found = judged(table((5, {}), (3, {**BAD, "control": "untrained", "cliff": np.nan}))).loc[
        "simplex-cliff"
    ]
    assert found.loc["gru", "control"] == "no shuffled_labels; no untrained"
    assert (found.loc["gru", "verdict"], found.loc["gru", "reason"]) == (
        UNDECIDED,
        "there is no control",
    )


def test_columns_of_the_untrained_self_stand_in_for_untrained_networks():
    good = {"hold_r2_untrained": -1.0, "additivity_r2_untrained": 0.99}
    found = judged(table((5, good)))
    assert found.loc[("words-held", "gru"), ["control", "verdict"]].tolist() == [
        "no shuffled_labels; untrained 0/5",
        HOLDS,
    ]
    assert found.loc[("words-add", "gru"), ["control_met", "verdict"]].tolist() == [1, UNDECIDED]
    both = judged(table((5, good), (3, {**BAD, **good, "control": "untrained"})))
    assert both.loc[("words-add", "gru"), "control"] == "no shuffled_labels; untrained 0/3"


def test_a_claim_may_ask_more_of_its_controls_than_to_miss_its_threshold():
    near, far = ({"hold_r2_untrained": value} for value in (0.4, 0.1))
    found = judged(table((5, near)), NATURAL)
    assert found.loc[("held", "gru"), ["control", "verdict"]].tolist() == [
        "untrained 5/5",
        UNDECIDED,
    ]
    assert found.loc[("held", "gru"), "control_met"] == 1
    assert judged(table((5, far)), NATURAL).loc[("held", "gru"), "verdict"] == HOLDS


def test_controls_stand_beside_every_strength_of_l2():
    found = judged(table((5, {"l2": "1e-4"}), (5, {"l2": "1e-2"}), CONTROLS)).loc["simplex-cliff"]
    assert found["control"].tolist() == ["no shuffled_labels; untrained 0/3"] * 2
    assert found["verdict"].tolist() == [HOLDS] * 2


def test_a_ratio_over_nothing_is_large_and_finite():
    rows = pd.DataFrame({"evidence_along": [0.5], "modifier_along": [0.0]})
    assert along_ratio(rows).tolist() == [LARGEST_RATIO]


def test_an_empty_metric_is_not_met_and_a_claim_without_any_has_no_row():
    found = judged(table((4, {}), (1, {"hold_r2": np.nan, "seed": 109}), CONTROLS))
    assert found.loc[("words-held", "gru"), ["met", "runs"]].tolist() == [4, 5]
    assert ("words-held", "gru") not in judged(table((5, {"hold_r2": np.nan}), CONTROLS)).index


def test_the_universal_row_needs_every_cell():
    cells = [(5, {"model": name, "cell": name}) for name in ("gru", "lstm")]
    controls = [
        (3, {**BAD, "control": "untrained", "model": name, "cell": name})
        for name in ("gru", "lstm", "ugrnn")
    ]
    assert claims.ALL_CELLS not in judged(table(*cells, *controls)).index.get_level_values("cell")
    for changes, expected in (({}, HOLDS), ({"cliff": 0}, FAILS)):
        third = (5, {"model": "ugrnn", "cell": "ugrnn", **changes})
        row = judged(table(*cells, third, *controls)).loc[("simplex-cliff", claims.ALL_CELLS)]
        assert (row["verdict"], row["runs"]) == (expected, 15)
    vanilla = (5, {"model": "vanilla", "cell": "vanilla", "cliff": 0})
    row = judged(table(*cells, (5, {"model": "ugrnn", "cell": "ugrnn"}), vanilla, *controls))
    assert (
        row.loc[("simplex-cliff", claims.ALL_CELLS), "verdict"] == HOLDS
    )  # the paper does not speak of vanilla


def test_networks_of_sweeps_only_are_left_out():
    networks = table((5, {}), (5, {**BAD, "l2": "1e-1"}), CONTROLS)
    keys = [["categorical-3", "gru", "3e-4", seed] for seed in range(100, 105)]
    found = claims.claims_table(CLAIMS, networks, SWEEPS, keys).set_index("claim")
    assert found.loc["simplex-cliff", ["met", "runs"]].tolist() == [5, 5]


def test_networks_that_differ_in_l2_are_not_pooled():
    found = judged(table((5, {}), (5, {**BAD, "l2": "1e-1"}), CONTROLS)).loc["simplex-cliff"]
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
    found = claims.networks_table(runs, tasks, dimension)
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
    found = claims.networks_table(runs, tasks, runs.assign(points="slow", id_local_pca=1.5))
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
    found = judged(table((5, {**BAD, **UNFIT}), CONTROLS)).xs("gru", level="cell")
    assert set(found["verdict"]) == {UNDECIDED}
    assert set(found["reason"]) == {"no network is judged: 5 below the bag of words"}
    assert set(found["judged"]) == {0}
    assert found["share"].isna().all()
    assert found[["runs", "met", "left_out"]].drop_duplicates().to_numpy().tolist() == [[0, 0, 5]]


def test_networks_left_out_stand_beside_those_that_are_judged():
    both = "below the bag of words; loss still falling"
    unfit = (2, {**BAD, "seed": 110, "not_judged": both})
    networks = table((5, {}), unfit, CONTROLS)
    row = judged(networks).loc[("simplex-cliff", "gru")]
    assert row[["met", "runs", "left_out", "verdict"]].tolist() == [5, 5, 2, HOLDS]
    why = "2 below the bag of words, 2 loss still falling"
    assert row["left_out_why"] == why
    assert row["reason"] == f"5 of 5 meet it; not judged: {why}"


def test_controls_made_of_columns_of_a_network_are_left_out_with_it():
    unfit = (2, {**BAD, "seed": 110, "not_judged": "not learned", "corner_miss_random": 0.9})
    found = judged(table((5, {"corner_miss_random": 0.9}), unfit))
    assert "random 0/5" in found.loc[("simplex-corners", "gru"), "control"]


def test_controls_do_not_do_their_task_and_count():
    found = judged(table((5, {}), (3, {**BAD, **UNFIT, "not_judged": "", "control": "untrained"})))
    assert found.loc[("simplex-cliff", "gru"), "control"] == "no shuffled_labels; untrained 0/3"


def test_a_cell_without_a_judged_network_leaves_the_universal_claim_undecided():
    cells = [(5, {"model": name, "cell": name}) for name in ("gru", "lstm")]
    controls = [
        (3, {**BAD, "control": "untrained", "model": name, "cell": name})
        for name in ("gru", "lstm", "ugrnn")
    ]
    third = (5, {"model": "ugrnn", "cell": "ugrnn", **BAD, **UNFIT})
    found = judged(table(*cells, third, *controls)).loc["simplex-cliff"]
    assert found.loc[claims.ALL_CELLS, ["verdict", "runs", "left_out"]].tolist() == [
        UNDECIDED,
        10,
        5,
    ]


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
    found = judged(table((5, known), (3, {**BAD, "structure": structure, "control": "untrained"})))
    assert found.loc[(claim, "gru"), "verdict"] == expected
    assert found.loc[(claim, "gru"), "observed"] == pytest.approx(0.95)


def test_four_lines_of_five_are_undecided_not_a_plane():
    known = {"structure": "plane"}
    lines = {**known, "participation_ratio": 1.05, "integration_modes": 1, "seed": 110}
    networks = table((1, known), (4, lines), (3, {**BAD, **known, "control": "untrained"}))
    networks.loc[networks["seed"] == 110, "seed"] = range(110, 114)
    networks["file_seed"] = networks["seed"]
    row = judged(networks).loc[("plane-readouts", "gru")]
    assert row[["met", "runs", "verdict"]].tolist() == [1, 5, UNDECIDED]


IN_SWEEP = {
    "sweep": "l2-gru",
    "over": "l2",
    "model": "gru",
    "cell": "gru",
    "dimension_expected": 3,
}


def sweep_rows(dimensions, seeds=5):
    rows = [
        {**IN_SWEEP, "value": f"{i + 1}e-3", "seed": 100 + seed, "integration_modes": dimension}
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
    assert found.loc[("l2-falls", "gru"), ["verdict", "runs"]].tolist() == [falls, 5]
    assert found.loc[("l2-staircase", "gru"), "verdict"] == staircase
    hits, count = found.loc[("l2-falls", "gru"), "control"].removeprefix("permuted ").split("/")
    assert (int(hits) < 5, int(count)) == (True, 100)


def test_a_sweep_whose_first_network_does_not_do_its_task_is_left_out():
    rows = sweep_rows([3, 2, 1, 0])
    first, last = rows["value"] == "1e-3", rows["value"] == "4e-3"
    # Strong L2 is meant to leave a network dead.
    dead = rows.assign(not_judged=np.where(last, "not learned", None))
    found = judged(table((1, {})), sweeps=dead).loc[("l2-falls", "gru")]
    assert found[["runs", "left_out", "verdict"]].tolist() == [5, 0, HOLDS]
    unfit = rows.assign(not_judged=np.where(first & (rows["seed"] < 102), "not learned", None))
    found = judged(table((1, {})), sweeps=unfit).loc[("l2-falls", "gru")]
    assert found[["runs", "left_out"]].tolist() == [3, 2]
    assert found["control"].endswith("/60")  # random orders of the others alone


def test_columns_of_the_table_are_those_of_the_document():
    found = claims.claims_table(CLAIMS, table((5, {}), CONTROLS), SWEEPS, [])
    assert tuple(found.columns) == tuple(claims.COLUMNS)
    issue = [
        "claim",
        "task",
        "cell",
        "runs",
        "expected",
        "observed",
        "low",
        "high",
        "control",
        "verdict",
    ]
    assert [column for column in claims.COLUMNS if column in issue] == issue
