"""The figure of signed rates shows the rates that were planted."""

from dataclasses import replace

import numpy as np
import pytest
from fake_run import fake_network

from rnn_geometry.dynamics.results import Status
from rnn_geometry.plotting.growth import rates_by_distance, rates_over_manifold


@pytest.fixture(scope="module")
def repelling():
    """A network whose modes grow in the middle and decay at the rim; one point is off it."""
    network = fake_network("categorical", 3, "gru", 0)
    points = np.asarray(network.slow_points.points, dtype=float)
    status = np.full(len(points), Status.CONVERGED)
    status[7] = Status.OFF_MANIFOLD
    distance = np.linalg.norm(points - np.delete(points, 7, 0).mean(axis=0), axis=1)
    rate = 0.03 - 0.08 * (distance / distance.max()) ** 2
    modes = replace(
        network.slow_modes,
        eigenvalues=np.exp(rate)[:, None].repeat(network.slow_modes.tau.shape[1], axis=1),
        count=np.where(rate > -0.04, 2, 1),
    )
    slow = replace(network.slow_points, status=status)
    return replace(network, slow_modes=modes, slow_points=slow), rate


def test_rates_stand_at_their_distance(repelling):
    network, rate = repelling
    distance, rates = rates_by_distance(network)
    assert rates.shape == (len(rate) - 1, 2)
    assert distance.max() == 1
    np.testing.assert_allclose(rates[:, 0], np.delete(rate, 7), atol=1e-6)
    faster = np.delete(rate, 7) <= -0.04
    assert np.isnan(rates[faster, 1]).all()
    assert np.isfinite(rates[~faster, 1]).all()
    assert faster.any()


def test_the_median_crosses_the_line_of_what_is_held(repelling):
    (axes,) = (ax for ax in rates_over_manifold([repelling[0]]).axes if ax.get_title())
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["held"].get_ydata()) == [0, 0]
    median = lines["median"].get_ydata()
    assert median[0] > 2
    assert median[-1] < -2
    assert (np.diff(median) < 0).all()
    assert axes.get_ylim()[0] < median.min() < median.max() < axes.get_ylim()[1]
