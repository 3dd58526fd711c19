"""Estimators of intrinsic dimension against scikit-dimension, which tests alone import."""

import numpy as np
import pytest
import skdim
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist, squareform

from rnn_geometry.geometry import _estimators
from rnn_geometry.geometry.dimension import intrinsic_dimension


def cloud(rows: int, d: int, space: int, noise: float) -> np.ndarray:
    """Points of a curved sheet of d dimensions in more coordinates, off the origin."""
    rng = np.random.default_rng(rows + d)
    sheet = np.tanh(rng.normal(size=(rows, d)) @ rng.normal(size=(d, space)))
    return sheet + noise * rng.normal(size=sheet.shape) + 3


@pytest.mark.parametrize(
    ("rows", "d", "space", "noise"), [(1000, 3, 64, 0.0), (400, 2, 128, 0.05), (60, 5, 10, 0.3)]
)
def test_estimates_are_those_of_scikit_dimension(rows, d, space, noise):
    points = cloud(rows, d, space, noise)
    size = min(80, max(20, rows // 5))
    places = np.unique(np.linspace(0, rows - 1, min(rows, 100)).astype(int))
    neighbours = cKDTree(points).query(points[places], k=size)[1]
    pca = skdim.id.lPCA(ver="FO", alphaFO=0.1)
    pca.fit_pw(points, precomputed_knn=neighbours, n_neighbors=size)
    assert intrinsic_dimension(points) == pytest.approx(
        {
            "id_mle": skdim.id.MLE().fit(points, n_neighbors=20).dimension_,
            "id_two_nn": skdim.id.TwoNN().fit(points).dimension_,
            # From distances: its own two ways to find them differ by rounding, and a radius is one.
            "id_correlation": skdim.id.CorrInt(k1=10, k2=20, DM=True)
            .fit(squareform(pdist(points)))
            .dimension_,
            "id_local_pca": pca.dimension_pw_.mean(),
        },
        rel=1e-9,
    )


def test_a_radius_that_is_a_distance_leaves_that_pair_out():
    """Of an odd number of points the median radius is one of the distances."""
    points = cloud(401, 2, 3, 0.0)
    distances = squareform(pdist(points))
    near = _estimators.nearest_distances(distances, 20)
    radii = np.median(near[:, [9, 19]], axis=0)
    counts = [2 * sum(one < radius for one in pdist(points)) for radius in radii]
    expected = np.log(counts[1] / counts[0]) / np.log(radii[1] / radii[0])
    assert _estimators.correlation(distances, near) == pytest.approx(expected, rel=1e-12)


def test_neighbours_leave_the_point_itself_out():
    near = _estimators.nearest_distances(squareform(pdist(np.array([[0.0], [1], [3], [7]]))), 2)
    assert near.tolist() == [[1, 3], [1, 2], [2, 3], [4, 6]]


def test_equal_radii_on_a_lattice_are_undefined_and_no_warning():
    lattice = np.stack(np.meshgrid(*[np.arange(30.0)] * 2), axis=-1).reshape(-1, 2)
    found = intrinsic_dimension(lattice)
    assert found["id_two_nn"] is None  # the two nearest neighbours are as near as each other
    assert found["id_local_pca"] == pytest.approx(2, abs=0.01)


def test_points_that_are_not_finite_are_refused():
    points = cloud(100, 2, 3, 0.0)
    points[50, 1] = np.nan
    with pytest.raises(ValueError, match="finite"):
        intrinsic_dimension(points)
