"""Growth over a manifold, measured of systems that are known to repel at the centre, or not."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import Status
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.stages.growth import growth_numbers

LENGTH, MIN_TAU = 20, 10.0
X = torch.zeros(1, dtype=torch.float64)


def plane(rate, bend):
    """A step with a slow plane and a fast third direction: rate - bend |h|^2 per word."""

    def step(h, x):
        slow, fast = h[:, :2], h[:, 2:]
        return torch.cat([slow * (1 + rate - bend * slow.square().sum(1, True)), 0.2 * fast], 1)

    return step


def measured(step, radius):
    """The numbers of a step on 400 points of a disc."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, size=400)
    distance = radius * np.sqrt(rng.uniform(size=400))
    points = np.column_stack([distance * np.cos(angle), distance * np.sin(angle), 0 * angle])
    index = np.arange(0, 400, 13)
    linear = linearize(step, points[index], X)
    slow = SimpleNamespace(
        points=points, status=np.full(400, Status.CONVERGED), min_tau=MIN_TAU, x=X.numpy()
    )
    sample = SimpleNamespace(
        index=index, centre=0, eigenvalues=linear.eigenvalues, right=linear.right
    )
    return growth_numbers(
        step, slow, slow_modes(step, points, X, min_tau=MIN_TAU), sample, 2, LENGTH
    )


def test_a_ring_of_attractors_round_a_repeller():
    found = measured(plane(0.03, 0.03), 1.0)
    assert found["growing_share_centre"] == 1
    assert found["rate_slope"] < -0.98
    assert found["kick_growth_centre"] > 1.3 > 0.9 > found["kick_growth_edge"]
    assert found["rotation"] == 0


def test_a_plane_attractor_holds_what_it_is_given():
    found = measured(plane(0.0, 0.0), 1.0)
    assert found["growing_modes"] == 0
    assert found["growing_share_centre"] == 0
    assert found["kick_growth_centre"] == pytest.approx(1)
    assert found["kick_growth_edge"] == pytest.approx(1)
    assert found["rate_slope"] is None


def test_a_leak_that_saturates_has_a_slope_and_no_growth():
    found = measured(plane(-0.01, 0.02), 1.0)
    assert found["rate_slope"] < -0.98
    assert found["growing_share_centre"] == found["growing_share_edge"] == 0
    assert found["kick_growth_centre"] < 1
