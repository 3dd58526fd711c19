"""Recurrent cells: one-step maps h' = F(h, x) on one flat state, fast unrolls, Jacobians.

Symbols (Aitken et al., ICLR 2021): h state, x word vector, F one step, J_rec = dF/dh, J_inp =
dF/dx. Shapes: B batch, n points, T words, E entries of a word vector, H units, S entries of the
flat state (2H for the LSTM, whose state is (h, c); else H), G gates stacked in one matrix.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rnn_geometry.dynamics import closed_forms
from rnn_geometry.dynamics.closed_forms import add_diagonal


class Cell(nn.Module):
    """Base of all cells.

    A cell of your own defines __init__(input_size, hidden_size) and forward. Keyword arguments of
    __init__, and of reset_parameters, are set by `cell_options`. With a method
    jacobians(h (n, S), x (n, E)) that returns dF/dh (n, S, S) and dF/dx (n, S, E) it is analysed
    faster; without, it is differentiated.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H.
    state_size : int or None
        Entries S of the flat state; None: H.
    """

    def __init__(self, input_size: int, hidden_size: int, state_size: int | None = None):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.state_size = state_size or hidden_size

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (B, S) after the word vector x (B, E) is read in state h (B, S)."""
        raise TypeError(f"{type(self).__name__} must define forward(h, x)")

    def initial_state(self, x: Tensor) -> Tensor:
        """Return the zero state (B, S) for word vectors x (B, ...)."""
        return x.new_zeros(x.shape[0], self.state_size)

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return the states (B, T, S) after each word x (B, T, E), from h0 (B, S) or zero."""
        h, states = self.initial_state(x) if h0 is None else h0, []
        for word in x.unbind(1):
            h = self(h, word)
            states.append(h)
        return torch.stack(states, 1)

    def outputs(self, x: Tensor) -> Tensor:
        """Return what the readout sees, (B, T, H), after each of the word vectors x (B, T, E)."""
        return self.output(self.unroll(x))

    def output(self, state: Tensor) -> Tensor:
        """Return the part of a flat state (..., S) that the readout sees, (..., H)."""
        return state[..., : self.hidden_size]

    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw all weights uniformly within 1 / sqrt(H), from the generator."""
        for weight in self.parameters():
            _uniform(weight, self.hidden_size, generator)


class StackedCell(Cell):
    """A cell whose G gates share an input matrix (GH, E), a recurrent one (GH, H), a bias (GH,).

    A subclass sets `gates` and defines `advance`; `hold_gate` is the gate that keeps the state.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H.
    state_size : int or None
        Entries S of the flat state; None: H.
    """

    gates: int
    hold_gate: int | None = None  # which gate keeps the state when it is open
    default_hold_bias = 0.0

    def __init__(self, input_size: int, hidden_size: int, state_size: int | None = None):
        super().__init__(input_size, hidden_size, state_size)
        rows = self.gates * hidden_size
        self.weight_ih = nn.Parameter(torch.zeros(rows, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(rows, hidden_size))
        self.bias = nn.Parameter(torch.zeros(rows))

    def reset_parameters(self, generator: torch.Generator, hold_bias: float | None = None) -> None:
        """Draw weights and bias within 1 / sqrt(H); add `hold_bias` to that of the hold gate."""
        for weight in (self.weight_ih, self.weight_hh, self.bias):
            _uniform(weight, self.hidden_size, generator)
        if self.hold_gate is not None:
            rows = slice(self.hold_gate * self.hidden_size, (self.hold_gate + 1) * self.hidden_size)
            with torch.no_grad():
                self.bias[rows] += self.default_hold_bias if hold_bias is None else hold_bias

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        """Return the states (B, T, S); all words meet the input matrix at once."""
        h, states = self.initial_state(x) if h0 is None else h0, []
        for drive in self.input_drive(x).unbind(1):
            h = self.advance(h, drive)
            states.append(h)
        return torch.stack(states, 1)

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next state (B, S)."""
        return self.advance(h, self.input_drive(x))

    def input_drive(self, x: Tensor) -> Tensor:
        """Return A x + b for all gates, (..., GH)."""
        return nn.functional.linear(x, self.weight_ih, self.bias)

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        """Return the next state (B, S) from the state h and the input drive A x + b (B, GH)."""
        raise TypeError(f"{type(self).__name__} must define advance(h, drive)")

    def _drives(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return A x + b and W h for all gates, (n, GH) each."""
        return self.input_drive(x), nn.functional.linear(h, self.weight_hh)

    def _matrices(self) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Return the recurrent and the input matrices of the gates, (H, H) and (H, E) each."""
        return self.weight_hh.chunk(self.gates), self.weight_ih.chunk(self.gates)

    def _kernel(self, kernel, x: Tensor, h0):
        """Call torch's fused kernel; its second bias is zero."""
        weights = [self.weight_ih, self.weight_hh, self.bias, torch.zeros_like(self.bias)]
        return kernel(x, h0, weights, True, 1, 0.0, False, False, True)


class VanillaRNN(StackedCell):
    """h' = tanh(W h + A x + b)."""

    gates = 1

    def reset_parameters(
        self, generator: torch.Generator, recurrent_identity: float = 0.98, input_scale: float = 0.1
    ) -> None:
        """Start at W = recurrent_identity * I with small input weights: the state is held."""
        super().reset_parameters(generator)
        with torch.no_grad():
            self.weight_hh.copy_(recurrent_identity * torch.eye(self.hidden_size))
            self.weight_ih.mul_(input_scale)
            self.bias.zero_()

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        return torch.tanh(drive + nn.functional.linear(h, self.weight_hh))

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        h0 = self.initial_state(x) if h0 is None else h0
        return self._kernel(torch._VF.rnn_tanh, x, h0[None])[0]

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        return closed_forms.tanh_jacobians(*self._drives(h, x), self.weight_hh, self.weight_ih)


class GRU(StackedCell):
    """Torch's convention: h' = (1 - z) n + z h, n = tanh(A x + b + r (W h)), reset gate outside."""

    gates, hold_gate = 3, 1

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        recurrent = nn.functional.linear(h, self.weight_hh)
        _, hold, candidate, _ = closed_forms.gru_gates(drive, recurrent)
        return candidate + hold * (h - candidate)

    def unroll(self, x: Tensor, h0: Tensor | None = None) -> Tensor:
        h0 = self.initial_state(x) if h0 is None else h0
        return self._kernel(torch._VF.gru, x, h0[None])[0]

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        return closed_forms.gru_jacobians(h, *self._drives(h, x), self.weight_hh, self.weight_ih)


class GRUResetBefore(StackedCell):
    """The authors' convention: as `GRU`, but n = tanh(A x + b + W (r h)), reset gate inside."""

    gates, hold_gate = 3, 1

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        _, hold, candidate = self._parts(h, drive)
        return candidate + hold * (h - candidate)

    def _parts(self, h: Tensor, drive: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size = self.hidden_size
        gates = torch.sigmoid(
            drive[..., : 2 * size] + nn.functional.linear(h, self.weight_hh[: 2 * size])
        )
        reset, hold = gates.chunk(2, -1)
        recurrent = nn.functional.linear(reset * h, self.weight_hh[2 * size :])
        return reset, hold, torch.tanh(drive[..., 2 * size :] + recurrent)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        reset, hold, candidate = self._parts(h, self.input_drive(x))
        by_hold = (hold * (1 - hold) * (h - candidate))[:, :, None]
        by_candidate = ((1 - hold) * (1 - candidate**2))[:, :, None]
        by_reset = (h * reset * (1 - reset))[:, :, None]
        (w_r, w_z, w_n), (a_r, a_z, a_n) = self._matrices()
        recurrent = by_hold * w_z + by_candidate * (w_n @ add_diagonal(by_reset * w_r, reset))
        return add_diagonal(recurrent, hold), by_hold * a_z + by_candidate * (
            a_n + w_n @ (by_reset * a_r)
        )


class UGRNN(StackedCell):
    """h' = u h + (1 - u) tanh(W h + A x + b), u = sigmoid(W_u h + A_u x + b_u).

    Collins et al., 2017.
    """

    gates, hold_gate, default_hold_bias = 2, 0, 1.0

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        hold, candidate = self._parts(h, drive)
        return candidate + hold * (h - candidate)

    def _parts(self, h: Tensor, drive: Tensor) -> tuple[Tensor, Tensor]:
        hold, candidate = (drive + nn.functional.linear(h, self.weight_hh)).chunk(2, -1)
        return torch.sigmoid(hold), torch.tanh(candidate)

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        hold, candidate = self._parts(h, self.input_drive(x))
        by_hold = (hold * (1 - hold) * (h - candidate))[:, :, None]
        by_candidate = ((1 - hold) * (1 - candidate**2))[:, :, None]
        (w_u, w_n), (a_u, a_n) = self._matrices()
        return add_diagonal(
            by_hold * w_u + by_candidate * w_n, hold
        ), by_hold * a_u + by_candidate * a_n


class LSTM(StackedCell):
    """c' = f c + i g, h' = o tanh(c') with gates i, f, o, candidate g; the flat state is (h, c).

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H; S = 2H.
    """

    gates, hold_gate, default_hold_bias = 4, 1, 1.0

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size, 2 * hidden_size)

    def advance(self, h: Tensor, drive: Tensor) -> Tensor:
        hidden, memory = h.chunk(2, -1)
        recurrent = nn.functional.linear(hidden, self.weight_hh)
        gate_i, gate_f, candidate, gate_o = closed_forms.lstm_gates(drive, recurrent)
        memory = gate_f * memory + gate_i * candidate
        return torch.cat([gate_o * torch.tanh(memory), memory], -1)

    def outputs(self, x: Tensor) -> Tensor:
        """Return h (B, T, H) from torch's kernel, which is faster than `unroll` but keeps no c."""
        zero = x.new_zeros(1, x.shape[0], self.hidden_size)
        return self._kernel(torch._VF.lstm, x, (zero, zero))[0]

    def jacobians(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden, memory = h.chunk(2, -1)
        drives = self._drives(hidden, x)
        return closed_forms.lstm_jacobians(memory, *drives, self.weight_hh, self.weight_ih)


def _uniform(weight: Tensor, hidden_size: int, generator: torch.Generator) -> None:
    """Draw a weight uniformly within 1 / sqrt(H)."""
    bound = 1 / math.sqrt(hidden_size)
    with torch.no_grad():
        weight.uniform_(-bound, bound, generator=generator)
