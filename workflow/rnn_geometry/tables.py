"""Tables over networks and tasks, as dictionaries of equally long columns with a fixed order of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_geometry import io

IDENTITY = ("task", "model", "cell", "l2", "seed")
# Columns of runs.csv in order; docs/tables.md says what each one means.
RUN_COLUMNS = (
    *IDENTITY,
    "classes",
    "dimension_expected",
    "dimension_predicted",
    "dimension_predicted_frequency",
    "dimension_predicted_tfidf",
    "test_accuracy",
    "bag_of_words_accuracy",
    "shuffled_accuracy",
    "majority_accuracy",
    "participation_ratio",
    "components_90",
    "components_95",
    "components_n",
    "participation_ratio_visited",
    "components_95_visited",
    "participation_ratio_final",
    "components_95_final",
    "integration_modes",
    "modes_mean",
    "modes_equal_d",
    "tau_gap",
    *(f"tau_{i}" for i in range(1, 9)),
    "readout_angle_mean",
    "readout_angle_expected",
    "readout_in_subspace",
    "accuracy_at_d",
    "accuracy_below_d",
    "cliff",
    "neutral_effect",
    "own_readout_cosine",
    "linear_r2",
    "rollout_error_10",
    "hold_r2",
    "hold_r2_untrained",
    "additivity_r2",
    "additivity_r2_untrained",
    "position_independence",
    "position_independence_untrained",
    "tau_centre",
    "tau_edge",
    "tau_untrained",
    "effect_log_odds_correlation",
    "adjectives",
    "not_gain",
    "very_gain",
    "order_effect",
    "pair_miss",
    "cover",
    "distinct_points",
    "q_median",
    "fast_q_median",
    "gap_median",
    "slow_no_gap",
    "slow_off_manifold",
    "displacement_median",
    "fixed_points",
    "fixed_points_stable",
    "ghosts",
    "fixed_points_unseen",
    "hold_input",
    "train_seconds",
    "analysis_seconds",
)
# Columns that are the same for all networks of a task.
FROM_STATISTICS = (
    "bag_of_words_accuracy",
    "majority_accuracy",
    "dimension_predicted_frequency",
    "dimension_predicted_tfidf",
)
POINT_SETS = ("visited", "final", "slow")
WEIGHTINGS = ("raw", "frequency", "tfidf")
LINEAR_MEASURES = ("participation_ratio", "components_90", "components_95", "components_n")


def runs_table(geometries: Sequence[Mapping[str, Any]], statistics: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Return runs.csv: one row per network, sorted by task, model, L2 and seed; undefined values are None.

    geometries: the networks' geometry.json; statistics: word_statistics.json by task.
    """
    rows = [{**row, **{name: statistics[row["task"]][name] for name in FROM_STATISTICS}} for row in geometries]
    rows.sort(key=_order)
    return {name: [_plain(row.get(name)) for row in rows] for name in RUN_COLUMNS}


def _order(row: Mapping[str, Any]) -> tuple:
    return row["task"], row["model"], float(row["l2"]), row["seed"]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def dimension_table(geometry_files, states_files, slow_files, log: Callable[[str], None]) -> dict[str, list]:
    """Return the long table of one task: a row per network and set of points (visited, final, slow).

    Columns: the linear measures of geometry.json and the intrinsic-dimension estimators of scikit-dimension.
    """
    from rnn_geometry.dimension import intrinsic_dimension

    rows = []
    for geometry_file, states_file, slow_file in zip(geometry_files, states_files, slow_files, strict=True):
        geometry, states = io.read_json(geometry_file), io.read_npz(states_file)
        points = {**states, "slow": io.read_npz(slow_file)["points"]}
        for name in POINT_SETS:
            suffix = "" if name == "slow" else f"_{name}"
            linear = {measure: geometry.get(measure + suffix) for measure in LINEAR_MEASURES}
            rows.append({**{key: geometry[key] for key in IDENTITY}, "points": name, **linear})
            rows[-1].update(intrinsic_dimension(points[name]))
        log(f"{geometry['task']} {geometry['model']} l2 {geometry['l2']} seed {geometry['seed']}")
    rows.sort(key=lambda row: (*_order(row), row["points"]))
    return {name: [row[name] for row in rows] for name in rows[0]}


def tasks_table(metas: Sequence[Mapping[str, Any]], statistics: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Return tasks.csv: what is known of a task before any network is trained."""
    names = ("name", "kind", "classes", "multi_label", "dimension_expected", "readout_angle_expected", "mean_length")
    rows = sorted(metas, key=lambda meta: meta["name"])
    table = {("task" if name == "name" else name): [_plain(row[name]) for row in rows] for name in names}
    for name in ("dimension_predicted", "participation_ratio_predicted", *FROM_STATISTICS):
        table[name] = [statistics[row["name"]][name] for row in rows]
    for weighting in WEIGHTINGS:
        for measure in ("low", "high", "agreement"):
            resampled = [statistics[row["name"]]["resampled"][weighting][measure] for row in rows]
            table[f"predicted_{weighting}_{measure}"] = resampled
    for split in ("train", "dev", "test"):
        table[f"{split}_rows"] = [row["rows"][split] for row in rows]
    return table


def predictions_table(statistics: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Return predictions.csv: the dimension that word counts predict for subsets of the classes of every task."""
    rows = [{"task": task, **row} for task in sorted(statistics) for row in statistics[task]["subsets"]]
    for row in rows:
        row["classes"] = " ".join(map(str, row["classes"]))
    names = ("task", "rule", "classes", "expected", *WEIGHTINGS)
    return {name: [row[name] for row in rows] for name in names}


def words_table(words_files: Mapping[str, str], metas: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Return words.csv: the words that move the state most along each readout, ten per network and class.

    words_files: words.parquet by `task/model/l2/seed`; metas: meta.json by task.
    """
    from rnn_geometry.word_meaning import top_words

    columns: dict[str, list] = {
        name: [] for name in ("task", "model", "l2", "seed", "class", "rank", "word", "count", "effect", "log_odds")
    }
    for identity in sorted(words_files):
        task, model, l2, seed = identity.split("/")
        table, names = io.read_table(words_files[identity]), metas[task]["class_names"]
        effects = np.stack([table[f"effect_{i}"] for i in range(len(names))], axis=1)
        for i, ids in enumerate(top_words(effects, np.array(table["count"]))):
            for rank, word in enumerate(ids.tolist(), start=1):
                facts = (task, model, l2, int(seed), names[i], rank, table["word"][word], table["count"][word])
                values = (*facts, float(effects[word, i]), float(table[f"log_odds_{i}"][word]))
                for column, value in zip(columns.values(), values, strict=True):
                    column.append(value)
    return columns


def hold_inputs_table(tables: Sequence[Mapping[str, list]]) -> dict[str, list]:
    """Return hold_inputs.csv from the networks' own tables, sorted by network; empty where none was asked for."""
    if not tables:
        return {name: [] for name in ("task", "model", "l2", "seed", "hold_input")}
    whole = stacked(tables)
    keys = zip(*(whole[name] for name in ("task", "model", "l2", "seed")))
    order = [i for _, i in sorted((key, i) for i, key in enumerate(keys))]
    return {name: [column[i] for i in order] for name, column in whole.items()}


def stacked(tables: Sequence[Mapping[str, list]]) -> dict[str, list]:
    """Return tables of equal columns one below the other."""
    return {name: [value for table in tables for value in table[name]] for name in tables[0]}
