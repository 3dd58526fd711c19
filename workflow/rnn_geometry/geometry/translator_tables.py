"""The columns of translators.csv: which network it is, and all its numbers with their nulls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.geometry.network import CONTROL, IDENTITY, TRAIN_SECONDS
from rnn_geometry.geometry.translators import COLUMNS
from rnn_geometry.store.columns import Column, columns

# What is left where places are shuffled within phrases, or words permuted among all words.
NULLS = columns(
    COLUMNS["explained_encoder"].again("_random", "with places shuffled and words permuted"),
    COLUMNS["word_r2_encoder"].again("_random", "with words permuted"),
    COLUMNS["share_mu_mu"].again("_random", "with the places of the encoder shuffled"),
    COLUMNS["clock_r2"].again("_random", "with the places of that path shuffled, mean"),
    COLUMNS["rest_accuracy_lost"].again("_random", "with means of shuffled places and words"),
)
FACTS = columns(
    Column("family", "family of the task", kind="text"),
    Column("data_seed", "seed from which the pairs of the task are drawn", kind="count"),
    Column("rho", "share of phrases that are re-ordered; empty of other families"),
    Column("architecture", "`ved`, `aed` or `ao`", kind="text"),
    Column("alignment", "`plain` or `learned`", kind="text"),
    Column("positions", "1 where places are encoded in what is read", kind="flag"),
    Column("feedback", "what the decoder reads in training: `own`, `target`, `none`", kind="text"),
    Column("hidden_size", "units H", kind="count"),
    Column("steps", "step whose weights were kept", kind="count"),
)
JUDGED = columns(
    Column("learned_above", "word accuracy above which the task counts as learned; empty: any"),
    Column(
        "not_judged",
        "why no verdict counts the network: `not learned`, `loss still falling`; empty where"
        " verdicts count it, and of controls",
        kind="text",
    ),
)
TRANSLATORS = columns(IDENTITY, CONTROL, FACTS, COLUMNS, NULLS, JUDGED, TRAIN_SECONDS)
NOT_LEARNED, FALLING = "not learned", "loss still falling"


def why_not_judged(numbers: Mapping[str, Any], falling: bool | None) -> str:
    """Return why no verdict counts a translator; empty where verdicts count it.

    Parameters
    ----------
    numbers
        With `control`, `word_accuracy` and `learned_above`.
    falling
        Whether its loss was still falling at the end of its training.

    Examples
    --------
    >>> why_not_judged({"control": None, "word_accuracy": 0.9, "learned_above": 0.99}, False)
    'not learned'
    >>> why_not_judged({"control": "untrained", "word_accuracy": 0.1, "learned_above": 0.99}, False)
    ''
    """
    if numbers["control"]:
        return ""
    limit = numbers["learned_above"]
    learned = limit is None or numbers["word_accuracy"] > limit
    if not learned:
        return NOT_LEARNED
    return FALLING if falling else ""
