"""The real-gated LRU of Griffin (De et al., 2024), arXiv:2402.19427, without its convolution."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnn_geometry.networks.more_cells.diagonal import GatedDiagonalCell

SHARPNESS = 8.0  # c of the paper


class RGLRU(GatedDiagonalCell):
    """h' = a h + sqrt(1 - a^2) (i n), a = exp(-8 r softplus(Lambda)), n = A_n x + b_n.

    r = sigmoid(A_r x + b_r) and i = sigmoid(A_i x + b_i) see the word alone.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H.
    """

    gates = 3

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        self.decay = nn.Parameter(torch.zeros(hidden_size))  # Lambda

    def reset_parameters(
        self,
        generator: torch.Generator,
        smallest_radius: float = 0.9,
        largest_radius: float = 0.999,
    ) -> None:
        """Draw weights within 1 / sqrt(H), Lambda so that exp(-2 softplus(Lambda)) is uniform."""
        super().reset_parameters(generator)
        with torch.no_grad():
            square = self.decay.uniform_(smallest_radius**2, largest_radius**2, generator=generator)
            self.decay.copy_(torch.log(torch.expm1(-square.log() / 2)))

    def coefficients(self, x: Tensor) -> tuple[Tensor, Tensor]:
        keep, scale, gate_i, candidate, _ = self._parts(x)
        return keep, scale * gate_i * candidate

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return a, sqrt(1 - a^2), i, n and r, (..., H) each."""
        gate_r, gate_i, candidate = self.drives(x)
        gate_r, gate_i = torch.sigmoid(gate_r), torch.sigmoid(gate_i)
        log_keep = -SHARPNESS * gate_r * nn.functional.softplus(self.decay)
        return log_keep.exp(), (-torch.expm1(2 * log_keep)).sqrt(), gate_i, candidate, gate_r

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        keep, scale, gate_i, candidate, gate_r = self._parts(x)
        a_r, a_i, a_n = self.weight_ih.chunk(self.gates)
        slope = -SHARPNESS * keep * nn.functional.softplus(self.decay) * gate_r * (1 - gate_r)
        by_r = slope * (h - keep / scale * gate_i * candidate)
        by_i = scale * candidate * gate_i * (1 - gate_i)
        by_n = scale * gate_i
        inputs = by_r[:, :, None] * a_r + by_i[:, :, None] * a_i + by_n[:, :, None] * a_n
        return torch.diag_embed(keep), inputs
