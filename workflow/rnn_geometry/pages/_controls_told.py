"""What controls are, where they meet claims, and which were not run: in words for readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from rnn_geometry.claims.grid import boxes
from rnn_geometry.identity import RESERVOIR, SHUFFLED_LABELS, UNTRAINED

WHAT = {
    UNTRAINED: "weights as they were drawn",
    SHUFFLED_LABELS: "trained on labels exchanged at random",
    RESERVOIR: "recurrent weights as they were drawn, the readout trained",
}
NOT_RUN = "not run"
HALF = 0.5  # of a control's networks: as many as make a mark
MET = re.compile(r"(?:^|; )(?P<name>\w+) (?P<met>\d+)/(?P<of>\d+)")
LACKING = re.compile(r"no control: (?P<names>\w+(?:, \w+)*)")


def said_control(name: str) -> str:
    """Return what a reader calls a control."""
    return name.replace("_", " ")


def said_lacking(text: str | None, *, here: bool = True) -> str | None:
    """Return what claims.csv says of controls, with those that lack said to be not run.

    Examples
    --------
    >>> said_lacking("untrained 0/2, p 0.25; no control: reservoir, shuffled_labels")
    'untrained 0/2, p 0.25; not run here: reservoir, shuffled labels'
    """
    if not isinstance(text, str):
        return text
    words = f"{NOT_RUN} here" if here else NOT_RUN
    return LACKING.sub(lambda found: f"{words}: {said_control(found['names'])}", text)


def with_lacking_said(rows: pd.DataFrame) -> pd.DataFrame:
    """Return verdicts whose `control`, `reason` and `shipped_why` say which controls were not run.

    Parameters
    ----------
    rows
        Of `beside.beside`.
    """
    own = {name: rows[name].map(said_lacking) for name in ("control", "reason")}
    battery = rows["shipped_why"].map(lambda text: said_lacking(text, here=False))
    return rows.assign(**own, shipped_why=battery)


def meeting(found: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return of how many boxes each control was run for, and how many it meets, by half or more.

    Parameters
    ----------
    found
        claims.csv.

    Returns
    -------
    dict
        By each of WHAT `met` and `of`.
    """
    counts = {name: {"met": 0, "of": 0} for name in WHAT}
    for text in boxes(found)["control"].dropna():
        for one in MET.finditer(text):
            if one["name"] in counts:
                counts[one["name"]]["of"] += 1
                counts[one["name"]]["met"] += int(one["met"]) >= HALF * int(one["of"])
    return counts


def told_of_controls(
    here: Mapping[str, Mapping[str, int]], battery: Mapping[str, Mapping[str, int]]
) -> list[str]:
    """Return a sentence for each control: what it is, and how many boxes it meets, here or shipped.

    Parameters
    ----------
    here, battery
        Of `meeting`: of the run, and of the verdicts that the project ships.
    """
    return [
        f"{said_control(name).capitalize()} ({what}): "
        + "; ".join([_of("here", here[name]), *_shipped(battery[name])])
        for name, what in WHAT.items()
    ]


def _of(where: str, counts: Mapping[str, Any]) -> str:
    if not counts["of"]:
        return f"{NOT_RUN} {where}"
    return f"meets {counts['met']:,} of {counts['of']:,} boxes that it was run for {where}"


def _shipped(counts: Mapping[str, int]) -> list[str]:
    return [_of("in the battery", counts)] if counts["of"] else []
