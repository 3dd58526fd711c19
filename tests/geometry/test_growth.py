"""Signed rates of modes, where a centre repels and where it does not."""

import numpy as np
import pytest
from scipy.linalg import block_diag

from rnn_geometry.dynamics.results import Status
from rnn_geometry.geometry import growth

LENGTH = 20
MIN_TAU = 10.0


def disc(count=3000, seed=0):
    """Points of a disc, (n, 2), and their distances from its middle."""
    rng = np.random.default_rng(seed)
    radius = np.sqrt(rng.uniform(size=count))
    angle = rng.uniform(0, 2 * np.pi, size=count)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), radius


def over_points(rate_of_radius, imaginary=0.0):
    """What is said of a disc where both modes have a rate by the distance from the middle."""
    points, radius = disc()
    rates = (rate_of_radius(radius) + 1j * imaginary)[:, None].repeat(2, axis=1)
    return growth.growth_over_points(points, rates, LENGTH)


def test_a_repelling_centre_with_a_decaying_rim():
    found = over_points(lambda r: 0.03 - 0.06 * r**2)
    assert found["growing_share_centre"] == 1.0
    assert found["growing_share_edge"] == 0.0
    # A third of a disc lies within radius .58; the median of r^2 there is 1/6, at the rim 5/6.
    assert found["rate_centre"] == pytest.approx(0.03 - 0.06 / 6, abs=2e-3)
    assert found["rate_edge"] == pytest.approx(0.03 - 0.06 * 5 / 6, abs=2e-3)
    assert found["rate_slope"] < -0.99


def test_the_same_time_constants_without_growth_are_told_apart():
    decays = over_points(lambda r: -np.abs(0.03 - 0.06 * r**2))
    assert decays["growing_share_centre"] == 0.0
    assert decays["rate_centre"] < 0
    turned = over_points(lambda r: -0.03 + 0.06 * r**2)
    assert turned["rate_slope"] > 0.99
    assert turned["growing_share_edge"] == 1.0


def test_a_flat_manifold_has_no_slope_and_no_rotation():
    flat = over_points(np.zeros_like)
    assert flat["rate_slope"] is None
    assert flat["rotation"] == 0


def test_a_rotation_is_that_of_complex_pairs():
    turning = over_points(lambda r: -0.01 + 0 * r, imaginary=np.radians(2))
    assert turning["rotation"] == pytest.approx(2)
    assert turning["rotation_of_text"] == pytest.approx(2 * LENGTH)
    # A negative eigenvalue alternates and turns nothing.
    assert over_points(lambda r: -0.01 + 0 * r, imaginary=np.pi)["rotation"] == 0


def test_what_grows_at_the_centre_is_counted_among_the_leading_modes_only():
    values = np.array([0.5, 0.99, 1.02, -1.05, 0.0])
    found = growth.growth_at_centre(values, d=2)
    assert found["growing_modes"] == 2
    assert [found[f"growth_{i}"] for i in (1, 2, 3)] == pytest.approx(np.log([1.05, 1.02, 0.99]))
    assert growth.growth_at_centre(values, d=1)["growing_modes"] == 1
    assert growth.growth_at_centre(np.array([0.9, 0.0]), d=2) == {
        "growth_1": pytest.approx(np.log(0.9)),
        **dict.fromkeys(("growth_2", "growth_3", "growth_4")),
        "growing_modes": 0,
    }


def test_modes_faster_than_the_cut_count_at_the_cut():
    eigenvalues = np.array([[1.1, 0.95, 0.0], [0.99, 0.0, 0.0], [0.0, 0.0, 0.0]])
    rates = growth.leading_rates(eigenvalues, np.array([2, 1, 0]), 3, MIN_TAU)
    fill = -1 / MIN_TAU
    expected = [[np.log(1.1), np.log(0.95), fill], [np.log(0.99), fill, fill], [fill] * 3]
    np.testing.assert_allclose(rates, expected)
    assert growth.leading_rates(eigenvalues, np.array([2, 1, 0]), 5, MIN_TAU).shape == (3, 5)


def test_converged_points_of_the_sample_are_measured_where_there_are_any():
    status = np.full(20, Status.CONVERGED)
    status[[0, 13]] = Status.NO_GAP, Status.OFF_MANIFOLD
    slow = {"status": status}
    assert growth.sampled_rows({"index": np.array([0, 5, 13])}, slow).tolist() == [1]
    assert growth.sampled_rows({"index": np.array([0, 13])}, slow).tolist() == [0, 1]
    no_gap = {"status": np.full(20, Status.NO_GAP)}
    assert growth.sampled_rows({"index": np.array([3, 4])}, no_gap).tolist() == [0, 1]


def test_directions_span_the_leading_modes_real_or_complex():
    turn = np.array([[0.9, -0.3], [0.3, 0.9]])
    jacobian = block_diag(1.1, turn, 0.2)
    mixing = np.random.default_rng(0).normal(size=(4, 4))
    values, right = np.linalg.eig(mixing @ jacobian @ np.linalg.inv(mixing))
    right = right[:, np.argsort(-np.abs(values), kind="stable")][None]
    found = growth.leading_directions(right, 3)[0]
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-12)
    span = np.linalg.qr(mixing[:, :3])[0]
    np.testing.assert_allclose(found @ span @ span.T, found, atol=1e-12)


def test_gain_is_that_of_volumes():
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 3)))[0].T
    assert growth.gain(2 * rotation[None])[0] == pytest.approx(2)
    assert growth.gain(np.zeros((1, 2, 5)))[0] < 1e-100
