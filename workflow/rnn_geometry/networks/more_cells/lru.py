"""The linear recurrent unit of Orvieto et al. (2023), arXiv:2303.06349."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rnn_geometry.networks.more_cells.diagonal import DiagonalCell

SMALL = 1e-6  # radii and phases are drawn so far from where their logarithms end


class LRU(DiagonalCell):
    """H complex units h' = lambda h + gamma B x, |lambda| < 1; the flat state is (Re h, Im h).

    lambda = exp(-exp(nu) + i exp(theta)). The readout sees Re h: it stands for Re(C h) with a real
    C, and a phase of C is one of B. The paper's D x is left out, so that what is read is the state.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Complex units H; S = 2H.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size, 2 * hidden_size)
        self.nu, self.theta, self.gamma = (nn.Parameter(torch.zeros(hidden_size)) for _ in "123")
        self.weight_ih = nn.Parameter(torch.zeros(2 * hidden_size, input_size))

    def reset_parameters(
        self,
        generator: torch.Generator,
        smallest_radius: float = 0.0,
        largest_radius: float = 1.0,
        largest_phase: float = 2 * math.pi,
    ) -> None:
        """Draw lambda uniformly on a ring; B from N(0, 1 / 2E); gamma = sqrt(1 - |lambda|^2)."""
        low, high = smallest_radius**2, largest_radius**2
        with torch.no_grad():
            square = self.nu.uniform_(generator=generator) * (high - low) + low
            square = square.clamp(SMALL, 1 - SMALL)
            self.nu.copy_((-square.log() / 2).log())
            phase = self.theta.uniform_(generator=generator) * largest_phase
            self.theta.copy_(phase.clamp(min=SMALL).log())
            self.gamma.copy_((1 - square).log() / 2)
            self.weight_ih.normal_(0, (2 * self.input_size) ** -0.5, generator=generator)

    def eigenvalues(self) -> Tensor:
        """Return lambda (H,), complex."""
        return torch.polar(torch.exp(-torch.exp(self.nu)), torch.exp(self.theta))

    def coefficients(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return lambda (H,) and gamma B x (..., H), complex."""
        drive = nn.functional.linear(x, self._scaled())
        return self.eigenvalues(), _folded(drive)

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (B, 2H)."""
        keep, drive = self.coefficients(x)
        return _flat(keep * _folded(h) + drive)

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return the states (B, T, 2H) after each word x (B, T, E)."""
        h0 = self.initial_state(x) if h0 is None else h0
        return _flat(super().unroll(x, _folded(h0)))

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return dF/dh (n, 2H, 2H) and dF/dx (n, 2H, E), the same at all points."""
        real, imag = (torch.diag(part) for part in _parts(self.eigenvalues()))
        whole = torch.cat([torch.cat([real, -imag], 1), torch.cat([imag, real], 1)])
        return whole.expand(len(h), -1, -1).clone(), self._scaled().expand(len(h), -1, -1).clone()

    def _scaled(self) -> Tensor:
        """Return gamma B, (2H, E)."""
        return torch.exp(self.gamma).repeat(2)[:, None] * self.weight_ih


def _folded(state: Tensor) -> Tensor:
    """Return a flat state (..., 2H) as complex units (..., H)."""
    return torch.complex(*(part.contiguous() for part in state.chunk(2, -1)))


def _flat(state: Tensor) -> Tensor:
    return torch.cat(_parts(state), -1)


def _parts(value: Tensor) -> tuple[Tensor, Tensor]:
    return value.real, value.imag
