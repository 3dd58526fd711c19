"""Whether the words of classes lie in the order of their labels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from rnn_geometry.geometry.word_counts import class_mean_counts
from rnn_geometry.tasks.sentences import Sentences

MOST = 8  # classes whose orders are all tried
DRAWN = 5000  # orders of more classes


def order_by_words(train: Sentences, words: int) -> float:
    """Return the share of all orders of the classes that their words fit as well as their own.

    Far classes should have other words than near ones: the fit is the correlation between the
    distance of two classes in the order and that of the square roots of their word frequencies.

    Parameters
    ----------
    train
        Sentences of K >= 3 classes; labels (n,).
    words
        Size of the vocabulary.

    Returns
    -------
    float
        In (0, 1]; an order and its reverse are one. Five classes have 60 orders, three only three.
    """
    frequencies = class_mean_counts(train, words)
    roots = np.sqrt(frequencies / frequencies.sum(axis=1, keepdims=True))
    apart = np.linalg.norm(roots[:, None] - roots[None], axis=2)
    pairs = np.triu_indices(len(apart), 1)
    own = _fit(apart, np.arange(len(apart)), pairs)
    fits = np.array([_fit(apart, order, pairs) for order in _orders(len(apart))])
    return float((fits >= own - 1e-12).mean())


def _fit(apart: np.ndarray, order: np.ndarray, pairs: tuple[np.ndarray, ...]) -> float:
    steps = np.abs(order[:, None] - order[None])[pairs]
    return float(np.corrcoef(steps, apart[pairs])[0, 1])


def _orders(classes: int) -> Iterator[np.ndarray]:
    """Yield the place of every class; of many classes some orders, its own the first."""
    if classes <= MOST:
        yield from (np.array(order) for order in permutations(range(classes)))
        return
    yield np.arange(classes)
    generator = np.random.default_rng(0)
    yield from (generator.permutation(classes) for _ in range(DRAWN))
