"""How alike networks of a task are, and whether their cell can be told: tables made of distances.

`stages/compare_networks.py` measures the distances, of the trained networks and of the same ones
with their initial weights. Nothing that makes or analyses a network depends on these columns.
Shapes: n networks, then the same n untrained, in 2 n rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from rnn_geometry.geometry.groups import nearest_neighbours, nearest_shares, permanova
from rnn_geometry.geometry.network import IDENTITY, KEYS
from rnn_geometry.identity import derive_seed
from rnn_geometry.store.columns import Column, columns

# Measures of distance: their names in tables, and what readers call them.
MEASURES = {
    "procrustes": "shape of states",
    "cka": "kernel of states (CKA)",
    "slow_modes": "slow modes",
    "io": "inputs to outputs",
    "io_angle": "inputs to outputs, without gain",
}

_MEASURE = Column(
    "measure",
    "`procrustes`: angle between the shapes of states after the same words of the same texts"
    " (radians, at most pi/2); `cka`: arccos of the debiased linear CKA of these (radians);"
    " `slow_modes`: least |A - C B C'|, C orthogonal, between the slow blocks at the centres (per"
    " word); `io`: |G - G'| / sqrt(|G| |G'|) between the Markov parameters there; `io_angle`: the"
    " angle between these, which no gain changes (radians)",
    kind="text",
)
DISTANCES = columns(
    KEYS["task"],
    _MEASURE,
    *(
        part
        for side in "ab"
        for part in (
            Column(f"model_{side}", f"model of network {side}", kind="text"),
            Column(f"l2_{side}", f"its L2 of network {side}, as it was written", kind="text"),
            Column(f"seed_{side}", f"seed of network {side}", kind="count"),
            Column(f"cell_{side}", f"cell of network {side}", kind="text"),
            Column(
                f"untrained_{side}", f"1 where network {side} has its initial weights", kind="flag"
            ),
        )
    ),
    Column("distance", "between the two; empty where it is not defined"),
)
_TOLD = columns(
    Column(
        "pseudo_f",
        "PERMANOVA of the cells: variance between over within, by degrees of freedom; empty where"
        " networks of a cell are one to rounding",
    ),
    Column("pseudo_f_p", "its p over 999 permutations of the cells"),
    Column("nearest_own", "share of networks whose nearest other network is of their own cell"),
    Column("nearest_own_p", "its p over 999 permutations of the cells"),
)
_INITIAL = "of the same networks with their initial weights"
UNIVERSALITY = columns(
    KEYS["task"],
    _MEASURE,
    Column("networks", "trained networks whose distances are all defined", kind="count"),
    Column("cells", "cells that they have", kind="count"),
    _TOLD,
    Column("nearest_own_chance", "mean of `nearest_own` over all permutations of the cells"),
    Column("same_cell", "median distance of two seeds of one cell: the noise ceiling"),
    Column("other_cell", "median distance of two networks of different cells"),
    Column(
        "from_untrained",
        "median distance of a network from itself with its initial weights: the floor",
    ),
    *(column.again("_untrained", _INITIAL) for column in _TOLD.values()),
)
_OF_NETWORK = {
    "nearest_own": "1 where the nearest other network by `{}` is of the same cell; of several"
    " equally near ones the share of these",
    "cell_ratio": "mean distance by `{}` from others of its cell, over that from networks of other"
    " cells: below 1 its cell can be told",
}
NEIGHBOURS = columns(
    IDENTITY,
    *(
        column
        for measure in MEASURES
        for name, meaning in _OF_NETWORK.items()
        for one in (Column(f"{measure}_{name}", meaning.format(measure)),)
        for column in (
            one,
            one.again("_random", "with the cells in random order, drawn for each network"),
            one.again("_untrained", _INITIAL),
        )
    ),
)


def distance_rows(
    matrices: Mapping[str, np.ndarray], networks: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return a row for every measure and pair of networks, untrained ones among them.

    Parameters
    ----------
    matrices
        By measure, (2 n, 2 n).
    networks
        The n networks, by the names of IDENTITY.

    Returns
    -------
    list of dict
        Of the columns of DISTANCES; None for what is not defined.
    """
    task = networks[0]["task"]
    whole = [(one, flag) for flag in (0, 1) for one in networks]
    sides = [
        {
            side: {f"{name}_{side}": one[name] for name in ("model", "l2", "seed", "cell")}
            | {f"untrained_{side}": flag}
            for side in "ab"
        }
        for one, flag in whole
    ]
    return [
        {
            "task": task,
            "measure": measure,
            **sides[i]["a"],
            **sides[j]["b"],
            "distance": _known(matrix[i, j]),
        }
        for measure, matrix in matrices.items()
        for i, j in combinations(range(len(whole)), 2)
    ]


def universality_rows(
    matrices: Mapping[str, np.ndarray], networks: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return a row for every measure: can the cells of the networks of a task be told?

    Parameters
    ----------
    matrices, networks
        As of `distance_rows`.

    Returns
    -------
    list of dict
        Of the columns of UNIVERSALITY; None for what is not defined.
    """
    return [_universality(measure, matrix, networks) for measure, matrix in matrices.items()]


def _universality(
    measure: str, matrix: np.ndarray, networks: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    n, task = len(networks), networks[0]["task"]
    cells = np.array([one["cell"] for one in networks])
    trained, untrained = matrix[:n, :n], matrix[n:, n:]
    kept = complete_rows(trained)
    own = trained[np.ix_(kept, kept)]
    upper = np.triu(np.ones_like(own, dtype=bool), 1)
    same = cells[kept][:, None] == cells[kept]
    first, chance = _told(own, cells[kept], task, measure)
    rest = complete_rows(untrained)
    before, _ = _told(untrained[np.ix_(rest, rest)], cells[rest], task, measure)
    return {
        "task": task,
        "measure": measure,
        "networks": len(kept),
        "cells": len(set(cells[kept])),
        **first,
        "nearest_own_chance": chance,
        "same_cell": _median(own[upper & same]),
        "other_cell": _median(own[upper & ~same]),
        "from_untrained": _median(np.diagonal(matrix[:n, n:])),
        **{f"{name}_untrained": value for name, value in before.items()},
    }


def _told(
    matrix: np.ndarray, cells: np.ndarray, task: str, measure: str
) -> tuple[dict[str, float | None], float | None]:
    """Return the columns of _TOLD of some networks, and the chance of the nearest."""
    if len(cells) < 2:
        return dict.fromkeys(_TOLD), None
    spread = permanova(matrix, cells, seed=derive_seed("permanova", task, measure))
    near = nearest_neighbours(matrix, cells, seed=derive_seed("nearest", task, measure))
    values = (spread.pseudo_f, spread.p, near.accuracy, near.p)
    return {name: _known(v) for name, v in zip(_TOLD, values, strict=True)}, _known(near.chance)


def neighbour_rows(
    matrices: Mapping[str, np.ndarray], networks: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return a row for every network: is its cell told by those near it?

    Parameters
    ----------
    matrices, networks
        As of `distance_rows`.

    Returns
    -------
    list of dict
        Of the columns of NEIGHBOURS; None for what is not defined, as for the only network of its
        cell.
    """
    n, task = len(networks), networks[0]["task"]
    cells = np.array([one["cell"] for one in networks])
    rows: list[dict[str, Any]] = [{name: one[name] for name in IDENTITY} for one in networks]
    rng = np.random.default_rng(derive_seed("cells", task))
    mixed = np.stack([rng.permutation(cells) for _ in networks])
    whole = np.tile(cells, (n, 1))
    for measure, matrix in matrices.items():
        kinds = {"": (matrix[:n, :n], whole), "_random": (matrix[:n, :n], mixed)}
        kinds["_untrained"] = (matrix[n:, n:], whole)
        for suffix, (distances, of) in kinds.items():
            for name, values in _of_networks(distances, of).items():
                for row, value in zip(rows, values, strict=True):
                    row[f"{measure}_{name}{suffix}"] = _known(value)
    return rows


def _of_networks(distances: np.ndarray, cells: np.ndarray) -> dict[str, np.ndarray]:
    """Return the numbers of _OF_NETWORK, each (n,); NaN where not defined.

    Row i of `cells` (n, n) are those of all networks as network i is to see them.
    """
    found = {name: np.full(len(cells), np.nan) for name in _OF_NETWORK}
    kept = complete_rows(distances)
    if len(kept) < 2:
        return found
    own, of = (part[np.ix_(kept, kept)] for part in (distances, cells))
    same = of == np.diagonal(of)[:, None]
    others, mates = ~same, same & ~np.eye(len(of), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _mean_where(own, mates) / _mean_where(own, others)
    near = (nearest_shares(own) * same).sum(axis=1)
    values = {"nearest_own": np.where(mates.any(axis=1), near, np.nan), "cell_ratio": ratio}
    for name, value in values.items():
        found[name][kept] = value
    return found


def _mean_where(matrix: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the mean of the chosen entries of each row; NaN of none."""
    return (matrix * chosen).sum(axis=1) / chosen.sum(axis=1)


def complete_rows(matrix: np.ndarray) -> np.ndarray:
    """Return the rows of networks whose distances from all others are defined.

    Networks with most undefined distances are left out first: what is undefined of one network is
    so from all others.

    Parameters
    ----------
    matrix
        Distances (n, n), NaN where not defined.

    Examples
    --------
    >>> nan = np.nan
    >>> complete_rows(np.array([[0.0, nan, 1.0], [nan, 0.0, nan], [1.0, nan, 0.0]])).tolist()
    [0, 2]
    """
    kept = np.arange(len(matrix))
    while len(kept):
        missing = np.isnan(matrix[np.ix_(kept, kept)]).sum(axis=1)
        if not missing.any():
            break
        kept = np.delete(kept, np.argmax(missing))
    return kept


def _median(values: np.ndarray) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


# By name: what makes the rows of a table, and its columns.
TABLES = {
    "distances": (distance_rows, DISTANCES),
    "universality": (universality_rows, UNIVERSALITY),
    "neighbours": (neighbour_rows, NEIGHBOURS),
}
