"""Tables over networks and tasks: dictionaries of columns with a fixed order of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rnn_geometry.claims.judged import not_judged
from rnn_geometry.geometry import tables
from rnn_geometry.geometry.network import FILE_ONLY, KEYS
from rnn_geometry.geometry.word_meaning import top_words
from rnn_geometry.identity import Network
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Words
from rnn_geometry.store.columns import check_numbers, learned
from rnn_geometry.tasks.theory import structure

Table = dict[str, list]


def table_of(rows: Sequence[Mapping[str, Any]], declared: Iterable[str]) -> Table:
    """Return rows as a table.

    Parameters
    ----------
    rows
        Each with a value for every column and nothing else.
    declared
        Names of the columns, in order.

    Raises
    ------
    UserError
        For a row with a value that no column declares, and for one without a value.
    """
    names = list(declared)
    for row in rows:
        check_numbers("a row of a table", row, names)
    return {name: [_plain(row[name]) for row in rows] for name in names}


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def order(row: Mapping[str, Any]) -> tuple:
    """Return what rows of networks are sorted by: task, model, L2 as a number, seed.

    Parameters
    ----------
    row
        Holds the keys of a network.
    """
    network = Network.of(row)
    return network.task, network.model, float(network.l2), network.seed


def runs_table(
    geometries: Sequence[Mapping[str, Any]],
    statistics: Mapping[str, Mapping[str, Any]],
    margin: float,
    poolings: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Return runs.csv: one row per network; undefined values are None.

    Parameters
    ----------
    geometries
        geometry.json of the networks.
    statistics
        word_statistics.json by task, with its `data_seed`.
    margin
        `bag_of_words_margin` of the claims.
    poolings
        What readouts see, by model.

    Raises
    ------
    UserError
        For a number that neither a column nor FILE_ONLY of a measure declares, and for one missing.
    """
    rows = [
        _run(geometry, statistics[geometry["task"]], margin)
        | {"pooling": poolings.get(geometry["model"])}
        for geometry in geometries
    ]
    return table_of(sorted(rows, key=order), tables.RUNS)


def _run(
    geometry: Mapping[str, Any], statistics: Mapping[str, Any], margin: float
) -> dict[str, Any]:
    where = f"geometry.json of {Network.of(geometry)}"
    check_numbers(where, geometry, tables.OF_GEOMETRY, FILE_ONLY)
    row = {name: geometry[name] for name in tables.OF_GEOMETRY}
    row |= {name: statistics[name] for name in (*tables.DATA_SEED, *tables.FROM_STATISTICS)}
    known = row | {"learned": learned(row)}
    return known | {"not_judged": not_judged(known, margin)}


def tasks_table(
    metas: Sequence[Mapping[str, Any]], statistics: Mapping[str, Mapping[str, Any]]
) -> Table:
    """Return tasks.csv: what is known of a task before any network is trained.

    Parameters
    ----------
    metas
        meta.json of the tasks.
    statistics
        word_statistics.json by task, with its `data_seed`.
    """
    rows = [_task(meta, statistics[meta["name"]]) for meta in metas]
    return table_of(sorted(rows, key=lambda row: row["task"]), tables.TASKS)


def _task(meta: Mapping[str, Any], statistics: Mapping[str, Any]) -> dict[str, Any]:
    known = {**meta, **statistics, "task": meta["name"], "structure": structure(meta)}
    for weighting, found in statistics["resampled"].items():
        known |= {f"predicted_{weighting}_{measure}": value for measure, value in found.items()}
    known |= {f"{split}_rows": count for split, count in meta["rows"].items()}
    return {name: known[name] for name in tables.TASKS}


# What is measured at the default x* only.
NOT_UNDER_HOLD_INPUT = ("accuracy_at_d", "accuracy_below_d", "readout_angle_mean")


def sweeps_table(
    sweeps: Sequence[Sequence[Any]], runs: Mapping[str, list], hold_inputs: Mapping[str, list]
) -> Table:
    """Return sweeps.csv: one row per network of every sweep, in order of its values.

    Parameters
    ----------
    sweeps
        Rows (sweep, over, value, task, model, l2, seed).
    runs
        runs.csv.
    hold_inputs
        hold_inputs.csv, which tells the numbers of a network at the x* that a sweep over x* names.
    """
    by_run = _by_key(runs, KEYS)
    by_input = _by_key(hold_inputs, (*KEYS, "hold_input", "default_cut"))
    rows = []
    for sweep, over, value, *key in sweeps:
        row = by_run[tuple(map(str, key))]
        if over == "hold_input":
            under = by_input[(*map(str, key), value, "1")]
            row = {
                **row,
                **dict.fromkeys(NOT_UNDER_HOLD_INPUT),
                **{name: under[name] for name in under if name in row},
            }
        rows.append({**row, "sweep": sweep, "over": over, "value": value})
    return {name: [row[name] for row in rows] for name in tables.SWEEPS}


def _by_key(table: Mapping[str, list], keys: Iterable[str]) -> dict[tuple, dict[str, Any]]:
    """Return the rows of a table by the values of some columns."""
    names = list(table)
    rows = (dict(zip(names, values, strict=True)) for values in zip(*table.values(), strict=True))
    return {tuple(str(row[key]) for key in keys): row for row in rows}


def predictions_table(statistics: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return predictions.csv: the dimension that word counts predict for subsets of classes.

    Parameters
    ----------
    statistics
        word_statistics.json by task.
    """
    rows = [
        {"task": task, **row, "classes": " ".join(map(str, row["classes"]))}
        for task in sorted(statistics)
        for row in statistics[task]["subsets"]
    ]
    return table_of(rows, tables.PREDICTIONS)


def words_table(words_files: Mapping[str, str], metas: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return words.csv: the words that move the state most along each readout.

    Parameters
    ----------
    words_files
        words.parquet by `task/model/l2/seed`.
    metas
        meta.json by task.

    Returns
    -------
    dict of list
        Ten rows per network and class.
    """
    rows = []
    for identity in sorted(words_files):
        task, model, l2, seed = identity.split("/")
        network = Network(task, model, l2, int(seed))
        known = Words.read(words_files[identity])
        rows += [
            {**network._asdict(), **word} for word in _top_words(known, metas[task]["class_names"])
        ]
    return table_of(rows, tables.WORDS)


def _top_words(known: Words, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the telling words of every class of one network."""
    return [
        {
            "class": names[i],
            "rank": rank,
            "word": known.word[word],
            "count": int(known.count[word]),
            "effect": float(known.effect[word, i]),
            "log_odds": float(known.log_odds[word, i]),
        }
        for i, ids in enumerate(top_words(known.effect, known.count))
        for rank, word in enumerate(ids.tolist(), start=1)
    ]


def hold_inputs_table(tables_of_networks: Sequence[Mapping[str, list]]) -> Table:
    """Return hold_inputs.csv, sorted by network; without rows where none was asked for.

    Parameters
    ----------
    tables_of_networks
        The networks' own tables, as text.
    """
    if not tables_of_networks:
        return {name: [] for name in tables.HOLD_INPUTS}
    whole = stacked(tables_of_networks)
    check_numbers("analysis-hold-inputs/points.csv", whole, tables.HOLD_INPUTS)
    keys = zip(*(whole[name] for name in KEYS), strict=True)
    places = [i for _, i in sorted((key, i) for i, key in enumerate(keys))]
    return {name: [whole[name][i] for i in places] for name in tables.HOLD_INPUTS}


def stacked(parts: Sequence[Mapping[str, list]]) -> Table:
    """Return tables of equal columns one below the other.

    Parameters
    ----------
    parts
        The tables.
    """
    return {name: [value for table in parts for value in table[name]] for name in parts[0]}


def run(files, output, params, log) -> None:
    """Write all tables over networks and tasks."""
    metas = {meta["name"]: meta for meta in map(formats.read_json, files["meta"])}
    statistics = {
        name: {**formats.read_json(words), "data_seed": metas[name]["settings"]["data_seed"]}
        for name, words in zip(metas, files["word_statistics"])
    }
    geometries = [formats.read_json(path) for path in files["geometry"]]
    runs = runs_table(geometries, statistics, params.margin, params.poolings)
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
