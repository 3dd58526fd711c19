"""What a run saw beside what was judged: the verdicts that the project ships.

A run of a few networks decides nothing. But the battery has judged most of what it shows, on other
networks, and a reader wants to know whether his own behave like those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE
from rnn_geometry.claims.table import ALL_CELLS
from rnn_geometry.store.columns import read_frame, table_columns

AGREES, DISAGREES, MIXED = "agrees", "disagrees", "mixed"
HERE = "this task"  # what a verdict of the battery was judged on, if not on others
EVEN = 0.5
COLUMNS = ("shipped", "shipped_on", "shipped_why", "agreement")
NONE: dict[str, str | None] = dict.fromkeys(COLUMNS)


def shipped_verdicts(named: Sequence[str]) -> pd.DataFrame | None:
    """Return the verdicts that the project ships.

    Parameters
    ----------
    named
        The file and its hash, as `load.shipped_file` returns them; empty where there is none.

    Returns
    -------
    pandas.DataFrame or None
        claims.csv of the battery; None without a file, and for one with the
        columns of another version, which cannot be set beside these.
    """
    if not named:
        return None
    shipped = read_frame("claims", named[0])
    if set(shipped) != set(table_columns("claims")):
        return None
    return shipped


def beside(found: pd.DataFrame, shipped: pd.DataFrame | None) -> pd.DataFrame:
    """Return verdicts with those of the battery beside them.

    Parameters
    ----------
    found
        claims.csv of a run.
    shipped
        claims.csv of the battery; None where there is none.

    Returns
    -------
    pandas.DataFrame
        Beside the columns given `shipped`, the battery's verdict; `shipped_on`, on what it was
        judged: this task and cell, the same cell on other tasks of the structure, or other cells;
        `agreement`: whether most of these networks behave as judged there. Empty where the battery
        says nothing. `shipped_why`: of a verdict that decides nothing on this task and cell, the
        networks that met the claim there, the reason, and the controls with their p.
    """
    known = _Shipped(shipped)
    told = [known.of(row) for row in found.to_dict("records")]
    columns = {
        name: pd.Series([row[name] for row in told], found.index, dtype=object) for name in COLUMNS
    }
    return found.assign(**columns)


class _Shipped:
    """Verdicts of the battery, looked up by the nearest networks that it judged."""

    def __init__(self, shipped: pd.DataFrame | None):
        self._here: dict[tuple, tuple[str, str | None]] = {}
        self._near: dict[tuple, list[str]] = {}
        judged = [] if shipped is None else shipped[shipped["judged"] == 1].to_dict("records")
        for row in judged:
            claim = row["claim"], row["threshold"], row["structure"]
            self._here[(*claim, row["task"], row["cell"])] = row["verdict"], why(row)
            self._near.setdefault((*claim, row["cell"]), []).append(row["verdict"])

    def of(self, row: Mapping[Any, Any]) -> dict[str, str | None]:
        """Return the columns of one row."""
        claim = row["claim"], row["threshold"], row["structure"]
        here = self._here.get((*claim, row["task"], row["cell"]))
        verdict, reason = here or (None, None)
        on = HERE
        if verdict is None:
            # Other tasks have other cells, so that a row over all of them says nothing here.
            others = [] if row["cell"] == ALL_CELLS else self._near.get((*claim, row["cell"]), [])
            if len(set(others)) != 1:
                return dict(NONE)
            verdict, on = others[0], f"{len(others)} other tasks of the kind"
        # Over all cells the worst one decides, whatever most networks do.
        agrees = None if row["cell"] == ALL_CELLS else agreement(verdict, row)
        return {
            "shipped": verdict,
            "shipped_on": on,
            "shipped_why": reason,
            "agreement": agrees,
        }


def why(row: Mapping[Any, Any]) -> str | None:
    """Return why a verdict decides nothing; None of one that does, or that sums up all cells.

    Parameters
    ----------
    row
        Of claims.csv.

    Examples
    --------
    >>> row = {"cell": "gru", "verdict": "uninformative", "met": 10, "runs": 10, "q": 0.02}
    >>> why(row | {"reason": "a control meets it too: x", "control": "x 9/10, +.1 (0 to 1), p 0.4"})
    '10 of 10 meet it; a control meets it too: x; adjusted p 0.02; controls: x 9/10 (p 0.4)'
    """
    if row["verdict"] not in (UNDECIDED, UNINFORMATIVE) or row["cell"] == ALL_CELLS:
        return None
    known = {name: row[name] if row[name] == row[name] else None for name in ("q", "control")}
    met, reason = f"{row['met']} of {row['runs']} meet it", str(row["reason"])
    parts = [reason] if reason.startswith(met) or not row["runs"] else [met, reason]
    if known["q"] is not None and "; q " not in reason:
        parts.append(f"adjusted p {known['q']:.2g}")
    if known["control"]:
        parts.append(f"controls: {', '.join(map(_in_short, known['control'].split('; ')))}")
    return "; ".join(parts).replace("; q ", "; adjusted p ")


def _in_short(control: str) -> str:
    """Return how many networks of a control meet a claim, and p of the difference."""
    p = re.search(r"\bp ([^ ,;]+)", control)
    return control.partition(",")[0] + (f" (p {p[1]})" if p else "")


def agreement(verdict: str, row: Mapping[Any, Any]) -> str | None:
    """Tell whether networks behave like those of a verdict.

    Parameters
    ----------
    verdict
        What was judged.
    row
        With `met`, the networks that keep the threshold, of `runs`.

    Returns
    -------
    str or None
        AGREES or DISAGREES by the larger half of the networks, MIXED where there is none; None
        where the verdict decides nothing, or there is no network.

    Examples
    --------
    >>> agreement("holds", {"met": 2, "runs": 2}), agreement("fails", {"met": 2, "runs": 2})
    ('agrees', 'disagrees')
    """
    if verdict not in (HOLDS, FAILS) or not row["runs"]:
        return None
    share = row["met"] / row["runs"]
    if share == EVEN:
        return MIXED
    return AGREES if (share > EVEN) == (verdict == HOLDS) else DISAGREES


def counted(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many rows of `beside` agree, disagree and are mixed.

    Parameters
    ----------
    rows
        Of `beside`.

    Returns
    -------
    dict
        By AGREES, DISAGREES, MIXED and `decided`, their sum.
    """
    counts = {name: int((rows["agreement"] == name).sum()) for name in (AGREES, DISAGREES, MIXED)}
    return {**counts, "decided": sum(counts.values())}
