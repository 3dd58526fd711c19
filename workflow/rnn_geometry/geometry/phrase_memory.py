"""What the last state of an encoder knows of a whole phrase: words read from it by a linear map."""

from __future__ import annotations

import numpy as np

RIDGE = 1e-3  # of the mean squared length of a state


def last_states(states: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the state after the last word of each phrase.

    Parameters
    ----------
    states : (n, T, H)
        Of an encoder.
    lengths : (n,)
        Words of each phrase.

    Returns
    -------
    (n, H)
        The states.
    """
    return states[np.arange(len(states)), lengths - 1]


def decoded_share(
    fitted: np.ndarray, taught: np.ndarray, states: np.ndarray, targets: np.ndarray, words: int
) -> float:
    """Return the share of target words that a linear map reads from last states.

    A map for every place, by ridge regression on one-hot words with a constant; the largest output
    is the word that it reads.

    Parameters
    ----------
    fitted, taught : (m, H), (m, S)
        States and target words that the maps are fitted to; 0 past the end of a phrase.
    states, targets : (n, H), (n, S)
        Those that they are tried on.
    words : int
        Ids of words.

    Returns
    -------
    float
        Over all words of all phrases; NaN for none.

    Examples
    --------
    >>> states = np.eye(3)
    >>> decoded_share(states, np.array([[2], [3], [4]]), states, np.array([[2], [3], [4]]), 5)
    1.0
    """
    known = with_constant(fitted)
    ridge = RIDGE * float((known**2).sum(1).mean()) * np.eye(known.shape[1])
    # All words of all places at once: they share the states. Past the end no word is taught.
    wanted = np.eye(words)[taught] * (taught > 0)[:, :, None]
    maps = np.linalg.solve(known.T @ known + ridge, known.T @ wanted.reshape(len(known), -1))
    said = (with_constant(states) @ maps).reshape(len(states), taught.shape[1], words).argmax(-1)
    shared = min(targets.shape[1], taught.shape[1])
    counted = targets > 0
    right = (said[:, :shared] == targets[:, :shared]) & counted[:, :shared]
    return float(right.sum() / counted.sum()) if counted.any() else float("nan")


def with_constant(states: np.ndarray) -> np.ndarray:
    """Return states (n, H) with a column of their typical size, which stands for a constant."""
    size = np.sqrt((states**2).mean()) or 1.0
    return np.column_stack([states, np.full(len(states), size)])
