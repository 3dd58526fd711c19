"""Loss and accuracy of a classifier."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.networks._batches import batch
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.tasks.sentences import Sentences


def sentence_losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the loss of each sentence, (...,), from logits (..., C).

    Parameters
    ----------
    logits : (..., C)
        Of some sentences.
    labels : (...,) or (..., C)
        Class ids: cross-entropy. Label vectors: mean binary cross-entropy.

    Returns
    -------
    (...,)
        In nats.

    Examples
    --------
    >>> sentence_losses(torch.zeros(1, 2, 4), torch.zeros(1, 2, dtype=torch.int64))
    tensor([[1.3863, 1.3863]])
    """
    if labels.ndim < logits.ndim:
        loss = nn.functional.cross_entropy
        return loss(logits.flatten(0, -2), labels.flatten(), reduction="none").view(labels.shape)
    loss = nn.functional.binary_cross_entropy_with_logits
    return loss(logits, labels.to(logits.dtype), reduction="none").mean(-1)


@torch.no_grad()
def evaluate(
    classifier: Classifier, sentences: Sentences, batch_size: int = 512
) -> tuple[float, float]:
    """Return loss and accuracy on some sentences.

    Parameters
    ----------
    classifier : Classifier
        Trained or not.
    sentences : Sentences
        With labels.
    batch_size : int
        Sentences that are read at once.

    Returns
    -------
    loss : float
        Mean cross-entropy in nats.
    accuracy : float
        Share of sentences that are right: all labels of it, where there are several.
    """
    loss, right = 0.0, 0
    for _, (tokens, lengths, labels) in _parts(classifier, sentences, batch_size):
        logits = classifier(tokens, lengths)
        loss += float(sentence_losses(logits, labels).sum())
        correct = (
            logits.argmax(1) == labels
            if labels.ndim == 1
            else ((logits >= 0) == (labels > 0)).all(1)
        )
        right += int(correct.sum())
    return loss / len(sentences), right / len(sentences)


@torch.no_grad()
def read(classifier: Classifier, sentences: Sentences, batch_size: int = 512) -> Tensor:
    """Return what the readout sees at the end of each sentence.

    Parameters
    ----------
    classifier : Classifier
        Trained or not.
    sentences : Sentences
        n of them.
    batch_size : int
        Sentences that are read at once.

    Returns
    -------
    (n, H)
        On the CPU.
    """
    found = torch.empty(len(sentences), classifier.cell.hidden_size)
    for index, (tokens, lengths, _) in _parts(classifier, sentences, batch_size):
        found[torch.from_numpy(index)] = classifier.read(tokens, lengths).float().cpu()
    return found


def _parts(
    classifier: Classifier, sentences: Sentences, size: int
) -> Iterator[tuple[np.ndarray, list[Tensor]]]:
    """Yield sentences of near lengths: their numbers; ids, lengths and labels on the device."""
    order = np.argsort(sentences.lengths, kind="stable")
    device = next(classifier.parameters()).device
    for index in np.split(order, range(size, len(order), size)):
        yield index, [part.to(device) for part in batch(sentences, index)]
