"""Is it integration? A running score that stays while nothing is read, and to which every word adds its own amount.

Each measure takes a step function h' = F(h, x) and is made to fail for a network that only echoes its last words: an
untrained network is the control. Shapes: n states or points, S entries of a state, E of a word vector, W words, k
directions on which effects are read. The hold input x* is (E,). All of it in the precision of the states.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics.step import Step

SETTLE = 5  # words of x* after which a word's fast transient is gone (fast modes have time constants of a few words)
ROWS_AT_ONCE = 8192


class Texts(Protocol):
    """Word ids of all texts one after the other, and where each text begins."""

    tokens: np.ndarray
    offsets: np.ndarray


@torch.no_grad()
def hold(step: Step, states: Tensor, x: Tensor, words: int) -> Tensor:
    """Return the states (n, S) after `words` steps of the hold input x (E,)."""
    held = x.expand(len(states), -1)
    for _ in range(words):
        states = step(states, held)
    return states


def hold_r2(step: Step, states: Tensor, x: Tensor, directions: Tensor, words: int) -> float | None:
    """Return how well coordinates (directions (k, S) @ state) outlast `words` words of x*: 1 - misses / variance.

    1: nothing is lost; 0 or less: what is left says no more than the mean. None where the coordinates do not vary.
    """
    before, after = (part @ directions.T for part in (states, hold(step, states, x, words)))
    return r_squared(before.cpu().numpy(), after.cpu().numpy())


def r_squared(true: np.ndarray, predicted: np.ndarray) -> float | None:
    """Return 1 - sum of squared misses / sum of squared distances from the mean, over rows and columns together."""
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
    """Return what reading short sequences changes for good, (W, n, k), seen along directions (k, S).

    sequences (W, m, E) of word vectors are read at points (n, S), then x* for `settle` words; the change is against
    m + settle words of x* from the same point.
    """
    rest = hold(step, points, x, sequences.shape[1] + settle) @ directions.T
    blocks = sequences.split(max(1, ROWS_AT_ONCE // len(points)))
    return torch.cat([_read(step, points, x, block, directions, settle) - rest for block in blocks])


def _read(
    step: Step, points: Tensor, x: Tensor, sequences: Tensor, directions: Tensor, settle: int
) -> Tensor:
    count = len(sequences)
    states = points.repeat(count, 1)
    for word in sequences.unbind(1):
        states = step(states, word.repeat_interleave(len(points), 0))
    return (hold(step, states, x, settle) @ directions.T).view(count, len(points), -1)


def position_independence(effects: np.ndarray) -> float | None:
    """Return the share of the variance of effects (W, n, k) over words and points that the word alone explains.

    1: a word does the same everywhere on the manifold; 0: its effect depends on the place only.
    """
    between = ((effects.mean(axis=1) - effects.mean(axis=(0, 1))) ** 2).sum(axis=1).mean()
    within = ((effects - effects.mean(axis=1, keepdims=True)) ** 2).sum(axis=2).mean()
    return float(between / (between + within)) if between + within > 0 else None


def additivity_r2(sentences: Texts, kicks: np.ndarray, final: np.ndarray) -> float | None:
    """Return how well summed one-word kicks (V, k) predict final coordinates (m, k) of m sentences.

    An affine map from sums to coordinates, which allows for saturation of the whole, is fitted on every other sentence
    and judged on the rest.
    """
    sums = np.add.reduceat(kicks[sentences.tokens], sentences.offsets[:-1], axis=0)
    inputs = np.column_stack([sums, np.ones(len(sums))])
    fitted = np.linalg.lstsq(inputs[::2], final[::2], rcond=None)[0]
    return r_squared(final[1::2], inputs[1::2] @ fitted)
