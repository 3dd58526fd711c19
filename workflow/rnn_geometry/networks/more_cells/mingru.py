"""The minGRU of Feng et al. (2024), arXiv:2410.01201: a GRU whose gates do not see the state."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rnn_geometry.networks.more_cells.diagonal import GatedDiagonalCell


class MinGRU(GatedDiagonalCell):
    """h' = (1 - z) h + z n, z = sigmoid(A_z x + b_z), n = A_n x + b_n.

    The candidate is linear, as in the paper's first form; that of its code, in logarithms, keeps
    states positive.
    """

    gates = 2

    def reset_parameters(self, generator: torch.Generator, longest_memory: float = 25.0) -> None:
        """Draw weights within 1 / sqrt(H), and b_z so that 1 / z is log-uniform from 2 words on.

        longest_memory: the longest 1 / z without a word, in words.
        """
        super().reset_parameters(generator)
        gate = self.bias[: self.hidden_size]
        with torch.no_grad():
            gate.uniform_(math.log(2.0), math.log(longest_memory), generator=generator)
            gate.exp_().sub_(1).log_().neg_()

    def coefficients(self, x: Tensor) -> tuple[Tensor, Tensor]:
        gate, candidate = self.drives(x)
        gate = torch.sigmoid(gate)
        return 1 - gate, gate * candidate

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        gate, candidate = self.drives(x)
        gate = torch.sigmoid(gate)
        a_z, a_n = self.weight_ih.chunk(self.gates)
        by_gate = (gate * (1 - gate) * (candidate - h))[:, :, None]
        return torch.diag_embed(1 - gate), by_gate * a_z + gate[:, :, None] * a_n
