"""How far seeds of one cell are from each other, as classes, units or L2 grow.

Made of the distances between networks of a run of config/degeneracy.yaml, where every value of a
series is a task of its own. The degeneracy of solutions of Huang et al. (arXiv 2410.03972).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import rankdata

from rnn_geometry.geometry.universality import MEASURES
from rnn_geometry.identity import derive_seed
from rnn_geometry.store.columns import Column, columns

# The series, and the value of each that the task with three classes has.
SERIES = {"classes": 3.0, "units": 64.0, "l2": 3e-4}
SHARED = "classes-3"

_OF_MEASURE = {
    "change": "mean distance by `{}` from the other seeds of its cell at the largest value of the"
    " series, over that at the smallest: below 1 seeds become more alike",
    "trend": "rank correlation of these distances with the values: -1 where seeds become more"
    " alike at every step",
}
DEGENERACY = columns(
    Column("series", "what grows: `classes`, `units` or `l2`", kind="text"),
    Column("cell", "cell of the networks", kind="text"),
    Column("seed", "their seed, one network for every value", kind="count"),
    Column("values", "values of the series", kind="count"),
    Column("not_judged", "why one of these networks is not judged; else empty", kind="text"),
    *(
        part
        for measure in MEASURES
        for name, meaning in _OF_MEASURE.items()
        for one in (Column(f"{measure}_{name}", meaning.format(measure)),)
        for part in (
            one,
            one.again("_random", "with the values in random order, drawn for each seed"),
            one.again("_untrained", "of the same networks with their initial weights"),
        )
    ),
)


class Key(NamedTuple):
    """A network of a series: its task, cell and seed, and whether it has its initial weights."""

    task: str
    cell: str
    seed: int
    untrained: int


def seed_distances(pairs: Iterable[Mapping[str, Any]]) -> dict[str, dict[Key, float]]:
    """Return the mean distance of every network from the other seeds of its task and cell.

    Parameters
    ----------
    pairs
        Rows of distances.csv.

    Returns
    -------
    dict of dict
        By measure and network; NaN where a distance is not defined.

    Examples
    --------
    >>> pair = {"task": "l2-3e-5", "measure": "io", "cell_a": "gru", "cell_b": "gru"}
    >>> pair |= {"seed_a": 0, "seed_b": 1, "untrained_a": 0, "untrained_b": 0, "distance": 0.5}
    >>> seed_distances([pair])["io"][Key("l2-3e-5", "gru", 1, 0)]
    0.5
    """
    found: dict[str, dict[Key, list[float]]] = {}
    for pair in pairs:
        ends = [
            Key(pair["task"], pair[f"cell_{side}"], pair[f"seed_{side}"], pair[f"untrained_{side}"])
            for side in "ab"
        ]
        if ends[0]._replace(seed=ends[1].seed) == ends[1]:
            for end in ends:
                own = found.setdefault(pair["measure"], {}).setdefault(end, [])
                own.append(float(pair["distance"]))
    return {
        measure: {key: float(np.mean(values)) for key, values in own.items()}
        for measure, own in found.items()
    }


def values_of(series: str, tasks: Iterable[str]) -> list[tuple[float, str]]:
    """Return the values of a series in order, with their tasks.

    Parameters
    ----------
    series
        A name in SERIES.
    tasks
        Names of tasks, `{series}-{value}`.

    Examples
    --------
    >>> values_of("units", ["classes-2", "classes-3", "units-128", "units-16"])
    [(16.0, 'units-16'), (64.0, 'classes-3'), (128.0, 'units-128')]
    """
    own = {task: float(task.removeprefix(f"{series}-")) for task in tasks if _of(series, task)}
    return sorted((value, task) for task, value in ({SHARED: SERIES[series]} | own).items())


def _of(series: str, task: str) -> bool:
    return task.startswith(f"{series}-")


def change_and_trend(values: Sequence[float], distances: Sequence[float]) -> tuple[float, float]:
    """Return how distances change from the smallest value to the largest, and their trend.

    Parameters
    ----------
    values
        Of n settings.
    distances
        At these, (n,).

    Returns
    -------
    change
        The distance at the largest value over that at the smallest; NaN where one is undefined.
    trend
        Rank correlation; NaN likewise.

    Examples
    --------
    >>> change, trend = change_and_trend([2, 3, 4], [0.4, 0.3, 0.1])
    >>> round(change, 6), round(trend, 6)
    (0.25, -1.0)
    """
    order = np.argsort(values)
    ordered = np.asarray(distances, dtype=float)[order]
    if not np.isfinite(ordered).all() or np.ptp(ordered) == 0:
        return np.nan, np.nan
    trend = np.corrcoef(np.arange(len(ordered)), rankdata(ordered))[0, 1]
    return float(ordered[-1] / ordered[0]), float(trend)


def degeneracy_rows(
    pairs: Iterable[Mapping[str, Any]], reasons: Mapping[tuple[str, str, int], str]
) -> list[dict[str, Any]]:
    """Return a row for every series, cell and seed.

    Parameters
    ----------
    pairs
        Rows of distances.csv.
    reasons
        By task, cell and seed why a network is not judged; empty where it is.

    Returns
    -------
    list of dict
        Of the columns of DEGENERACY; None for what is not defined.
    """
    means = seed_distances(pairs)
    networks = sorted({(key.cell, key.seed) for own in means.values() for key in own})
    tasks = sorted({key.task for own in means.values() for key in own})
    return [
        _row(means, series, values_of(series, tasks), cell, seed, reasons)
        for series in SERIES
        for cell, seed in networks
    ]


def _row(
    means: Mapping[str, Mapping[Key, float]],
    series: str,
    places: Sequence[tuple[float, str]],
    cell: str,
    seed: int,
    reasons: Mapping[tuple[str, str, int], str],
) -> dict[str, Any]:
    told = sorted({reasons.get((task, cell, seed), "") for _, task in places} - {""})
    row: dict[str, Any] = {"series": series, "cell": cell, "seed": seed, "values": len(places)}
    row["not_judged"] = "; ".join(told)
    values = [value for value, _ in places]
    rng = np.random.default_rng(derive_seed("degeneracy", series, cell, str(seed)))
    mixed = rng.permutation(values).tolist()
    for measure in MEASURES:
        kinds = {"": (values, 0), "_random": (mixed, 0), "_untrained": (values, 1)}
        for suffix, (order, untrained) in kinds.items():
            keys = [Key(task, cell, seed, untrained) for _, task in places]
            distances = [means.get(measure, {}).get(key, np.nan) for key in keys]
            for name, number in zip(_OF_MEASURE, change_and_trend(order, distances), strict=True):
                row[f"{measure}_{name}{suffix}"] = number if np.isfinite(number) else None
    return row
