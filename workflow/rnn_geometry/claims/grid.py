"""Verdicts of all claims as a grid of tasks and cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims._units import SWEEP
from rnn_geometry.claims.file import criterion, threshold_words
from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE
from rnn_geometry.claims.order import natural_order
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.tasks.structures import STRUCTURES

TITLES = {name: one.title for name, one in STRUCTURES.items()} | {SWEEP: "Sweeps"}
SIGNS = {HOLDS: "●", FAILS: "○", UNDECIDED: "◐", UNINFORMATIVE: "◇"}
MARK = "*"  # a control meets the claim as well


def boxes(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that count: of one cell each, and of no exploratory claim.

    Parameters
    ----------
    found
        claims.csv.
    """
    return found[(found["cell"] != ALL_CELLS) & (found["exploratory"] != 1)]


def groups(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a grid per structure of tasks.

    Parameters
    ----------
    found
        claims.csv.
    claims
        The checked file that it was judged by.

    Returns
    -------
    list of dict
        `structure`, `title`, `tasks`, by task `cells`, and `claims`: those of the file that speak
        of it, with `threshold`, `criterion` and by (task, cell) `entries`, rows of claims.csv. A
        row has beside its columns `id`, `hits`: networks that meet the claim, of all, the mark,
        and how many are left out; and `colour`: its verdict, or before the first look that of the
        battery, if `beside` has found one.

    Raises
    ------
    KeyError
        If the verdicts are about another threshold than that of the file.
    """
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    for row in rows:
        row["id"] = fragment(row["claim"], row["task"], row["cell"])
        out = f" −{int(row['left_out'])}" if row.get("left_out") else ""
        row["hits"] = f"{row['met']}/{row['runs']}{MARK if row['control_met'] else ''}{out}"
        row["seen"] = not is_judged(row)
        row["colour"] = (row.get("shipped") or UNDECIDED) if row["seen"] else row["verdict"]
    parts = {name: [row for row in rows if row["structure"] == name] for name in TITLES}
    return [_grid(name, part, claims) for name, part in parts.items() if part]


def fragment(*names: str) -> str:
    """Return the name by which a link leads to a claim, or to its verdict on a task and cell.

    Parameters
    ----------
    names
        Of the claim, and of the task and cell.

    Examples
    --------
    >>> fragment("words-add", "ordered2d-5", "gru l2 3e-4")
    'words-add.ordered2d-5.gru-l2-3e-4'
    """
    return ".".join("-".join(name.split()) for name in names)


def is_judged(row: Mapping[Any, Any]) -> bool:
    """Tell whether a row of claims.csv is a verdict, on enough networks of seeds that count.

    Parameters
    ----------
    row
        With `judged` and `look`, which is empty before the first look.
    """
    look = row.get("look")
    return bool(row["judged"]) and look is not None and look == look


def _grid(
    structure: str, rows: Sequence[Mapping[Any, Any]], claims: Mapping[str, Any]
) -> dict[str, Any]:
    tasks = sorted({row["task"] for row in rows}, key=natural_order)
    cells = {
        task: cells_in_order(row["cell"] for row in rows if row["task"] == task) for task in tasks
    }
    lines = [_line(claim, rows) for claim in claims["claims"]]
    return {
        "structure": structure,
        "title": TITLES[structure],
        "tasks": tasks,
        "cells": cells,
        "claims": [line for line in lines if line["entries"]],
    }


def _line(claim: Mapping[str, Any], rows: Sequence[Mapping[Any, Any]]) -> dict[str, Any]:
    """Return a claim with what was found on each task and cell."""
    entries = {(row["task"], row["cell"]): row for row in rows if row["claim"] == claim["name"]}
    threshold = threshold_words(claim)
    if {row["threshold"] for row in entries.values()} - {threshold}:
        raise KeyError(
            f"the verdicts on {claim['name']} are about another threshold than that of the file"
        )
    return {**claim, "threshold": threshold, "criterion": criterion(claim), "entries": entries}


def cells_in_order(names: Iterable[str]) -> list[str]:
    """Return cells in the order of all figures and pages, the row over all of them last.

    Parameters
    ----------
    names
        Of cells, some of them more than once.
    """
    known = list(CELLS)

    def place(name: str) -> tuple[bool, int, str]:
        return name == ALL_CELLS, known.index(name) if name in known else len(known), name

    return sorted(set(names), key=place)
