"""Estimators of intrinsic dimension from one matrix of distances.

Their numbers are those of scikit-dimension, which the tests compare them with: it looks for the
neighbours anew for every estimator, and to import it takes longer than all of this. Shapes: n
points, k neighbours.
"""

from __future__ import annotations

import numpy as np

SHARE_OF_RATIOS = 0.9  # of the ratios of two distances, the smallest: Facco et al. leave out others
# Of the largest variance in a neighbourhood. A tenth, not the customary twentieth, keeps curvature
# and noise from being counted as dimensions.
LEAST_VARIANCE = 0.1


def nearest_distances(distances: np.ndarray, count: int) -> np.ndarray:
    """Return distances (n, k) to the nearest other points, from distances (n, n) of all."""
    return np.sort(np.partition(distances, count, axis=1)[:, : count + 1], axis=1)[:, 1:]


def maximum_likelihood(near: np.ndarray) -> float:
    """Return the estimate of Levina & Bickel, places averaged by likelihood (MacKay)."""
    logs = np.log(near[:, -1:] / near).sum(axis=1)
    return (near.shape[1] - 1) / logs.mean()


def two_nearest(near: np.ndarray) -> float:
    """Return the slope of a line through the origin: -log(1 - F(m)) over log m, m = r2 / r1."""
    ratios = np.sort(near[:, 1] / near[:, 0])
    kept = int(len(ratios) * SHARE_OF_RATIOS)
    x, y = np.log(ratios[:kept]), -np.log(1 - np.arange(1, kept + 1) / len(ratios))
    return float((x @ y) / (x @ x))


def correlation(distances: np.ndarray, near: np.ndarray) -> float:
    """Return how the number of pairs grows between two radii: median distances of neighbours."""
    radii = np.median(near[:, [near.shape[1] // 2 - 1, -1]], axis=0)
    pairs = [np.count_nonzero(distances < radius) - len(distances) for radius in radii]
    return np.log(pairs[1] / pairs[0]) / np.log(radii[1] / radii[0])


def local_pca(points: np.ndarray, distances: np.ndarray, size: int, places: int) -> float:
    """Return the mean number of large variances in neighbourhoods of `size` points (n, S)."""
    centres = np.unique(np.linspace(0, len(points) - 1, min(len(points), places)).astype(int))
    members = np.argpartition(distances[centres], size - 1, axis=1)[:, :size]
    local = points[members] - points[members].mean(axis=1, keepdims=True)
    turned = local.swapaxes(1, 2)
    # Both have the same values, but for zeros.
    products = turned @ local if local.shape[2] < size else local @ turned
    variances = np.linalg.eigvalsh(products)
    return (variances > LEAST_VARIANCE * variances[:, -1:]).sum(axis=1).mean()
