"""The mLSTM of Beck et al. (2024), arXiv:2405.04517: a matrix memory and its normaliser."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.more_cells.diagonal import recurrence


class MLSTM(Cell):
    """C' = f C + i v k', n' = f n + i k, y' = o C' q / max(|n' q|, 1); the flat state is (y, C, n).

    Heads of d units: v, k, q, o see the word alone, as do i = exp(..) and f = sigmoid(..), which
    are one a head. k is divided by sqrt(d). No stabiliser; it matters where exp runs over.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H; S = H (d + 2).
    head_size : int
        Units d of a head, of which H is a multiple.
    """

    def __init__(self, input_size: int, hidden_size: int, head_size: int = 4):
        if hidden_size % head_size:
            raise ValueError(
                f"head_size {head_size} does not divide hidden_size {hidden_size}; accepted are"
                " its divisors"
            )
        super().__init__(input_size, hidden_size, hidden_size * (head_size + 2))
        self.head_size, self.heads = head_size, hidden_size // head_size
        rows = 4 * hidden_size + 2 * self.heads
        self.weight_ih = nn.Parameter(torch.zeros(rows, input_size))  # v, k, q, o, i, f
        self.bias = nn.Parameter(torch.zeros(rows))

    def reset_parameters(self, generator: torch.Generator, hold_bias: float = 3.0) -> None:
        """Draw weights within 1 / sqrt(H); `hold_bias` to three more is added to f, head by head.

        Beck et al. start f at 3 to 6.
        """
        super().reset_parameters(generator)
        with torch.no_grad():
            start = torch.linspace(hold_bias, hold_bias + 3, self.heads)
            self.bias[-self.heads :] += start.to(self.bias)

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (B, S)."""
        keep, drive, query, gate_o = self._coefficients(x)
        return self._with_output(self._kept(keep) * self._held(h) + drive, query, gate_o)

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return the states (B, T, S) after each word x (B, T, E)."""
        keep, drive, query, gate_o = self._coefficients(x)
        h0 = self.initial_state(x) if h0 is None else h0
        memory = recurrence(self._kept(keep), drive, self._held(h0))
        return self._with_output(memory, query, gate_o)

    def _held(self, h: Tensor) -> Tensor:
        return h[..., self.hidden_size :]

    def _kept(self, keep: Tensor) -> Tensor:
        """Return f of each entry of (C, n), (.., H (d + 1)), from that of each head."""
        memory = keep.repeat_interleave(self.head_size**2, -1)
        return torch.cat([memory, keep.repeat_interleave(self.head_size, -1)], -1)

    def _gates(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return v, k, q (.., heads, d), o (.., H), i and f (.., heads)."""
        sizes = [*[self.hidden_size] * 4, self.heads, self.heads]
        drives = nn.functional.linear(x, self.weight_ih, self.bias).split(sizes, -1)
        value, key, query = (part.unflatten(-1, (self.heads, -1)) for part in drives[:3])
        key = key / self.head_size**0.5
        return value, key, query, drives[3].sigmoid(), drives[4].exp(), drives[5].sigmoid()

    def _coefficients(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return f, what is added to (C, n), q and o."""
        value, key, query, gate_o, gate_i, keep = self._gates(x)
        added = gate_i[..., None] * key
        outer = value[..., :, None] * added[..., None, :]
        return keep, torch.cat([outer.flatten(-3), added.flatten(-2)], -1), query, gate_o

    def _with_output(self, held: Tensor, query: Tensor, gate_o: Tensor) -> Tensor:
        above, below = self._fraction(held, query)
        shown = above / below.abs().clamp(min=1)[..., None]
        return torch.cat([gate_o * shown.flatten(-2), held], -1)

    def _fraction(self, held: Tensor, query: Tensor) -> tuple[Tensor, Tensor]:
        """Return C q (.., heads, d) and n q (.., heads)."""
        memory, normaliser = held.split([self.hidden_size * self.head_size, self.hidden_size], -1)
        memory = memory.unflatten(-1, (self.heads, self.head_size, self.head_size))
        normaliser = normaliser.unflatten(-1, (self.heads, self.head_size))
        return (memory @ query[..., None])[..., 0], (normaliser * query).sum(-1)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        value, key, query, gate_o, gate_i, keep = self._gates(x)
        kept = self._kept(keep)
        _, drive, _, _ = self._coefficients(x)
        after = kept * self._held(h) + drive
        by_memory, by_query, shown = self._of_output(after, query, gate_o)

        zero = h.new_zeros(len(h), self.state_size, self.hidden_size)
        held = torch.cat([by_memory * kept[:, None], torch.diag_embed(kept)], 1)
        inner = self._memory_by_word(h, value, key, gate_i, keep)
        sizes = [*[self.hidden_size] * 4, self.heads, self.heads]
        _, _, a_query, a_o, _, _ = self.weight_ih.split(sizes)
        output = by_memory @ inner + by_query @ a_query + ((1 - gate_o) * shown)[..., None] * a_o
        return torch.cat([zero, held], 2), torch.cat([output, inner], 1)

    def _of_output(
        self, after: Tensor, query: Tensor, gate_o: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return dy'/d(C', n') (n, H, ..), dy'/dq (n, H, H) and y' (n, H)."""
        above, below = self._fraction(after, query)
        divisor = below.abs().clamp(min=1)[..., None]  # (n, heads, 1)
        gate = gate_o.unflatten(-1, (self.heads, -1))
        shown = gate * above / divisor
        slope = -shown / divisor * torch.where(below.abs() > 1, below.sign(), 0.0)[..., None]
        memory, normaliser = after.split([self.hidden_size * self.head_size, self.hidden_size], -1)
        memory = memory.unflatten(-1, (self.heads, self.head_size, self.head_size))
        normaliser = normaliser.unflatten(-1, (self.heads, self.head_size))
        unit, head = torch.eye(self.head_size).to(after), torch.eye(self.heads).to(after)
        scale = gate / divisor
        by_c = torch.einsum("nha,nhb,ac,hg->nhagcb", scale, query, unit, head).flatten(3)
        by_n = torch.einsum("nha,nhb,hg->nhagb", slope, query, head).flatten(3)
        of_query = scale[..., None] * memory + slope[..., None] * normaliser[..., None, :]
        by_query = torch.einsum("nhab,hg->nhagb", of_query, head).flatten(3)
        return torch.cat([by_c, by_n], 3).flatten(1, 2), by_query.flatten(1, 2), shown.flatten(1)

    def _memory_by_word(
        self, h: Tensor, value: Tensor, key: Tensor, gate_i: Tensor, keep: Tensor
    ) -> Tensor:
        """Return d(C', n')/dx (n, .., E)."""
        sizes = [*[self.hidden_size] * 4, self.heads, self.heads]
        a_value, a_key, _, _, a_i, a_f = self.weight_ih.split(sizes)
        a_value, a_key = (part.unflatten(0, (self.heads, -1)) for part in (a_value, a_key))
        a_key = a_key / self.head_size**0.5
        of_keep = (keep * (1 - keep))[..., None] * a_f  # (n, heads, E)
        opened = gate_i[..., None]
        of_added = opened[..., None] * (key[..., None] * a_i[:, None] + a_key)  # of i k
        outer = torch.einsum("nha,nhbe->nhabe", value, of_added) + torch.einsum(
            "hae,nhb->nhabe", a_value, opened * key
        )
        added = torch.cat([outer.flatten(1, 3), of_added.flatten(1, 2)], 1)
        return self._kept(of_keep.mT).mT * self._held(h)[..., None] + added
