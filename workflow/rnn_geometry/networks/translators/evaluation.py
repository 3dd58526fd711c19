"""Loss of a translator, and the accuracy of its words and phrases when it reads its own words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.networks.translators.translator import UNEDITED, Edit, Saying, Translator
from rnn_geometry.tasks.pairs.pairs import Pairs

BATCH = 512


class PairBatch(NamedTuple):
    """Some pairs as tensors.

    Attributes
    ----------
    words, lengths : (B, T), (B,)
        Ids read, and their number.
    targets : (B, S)
        Ids to be said, 0 past the end.
    """

    words: Tensor
    lengths: Tensor
    targets: Tensor

    def to(self, device: torch.device) -> PairBatch:
        """Return the batch on a device.

        Parameters
        ----------
        device : torch.device
            The device.
        """
        return PairBatch(*(part.to(device) for part in self))


class Quality(NamedTuple):
    """How well a translator does.

    Attributes
    ----------
    loss : float
        Cross-entropy a word in nats, words fed back as in training.
    word_accuracy, phrase_accuracy : float
        Shares of target words, and of phrases with all their words, `<end>` among them, that are
        right when the decoder reads its own words (none where it was trained without).
    """

    loss: float
    word_accuracy: float
    phrase_accuracy: float


def pair_batch(pairs: Pairs, index: np.ndarray) -> PairBatch:
    """Return some pairs as tensors.

    Parameters
    ----------
    pairs : Pairs
        All of them.
    index : (B,)
        Their numbers.

    Returns
    -------
    PairBatch
        Padded to the longest of them.
    """
    words, targets = pairs.inputs.padded(index), pairs.targets.padded(index)
    lengths = pairs.lengths[index]
    return PairBatch(*(torch.from_numpy(part) for part in (words, lengths, targets)))


def batch_loss(translator: Translator, batch: PairBatch) -> Tensor:
    """Return the mean cross-entropy of the words of a batch.

    Parameters
    ----------
    translator : Translator
        Trained or not.
    batch : PairBatch
        Pairs.

    Returns
    -------
    ()
        In nats a word; differentiable.
    """
    return _loss(translator(*batch).logits, batch.targets, "mean")


def _loss(logits: Tensor, targets: Tensor, reduction: str) -> Tensor:
    """Return the cross-entropy of logits (B, S, V - 1); targets of padding do not count."""
    return nn.functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten() - 1, ignore_index=-1, reduction=reduction
    )


@torch.no_grad()
def evaluate_pairs(translator: Translator, pairs: Pairs, edit: Edit = UNEDITED) -> Quality:
    """Return loss and accuracies on some pairs.

    Parameters
    ----------
    translator : Translator
        Trained or not.
    pairs : Pairs
        n of them, at least one.
    edit : Edit
        What stands for states in alignments when accuracies are measured.

    Returns
    -------
    Quality
        Over all pairs.
    """
    loss, right, phrases = 0.0, 0, 0
    for _, batch in batches_of(translator, pairs):
        as_trained = translator(*batch)
        loss += float(_loss(as_trained.logits, batch.targets, "sum"))
        same = edit is UNEDITED and translator.feedback != "target"
        saying = as_trained if same else _on_its_own(translator, batch, edit)
        correct = saying.said() == batch.targets
        right += int(correct.sum())
        phrases += int((correct | (batch.targets == 0)).all(1).sum())
    words_said = len(pairs.targets.values)
    return Quality(loss / words_said, right / words_said, phrases / len(pairs))


def _on_its_own(translator: Translator, batch: PairBatch, edit: Edit) -> Saying:
    """Return what a decoder says that knows no target."""
    reading = translator.read(batch.words, batch.lengths)
    return translator.say(reading, fed_back(translator, batch, edit), edit)


def fed_back(translator: Translator, batch: PairBatch, edit: Edit = UNEDITED) -> Tensor:
    """Return what the decoder reads where no target is known to it, (B, S).

    Parameters
    ----------
    translator : Translator
        Trained or not.
    batch : PairBatch
        Pairs.
    edit : Edit
        What stands for states in alignments.

    Returns
    -------
    (B, S)
        Ids.
    """
    reading = translator.read(batch.words, batch.lengths)
    if translator.feedback == "none":
        return translator.input_words(reading, batch.targets)
    return translator.own_words(reading, batch.targets.shape[1], edit)


def batches_of(
    translator: Translator, pairs: Pairs, size: int = BATCH
) -> Iterator[tuple[np.ndarray, PairBatch]]:
    """Yield pairs of near lengths: their numbers, and tensors where the translator lies.

    Parameters
    ----------
    translator : Translator
        Says where.
    pairs : Pairs
        All of them.
    size : int
        Pairs at once.

    Yields
    ------
    tuple
        Numbers (B,) and a batch of B pairs.
    """
    order = np.argsort(pairs.lengths, kind="stable")
    for start in range(math.ceil(len(order) / size)):
        index = order[start * size : (start + 1) * size]
        yield index, pair_batch(pairs, index).to(translator.embedding.device)
