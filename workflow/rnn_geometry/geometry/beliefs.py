"""How much of what can be known of a source a network holds: a linear reading of its beliefs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RIDGE = 1e-4  # of the mean square of a unit: keeps units that say the same from fitting noise
WIDTH = 1e-6  # of the widest direction: a narrower one is rounding
NOTHING = 1e-12  # variance of a target below which there is nothing to tell


class Reading(NamedTuple):
    """A linear reading of targets from states, and how good it is.

    Attributes
    ----------
    weights : (H, K)
        target = offset + state @ weights.
    offset : (K,)
        See weights.
    r2 : float
        Share of the variance of all targets that is told, on texts that the reading is not fitted
        to; NaN where the targets do not vary.
    """

    weights: np.ndarray
    offset: np.ndarray
    r2: float

    def told(self, states: np.ndarray) -> np.ndarray:
        """Return what is read, (..., K), from states (..., H)."""
        return states @ self.weights + self.offset


def linear_reading(states: np.ndarray, targets: np.ndarray, texts: np.ndarray) -> Reading:
    """Read targets from states by ridge regression; every other text is held out.

    That the states of a network hold the beliefs about its source in a linear way is no matter of
    course: a network that predicts well must hold P(future | past), which is linear in beliefs, but
    may hold it bent (Shai et al. 2024, 2405.15943, find it straight in transformers).

    Parameters
    ----------
    states : (m, H)
        Of the network, one per place of a text.
    targets : (m, K)
        Beliefs or chances of the next word at the same places.
    texts : (m,)
        Which text a place is of: those with an odd number are held out.

    Returns
    -------
    Reading
        Of the other texts, and its R^2 on those held out.

    Raises
    ------
    ValueError
        Where all texts are even, or all odd.

    Examples
    --------
    >>> targets = np.random.default_rng(0).normal(size=(200, 2))
    >>> states = targets @ np.array([[1.0, 0, 2], [0, 1, 1]])
    >>> round(linear_reading(states, targets, np.arange(200)).r2, 3)
    1.0
    """
    held_out = np.asarray(texts) % 2 == 1
    if held_out.all() or not held_out.any():
        raise ValueError("texts hold even numbers alone, or odd ones; needed are both")
    center, middle = states[~held_out].mean(0), targets[~held_out].mean(0)
    known = states[~held_out] - center
    gram = known.T @ known
    gram += np.eye(len(gram)) * (RIDGE * np.trace(gram) / len(gram))
    weights = np.linalg.solve(gram, known.T @ (targets[~held_out] - middle))
    offset = middle - center @ weights
    missed = targets[held_out] - states[held_out] @ weights - offset
    spread = ((targets[held_out] - targets[held_out].mean(0)) ** 2).sum()
    r2 = 1 - (missed**2).sum() / spread if spread > NOTHING * len(missed) else np.nan
    return Reading(weights, offset, float(r2))


def told_by_direction(
    reading: Reading, states: np.ndarray, targets: np.ndarray, texts: np.ndarray
) -> np.ndarray:
    """Return how much of each principal direction of the targets is told.

    Parameters
    ----------
    reading : Reading
        Of `linear_reading`, with the same arguments.
    states : (m, H)
        See `linear_reading`.
    targets : (m, K)
        See `linear_reading`.
    texts : (m,)
        See `linear_reading`.

    Returns
    -------
    (k,)
        R^2 on the texts held out, of directions that vary, the widest first.
    """
    held_out = np.asarray(texts) % 2 == 1
    fitted = targets[~held_out] - targets[~held_out].mean(0)
    _, sizes, axes = np.linalg.svd(fitted, full_matrices=False)
    axes = axes[sizes > WIDTH * sizes.max(initial=0)]
    known = targets[held_out] @ axes.T
    missed = known - reading.told(states[held_out]) @ axes.T
    return 1 - (missed**2).sum(0) / ((known - known.mean(0)) ** 2).sum(0)
