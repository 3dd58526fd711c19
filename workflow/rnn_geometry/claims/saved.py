"""The table of networks as one small file, from which anybody can judge again."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rnn_geometry.claims.file import conditions
from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.metrics import row_metric, row_metrics
from rnn_geometry.claims.networks import KEYS, asked_for

TEXT = ("task", "model", "cell", "l2", "control", "structure", "not_judged")
OWN = [f"file_{name}" for name in KEYS]
# What verdicts ask of a network beside numbers.
ALWAYS = (*TEXT, *OWN, "seed", "data_seed", "dimension_expected", "slow_no_gap")
STAND_INS = ("random", "untrained")  # controls that may be columns of a network


def save_networks(
    path: str | Path, networks: pd.DataFrame, judged: Iterable[Sequence[Any]]
) -> None:
    """Write the networks that claims are about.

    Parameters
    ----------
    path
        A CSV file; `.gz` at its end compresses it.
    networks
        Of `networks_table`.
    judged
        Keys (task, model, l2, seed) of the networks to keep, as they are named on disk.
    """
    text = asked_for(networks, judged).sort_values(OWN).to_csv(index=False).encode()
    # Without time and name inside, so that the same networks give the same bytes.
    Path(path).write_bytes(gzip.compress(text, mtime=0) if str(path).endswith(".gz") else text)


def columns_judged(claims: Mapping[str, Any]) -> set[str]:
    """Return the columns that verdicts of a file of claims are made of.

    Parameters
    ----------
    claims
        A checked file.
    """
    of_networks = [claim for claim in claims["claims"] if "structures" in claim]
    parts = [part for claim in of_networks for part in (claim, *conditions(claim))]
    expected = {part["expected"] for part in parts if isinstance(part.get("expected"), str)}
    own = {part["metric"] for part in parts}
    named = own | {f"{metric}_{control}" for metric in own for control in STAND_INS}
    return {*ALWAYS, *expected, *(column for name in named for column in _asked_by(name))}


def _asked_by(metric: str) -> set[str]:
    """Return the columns that a metric is made of: those that it asks a table for."""
    if metric not in row_metrics():
        return {metric}
    table = _Asked()
    row_metric(metric)(table)  # pyright: ignore[reportArgumentType]
    return table.columns


class _Asked:
    """A table that has every column, and notes which it was asked for."""

    def __init__(self):
        self.columns: set[str] = set()

    def __getitem__(self, name: str) -> pd.Series:
        self.columns.add(name)
        return pd.Series([1.0])


def read_networks(path: str | Path) -> pd.DataFrame:
    """Read what `save_networks` has written.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    pandas.DataFrame
        A row per network; every number is the one that was written.
    """
    text = dict.fromkeys((*TEXT, *OWN[:-1]), str)
    return pd.read_csv(path, dtype=text, low_memory=False)


def judged_again(
    claims: Mapping[str, Any], networks: pd.DataFrame, sweeps: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Judge every claim on a saved table of networks.

    Parameters
    ----------
    claims
        A checked file.
    networks
        Of `read_networks`.
    sweeps
        sweeps.csv; without it claims about sweeps have no rows.

    Returns
    -------
    pandas.DataFrame
        claims.csv, equal to that of the run which the networks come from.
    """
    return claims_table(claims, networks, sweeps, networks[OWN].to_numpy().tolist())
