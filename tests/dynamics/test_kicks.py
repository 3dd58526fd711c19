"""What is left of kicks, by systems whose answer is known."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from rnn_geometry.dynamics.kicks import left_of_kicks
from rnn_geometry.geometry.growth import gain

X = torch.zeros(1, dtype=torch.float64)
EYE = torch.eye(2, dtype=torch.float64)


def pitchfork(h, x):
    """h' = h + .03 h - .03 h^3: the middle repels, both ends attract."""
    return h + 0.03 * h - 0.03 * h**3


def test_a_linear_system_leaves_its_power():
    jacobian = torch.tensor([[1.02, 0.3], [0.0, 0.9]], dtype=torch.float64)
    points = torch.ones(3, 2, dtype=torch.float64)
    found = left_of_kicks(lambda h, x: h @ jacobian.T, points, X, EYE.expand(3, 2, 2), 25)
    power = torch.linalg.matrix_power(jacobian, 25)
    torch.testing.assert_close(found, power.T.expand(3, 2, 2), rtol=1e-8, atol=1e-8)


def test_the_middle_of_a_pitchfork_repels_and_its_ends_hold_less():
    points = torch.tensor([[0.0], [0.9]], dtype=torch.float64)
    found = left_of_kicks(pitchfork, points, X, torch.ones(2, 1, 1, dtype=torch.float64), 25)
    assert float(found[0]) == pytest.approx(1.03**25)
    # The whole run counts: the end is read where the flow arrives, not where it starts.
    started = 1 + 0.03 - 0.09 * 0.9**2
    assert float(found[1]) < started**25
    continuous = solve_ivp(
        lambda _, y: [0.03 * (y[0] - y[0] ** 3), 0.03 * (1 - 3 * y[0] ** 2) * y[1]],
        (0, 25),
        [0.9, 1.0],
        rtol=1e-9,
    )
    assert float(found[1]) == pytest.approx(continuous.y[1, -1], rel=0.05)


def test_an_integrator_keeps_every_kick():
    points = torch.zeros(2, 2, dtype=torch.float64)
    found = left_of_kicks(lambda h, x: h + x, points, X, EYE.expand(2, 2, 2), 40)
    np.testing.assert_allclose(gain(found.numpy()), 1, rtol=1e-9)


def test_directions_must_fit_the_points():
    with pytest.raises(ValueError, match="directions"):
        left_of_kicks(pitchfork, torch.zeros(2, 1), X, torch.ones(1, 1, 1), 3)
