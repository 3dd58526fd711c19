"""Verdicts of all claims as a grid of tasks and cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims.file import threshold_words
from rnn_geometry.claims.judge import ALL_CELLS
from rnn_geometry.claims.verdict import FAILS, HOLDS, UNDECIDED

TITLES = {
    "unordered": "Unordered classes",
    "plane": "Ordered classes in two dimensions",
    "line": "Ordered classes in one dimension",
    "labels": "Independent labels",
    "binary": "Binary sentiment",
    "context": "Words that change other words",
    "sweep": "Sweeps",
}
SIGNS = {HOLDS: "●", FAILS: "○", UNDECIDED: "◐"}
MARK = "*"  # a control meets the claim as well


def natural_order(name: str) -> str:
    """Return a sort key by which categorical-2 comes before categorical-10."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(9), name)


def groups(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a grid per family of tasks: title, tasks, cells, and per claim its rows of claims.csv by (task, cell)."""
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    for i, row in enumerate(rows):
        row["id"] = f"verdict-{i}"
    return [
        grid
        for name in TITLES
        if (grid := _grid(name, [row for row in rows if row["structure"] == name], claims))
    ]


def _grid(
    structure: str, rows: Sequence[Mapping[str, Any]], claims: Mapping[str, Any]
) -> dict[str, Any] | None:
    if not rows:
        return None
    tasks = sorted({row["task"] for row in rows}, key=natural_order)
    cells = {task: _cells(row["cell"] for row in rows if row["task"] == task) for task in tasks}
    lines = []
    for claim in claims["claims"]:
        entries = {(row["task"], row["cell"]): row for row in rows if row["claim"] == claim["name"]}
        if {row["threshold"] for row in entries.values()} - {threshold_words(claim)}:
            raise KeyError(
                f"the verdicts on {claim['name']} are about another threshold than that of the file"
            )
        if entries:
            lines.append({**claim, "threshold": threshold_words(claim), "entries": entries})
    return {
        "structure": structure,
        "title": TITLES[structure],
        "tasks": tasks,
        "cells": cells,
        "claims": lines,
    }


def _cells(names) -> list[str]:
    """Return cells in order, the row over all of them last."""
    return sorted(set(names), key=lambda name: (name == ALL_CELLS, name))
