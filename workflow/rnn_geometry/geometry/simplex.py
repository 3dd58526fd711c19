"""Do points fill a regular simplex whose corners lie along the readouts?

N unordered classes should leave an (N - 1)-simplex of slow points (Aitken et al., ICLR 2021,
section 4.1). Two measures, since corners alone prove little: what lies farthest along the readouts
of a simplex in a ball are its corners too.
"""

from __future__ import annotations

import numpy as np

from rnn_geometry.geometry.dimension import principal_axes
from rnn_geometry.store.columns import Column, columns

CORNER_SHARE = 0.05  # of the points, those farthest along a readout, whose mean is its corner
REACH = 0.01  # quantile that stands for how far points reach
COLUMNS = columns(
    Column(
        "simplex_distance",
        "unordered classes: Procrustes distance of the corners of the slow points from a regular"
        " simplex, 0 to 1; a corner is the mean of the 5 % of points farthest along a readout, in"
        " the first N - 1 components",
    ),
    Column(
        "corner_miss",
        "largest distance of one corner from its place in that simplex",
        "distance of a corner from the centre",
    ),
    Column(
        "simplex_shape",
        "1 where the slow points fill a simplex, 0 where they fill a ball: how much less far they"
        " reach opposite the corners than at them (1 % quantiles); 1,000 points uniform in a"
        " simplex give .86 (N = 3) to .75 (N = 8)",
    ),
)
NOTHING = dict.fromkeys(COLUMNS)


def regular_simplex(corners: int) -> np.ndarray:
    """Return the corners of a regular simplex, centred and at unit distance from 0.

    Parameters
    ----------
    corners
        Their number N.

    Returns
    -------
    numpy.ndarray
        (N, N - 1).
    """
    centred = np.eye(corners) - 1 / corners
    axes = np.linalg.svd(centred)[2][: corners - 1]
    vertices = centred @ axes.T
    return vertices / np.linalg.norm(vertices[0])


def slow_coordinates(
    points: np.ndarray, vectors: np.ndarray, d: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return points and vectors along the first principal components of the points.

    Parameters
    ----------
    points
        (n, S).
    vectors
        (N, S).
    d
        Number of components.

    Returns
    -------
    points
        (n, d).
    vectors
        (N, d).
    """
    mean, axes, _ = principal_axes(points)
    return (points - mean) @ axes[:d].T, vectors @ axes[:d].T


def corners_along(points: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Return for each direction the mean of the few points that are farthest along it.

    Parameters
    ----------
    points
        (..., n, d).
    directions
        (N, d).

    Returns
    -------
    numpy.ndarray
        (..., N, d). Points that are equally far, at the end of the few, all count.
    """
    number = points.shape[-2]
    first = number - max(1, round(CORNER_SHARE * number))
    along = directions @ points.swapaxes(-1, -2)
    far = along >= np.partition(along, first, axis=-1)[..., first, None]
    return far @ points / far.sum(axis=-1, keepdims=True)


def procrustes_fit(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far corners are from a regular simplex.

    As `scipy.spatial.procrustes`, for many sets at once.

    Parameters
    ----------
    corners
        (..., N, N - 1).

    Returns
    -------
    tuple of numpy.ndarray
        Both (...,), after the best translation, rotation, reflection and scaling. The distance: sum
        of squared differences of corners brought to unit size, 0 to 1. The miss of the worst
        corner, in units of the distance of a regular corner from the centre. NaN where all
        corners are one point.

    References
    ----------
    Gower 1975, generalized Procrustes analysis.
    """
    regular = regular_simplex(corners.shape[-2])
    regular = regular / np.linalg.norm(regular)
    centred = corners - corners.mean(axis=-2, keepdims=True)
    apart = np.ptp(corners, axis=-2).max(axis=-1) > 0
    size = np.where(apart, np.sqrt((centred**2).sum(axis=(-1, -2))), 1.0)
    centred = centred / size[..., None, None]
    left, values, right = np.linalg.svd(regular.T @ centred)
    turned = centred @ (left @ right).swapaxes(-1, -2) * values.sum(axis=-1)[..., None, None]
    squares = ((turned - regular) ** 2).sum(axis=-1)
    miss = np.sqrt(squares.max(axis=-1)) / np.linalg.norm(regular[0])
    return np.where(apart, squares.sum(axis=-1), np.nan), np.where(apart, miss, np.nan)


def simplex_shape(points: np.ndarray, directions: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return about 1 for points that fill a simplex with corners along directions, 0 for a ball.

    Opposite a corner a simplex reaches 1 / (N - 1) as far from its centre as at the corner, a ball
    equally far. Sparse corners lower the value: 1,000 points uniform in a simplex give .86 (N = 3)
    to .75 (N = 8).

    Parameters
    ----------
    points
        (..., n, N - 1).
    directions
        (N, N - 1).
    corners
        (..., N, N - 1); their mean is the centre.

    Returns
    -------
    numpy.ndarray
        (...,); NaN where nothing reaches along some direction.
    """
    unit = directions / np.maximum(
        np.linalg.norm(directions, axis=1, keepdims=True), np.finfo(float).tiny
    )
    along = unit @ (points - corners.mean(axis=-2, keepdims=True)).swapaxes(-1, -2)
    opposite, there = np.quantile(along, [REACH, 1 - REACH], axis=-1)
    reaches = there.min(axis=-1) > 0
    ratio = -opposite / np.where(reaches[..., None], there, np.nan)
    return (1 - ratio.mean(axis=-1)) / (1 - 1 / (len(directions) - 1))


def measures(points: np.ndarray, directions: np.ndarray) -> dict[str, np.ndarray]:
    """Return the measures of points in the coordinates in which a simplex is looked for.

    Parameters
    ----------
    points
        (..., n, N - 1).
    directions
        Readouts in these coordinates, (N, N - 1).

    Returns
    -------
    dict of numpy.ndarray
        (...,) by the names of COLUMNS; NaN where not defined.
    """
    corners = corners_along(points, directions)
    distance, miss = procrustes_fit(corners)
    shape = simplex_shape(points, directions, corners)
    return {"simplex_distance": distance, "corner_miss": miss, "simplex_shape": shape}


def readout_coordinates(
    points: np.ndarray, readout: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return points and readouts in the first N - 1 components, where a simplex is looked for.

    Parameters
    ----------
    points
        (n, S).
    readout
        (N, S), of which only differences between classes matter.

    Returns
    -------
    tuple of numpy.ndarray, or None
        (n, N - 1) and (N, N - 1). None for fewer than three classes, and for points that span too
        few dimensions: they have no shape.
    """
    classes = len(readout)
    if classes < 3 or min(points.shape) < classes - 1:
        return None
    return slow_coordinates(points, readout - readout.mean(axis=0), classes - 1)


def simplex_fit(points: np.ndarray, readout: np.ndarray) -> dict[str, float | None]:
    """Return how well points fill a regular simplex whose corners lie along the readouts.

    Parameters
    ----------
    points
        (n, S).
    readout
        (N, S), of which only differences between classes matter.

    Returns
    -------
    dict
        By the names of COLUMNS. Fewer than three classes, or points that span too few
        dimensions, have no shape: all None.
    """
    coordinates = readout_coordinates(points, readout)
    if coordinates is None:
        return dict(NOTHING)
    found = measures(*coordinates)
    if np.isnan(found["simplex_distance"]):  # all corners are one point
        return dict(NOTHING)
    return {name: float(v) if np.isfinite(v) else None for name, v in found.items()}


def random_of_equal_norm(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return points in random directions, as far from their mean as the given ones: a control.

    Parameters
    ----------
    points
        (n, S).
    rng
        Draws the directions.

    Returns
    -------
    numpy.ndarray
        (n, S).
    """
    centred = points - points.mean(axis=0)
    directions = rng.standard_normal(points.shape)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return directions / np.linalg.norm(directions, axis=1, keepdims=True) * lengths
