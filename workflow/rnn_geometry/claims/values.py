"""The values behind the verdicts: of every claim what each network, or sweep, gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from rnn_geometry.claims._units import units_of_networks, units_of_sweeps
from rnn_geometry.claims.networks import apart_by_l2, asked_for


class Value(NamedTuple):
    """What one network, or one sweep of a seed, gave of a claim.

    `task` and `cell` as in claims.csv; `kind`, the cell that the model uses; `control`, empty for a
    trained network; the `value` of the metric and what is `expected`, NaN where there is none;
    whether it has `met` the claim; why it is `not_judged`, empty where it is.
    """

    task: str
    cell: str
    kind: str
    control: str
    value: float
    expected: float
    met: bool
    not_judged: str


# Of a claim and task the units of every model.
TaskUnits = tuple[Mapping[str, Any], str, dict[str, pd.DataFrame]]


def units_of_claims(
    claims: Mapping[str, Any],
    networks: pd.DataFrame,
    sweeps: pd.DataFrame | None,
    judged: Iterable[Sequence[Any]],
) -> list[TaskUnits]:
    """Return what every claim is judged by, task for task.

    Parameters
    ----------
    claims, networks, sweeps, judged
        As for `judge.claims_table`.

    Returns
    -------
    list of tuple
        The claim, the task, and by model a row per network or sweep.
    """
    of_tasks = apart_by_l2(asked_for(networks, judged))
    return [
        (claim, task, cells)
        for claim in claims["claims"]
        for task, cells in units_by_cell(claim, of_tasks, sweeps, claims["judged_from"])
    ]


def values_by_claim(units: Iterable[TaskUnits]) -> dict[str, list[Value]]:
    """Return what every network gave, by the name of the claim.

    Parameters
    ----------
    units
        Of `units_of_claims`.
    """
    found: dict[str, list[Value]] = {}
    for claim, task, cells in units:
        own = found.setdefault(claim["name"], [])
        own += [value for cell, part in cells.items() for value in _values(task, cell, part)]
    return found


def _values(task: str, cell: str, units: pd.DataFrame) -> Iterator[Value]:
    columns = (
        units["cell"].astype(str),
        units["control"].astype(object).where(units["control"].notna(), ""),
        units["value"].astype(float),
        units["expected"].astype(float),
        units["met"].astype(bool),
        units["not_judged"],
    )
    for unit in zip(*(column.tolist() for column in columns), strict=True):
        yield Value(task, cell, *unit)


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
