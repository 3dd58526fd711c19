"""Spectra of Jacobians: eigenvalues and eigenvectors, time constants, slow and fast parts.

Needs numpy alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_geometry.dynamics._checks import check_shape, complex_array, cut, number, real_array

TAU_CAP = 1e5  # words; longer is not told apart from infinity
SINGULAR = 1e12  # condition number of R from which its inverse is no longer taken


class Modes(NamedTuple):
    """All modes of n matrices J = right @ diag(eigenvalues) @ left.

    Attributes
    ----------
    eigenvalues : (n, S) complex
        By falling modulus.
    right : (n, S, S) complex
        Right eigenvectors of unit length in columns.
    left : (n, S, S) complex
        Left eigenvectors in rows, left @ right = 1.
    condition : (n,)
        Condition number of `right`.
    """

    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    condition: np.ndarray


def decompose(matrices: np.ndarray) -> Modes:
    """Return eigenvalues and eigenvectors, sorted, of fixed scale and sign; always finite.

    Order: falling modulus, then falling real part, then falling imaginary part, so that of a
    conjugate pair the positive imaginary part comes first.

    Parameters
    ----------
    matrices : (n, S, S)
        Jacobians.

    Returns
    -------
    Modes
        `left` is the pseudo-inverse where `condition` is above 1e12.

    Raises
    ------
    ValueError
        For another shape, and naming the first matrix that is not finite.

    Examples
    --------
    >>> decompose(np.array([[[0.0, -0.5], [0.5, 0.0]]])).eigenvalues.round(3).tolist()
    [[0.5j, -0.5j]]
    """
    matrices = complex_array("matrices", matrices)
    check_shape("matrices", matrices.shape, ("n", *(matrices.shape[-1:] * 2 or "SS")))
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
    """Return eigenvectors of unit length and a fixed phase."""
    # The phase of an eigenvector is free: make its largest entry real and positive, so that results
    # can be compared.
    largest = np.take_along_axis(right, np.abs(right).argmax(axis=1)[:, None, :], axis=1)
    return right * (np.abs(largest) / largest) / np.linalg.norm(right, axis=1, keepdims=True)


def _inverse(right: np.ndarray, condition: np.ndarray) -> np.ndarray:
    """Return the inverse of R, the pseudo-inverse where R is singular."""
    left = np.empty_like(right)
    regular = condition < SINGULAR
    left[regular] = np.linalg.inv(right[regular])
    left[~regular] = np.linalg.pinv(right[~regular], rcond=1 / SINGULAR)
    return left


def time_constants(eigenvalues: np.ndarray, cap: float = TAU_CAP) -> np.ndarray:
    """Return tau = |1 / ln|lambda||, element by element.

    Parameters
    ----------
    eigenvalues : (...)
        Complex or real.
    cap : float
        Words; the longest tau, which |lambda| = 1 has.

    Returns
    -------
    (...) float
        Words; 0 for lambda = 0.

    Raises
    ------
    ValueError
        For what are no numbers.

    Examples
    --------
    >>> time_constants(np.array([0.5, 0.99, 1.0])).round(2).tolist()
    [1.44, 99.5, 100000.0]
    """
    eigenvalues = complex_array("eigenvalues", eigenvalues)
    if cap != np.inf:
        cap = number("cap", cap, above=0)
    with np.errstate(divide="ignore"):
        return np.minimum(np.abs(1 / np.log(np.abs(eigenvalues))), cap)


def integration_modes(eigenvalues: np.ndarray, min_tau: float) -> np.ndarray:
    """Return the number of slow modes.

    Parameters
    ----------
    eigenvalues : (..., S)
        Of Jacobians.
    min_tau : float
        The cut in words; see `is_slow`.

    Returns
    -------
    (...) int
        A number for every Jacobian.

    Raises
    ------
    ValueError
        For what are no numbers, and a cut that is not above 0.

    Examples
    --------
    >>> integration_modes(np.array([[1.01, 0.99, 0.5]]), min_tau=25).tolist()
    [2]
    """
    return is_slow(eigenvalues, min_tau).sum(axis=-1)


def is_slow(eigenvalues: np.ndarray, min_tau: float) -> np.ndarray:
    """Say of each mode whether it is slow: tau above the cut, or growing (|lambda| >= 1).

    Parameters
    ----------
    eigenvalues : (...)
        Complex or real.
    min_tau : float
        The cut in words.

    Returns
    -------
    (...) bool
        True for slow modes.

    Raises
    ------
    ValueError
        For what are no numbers, and a cut that is not above 0.

    Examples
    --------
    >>> is_slow(np.array([1.2, 0.99, 0.5]), min_tau=25).tolist()
    [True, True, False]
    """
    min_tau, eigenvalues = cut(min_tau), complex_array("eigenvalues", eigenvalues)
    return (time_constants(eigenvalues, np.inf) > min_tau) | (np.abs(eigenvalues) >= 1)


def stability(eigenvalues: np.ndarray, margin: float = 1e-9) -> np.ndarray:
    """Return the number of unstable modes, |lambda| > 1.

    Parameters
    ----------
    eigenvalues : (..., S)
        Of Jacobians at fixed points.
    margin : float
        Keeps a mode that is exactly neutral (|lambda| = 1) from being counted by rounding.

    Returns
    -------
    (...) int
        0 for a stable fixed point.

    Raises
    ------
    ValueError
        For what are no numbers.

    Examples
    --------
    >>> stability(np.array([[1.5, 1.0, 0.2]])).tolist()
    [1]
    """
    eigenvalues = complex_array("eigenvalues", eigenvalues)
    check_shape("eigenvalues", eigenvalues.shape[-1:], ("S",))
    return (np.abs(eigenvalues) > 1 + number("margin", margin, low=0)).sum(axis=-1)


def fast_part(matrix: np.ndarray, r: np.ndarray, min_tau: float) -> tuple[float, int]:
    """Return the part of q = 1/2 |r|^2 that is fast, and the number of slow modes.

    The fast part of r = R L r is the sum over the modes that are not slow, an oblique projection.

    Parameters
    ----------
    matrix : (S, S)
        Jacobian.
    r : (S,)
        Residual h - F(h, x).
    min_tau : float
        The cut in words; see `is_slow`.

    Returns
    -------
    fast_q : float
        1/2 |fast part of r|^2.
    slow : int
        Number of slow modes.

    Raises
    ------
    ValueError
        For arrays of another shape, and a cut that is not above 0.

    Examples
    --------
    >>> fast_part(np.diag([0.99, 0.2]), np.array([3.0, 2.0]), min_tau=25)
    (2.0, 1)
    """
    matrix = complex_array("matrix", matrix)
    check_shape("matrix", matrix.shape, (*(matrix.shape[-1:] * 2 or "SS"),))
    r = real_array("r", r, (len(matrix),))
    modes = decompose(matrix[None])
    slow = is_slow(modes.eigenvalues[0], min_tau)
    fast = modes.right[0][:, ~slow] @ (modes.left[0][~slow] @ r)
    return float((np.abs(fast) ** 2).sum() / 2), int(slow.sum())
