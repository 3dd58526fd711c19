"""Pairs of neighbouring words as words of their own, for a bag of bigrams.

A bag of words knows nothing of order; a linear classifier on words and pairs knows `not good`.
"""

from __future__ import annotations

import numpy as np

from rnn_geometry.tasks.sentences import Sentences

MINIMUM_COUNT = 3  # of a pair in training, as of a word


def frequent_pairs(train: Sentences, words: int) -> np.ndarray:
    """Return the pairs of neighbours that stand in training often enough.

    Parameters
    ----------
    train
        Training sentences.
    words
        V, the size of the vocabulary.

    Returns
    -------
    numpy.ndarray
        Numbers a V + b of the pairs (a, b), rising.

    Examples
    --------
    >>> frequent_pairs(Sentences.from_lists([[1, 2, 1, 2, 1, 2]], np.zeros(1)), 3).tolist()
    [5]
    """
    pairs, counts = np.unique(_pairs(train, words)[0], return_counts=True)
    return pairs[counts >= MINIMUM_COUNT]


def with_pairs(sentences: Sentences, pairs: np.ndarray, words: int) -> Sentences:
    """Return sentences that hold, after their words, the pairs in them.

    Parameters
    ----------
    sentences
        n of them.
    pairs
        As `frequent_pairs` returns them; others are left out.
    words
        V, the size of the vocabulary.

    Returns
    -------
    Sentences
        Word ids, and V + i for pair i.

    Examples
    --------
    >>> texts = Sentences.from_lists([[1, 2, 0]], np.zeros(1))
    >>> with_pairs(texts, np.array([5]), 3).tokens.tolist()
    [1, 2, 0, 3]
    """
    found, of = _pairs(sentences, words)
    places = np.searchsorted(pairs, found)
    known = places < len(pairs)
    known[known] = pairs[places[known]] == found[known]
    every = np.repeat(np.arange(len(sentences)), sentences.lengths)
    owners = np.concatenate([every, of[known]])
    tokens = np.concatenate([sentences.tokens, words + places[known]])
    order = np.argsort(owners, kind="stable")
    lengths = np.bincount(owners, minlength=len(sentences))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Sentences(tokens[order].astype(np.int32), offsets, sentences.labels)


def _pairs(sentences: Sentences, words: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of all pairs of neighbours, and the sentences that they stand in."""
    of = np.repeat(np.arange(len(sentences)), sentences.lengths)
    tokens = sentences.tokens.astype(np.int64)
    within = of[1:] == of[:-1]
    return (tokens[:-1] * words + tokens[1:])[within], of[1:][within]
