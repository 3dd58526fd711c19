"""The tables that a page of verdicts opens with: what holds where, what is open, what changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import SIGNS, boxes
from rnn_geometry.claims.looks import UNDECIDED
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.pages.markdown import short

KEYS = ["claim", "task", "cell"]
OPEN = ("undecided", "uninformative")
MIXED, HIGH_Q = "mixed", "q"  # kinds of reasons
SHORTER = {
    "a control meets it too: ": "met by ",
    "the same mean within the margin as ": "same mean as ",
    "shuffled_labels": "permuted labels",
}


def opening(
    found: pd.DataFrame, claims: Mapping[str, Any], sets: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Return a row per claim that counts: where it holds, where it fails, how sure that is.

    Parameters
    ----------
    found
        claims.csv.
    claims
        The checked file that it was judged by.
    sets
        By task the set of data that it reads; None for a column per cell in place of one per set.

    Returns
    -------
    list of dict
        `claim`, in bold for the headline claims, which come first; the number of `tasks`; by cell
        or set one sign where all verdicts agree, else how many there are of each, and for those of
        a set that no look has decided the networks that meet the claim, of all; `q`, the largest
        adjusted one of what holds.
    """
    single = found[found["cell"] != ALL_CELLS]
    names = _own_cells(single["cell"]) if sets is None else sets
    columns = single["cell" if sets is None else "task"].map(names)
    say = signs_of if sets is None else _signs_and_seen
    rows = []
    for claim in counted_first(claims):
        part = single[single["claim"] == claim["name"]]
        if len(part):
            told = {one: say(part[columns[part.index] == one]) for one in sorted(set(columns))}
            rows.append(_opening_row(claim, part, told))
    return rows


def counted_first(claims: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the claims that count, the headline claims first.

    Parameters
    ----------
    claims
        The checked file.
    """
    counted = [claim for claim in claims["claims"] if not claim.get("exploratory")]
    return sorted(counted, key=lambda claim: not claim.get("headline"))


def _own_cells(names: Iterable[str]) -> dict[str, str]:
    """Return by model the shortest name that it continues: gru of gru-long."""
    known = sorted(set(names), key=len)
    return {name: next(o for o in known if name == o or name.startswith(f"{o}-")) for name in known}


def _opening_row(
    claim: Mapping[str, Any], part: pd.DataFrame, told: Mapping[str, str]
) -> dict[str, str]:
    name = claim["name"]
    first = {
        "claim": f"**{name}**" if claim.get("headline") else name,
        "tasks": str(part["task"].nunique()),
    }
    return {**first, **told, "adjusted p": _sure(part)}


def signs_of(part: pd.DataFrame) -> str:
    """Return the sign of verdicts that are all alike, else how many there are of each.

    Parameters
    ----------
    part
        Rows of claims.csv.
    """
    verdicts = part["verdict"]
    counts = {name: int((verdicts == name).sum()) for name in SIGNS}
    there = {name: count for name, count in counts.items() if count}
    if len(there) == 1:
        return SIGNS[next(iter(there))]
    return " ".join(f"{SIGNS[name]}{count}" for name, count in there.items())


def _signs_and_seen(part: pd.DataFrame) -> str:
    """Return the signs of verdicts that a look has decided, and the networks of all others."""
    judged = part["look"].notna()
    words = [signs_of(part[judged])] if judged.any() else []
    return " ".join([*words, *_seen(part[~judged])])


def _seen(part: pd.DataFrame) -> list[str]:
    """Return the networks that meet a claim, of all, or how many are all left out."""
    if part.empty:
        return []
    met, runs, out = (int(part[name].sum()) for name in ("met", "runs", "left_out"))
    return [f"{met}/{runs}" if runs else f"−{out}"]


def differing(
    found: pd.DataFrame, claims: Mapping[str, Any], sets: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return a row per claim and set of data on which cells have other verdicts than each other.

    Parameters
    ----------
    found, claims, sets
        As for `opening`.

    Returns
    -------
    list of dict
        `claim`, `data`, and the signs of every cell over the tasks that several cells were judged
        on.
    """
    single = found[(found["cell"] != ALL_CELLS) & found["look"].notna()]
    single = single.assign(own=single["cell"].str.split("-").str[0], data=single["task"].map(sets))
    cells = single.groupby(["claim", "task"])["own"].transform("nunique")
    several, rows = single[cells > 1], []
    for claim in counted_first(claims):
        for data, part in several[several["claim"] == claim["name"]].groupby("data"):
            signs = {str(cell): signs_of(own) for cell, own in part.groupby("own")}
            if len(set(signs.values())) > 1:
                rows.append({"claim": claim["name"], "data": str(data), **signs})
    return rows


def _sure(part: pd.DataFrame) -> str:
    """Return the largest adjusted q of verdicts that hold."""
    q = part[part["verdict"] == "holds"]["q"].max()
    return "" if pd.isna(q) else _small(q)


def _small(p: float) -> str:
    return "< .001" if 0 < p < 0.001 else short(p, 3 if p < 0.1 else 2)


def headlines(found: pd.DataFrame) -> list[dict[str, str]]:
    """Return a row per headline claim: whether it is true of most tasks and cells.

    Parameters
    ----------
    found
        claims.csv.

    Returns
    -------
    list of dict
        `claim`, in how many tasks and cells it `holds`, and `Holm's p` that it is true in more than
        half of them.
    """
    heads = found[(found["cell"] != ALL_CELLS) & (found["headline"] == 1) & found["holm"].notna()]
    return [
        {
            "claim": str(claim),
            "holds in": f"{(part['verdict'] == 'holds').sum()} of {len(part)}",
            "Holm's p": _small(part["holm"].max()),
        }
        for claim, part in heads.groupby("claim", sort=False)
    ]


def agreeing(others: pd.DataFrame) -> list[dict[str, str]]:
    """Return a row per claim: in how many analyses its verdicts are the same.

    Parameters
    ----------
    others
        multiverse.csv.

    Returns
    -------
    list of dict
        `claim`, and by cell those that agree, of all over its tasks.
    """
    cells = _own_cells(others["cell"])
    agree = others["agree"] * others["analyses"]  # a share
    own = others.assign(own=others["cell"].map(cells), agree=agree)
    rows = []
    for claim, part in own.groupby("claim", sort=False):
        sums = part.groupby("own")[["agree", "analyses"]].sum()
        rows.append(
            {"claim": str(claim)}
            | {
                cell: f"{sums.agree[cell]:.0f} of {sums.analyses[cell]:.0f}"
                if cell in sums.index
                else ""
                for cell in sorted(set(cells.values()))
            }
        )
    return rows


def left_open(found: pd.DataFrame) -> list[dict[str, str]]:
    """Return a row per claim, verdict that decides nothing, and reason: where that is so.

    Parameters
    ----------
    found
        claims.csv.

    Returns
    -------
    list of dict
        `claim`; `where`, the sign and the number of tasks by cell; `why`.
    """
    counted = boxes(found)
    left = counted[counted["verdict"].isin(OPEN)]
    left = left.assign(
        kind=left["reason"].map(_kind), own=left["cell"].map(_own_cells(left["cell"]))
    )
    rows = []
    for (claim, verdict, kind), part in left.groupby(["claim", "verdict", "kind"], sort=False):
        counts = part.groupby("own").size()
        places = ", ".join(f"{cell} {count}" for cell, count in counts.items())
        sure = f"enough meet it; adjusted p {_small(part['q'].max())}"
        why = {MIXED: _shares(part), HIGH_Q: sure}
        rows.append(
            {
                "claim": str(claim),
                "where": f"{SIGNS[str(verdict)]} {places}",
                "why": why.get(str(kind), str(kind)),
            }
        )
    return rows


def why_open(found: pd.DataFrame) -> dict[str, int]:
    """Return why verdicts are undecided.

    Parameters
    ----------
    found
        claims.csv.

    Returns
    -------
    dict
        `some`: too few networks meet the claim to hold and too many to fail; `unsure`: enough do,
        with too high an adjusted p; `few`: the others, with too few networks that do their task.
    """
    rows = boxes(found)
    kinds = rows.loc[rows["verdict"] == UNDECIDED, "reason"].map(_kind)
    some, unsure = int((kinds == MIXED).sum()), int((kinds == HIGH_Q).sum())
    return {"some": some, "unsure": unsure, "few": len(kinds) - some - unsure}


def _kind(reason: str) -> str:
    """Return the reason in few words, without numbers of networks."""
    first, *rest = reason.split("; ")
    if "too mixed" in first:
        return MIXED
    if any(part.startswith(("q ", "p ")) for part in rest):
        return HIGH_Q
    if "judged from" in reason:
        return "too few networks do the task"
    if first.endswith(" meet it"):
        return f"enough meet it; {'; '.join(rest)}"
    for words, few in SHORTER.items():
        first = first.replace(words, few)
    return re.sub(r": \d+ ", ": ", first)


def _shares(part: pd.DataFrame) -> str:
    """Return which shares of the networks meet a claim."""
    shares = sorted(set((part["met"] / part["runs"]).round(2)))
    ends = dict.fromkeys((shares[0], shares[-1]))
    return f"met by {' to '.join(short(share, 2) for share in ends)} of the networks"


def changed(found: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return how many verdicts went from what to what.

    Parameters
    ----------
    found, before
        claims.csv of this battery and of the one before.

    Returns
    -------
    pandas.DataFrame
        A row per verdict before, `no verdict` last; a column per verdict now. Of the same claim,
        task and cell; exploratory claims are left out.
    """
    now = boxes(found)
    both = now[[*KEYS, "verdict"]].merge(
        before[[*KEYS, "verdict"]], on=KEYS, how="left", suffixes=("", "_before")
    )
    both["verdict_before"] = both["verdict_before"].fillna("no verdict")
    table = pd.crosstab(both["verdict_before"], both["verdict"])
    rows = [name for name in (*SIGNS, "no verdict") if name in table.index]
    shown = table.reindex(index=rows, columns=list(SIGNS), fill_value=0)
    return shown.rename_axis("before").rename_axis(None, axis=1).reset_index()
