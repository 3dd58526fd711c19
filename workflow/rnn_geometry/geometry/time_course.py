"""The course of means by place as a sum of modes: what turns, what decays, and how fast.

mu_{t+1} - m = A (mu_t - m) is fitted in the first k principal components of mu, and each step is
predicted by the fit to the others. Eigenvalues of A are modes of the path, not of the network: the
network may make the path by other means than one linear map. Shapes: T places, H units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ENOUGH = 0.95  # share of the variance of mu that the components bear
SHUFFLES = 40  # orders of time of the control
STRAIGHT = 1e-6  # radians; a mode that turns less does not turn


@dataclass(frozen=True)
class TimeCourse:
    """Modes of a path.

    Attributes
    ----------
    dimension : int
        k.
    eigenvalues : (k,) complex
        Of A, by falling weight along the path.
    r2 : float
        Of steps that were left out of the fit.
    shuffled_r2 : float
        The same of places in a random order, median: what so many parameters reach without time.
    """

    dimension: int
    eigenvalues: np.ndarray
    r2: float
    shuffled_r2: float

    @property
    def angles(self) -> np.ndarray:
        """Turn of each mode a word, (k,), in radians from 0 to pi."""
        return np.abs(np.angle(self.eigenvalues))

    @property
    def turning(self) -> int:
        """Modes that turn; of a conjugate pair both count."""
        return int((self.angles > STRAIGHT).sum())


def time_course(by_place: np.ndarray, dimension: int | None = None) -> TimeCourse | None:
    """Find the modes of a path.

    Parameters
    ----------
    by_place : (T, H)
        mu, or any path.
    dimension : int or None
        k; None: components that bear 95 % of the variance.

    Returns
    -------
    TimeCourse or None
        None where fewer than k + 3 places are there, so that no step can be left out, or where
        all places are the same.

    Examples
    --------
    >>> angle = 0.4 * np.arange(12)
    >>> found = time_course(np.stack([np.cos(angle), np.sin(angle)], 1))
    >>> found.angles.round(6).tolist(), round(found.r2, 6)
    ([0.4, 0.4], 1.0)
    """
    moved = by_place - by_place.mean(0)
    _, sizes, axes = np.linalg.svd(moved, full_matrices=False)
    if not sizes.any():
        return None
    shares = np.cumsum(sizes**2) / (sizes**2).sum()
    k = int(np.searchsorted(shares, ENOUGH - 1e-12)) + 1 if dimension is None else dimension
    if len(by_place) < k + 3:
        return None
    path = moved @ axes[:k].T
    generator = np.random.default_rng(0)
    orders = [generator.permutation(len(path)) for _ in range(SHUFFLES)]
    shuffled = float(np.median([_left_out_r2(path[order]) for order in orders]))
    return TimeCourse(k, _eigenvalues(path), _left_out_r2(path), shuffled)


def _with_constant(path: np.ndarray) -> np.ndarray:
    return np.hstack([path[:-1], np.ones((len(path) - 1, 1))])


def _left_out_r2(path: np.ndarray) -> float:
    """Return R^2 of steps (T - 1) of a path (T, k), each predicted by the map fitted to others."""
    before, after = _with_constant(path), path[1:]
    predicted = np.empty_like(after)
    for i in range(len(after)):
        others = np.arange(len(after)) != i
        fitted = np.linalg.lstsq(before[others], after[others], rcond=None)[0]
        predicted[i] = before[i] @ fitted
    total = ((after - after.mean(0)) ** 2).sum()
    return float(1 - ((after - predicted) ** 2).sum() / total)


def _eigenvalues(path: np.ndarray) -> np.ndarray:
    """Return the eigenvalues of the map fitted to all steps, by falling weight along the path."""
    fitted = np.linalg.lstsq(_with_constant(path), path[1:], rcond=None)[0]
    matrix, constant = fitted[:-1].T, fitted[-1]
    rest = np.linalg.lstsq(np.eye(len(matrix)) - matrix, constant, rcond=None)[0]
    eigenvalues, right = np.linalg.eig(matrix)
    along = (path - rest) @ np.linalg.pinv(right).T
    weights = (np.abs(along) ** 2).sum(0)
    # Of a conjugate pair both have the same weight but for rounding: they stay together.
    order = np.lexsort((-np.imag(eigenvalues), -np.round(np.log(weights + 1e-300), 6)))
    return eigenvalues[order]
