"""The leaky network, a continuous-time network in steps of one word."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnn_geometry.dynamics import closed_forms, gated
from rnn_geometry.dynamics.closed_forms import add_diagonal
from rnn_geometry.networks.cells import StackedCell


class LeakyRNN(StackedCell):
    """h' = (1 - leak) h + leak tanh(W h + A x + b).

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H.
    leak : float
        Share of the state that a word replaces: 1 / leak words are a unit's own time constant.
    """

    gates = 1
    leak: Tensor

    def __init__(self, input_size: int, hidden_size: int, leak: float = 0.2):
        super().__init__(input_size, hidden_size)
        self.register_buffer("leak", torch.tensor(float(leak)))  # kept with the weights

    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw weights and bias within 1 / sqrt(H)."""
        super().reset_parameters(generator)

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        return torch.lerp(h, torch.tanh(drive + nn.functional.linear(h, self.weight_hh)), self.leak)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        recurrent, inputs = closed_forms.tanh_jacobians(
            *self._drives(h, x), self.weight_hh, self.weight_ih
        )
        kept = (1 - self.leak).expand_as(h)
        return add_diagonal(self.leak * recurrent, kept), self.leak * inputs

    def products(self, h: Tensor, x: Tensor) -> gated.Gated:
        found = gated.tanh_products(*self._drives(h, x), self.weight_hh)
        kept = (1 - self.leak).expand_as(h)
        return gated.Gated(found.weight, self.leak * found.scales, kept)
