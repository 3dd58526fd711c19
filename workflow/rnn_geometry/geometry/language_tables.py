"""The columns of language.csv: which network it is, what theory expects, and all its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.geometry.language import MODES
from rnn_geometry.geometry.network import CONTROL, IDENTITY, TRAIN_SECONDS
from rnn_geometry.store.columns import Column, columns

FACTS = columns(
    Column("family", "family of the source", kind="text"),
    Column("data_seed", "seed from which the texts are drawn", kind="count"),
    Column("hidden_size", "units H", kind="count"),
    Column("steps", "step whose weights were kept", kind="count"),
)
ORDERS = (1, 2, 3, 4)  # of n-grams
# Known of a source before any training, from the source itself and from its texts.
EXPECTED = columns(
    Column(
        "dimension_expected",
        "rank of P(future | past) of the source, less one",
        kind="count",
    ),
    Column(
        "dimension_texts",
        "directions in which the past of training texts tells of their future, certain ones; the"
        " median over divisions of the texts into halves",
        kind="count",
    ),
    Column("dimension_texts_low", "the least of these", kind="count"),
    Column("dimension_texts_high", "the most of these", kind="count"),
    Column(
        "stable_expected",
        "hidden states in which words are said that change none: where a network that reads such"
        " words comes to rest; empty of a source without such words",
        kind="count",
    ),
    Column(
        "slow_dimension_expected",
        "`stable_expected` less one: what can be known among these states",
        kind="count",
    ),
    Column("perplexity_source", "of one who knows the source, on the test split"),
    *(
        Column(f"perplexity_ngram_{order}", f"of Kneser-Ney n-grams of order {order}, there")
        for order in ORDERS
    ),
)
QUALITY = columns(
    Column("test_loss", "-log P of the next word on the test split, mean", "nats"),
    Column("test_accuracy", "share of test words that are the most likely ones"),
    Column("perplexity", "exp of `test_loss`"),
    Column("perplexity_ratio", "`perplexity` over `perplexity_source`"),
    Column(
        "gap_closed",
        "how much of the way, in nats, from the best n-gram to the source the network goes; 1: as"
        " good as one who knows the source",
    ),
)
HELD = columns(
    Column(
        "participation_ratio",
        "of visited states, (sum v)^2 / sum v^2 over the variances v of their principal components"
        " in the entries that the readout sees",
    ),
    Column("components_95", "principal components for 95 % of their variance", kind="count"),
    Column(
        "belief_r2",
        "R^2 of a linear reading of what can be known of the hidden state, on held-out texts",
    ),
    Column(
        "dimension_held",
        "principal directions of beliefs that the reading tells with R^2 above .8",
        kind="count",
    ),
    Column(
        "dimension_said",
        "`dimension_texts` of texts that the network says by itself, as many as training texts",
        kind="count",
    ),
    Column(
        "dimension_said_off",
        "how far that is outside of `dimension_texts_low` to `dimension_texts_high`; 0: within",
        kind="count",
    ),
)
REST = columns(
    Column(
        "hold_input",
        "input that is held: `neutral`, the mean of the words that change no hidden state, or"
        " `mean` of all words as often as they come up; starts are states after which such words"
        " can be said",
        kind="text",
    ),
    Column("slow_participation_ratio", "`participation_ratio` of slow points"),
    Column("slow_components_95", "`components_95` of slow points", kind="count"),
    Column(
        "slow_modes",
        "modes with tau > half a text or |lambda| >= 1 at the slow point nearest to the mean one",
        kind="count",
    ),
    *(
        Column(f"rate_{i + 1}", f"ln |lambda| of mode {i + 1} there; below 0 it decays", "1/word")
        for i in range(MODES)
    ),
    Column("stable", "stable fixed points", kind="count"),
    Column("saddles", "fixed points with a mode of |lambda| > 1", kind="count"),
    Column(
        "degree",
        "sum over fixed points of the sign of det(I - J): 1 where a bounded cell misses none",
        kind="count",
    ),
    Column("ghosts", "share of starts that ended where q has a minimum above zero"),
    Column(
        "ends",
        "places to which states have come after ten texts of the held input, a tenth of the radius"
        " of states apart, with 2 % of the starts each",
        kind="count",
    ),
)
CAUSES = columns(
    Column(
        "patch_followed",
        "share of the expected change of predictions that comes about where the belief in a state"
        " is replaced by that of another text, and three words are read that change no hidden"
        " state",
    ),
    Column("patch_followed_now", "the same before any word is read"),
    Column("patch_whole", "`patch_followed` where the whole state is replaced"),
)
NULLS = columns(
    HELD["belief_r2"].again("_random", "of beliefs of another text"),
    HELD["dimension_held"].again("_random", "of beliefs of another text"),
    CAUSES["patch_followed"].again("_random", "along random directions, as far; a mean of five"),
)
JUDGED = columns(
    Column(
        "not_judged",
        "why no verdict counts the network: `not learned`, `loss still falling`; empty where"
        " verdicts count it, and of controls",
        kind="text",
    ),
)
LANGUAGE = columns(
    *(IDENTITY, CONTROL, FACTS, EXPECTED, QUALITY, HELD, REST, CAUSES, NULLS, JUDGED),
    TRAIN_SECONDS,
)
NOT_LEARNED, FALLING = "not learned", "loss still falling"


def why_not_judged(numbers: Mapping[str, Any], falling: bool | None) -> str:
    """Return why no verdict counts a language model; empty where verdicts count it.

    Parameters
    ----------
    numbers
        With `control`, `perplexity` and `perplexity_ngram_1`.
    falling
        Whether its loss was still falling at the end of its training.

    Examples
    --------
    >>> learned = {"control": None, "perplexity": 9.0, "perplexity_ngram_1": 12.0}
    >>> why_not_judged(learned, True)
    'loss still falling'
    >>> why_not_judged({**learned, "perplexity": 12.5}, False)
    'not learned'
    """
    if numbers["control"]:
        return ""
    if numbers["perplexity"] >= numbers["perplexity_ngram_1"]:
        return NOT_LEARNED
    return FALLING if falling else ""
