"""Linearisation of a step at given points: J_rec = R Lambda L, time constants, and what one word does to the logits.

Notation and method: Sussillo & Barak (2013); Maheswaranathan et al. (2019); Aitken et al. (2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from rnn_geometry.jacobians import Array, Step, checked_inputs, jacobians, private_copy

TAU_CAP = 1e5  # words; longer is not told apart from infinity
SINGULAR = 1e12  # condition number of R from which its inverse is no longer taken
ROWS_AT_ONCE = 8192  # states that read a word in one call of the step


@dataclass(frozen=True)
class Linearization:
    """Linearised dynamics at n points: numpy arrays with J_rec = right @ diag(eigenvalues) @ left.

    points (n, S); recurrent_jacobian (n, S, S); input_jacobian (n, S, E); eigenvalues (n, S) complex, by falling
    modulus; right (n, S, S): right eigenvectors of unit length in columns; left (n, S, S): left eigenvectors in rows,
    left @ right = 1; tau (n, S): time constants in words, at most 1e5; condition (n,): condition number of `right`.
    A defective Jacobian has no full set of eigenvectors: its `condition` is above 1e12 and `left` the pseudo-inverse.
    """

    points: np.ndarray
    recurrent_jacobian: np.ndarray
    input_jacobian: np.ndarray
    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    tau: np.ndarray
    condition: np.ndarray


class Modes(NamedTuple):
    """Eigenvalues (n, S), right (n, S, S, columns) and left (n, S, S, rows) eigenvectors, condition (n,) of `right`."""

    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    condition: np.ndarray


class WordEffects(NamedTuple):
    """effects, std (W, C): change of the logits, mean and spread over points; moves (W,): mean length of the move."""

    effects: np.ndarray
    std: np.ndarray
    moves: np.ndarray


def linearize(step: Step, points: Array, x: Array, *, memory_mb: float = 512) -> Linearization:
    """Linearise `step` at points (n, S) under input x, (E,) or (n, E); see Linearization.

    `memory_mb` bounds the workspace, not the result. Raises ValueError as `jacobians.jacobians` does, and for a
    Jacobian that is not finite.
    """
    recurrent, inputs = (part.cpu().numpy() for part in jacobians(step, points, x, memory_mb=memory_mb))
    modes = decompose(recurrent)
    points = torch.as_tensor(points).detach().cpu().double().numpy().copy()
    return Linearization(points, recurrent, inputs, *modes[:3], time_constants(modes.eigenvalues), modes.condition)


def decompose(matrices: np.ndarray) -> Modes:
    """Return eigenvalues and eigenvectors of matrices (n, S, S), sorted, of fixed scale and sign; always finite.

    Order: falling modulus, then falling real part, then falling imaginary part, so that of a conjugate pair the
    positive imaginary part comes first. Raises ValueError naming the first matrix that is not finite.
    """
    finite = np.isfinite(matrices).all(axis=(1, 2))
    if not finite.all():
        raise ValueError(f"The Jacobian at point {int(np.argmin(finite))} holds NaN or infinity.")
    eigenvalues, right = np.linalg.eig(matrices)
    eigenvalues, right = eigenvalues.astype(complex), right.astype(complex)
    order = np.lexsort((-eigenvalues.imag, -eigenvalues.real, -np.abs(eigenvalues)))
    eigenvalues = np.take_along_axis(eigenvalues, order, axis=1)
    right = _normalised(np.take_along_axis(right, order[:, None, :], axis=2))
    condition = np.minimum(np.linalg.cond(right), np.finfo(float).max)
    return Modes(eigenvalues, right, _inverse(right, condition), condition)


def _normalised(right: np.ndarray) -> np.ndarray:
    # The phase of an eigenvector is free: make its largest entry real and positive, so that results can be compared.
    largest = np.take_along_axis(right, np.abs(right).argmax(axis=1)[:, None, :], axis=1)
    return right * (np.abs(largest) / largest) / np.linalg.norm(right, axis=1, keepdims=True)


def _inverse(right: np.ndarray, condition: np.ndarray) -> np.ndarray:
    left = np.empty_like(right)
    regular = condition < SINGULAR
    left[regular] = np.linalg.inv(right[regular])
    left[~regular] = np.linalg.pinv(right[~regular], rcond=1 / SINGULAR)
    return left


def time_constants(eigenvalues: np.ndarray, cap: float = TAU_CAP) -> np.ndarray:
    """Return tau = |1 / ln|lambda|| in words, element by element: 0 for lambda = 0, at most `cap` (|lambda| = 1)."""
    with np.errstate(divide="ignore"):
        return np.minimum(np.abs(1 / np.log(np.abs(eigenvalues))), cap)


def integration_modes(eigenvalues: np.ndarray, min_tau: float) -> np.ndarray:
    """Return the number of slow modes, (...), of eigenvalues (..., S): tau above `min_tau` words, or |lambda| >= 1."""
    return is_slow(eigenvalues, min_tau).sum(axis=-1)


def is_slow(eigenvalues: np.ndarray, min_tau: float) -> np.ndarray:
    """Say of each mode whether it is slow: tau above `min_tau` words, or growing (|lambda| >= 1)."""
    return (time_constants(eigenvalues, np.inf) > min_tau) | (np.abs(eigenvalues) >= 1)


def stability(eigenvalues: np.ndarray, margin: float = 1e-9) -> np.ndarray:
    """Return the number of unstable modes, |lambda| > 1, of eigenvalues (..., S); 0 is a stable fixed point.

    `margin` keeps a mode that is exactly neutral (|lambda| = 1) from being counted by rounding.
    """
    return (np.abs(eigenvalues) > 1 + margin).sum(axis=-1)


def fast_part(matrix: np.ndarray, r: np.ndarray, min_tau: float) -> tuple[float, int]:
    """Return 1/2 |fast part of r|^2 and the number of slow modes of one Jacobian (S, S), for a residual r (S,).

    The fast part of r = R L r is the sum over the modes that are not slow (`is_slow`), an oblique projection.
    """
    modes = decompose(matrix[None])
    slow = is_slow(modes.eigenvalues[0], min_tau)
    fast = modes.right[0][:, ~slow] @ (modes.left[0][~slow] @ r)
    return float((np.abs(fast) ** 2).sum() / 2), int(slow.sum())


@torch.no_grad()
def word_effects(step: Step, points: Array, x_hold: Array, word_vectors: Array, readout: Array) -> WordEffects:
    """Return what reading one word changes, against the hold input, at points (n, S); see WordEffects.

    x_hold (E,), word_vectors (W, E), readout (C, S). The effect of word w is readout @ (F(h, x_w) - F(h, x_hold)), in
    logits; its move is |F(h, x_w) - h|. Raises ValueError for shapes that do not fit.
    """
    step = private_copy(step)
    h, hold = checked_inputs(step, points, x_hold)
    words, readout = (torch.as_tensor(value).detach().to(h) for value in (word_vectors, readout))
    if words.ndim != 2 or words.shape[1] != hold.shape[1] or readout.ndim != 2 or readout.shape[1] != h.shape[1]:
        raise ValueError(
            f"word_vectors must be (W, {hold.shape[1]}) and readout (C, {h.shape[1]}), "
            f"got {tuple(words.shape)} and {tuple(readout.shape)}."
        )
    rest = step(h, hold)
    parts = [_effects_of(step, h, rest, some, readout) for some in words.split(max(1, ROWS_AT_ONCE // len(h)))]
    return WordEffects(*(torch.cat(part).cpu().numpy() for part in zip(*parts)))


def _effects_of(step: Step, h: torch.Tensor, rest: torch.Tensor, words: torch.Tensor, readout: torch.Tensor) -> tuple:
    count = len(words)
    after = step(h.repeat(count, 1), words.repeat_interleave(len(h), 0)).view(count, *h.shape)
    change = (after - rest) @ readout.T
    spread = (change - change.mean(1, keepdim=True)).square().mean(1).sqrt()
    return change.mean(1), spread, torch.linalg.vector_norm(after - h, dim=2).mean(1)
