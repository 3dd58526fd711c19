"""Claims about how alike networks of a task are: their file, and the rows that they are judged on.

The rule is that of all claims (`judge`). A unit is a network: what its distances from the others
of its task tell of its cell. Light on purpose, like `file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rnn_geometry.claims._others import Subject, checked_claims_about
from rnn_geometry.claims.file import NUMBERS
from rnn_geometry.identity import Network
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.tasks.structures import STRUCTURES

if TYPE_CHECKING:
    import pandas as pd

OF_RUNS = ("control", "imported", "not_judged", "data_seed", "dimension_expected")


def measures() -> list[str]:
    """Return what a claim about distances between networks may be about."""
    # By name, as `store.columns` finds tables: what declares columns also computes them.
    declared = import_module("rnn_geometry.geometry.universality").NEIGHBOURS
    return [c.name for c in declared.values() if c.kind in NUMBERS and c.name != "seed"]


def checked_universality_claims(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Check the claims of a file that satisfies the schema of claims.

    Parameters
    ----------
    raw
        What the file holds.

    Returns
    -------
    dict
        As of `file.checked_claims`.

    Raises
    ------
    UserError
        With one sentence that names the claim or the key, and what is accepted.
    """
    told = ("a number of neighbours.csv",)
    return checked_claims_about(Subject((*STRUCTURES,), (*CELLS,), measures(), told), raw)


def judged_neighbours(
    neighbours: pd.DataFrame,
    runs: pd.DataFrame,
    tasks: pd.DataFrame,
    judged: Iterable[Sequence[Any]],
) -> tuple[pd.DataFrame, list[Network]]:
    """Return a row per network with all that claims speak of.

    Parameters
    ----------
    neighbours, runs, tasks
        The tables of these names.
    judged
        Keys (task, model, l2, seed) of the networks that claims are about, as they are on disk.

    Returns
    -------
    frame
        Columns of neighbours.csv and what the rule asks of a network.
    keys
        Those of `judged` that were compared.
    """
    # By name: pandas is not there where files of claims are only checked.
    under_own_names = import_module("rnn_geometry.claims.networks").under_own_names
    keys = list(Network._fields)
    rows = neighbours.merge(runs[[*keys, *OF_RUNS]], on=keys, how="left")
    rows = under_own_names(rows.merge(tasks[["task", "structure"]], on="task", how="left"))
    names = (rows[f"file_{key}"].astype(str) for key in keys)
    compared = set(zip(*names, strict=True))
    chosen = [Network(*key) for key in judged]
    return rows.assign(slow_no_gap=float("nan")), [
        network for network in chosen if tuple(map(str, network)) in compared
    ]
