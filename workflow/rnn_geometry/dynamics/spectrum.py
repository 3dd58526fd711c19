"""Eigenvalues and eigenvectors of Jacobians as numbers of a spectrum: time constants, slow and fast parts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

TAU_CAP = 1e5  # words; longer is not told apart from infinity
SINGULAR = 1e12  # condition number of R from which its inverse is no longer taken


class Modes(NamedTuple):
    """Eigenvalues (n, S), right (n, S, S, columns) and left (n, S, S, rows) eigenvectors, condition (n,) of `right`."""

    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    condition: np.ndarray


def decompose(matrices: np.ndarray) -> Modes:
    """Return eigenvalues and eigenvectors of matrices (n, S, S), sorted, of fixed scale and sign; always finite.

    Order: falling modulus, then falling real part, then falling imaginary part, so that of a conjugate pair the
    positive imaginary part comes first. Raises ValueError naming the first matrix that is not finite.
    """
    finite = np.isfinite(matrices).all(axis=(1, 2))
    if not finite.all():
        raise ValueError(f"The Jacobian at point {int(np.argmin(finite))} holds NaN or infinity.")
    found = np.linalg.eig(matrices)
    eigenvalues, right = found.eigenvalues.astype(complex), found.eigenvectors.astype(complex)
    keys = -np.imag(eigenvalues), -np.real(eigenvalues), -np.abs(eigenvalues)
    order = np.lexsort(keys)
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
