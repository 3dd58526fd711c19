"""What claims about networks that translate are judged on: a row per network, and per dial."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_geometry.claims.networks import under_own_names
from rnn_geometry.claims.translators import DERIVED, DIAL, REORDERED
from rnn_geometry.claims.typed import read_typed
from rnn_geometry.errors import imported
from rnn_geometry.geometry.translator_tables import TRANSLATORS
from rnn_geometry.identity import Network

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 3  # settings of a dial of which a rank correlation is taken
OF_TWINS = {"dimension_over_aed": "dimension_encoder", "decoded_over_aed": "last_decodes"}
TWIN = ["task", "control", "data_seed", "seed", "recurrent", "hidden_size"]


def read_translators(path: str | Path) -> pd.DataFrame:
    """Read translators.csv as a frame.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    pandas.DataFrame
        Text as str, an empty cell as NaN.
    """
    return read_typed(path, TRANSLATORS)


def judged_frame(
    table: pd.DataFrame, judged: Iterable[Sequence[Any]]
) -> tuple[pd.DataFrame, list[Network]]:
    """Return a row per network, or dial, with all that claims speak of.

    Parameters
    ----------
    table
        translators.csv.
    judged
        Keys (task, model, l2, seed) of the networks that claims are about, as they are on disk.

    Returns
    -------
    frame
        Columns of translators.csv and DERIVED; `cell` is the architecture, `structure` the family.
    keys
        Those of `judged`, and of all dials.
    """
    rows = under_own_names(table)
    rows = rows.assign(
        structure=rows["family"],
        recurrent=rows["cell"],
        cell=rows["architecture"],
        slow_no_gap=float("nan"),
        imported=0,
    )
    rows = _beside_twins(rows)
    dials = dial_rows(rows)
    keys = [Network(*key) for key in judged] + [
        Network(DIAL, row["file_model"], row["l2"], row["seed"]) for row in dials
    ]
    pd = imported("pandas", "plots")
    known = [rows, pd.DataFrame(dials)] if dials else [rows]
    whole = pd.concat(known, ignore_index=True)
    return whole.reindex(columns=[*rows, *(n for n in DERIVED if n not in rows)]), keys


def _beside_twins(rows: pd.DataFrame) -> pd.DataFrame:
    """Add how far dimension and memory of a VED go beyond those of its twin with attention."""
    aed = rows[(rows["architecture"] == "aed") & (rows["alignment"] == "plain")]
    twins = aed.drop_duplicates(TWIN)[[*TWIN, *OF_TWINS.values()]]
    both = rows.merge(twins, on=TWIN, how="left", suffixes=("", "_twin"))
    ved = (both["architecture"] == "ved").to_numpy()
    ratios = {name: (both[of] / both[f"{of}_twin"]).where(ved) for name, of in OF_TWINS.items()}
    return both.assign(**ratios).drop(columns=[f"{of}_twin" for of in OF_TWINS.values()])


def dial_rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row per model and seed whose networks are on re-ordered phrases of several shares.

    Parameters
    ----------
    rows
        A row per network, with its names on disk.

    Returns
    -------
    list of dict
        With `dial_correlation`: rank correlation of the temporal share of alignments with how much
        attention is like its average, over the dial; and the same of a random order.
    """
    found = []
    chosen = rows[(rows["family"] == REORDERED) & rows["share_mu_mu"].notna()]
    keys = ["model", "file_model", "l2", "seed", "data_seed", "architecture"]
    by = [chosen[key] for key in keys] + [chosen["control"].fillna("")]
    for _, part in chosen.groupby(by, sort=True):
        part = part.drop_duplicates("rho").sort_values("rho")
        if len(part) < FEWEST:
            continue
        one, other = (part[name].to_numpy(float) for name in ("share_mu_mu", "likeness_to_average"))
        reasons = [reason for reason in part["not_judged"] if isinstance(reason, str) and reason]
        first = part.iloc[0].to_dict()
        kept = {name: first[name] for name in [*keys, "control", "cell", "recurrent", "imported"]}
        rng = np.random.default_rng(int(first["seed"]))
        found.append(
            {
                **kept,
                "task": DIAL,
                "family": DIAL,
                "structure": DIAL,
                "file_task": DIAL,
                "file_l2": first["l2"],
                "file_seed": first["seed"],
                "not_judged": reasons[0] if reasons else None,
                "dial_correlation": rank_correlation(one, other),
                "dial_correlation_random": rank_correlation(rng.permutation(one), other),
            }
        )
    return found


def rank_correlation(one: Any, other: Any) -> float:
    """Return Spearman's rank correlation; NaN where one of the two is constant.

    Parameters
    ----------
    one, other
        (n,) numbers.

    Examples
    --------
    >>> rank_correlation([1, 2, 3], [10, 40, 90])
    1.0
    """
    pd = imported("pandas", "plots")
    ranks = [pd.Series(list(values)).rank() for values in (one, other)]
    if any(rank.nunique() < 2 for rank in ranks):
        return float("nan")
    return round(float(ranks[0].corr(ranks[1])), 12)
