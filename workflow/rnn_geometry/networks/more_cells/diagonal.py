"""Recurrences that are linear in the state and take each unit by itself: h' = keep h + drive.

Shapes as in `cells`. Reading a text is a loop over its words into memory made once, with the
gradient written by hand. On a CPU this is faster than a parallel scan: see `docs/cells.md`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rnn_geometry.networks.cells import Cell


class DiagonalCell(Cell):
    """h' = keep(x) h + drive(x): the Jacobian is diag(keep), whatever the state is.

    A subclass defines `coefficients` and `jacobians`.
    """

    def coefficients(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return keep and drive, (..., H) each, under word vectors x (..., E)."""
        raise TypeError(f"{type(self).__name__} must define coefficients(x)")

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (B, H)."""
        keep, drive = self.coefficients(x)
        return torch.addcmul(drive, keep, h)

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return the states (B, T, H) after each word x (B, T, E)."""
        return recurrence(*self.coefficients(x), self.initial_state(x) if h0 is None else h0)


class GatedDiagonalCell(DiagonalCell):
    """A diagonal cell whose gates see the word alone: an input matrix (GH, E), a bias (GH,).

    A subclass sets `gates`.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H.
    """

    gates: int

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        rows = self.gates * hidden_size
        self.weight_ih = torch.nn.Parameter(torch.zeros(rows, input_size))
        self.bias = torch.nn.Parameter(torch.zeros(rows))

    def drives(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return A x + b of each gate, (..., H)."""
        return torch.nn.functional.linear(x, self.weight_ih, self.bias).chunk(self.gates, -1)


class _Recurrence(torch.autograd.Function):
    """Of keep, drive (B, T, H) and h0 (B, H) the states (B, T, H); real or complex."""

    @staticmethod
    def forward(ctx: Any, keep: Tensor, drive: Tensor, h0: Tensor) -> Tensor:
        keep = keep.expand_as(drive)
        states = torch.empty_like(drive)
        h = h0
        for kept, driven, after in zip(*(part.unbind(1) for part in (keep, drive, states))):
            h = torch.addcmul(driven, kept, h, out=after)
        ctx.save_for_backward(keep, states, h0)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        keep, states, h0 = ctx.saved_tensors
        kept = keep.conj().resolve_conj().unbind(1)
        of_drive = gradients[0].clone()
        parts = of_drive.unbind(1)
        for t in range(len(parts) - 1, 0, -1):
            parts[t - 1].addcmul_(kept[t], parts[t])
        before = torch.cat([h0[:, None], states[:, :-1]], 1)
        return of_drive * before.conj(), of_drive, kept[0] * parts[0]


def recurrence(keep: Tensor, drive: Tensor, h0: Tensor) -> Tensor:
    """Return the states of h_t = keep_t h_(t-1) + drive_t, entry by entry.

    Parameters
    ----------
    keep : (B, T, H) or (H,)
        What is left of a state; real or complex, as all three.
    drive : (B, T, H)
        What is added to it.
    h0 : (B, H)
        The state before the first word.

    Returns
    -------
    (B, T, H)
        After each word; differentiable once.

    Examples
    --------
    >>> recurrence(torch.full((1, 3, 1), 0.5), torch.ones(1, 3, 1), torch.zeros(1, 1)).flatten()
    tensor([1.0000, 1.5000, 1.7500])
    """
    return _Recurrence.apply(keep.expand_as(drive), drive, h0)  # type: ignore
