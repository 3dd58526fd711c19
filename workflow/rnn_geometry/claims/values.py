"""The values behind the verdicts: of every claim what each network, or sweep, gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims._units import units_of_networks, units_of_sweeps
from rnn_geometry.claims.networks import apart_by_l2, asked_for

COLUMNS = (
    *("claim", "task", "cell", "kind", "control", "data_seed", "seed"),
    *("value", "expected", "met", "not_judged"),
)


def values_table(
    claims: Mapping[str, Any],
    networks: pd.DataFrame,
    sweeps: pd.DataFrame | None,
    judged: Iterable[Sequence[Any]],
) -> pd.DataFrame:
    """Return what every network gave, of every claim that speaks of it.

    Parameters
    ----------
    claims, networks, sweeps, judged
        As for `judge.claims_table`.

    Returns
    -------
    pandas.DataFrame
        A row per claim and unit: `task` and `cell` as in claims.csv, `kind`, the cell that the
        model uses, `control`, empty for a trained network, its seeds, the `value` of the metric,
        what is `expected`, whether it has `met` the claim, and why it is `not_judged`.
    """
    of_tasks = apart_by_l2(asked_for(networks, judged))
    parts = [
        units.assign(claim=claim["name"], task=task, cell=model, kind=units["cell"])
        for claim in claims["claims"]
        for task, cells in units_by_cell(claim, of_tasks, sweeps, claims["judged_from"])
        for model, units in cells.items()
    ]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def units_by_cell(
    claim: Mapping[str, Any], networks: pd.DataFrame, sweeps: pd.DataFrame | None, judged_from: int
) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """Yield the units of a claim by task and model, for models with a trained network.

    Not a task where the metric is empty for every network and control: theory defines none.

    Parameters
    ----------
    claim
        A claim of a checked file.
    networks
        Those that claims are about, a row each.
    sweeps
        sweeps.csv; None where there is none.
    judged_from
        First seed that counts.
    """
    if "sweep" not in claim:
        units = units_of_networks(claim, networks)
    elif sweeps is not None:
        units = units_of_sweeps(claim, sweeps)
    else:
        return
    for task, part in units.groupby("task", sort=True):
        if part["value"].notna().any():
            models = part.groupby("model", sort=True)
            yield (
                str(task),
                {
                    str(model): _counted(own, judged_from)
                    for model, own in models
                    if own["control"].isna().any()
                },
            )


def _counted(units: pd.DataFrame, judged_from: int) -> pd.DataFrame:
    """Return the units of judged seeds if a trained network has one, else all.

    An imported network counts whatever its seed: no threshold was chosen on it.
    """
    judged = (units["seed"] >= judged_from) | units["imported"]
    return units[judged] if (judged & units["control"].isna()).any() else units
