"""What claims about language models of running text are judged on: a row per network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rnn_geometry.claims.judged import FALLING, NOT_LEARNED
from rnn_geometry.claims.networks import under_own_names
from rnn_geometry.identity import Network
from rnn_geometry.tasks.running_text import RUNNING_TEXT

if TYPE_CHECKING:
    import pandas as pd

ORDERS, MODES = (1, 2, 3, 4), (1, 2, 3, 4)  # of n-grams; the slowest ones
# Numbers that claims are about beside those of language_text.csv, which they are made of.
MADE = {
    "perplexity_over_ngrams": "`perplexity` over that of the best n-gram",
    "label_told": "of what word counts tell of labels beyond always the same one, the share that"
    " states after the last word tell",
    "label_slow_beyond_random": "the share that is told along the slowest modes, less that along"
    " as many random directions",
    "slowest_over_reach": "the least time constant of the slowest modes over the last lag at which"
    " a word certainly tells of another",
}


def why_not_judged(row: Mapping[Any, Any]) -> str:
    """Return why no verdict counts a network; empty where verdicts count it, and of controls.

    Parameters
    ----------
    row
        Of language_text.csv.

    Examples
    --------
    >>> row = {"control": None, "perplexity": 90.0, "perplexity_ngram_1": 460.0, "loss_falling": 1}
    >>> why_not_judged(row), why_not_judged({**row, "loss_falling": 0})
    ('loss still falling', '')
    """
    if isinstance(row["control"], str):
        return ""
    learned = row["perplexity"] < row["perplexity_ngram_1"]
    return NOT_LEARNED if not learned else FALLING if row["loss_falling"] == 1 else ""


def with_made(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the columns MADE.

    Parameters
    ----------
    table
        language_text.csv.
    """
    counts = table["label_bag_of_words"] - table["constant"]
    best = table[[f"perplexity_ngram_{order}" for order in ORDERS]].min(axis=1)
    slowest = table[[f"tau_{mode}" for mode in MODES]].min(axis=1)
    return table.assign(
        perplexity_over_ngrams=table["perplexity"] / best,
        label_told=(table["label"] - table["constant"]) / counts,
        label_slow_beyond_random=(table["label_slow"] - table["label_random"]) / counts,
        slowest_over_reach=slowest / table["information_reach"],
    )


def judged_text_models(
    table: pd.DataFrame, judged: Iterable[Sequence[Any]]
) -> tuple[pd.DataFrame, list[Network]]:
    """Return a row per network with all that claims speak of.

    Parameters
    ----------
    table
        language_text.csv.
    judged
        Keys (task, model, l2, seed) of the networks that claims are about, as they are on disk.

    Returns
    -------
    frame
        Columns of language_text.csv, and those of MADE; `structure` is that of all running text.
    keys
        Those of `judged`.
    """
    rows = under_own_names(with_made(table))
    reasons = [why_not_judged(row) for row in rows.to_dict("records")]
    known = {"slow_no_gap": float("nan"), "imported": 0, "not_judged": reasons}
    return rows.assign(structure=RUNNING_TEXT, **known), [Network(*key) for key in judged]
