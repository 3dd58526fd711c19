"""A step that holds its inputs: what every analysis works on, copied, checked and budgeted once."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rnn_geometry.dynamics import _derivatives as derivatives
from rnn_geometry.dynamics.step import Array, Step, budget, chunk_length


@dataclass(frozen=True)
class System:
    """h' = F(h, x) at n points with inputs x (n, E), in float64; memory_mb bounds the workspace."""

    step: Step
    x: Tensor
    memory_mb: float

    @classmethod
    def of(
        cls, step: Step, states: Array, x: Array, memory_mb: float | None = None
    ) -> tuple[System, Tensor]:
        """Return the system on private copies, and the states (n, S); ValueError if unfit."""
        step = _private_copy(step)
        h, x = _checked(step, states, x)
        return cls(step, x, budget(step, memory_mb)), h

    def at(self, rows: Tensor | slice) -> System:
        """Return the same at some of the points: a slice, a mask or indices."""
        return System(self.step, self.x[rows], self.memory_mb)

    def __call__(self, h: Tensor) -> Tensor:
        """Return F(h, x), (n, S)."""
        return self.step(h, self.x)

    def residual(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return r = h - F(h, x), (n, S), and q = 1/2 |r|^2, (n,), infinite where not finite."""
        r = h - self(h)
        q = r.square().sum(1) / 2
        # An overflow of the state itself must count as well, whatever F makes of it.
        return r, torch.where(h.isfinite().all(1) & q.isfinite(), q, math.inf)

    def jacobians(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return J_rec (n, S, S) and J_inp (n, S, E)."""
        return derivatives.both_jacobians(self.step, h, self.x)

    def recurrent_jacobian(self, h: Tensor) -> Tensor:
        """Return J_rec (n, S, S)."""
        return derivatives.recurrent_jacobian(self.step, h, self.x)

    def all_jacobians(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return J_rec and J_inp, made chunk by chunk."""
        parts = [self.at(rows).jacobians(h[rows]) for rows in self.chunks(h)]
        return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])

    def chunks(self, h: Tensor) -> Iterator[slice]:
        """Yield the slices of points h (m, S) that fit into the memory budget, in order."""
        if not self.memory_mb > 0:
            raise ValueError(f"memory_mb must be above 0, got {self.memory_mb}.")
        length = chunk_length(h.shape[1], self.x.shape[1], self.memory_mb)
        for start in range(0, len(h), length):
            yield slice(start, start + length)


def _private_copy(step: Step) -> Step:
    """Return `step`; of a module a float64 copy in evaluation mode, so that the caller's stays."""
    if not isinstance(step, torch.nn.Module):
        return step
    return copy.deepcopy(step).double().eval().requires_grad_(False)


def _checked(step: Step, states: Array, x: Array) -> tuple[Tensor, Tensor]:
    """Return private float64 tensors h (n, S) and x (n, E) after one trial step."""
    device = _device_of(step, states)
    h, x = (
        torch.as_tensor(value).detach().to(device, torch.float64, copy=True)
        for value in (states, x)
    )
    if h.ndim != 2 or 0 in h.shape:
        raise ValueError(
            f"states must have shape (n, S) with n >= 1 and S >= 1, got {tuple(h.shape)}."
        )
    if x.ndim == 1:
        x = x.expand(len(h), -1)
    if x.ndim != 2 or len(x) != len(h):
        raise ValueError(
            f"x must have shape (E,) or (n, E) with n = {len(h)}, got {tuple(x.shape)}."
        )
    _refuse_infinite("states", h)
    _refuse_infinite("x", x)
    _try(step, h[:2], x[:2])
    return h, x


def _refuse_infinite(name: str, values: Tensor) -> None:
    """Refuse rows that hold NaN or infinity."""
    finite = values.isfinite().all(1)
    if not finite.all():
        row = int(finite.logical_not().nonzero()[0])
        raise ValueError(f"{name} must be finite: row {row} holds NaN or infinity.")


def _device_of(step: Step, states: Any) -> torch.device:
    """Return where the weights of a step lie, else where the states do."""
    if isinstance(step, torch.nn.Module):
        for tensor in (*step.parameters(), *step.buffers()):
            return tensor.device
    return states.device if isinstance(states, Tensor) else torch.device("cpu")


@torch.no_grad()
def _try(step: Step, h: Tensor, x: Tensor) -> None:
    """Refuse a step that does not take float64 states to float64 states of the same shape."""
    try:
        result = step(h, x)
    except RuntimeError as error:
        shapes = f"float64 states {tuple(h.shape)} and inputs {tuple(x.shape)}"
        raise ValueError(f"The step failed on {shapes}: {error}") from error
    if not isinstance(result, Tensor):
        raise ValueError(f"The step must return a tensor, it returned {type(result).__name__}.")
    if result.shape != h.shape:
        raise ValueError(
            f"The step must return a state of shape {tuple(h.shape)}, "
            f"it returned {tuple(result.shape)}."
        )
    if result.dtype != torch.float64:
        raise ValueError(
            f"The step must return torch.float64 for float64 states, it returned {result.dtype}."
        )
