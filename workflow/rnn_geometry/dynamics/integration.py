"""Is it integration? A running score that stays, and to which every word adds its own amount.

Each measure takes a step h' = F(h, x) and is made to fail for a network that only echoes its last
words: an untrained network is the control. Shapes: n states or points, S entries of a state, E of a
word vector, W words, k directions on which effects are read. The hold input x* is (E,). All work is
done in float64 on a private copy of the step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from rnn_geometry.dynamics import _runs as runs
from rnn_geometry.dynamics._checks import real_array, refusal, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.step import Array, Step

# Words of x* after which a word's fast transient is gone: fast modes last a few words.
SETTLE = 5


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
    return _r_squared(before.cpu().numpy(), after.cpu().numpy())


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
    true = real_array("true", true, ("n", "k"))
    return _r_squared(true, real_array("predicted", predicted, true.shape))


def _r_squared(true: np.ndarray, predicted: np.ndarray) -> float | None:
    """Return the same of arrays that may be empty or hold infinite numbers, None for these."""
    if not len(true):
        return None
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


@isolated()
def effects_over_time(
    step: Step, points: Array, x: Array, words: Array, directions: Array, passed: Sequence[int]
) -> Tensor:
    """Return what words change, at several times after they were read.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where words are read.
    x : (E,)
        The hold input x*.
    words : (W, E)
        Word vectors.
    directions : (k, S)
        What the change is seen along.
    passed : sequence of int
        T numbers of words of x* read after each word, in rising order.

    Returns
    -------
    (T, W, n, k) float64
        The change against as many words of x* from the same point.

    Raises
    ------
    ValueError
        As `hold` does, for words or directions that do not fit, and for times that fall.
    """
    system, h = System.of(step, points, x, gradients=False)
    words = real_tensor("words", words, ("W", system.x.shape[1]), device=h.device)
    directions = real_tensor("directions", directions, ("k", h.shape[1]), device=h.device)
    times = [whole("passed", count) for count in passed]
    if not times or times != sorted(times):
        raise refusal(f"passed must hold whole numbers in rising order, got {passed!r}.")
    return runs.effects_at(system, h, words[:, None], directions, times)


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
    between, within = _variances(real_array("effects", effects, ("W", "n", "k")))
    return _ratio(between, between + within)


def delayed_independence(at_once: np.ndarray, delayed: np.ndarray) -> float | None:
    """Return how much of what words do is still there, and the same everywhere, after a delay.

    That is the variance of delayed effects between words, over the larger of the whole variances
    (between words and over places) at once and after the delay. So it is the share of the variance
    of delayed effects that the word explains, times the share of the variance that the delay has
    left, 1 at most. What is forgotten is no integration, however alike it is everywhere.

    Parameters
    ----------
    at_once, delayed : (W, n, k)
        Effects of words at points, right after the word and later.

    Returns
    -------
    float or None
        1: an integrator; f^(2 T) for one that keeps f of everything a word, after T words; 0: an
        echo of the last words, or effects that depend on the place alone. None without variance.

    Raises
    ------
    ValueError
        For arrays of another shape.

    Examples
    --------
    >>> effects = np.array([[[1.0], [1.0]], [[3.0], [3.0]]])
    >>> delayed_independence(effects, effects), delayed_independence(effects, effects / 2)
    (1.0, 0.25)
    """
    at_once = real_array("at_once", at_once, ("W", "n", "k"))
    between, within = _variances(real_array("delayed", delayed, at_once.shape))
    return _ratio(between, max(between + within, sum(_variances(at_once))))


def delayed_share(at_once: np.ndarray, delayed: np.ndarray) -> float | None:
    """Return which part of a word's effect is left after a delay.

    Parameters
    ----------
    at_once, delayed : (W, n, k)
        Effects of words at points, right after the word and later.

    Returns
    -------
    float or None
        The slope, through zero, of delayed on immediate effects; both the mean over points, and
        relative to the mean of all words. 1: nothing is lost; above 1: effects grow. None without
        variance between words.

    Raises
    ------
    ValueError
        For arrays of another shape.

    Examples
    --------
    >>> effects = np.array([[[1.0], [1.0]], [[3.0], [3.0]]])
    >>> delayed_share(effects, effects / 2)
    0.5
    """
    at_once = real_array("at_once", at_once, ("W", "n", "k"))
    delayed = real_array("delayed", delayed, at_once.shape)
    if not at_once.size:
        return None
    before, after = (part.mean(axis=1) - part.mean(axis=(0, 1)) for part in (at_once, delayed))
    return _ratio((before * after).sum(), (before**2).sum())


def _variances(effects: np.ndarray) -> tuple[float, float]:
    """Return the variance of effects (W, n, k) between words, and over places within them."""
    if not effects.size:
        return 0.0, 0.0
    between = ((effects.mean(axis=1) - effects.mean(axis=(0, 1))) ** 2).sum(axis=1).mean()
    within = ((effects - effects.mean(axis=1, keepdims=True)) ** 2).sum(axis=2).mean()
    return float(between), float(within)


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None
