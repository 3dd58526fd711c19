"""Whether what lies off a plane is scatter, or a sheet that bends."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np

DEGREE = 3  # of the polynomials: a bowl has 2, a wave 3
FEWEST = 10  # points for each term, so that scatter gives a tenth at most


class Bend(NamedTuple):
    """How far points leave the plane of their first components, and how.

    Attributes
    ----------
    off
        Share of the variance outside the plane.
    bent
        Share of that which is a smooth function of the place on the plane, a cubic one: 1 is a
        sheet without scatter, 0 scatter alone.
    """

    off: float
    bent: float


def bend_of(points: np.ndarray, dimension: int = 2) -> Bend | None:
    """Return how points leave the plane of their first components.

    Parameters
    ----------
    points
        (n, S), finite.
    dimension
        Of the plane, below S.

    Returns
    -------
    Bend or None
        None of too few points, and of points that do not leave the plane.

    Examples
    --------
    >>> x, y = np.meshgrid(np.linspace(-1, 1, 20), np.linspace(-1, 1, 20))
    >>> bowl = np.stack([x, y, 0.3 * (x**2 + y**2)], axis=-1).reshape(-1, 3)
    >>> off, bent = bend_of(bowl)
    >>> round(off, 3), round(bent, 3)
    (0.026, 1.0)
    """
    centred = np.asarray(points, dtype=np.float64) - np.mean(points, axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    places, rest = np.split(centred @ axes, [dimension], axis=1)
    terms = _terms(places)
    whole, off = float((centred**2).sum()), float((rest**2).sum())
    if len(places) < FEWEST * terms.shape[1] or off <= 1e-12 * whole:
        return None
    left = rest - terms @ np.linalg.lstsq(terms, rest, rcond=None)[0]
    return Bend(off / whole, 1 - float((left**2).sum()) / off)


def _terms(places: np.ndarray) -> np.ndarray:
    """Return all products of up to DEGREE coordinates (n, d), and 1."""
    scaled = places / np.maximum(places.std(axis=0), np.finfo(float).tiny)
    chosen = [
        term
        for degree in range(DEGREE + 1)
        for term in combinations_with_replacement(range(scaled.shape[1]), degree)
    ]
    return np.stack([scaled[:, list(term)].prod(axis=1) for term in chosen], axis=1)
