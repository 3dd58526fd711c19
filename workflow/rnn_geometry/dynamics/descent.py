"""The field's searches for slow points, to compare the projection with: relaxation, damped Gauss-Newton, Adam.

All end where a number of steps or a tolerance on q = 1/2 |h - F(h, x*)|^2 says so. q falls along the manifold as well
as towards it, so that a tighter tolerance slides points along it until a few exact fixed points are left.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from rnn_geometry.dynamics import jacobians as jac
from rnn_geometry.dynamics._search import Walk, result, rms_norm
from rnn_geometry.dynamics.results import SlowPoints, Status
from rnn_geometry.dynamics.step import Array, Step, checked_inputs, chunks, private_copy


@torch.no_grad()
def relax(
    step: Step, states: Array, x: Array, *, steps: int = 3, memory_mb: float = 128
) -> SlowPoints:
    """Let the network run, h <- F(h, x), for `steps` steps from states (n, S) under x, (E,) or (n, E).

    Status: CONVERGED, or DIVERGED where q grew a hundredfold. Raises ValueError as project_to_slow_manifold does.
    """
    if steps < 0:
        raise ValueError(f"steps must be 0 or more, got {steps}.")

    def search(step: Step, walk: Walk, x: torch.Tensor) -> None:
        limit = walk.limit()
        for _ in range(steps):
            walk.advance(step, x, -walk.r, limit)
            walk.iterations += walk.status != Status.DIVERGED

    return _in_chunks(step, states, x, memory_mb, search)


@torch.no_grad()
def damped_gauss_newton(
    step: Step,
    states: Array,
    x: Array,
    *,
    relax_steps: int = 2,
    damping: float = 0.1,
    iterations: int = 2,
    settled: float = 0.1,
    memory_mb: float = 128,
) -> SlowPoints:
    """Relax states (n, S) under x, (E,) or (n, E), then take Gauss-Newton steps of fixed damping.

    The steps -(A^T A + damping I)^-1 A^T r, A = I - J_rec, move a direction with singular value sigma by the share
    sigma^2 / (sigma^2 + damping): slow directions stay, more or less. OFF_MANIFOLD: the last step was longer than
    `settled` times the root-mean-square norm of the starts. Raises ValueError as project_to_slow_manifold does.
    """
    if relax_steps < 0 or damping <= 0 or iterations < 1:
        got = f"{relax_steps}, {damping} and {iterations}"
        raise ValueError(
            f"relax_steps must be 0 or more, damping above 0 and iterations 1 or more, got {got}."
        )
    longest = settled * rms_norm(torch.as_tensor(states).double()) + 1e-8

    def search(step: Step, walk: Walk, x: torch.Tensor) -> None:
        limit = walk.limit()
        for _ in range(relax_steps):
            walk.advance(step, x, -walk.r, limit)
        for _ in range(iterations):
            move = jac.damped_step(*jac.normal_equations(step, walk.h, x, walk.r), damping)
            walk.advance(step, x, move, limit)
            walk.iterations += walk.status != Status.DIVERGED
        moving = torch.linalg.vector_norm(move, dim=1) > longest
        walk.status[moving & (walk.status == Status.CONVERGED)] = Status.OFF_MANIFOLD

    return _in_chunks(step, states, x, memory_mb, search)


def adam_search(
    step: Step,
    states: Array,
    x: Array,
    *,
    learning_rate: float = 0.01,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    tolerance: float = 5e-5,
    max_steps: int = 1000,
    noise: float = 0.0,
    seed: int = 0,
    memory_mb: float = 128,
) -> SlowPoints:
    """Minimise q with Adam from states (n, S), plus normal `noise` drawn with `seed`, under x, (E,) or (n, E).

    The defaults are those of the authors of Aitken et al. (package renn, example notebook on sentiment: Adam with step
    .01, at most 1,000 steps, tolerance 5e-5). They stop all points when the mean q is below the tolerance; here each
    stops by itself, so that its result depends on no other. Status: CONVERGED (q < tolerance), MAX_ITERATIONS, DIVERGED
    (not finite; the point is the last finite iterate). Raises ValueError as project_to_slow_manifold does.
    """
    for name, value in (
        ("learning_rate", learning_rate),
        ("tolerance", tolerance),
        ("max_steps", max_steps),
    ):
        if not value > 0:
            raise ValueError(f"{name} must be above 0, got {value}.")
    if noise < 0:
        raise ValueError(f"noise must be 0 or more, got {noise}.")
    options = learning_rate, betas, eps, tolerance, max_steps

    def search(step: Step, walk: Walk, x: torch.Tensor) -> None:
        _adam(step, walk, x, *options)

    return _in_chunks(step, states, x, memory_mb, search, noise=noise, seed=seed)


def _adam(
    step: Step,
    walk: Walk,
    x: torch.Tensor,
    rate: float,
    betas,
    eps: float,
    tolerance: float,
    most: int,
) -> None:
    first, second = torch.zeros_like(walk.h), torch.zeros_like(walk.h)
    active = ((walk.q >= tolerance) & walk.q.isfinite()).nonzero()[:, 0]
    for count in range(1, most + 1):
        if len(active) == 0:
            break
        gradient = _gradient(step, walk.h[active], x[active])
        first[active] = betas[0] * first[active] + (1 - betas[0]) * gradient
        second[active] = betas[1] * second[active] + (1 - betas[1]) * gradient.square()
        mean, square = (
            first[active] / (1 - betas[0] ** count),
            second[active] / (1 - betas[1] ** count),
        )
        h = walk.h[active] - rate * mean / (square.sqrt() + eps)
        r, q = jac.residual(step, h, x[active])
        finite = q.isfinite()
        walk.status[active[~finite]] = Status.DIVERGED
        active, h, r, q = active[finite], h[finite], r[finite], q[finite]
        walk.h[active], walk.r[active], walk.q[active] = h, r, q
        walk.iterations[active] += 1
        active = active[q >= tolerance]
    walk.status[active] = Status.MAX_ITERATIONS


def _gradient(step: Step, h: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Return the gradient of q with respect to every state, (n, S); rows do not depend on each other."""
    with torch.enable_grad():
        h = h.detach().requires_grad_()
        return torch.autograd.grad((h - step(h, x)).square().sum() / 2, h)[0]


@torch.no_grad()
def _in_chunks(
    step: Step,
    states: Array,
    x: Array,
    memory_mb: float,
    search: Callable,
    *,
    noise: float = 0.0,
    seed: int = 0,
) -> SlowPoints:
    step = private_copy(step)
    starts, x = checked_inputs(step, states, x)
    shaken = starts
    if noise:
        draw = np.random.default_rng(seed).normal(size=tuple(starts.shape))
        shaken = starts + noise * torch.from_numpy(draw).to(starts)
    walks = []
    for rows in chunks(starts, x, memory_mb):
        walk = Walk.start(step, shaken[rows], x[rows])
        search(step, walk, x[rows])
        walks.append(walk)
    return result(Walk.concatenate(walks), starts)
