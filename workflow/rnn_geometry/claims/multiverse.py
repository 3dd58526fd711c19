"""Would another analysis have said the same? Claims under other cuts, margins and x*.

An analysis is a cut, an x* and a factor of the margin. It says of a task and cell whether most
networks meet the claim; that is held against the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims._units import units_of_networks
from rnn_geometry.claims.looks import FAILS, HOLDS
from rnn_geometry.claims.networks import KEYS, apart_by_l2, asked_for
from rnn_geometry.store.columns import Column, columns

MARGINS = (0.5, 1.0, 2.0)
CHOICE = ["hold_input", "cut"]
CELL = ["claim", "task", "cell"]
COLUMNS = columns(
    Column("claim", "name of the claim", kind="text"),
    Column("task", "the task", kind="text"),
    Column("cell", "the model, as in claims.csv", kind="text"),
    Column("verdict", "the verdict of claims.csv", kind="text"),
    Column("networks", "networks that were analysed in several ways", kind="count"),
    Column(
        "analyses",
        "ways in which they were analysed: x* times cuts times margins (half, once and twice that"
        " of the claim)",
        kind="count",
    ),
    Column(
        "agree",
        "share of the analyses in which most networks meet the claim where it holds, or do not"
        " where it fails; of another verdict, that say what the analysis of claims.csv says",
    ),
    Column("differ", "the analyses that do not agree, with the networks that meet it", kind="text"),
)


def multiverse(
    claims: Mapping[str, Any],
    found: pd.DataFrame,
    networks: pd.DataFrame,
    variants: pd.DataFrame,
    judged: Iterable[Sequence[Any]],
    hold_inputs: Sequence[str],
) -> pd.DataFrame:
    """Judge claims in all analyses that were made.

    Parameters
    ----------
    claims
        A checked file; claims with `multiverse` are judged.
    found
        claims.csv.
    networks
        Of `networks_table`.
    variants
        hold_inputs.csv: a row per network, x* and cut.
    judged
        As of `judge.claims_table`.
    hold_inputs
        The x* of the analyses; a sweep may have asked for others.

    Returns
    -------
    pandas.DataFrame
        multiverse.csv: a row per claim, task and cell in which the metric is defined.
    """
    variants = variants[variants["hold_input"].isin(hold_inputs)]
    own = apart_by_l2(asked_for(networks, judged))
    asked = [claim for claim in claims["claims"] if claim.get("multiverse")]
    if variants.empty or not asked:
        return pd.DataFrame(columns=list(COLUMNS))
    keys = variants[KEYS].add_prefix("file_").astype(str)
    variants = variants.drop(columns=KEYS).join(keys)
    varied = own.astype({f"file_{name}": str for name in KEYS}).merge(
        variants, on=list(keys), suffixes=("", "_varied")
    )
    unvaried = varied.drop_duplicates(list(keys))
    as_judged = _answers(asked, {}, unvaried).set_index(CELL)["met"].to_dict()
    answers = pd.concat(
        _answers(asked, {**choice, "margin": margin}, rows, margin)
        for choice, rows in _analyses(varied)
        for margin in MARGINS
    )
    verdicts = found.set_index(CELL)["verdict"].to_dict()
    half, rows = claims["half"], []
    for key, part in answers.groupby(CELL, sort=False):
        # Of cells that are left out as they are judged no other analysis is asked.
        if part["defined"].any() and key in verdicts and key in as_judged:
            rows.append(_row(part, str(verdicts[key]), as_judged[key] > half, half))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def with_margin(claim: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """Return a claim with another margin.

    Parameters
    ----------
    claim
        With one of `at_least`, `at_most`, `within` and `within_share`.
    factor
        Of the margin: of what `within` and `within_share` allow; of the distance of `at_most` from
        0 and of `at_least` from 1. An `at_least` of 1 or more has none.

    Examples
    --------
    >>> with_margin({"at_least": 0.75}, 2), with_margin({"at_most": 0.2}, 0.5)
    ({'at_least': 0.5}, {'at_most': 0.1})
    """
    own = dict(claim)
    for name in ("within", "within_share", "at_most"):
        if name in own:
            own[name] = factor * own[name]
    if "at_least" in own:
        own["at_least"] -= (factor - 1) * max(0, 1 - own["at_least"])
    return own


def _analyses(varied: pd.DataFrame) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield each x* and cut, with the networks as they were found under it."""
    suffix = "_varied"
    names = [str(name).removesuffix(suffix) for name in varied if str(name).endswith(suffix)]
    for values, rows in varied.groupby([f"hold_input{suffix}", "cut"], sort=True):
        under = {name: rows[f"{name}{suffix}"] for name in names}
        yield dict(zip(CHOICE, values, strict=True)), rows.assign(**under)


def _answers(
    claims: Sequence[Mapping[str, Any]],
    choice: Mapping[str, Any],
    rows: pd.DataFrame,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Return what one analysis says: by claim, task and cell the share that meets the claim."""
    parts = []
    for claim in claims:
        units = units_of_networks(with_margin(claim, margin), rows)
        units = units[units["control"].isna() & (units["not_judged"] == "")]
        parts.append(units.assign(claim=claim["name"], defined=units["value"].notna()))
    whole = pd.concat(parts).drop(columns="cell").rename(columns={"model": "cell"})
    by = whole.groupby(CELL, sort=False)
    found = by.agg(met=("met", "mean"), defined=("defined", "any"), networks=("met", "size"))
    return found.reset_index().assign(**choice)


def _row(part: pd.DataFrame, verdict: str, as_judged: bool, half: float) -> dict[str, Any]:
    """Return the row of one claim, task and cell from what all analyses say of it."""
    said = {HOLDS: True, FAILS: False}.get(verdict, bool(as_judged))
    other = part[(part["met"] > half) != said]
    first = part.iloc[0]
    return {
        **{name: first[name] for name in (*CELL, "networks")},
        "verdict": verdict,
        "analyses": len(part),
        "agree": 1 - len(other) / len(part),
        "differ": "; ".join(_words(row) for row in other.to_dict("records")),
    }


def _words(row: Mapping[Any, Any]) -> str:
    met = f"{round(row['met'] * row['networks'])} of {row['networks']}"
    return f"x* {row['hold_input']}, cut {row['cut']:.2g} L, margin x {row['margin']:g}: {met}"
