"""A step that holds its inputs: what every analysis works on, copied, checked and budgeted once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rnn_geometry.dynamics import _derivatives as derivatives
from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics._calls import PrivateStep
from rnn_geometry.dynamics._checks import check_finite, memory, refusal
from rnn_geometry.dynamics._copies import private_double
from rnn_geometry.dynamics._tensors import device_of, real_tensor
from rnn_geometry.dynamics._trial import check_order, trial
from rnn_geometry.dynamics.step import Array, Step, budget, chunk_length

THIN = 4  # times more points fit where no Jacobian is made of them


@torch.no_grad()
def _writes(step: Step, h: Tensor, x: Tensor) -> bool:
    """Say whether a step changes what it is given."""
    own = h.clone(), x.clone()
    with suppress(Exception):  # the trial says what is wrong
        step(*own)
    return not all(torch.equal(one, other) for one, other in zip(own, (h, x)))


@dataclass(frozen=True)
class System:
    """h' = F(h, x) at n points with inputs x (n, E), in float64; memory_mb bounds the workspace."""

    step: Step
    x: Tensor
    memory_mb: float

    @classmethod
    def of(
        cls,
        step: Step,
        states: Array,
        x: Array,
        memory_mb: float | None = None,
        *,
        gradients: bool = True,
    ) -> tuple[System, Tensor]:
        """Return the system on private copies, and the states (n, S); ValueError if unfit.

        gradients: whether derivatives of the step will be asked for.
        """
        check_order(step)
        memory_mb = None if memory_mb is None else memory(memory_mb)
        own = private_double(step) if isinstance(step, torch.nn.Module) else step
        h, x = _checked(own, states, x)
        private = PrivateStep(own, _writes(own, h[:2], x[:2]))
        trial(private, h, x, gradients=gradients)
        private.products = _products(own, private, h[:2], x[:2])
        return cls(private, x, budget(memory_mb)), h

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

    def linear(self, h: Tensor) -> sub.Linear:
        """Return the products of J_rec with thin blocks."""
        products = getattr(self.step, "products", None)
        return sub.Dense(self.recurrent_jacobian(h)) if products is None else products(h, self.x)

    def all_jacobians(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return J_rec and J_inp, made chunk by chunk."""
        parts = [self.at(rows).jacobians(h[rows]) for rows in self.chunks(h)]
        return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])

    def chunks(self, h: Tensor, *, thin: bool = False) -> Iterator[slice]:
        """Yield the slices of points h (m, S) that fit into the memory budget, in order.

        thin: no Jacobian is made of a point, only its products are.
        """
        length = chunk_length(h.shape[1], self.x.shape[1], self.memory_mb)
        if thin and getattr(self.step, "products", None) is not None:
            length *= THIN
        for start in range(0, len(h), length):
            yield slice(start, start + length)


@torch.no_grad()
def _products(own: Any, private: PrivateStep, h: Tensor, x: Tensor) -> Any:
    """Return what multiplies by J without making it, None where that is not the step's own J."""
    products = None if private.jacobians is None else getattr(own, "products", None)
    if products is None:
        return None
    dense = sub.Dense(derivatives.recurrent_jacobian(private, h, x))
    row = torch.linspace(-1, 1, h.shape[1], dtype=h.dtype, device=h.device).expand(len(h), 1, -1)
    with suppress(Exception):  # a method of that name that is something else
        made = products(h, x)
        pairs = (made.left(row), dense.left(row)), (made.right(row.mT), dense.right(row.mT))
        if all(torch.allclose(*pair, atol=1e-10) for pair in pairs):
            return products
    return None


def _checked(step: Any, states: Array, x: Array) -> tuple[Tensor, Tensor]:
    """Return private float64 tensors h (n, S) and x (n, E), on the device of the step."""
    device = _place(step, states)
    h, x = (real_tensor(name, v, device=device) for name, v in (("states", states), ("x", x)))
    if h.ndim != 2 or 0 in h.shape:
        joined = f"; pass states.reshape(-1, {h.shape[-1]})" if h.ndim > 2 else ""
        raise refusal(
            f"states must have shape (n, S) with n >= 1 and S >= 1, got {tuple(h.shape)}{joined}."
        )
    if x.ndim == 1:
        x = x.expand(len(h), -1)
    if x.ndim != 2 or len(x) != len(h):
        raise refusal(f"x must have shape (E,) or (n, E) with n = {len(h)}, got {tuple(x.shape)}.")
    check_finite("states", h)
    check_finite("x", x)
    return h, x


def _place(step: Any, states: Any) -> torch.device:
    """Return where the weights of a step lie, else where the states do."""
    if isinstance(step, torch.nn.Module):
        for tensor in (*step.parameters(), *step.buffers()):
            return tensor.device
    return device_of(states)
