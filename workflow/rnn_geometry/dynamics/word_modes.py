"""What words do to the slow modes, and how far the linearisation that says so can be trusted.

At a slow point h* under the hold input x* one step is h' = F(h*, x*) + J_rec (h - h*) + J_inp (x -
x*), with J_rec = R Lambda L (Maheswaranathan et al., 2019; Aitken et al., 2021). Shapes: n points,
S entries of a state, E of a word vector, W words, K slow modes, C logits. All work is done in
float64 on a private copy of the step; states, word vectors and modes are only read. An error about
`states` or `x` means points or x_hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._checks import (
    check_finite,
    check_shape,
    complex_array,
    instance,
    real_array,
    refusal,
)
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.results import SlowModes
from rnn_geometry.dynamics.step import Array, Step
from rnn_geometry.errors import quoted

# Vectors of S + E doubles that are alive at once while one point reads one word.
WORKSPACE_VECTORS = 16
# A change of the state by less than this share of it is rounding, not an effect of the word.
ROUNDING = 1e-13


class WordModeEffects(NamedTuple):
    """Linear effects of one word against the hold input, on and off the slow modes.

    R L is an oblique projection: the squares of `along` and `across` do not add up to that of the
    whole move.

    Attributes
    ----------
    effects : (n, W, K) complex
        l_a J_inp (x_w - x*), how far word w moves the state along the unit right eigenvector of
        slow mode a; of arbitrary phase, zero beyond `count`.
    along : (W,)
        Mean over points of the length of the move within the slow subspace, |R L J_inp (x_w - x*)|.
    across : (W,)
        Mean length of the rest of the move.
    """

    effects: np.ndarray
    along: np.ndarray
    across: np.ndarray


class LinearPrediction(NamedTuple):
    """Effects of one word in one step, F(h*, x_w) - F(h*, x*), against J_inp (x_w - x*).

    Attributes
    ----------
    relative_error : (W,)
        Mean of |true - predicted| / |true| over the points where the true change is not zero, NaN
        where there is none.
    logit_true, logit_predicted : (W, C)
        Mean changes of the logits over points.
    r2 : float
        1 - sum |true - predicted|^2 / sum |true|^2 over points and words, at most 1, NaN where no
        word changes any state.
    """

    relative_error: np.ndarray
    logit_true: np.ndarray
    logit_predicted: np.ndarray
    r2: float


class RolloutError(NamedTuple):
    """Distance of the linearised from the true dynamics after k steps from h* + d, in units of |d|.

    Attributes
    ----------
    steps : (m,) int64
        k.
    relative_error : (m,)
        Median over the points with d != 0, NaN where there is none.
    per_point : (m, n)
        NaN where d = 0, infinite where either run overflows.
    drift : (m,)
        The median of the same for runs from h* itself, also over |d|: the part of the error that is
        there at a point that is slow and not fixed, whatever the displacement.
    """

    steps: np.ndarray
    relative_error: np.ndarray
    per_point: np.ndarray
    drift: np.ndarray


@isolated()
def word_mode_effects(
    step: Step,
    points: Array,
    x_hold: Array,
    word_vectors: Array,
    modes: SlowModes,
    *,
    memory_mb: float = 128,
) -> WordModeEffects:
    """Return what words do to the slow modes, in the linearisation.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Slow points h*.
    x_hold : (E,) or (n, E)
        The hold input x*.
    word_vectors : (W, E)
        Inputs x_w.
    modes : SlowModes
        Those of the same points; only count, right and left are read.
    memory_mb : float
        Bound on the workspace, in MB, not on the result.

    Returns
    -------
    WordModeEffects
        Lengths in units of the state; effects in the precision of modes.left.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for word vectors or modes that do not fit.

    References
    ----------
    Maheswaranathan et al. 2019; Aitken et al. 2021.
    """
    system, h = System.of(step, points, x_hold, memory_mb)
    words = real_tensor("word_vectors", word_vectors, ("W", system.x.shape[1]), device=h.device)
    right, left = _checked_modes(modes, h)
    precision = np.result_type(modes.left, np.complex64)
    effects = np.zeros((len(h), len(words), left.shape[1]), precision)
    along, across = h.new_zeros(2, len(words))
    for rows in system.chunks(h):
        inputs = system.at(rows).jacobians(h[rows])[1]
        on_modes = left[rows] @ inputs.to(left)  # (n, K, E)
        off_modes = inputs - _real_product(right[rows], on_modes)
        for block in _word_blocks(words, h[rows], system.memory_mb):
            change = _input_change(words[block], system.x[rows])
            effect = torch.complex(change @ on_modes.real.mT, change @ on_modes.imag.mT)
            effects[rows, block] = effect.cpu().numpy()
            along[block] += _length(_real_product(effect, right[rows].mT)).sum(0)
            across[block] += _length(change @ off_modes.mT).sum(0)
    return WordModeEffects(effects, *((total / len(h)).cpu().numpy() for total in (along, across)))


@isolated()
def linear_prediction(
    step: Step,
    points: Array,
    x_hold: Array,
    word_vectors: Array,
    readout: Array,
    *,
    memory_mb: float = 128,
) -> LinearPrediction:
    """Compare what words change in one step with what the linearisation predicts.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Slow points h*.
    x_hold : (E,) or (n, E)
        The hold input x*.
    word_vectors : (W, E)
        Inputs x_w.
    readout : (C, S)
        Takes a state to logits.
    memory_mb : float
        Bound on the workspace, in MB, not on the result.

    Returns
    -------
    LinearPrediction
        Relative errors of the state, true and predicted changes of the logits.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for word vectors or a readout that do not fit.

    Examples
    --------
    >>> linear = linear_prediction(
    ...     lambda h, x: 0.9 * h + x, np.ones((3, 2)), np.zeros(2), np.eye(2), np.eye(2)
    ... )
    >>> round(linear.r2, 6)
    1.0
    """
    system, h = System.of(step, points, x_hold, memory_mb)
    words = real_tensor("word_vectors", word_vectors, ("W", system.x.shape[1]), device=h.device)
    readout = real_tensor("readout", readout, ("C", h.shape[1]), device=h.device)
    ratio, moved = h.new_zeros(2, len(words))
    logits, squares = h.new_zeros(2, len(words), len(readout)), h.new_zeros(2)
    for rows in system.chunks(h):
        here = system.at(rows)
        inputs, rest = here.jacobians(h[rows])[1], here(h[rows])
        for block in _word_blocks(words, h[rows], system.memory_mb):
            true = _state_change(system.step, h[rows], rest, words[block])
            predicted = _input_change(words[block], here.x) @ inputs.mT
            length, miss = _length(true), _length(true - predicted)
            ratio[block] += torch.where(length > 0, miss / length, 0).sum(0)
            moved[block] += (length > 0).sum(0)
            logits[:, block] += torch.stack([true.sum(0), predicted.sum(0)]) @ readout.T
            squares += torch.stack([miss.square().sum(), length.square().sum()])
    missed, total = squares.tolist()
    arrays = ((ratio / moved).cpu().numpy(), *(logits / len(h)).cpu().numpy())
    return LinearPrediction(*arrays, r2=1 - missed / total if total else float("nan"))


@isolated()
def rollout_error(
    step: Step,
    points: Array,
    x_hold: Array,
    displacement: Array,
    *,
    steps: Sequence[int] = (1, 2, 5, 10, 25),
    memory_mb: float = 128,
) -> RolloutError:
    """Compare runs of the true and of the linearised dynamics near given points.

    The true run is h <- F(h, x*), the linearised one z <- F(h*, x*) + J_rec (z - h*), so that both
    drift at a point that is not exactly fixed.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Slow points h*.
    x_hold : (E,) or (n, E)
        The hold input x*.
    displacement : (n, S)
        Runs begin at points + displacement.
    steps : (m,)
        After how many steps the runs are compared, whole numbers from 1.
    memory_mb : float
        Bound on the workspace, in MB, not on the result.

    Returns
    -------
    RolloutError
        Errors in units of the displacement.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, for a displacement that does not fit, and for other steps.

    Examples
    --------
    >>> errors = rollout_error(
    ...     lambda h, x: 0.9 * h, np.zeros((1, 2)), np.zeros(1), np.ones((1, 2)), steps=(1, 5)
    ... )
    >>> errors.relative_error.round(6).tolist()
    [0.0, 0.0]
    """
    system, h = System.of(step, points, x_hold, memory_mb)
    displacement = real_tensor("displacement", displacement, tuple(h.shape), device=h.device)
    counts = _checked_steps(steps)
    parts = [
        _rollouts(system.at(rows), h[rows], displacement[rows], counts) for rows in system.chunks(h)
    ]
    displaced, resting = torch.cat(parts, 2).cpu().numpy()
    nonzero = ~np.isnan(displaced[0])
    medians = (_median(errors[:, nonzero]) for errors in (displaced, resting))
    return RolloutError(counts, next(medians), displaced, next(medians))


def _rollouts(system: System, h: Tensor, displacement: Tensor, steps: np.ndarray) -> Tensor:
    """Return the errors (2, m, n) of runs from h + displacement and from h, over |displacement|."""
    matrices = system.recurrent_jacobian(h)
    drift, scale = system(h) - h, _length(displacement)
    offset = torch.stack([displacement, torch.zeros_like(h)])
    true, hold, errors = (h + offset).flatten(0, 1), system.x.repeat(2, 1), []
    for _ in range(steps.max()):
        true = system.step(true, hold)
        offset = drift + (matrices @ offset.permute(1, 2, 0)).permute(2, 0, 1)
        errors.append(_length(true.reshape(offset.shape) - (h + offset)))
    kept = torch.stack([errors[k - 1] for k in steps], 1) / scale
    return torch.where(scale > 0, torch.where(kept.isfinite(), kept, torch.inf), torch.nan)


def _median(errors: np.ndarray) -> np.ndarray:
    """Return medians over points, NaN where there is no point."""
    return np.median(errors, axis=1) if errors.shape[1] else np.full(len(errors), np.nan)


def _input_change(words: Tensor, hold: Tensor) -> Tensor:
    """Return x_w - x*, (n, W, E)."""
    return words - hold[:, None]


def _state_change(step: Step, h: Tensor, rest: Tensor, words: Tensor) -> Tensor:
    """Return F(h, x_w) - F(h, x*), (n, W, S), where F(h, x*) = rest; zero where it is rounding."""
    after = step(h.repeat_interleave(len(words), 0), words.repeat(len(h), 1))
    change = after.reshape(len(h), len(words), -1) - rest[:, None]
    return torch.where((_length(change) > ROUNDING * _length(rest)[:, None])[..., None], change, 0)


def _real_product(one: Tensor, other: Tensor) -> Tensor:
    """Return the real part of one @ other; a sum over pairs of conjugate modes has no other."""
    return one.real @ other.real - one.imag @ other.imag


def _length(vectors: Tensor) -> Tensor:
    """Return the lengths of vectors (..., S)."""
    return torch.linalg.vector_norm(vectors, dim=-1)


def _word_blocks(words: Tensor, h: Tensor, memory_mb: float) -> Iterator[slice]:
    """Yield slices of words (W, E) that points h (n, S) read at once within the budget."""
    per_word = 8 * WORKSPACE_VECTORS * len(h) * (h.shape[1] + words.shape[1])
    length = max(1, int(memory_mb * 2**20 // per_word))
    for start in range(0, len(words), length):
        yield slice(start, start + length)


def _checked_modes(modes: SlowModes, h: Tensor) -> tuple[Tensor, Tensor]:
    """Return right (n, S, K) and left (n, K, S), complex128 and zero beyond modes.count."""
    instance("modes", modes, SlowModes, "slow_modes")
    names = "count", "right", "left"
    count, right, left = (complex_array(f"modes.{name}", getattr(modes, name)) for name in names)
    n, size = h.shape
    check_shape("modes.right", right.shape, (n, size, "K"))
    check_shape("modes.left", left.shape, (n, right.shape[2], size))
    check_shape("modes.count", count.shape, (n,))
    wrong = (count < 0) | (count > right.shape[2])
    if wrong.any():
        row = int(np.argmax(wrong))
        raise refusal(
            f"modes.count must lie in 0 ... {right.shape[2]}: row {row} holds {count[row]:g}."
        )
    used = np.arange(right.shape[2]) < count[:, None]
    right, left = np.where(used[:, None], right, 0), np.where(used[:, :, None], left, 0)
    check_finite("modes.right", right)
    check_finite("modes.left", left)
    right, left = (
        torch.from_numpy(part.astype(np.complex128)).to(h.device) for part in (right, left)
    )
    return right, left


def _checked_steps(steps: Sequence[int]) -> np.ndarray:
    """Return the steps as int64."""
    counts = real_array("steps", steps, ("m",))
    if len(counts) == 0 or counts.min() < 1 or (counts % 1).any():
        raise refusal(f"steps must be whole numbers of steps from 1, got {quoted(steps)}.")
    return counts.astype(np.int64)
