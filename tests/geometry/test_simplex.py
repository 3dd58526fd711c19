"""Planted simplices that must pass, near misses that must fail, at the thresholds of claims."""

import numpy as np
import pytest
import scipy.spatial
import yaml
from conftest import PROJECT
from scipy.spatial.transform import Rotation

from rnn_geometry.geometry import simplex

STATE = 24
CLAIMS = yaml.safe_load((PROJECT / "config/claims.yaml").read_text())["claims"]
MISS = next(claim["at_most"] for claim in CLAIMS if claim["metric"] == "corner_miss")
SHAPE = next(claim["at_least"] for claim in CLAIMS if claim["metric"] == "simplex_shape")


def basis(d, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(STATE, STATE)))[0][:, :d].T


def planted(classes, rows=1000, sharpness=0.6):
    """Return points that fill a simplex, denser at its corners, and readouts to its corners."""
    corners = simplex.regular_simplex(classes)
    weights = np.random.default_rng(1).dirichlet(np.full(classes, sharpness), rows)
    axes = basis(classes - 1)
    return 4 + weights @ corners @ axes, corners @ axes


@pytest.mark.parametrize("classes", [2, 3, 4, 7])
def test_regular_simplex_is_one(classes):
    corners = simplex.regular_simplex(classes)
    assert corners.shape == (classes, classes - 1)
    assert corners.sum(axis=0) == pytest.approx(np.zeros(classes - 1), abs=1e-12)
    cosines = corners @ corners.T
    assert cosines == pytest.approx(np.where(np.eye(classes) > 0, 1, -1 / (classes - 1)))


@pytest.mark.parametrize("classes", [3, 4, 5, 8, 10])
def test_a_simplex_passes(classes):
    found = simplex.simplex_fit(*planted(classes))
    assert found["corner_miss"] < 0.8 * MISS
    assert found["simplex_distance"] < 0.01
    assert found["simplex_shape"] > SHAPE + 0.1


@pytest.mark.parametrize("classes", [3, 4, 8])
def test_many_sets_of_corners_at_once_have_the_distances_of_scipy(classes):
    sets = np.random.default_rng(6).normal(size=(20, classes, classes - 1))
    distances, misses = simplex.procrustes_fit(sets)
    regular = simplex.regular_simplex(classes)
    for corners, distance, miss in zip(sets, distances, misses, strict=True):
        one, fitted, disparity = scipy.spatial.procrustes(regular, corners)
        assert distance == pytest.approx(disparity)
        apart = np.linalg.norm(one - fitted, axis=1) / np.linalg.norm(one[0])
        assert miss == pytest.approx(apart.max())


def test_many_clouds_at_once_have_the_measures_of_each():
    clouds = np.random.default_rng(7).normal(size=(5, 300, 3))
    clouds[3] = 1  # all points are one, which has no corners
    directions = np.random.default_rng(8).normal(size=(4, 3))
    together = simplex.measures(clouds, directions)
    for name, values in together.items():
        alone = [float(simplex.measures(cloud, directions)[name]) for cloud in clouds]
        assert values.tolist() == pytest.approx(alone, nan_ok=True)
        assert np.flatnonzero(np.isnan(values)).tolist() == [3]


def test_corners_are_means_of_the_farthest_points():
    points = np.array([[float(i % 50), 0.0] for i in range(100)])  # each place twice
    found = simplex.corners_along(points, np.array([[1.0, 0], [-1, 0], [0, 1]]))
    # Five points are a corner; the sixth is as far as the fifth. Along nothing all are alike.
    assert found == pytest.approx(np.array([[48, 0], [1, 0], [24.5, 0]]))


def test_a_constant_added_to_all_readouts_changes_nothing():
    points, readout = planted(4)
    moved = simplex.simplex_fit(points, readout + 3 * np.random.default_rng(2).normal(size=STATE))
    assert moved == pytest.approx(simplex.simplex_fit(points, readout))


@pytest.mark.parametrize("classes", [3, 4, 5, 8])
def test_a_simplex_with_one_corner_missing_fails(classes):
    points, readout = planted(classes)
    along = (points - points.mean(axis=0)) @ readout[0]
    for kept in (
        0.5,
        0.2,
    ):  # all that lies beyond a half and beyond a fifth of the way to the corner is gone
        found = simplex.simplex_fit(points[along < kept * along.max()], readout)
        assert found["corner_miss"] > MISS


def test_a_plane_for_four_classes_fails():
    points, readout = planted(4)
    axes = basis(3)
    flat = (
        points
        - (points @ axes[2])[:, None] * axes[2]
        + 0.01 * np.random.default_rng(3).normal(size=points.shape)
    )
    assert simplex.simplex_fit(flat, readout)["corner_miss"] > MISS


def test_a_ball_has_the_corners_but_not_the_shape():
    _, readout = planted(4)
    axes = basis(3)
    rng = np.random.default_rng(4)
    directions = rng.normal(size=(1000, 3))
    ball = (
        directions
        / np.linalg.norm(directions, axis=1, keepdims=True)
        * rng.uniform(size=(1000, 1)) ** (1 / 3)
    )
    found = simplex.simplex_fit(ball @ axes, readout)
    assert found["corner_miss"] < MISS  # why this measure alone proves nothing
    assert found["simplex_shape"] == pytest.approx(0, abs=0.1)
    assert found["simplex_shape"] < SHAPE


def test_readouts_that_point_elsewhere_find_no_corners():
    points, readout = planted(4)
    turn = Rotation.from_rotvec([0, 0, np.pi / 3]).as_matrix()
    axes = basis(3)
    found = simplex.simplex_fit(points, readout @ axes.T @ turn @ axes)
    assert found["simplex_shape"] < 0.2


@pytest.mark.parametrize(
    ("points", "classes"),
    [(np.zeros((50, STATE)), 3), (np.ones((1, STATE)), 4), (np.ones((50, 2)), 4), (None, 2)],
)
def test_what_has_no_shape_is_none(points, classes):
    full, readout = planted(classes)
    readout = readout if points is None else np.eye(classes, points.shape[1])
    assert set(simplex.simplex_fit(full if points is None else points, readout).values()) == {None}


def test_random_points_keep_their_distances_only():
    points, _ = planted(4)
    found = simplex.random_of_equal_norm(points, np.random.default_rng(0))
    lengths = np.linalg.norm(points - points.mean(axis=0), axis=1)
    assert np.linalg.norm(found, axis=1) == pytest.approx(lengths)
    assert np.linalg.matrix_rank(found) == STATE
