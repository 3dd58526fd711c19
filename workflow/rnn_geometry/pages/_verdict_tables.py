"""The tables that a page of verdicts opens with: what holds where, what is open, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import SIGNS
from rnn_geometry.claims.table import ALL_CELLS

KEYS = ["claim", "task", "cell"]
OPEN = ("undecided", "uninformative")


def opening(found: pd.DataFrame, claims: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a row per claim that counts: where it holds, where it fails, how sure that is.

    Parameters
    ----------
    found
        claims.csv.
    claims
        The checked file that it was judged by.

    Returns
    -------
    list of dict
        `claim`, in bold for the headline claims, which come first; `holds` and `fails`, the cells
        with the number of tasks; `open`, verdicts that decide nothing; `sure`, the largest adjusted
        q of what holds, and Holm's p of a headline claim.
    """
    counted = [claim for claim in claims["claims"] if not claim.get("exploratory")]
    counted.sort(key=lambda claim: not claim.get("headline"))
    single = found[found["cell"] != ALL_CELLS]
    parts = [(claim, single[single["claim"] == claim["name"]]) for claim in counted]
    return [_opening_row(claim, part) for claim, part in parts if len(part)]


def _opening_row(claim: Mapping[str, Any], part: pd.DataFrame) -> dict[str, str]:
    name, tasks = claim["name"], part["task"].nunique()
    cells = list(dict.fromkeys(sorted(part["cell"])))
    where = {
        verdict: _where(part[part["verdict"] == verdict]["cell"], cells, tasks)
        for verdict in ("holds", "fails")
    }
    left = [f"{n} {SIGNS[v]}" for v in OPEN if (n := int((part["verdict"] == v).sum()))]
    return {
        "claim": f"**{name}**" if claim.get("headline") else name,
        "tasks": str(tasks),
        **where,
        "open": ", ".join(left),
        "sure": _sure(part),
    }


def _where(met: pd.Series, cells: Sequence[str], tasks: int) -> str:
    """Return cells, with the number of tasks where it is not the same for all of them."""
    counts = {cell: int((met == cell).sum()) for cell in cells}
    present = {cell: count for cell, count in counts.items() if count}
    if not present:
        return ""
    if all(count == tasks for count in present.values()):
        return "all cells" if len(present) == len(cells) else ", ".join(present)
    if len(present) == len(cells) and len(set(present.values())) == 1:
        return f"all cells ({next(iter(present.values()))})"
    named = (cell if count == tasks else f"{cell} ({count})" for cell, count in present.items())
    return ", ".join(named)


def _sure(part: pd.DataFrame) -> str:
    """Return the largest adjusted q of verdicts that hold, and Holm's p where there is one."""
    q, holm = part[part["verdict"] == "holds"]["q"].max(), part["holm"].max()
    words = [f"q {_small(q)}"] if pd.notna(q) else []
    return ", ".join(words + ([f"Holm {_small(holm)}"] if pd.notna(holm) else []))


def _small(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def left_open(found: pd.DataFrame) -> list[dict[str, str]]:
    """Return a row per claim, verdict that decides nothing, and reason: where that is so.

    Parameters
    ----------
    found
        claims.csv.
    """
    single = found[found["cell"] != ALL_CELLS]
    left = single[single["verdict"].isin(OPEN) & (single["exploratory"] != 1)]
    rows = []
    for key, part in left.groupby(["claim", "verdict", "reason"], sort=False):
        claim, verdict, reason = map(str, key)
        places = [f"{row.task} {row.cell}" for row in part.itertuples()]
        shown = f"{places[0]} and {len(places) - 1} more" if len(places) > 2 else ", ".join(places)
        rows.append(
            {"claim": claim, "verdict": f"{SIGNS[verdict]} {shown}", "why": reason.split(";")[0]}
        )
    return rows


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
    now = found[(found["cell"] != ALL_CELLS) & (found["exploratory"] != 1)]
    both = now[[*KEYS, "verdict"]].merge(
        before[[*KEYS, "verdict"]], on=KEYS, how="left", suffixes=("", "_before")
    )
    both["verdict_before"] = both["verdict_before"].fillna("no verdict")
    table = pd.crosstab(both["verdict_before"], both["verdict"])
    rows = [name for name in (*SIGNS, "no verdict") if name in table.index]
    shown = table.reindex(index=rows, columns=list(SIGNS), fill_value=0)
    return shown.rename_axis("before").rename_axis(None, axis=1).reset_index()
