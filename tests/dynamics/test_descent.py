"""The searches that the projection is compared with."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.descent import adam_search, damped_gauss_newton, relax
from rnn_geometry.dynamics.results import Status

SEARCHES = [relax, damped_gauss_newton, adam_search]
STARTS = truth.draw((12, 3))
INPUT = np.array([0.1, -0.2])


def test_relaxation_is_the_network_left_alone():
    found = relax(truth.mixed_step, STARTS, INPUT, steps=4)
    h = STARTS
    for _ in range(4):
        h = truth.mixed_step(h, truth.tensor(INPUT).expand(12, -1))
    np.testing.assert_allclose(found.points, h)
    assert found.iterations.tolist() == [4] * 12
    assert (found.status == Status.CONVERGED).all()


def test_adam_finds_the_roots_of_one_unit():
    found = adam_search(
        truth.tanh_step(), truth.draw((30, 1)), truth.NOTHING, tolerance=1e-12, max_steps=5000
    )
    assert (found.status == Status.CONVERGED).all()
    assert found.q.max() < 1e-12
    assert np.abs(np.abs(found.points[:, 0]) - truth.ROOT).min() < 1e-4


def test_adam_says_when_it_did_not_arrive():
    found = adam_search(
        truth.tanh_step(), truth.tensor([[0.5]]), truth.NOTHING, tolerance=1e-20, max_steps=3
    )
    assert (found.status[0], found.iterations[0]) == (Status.MAX_ITERATIONS, 3)


def test_a_tight_tolerance_slides_along_what_damping_keeps():
    step, starts = truth.linear_step(np.diag([0.98, 0.1])), truth.draw((20, 2)) + 2
    kept = damped_gauss_newton(step, starts, truth.NOTHING, relax_steps=0)
    collapsed = adam_search(step, starts, truth.NOTHING, tolerance=1e-8, max_steps=5000)
    assert np.abs(kept.points[:, 0] / starts.numpy()[:, 0] - 1).max() < 0.02
    assert np.abs(collapsed.points[:, 0]).max() < 0.02
    assert np.abs(kept.points[:, 1]).max() < 0.1


def test_a_run_that_overflows_keeps_its_last_finite_point():
    def step(h, x):
        return torch.where(h > 1, h * 1e200, 0.5 * h)

    for search in SEARCHES:
        found = search(step, truth.tensor([[0.5], [3.0]]), truth.NOTHING)
        assert np.isfinite(found.points).all()
        assert found.points[1, 0] == 3.0
        assert found.status[1] == Status.DIVERGED


@pytest.mark.parametrize("search", SEARCHES)
def test_order_and_chunks_do_not_matter(search):
    expected, order = (
        search(truth.mixed_step, STARTS, INPUT),
        np.random.default_rng(0).permutation(12),
    )
    found = search(truth.mixed_step, STARTS[order], INPUT, memory_mb=1e-3)
    np.testing.assert_allclose(found.points, expected.points[order], rtol=1e-9)
    np.testing.assert_array_equal(found.iterations, expected.iterations[order])


@pytest.mark.parametrize("search", SEARCHES)
def test_the_callers_things_are_left_alone(search):
    cell, starts = torch.nn.Linear(3, 3), STARTS.clone().requires_grad_()
    before = cell.weight.clone()

    class Mine(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = cell

        def forward(self, h, x):
            return torch.tanh(self.inner(h))

    search(Mine(), starts, INPUT)
    assert torch.equal(cell.weight, before)
    assert cell.weight.grad is None
    assert cell.weight.requires_grad
    assert torch.equal(starts, STARTS)


def test_noise_depends_on_the_seed_only():
    options = {"noise": 0.4, "max_steps": 5}
    one, same, other = (
        adam_search(truth.mixed_step, STARTS, INPUT, seed=seed, **options) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.points, same.points)
    assert np.abs(one.points - other.points).max() > 0.01


def test_bad_options_are_named():
    for options in ({"learning_rate": 0}, {"tolerance": -1}, {"max_steps": 0}, {"noise": -0.1}):
        with pytest.raises(ValueError, match=next(iter(options))):
            adam_search(truth.mixed_step, STARTS, INPUT, **options)
    with pytest.raises(ValueError, match="steps"):
        relax(truth.mixed_step, STARTS, INPUT, steps=-1)
    with pytest.raises(ValueError, match="damping"):
        damped_gauss_newton(truth.mixed_step, STARTS, INPUT, damping=0)
