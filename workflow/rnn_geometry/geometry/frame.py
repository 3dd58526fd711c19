"""The frame in which a network is looked at: principal axes of its slow points, signs settled.

Shapes: n points, S entries of a state, C outputs, k axes.
"""

from __future__ import annotations

import numpy as np


def centre_row(points: np.ndarray) -> int:
    """Return which of the slow points is the centre of the manifold: the one nearest their mean.

    Parameters
    ----------
    points
        (n, S).

    Returns
    -------
    int
        Its row; the first of several that are equally near.

    Examples
    --------
    >>> centre_row(np.array([[0.0], [1.0], [5.0]]))
    1
    """
    return int(np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1)))


def principal_components(points: np.ndarray) -> np.ndarray:
    """Return all principal components of points, the one of largest variance first.

    Parameters
    ----------
    points
        (n, S).

    Returns
    -------
    numpy.ndarray
        (S, S), a component a column.
    """
    centred = points - points.mean(axis=0)
    return np.linalg.eigh(centred.T @ centred)[1][:, ::-1]


def signed(components: np.ndarray, readout: np.ndarray) -> np.ndarray:
    """Choose the free signs of the first two components, so that equal geometries are drawn alike.

    Parameters
    ----------
    components
        (S, S), a component a column.
    readout
        (C, S): the last class lies right of the first along component 1; the middle classes lie
        above the outer two along 2.
    """
    along = readout @ components[:, :2]
    right = along[-1, 0] - along[0, 0] if len(along) > 1 else along[0, 0]
    up = along[1:-1, 1].mean() - along[[0, -1], 1].mean() if len(along) > 2 else along[0, 1]
    signs = np.ones(components.shape[1])
    signs[:2] = np.where(np.array([right, up])[: len(signs)] < 0, -1, 1)
    return components * signs


def slow_frame(
    points: np.ndarray, readout: np.ndarray, count: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of the finite slow points and their first axes.

    Parameters
    ----------
    points
        (n, S).
    readout
        (C, S), which fixes the signs.
    count
        Number of axes.

    Returns
    -------
    mean
        (S,).
    axes
        (count, S); coordinates of a state h are (h - mean) @ axes.T. A state of fewer entries
        than `count` (two at least) has rows of zeros.
    """
    points = np.asarray(points, dtype=np.float64)
    points = points[np.isfinite(points).all(axis=1)]
    components = signed(principal_components(points), np.asarray(readout, dtype=np.float64))
    axes = np.zeros((count, points.shape[1]))
    axes[: min(count, points.shape[1])] = components[:, :count].T
    return points.mean(axis=0), axes
