"""Is it integration? A running score that stays, and to which every word adds its own amount.

Each measure takes a step h' = F(h, x) and is made to fail for a network that only echoes its last
words: an untrained network is the control. Shapes: n states or points, S entries of a state, E of a
word vector, W words, k directions on which effects are read. The hold input x* is (E,). All work is
done in float64 on a private copy of the step.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from torch import Tensor

from rnn_geometry.dynamics import _runs as runs
from rnn_geometry.dynamics._checks import check_shape, real_array, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.step import Array, Step

# Words of x* after which a word's fast transient is gone: fast modes last a few words.
SETTLE = 5


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


@isolated()
def hold(step: Step, states: Array, x: Array, words: int) -> Tensor:
    """Return the states after some words of the hold input.

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        Starts.
    x : (E,)
        The hold input x*.
    words : int
        How many are read.

    Returns
    -------
    (n, S) float64
        The states then.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for options out of their range.

    Examples
    --------
    >>> import torch
    >>> hold(lambda h, x: h / 2, torch.ones(1, 2), torch.zeros(1), words=3).tolist()
    [[0.125, 0.125]]
    """
    system, h = System.of(step, states, x, gradients=False)
    return runs.held(system, h, whole("words", words))


@isolated()
def hold_r2(step: Step, states: Array, x: Array, directions: Array, words: int) -> float | None:
    """Return how well coordinates of states outlast words of x*: 1 - misses / variance.

    Parameters
    ----------
    step : Step
        Not changed.
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

    Raises
    ------
    ValueError
        As `hold` does.
    """
    system, h = System.of(step, states, x, gradients=False)
    directions = real_tensor("directions", directions, ("k", h.shape[1]), device=h.device)
    then = runs.held(system, h, whole("words", words))
    before, after = (part @ directions.T for part in (h, then))
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

    Raises
    ------
    ValueError
        For arrays of another shape, and numbers that are not finite.

    Examples
    --------
    >>> r_squared(np.array([[0.0], [2.0]]), np.array([[0.0], [1.0]]))
    0.5
    """
    true = real_array("true", true)
    predicted = real_array("predicted", predicted)
    check_shape("predicted", predicted.shape, true.shape)
    spread = ((true - true.mean(axis=0)) ** 2).sum()
    value = 1 - ((true - predicted) ** 2).sum() / spread if spread > 0 else np.nan
    return float(value) if np.isfinite(value) else None


@isolated()
def sequence_effects(
    step: Step,
    points: Array,
    x: Array,
    sequences: Array,
    directions: Array,
    *,
    settle: int = SETTLE,
) -> Tensor:
    """Return what reading short sequences of words changes for good.

    Parameters
    ----------
    step : Step
        Not changed.
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
    (W, n, k) float64
        The change against m + settle words of x* from the same point.

    Raises
    ------
    ValueError
        As `hold` does, and for sequences or directions that do not fit.
    """
    system, h = System.of(step, points, x, gradients=False)
    shape = "W", "m", system.x.shape[1]
    sequences = real_tensor("sequences", sequences, shape, device=h.device)
    directions = real_tensor("directions", directions, ("k", h.shape[1]), device=h.device)
    return runs.after_sequences(system, h, sequences, directions, whole("settle", settle))


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

    Raises
    ------
    ValueError
        For an array of another shape.

    Examples
    --------
    >>> position_independence(np.array([[[1.0], [1.0]], [[3.0], [3.0]]]))
    1.0
    """
    effects = real_array("effects", effects, ("W", "n", "k"))
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

    Raises
    ------
    ValueError
        For arrays of another shape.
    """
    kicks = real_array("kicks", kicks, ("V", "k"))
    final = real_array("final", final, (len(sentences.offsets) - 1, kicks.shape[1]))
    sums = np.add.reduceat(kicks[sentences.tokens], sentences.offsets[:-1], axis=0)
    inputs = np.column_stack([sums, np.ones(len(sums))])
    fitted = np.linalg.lstsq(inputs[::2], final[::2], rcond=None)[0]
    return r_squared(final[1::2], inputs[1::2] @ fitted)
