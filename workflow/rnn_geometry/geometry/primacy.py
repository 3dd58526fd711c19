"""Whether early words of a text count more than late ones in what the network answers."""

from __future__ import annotations

import numpy as np

from rnn_geometry.store.columns import Column, columns
from rnn_geometry.tasks.sentences import Sentences

PARTS = 5

COLUMNS = columns(
    Column(
        "primacy",
        "weight of the first fifth of a text's words over that of the last fifth: logits of final"
        " states are regressed on summed kicks of the words of each fifth (a kick: what one word"
        " changes at the centre, after five words of x*); 1 of a perfect integrator, above 1 where"
        " early evidence is amplified, below where it is forgotten; empty where the last fifth"
        " counts for nothing",
    ),
)


def part_sums(sentences: Sentences, kicks: np.ndarray, parts: int = PARTS) -> np.ndarray:
    """Return the summed kicks of the words of each part of every text.

    Parameters
    ----------
    sentences
        m texts; word t of T belongs to part floor(parts * t / T).
    kicks
        (V, C) of every word.
    parts
        How many parts of equal length a text has.

    Returns
    -------
    numpy.ndarray
        (m, parts, C).
    """
    lengths = np.diff(sentences.offsets)
    text = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(sentences.tokens)) - sentences.offsets[text]
    part = parts * place // lengths[text]
    sums = np.zeros((len(lengths) * parts, kicks.shape[1]))
    np.add.at(sums, text * parts + part, kicks[sentences.tokens])
    return sums.reshape(len(lengths), parts, -1)


def position_weights(
    sentences: Sentences, kicks: np.ndarray, logits: np.ndarray, parts: int = PARTS
) -> np.ndarray:
    """Return how much the words of each part of a text weigh in the final logits.

    Parameters
    ----------
    sentences
        m texts.
    kicks
        (V, C) change of the logits by every word.
    logits
        (m, C) of final states.
    parts
        How many parts of equal length a text has.

    Returns
    -------
    numpy.ndarray
        (parts,): least squares over texts and outputs, each output with its own constant.
    """
    sums = part_sums(sentences, kicks, parts)
    inputs = (sums - sums.mean(axis=0)).swapaxes(1, 2).reshape(-1, parts)
    target = (logits - logits.mean(axis=0)).ravel()
    return np.linalg.lstsq(inputs, target, rcond=None)[0]


def primacy(sentences: Sentences, kicks: np.ndarray, logits: np.ndarray) -> float | None:
    """Return the weight of the first fifth of the words over that of the last fifth.

    Parameters
    ----------
    sentences
        m texts.
    kicks
        (V, C) change of the logits by every word.
    logits
        (m, C) of final states.

    Returns
    -------
    float or None
        None where the last fifth has no weight above zero.
    """
    weights = position_weights(sentences, kicks, logits)
    return float(weights[0] / weights[-1]) if weights[-1] > 0 else None
