"""Dimension of a cloud of points: linear measures, and estimators of intrinsic dimension.

Points are rows, (n, S). A value that is not defined (no spread, too few points) is None.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np

from rnn_geometry.geometry import _estimators
from rnn_geometry.store.columns import Column, columns

COVER_RADIUS = 0.125  # of the starts' root-mean-square radius
LINKAGE_RADIUS = 1e-3  # of the same radius: points closer than this are one
NO_SPREAD = 1e-12  # of the largest coordinate: an equal or shorter spread is rounding
NEIGHBOURS = 20  # of the local estimators
MOST_POINTS = 1000  # points that the local estimators look at, evenly chosen
PCA_NEIGHBOURS, PCA_PLACES = 80, 100  # size and number of the neighbourhoods of local PCA
FEWEST_POINTS = 50  # distinct points below which no local estimator is tried

LINEAR = columns(
    Column(
        "participation_ratio",
        "(sum v)^2 / sum v^2 over the variances v of the principal components of the points, in the"
        " entries of the state that the readout sees (h of an LSTM); of slow points: those that"
        " converged",
    ),
    Column("components_90", "principal components for 90 % of the variance", kind="count"),
    Column("components_95", "principal components for 95 % of the variance", kind="count"),
    Column(
        "components_n",
        "principal components for N/(N+1) of the variance, N the number of outputs",
        kind="count",
    ),
)
_BY = "intrinsic dimension"
ESTIMATORS = columns(
    Column("id_mle", f"{_BY}: maximum likelihood (Levina & Bickel 2005)"),
    Column("id_two_nn", f"{_BY}: two nearest neighbours (Facco et al. 2017)"),
    Column("id_correlation", f"{_BY}: correlation integral (Grassberger & Procaccia 1983)"),
    Column("id_local_pca", f"{_BY}: local PCA (Fukunaga & Olsen 1971)"),
)


def rms_radius(points: np.ndarray) -> float:
    """Return the root-mean-square distance of points from their mean.

    Parameters
    ----------
    points
        (n, S).
    """
    from_mean = (points - points.mean(axis=0)).astype(float)  # squares of large states run over
    return float(np.sqrt((from_mean**2).sum(axis=1).mean()))


def principal_axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, principal axes and shares of the variance of points.

    The arrays cannot be written to.

    Parameters
    ----------
    points
        (n, S).

    Returns
    -------
    mean
        (S,).
    axes
        (k, S), an axis a row, k = min(n, S). The sign of an axis is free; here its entry of
        largest size is positive.
    shares
        (k,), largest first; zero where all points are equal.
    """
    points = np.asarray(points, dtype=np.float64)
    key = (points.shape, hashlib.blake2b(np.ascontiguousarray(points).data).digest())
    found = _KNOWN_AXES.get(key)  # which another thread may forget
    if found is None:
        found = _KNOWN_AXES[key] = _principal_axes(points)
        if len(_KNOWN_AXES) > REMEMBERED:
            _KNOWN_AXES.popitem(last=False)
    return found


# One network's measures ask for the axes of the same few sets of points a dozen times; each is a
# decomposition.
REMEMBERED = 8
_KNOWN_AXES: OrderedDict[tuple, tuple[np.ndarray, np.ndarray, np.ndarray]] = OrderedDict()


def _principal_axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean = points.mean(axis=0)
    _, values, axes = np.linalg.svd(points - mean, full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    noise = NO_SPREAD * np.sqrt(len(points)) * np.abs(points).max()
    variance = np.where(values > noise, values, 0) ** 2
    found = mean, axes * signs[:, None], variance / max(variance.sum(), np.finfo(float).tiny)
    for array in found:
        array.flags.writeable = False  # they are handed out again
    return found


def explained_variance(points: np.ndarray) -> np.ndarray:
    """Return the share of the variance along each principal component, largest first.

    Parameters
    ----------
    points
        (n, S).
    """
    return principal_axes(points)[2]


def participation_ratio(points: np.ndarray) -> float | None:
    """Return the participation ratio of the principal components of points.

    Parameters
    ----------
    points
        (n, S).

    Returns
    -------
    float or None
        (sum v)^2 / sum v^2 over their variances v; None where all points are equal.

    Examples
    --------
    >>> participation_ratio(np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]]))
    2.0
    """
    shares = explained_variance(points)
    return float(shares.sum() ** 2 / (shares**2).sum()) if shares.any() else None


def components_for(points: np.ndarray, share: float) -> int | None:
    """Return the smallest number of principal components that hold a share of the variance.

    Parameters
    ----------
    points
        (n, S).
    share
        0 to 1.
    """
    return count_components(explained_variance(points), share)


def count_components(shares: np.ndarray, share: float) -> int | None:
    """Return how many of the leading shares of variance add up to a share, rounding apart.

    Parameters
    ----------
    shares
        (k,), largest first.
    share
        0 to 1.

    Examples
    --------
    >>> count_components(np.array([0.6, 0.3, 0.1]), 0.9)
    2
    """
    return int(np.searchsorted(np.cumsum(shares), share - 1e-12) + 1) if np.any(shares) else None


def cover(starts: np.ndarray, found: np.ndarray, d: int) -> float | None:
    """Return the share of starts with a found point nearby.

    Parameters
    ----------
    starts
        (n, S).
    found
        (m, S).
    d
        How many of the first principal components of the starts are looked at.

    Returns
    -------
    float or None
        Share of starts with a point within COVER_RADIUS times their root-mean-square radius;
        None where all starts are equal.
    """
    mean, axes, shares = principal_axes(starts)
    if not shares.any():
        return None
    from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]

    seen = [(points - mean) @ axes[:d].T for points in (starts, found)]
    distance, _ = cKDTree(seen[1]).query(seen[0])
    return float((distance <= COVER_RADIUS * rms_radius(starts)).mean())


def distinct_points(points: np.ndarray, radius: float) -> np.ndarray:
    """Return one row number per group of points that single linkage joins.

    Parameters
    ----------
    points
        (n, S).
    radius
        Points that are closer are one.

    Returns
    -------
    numpy.ndarray
        Row of the first point of each group.
    """
    from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]

    near = cKDTree(points).sparse_distance_matrix(cKDTree(points), radius, output_type="coo_matrix")
    # A distance of exactly zero is no entry of the sparse matrix's graph unless it is made one.
    near.data[:] = 1.0
    return _first_of_groups(near)


def _first_of_groups(near) -> np.ndarray:
    """Return the first row of each group of the graph whose edges a matrix (n, n) tells."""
    from scipy.sparse.csgraph import connected_components

    return np.unique(connected_components(near, directed=False)[1], return_index=True)[1]


def intrinsic_dimension(points: np.ndarray) -> dict[str, float | None]:
    """Return the intrinsic dimension of points by four estimators.

    With 1,000 points on simplices, cubes and spheres of up to nine dimensions local PCA is right to
    .15; the others, which see the edges, are right to .3 for two and three dimensions and read up
    to a third too low at nine. On a curve so dense that neighbours are left out as duplicates
    id_two_nn reads 1.3 to 1.6. The numbers are those of scikit-dimension.

    Parameters
    ----------
    points
        (n, S); at most MOST_POINTS are looked at, and duplicates left out, since zero distances
        break the first three.

    Returns
    -------
    dict
        By the names of ESTIMATORS; None with fewer than FEWEST_POINTS distinct points.

    Raises
    ------
    ValueError
        For coordinates that are not finite.

    References
    ----------
    Levina & Bickel 2005; Facco et al. 2017; Grassberger & Procaccia 1983; Fukunaga & Olsen 1971:
    variances above a tenth of the largest in a neighbourhood.
    """
    from scipy.spatial.distance import pdist, squareform

    points = _thinned(np.asarray(points, dtype=np.float64))
    if not np.isfinite(points).all():
        raise ValueError("coordinates of points must be finite")
    if len(points) < FEWEST_POINTS:
        return dict.fromkeys(ESTIMATORS)
    distances = squareform(pdist(points))
    rows = _first_of_groups(distances <= LINKAGE_RADIUS * rms_radius(points))
    if len(rows) < FEWEST_POINTS:
        return dict.fromkeys(ESTIMATORS)
    return _estimates(points[rows], distances[np.ix_(rows, rows)])


def _thinned(points: np.ndarray) -> np.ndarray:
    """Return at most MOST_POINTS of points (n, S), evenly chosen."""
    last, count = len(points) - 1, min(len(points), MOST_POINTS)
    return points[np.unique(np.linspace(0, last, count).astype(int))]


def _estimates(points: np.ndarray, distances: np.ndarray) -> dict[str, float | None]:
    """Return the estimates from points (n, S) and the distances (n, n) between them."""
    near = _estimators.nearest_distances(distances, NEIGHBOURS)
    # A fifth of the points at most, else a neighbourhood is no longer local.
    size = int(np.clip(len(points) // 5, NEIGHBOURS, PCA_NEIGHBOURS))
    with np.errstate(divide="ignore", invalid="ignore"):  # as on a lattice, where radii are equal
        values = {
            "id_mle": _estimators.maximum_likelihood(near),
            "id_two_nn": _estimators.two_nearest(near),
            "id_correlation": _estimators.correlation(distances, near),
            "id_local_pca": _estimators.local_pca(points, distances, size, PCA_PLACES),
        }
    return {name: float(value) if np.isfinite(value) else None for name, value in values.items()}
