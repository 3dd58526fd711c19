"""Which words of a phrase its last state tells: a linear reading, fitted to other phrases.

Shapes: n phrases, T places, H units.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RIDGE = 1e-4  # of the mean square of a unit: keeps units that say the same from fitting noise
FEWEST = 20  # phrases that have a word at a place, on either side, below which it is left out


class LastStates(NamedTuple):
    """Phrases, and the states in which they end.

    Attributes
    ----------
    states : (n, H)
        Of the last word.
    words : (n, T)
        Ids; what stands past the end of a phrase does not matter.
    lengths : (n,)
        Words of each.
    """

    states: np.ndarray
    words: np.ndarray
    lengths: np.ndarray


class Told(NamedTuple):
    """How well words are told.

    Attributes
    ----------
    accuracy : (T,)
        Share of held-out phrases whose word at a place is told; NaN where too few have one.
    chance : (T,)
        The same of the word that is most frequent there in the phrases that the reading is of.
    """

    accuracy: np.ndarray
    chance: np.ndarray


def words_told(first: LastStates, second: LastStates) -> Told:
    """Tell words of phrases from their last states.

    Each place has a ridge regression on words one-hot; the largest output is what is told.

    Parameters
    ----------
    first, second : LastStates
        What readings are fitted to, and what they are measured on.

    Returns
    -------
    Told
        By place; those that are too rare are left out of the arrays.

    Examples
    --------
    >>> words = np.random.default_rng(0).integers(2, size=(80, 3))
    >>> seen = LastStates(words[:, 1:] * 1.0, words, np.full(80, 3))
    >>> words_told(seen, seen).accuracy[1:].tolist()
    [1.0, 1.0]
    """
    places = min(first.words.shape[1], second.words.shape[1])
    found = [_at(place, first, second) for place in range(places)]
    kept = [told for told in found if told is not None]
    return Told(*(np.array([told[i] for told in kept] or [np.nan]) for i in (0, 1)))


def _at(place: int, first: LastStates, second: LastStates) -> tuple[float, float] | None:
    """Return accuracy and chance of a place, None where too few phrases have a word there."""
    (fitted, seen), (measured, words) = (
        (part.states[part.lengths > place], part.words[part.lengths > place, place])
        for part in (first, second)
    )
    if min(len(fitted), len(measured)) < FEWEST:
        return None
    known, ids = np.unique(seen, return_inverse=True)
    outputs = _regression(fitted, np.eye(len(known))[ids]) @ _with_constant(measured).T
    told = known[outputs.argmax(0)]
    frequent = known[np.bincount(ids).argmax()]
    return float((told == words).mean()), float((frequent == words).mean())


def _with_constant(states: np.ndarray) -> np.ndarray:
    return np.hstack([states, np.ones((len(states), 1))])


def _regression(states: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the weights (V, H + 1) of a ridge regression on states (n, H), the constant free."""
    inputs = _with_constant(states)
    moments = inputs.T @ inputs
    penalty = RIDGE * np.trace(moments[:-1, :-1]) / max(states.shape[1], 1)
    moments[np.diag_indices(states.shape[1])] += max(penalty, 1e-12)
    return np.linalg.solve(moments, inputs.T @ targets).T
