"""Jacobians of one step of a network, J_rec = dF/dh and J_inp = dF/dx, and Newton steps, for any differentiable step.

A *step* is any callable step(h (n, S), x (n, E)) -> (n, S) whose rows do not depend on each other. All work here and in
`slow_points` and `linearization` is done in float64 on a private copy of the step.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

Array = np.ndarray | torch.Tensor
Step = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# Square matrices of doubles that are alive per point at once: the Jacobian, its closed-form terms, products, factors.
WORKSPACE_MATRICES = 8
CACHE_BYTES = 2**21
CLOSED_FORM_MB, DIFFERENTIATED_MB = 128.0, 512.0  # default memory budgets


def jacobians(step: Step, h: Array, x: Array, *, memory_mb: float = 512) -> tuple[torch.Tensor, torch.Tensor]:
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


def step_jacobians(step: Step, h: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (J_rec, J_inp) for one chunk of checked float64 inputs."""
    closed_form = getattr(step, "jacobians", None)
    if closed_form is None:
        return _differentiate(step, h, x, (True, True))
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
    length = len(h) if h.is_cuda else max(1, CACHE_BYTES // (8 * h.shape[1] * (h.shape[1] + x.shape[1])))
    for start in range(0, len(h), length):
        rows = slice(start, start + length)
        result[rows] = step_jacobians(step, h[rows], x[rows])[0]
    return result


def _differentiate(step: Step, h: torch.Tensor, x: torch.Tensor, wanted: tuple[bool, bool]) -> list[torch.Tensor]:
    # One backward pass per entry of the state serves all points, because rows do not depend on each other. It is ten
    # times faster than vmap(jacrev), takes kernels that vmap has no rule for, and does not import torch._dynamo.
    variables = [value.detach().clone().requires_grad_(want) for value, want in zip((h, x), wanted)]
    with torch.enable_grad():
        result = step(*variables)
        entries = result.sum(0).unbind()
    if not result.requires_grad:
        raise ValueError("The step is not differentiable: its result carries no gradient with respect to h or x.")
    active = [variable for variable, want in zip(variables, wanted) if want]
    matrices = [h.new_zeros(len(h), h.shape[1], variable.shape[1]) for variable in active]
    for row, entry in enumerate(entries):
        gradients = torch.autograd.grad(entry, active, retain_graph=row + 1 < h.shape[1], allow_unused=True)
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


def damped_step(gram: torch.Tensor, gradient: torch.Tensor, damping: float | torch.Tensor) -> torch.Tensor:
    """Return -(A^T A + damping I)^-1 A^T r, (n, S); NaN where the matrix is not positive definite in float64."""
    damped = gram.clone()
    damped.diagonal(dim1=1, dim2=2).add_(damping)
    factor, failed = torch.linalg.cholesky_ex(damped)
    move = torch.cholesky_solve(-gradient[:, :, None], factor)[:, :, 0]
    return torch.where(failed[:, None] > 0, math.nan, move)


def private_copy(step: Step) -> Step:
    """Return `step`; of a module a float64 copy in evaluation mode, so that the caller's stays as it is."""
    if not isinstance(step, torch.nn.Module):
        return step
    return copy.deepcopy(step).double().eval().requires_grad_(False)


def checked_inputs(step: Step, states: Array, x: Array) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (h (n, S), x (n, E)) as private float64 tensors after one trial step; ValueError says what is wrong."""
    device = _device_of(step, states)
    h, x = (torch.as_tensor(value).detach().to(device, torch.float64, copy=True) for value in (states, x))
    if h.ndim != 2 or 0 in h.shape:
        raise ValueError(f"states must have shape (n, S) with n >= 1 and S >= 1, got {tuple(h.shape)}.")
    if x.ndim == 1:
        x = x.expand(len(h), -1)
    if x.ndim != 2 or len(x) != len(h):
        raise ValueError(f"x must have shape (E,) or (n, E) with n = {len(h)}, got {tuple(x.shape)}.")
    for name, value in (("states", h), ("x", x)):
        finite = value.isfinite().all(1)
        if not finite.all():
            row = int(finite.logical_not().nonzero()[0])
            raise ValueError(f"{name} must be finite: row {row} holds NaN or infinity.")
    _try(step, h[:2], x[:2])
    return h, x


def _device_of(step: Step, states: Any) -> torch.device:
    if isinstance(step, torch.nn.Module):
        for tensor in (*step.parameters(), *step.buffers()):
            return tensor.device
    return states.device if isinstance(states, torch.Tensor) else torch.device("cpu")


@torch.no_grad()
def _try(step: Step, h: torch.Tensor, x: torch.Tensor) -> None:
    try:
        result = step(h, x)
    except RuntimeError as error:
        shapes = f"float64 states {tuple(h.shape)} and inputs {tuple(x.shape)}"
        raise ValueError(f"The step failed on {shapes}: {error}") from error
    if not isinstance(result, torch.Tensor):
        raise ValueError(f"The step must return a tensor, it returned {type(result).__name__}.")
    if result.shape != h.shape:
        raise ValueError(f"The step must return a state of shape {tuple(h.shape)}, it returned {tuple(result.shape)}.")
    if result.dtype != torch.float64:
        raise ValueError(f"The step must return torch.float64 for float64 states, it returned {result.dtype}.")


def budget(step: Step, memory_mb: float | None) -> float:
    """Return `memory_mb`, or what is fastest on a CPU: small chunks that stay in its cache where J has a closed form,
    larger ones where it is differentiated, since every entry of the state then costs a call.
    """
    if memory_mb is not None:
        return memory_mb
    return CLOSED_FORM_MB if getattr(step, "jacobians", None) is not None else DIFFERENTIATED_MB


def chunk_length(state_size: int, input_size: int, memory_mb: float) -> int:
    """Return how many points are worked on at once: a function of the sizes and of the memory budget in MB only."""
    per_point = 8 * WORKSPACE_MATRICES * state_size * (state_size + input_size)
    return max(1, int(memory_mb * 2**20 // per_point))


def chunks(h: torch.Tensor, x: torch.Tensor, memory_mb: float) -> Iterator[slice]:
    """Yield the slices of points that fit into the memory budget, in order."""
    if not memory_mb > 0:
        raise ValueError(f"memory_mb must be above 0, got {memory_mb}.")
    length = chunk_length(h.shape[1], x.shape[1], memory_mb)
    for start in range(0, len(h), length):
        yield slice(start, start + length)
