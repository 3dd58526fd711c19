"""What a language model says, with a step or without, where places of its text are another's.

Shapes: n texts of T words, m pairs of them, V words of the vocabulary.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.networks.next_word_said import said_after
from rnn_geometry.networks.transformer import CausalTransformer


class SaidAfter(NamedTuple):
    """Chances of the next word (m, V) where some places are those of another text.

    Attributes
    ----------
    nothing : (m, V)
        Of the own text.
    all_places : (m, V)
        All places so far.
    one_place : (m, V)
        The last of them; with a step its state, and all there is.
    other_places : (m, V)
        All before that one; with a step the same as `nothing`.
    """

    nothing: np.ndarray
    all_places: np.ndarray
    one_place: np.ndarray
    other_places: np.ndarray


@torch.no_grad()
def said_after_exchange(
    model: Classifier, texts: np.ndarray, one: np.ndarray, other: np.ndarray, words: np.ndarray
) -> SaidAfter:
    """Exchange what stands at some places of pairs of texts, and read on.

    Parameters
    ----------
    model : Classifier
        Its classes are the words.
    texts : (n, T)
        Word ids.
    one, other : (m,)
        Rows of texts: those that are read, and those from which the exchanged places come.
    words : (m, k)
        Read after them.

    Returns
    -------
    SaidAfter
        Chances of what comes after these words.
    """
    if not isinstance(model.cell, CausalTransformer):  # its state is all that it carries on
        states = model.states(torch.from_numpy(texts))[:, -1].double().numpy()
        mine, theirs = (said_after(model, states[index], words) for index in (one, other))
        return SaidAfter(mine, theirs, theirs, mine)
    read, given = (
        model.words(torch.from_numpy(np.concatenate([texts[index], words], 1)))
        for index in (one, other)
    )
    streams, place = model.cell.streams(given), torch.arange(read.shape[1])
    last = texts.shape[1] - 1
    where = (place < 0, place <= last, place == last, place < last)
    seen = (
        model.cell.unroll_with(read, streams, chosen.expand(len(read), -1))[:, -1]
        for chosen in where
    )
    return SaidAfter(*(model.logits(states).double().softmax(1).numpy() for states in seen))
