"""What a run says in answer to the question of the start page, with its exceptions.

Counted from claims.csv: no sentence here is true of every run, so that none is written beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import SIGNS, boxes, cells_in_order
from rnn_geometry.networks.registry import is_gated
from rnn_geometry.pages._gaps import gaps_told
from rnn_geometry.pages._verdict_tables import why_open
from rnn_geometry.pages.templating import series
from rnn_geometry.plotting.text import said_model, said_task
from rnn_geometry.tasks.structures import STRUCTURES

NEARLY_ALL = 0.9  # of the networks, from which on a part of the answer is shown
MOST_NAMED = 4  # exceptions of a sentence that are named one by one
ASKED = "Do they do as the paper says?"
CALLED = {"gated": "With gates", "ungated": "Without gates", "other": "In other cells"}
KINDS = {True: "gated", False: "ungated", None: "other"}  # of a cell, by `registry.is_gated`


def answers(
    found: pd.DataFrame, asked: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what networks say to each question that some of them were asked.

    Parameters
    ----------
    found
        claims.csv.
    asked
        answer.yaml: `says` and `claims` of each question.
    kinds
        The cell of every model by its name.

    Returns
    -------
    list of dict
        `says`, `short`, and of `gated` networks, `ungated` ones and those of `other` cells, None
        where there are none: `met` and `runs`, networks that meet the claims, of all; `controls`,
        claims, tasks and cells where a control does as well; `gapless`, networks that miss them
        for want of a value; `exceptions`, where not all networks meet them.
    """
    rows = boxes(found[found["runs"] > 0])
    kind = rows["cell"].map({name: KINDS[is_gated(cell)] for name, cell in kinds.items()})
    told = []
    for one in asked:
        about = rows["claim"].isin(one["claims"])
        counts = {name: _counted(rows[about & (kind == name)]) for name in KINDS.values()}
        if any(counts.values()):
            told.append({"says": one["says"], "short": one.get("short", one["says"]), **counts})
    return told


def _counted(rows: pd.DataFrame) -> dict[str, Any] | None:
    if rows.empty:
        return None
    short = rows[rows["met"] < rows["runs"]]
    missed = (short["runs"] - short["met"]).sort_values(ascending=False, kind="stable").index
    return {
        "met": int(rows["met"].sum()),
        "runs": int(rows["runs"].sum()),
        "controls": int(rows["control_met"].sum()),
        "gapless": int(gaps_told(short["reason"].astype(str))["networks"].sum()),
        "exceptions": _exceptions(short.loc[missed].to_dict("records")),
    }


def in_short(told: Sequence[Mapping[str, Any]], cells: Mapping[str, Sequence[str]]) -> str:
    """Return all answers in a sentence for each kind of cells: whether they do as the paper says.

    Parameters
    ----------
    told
        Of `answers`.
    cells
        Labels of the cells of each kind, in the order in which kinds are told.

    Returns
    -------
    str
        `yes` where nine tenths of the networks show each part, `no` where they show none, else `in
        part`; with the parts that some, few or no networks show. Empty without an answer.

    Examples
    --------
    >>> met, missed, few = ({"met": n, "runs": 10, "gapless": 0} for n in (10, 9, 2))
    >>> lines = [{"short": "slow modes", "gated": met}, {"short": "the dimension", "gated": missed}]
    >>> in_short(lines, {"gated": ["GRU", "LSTM"]})
    'With gates (GRU, LSTM) yes, but for the dimension in 1 of 10 networks.'
    >>> lines = [{"short": "slow modes", "ungated": met}, {"short": "readouts", "ungated": few}]
    >>> in_short(lines, {"ungated": ["vanilla"]})
    'Without gates (vanilla) in part: few or no networks show readouts.'
    """
    sentences = []
    for kind, names in cells.items():
        counts = [{"short": one["short"], **one[kind]} for one in told if one[kind]]
        if counts:
            sentences.append(f"{CALLED[kind]} ({', '.join(names)}) {_said(counts)}.")
    return " ".join(sentences)


def _said(counts: Sequence[Mapping[str, Any]]) -> str:
    """Return whether networks of a kind do as the paper says, and what they do not show."""
    nearly = [one for one in counts if one["met"] >= NEARLY_ALL * one["runs"]]
    off = [
        f"{one['short']} in {one['runs'] - one['met']} of {one['runs']} networks"
        for one in nearly
        if one["met"] < one["runs"]
    ]
    some = [one["short"] for one in counts if one not in nearly and 2 * one["met"] >= one["runs"]]
    few = [one["short"] for one in counts if 2 * one["met"] < one["runs"]]
    word = "yes" if len(nearly) == len(counts) else "in part" if nearly or some else "no"
    rest = [
        f"{which} networks show {series(shorts)}"
        for which, shorts in (("only some", some), ("few or no", few))
        if shorts
    ]
    without = sum(one["gapless"] for one in counts if one["short"] in few) > 0
    why = " (most have no gap, and so no value)" if without else ""
    return (
        word
        + (f", but for {series(off)}" if off else "")
        + (f": {'; '.join(rest)}{why}" if rest else "")
    )


def sentence_of(told: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> str:
    """Return `in_short` of all kinds of cells that some line is about, after what was asked.

    Parameters
    ----------
    told
        Of `answers`.
    kinds
        The cell of every model by its name.
    """
    there = [kind for kind in KINDS.values() if any(one[kind] for one in told)]
    said = in_short(told, _cells_by_kind(kinds, there))
    return f"{ASKED} {said}" if said else ""


def _cells_by_kind(kinds: Mapping[str, str], there: Iterable[str]) -> dict[str, list[str]]:
    """Return labels of the models of each kind of cell."""
    models = cells_in_order(kinds)
    return {
        kind: [said_model(name) for name in models if KINDS[is_gated(kinds[name])] == kind]
        for kind in there
    }


def _exceptions(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return where networks do not meet a claim, the worst first; empty where all do."""
    named = [
        f"{said_model(row['cell'])} on {said_task(row['task'])}"
        f" ({row['met']} of {row['runs']} {row['claim']})"
        for row in rows[:MOST_NAMED]
    ]
    more = len(rows) - MOST_NAMED
    return series([*named, *([f"{more} more"] if more > 0 else [])])


def seen_counts(found: pd.DataFrame) -> dict[str, Any]:
    """Return how boxes of a run stand that are no verdicts: claims by task and cell.

    Parameters
    ----------
    found
        claims.csv.

    Returns
    -------
    dict
        `all`, `every`, `none`, `some`: boxes, those that all their networks meet, none, and some;
        `controls`: those of `every` that half of a control's networks meet, too; `cells`: of how
        many boxes of each cell not all networks meet the claim, in words.
    """
    rows = boxes(found[found["runs"] > 0])
    every, none = rows["met"] == rows["runs"], rows["met"] == 0
    return {
        "all": len(rows),
        "every": int(every.sum()),
        "none": int(none.sum()),
        "some": int((~every & ~none).sum()),
        "controls": int((every & (rows["control_met"] == 1)).sum()),
        "cells": _missed_by_cell(rows["cell"], every),
    }


def _missed_by_cell(cells: pd.Series, every: pd.Series) -> str:
    """Return of how many boxes of each cell not all networks meet the claim."""
    counts = (~every).groupby(cells).agg(["sum", "size"]).loc[cells_in_order(cells)]
    return ", ".join(
        f"{said_model(str(row.Index))} {row.sum} of {row.size}" for row in counts.itertuples()
    )


def met_by_claim(found: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return how many networks meet each claim that counts, of how many, over tasks and cells.

    Parameters
    ----------
    found
        claims.csv.
    """
    counts = boxes(found).groupby("claim")[["met", "runs"]].sum()
    rows = counts.to_dict("index").items()
    return {str(name): (int(row["met"]), int(row["runs"])) for name, row in rows}


def battery_counts(shipped: pd.DataFrame) -> dict[str, int]:
    """Return how many verdicts of each word the battery has given, by task and cell, and why so
    many are undecided, as `why_open` has it.

    Parameters
    ----------
    shipped
        claims.csv of the battery.
    """
    rows = boxes(shipped)
    counts = rows["verdict"].value_counts()
    by_word = {name: int(counts.get(name, 0)) for name in SIGNS}
    return {"all": len(rows), **by_word, **why_open(shipped)}


def task_titles(found: pd.DataFrame, runs: Iterable[Mapping[Any, Any]]) -> dict[str, str]:
    """Return what a reader calls each task: how many classes of which kind.

    Parameters
    ----------
    found
        claims.csv, which knows the kind of every task that a claim is about.
    runs
        Rows of runs.csv, which know how many classes.

    Returns
    -------
    dict
        By task its title; none where no claim is about it.

    Examples
    --------
    >>> found = pd.DataFrame({"task": ["news"], "structure": ["unordered"]})
    >>> task_titles(found, [{"task": "news", "classes": 3}])
    {'news': 'Three unordered classes'}
    """
    kinds = dict(zip(found["task"], found["structure"], strict=True))
    return {
        str(run["task"]): STRUCTURES[kinds[run["task"]]].called(int(run["classes"]))
        for run in runs
        if kinds.get(run["task"]) in STRUCTURES
    }
