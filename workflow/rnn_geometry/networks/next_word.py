"""A classifier as a language model: after every word it says which one comes next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.tasks.pairs.pairs import Ragged

BATCH = 256
BEHIND = -1  # stands behind the end of a text, where nothing is to be said


class Fit(NamedTuple):
    """How well a network says the next word.

    Attributes
    ----------
    loss : float
        -log P of the next word in nats, the mean over words; exp(loss) is the perplexity.
    accuracy : float
        Share of words that are the most likely ones.
    """

    loss: float
    accuracy: float


def next_word_logits(network: Classifier, words: Tensor, table: Tensor | None = None) -> Tensor:
    """Return what a network says of each word before it reads it.

    Parameters
    ----------
    network : Classifier
        Its classes are the words.
    words : (B, T)
        Ids; what stands behind the end of a text does not matter.
    table : (U, E), optional
        Word vectors that the ids mean, in place of those of the whole vocabulary.

    Returns
    -------
    (B, T, V)
        Logits of the word at each place, those of the first word from the state before all words.
    """
    states = network.cell.unroll(network.words(words[:, :-1], table))
    before = states.new_zeros(len(words), 1, network.cell.state_size)
    return network.logits(torch.cat([before, states], 1))


def next_word_loss(
    network: Classifier, words: Tensor, read: tuple[Tensor, Tensor] | None = None
) -> Tensor:
    """Return the mean of -log P over the words of texts.

    Parameters
    ----------
    network : Classifier
        Its classes are the words.
    words : (B, T)
        Ids, BEHIND past the end of a text.
    read : (B, T) and (U, E), optional
        The same words by other ids, none below 0, and the word vectors that these mean.

    Returns
    -------
    ()
        In nats; differentiable.
    """
    return _losses(network, words, read)[0] / (words >= 0).sum()


def _losses(
    network: Classifier, words: Tensor, read: tuple[Tensor, Tensor] | None = None
) -> tuple[Tensor, Tensor]:
    """Return the sum of -log P over words (B, T), and how many of them are the most likely ones."""
    tokens, table = read or (words.clamp_min(0), None)
    logits = next_word_logits(network, tokens, table).flatten(0, 1)
    said = words.flatten()
    loss = nn.functional.cross_entropy(logits, said, ignore_index=BEHIND, reduction="sum")
    return loss, (logits.argmax(1) == said).sum()


def words_of(texts: Ragged, index: np.ndarray) -> Tensor:
    """Return some texts as a batch.

    Parameters
    ----------
    texts : Ragged
        Ids.
    index : (B,)
        Their numbers.

    Returns
    -------
    (B, T)
        int64, BEHIND past the end of a text.
    """
    return torch.from_numpy(texts.padded(index, fill=BEHIND))


@torch.no_grad()
def evaluate_next_word(network: Classifier, texts: Ragged) -> Fit:
    """Return how well a network says the words of texts.

    Parameters
    ----------
    network : Classifier
        Its classes are the words.
    texts : Ragged
        n of them, with at least one word.

    Returns
    -------
    Fit
        Over all words.
    """
    loss, right = 0.0, 0
    order = np.argsort(texts.lengths, kind="stable")
    for start in range(0, len(order), BATCH):
        words = words_of(texts, order[start : start + BATCH])
        one, two = _losses(network, words.to(network.embedding.device))
        loss, right = loss + float(one), right + int(two)
    return Fit(loss / len(texts.values), right / len(texts.values))
