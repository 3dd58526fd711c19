"""The sentences of a paper's abstract, each with what the verdicts say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import boxes
from rnn_geometry.claims.looks import FAILS, HOLDS

CONFIRMED, REFUTED, CONDITIONAL, OPEN = "confirmed", "refuted", "conditional", "not decided"
FACTORS = ("data", "cell", "claim")  # what a verdict may hang on, in this order where two tell it


def sentences(
    found: pd.DataFrame, listed: Sequence[Mapping[str, Any]], sets: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what verdicts say of each sentence.

    Parameters
    ----------
    found
        claims.csv.
    listed
        The sentences: `says` in words, `claims` by name, and `across: cells` where the sentence is
        that cells do not differ.
    sets
        By task the set of data that it reads.

    Returns
    -------
    list of dict
        `says`; `claims` that there are verdicts on; `verdict`: `confirmed` where none fails and
        more than half hold, `refuted` where none holds and more than half fail, `conditional` where
        some hold and some fail, else `not decided`; how many `hold`, `fail` and are `open`;
        `where`: of the factor that tells best, the levels by what is true on them; `seen`: of the
        sets with too few networks for a verdict how many keep the threshold, of all.
    """
    single = boxes(found)
    rows = single.assign(data=single["task"].map(sets), cell=single["cell"].str.split("-").str[0])
    return [_sentence(rows[rows["claim"].isin(one["claims"])], one) for one in listed]


def _sentence(every: pd.DataFrame, one: Mapping[str, Any]) -> dict[str, Any]:
    alone = one.get("across") != "cells"
    rows = every[every["look"].notna()] if alone else _agreement(every)
    hold, fail = (int((rows["verdict"] == name).sum()) for name in (HOLDS, FAILS))
    there = set(rows["claim"])
    return {
        "says": one["says"],
        "across": one.get("across"),
        "claims": [name for name in one["claims"] if name in there],
        "verdict": _verdict(hold, fail, len(rows)),
        "hold": hold,
        "fail": fail,
        "open": len(rows) - hold - fail,
        "where": _where(rows) if hold and fail else {},
        "seen": _seen(every[every["look"].isna()]) if alone else [],
    }


def _verdict(hold: int, fail: int, total: int) -> str:
    if hold and fail:
        return CONDITIONAL
    if max(hold, fail) * 2 <= total:
        return OPEN
    return CONFIRMED if hold else REFUTED


def _seen(rows: pd.DataFrame) -> list[str]:
    sums = rows.groupby("data")[["met", "runs"]].sum()
    return [f"{data} {met}/{runs}" for data, met, runs in sums.itertuples() if runs]


def _agreement(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per claim and task that several cells decide: whether all say the same."""
    decided = rows[rows["verdict"].isin([HOLDS, FAILS])]
    by = decided.groupby(["claim", "task", "data"], as_index=False)
    table = by.agg(cells=("cell", "nunique"), kinds=("verdict", "nunique"))
    table = table[table["cells"] > 1]
    return table.assign(cell="", verdict=table["kinds"].map(lambda n: HOLDS if n == 1 else FAILS))


def _where(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Return the levels of the factor that tells best, by what is true on them."""
    decided = rows[rows["verdict"].isin([HOLDS, FAILS])]
    best = min(FACTORS, key=lambda factor: _mixed(decided, factor))
    found: dict[str, list[str]] = {"holds": [], "fails": [], "both": []}
    for level, verdicts in decided.groupby(best)["verdict"]:
        kinds = set(verdicts)
        found[kinds.pop() if len(kinds) == 1 else "both"].append(str(level))
    return found


def _mixed(decided: pd.DataFrame, factor: str) -> float:
    """Return the share of verdicts on levels of a factor where some hold and some fail."""
    kinds = decided.groupby(factor)["verdict"].transform("nunique")
    return float((kinds > 1).mean())
