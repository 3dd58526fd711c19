"""The selective state space of Mamba (Gu & Dao, 2023), arXiv:2312.00752, as a recurrent cell."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.more_cells.diagonal import recurrence

WORDS_PER_RANK = 16  # units for each dimension of what steps are made of, as in the paper


class Mamba(Cell):
    """s' = exp(d a) s + d B(x) u, y' = C(x) . s'; the flat state is (y, s), and y is read.

    Of each of H units N memories s, with rates a = -exp(decay). u = A_u x; the step d = softplus(
    W (A_r x) + b); B(x) = A_B x and C(x) = A_C x + c are those of all units. c stands beside the
    paper, for without it nothing is read after the word vector zero. No convolution, no skip, no
    gate: what is read is the state.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H; S = H (1 + N).
    memories : int
        N, of each unit.
    """

    def __init__(self, input_size: int, hidden_size: int, memories: int = 4):
        super().__init__(input_size, hidden_size, hidden_size * (1 + memories))
        self.memories, self.rank = memories, -(-hidden_size // WORDS_PER_RANK)
        rows = hidden_size + self.rank + 2 * memories
        self.weight_ih = nn.Parameter(torch.zeros(rows, input_size))  # u, r, B, C
        self.weight_step = nn.Parameter(torch.zeros(hidden_size, self.rank))
        self.bias_step = nn.Parameter(torch.zeros(hidden_size))
        self.bias_read = nn.Parameter(torch.zeros(memories))
        self.decay = nn.Parameter(torch.zeros(hidden_size, memories))

    def reset_parameters(
        self,
        generator: torch.Generator,
        shortest_step: float = 1e-3,
        longest_step: float = 1e-1,
    ) -> None:
        """Draw weights within 1 / sqrt(H), steps log-uniform; rates are -1 to -N, c is 1."""
        super().reset_parameters(generator)
        with torch.no_grad():
            low, high = math.log(shortest_step), math.log(longest_step)
            step = self.bias_step.uniform_(low, high, generator=generator).exp()
            self.bias_step.copy_(step + torch.log(-torch.expm1(-step)))
            self.bias_read.fill_(1)
            self.decay.copy_(torch.arange(1, self.memories + 1).log().expand_as(self.decay))

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (B, S)."""
        keep, drive, reads = self._coefficients(x)
        return self._with_output(torch.addcmul(drive, keep, h[..., self.hidden_size :]), reads)

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return the states (B, T, S) after each word x (B, T, E)."""
        keep, drive, reads = self._coefficients(x)
        h0 = self.initial_state(x) if h0 is None else h0
        return self._with_output(recurrence(keep, drive, h0[:, self.hidden_size :]), reads)

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return u (.., H), what steps are made of (.., H), B (.., N) and C (.., N)."""
        sizes = [self.hidden_size, self.rank, self.memories, self.memories]
        unit, low, writes, reads = nn.functional.linear(x, self.weight_ih).split(sizes, -1)
        step = nn.functional.linear(low, self.weight_step, self.bias_step)
        return unit, step, writes, reads + self.bias_read

    def _coefficients(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return keep and drive, (.., HN) each, and C (.., N)."""
        unit, step, writes, reads = self._parts(x)
        step = nn.functional.softplus(step)
        keep = torch.exp(-step[..., None] * self.decay.exp())
        drive = (step * unit)[..., None] * writes[..., None, :]
        return keep.flatten(-2), drive.flatten(-2), reads

    def _with_output(self, memory: Tensor, reads: Tensor) -> Tensor:
        shown = memory.unflatten(-1, (self.hidden_size, self.memories)) @ reads[..., None]
        return torch.cat([shown[..., 0], memory], -1)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        units, memories = self.hidden_size, self.memories
        unit, raw, writes, reads = self._parts(x)
        step, rates = nn.functional.softplus(raw), -self.decay.exp()
        keep = torch.exp(step[..., None] * rates)  # (n, H, N)
        before = h[:, units:].unflatten(1, (units, memories))
        a_unit, a_low, a_writes, a_reads = self.weight_ih.split(
            [units, self.rank, memories, memories]
        )
        of_step = torch.sigmoid(raw)[..., None] * (self.weight_step @ a_low)  # (n, H, E)
        by_step = before * keep * rates + unit[..., None] * writes[:, None]
        by_unit, by_writes = step[..., None] * writes[:, None], (step * unit)[..., None, None]
        memory = (
            by_step[..., None] * of_step[:, :, None]
            + by_unit[..., None] * a_unit[:, None]
            + by_writes * a_writes
        )
        after = keep * before + by_unit * unit[..., None]
        shown = torch.einsum("nm,nhme->nhe", reads, memory) + after @ a_reads
        inputs = torch.cat([shown, memory.flatten(1, 2)], 1)

        by_memory = torch.einsum("hi,nhm->nhim", torch.eye(units).to(h), reads[:, None] * keep)
        kept = torch.cat([by_memory.flatten(2), torch.diag_embed(keep.flatten(1))], 1)
        return torch.cat([kept.new_zeros(len(h), kept.shape[1], units), kept], 2), inputs
