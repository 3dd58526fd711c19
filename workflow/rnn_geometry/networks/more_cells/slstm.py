"""The sLSTM of Beck et al. (2024), arXiv:2405.04517: a scalar memory and its normaliser."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnn_geometry.networks.cells import StackedCell
from rnn_geometry.networks.more_cells.norms import weighted


class SLSTM(StackedCell):
    """c' = f c + i z, n' = f n + i, h' = o c' / n'; the flat state is (h, c, n).

    i = exp(..), f = sigmoid(..), z = tanh(..), o = sigmoid(..) of A x + W h + b, in this order. One
    head, no stabiliser: it cancels in c / n and would add a mode that means nothing. No text leads
    to n < 0, where |n| stands for n: the map has no pole.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H; S = 3H.
    """

    gates, hold_gate, default_hold_bias = 4, 1, 1.0

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size, 3 * hidden_size)

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        hidden, memory, count = h.chunk(3, -1)
        gate_i, gate_f, candidate, gate_o = self._gates(
            drive + nn.functional.linear(hidden, self.weight_hh)
        )
        count = torch.where(count < 0, -count, count)
        memory, count = gate_f * memory + gate_i * candidate, gate_f * count + gate_i
        return torch.cat([gate_o * memory / count, memory, count], -1)

    def _gates(self, drive: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return i, f, z, o."""
        gate_i, gate_f, candidate, gate_o = drive.chunk(4, -1)
        opened = torch.exp(gate_i), torch.sigmoid(gate_f)
        return *opened, torch.tanh(candidate), torch.sigmoid(gate_o)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden, memory, count = h.chunk(3, -1)
        sign = torch.where(count < 0, -1.0, 1.0).to(h)
        count = sign * count
        of_words, of_states = self._drives(hidden, x)
        gate_i, gate_f, candidate, gate_o = self._gates(of_words + of_states)
        of_memory = gate_i * candidate, gate_f * (1 - gate_f) * memory, gate_i * (1 - candidate**2)
        of_count = gate_i, gate_f * (1 - gate_f) * count
        memory, count = gate_f * memory + gate_i * candidate, gate_f * count + gate_i
        of_output = gate_o * (1 - gate_o) * memory / count
        by_memory, by_count = gate_o / count, -gate_o * memory / count**2

        def both(w: Tensor) -> Tensor:
            """Return d(h', c', n') through the gates, (n, 3H, ..), by what they meet with w."""
            *inner, w_o = w.chunk(4)
            memory, count = weighted(of_memory, inner), weighted(of_count, inner)
            output = by_memory[:, :, None] * memory + by_count[:, :, None] * count
            return torch.cat([output + of_output[:, :, None] * w_o, memory, count], 1)

        kept = torch.diag_embed(gate_f)
        zero = torch.zeros_like(kept)
        columns = (
            torch.cat([torch.diag_embed(by_memory * gate_f), kept, zero], 1),
            torch.cat([torch.diag_embed(by_count * gate_f), zero, kept], 1) * sign[:, None],
        )
        return torch.cat([both(self.weight_hh), *columns], 2), both(self.weight_ih)
