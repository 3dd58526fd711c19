"""Steps h' = F(h, x) on one flat state, and torch's own modules made into them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

Array = np.ndarray | Tensor
# Takes states (n, S) and inputs (n, E) to states (n, S); rows do not depend on each other.
Step = Callable[[Tensor, Tensor], Tensor]

# Square matrices of doubles alive per point at once: the Jacobian, its closed-form terms, products,
# factors.
WORKSPACE_MATRICES = 8
CLOSED_FORM_MB, DIFFERENTIATED_MB = 128.0, 512.0  # default memory budgets

CELLS = (nn.RNNCell, nn.GRUCell, nn.LSTMCell)


class TorchStep(nn.Module):
    """One step of a torch cell; an LSTM's flat state is (h, c), S = 2H.

    Parameters
    ----------
    cell : nn.RNNCell, nn.GRUCell or nn.LSTMCell
        Shared, not copied.
    """

    def __init__(self, cell: nn.Module):
        super().__init__()
        self.cell = cell

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next states (n, S) from states h (n, S) and inputs x (n, E)."""
        if isinstance(self.cell, nn.LSTMCell):
            return torch.cat(self.cell(x, h.chunk(2, -1)), -1)
        return self.cell(x, h)


def torch_step(module: nn.Module) -> TorchStep:
    """Return one step of a recurrent module of torch.

    Parameters
    ----------
    module : nn.Module
        RNNCell, GRUCell or LSTMCell, or a one-layer, one-way RNN, GRU or LSTM. The step shares its
        weights; every analysis works on a copy of them.

    Returns
    -------
    TorchStep
        A step h' = F(h, x); an LSTM's flat state is (h, c), S = 2H.

    Raises
    ------
    ValueError
        For another module, several layers, two directions and an LSTM with a projection; write a
        function or a module of your own for those.

    Examples
    --------
    >>> step = torch_step(nn.LSTM(input_size=3, hidden_size=8))
    >>> step(torch.zeros(5, 16), torch.zeros(5, 3)).shape
    torch.Size([5, 16])
    """
    if isinstance(module, CELLS):
        return TorchStep(module)
    if not isinstance(module, nn.RNN | nn.GRU | nn.LSTM):
        raise ValueError(
            f"{type(module).__name__} is no recurrent module of torch; "
            "pass your own step(h, x) instead."
        )
    if module.num_layers != 1 or module.bidirectional or module.proj_size:
        raise ValueError(
            "torch_step takes one layer in one direction without projection; "
            "pass your own step(h, x)."
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


def budget(step: Step, memory_mb: float | None) -> float:
    """Return the memory that the workspace of a chunk of points may take.

    Parameters
    ----------
    step : Step
        What is analysed.
    memory_mb : float or None
        MB asked for. None: what is fastest on a CPU, that is, small chunks that stay in its cache
        where J has a closed form, larger ones where it is differentiated, since every entry of the
        state then costs a call.

    Returns
    -------
    float
        MB.
    """
    if memory_mb is not None:
        return memory_mb
    return CLOSED_FORM_MB if getattr(step, "jacobians", None) is not None else DIFFERENTIATED_MB


def chunk_length(state_size: int, input_size: int, memory_mb: float) -> int:
    """Return how many points are worked on at once, a function of what is passed and nothing else.

    Parameters
    ----------
    state_size : int
        Entries S of a state.
    input_size : int
        Entries E of an input.
    memory_mb : float
        Budget in MB.

    Returns
    -------
    int
        Points, at least 1.

    Examples
    --------
    >>> chunk_length(state_size=64, input_size=3, memory_mb=16)
    61
    """
    per_point = 8 * WORKSPACE_MATRICES * state_size * (state_size + input_size)
    return max(1, int(memory_mb * 2**20 // per_point))
