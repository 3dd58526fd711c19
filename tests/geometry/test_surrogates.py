"""Surrogates: planted shapes and readouts that stand out, near misses that do not, null p."""

import numpy as np
import pytest
from scipy import stats

from rnn_geometry.geometry import surrogates
from rnn_geometry.geometry.readouts import pairwise_angles
from rnn_geometry.geometry.simplex import readout_coordinates, regular_simplex

STATE, DRAWS = 24, 199
SMALLEST = 1 / (1 + DRAWS)
META = {"classes": 4, "multi_label": False, "readout_angle_expected": 109.4712}


def rng(seed=0):
    return np.random.default_rng(seed)


def frame(d, seed=9):
    """Return orthonormal rows (d, S)."""
    return np.linalg.qr(rng(seed).normal(size=(STATE, STATE)))[0][:, :d].T


def filled_simplex(classes, rows=1000):
    return rng(1).dirichlet(np.full(classes, 0.6), rows) @ regular_simplex(classes)


def ball(d, rows=1000, seed=2):
    normal = rng(seed).normal(size=(rows, d + 2))
    return normal[:, :d] / np.linalg.norm(normal, axis=1, keepdims=True)


def found_p(points, readout):
    return surrogates.simplex_p(points, readout, rng(), DRAWS)


@pytest.mark.parametrize("classes", [3, 4, 5, 8])
def test_a_simplex_stands_out_by_its_shape(classes):
    axes = frame(classes - 1)
    found = found_p(filled_simplex(classes) @ axes, regular_simplex(classes) @ axes)
    assert found["simplex_shape_p"] == SMALLEST


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("kind", ["ball", "gaussian"])
@pytest.mark.parametrize("classes", [3, 4, 5])
def test_balls_and_gaussians_do_not(kind, classes, stretched):
    axes, d = frame(classes - 1), classes - 1
    sizes = np.linspace(1, 2, d) if stretched else np.ones(d)
    p = []
    for seed in range(8):
        cloud = ball(d, 300, seed) if kind == "ball" else rng(seed).normal(size=(300, d))
        found = found_p(cloud * sizes @ axes, regular_simplex(classes) @ axes)
        p.append(list(found.values()))
    assert np.median(p, axis=0).min() > 0.15


def test_a_shape_between_a_simplex_and_a_ball_is_told_from_balls():
    """A near miss of the simplex: a ball with four bumps that reach half as far again."""
    axes, corners = frame(3), regular_simplex(4)
    cloud = ball(3)
    near = (cloud @ corners.T).max(axis=1, keepdims=True)
    found = found_p(cloud * (1 + 0.5 * (near > 0.8)) @ axes, corners @ axes)
    assert found["simplex_shape_p"] < 0.05


def test_regular_corners_of_a_stretched_simplex_are_told_by_its_corners():
    """Most points lie along one axis: extremes of a ball so stretched are no regular corners."""
    corners = regular_simplex(3)
    crowd = np.column_stack([rng(4).uniform(-0.9, 0.9, 880), 0.02 * rng(5).normal(size=880)])
    cloud = np.concatenate([crowd, np.repeat(corners, 40, axis=0)])
    cloud = cloud[rng(6).permutation(len(cloud))] @ frame(2)
    found = found_p(cloud, corners @ frame(2))
    assert found["corner_miss_p"] < 0.05
    # The extremes of a ball are regular corners, too: p is that of chance, as the median tells.
    balls = (found_p(ball(2, seed=seed) @ frame(2), corners @ frame(2)) for seed in range(8))
    assert np.median([found["corner_miss_p"] for found in balls]) > 0.2


@pytest.mark.parametrize("kind", ["ball", "gaussian"])
def test_surrogates_share_number_mean_and_covariance(kind):
    cloud = ball(3, 200) * [3.0, 2.0, 1.0] @ frame(3)[:, :3] + [5.0, 0.0, -5.0]
    drawn = np.concatenate(
        [part[kind] for part in surrogates.of_equal_covariance(cloud, rng(), 500)]
    )
    assert drawn.shape == (500, 200, 3)
    covariance = np.cov(cloud.T)
    for one in drawn:
        assert one.mean(axis=0) == pytest.approx(cloud.mean(axis=0))
        assert np.cov(one.T) == pytest.approx(covariance)
    within = drawn - cloud.mean(axis=0)
    radius = np.linalg.norm(within @ np.linalg.inv(np.linalg.cholesky(covariance)).T, axis=-1)
    # A ball of three dimensions ends at the root of five, and half of it lies beyond .79 of that.
    assert (radius.max() < 1.2 * np.sqrt(5)) == (kind == "ball")
    half = np.sqrt(5) * 0.5 ** (1 / 3) if kind == "ball" else np.sqrt(stats.chi2(3).median())
    assert np.median(radius) == pytest.approx(half, rel=0.01)


def test_readouts_inside_the_subspace_and_at_random():
    points = rng(5).normal(size=(400, 3)) @ frame(3)
    noise = 0.3 * rng(6).normal(size=(4, STATE)) / np.sqrt(STATE)
    inside = regular_simplex(4) @ frame(3) + noise
    assert surrogates.subspace_p(inside, points, 3, rng(), DRAWS) == SMALLEST
    at_random = rng(7).normal(size=(4, STATE))
    assert surrogates.subspace_p(at_random, points, 3, rng(), DRAWS) > 0.05
    assert surrogates.subspace_p(0 * inside, points, 3, rng(), DRAWS) is None
    assert surrogates.subspace_p(inside, 0 * points, 3, rng(), DRAWS) is None
    assert surrogates.subspace_p(inside, rng(8).normal(size=(400, STATE)), STATE, rng(), 9) == 1


def test_turned_readouts_keep_their_angles():
    """Equal readouts share one length inside: were they turned one by one, their mean would vary
    less, and a share that chance gives often would look rare."""
    points = rng(5).normal(size=(400, 2)) @ frame(2)
    one = 0.62 * frame(4)[0] + np.sqrt(1 - 0.62**2) * frame(4)[3]
    equal = np.repeat(one[None], 20, axis=0)
    alone = surrogates.subspace_p(one[None], points, 2, rng(), 999)
    assert surrogates.subspace_p(equal, points, 2, rng(), 999) == pytest.approx(alone, abs=0.02)


@pytest.mark.parametrize(
    ("count", "centred", "share"),
    [
        (3, True, 0.82),
        (4, True, 0.57),
        (5, True, 0.29),
        (2, False, 0.84),
        (3, False, 0.58),
        (4, False, 0.34),
    ],
)
def test_random_readouts_of_64_units_are_within_ten_degrees_as_often_as_the_audit_says(
    count, centred, share
):
    expected = np.degrees(np.arccos(-1 / (count - 1))) if centred else 90.0
    off = np.radians(10.0)
    # A set of readouts whose worst pair is ten degrees off: all angles right but one.
    gram = np.full((count, count), np.cos(np.radians(expected)))
    gram[0, 1] = gram[1, 0] = np.cos(np.radians(expected) - off)
    np.fill_diagonal(gram, 1)
    values, axes = np.linalg.eigh(gram)
    readout = np.zeros((count, 64))
    readout[:, :count] = axes * np.sqrt(values.clip(min=0))
    assert np.abs(pairwise_angles(readout) - expected).max() == pytest.approx(10, abs=0.05)
    p = surrogates.angle_p(readout, expected, centred, rng(), 9999)
    assert p == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("centred", [True, False])
def test_exact_angles_are_rare_and_two_classes_say_nothing(centred):
    readout = regular_simplex(4) @ frame(3) if centred else frame(4)
    expected = 109.4712 if centred else 90.0
    assert surrogates.angle_p(readout, expected, centred, rng(), DRAWS) == SMALLEST
    opposite = np.array([[1.0, 0.1], [-1.0, 0.1]])
    assert surrogates.angle_p(opposite, 180.0, True, rng(), DRAWS) == 1


def null_p(kind, seed):
    """Return p of one planted network for which the null is true."""
    draws, network = 99, rng(seed)
    if kind == "angle":
        rows = network.normal(size=(4, 32))
        return surrogates.angle_p(rows - rows.mean(axis=0), 109.4712, True, rng(seed + 1), draws)
    if kind == "subspace":
        readout, points = network.normal(size=(3, 32)), network.normal(size=(60, 2))
        return surrogates.subspace_p(readout, points @ np.eye(2, 32), 2, rng(seed + 1), draws)
    cloud = network.normal(size=(300, 3)) * [1.5, 1.2, 1.0]
    drawn = surrogates.simplex_tests(cloud, regular_simplex(4), rng(seed + 1), draws)
    return drawn["gaussian"][kind]


@pytest.mark.parametrize("kind", ["angle", "subspace", "corner_miss", "simplex_shape"])
def test_p_is_uniform_where_the_null_is_true(kind):
    found = np.array([null_p(kind, 10 * seed) for seed in range(200)])
    # Multiples of 1/100: as a uniform one rounded up.
    spread = found - rng().uniform(0, 0.01, size=len(found))
    assert stats.kstest(spread, "uniform").pvalue > 0.01


def test_the_larger_p_of_ball_and_gaussian_counts():
    cloud, directions = rng(2).normal(size=(120, 3)) @ frame(3), regular_simplex(4) @ frame(3)
    coordinates = readout_coordinates(cloud, directions)
    each = surrogates.simplex_tests(*coordinates, rng(3), DRAWS)
    both = surrogates.simplex_p(cloud, directions, rng(3), DRAWS)
    assert set(each) == {"ball", "gaussian"}
    for name, p in both.items():
        assert p == max(shape[name.removesuffix("_p")] for shape in each.values())


def test_what_a_surrogate_shares_it_is_tested_for_where_it_is_defined():
    points, readout = filled_simplex(4) @ frame(3), regular_simplex(4) @ frame(3)
    all_known = surrogates.surrogate_tests(points, readout, 3, META, 5, DRAWS)
    assert all_known["simplex_shape_p"] == all_known["readout_angle_p"] == SMALLEST
    assert all_known == surrogates.surrogate_tests(points, readout, 3, META, 5, DRAWS)
    assert None not in all_known.values()

    def undefined(points=points, d=3, **meta):
        found = surrogates.surrogate_tests(points, readout, d, {**META, **meta}, 5, DRAWS)
        return {name for name, value in found.items() if value is None}

    shape = {"corner_miss_p", "simplex_shape_p"}
    assert undefined(points=None) == shape | {"readout_in_subspace_p"}
    assert undefined(multi_label=True) == shape
    assert undefined(ordered=True, readout_angle_expected=None) == shape | {"readout_angle_p"}
    assert undefined(d=None) == {"readout_in_subspace_p"}
    assert undefined(points=np.ones((60, STATE))) == shape | {"readout_in_subspace_p"}


@pytest.mark.parametrize(
    ("observed", "larger", "p"), [(9.0, True, 0.2), (0.0, True, 1.0), (2.0, False, 0.6)]
)
def test_p_counts_equal_values_and_undefined_ones_as_extreme(observed, larger, p):
    drawn = np.array([1.0, 2.0, 3.0, 4.0])
    assert surrogates.share_as_extreme(observed, drawn, larger) == pytest.approx(p)
    unknown = np.where(drawn == 1, np.nan, drawn)
    assert surrogates.share_as_extreme(9.0, unknown, larger=True) == pytest.approx(0.4)
