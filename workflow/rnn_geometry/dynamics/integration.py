"""Is it integration? A running score that stays, and to which every word adds its own amount.

Each measure takes a step h' = F(h, x) and is made to fail for a network that only echoes its last
words: an untrained network is the control. Shapes: n states or points, S entries of a state, E of a
word vector, W words, k directions on which effects are read. The hold input x* is (E,). All of it
in the precision of the states.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics.step import Step

# Words of x* after which a word's fast transient is gone: fast modes last a few words.
SETTLE = 5
ROWS_AT_ONCE = 8192


class Texts(Protocol):
    """Word ids of all texts one after the other, and where each text begins."""

    @property
    def tokens(self) -> np.ndarray:
        """Word ids."""
        ...

    @property
    def offsets(self) -> np.ndarray:
        """Where each text begins, and the end."""
        ...


@torch.no_grad()
def hold(step: Step, states: Tensor, x: Tensor, words: int) -> Tensor:
    """Return the states after some words of the hold input.

    Parameters
    ----------
    step : Step
        In the precision of the states.
    states : (n, S)
        Starts.
    x : (E,)
        The hold input x*.
    words : int
        How many are read.

    Returns
    -------
    (n, S)
        The states then.

    Examples
    --------
    >>> hold(lambda h, x: h / 2, torch.ones(1, 2), torch.zeros(1), words=3).tolist()
    [[0.125, 0.125]]
    """
    held = x.expand(len(states), -1)
    for _ in range(words):
        states = step(states, held)
    return states


def hold_r2(step: Step, states: Tensor, x: Tensor, directions: Tensor, words: int) -> float | None:
    """Return how well coordinates of states outlast words of x*: 1 - misses / variance.

    Parameters
    ----------
    step : Step
        In the precision of the states.
    states : (n, S)
        Starts.
    x : (E,)
        The hold input x*.
    directions : (k, S)
        Coordinates are directions @ state.
    words : int
        How many words of x* are read.

    Returns
    -------
    float or None
        1: nothing is lost; 0 or less: what is left says no more than the mean. None where the
        coordinates do not vary.
    """
    before, after = (part @ directions.T for part in (states, hold(step, states, x, words)))
    return r_squared(before.cpu().numpy(), after.cpu().numpy())


def r_squared(true: np.ndarray, predicted: np.ndarray) -> float | None:
    """Return 1 - squared misses / squared distances from the mean, over rows and columns together.

    Parameters
    ----------
    true, predicted : (n, k)
        Rows are cases.

    Returns
    -------
    float or None
        At most 1; None where `true` does not vary.

    Examples
    --------
    >>> r_squared(np.array([[0.0], [2.0]]), np.array([[0.0], [1.0]]))
    0.5
    """
    spread = ((true - true.mean(axis=0)) ** 2).sum()
    value = 1 - ((true - predicted) ** 2).sum() / spread if spread > 0 else np.nan
    return float(value) if np.isfinite(value) else None


@torch.no_grad()
def sequence_effects(
    step: Step,
    points: Tensor,
    x: Tensor,
    sequences: Tensor,
    directions: Tensor,
    *,
    settle: int = SETTLE,
) -> Tensor:
    """Return what reading short sequences of words changes for good.

    Parameters
    ----------
    step : Step
        In the precision of the points.
    points : (n, S)
        Where sequences are read.
    x : (E,)
        The hold input x*.
    sequences : (W, m, E)
        Word vectors.
    directions : (k, S)
        What the change is seen along.
    settle : int
        Words of x* that are read after a sequence.

    Returns
    -------
    (W, n, k)
        The change against m + settle words of x* from the same point.
    """
    rest = hold(step, points, x, sequences.shape[1] + settle) @ directions.T
    blocks = sequences.split(max(1, ROWS_AT_ONCE // len(points)))
    return torch.cat([_read(step, points, x, block, directions, settle) - rest for block in blocks])


def _read(
    step: Step, points: Tensor, x: Tensor, sequences: Tensor, directions: Tensor, settle: int
) -> Tensor:
    """Return directions @ state, (W, n, k), after sequences and `settle` words of x*."""
    count = len(sequences)
    states = points.repeat(count, 1)
    for word in sequences.unbind(1):
        states = step(states, word.repeat_interleave(len(points), 0))
    return (hold(step, states, x, settle) @ directions.T).view(count, len(points), -1)


def position_independence(effects: np.ndarray) -> float | None:
    """Return the share of the variance of effects that the word alone explains.

    Parameters
    ----------
    effects : (W, n, k)
        Of words at points.

    Returns
    -------
    float or None
        1: a word does the same everywhere on the manifold; 0: its effect depends on the place only.
        None without variance.

    Examples
    --------
    >>> position_independence(np.array([[[1.0], [1.0]], [[3.0], [3.0]]]))
    1.0
    """
    between = ((effects.mean(axis=1) - effects.mean(axis=(0, 1))) ** 2).sum(axis=1).mean()
    within = ((effects - effects.mean(axis=1, keepdims=True)) ** 2).sum(axis=2).mean()
    return float(between / (between + within)) if between + within > 0 else None


def additivity_r2(sentences: Texts, kicks: np.ndarray, final: np.ndarray) -> float | None:
    """Return how well summed one-word kicks predict final coordinates of sentences.

    An affine map from sums to coordinates, which allows for saturation of the whole, is fitted on
    every other sentence and judged on the rest.

    Parameters
    ----------
    sentences : Texts
        Of m sentences.
    kicks : (V, k)
        Of every word of the vocabulary.
    final : (m, k)
        Coordinates of the sentences' last states.

    Returns
    -------
    float or None
        R^2, at most 1; None where the coordinates do not vary.
    """
    sums = np.add.reduceat(kicks[sentences.tokens], sentences.offsets[:-1], axis=0)
    inputs = np.column_stack([sums, np.ones(len(sums))])
    fitted = np.linalg.lstsq(inputs[::2], final[::2], rcond=None)[0]
    return r_squared(final[1::2], inputs[1::2] @ fitted)
