"""Tables over networks and tasks, as dictionaries of equally long columns with a fixed order of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_geometry.store import formats
from rnn_geometry.store.columns import FROM_STATISTICS, RUN_COLUMNS, learned
from rnn_geometry.tasks.theory import structure

WEIGHTINGS = ("raw", "frequency", "tfidf")


def runs_table(
    geometries: Sequence[Mapping[str, Any]], statistics: Mapping[str, Mapping[str, Any]]
) -> dict[str, list]:
    """Return runs.csv: one row per network, sorted by task, model, L2 and seed; undefined values are None.

    geometries: the networks' geometry.json; statistics: word_statistics.json by task.
    """
    rows = [
        {**row, **{name: statistics[row["task"]][name] for name in FROM_STATISTICS}}
        for row in geometries
    ]
    for row in rows:
        row["learned"] = learned(row)
    rows.sort(key=_order)
    return {name: [_plain(row.get(name)) for row in rows] for name in RUN_COLUMNS}


def _order(row: Mapping[str, Any]) -> tuple:
    return row["task"], row["model"], float(row["l2"]), row["seed"]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def tasks_table(
    metas: Sequence[Mapping[str, Any]], statistics: Mapping[str, Mapping[str, Any]]
) -> dict[str, list]:
    """Return tasks.csv: what is known of a task before any network is trained."""
    names = (
        "name",
        "kind",
        "structure",
        "classes",
        "multi_label",
        "dimension_expected",
        "readout_angle_expected",
        "mean_length",
    )
    rows = sorted(
        ({**meta, "structure": structure(meta)} for meta in metas), key=lambda meta: meta["name"]
    )
    table = {
        ("task" if name == "name" else name): [_plain(row[name]) for row in rows] for name in names
    }
    for name in ("dimension_predicted", "participation_ratio_predicted", *FROM_STATISTICS):
        table[name] = [statistics[row["name"]][name] for row in rows]
    for weighting in WEIGHTINGS:
        for measure in ("low", "high", "agreement"):
            resampled = [statistics[row["name"]]["resampled"][weighting][measure] for row in rows]
            table[f"predicted_{weighting}_{measure}"] = resampled
    for split in ("train", "dev", "test"):
        table[f"{split}_rows"] = [row["rows"][split] for row in rows]
    return table


def sweeps_table(
    sweeps: Sequence[Sequence[Any]], runs: Mapping[str, list], hold_inputs: Mapping[str, list]
) -> dict:
    """Return sweeps.csv: one row per network of every sweep, in order of its values.

    sweeps: rows (sweep, over, value, task, model, l2, seed). runs: runs.csv; hold_inputs: hold_inputs.csv, which tells
    the numbers of a network at the x* that a sweep over x* names.
    """
    by_run, by_input = _by_key(runs, KEYS), _by_key(hold_inputs, (*KEYS, "hold_input"))
    rows = []
    for sweep, over, value, *key in sweeps:
        row = by_run[tuple(map(str, key))]
        if over == "hold_input":
            under = by_input[(*map(str, key), value)]
            row = {
                **row,
                **dict.fromkeys(NOT_UNDER_HOLD_INPUT),
                **{name: under[name] for name in under if name in row},
            }
        rows.append({**row, "sweep": sweep, "over": over, "value": value})
    return {
        name: [row.get(name) for row in rows]
        for name in ("sweep", "over", "value", *KEYS, *SWEEP_MEASURES)
    }


def _by_key(table: Mapping[str, list], keys: Sequence[str]) -> dict[tuple, dict[str, Any]]:
    """Return the rows of a table by the values of some columns."""
    names = list(table)
    rows = (dict(zip(names, values, strict=True)) for values in zip(*table.values(), strict=True))
    return {tuple(str(row[key]) for key in keys): row for row in rows}


# What is measured at the default x* only.
NOT_UNDER_HOLD_INPUT = ("accuracy_at_d", "accuracy_below_d", "readout_angle_mean")
KEYS = ("task", "model", "l2", "seed")
SWEEP_MEASURES = (
    "cell", "classes", "dimension_expected", "dimension_predicted", "test_accuracy", "majority_accuracy",
    "participation_ratio", "components_95", "integration_modes", "accuracy_at_d", "accuracy_below_d",
    "readout_angle_mean", "readout_angle_expected", "hold_r2", "cover", "slow_off_manifold",
)  # fmt: skip


def predictions_table(statistics: Mapping[str, Mapping[str, Any]]) -> dict[str, list]:
    """Return predictions.csv: the dimension that word counts predict for subsets of the classes of every task."""
    rows = [
        {"task": task, **row} for task in sorted(statistics) for row in statistics[task]["subsets"]
    ]
    for row in rows:
        row["classes"] = " ".join(map(str, row["classes"]))
    names = ("task", "rule", "classes", "expected", *WEIGHTINGS)
    return {name: [row[name] for row in rows] for name in names}


def words_table(
    words_files: Mapping[str, str], metas: Mapping[str, Mapping[str, Any]]
) -> dict[str, list]:
    """Return words.csv: the words that move the state most along each readout, ten per network and class.

    words_files: words.parquet by `task/model/l2/seed`; metas: meta.json by task.
    """
    from rnn_geometry.geometry.word_meaning import top_words

    columns: dict[str, list] = {
        name: []
        for name in (
            "task",
            "model",
            "l2",
            "seed",
            "class",
            "rank",
            "word",
            "count",
            "effect",
            "log_odds",
        )
    }
    for identity in sorted(words_files):
        task, model, l2, seed = identity.split("/")
        table, names = formats.read_table(words_files[identity]), metas[task]["class_names"]
        effects = np.stack([table[f"effect_{i}"] for i in range(len(names))], axis=1)
        for i, ids in enumerate(top_words(effects, np.array(table["count"]))):
            for rank, word in enumerate(ids.tolist(), start=1):
                facts = (
                    task,
                    model,
                    l2,
                    int(seed),
                    names[i],
                    rank,
                    table["word"][word],
                    table["count"][word],
                )
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


def run(files, output, params, log) -> None:
    """Write all tables over networks and tasks."""
    metas = {meta["name"]: meta for meta in map(formats.read_json, files["meta"])}
    statistics = {
        name: formats.read_json(words) for name, words in zip(metas, files["word_statistics"])
    }
    runs = runs_table([formats.read_json(path) for path in files["geometry"]], statistics)
    hold_inputs = hold_inputs_table([formats.read_table(path) for path in files["hold_inputs"]])
    words = dict(zip(params.words_of, files["words"]))
    made = {
        "runs": runs,
        "dimension": stacked([formats.read_table(path) for path in files["dimension"]]),
        "tasks": tasks_table(list(metas.values()), statistics),
        "predictions": predictions_table(statistics),
        "words": words_table(words, metas),
        "hold_inputs": hold_inputs,
        "sweeps": sweeps_table(params.sweeps, runs, hold_inputs),
    }
    for name, table in made.items():
        formats.write_table(output[name], table)
    log(f"{len(runs['task'])} networks of {len(statistics)} tasks")
