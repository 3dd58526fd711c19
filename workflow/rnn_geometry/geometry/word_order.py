"""How local the order of words is that counts: accuracy lost on texts shuffled within windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnn_geometry.store.columns import Column, columns
from rnn_geometry.tasks.sentences import Sentences

WINDOWS = (2, 4, 8)
COLUMNS = columns(
    *(
        Column(
            f"order_cost_{window}",
            "text and context tasks: accuracy lost on test texts (about 20,000 words of them) whose"
            f" words are shuffled within windows of {window}",
        )
        for window in WINDOWS
    ),
    Column("order_cost_all", "the same of words shuffled within the whole text"),
)


def shuffled_within(sentences: Sentences, window: int | None, seed: int) -> Sentences:
    """Return sentences whose words are in a random order within windows.

    Parameters
    ----------
    sentences
        n of them.
    window
        Words of a window; None: a whole sentence.
    seed
        Of the order. Where windows begin in a sentence is drawn, too, so that no pair of
        neighbours is always spared.

    Examples
    --------
    >>> texts = Sentences.from_lists([[1, 2, 3, 4]], np.zeros(1))
    >>> sorted(shuffled_within(texts, 2, 0).tokens.tolist())
    [1, 2, 3, 4]
    """
    generator = np.random.default_rng(seed)
    places = np.arange(len(sentences.tokens)) - np.repeat(sentences.offsets[:-1], sentences.lengths)
    first = np.repeat(generator.integers(window or 1, size=len(sentences)), sentences.lengths)
    part = (places + first) // window if window else np.zeros_like(places)
    of = np.repeat(np.arange(len(sentences)), sentences.lengths)
    order = np.lexsort((generator.random(len(places)), part, of))
    return replace(sentences, tokens=sentences.tokens[order])
