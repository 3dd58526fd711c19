"""The LSTM with layer normalisation of Ba et al. (2016), arXiv:1607.06450, equations 20 to 22."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnn_geometry.dynamics import closed_forms
from rnn_geometry.networks.cells import LSTM
from rnn_geometry.networks.more_cells.norms import normed, normed_change, weighted


class NormLSTM(LSTM):
    """c' = f c + i g, h' = o tanh(N(c')), gates of N(W h) + N(A x) + b; the flat state is (h, c).

    N takes the mean off, divides by the standard deviation and has a scale; b is the shift of both,
    that of N(c') is `shift_memory`. N(A x) of x = 0 is 0, and steep there.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H; S = 2H.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        rows = self.gates * hidden_size
        self.scale_ih = nn.Parameter(torch.ones(rows))
        self.scale_hh = nn.Parameter(torch.ones(rows))
        self.scale_memory = nn.Parameter(torch.ones(hidden_size))
        self.shift_memory = nn.Parameter(torch.zeros(hidden_size))

    def reset_parameters(self, generator: torch.Generator, hold_bias: float | None = None) -> None:
        """Draw weights as the LSTM does; scales are 1 and the shift of c is 0."""
        super().reset_parameters(generator, hold_bias)
        with torch.no_grad():
            for scale in (self.scale_ih, self.scale_hh, self.scale_memory):
                scale.fill_(1)
            self.shift_memory.zero_()

    def input_drive(self, x: Tensor) -> Tensor:
        """Return N(A x) + b for all gates, (..., 4H)."""
        return self.scale_ih * normed(nn.functional.linear(x, self.weight_ih)) + self.bias

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        hidden, memory = h.chunk(2, -1)
        gate_i, gate_f, candidate, gate_o = closed_forms.lstm_gates(drive, self._recurrent(hidden))
        memory = gate_f * memory + gate_i * candidate
        return torch.cat([gate_o * torch.tanh(self._shown(memory)), memory], -1)

    def _recurrent(self, hidden: Tensor) -> Tensor:
        return self.scale_hh * normed(nn.functional.linear(hidden, self.weight_hh))

    def _shown(self, memory: Tensor) -> Tensor:
        return self.scale_memory * normed(memory) + self.shift_memory

    def outputs(self, x: Tensor) -> Tensor:
        """Return h (B, T, H)."""
        return self.output(self.unroll(x))

    # Those of the LSTM are of other gates; thin products have no formula here.
    products = None  # type: ignore

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden, memory = h.chunk(2, -1)
        gates = closed_forms.lstm_gates(self.input_drive(x), self._recurrent(hidden))
        gate_i, gate_f, candidate, gate_o = gates
        after = gate_f * memory + gate_i * candidate
        squashed = torch.tanh(self._shown(after))
        slopes = (
            candidate * gate_i * (1 - gate_i),
            memory * gate_f * (1 - gate_f),
            gate_i * (1 - candidate**2),
        )
        by_o = (squashed * gate_o * (1 - gate_o))[:, :, None]
        by_shown = (gate_o * (1 - squashed**2) * self.scale_memory)[:, :, None]

        def through(of_memory: Tensor) -> Tensor:
            """Return dh' at fixed o, (n, H, ..), of dc'."""
            return by_shown * normed_change(after, of_memory)

        def both(value: Tensor, w: Tensor, scale: Tensor) -> Tensor:
            """Return d(h', c') through the gates by what they meet with w."""
            change = normed_change(nn.functional.linear(value, w), w.expand(len(value), -1, -1))
            *inner, of_o = (scale[:, None] * change).chunk(4, 1)
            of_memory = weighted(slopes, inner)
            return torch.cat([through(of_memory) + by_o * of_o, of_memory], 1)

        kept = torch.diag_embed(gate_f)
        by_memory = torch.cat([through(kept), kept], 1)
        by_hidden = both(hidden, self.weight_hh, self.scale_hh)
        return torch.cat([by_hidden, by_memory], 2), both(x, self.weight_ih, self.scale_ih)
