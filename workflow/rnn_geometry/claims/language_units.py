"""What claims about language models are judged on: a row per network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rnn_geometry.claims.networks import under_own_names
from rnn_geometry.identity import Network

if TYPE_CHECKING:
    import pandas as pd


def judged_language_models(
    table: pd.DataFrame, judged: Iterable[Sequence[Any]]
) -> tuple[pd.DataFrame, list[Network]]:
    """Return a row per network with all that claims speak of.

    Parameters
    ----------
    table
        language.csv.
    judged
        Keys (task, model, l2, seed) of the networks that claims are about, as they are on disk.

    Returns
    -------
    frame
        Columns of language.csv; `structure` is the family.
    keys
        Those of `judged`.
    """
    rows = under_own_names(table)
    rows = rows.assign(structure=rows["family"], slow_no_gap=float("nan"), imported=0)
    return rows, [Network(*key) for key in judged]
