"""The verdict: every claim of a file on every task and cell, with intervals and controls.

A unit is a network, or for claims about a sweep one seed's networks in order of the varied setting.
A claim is met by a unit whose metric keeps the threshold. One whose metric is empty does not keep
it, network or control: it has no such manifold, where others have one. A trained
network that does not do its task is not judged at all (module `judged`): it is left out and counted
apart. The rule is in `verdict` and `looks`; `_row` applies it to one task and cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rnn_geometry.claims._row import Judged, judged_row, named, numbers
from rnn_geometry.claims._sample import Sample
from rnn_geometry.claims.cells import cells_p
from rnn_geometry.claims.judged import counted
from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE
from rnn_geometry.claims.multiplicity import family_q, headline_holm
from rnn_geometry.claims.table import ALL_CELLS, COLUMNS
from rnn_geometry.claims.values import TaskUnits, units_of_claims
from rnn_geometry.identity import derive_seed

IN_EACH = (HOLDS, FAILS, UNDECIDED, UNINFORMATIVE)  # order in which cells are told
WORST = (FAILS, UNDECIDED, UNINFORMATIVE, HOLDS)  # in this order a cell decides the row over all


def claims_table(
    claims: Mapping[str, Any],
    networks: pd.DataFrame,
    sweeps: pd.DataFrame | None,
    judged: Iterable[Sequence[Any]],
) -> pd.DataFrame:
    """Judge every claim on some networks.

    Of a task and cell with seeds from `judged_from` on only those count; one without is shown, and
    `judged` is 0. Networks of a sweep only are left to claims about sweeps.

    Parameters
    ----------
    claims
        A checked file.
    networks
        Of `networks_table`.
    sweeps
        sweeps.csv; None where there is none, and no claim is about one.
    judged
        Keys (task, model, l2, seed) of the networks that claims are about, controls among them, as
        they are named on disk.

    Returns
    -------
    pandas.DataFrame
        claims.csv: a row per claim, task and cell, and per claim and task one over all cells where
        there are several.
    """
    return judged_units(claims, units_of_claims(claims, networks, sweeps, judged))


def judged_units(claims: Mapping[str, Any], units: Iterable[TaskUnits]) -> pd.DataFrame:
    """Judge every claim on its units.

    Parameters
    ----------
    claims
        A checked file.
    units
        Of `values.units_of_claims`.

    Returns
    -------
    pandas.DataFrame
        As of `claims_table`.
    """
    groups = [
        [judged_row(claim, task, model, part, claims) for model, part in cells.items()]
        for claim, task, cells in units
    ]
    _adjust([one.row for group in groups for one in group], 1 - claims["level"])
    by_name = {claim["name"]: claim for claim in claims["claims"]}
    rows = [row for group in groups for row in _with_all_cells(by_name, group, claims["level"])]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _adjust(rows: list[dict[str, Any]], alpha: float) -> None:
    """Give rows q and holm, and take back what holds only before the others are known."""
    table = pd.DataFrame(rows, columns=["claim", "family", "headline", "p"])
    table["p"] = table["p"].astype(float)
    q = family_q(table["p"].where(table["family"].notna()), table["family"])
    heads = table[(table["headline"] == 1) & table["p"].notna()].groupby("claim")["p"]
    holm = headline_holm({str(name): part.to_numpy() for name, part in heads})
    for row, own in zip(rows, q.tolist(), strict=True):
        row |= {"q": own, "holm": holm.get(row["claim"])}
        least = row["p"] if row["exploratory"] else own
        if row["verdict"] == HOLDS and not least <= alpha:
            name = "p" if row["exploratory"] else "q"
            words = f"{name} {least:.2g} is above {alpha:.2g}"
            row |= {"verdict": UNDECIDED, "reason": f"{row['reason']}; {words}"}


def _with_all_cells(
    claims: Mapping[str, Mapping[str, Any]], group: Sequence[Judged], level: float
) -> list[dict[str, Any]]:
    """Return the rows of a claim and task, the one over all cells last where there are several."""
    rows = [one.row for one in group]
    if len({one.cell for one in group}) < 2:
        return rows
    claim, task = claims[rows[0]["claim"]], rows[0]["task"]
    networks = Sample.together([one.networks for one in group])
    places = np.repeat(np.arange(len(group)), [len(one.networks) for one in group])
    seed = derive_seed("cells", claim["name"], task)
    whole = {
        **named(claim, task, ALL_CELLS, rows[0]["structure"]),
        **numbers(claim, networks, level),
        **_over_all(rows),
        "left_out_why": counted(reason for one in group for reason in one.left_out),
        "cells_p": cells_p(networks.met, places, networks.data_seed, seed),
    }
    return [*rows, whole]


def _over_all(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the verdict over all cells: the worst of theirs, and why, cell by cell."""
    verdicts = [row["verdict"] for row in rows]
    cells = {
        word: [row["cell"] for row in rows if row["verdict"] == word]
        for word in IN_EACH
        if word in verdicts
    }
    effects = [row["effect_control"] for row in rows if row["effect_control"] is not None]
    told = (f"{word} in {', '.join(names)}" for word, names in cells.items())
    return {
        "left_out": sum(row["left_out"] for row in rows),
        "effect_control": min(effects, default=None),
        "control_met": max(row["control_met"] for row in rows),
        "holm": rows[0]["holm"],
        "judged": min(row["judged"] for row in rows),
        "verdict": next(word for word in WORST if word in verdicts),
        "reason": "; ".join(told),
    }
