"""Weight noise on systems whose fate is known: a ring that breaks, points that stay."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.drift import slow_velocity
from rnn_geometry.dynamics.robustness import follow_roots, with_noise
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.geometry.manifold_quality import roots_kept

X = torch.zeros(1, dtype=torch.float64)
ANGLES = np.linspace(0.05, 0.05 + 2 * np.pi, 24, endpoint=False)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)
DIAMETER = 2.0


class Weighted(torch.nn.Module):
    """h' = f(W h), the weights W a parameter."""

    def __init__(self, weight, apply):
        super().__init__()
        self.weight, self.apply_to = torch.nn.Parameter(truth.tensor(weight)), apply

    def forward(self, h, x):
        return self.apply_to(h @ self.weight.T)


def ring():
    """Return a step that keeps every point of the unit circle, and pulls all others to it."""
    return Weighted(np.eye(2), lambda h: truth.ring_step(h, None))


def bistable(size):
    """Return a step with 3^n hyperbolic roots, 2^n of them stable."""
    return Weighted(1.5 * np.eye(size), torch.tanh)


def kept(step, noisy, roots, unstable, scale):
    followed = follow_roots(noisy, roots, X)
    return roots_kept(roots, unstable, *followed, scale)


def test_a_ring_stays_and_its_fixed_points_do_not():
    step = ring()
    torch.testing.assert_close(step(truth.tensor(CIRCLE), None), truth.tensor(CIRCLE))
    noisy = with_noise(step, 0.05, seed=1)
    found = project_to_slow_manifold(noisy, CIRCLE, X, min_tau=5, relax_steps=0)
    assert (found.status == 0).all()
    shift = np.linalg.norm(found.points - CIRCLE, axis=1) / DIAMETER
    assert 0.001 < shift.mean() < shift.max() < 0.1
    # Still a ring: points all around, at near distances.
    turned = np.unwrap(np.arctan2(*found.points.T[::-1]))
    assert np.diff(turned).max() < 0.4
    # Two of the axes are longer now: four fixed points are left of a whole circle.
    numbers = kept(step, noisy, CIRCLE, np.zeros(24, int), DIAMETER)
    assert numbers["noise_roots_kept"] < 0.35
    roots = follow_roots(noisy, CIRCLE, X).roots
    distinct = np.unique(roots[np.isfinite(roots).all(1)].round(3) + 0.0, axis=0)
    assert 2 <= len(distinct) <= 4


def test_without_noise_a_ring_keeps_its_fixed_points():
    numbers = kept(ring(), with_noise(ring(), 0.0, seed=1), CIRCLE, np.zeros(24, int), DIAMETER)
    assert numbers["noise_roots_kept"] == 1
    assert numbers["noise_root_shift"] < 1e-6


def test_hyperbolic_points_stay():
    line = np.array([-truth.ROOT, 0, truth.ROOT])
    roots = np.array(np.meshgrid(line, line)).reshape(2, -1).T
    unstable = (roots == 0).sum(axis=1)
    noisy = with_noise(bistable(2), 0.03, seed=0)
    numbers = kept(bistable(2), noisy, roots, unstable, DIAMETER)
    assert numbers["noise_roots_kept"] == numbers["noise_skeleton_kept"] == 1
    assert 0.001 < numbers["noise_root_shift"] < 0.1


def test_roots_that_are_gone_are_not_found():
    # A saddle and a node of h' = tanh(1.5 h + b) have met and left: one root is there.
    roots, unstable = np.array([[-truth.ROOT], [0.0], [truth.ROOT]]), np.array([0, 1, 0])
    followed = follow_roots(truth.tanh_step(1.5, 0.35), roots, X)
    assert followed.roots[2, 0] == pytest.approx(truth.SHIFTED_ROOT, abs=1e-3)
    numbers = roots_kept(roots, unstable, *followed, DIAMETER)
    assert numbers["noise_roots_kept"] == 0.5
    assert numbers["noise_skeleton_kept"] == pytest.approx(1 / 3)


def test_a_singular_system_is_no_root():
    followed = follow_roots(lambda h, x: h + 1, np.zeros((2, 1)), X)
    assert followed.unstable.tolist() == [-1, -1]
    assert np.isnan(followed.roots).all()


def test_noise_is_a_share_of_each_weight_and_one_draw():
    step = torch.nn.Linear(200, 100)
    with torch.no_grad():
        step.weight[0] = 0
    clean = step.weight.detach().double()
    first, second, other = (
        with_noise(step, sigma, seed).weight.detach()
        for sigma, seed in ((0.01, 3), (0.1, 3), (0.01, 4))
    )
    share = (first / clean - 1)[1:]
    assert float(share.std()) == pytest.approx(0.01, rel=0.05)
    torch.testing.assert_close((second / clean - 1)[1:], 10 * share)
    assert (first[0] == 0).all()
    assert not torch.equal(first, other)
    with pytest.raises(ValueError, match="sigma"):
        with_noise(step, -1, seed=0)


def test_drift_is_the_slow_part_of_a_move():
    matrix = truth.linear_matrix("oblique")
    points = truth.draw((5, 6)).numpy()
    step = truth.linear_step(matrix)
    modes = slow_modes(step, points, truth.NOTHING, min_tau=10)
    found = slow_velocity(step, points, truth.NOTHING, modes.right, modes.left, modes.count)
    values, right = np.linalg.eig(matrix)
    held = right @ np.diag(values.real > 0.9) @ np.linalg.inv(right)
    expected = points @ (held @ (matrix - np.eye(6))).T
    np.testing.assert_allclose(found.numpy(), expected.real, atol=1e-8)


def test_modes_beyond_the_count_do_not_drift():
    step = truth.linear_step(np.diag([0.9, 0.5]))
    eye = np.eye(2)[None]
    found = slow_velocity(step, np.ones((1, 2)), truth.NOTHING, eye, eye, np.array([1]))
    np.testing.assert_allclose(found.numpy(), [[-0.1, 0]], atol=1e-12)
