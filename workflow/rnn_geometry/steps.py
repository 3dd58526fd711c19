"""Steps h' = F(h, x) on one flat state, made of torch's own recurrent modules, to analyse networks from elsewhere."""

from __future__ import annotations

import torch
from torch import Tensor, nn

CELLS = (nn.RNNCell, nn.GRUCell, nn.LSTMCell)
LAYERS = {nn.RNN: nn.RNNCell, nn.GRU: nn.GRUCell, nn.LSTM: nn.LSTMCell}


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
    kind = next((cell for layer, cell in LAYERS.items() if isinstance(module, layer)), None)
    if kind is None:
        raise ValueError(f"{type(module).__name__} is no recurrent module of torch; pass your own step(h, x) instead.")
    if module.num_layers != 1 or module.bidirectional or getattr(module, "proj_size", 0):
        raise ValueError("torch_step takes one layer in one direction without projection; pass your own step(h, x).")
    options = {"nonlinearity": module.nonlinearity} if kind is nn.RNNCell else {}
    cell = kind(module.input_size, module.hidden_size, bias=module.bias, device="meta", **options)
    for name, weight in module.named_parameters():
        setattr(cell, name.removesuffix("_l0"), weight)
    return TorchStep(cell)
