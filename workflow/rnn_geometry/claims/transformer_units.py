"""What claims about networks without a step are judged on, and the verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.judged import FALLING, NOT_LEARNED
from rnn_geometry.claims.networks import under_own_names
from rnn_geometry.claims.transformers import TRANSFORMER, measures
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.identity import DATA, Network, original_task


def why_not_judged(row: Mapping[Any, Any]) -> str:
    """Return why no verdict counts a network; empty where verdicts count it, and of controls.

    Parameters
    ----------
    row
        Of transformers.csv or transformers_language.csv. A classifier has learned where it is more
        than half the way from guessing to no error, a language model where it is better than
        1-grams.

    Examples
    --------
    >>> row = {"control": None, "test_accuracy": 0.6, "classes": 3, "loss_falling": 0}
    >>> why_not_judged(row), why_not_judged({**row, "classes": 6})
    ('not learned', '')
    """
    if isinstance(row["control"], str):
        return ""
    if row.get("classes", 0) > 0:
        learned = row["test_accuracy"] > (1 + 1 / row["classes"]) / 2
    else:
        learned = row["perplexity"] < row["perplexity_ngram_1"]
    return NOT_LEARNED if not learned else FALLING if row["loss_falling"] == 1 else ""


def judged_transformers(
    tables: Iterable[pd.DataFrame],
    structures: Mapping[str, str],
    judged: Iterable[Sequence[Any]],
    claims: Mapping[str, Any],
) -> pd.DataFrame:
    """Judge every claim on networks without a step, and apart from them on those with one.

    Each of the two has families of verdicts of its own: networks with a step are told beside.

    Parameters
    ----------
    tables
        transformers.csv and transformers_language.csv, or one of them.
    structures
        Structures of tasks of classes by their names on disk.
    judged
        Keys (task, model, l2, seed) of the networks that claims are about, as they are on disk.
    claims
        A checked file.

    Returns
    -------
    pandas.DataFrame
        As of `judge.claims_table`, networks without a step first.
    """
    keys = [Network(*key) for key in judged]
    rows = pd.concat([_rows(table, structures) for table in tables], ignore_index=True)
    rows = rows.reindex(columns=[*rows, *(name for name in measures() if name not in rows)])
    parts = [
        judged_units(claims, units_of_claims(claims, part, None, keys))
        for _, part in rows.groupby(rows["cell"] != TRANSFORMER, sort=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(table: pd.DataFrame, structures: Mapping[str, str]) -> pd.DataFrame:
    """Return networks of one table with all that the rule asks for."""
    known = {name: table[name] for name in ("family", "data_seed") if name in table}
    drawn = table["task"].map(original_task).str.extract(rf"{DATA}([0-9]+)$")[0]
    rows = table.assign(
        structure=known.get("family", table["task"].map(structures)),
        data_seed=known.get("data_seed", drawn.astype(float).fillna(0)),
        not_judged=[why_not_judged(row) for row in table.to_dict("records")],
        slow_no_gap=float("nan"),
        imported=0,
    )
    return under_own_names(rows)
