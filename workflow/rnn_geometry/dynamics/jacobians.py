"""Jacobians of one step of a network, J_rec = dF/dh and J_inp = dF/dx, and Newton steps, for any differentiable step.

A *step* is any callable step(h (n, S), x (n, E)) -> (n, S) whose rows do not depend on each other. All work here and in
`slow_points` and `linearization` is done in float64 on a private copy of the step.
"""

from __future__ import annotations

import math

import torch

from rnn_geometry.dynamics.step import (
    CACHE_BYTES,
    Array,
    Step,
    checked_inputs,
    chunks,
    private_copy,
)


def jacobians(
    step: Step, h: Array, x: Array, *, memory_mb: float = 512
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (J_rec (n, S, S), J_inp (n, S, E)) of `step` at states h (n, S) and inputs x (E,) or (n, E), in float64.

    Row i of J_rec[p] is the gradient of entry i of F(h_p, x_p). `step.jacobians(h, x)` is used where the step has such
    a method (closed form), otherwise reverse-mode automatic differentiation. `memory_mb` bounds the workspace, not the
    result. Neither the step nor h nor x is changed. Raises ValueError for wrong shapes, numbers that are not finite,
    and a step that is not differentiable or returns another shape or dtype.
    """
    step = private_copy(step)
    h, x = checked_inputs(step, h, x)
    parts = [step_jacobians(step, h[rows], x[rows]) for rows in chunks(h, x, memory_mb)]
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])


def step_jacobians(
    step: Step, h: torch.Tensor, x: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (J_rec, J_inp) for one chunk of checked float64 inputs."""
    closed_form = getattr(step, "jacobians", None)
    if closed_form is None:
        recurrent, inputs = _differentiate(step, h, x, (True, True))
        return recurrent, inputs
    with torch.no_grad():
        recurrent, inputs = closed_form(h, x)
    expected = (*h.shape, h.shape[1]), (*h.shape, x.shape[1])
    if (tuple(recurrent.shape), tuple(inputs.shape)) != expected:
        shapes = tuple(recurrent.shape), tuple(inputs.shape)
        raise ValueError(f"step.jacobians returned the shapes {shapes}, expected {expected}.")
    return recurrent.double(), inputs.double()


def recurrent_jacobian(step: Step, h: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Return J_rec alone for one chunk of checked float64 inputs."""
    if getattr(step, "jacobians", None) is None:
        return _differentiate(step, h, x, (True, False))[0]
    result = h.new_empty(len(h), h.shape[1], h.shape[1])
    # Closed forms are sums of products that are limited by memory: three times faster while they fit the cache.
    length = (
        len(h) if h.is_cuda else max(1, CACHE_BYTES // (8 * h.shape[1] * (h.shape[1] + x.shape[1])))
    )
    for start in range(0, len(h), length):
        rows = slice(start, start + length)
        result[rows] = step_jacobians(step, h[rows], x[rows])[0]
    return result


def _differentiate(
    step: Step, h: torch.Tensor, x: torch.Tensor, wanted: tuple[bool, bool]
) -> list[torch.Tensor]:
    # One backward pass per entry of the state serves all points, because rows do not depend on each other. It is ten
    # times faster than vmap(jacrev), takes kernels that vmap has no rule for, and does not import torch._dynamo.
    variables = [value.detach().clone().requires_grad_(want) for value, want in zip((h, x), wanted)]
    with torch.enable_grad():
        result = step(*variables)
        entries = result.sum(0).unbind()
    if not result.requires_grad:
        raise ValueError(
            "The step is not differentiable: its result carries no gradient with respect to h or x."
        )
    active = [variable for variable, want in zip(variables, wanted) if want]
    matrices = [h.new_zeros(len(h), h.shape[1], variable.shape[1]) for variable in active]
    for row, entry in enumerate(entries):
        gradients = torch.autograd.grad(
            entry, active, retain_graph=row + 1 < h.shape[1], allow_unused=True
        )
        for matrix, gradient in zip(matrices, gradients):
            if gradient is not None:
                matrix[:, row] = gradient
    return matrices


def residual(step: Step, h: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return r = h - F(h, x), (n, S), and q = 1/2 |r|^2, (n,); q is infinite where h or F is not finite."""
    r = h - step(h, x)
    q = r.square().sum(1) / 2
    # An overflow of the state itself must count as well, whatever F makes of it.
    return r, torch.where(h.isfinite().all(1) & q.isfinite(), q, math.inf)


def normal_equations(
    step: Step, h: torch.Tensor, x: torch.Tensor, r: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return A^T A (n, S, S) and the gradient of q, A^T r (n, S), with A = I - J_rec."""
    a = -recurrent_jacobian(step, h, x)
    a.diagonal(dim1=1, dim2=2).add_(1)
    return a.mT @ a, (a.mT @ r[:, :, None])[:, :, 0]


def damped_step(
    gram: torch.Tensor, gradient: torch.Tensor, damping: float | torch.Tensor
) -> torch.Tensor:
    """Return -(A^T A + damping I)^-1 A^T r, (n, S); NaN where the matrix is not positive definite in float64."""
    damped = gram.clone()
    damped.diagonal(dim1=1, dim2=2).add_(damping)
    factor, failed = torch.linalg.cholesky_ex(damped)
    move = torch.cholesky_solve(-gradient[:, :, None], factor)[:, :, 0]
    return torch.where(failed[:, None] > 0, math.nan, move)
