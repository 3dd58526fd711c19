"""Layers of torch as cells: those of an imported network, with both biases, one above the other.

Biases that only ever meet as a sum are one bias here. The GRU's candidate reads its recurrent bias
behind the reset gate, n = tanh(A x + b + r (W h + b_hn)): that one stays apart. Shapes as in
`cells`; K layers.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from rnn_geometry.dynamics import closed_forms, gated
from rnn_geometry.networks.cells import GRU, LSTM, Cell, StackedCell, VanillaRNN


class TorchGRU(GRU):
    """A GRU whose candidate has a recurrent bias b_hn (H,), as torch's has.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        self.bias_hn = nn.Parameter(torch.zeros(hidden_size))

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        _, hold, candidate, _ = closed_forms.gru_gates(drive, self._recurrent(h))
        return candidate + hold * (h - candidate)

    def _recurrent(self, h: Tensor) -> Tensor:
        """Return W h and the recurrent bias, (n, 3H)."""
        return nn.functional.linear(h, self.weight_hh, self._recurrent_bias())

    def _recurrent_bias(self) -> Tensor:
        return torch.cat([self.bias_hn.new_zeros(2 * self.hidden_size), self.bias_hn])

    def _drives(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.input_drive(x), self._recurrent(h)

    def _kernel(self, kernel, x: Tensor, h0):
        weights = [self.weight_ih, self.weight_hh, self.bias, self._recurrent_bias()]
        return kernel(x, h0, weights, True, 1, 0.0, False, False, True)


class ReluRNN(VanillaRNN):
    """h' = relu(W h + A x + b)."""

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        return torch.relu(drive + nn.functional.linear(h, self.weight_hh))

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        return StackedCell.unroll(self, x, h0)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        return closed_forms.relu_jacobians(*self._drives(h, x), self.weight_hh, self.weight_ih)

    def products(self, h: Tensor, x: Tensor) -> gated.Gated:
        return gated.relu_products(*self._drives(h, x), self.weight_hh)


# By the name of the kind.
KINDS: dict[str, type[StackedCell]] = {
    "vanilla": VanillaRNN,
    "relu": ReluRNN,
    "gru": TorchGRU,
    "lstm": LSTM,
}


class Layers(Cell):
    """Layers of one kind, each of which reads what the one below has just put out.

    The flat state holds the state of the last layer first, since the readout sees that, then those
    of the layers below it; the state of an LSTM's layer is (h, c).

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H of a layer.
    kind : str
        A name in `KINDS`.
    layers : int
        Layers K; S = K times the entries of one layer's state.
    """

    def __init__(self, input_size: int, hidden_size: int, kind: str = "gru", layers: int = 2):
        made = [KINDS[kind](hidden_size if i else input_size, hidden_size) for i in range(layers)]
        super().__init__(input_size, hidden_size, layers * made[0].state_size)
        self.layers = nn.ModuleList(made)

    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw the weights of every layer, from the first to the last."""
        for layer in self.cells():
            layer.reset_parameters(generator)

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (B, S)."""
        found, parts = [], self._parts(h)
        for layer, state in zip(self.cells(), parts, strict=True):
            found.append(layer(state, x))
            x = layer.output(found[-1])
        return torch.cat(found[::-1], -1)

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return the states (B, T, S), layer by layer."""
        h0, found = self.initial_state(x) if h0 is None else h0, []
        for layer, state in zip(self.cells(), self._parts(h0), strict=True):
            found.append(layer.unroll(x, state))
            x = layer.output(found[-1])
        return torch.cat(found[::-1], -1)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return dF/dh (n, S, S), zero from a layer to those below it, and dF/dx (n, S, E)."""
        parts, units = self._parts(h), self.hidden_size
        rows: list[list[Tensor]] = []  # of a layer, by the layers whose states it depends on
        by_x: list[Tensor] = []
        for layer, state in zip(self.cells(), parts, strict=True):
            own, of_input = layer.jacobians(state, x)
            below = [of_input @ block[:, :units] for block in rows[-1]] if rows else []
            by_x.append(of_input @ by_x[-1][:, :units] if by_x else of_input)
            rows.append([*below, own])
            x = layer.output(layer(state, x))
        size = parts[0].shape[-1]
        whole = h.new_zeros(len(h), len(rows), size, len(rows), size)
        for i, blocks in enumerate(rows):
            for j, block in enumerate(blocks):
                whole[:, -1 - i, :, -1 - j] = block
        return whole.flatten(3).flatten(1, 2), torch.cat(by_x[::-1], 1)

    def cells(self) -> list[Any]:
        """Return the layers, the one that reads the words first: classes of `KINDS`."""
        return list(self.layers)

    def _parts(self, h: Tensor) -> tuple[Tensor, ...]:
        """Return the states of the layers, the one that reads the words first."""
        return h.chunk(len(self.layers), -1)[::-1]
