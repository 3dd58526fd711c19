"""Dimension of a cloud of points: linear measures, and the intrinsic-dimension estimators of scikit-dimension.

Points are rows, (n, S). A value that is not defined (no spread, too few points) is None.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

COVER_RADIUS = 0.125  # of the starts' root-mean-square radius
LINKAGE_RADIUS = 1e-3  # of the same radius: points closer than this are one
NEIGHBOURS = 20  # of the local estimators
MOST_POINTS = 600  # distinct points that the local estimators look at, evenly chosen
FEWEST_POINTS = 50  # distinct points below which no local estimator is tried


def rms_radius(points: np.ndarray) -> float:
    """Return the root-mean-square distance of points (n, S) from their mean."""
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()))


def principal_axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean (S,), the principal axes as rows (k, S) and their shares of the variance (k,), k = min(n, S).

    The sign of an axis is free; here its entry of largest size is positive. Shares are zero where all points are equal.
    """
    points = np.asarray(points, dtype=np.float64)
    mean = points.mean(axis=0)
    _, values, axes = np.linalg.svd(points - mean, full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    variance = values**2
    return mean, axes * signs[:, None], variance / max(variance.sum(), np.finfo(float).tiny)


def explained_variance(points: np.ndarray) -> np.ndarray:
    """Return the share of the variance along each principal component, largest first."""
    return principal_axes(points)[2]


def participation_ratio(points: np.ndarray) -> float | None:
    """Return (sum v)^2 / sum v^2 over the variances v of the principal components."""
    shares = explained_variance(points)
    return float(shares.sum() ** 2 / (shares**2).sum()) if shares.any() else None


def components_for(points: np.ndarray, share: float) -> int | None:
    """Return the smallest number of principal components that hold `share` of the variance."""
    return count_components(explained_variance(points), share)


def count_components(shares: np.ndarray, share: float) -> int | None:
    """Return how many of the leading shares of variance add up to `share`, rounding apart."""
    return int(np.searchsorted(np.cumsum(shares), share - 1e-12) + 1) if np.any(shares) else None


def cover(starts: np.ndarray, found: np.ndarray, d: int) -> float:
    """Return the share of starts with a found point nearby: within .125 of the starts' root-mean-square radius, seen
    along the first d principal components of the starts. starts, found: (n, S).
    """
    mean, axes, _ = principal_axes(starts)
    seen = [(points - mean) @ axes[:d].T for points in (starts, found)]
    distance, _ = cKDTree(seen[1]).query(seen[0])
    return float((distance <= COVER_RADIUS * rms_radius(starts)).mean())


def distinct_points(points: np.ndarray, radius: float) -> np.ndarray:
    """Return one row number per group of points (n, S) that single linkage at `radius` joins."""
    near = cKDTree(points).sparse_distance_matrix(cKDTree(points), radius, output_type="coo_matrix")
    # A distance of exactly zero is no entry of the sparse matrix's graph unless it is made one.
    near.data[:] = 1.0
    _, group = connected_components(near, directed=False)
    return np.unique(group, return_index=True)[1]


def intrinsic_dimension(points: np.ndarray) -> dict[str, float | None]:
    """Return the intrinsic dimension of points (n, S) by four estimators of scikit-dimension.

    id_mle (Levina & Bickel 2005), id_two_nn (Facco et al. 2017), id_correlation (Grassberger & Procaccia 1983) and
    id_local_pca (Fukunaga & Olsen 1971, 95 % of the variance of each neighbourhood). Duplicates are left out, since
    zero distances break all four; fewer than 50 distinct points give None.
    """
    import skdim

    points = np.asarray(points, dtype=np.float64)
    points = points[distinct_points(points, LINKAGE_RADIUS * rms_radius(points))]
    names = ("id_mle", "id_two_nn", "id_correlation", "id_local_pca")
    if len(points) < FEWEST_POINTS:
        return dict.fromkeys(names)
    points = points[np.unique(np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).astype(int))]
    # All distances live in the span of the points: without its empty dimensions the estimators run faster (two stay,
    # since scikit-learn refuses a single one).
    mean, axes, shares = principal_axes(points)
    points = (points - mean) @ axes[: max(2, int((shares > 1e-12).sum()))].T
    local_pca = skdim.id.lPCA(ver="ratio", alphaRatio=0.95)
    values = (
        skdim.id.MLE(K=NEIGHBOURS).fit(points).dimension_,
        skdim.id.TwoNN().fit(points).dimension_,
        skdim.id.CorrInt(k1=10, k2=NEIGHBOURS).fit(points).dimension_,
        np.mean(local_pca.fit_pw(points, n_neighbors=4 * NEIGHBOURS).dimension_pw_),
    )
    return {name: float(value) if np.isfinite(value) else None for name, value in zip(names, values, strict=True)}
