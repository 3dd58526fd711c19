"""The table of networks as one small file, from which anybody can judge again."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.networks import KEYS

TEXT = ("task", "model", "cell", "l2", "control", "structure", "not_judged")
OWN = [f"file_{name}" for name in KEYS]


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
    chosen = {tuple(map(str, key)) for key in judged}
    keys = zip(*(networks[name].astype(str) for name in OWN), strict=True)
    kept = networks[[key in chosen for key in keys]].sort_values(OWN)
    text = kept.to_csv(index=False).encode()
    # Without time and name inside, so that the same networks give the same bytes.
    Path(path).write_bytes(gzip.compress(text, mtime=0) if str(path).endswith(".gz") else text)


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
