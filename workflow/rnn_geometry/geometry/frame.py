"""The frame in which a network is looked at: which points, which entries, which axes.

Measures are of the slow points that converged, in the entries of the state that the readout sees.
Pictures show all points. Shapes: n points, S entries of a state, C outputs, k axes.
"""

from __future__ import annotations

import numpy as np

from rnn_geometry.dynamics.results import Status

FEWEST_CONVERGED = 50  # points; of fewer than twice as many starts, half of them
LEAST_CONVERGED = 0.1  # of the starts


def converged_rows(status: np.ndarray) -> np.ndarray:
    """Return the rows of slow points that measures of the manifold use: those that converged.

    Parameters
    ----------
    status
        Codes of `dynamics.results.Status`, (n,).

    Returns
    -------
    numpy.ndarray
        Rows (m,) of CONVERGED points; none where they are fewer than FEWEST_CONVERGED or than
        LEAST_CONVERGED of the starts, which are no picture of a manifold.

    Examples
    --------
    >>> converged_rows(np.array([0, 3, 0, 1])).tolist()
    [0, 2]
    >>> converged_rows(np.array([3, 3, 0, 1])).tolist()
    []
    """
    rows = np.flatnonzero(status == Status.CONVERGED)
    needed = max(min(FEWEST_CONVERGED, len(status) / 2), LEAST_CONVERGED * len(status))
    return rows if len(rows) >= needed else rows[:0]


def manifold_rows(status: np.ndarray) -> np.ndarray:
    """Return the rows of slow points that stand for the manifold wherever points are needed.

    Parameters
    ----------
    status
        Codes of `dynamics.results.Status`, (n,).

    Returns
    -------
    numpy.ndarray
        Those of `converged_rows`; all rows (n,) where it has none, as in a network without a gap.
    """
    rows = converged_rows(status)
    return rows if len(rows) else np.arange(len(status))


def centre_row(points: np.ndarray, status: np.ndarray | None = None) -> int:
    """Return which of the slow points is the centre of the manifold: the one nearest their mean.

    Parameters
    ----------
    points
        (n, S).
    status
        Codes of `dynamics.results.Status`, (n,): only `manifold_rows` count. None: all points do.

    Returns
    -------
    int
        Its row among all points; the first of several that are equally near.

    Examples
    --------
    >>> centre_row(np.array([[0.0], [1.0], [5.0]]))
    1
    >>> centre_row(np.array([[0.0], [1.0], [5.0]]), np.array([0, 1, 0]))
    0
    """
    rows = np.arange(len(points)) if status is None else manifold_rows(status)
    inside = points[rows]
    return int(rows[np.argmin(((inside - inside.mean(axis=0)) ** 2).sum(axis=1))])


def seen_entries(readout: np.ndarray) -> np.ndarray:
    """Return which entries of the state the readout sees: h of an LSTM, whose c is hidden.

    Parameters
    ----------
    readout
        (C, S), zero over what it does not see.

    Returns
    -------
    numpy.ndarray
        (S,) of bool; all entries where the readout is zero everywhere.
    """
    seen = np.any(readout != 0, axis=0)
    return seen if seen.any() else np.ones_like(seen)


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
