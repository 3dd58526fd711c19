"""Steps h' = F(h, x) on one flat state, made of torch's own recurrent modules, to analyse networks from elsewhere."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

CELLS = (nn.RNNCell, nn.GRUCell, nn.LSTMCell)


class TorchStep(nn.Module):
    """One step of a torch cell, forward(h (n, S), x (n, E)) -> (n, S); an LSTM's flat state is (h, c), S = 2H."""

    def __init__(self, cell: nn.Module):
        super().__init__()
        self.cell = cell

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (n, S)."""
        if isinstance(self.cell, nn.LSTMCell):
            return torch.cat(self.cell(x, h.chunk(2, -1)), -1)
        return self.cell(x, h)


def torch_step(module: nn.Module) -> TorchStep:
    """Return one step of torch's RNNCell, GRUCell or LSTMCell, or of a one-layer, one-way RNN, GRU or LSTM.

    The weights are shared with `module`, the analysis works on a copy of them. Raises ValueError for another module,
    several layers, two directions and an LSTM with a projection; write a function or a module of your own for those.
    """
    if isinstance(module, CELLS):
        return TorchStep(module)
    if not isinstance(module, nn.RNN | nn.GRU | nn.LSTM):
        raise ValueError(
            f"{type(module).__name__} is no recurrent module of torch; pass your own step(h, x) instead."
        )
    if module.num_layers != 1 or module.bidirectional or module.proj_size:
        raise ValueError(
            "torch_step takes one layer in one direction without projection; pass your own step(h, x)."
        )
    cell = _empty_cell(module)
    for name, weight in module.named_parameters():
        setattr(cell, name.removesuffix("_l0"), weight)
    return TorchStep(cell)


def _empty_cell(layer: nn.RNN | nn.GRU | nn.LSTM) -> nn.Module:
    """Return the cell of a layer, its weights yet to be put in."""
    sizes = layer.input_size, layer.hidden_size, layer.bias
    if isinstance(layer, nn.RNN):
        return nn.RNNCell(*sizes, nonlinearity=layer.nonlinearity, device="meta")
    kind = nn.GRUCell if isinstance(layer, nn.GRU) else nn.LSTMCell
    return kind(*sizes, device="meta")


Array = np.ndarray | torch.Tensor
Step = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# Square matrices of doubles that are alive per point at once: the Jacobian, its closed-form terms, products, factors.
WORKSPACE_MATRICES = 8
CACHE_BYTES = 2**21
CLOSED_FORM_MB, DIFFERENTIATED_MB = 128.0, 512.0  # default memory budgets


def private_copy(step: Step) -> Step:
    """Return `step`; of a module a float64 copy in evaluation mode, so that the caller's stays as it is."""
    if not isinstance(step, torch.nn.Module):
        return step
    return copy.deepcopy(step).double().eval().requires_grad_(False)


def checked_inputs(step: Step, states: Array, x: Array) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (h (n, S), x (n, E)) as private float64 tensors after one trial step; ValueError says what is wrong."""
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
        raise ValueError(
            f"The step must return a state of shape {tuple(h.shape)}, it returned {tuple(result.shape)}."
        )
    if result.dtype != torch.float64:
        raise ValueError(
            f"The step must return torch.float64 for float64 states, it returned {result.dtype}."
        )


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
