"""Measures of dimension against shapes whose dimension is known."""

import time

import numpy as np
import pytest

from rnn_geometry.geometry.dimension import (
    components_for,
    cover,
    distinct_points,
    explained_variance,
    intrinsic_dimension,
    participation_ratio,
    principal_axes,
    rms_radius,
)

POINTS, SPACE = 1000, 64
ESTIMATORS = ("id_mle", "id_two_nn", "id_correlation", "id_local_pca")


def simplex(d, rng):
    return rng.dirichlet(np.ones(d + 1), POINTS)


def cube(d, rng):
    return rng.uniform(size=(POINTS, d))


def sphere(d, rng):
    points = rng.normal(size=(POINTS, d + 1))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def ring(rng):
    angle = rng.uniform(0, 2 * np.pi, POINTS)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def embedded(points, rng):
    """Turn points into SPACE dimensions and move them off the origin; no distance changes."""
    return points @ np.linalg.qr(rng.normal(size=(SPACE, points.shape[1])))[0].T + rng.normal(
        size=SPACE
    )


def planted(shape, *size, seed=0):
    rng = np.random.default_rng(seed)
    return embedded(shape(*size, rng), rng)


@pytest.mark.parametrize("d", range(2, 10))
@pytest.mark.parametrize(("shape", "linear"), [(simplex, 0), (cube, 0), (sphere, 1)])
def test_linear_measures_count_the_dimensions_that_a_shape_fills(shape, linear, d):
    points = planted(shape, d)
    assert participation_ratio(points) == pytest.approx(d + linear, rel=0.03)
    assert components_for(points, 1.0) == d + linear
    assert components_for(points, 0.5) == -(
        -(d + linear) // 2
    )  # equal variances: half of them, rounded up


def test_participation_ratio_is_the_formula():
    # Variances 3, 2 and 1: (3 + 2 + 1)^2 / (9 + 4 + 1).
    points = np.diag(np.sqrt([3.0, 2.0, 1.0]))
    points = np.concatenate([points, -points])
    assert participation_ratio(points) == pytest.approx(36 / 14)
    np.testing.assert_allclose(explained_variance(points), [1 / 2, 1 / 3, 1 / 6])
    assert [components_for(points, share) for share in (0.4, 0.5, 0.51, 5 / 6, 0.84, 1)] == [
        1,
        1,
        2,
        2,
        3,
        3,
    ]


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((100, 8)),
        np.full((100, 8), 0.1),
        np.ones((1, 8)),
        np.tile(np.linspace(-3, 7, 8) / 3, (1000, 1)),
    ],
    ids=["zeros", "not exact in binary", "one point", "many decimals"],
)
def test_equal_points_have_no_dimension(points):
    assert participation_ratio(points) is None
    assert components_for(points, 0.95) is None
    assert cover(points, points, 2) is None
    assert not explained_variance(points).any()
    assert intrinsic_dimension(points) == dict.fromkeys(ESTIMATORS)


def test_small_spread_far_from_the_origin_still_counts():
    points = planted(simplex, 3).astype(np.float32)
    assert participation_ratio(1e-3 * points + 10) == pytest.approx(
        participation_ratio(points), rel=1e-2
    )


def test_principal_axes_rebuild_the_points_with_signs_that_do_not_depend_on_their_order():
    points = planted(cube, 5) * np.linspace(1, 2, SPACE)
    mean, axes, shares = principal_axes(points)
    np.testing.assert_allclose(mean + (points - mean) @ axes.T @ axes, points, atol=1e-12)
    np.testing.assert_allclose(axes @ axes.T, np.eye(SPACE), atol=1e-12)
    assert shares.sum() == pytest.approx(1)
    shuffled = principal_axes(points[::-1])[1]
    np.testing.assert_allclose(shuffled[:5], axes[:5], atol=1e-10)
    assert all(axis[np.abs(axis).argmax()] > 0 for axis in axes[:5])


def test_fewer_points_than_coordinates():
    mean, axes, shares = principal_axes(np.eye(3, 8))
    assert (mean.shape, axes.shape, shares.shape) == ((8,), (3, 8), (3,))
    assert participation_ratio(np.eye(3, 8)) == pytest.approx(2)


def test_cover_is_the_share_of_starts_with_a_point_nearby():
    # The starts' root-mean-square radius is 1, so that the reach is .125.
    starts = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    found = np.array([[1.124, 0, 0], [-1.126, 0, 0], [0, 1, 5], [0, 0, 0]])
    assert (
        cover(starts, found, 2) == 0.5
    )  # the third coordinate is outside the plane and does not count
    assert cover(starts, found, 3) == 0.25
    assert cover(starts, starts[::-1], 2) == 1
    assert cover(7 * starts, 7 * found, 2) == 0.5
    assert cover(starts, starts, 50) == 1  # more dimensions than there are


def test_cover_reveals_a_collapse_that_the_participation_ratio_hides():
    starts = planted(simplex, 2)
    _, axes, _ = principal_axes(starts)
    corners = [int(np.argmax((starts @ axes[:2].T) @ way)) for way in ([1, 0], [-1, 1], [-1, -1])]
    collapsed = starts[np.array(corners)[np.arange(POINTS) % 3]]
    assert cover(starts, starts, 2) == 1
    assert cover(starts, collapsed, 2) < 0.1
    assert participation_ratio(collapsed) > 1.8


def test_distinct_points_are_single_linkage_groups():
    line = np.array([[0.0], [1], [2], [5], [5], [8.1], [9.05]])  # a chain, two equal, two within 1
    assert distinct_points(line, 1.0).tolist() == [0, 3, 5]
    assert distinct_points(line, 0.99).tolist() == [0, 1, 2, 3, 5]
    assert distinct_points(line, 0.0).tolist() == [0, 1, 2, 3, 5, 6]


def test_distinct_points_of_a_usual_network_are_fast():
    rng = np.random.default_rng(0)
    corners = rng.normal(size=(5, 128))
    points = corners[np.arange(1000) % 5] + 1e-6 * rng.normal(size=(1000, 128))
    started = time.process_time()
    assert len(distinct_points(points, 1e-3 * rms_radius(points))) == 5
    assert len(distinct_points(rng.normal(size=(1000, 128)), 1e-2)) == 1000
    assert time.process_time() - started < 2


@pytest.mark.parametrize("d", [2, 3, 4, 5, 7, 9])
@pytest.mark.parametrize("shape", [simplex, cube, sphere])
def test_local_pca_recovers_the_dimension(shape, d):
    assert intrinsic_dimension(planted(shape, d))["id_local_pca"] == pytest.approx(d, abs=0.2)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("shape", [simplex, cube, sphere])
def test_all_estimators_recover_few_dimensions(shape, d):
    assert intrinsic_dimension(planted(shape, d)) == pytest.approx(
        dict.fromkeys(ESTIMATORS, d), abs=0.35
    )


@pytest.mark.parametrize("shape", [simplex, cube, sphere])
def test_estimates_rise_with_the_dimension_and_never_above_it_by_much(shape):
    found = {d: intrinsic_dimension(planted(shape, d)) for d in (2, 4, 6, 8)}
    for name in ESTIMATORS:
        values = [found[d][name] for d in found]
        assert values == sorted(values)
        assert all(0.65 * d < value < 1.15 * d for d, value in zip(found, values, strict=True)), (
            name,
            values,
        )


def test_a_ring_fills_a_plane_and_is_a_curve():
    points = planted(ring)
    assert participation_ratio(points) == pytest.approx(2, abs=0.05)
    found = intrinsic_dimension(points)
    assert {
        name: found[name] for name in ("id_mle", "id_correlation", "id_local_pca")
    } == pytest.approx({"id_mle": 1, "id_correlation": 1, "id_local_pca": 1}, abs=0.15)
    assert found["id_two_nn"] == pytest.approx(1.3, abs=0.25)  # see the docstring


def test_duplicates_change_nothing():
    points = planted(simplex, 3)[:400]
    alone = intrinsic_dimension(points)
    rng = np.random.default_rng(1)
    again = points[np.arange(500) % 400] + 1e-6 * rng.normal(size=(500, SPACE))
    assert intrinsic_dimension(np.concatenate([points, again])) == pytest.approx(alone, rel=1e-3)


def test_noise_is_seen_by_near_neighbours_and_not_by_local_pca():
    points = planted(simplex, 3)
    noise = np.random.default_rng(1).normal(size=points.shape)
    faint, strong = (
        intrinsic_dimension(points + 1e-3 * noise),
        intrinsic_dimension(points + 1e-2 * noise),
    )
    assert faint == pytest.approx(dict.fromkeys(ESTIMATORS, 3), abs=0.35)
    assert strong["id_local_pca"] == pytest.approx(3, abs=0.1)
    assert strong["id_two_nn"] > 6


@pytest.mark.parametrize(("rows", "defined"), [(49, False), (50, True), (80, True), (81, True)])
def test_few_points_give_numbers_from_fifty_on(rows, defined):
    found = intrinsic_dimension(planted(simplex, 2)[:rows])
    assert tuple(found) == ESTIMATORS
    assert all((value is not None) == defined for value in found.values())


def test_a_few_points_found_many_times_are_undefined():
    assert intrinsic_dimension(np.repeat(planted(simplex, 2)[:30], 30, axis=0)) == dict.fromkeys(
        ESTIMATORS
    )


def test_a_line_is_one_dimensional():
    found = intrinsic_dimension(np.linspace(0, 1, 200)[:, None] ** 1.1 * np.ones((1, 5)))
    assert {**found, "id_two_nn": 1} == pytest.approx(dict.fromkeys(ESTIMATORS, 1), abs=0.2)


def test_estimates_repeat_and_leave_the_points_alone():
    points = planted(simplex, 3)
    before = points.copy()
    assert intrinsic_dimension(points) == intrinsic_dimension(points)
    np.testing.assert_array_equal(points, before)
