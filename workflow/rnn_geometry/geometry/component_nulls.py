"""States whose places or words mean nothing: what is left of components there is chance."""

from __future__ import annotations

import numpy as np

Side = tuple[np.ndarray, np.ndarray, np.ndarray]  # states (n, T, H), words (n, T), lengths (n,)


def places_shuffled(
    states: np.ndarray, words: np.ndarray, lengths: np.ndarray, rng: np.random.Generator
) -> Side:
    """Return a side with the places of each phrase in a random order, states with their words.

    Parameters
    ----------
    states, words, lengths : (n, T, H), (n, T), (n,)
        Of a side; what stands past the end of a phrase stays.
    rng
        Draws the orders.

    Returns
    -------
    tuple
        The side.
    """
    inside = np.arange(words.shape[1]) < lengths[:, None]
    # Places inside come first, in random order, and those past the end after them as they were.
    keys = np.where(inside, rng.random(words.shape), 1 + np.arange(words.shape[1]))
    order = keys.argsort(1)
    moved = np.take_along_axis(states, order[:, :, None], 1)
    return moved, np.take_along_axis(words, order, 1), lengths


def words_permuted(words: np.ndarray, lengths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return words permuted among all places of all phrases.

    Parameters
    ----------
    words, lengths : (n, T), (n,)
        Of a side.
    rng
        Draws the permutation.

    Returns
    -------
    (n, T)
        As often each as before.
    """
    inside = np.arange(words.shape[1]) < lengths[:, None]
    permuted = words.copy()
    permuted[inside] = rng.permutation(words[inside])
    return permuted
