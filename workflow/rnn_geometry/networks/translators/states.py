"""States of encoder and decoder while a translator reads and says held-out phrases."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from rnn_geometry.networks.translators.evaluation import batches_of, fed_back
from rnn_geometry.networks.translators.translator import Translator
from rnn_geometry.tasks.pairs.pairs import Pairs


class Side(NamedTuple):
    """One side of n phrases.

    Attributes
    ----------
    states : (n, T, H)
        What alignments see of them, float64; NaN past the end of a phrase.
    words : (n, T)
        Ids of input words, 0 past the end; a decoder's are those that it said before.
    lengths : (n,)
        Words of each.
    """

    states: np.ndarray
    words: np.ndarray
    lengths: np.ndarray


class Visited(NamedTuple):
    """Both sides of n phrases, and what the decoder looked at.

    Attributes
    ----------
    encoder, decoder : Side
        The sides.
    attention : (n, S, T) or None
        NaN past the end of either phrase; None where the architecture does not attend.
    """

    encoder: Side
    decoder: Side
    attention: np.ndarray | None


@torch.no_grad()
def visit_pairs(translator: Translator, pairs: Pairs) -> Visited:
    """Let a translator read and say phrases, with its own words fed back.

    Parameters
    ----------
    translator : Translator
        Trained or not.
    pairs : Pairs
        n of them.

    Returns
    -------
    Visited
        Arrays without torch.
    """
    lengths, spoken = pairs.lengths, pairs.targets.lengths
    size, most, last = translator.encoder.hidden_size, lengths.max(), spoken.max()
    read, said = (np.full((len(pairs), part, size), np.nan) for part in (most, last))
    fed = np.zeros((len(pairs), last), np.int64)
    attention = np.full((len(pairs), last, most), np.nan) if translator.attends else None
    for index, batch in batches_of(translator, pairs):
        reading = translator.read(batch.words, batch.lengths)
        saying = translator.say(reading, fed_back(translator, batch))
        (_, t), (_, s) = batch.words.shape, batch.targets.shape
        read[index, :t] = translator.encoder.output(reading.states).cpu().numpy()
        said[index, :s] = translator.decoder.output(saying.states).cpu().numpy()
        fed[index, :s] = saying.words.cpu().numpy()
        if attention is not None and saying.attention is not None:
            attention[index, :s, :t] = saying.attention.cpu().numpy()
    past, after = (
        np.arange(width) >= ends[:, None] for width, ends in ((most, lengths), (last, spoken))
    )
    read[past], said[after], fed[after] = np.nan, np.nan, 0
    if attention is not None:
        attention[after[:, :, None] | past[:, None, :]] = np.nan
    return Visited(Side(read, pairs.inputs.padded(), lengths), Side(said, fed, spoken), attention)
