"""Gates of tanh, relu, GRU and LSTM steps, and their Jacobians in closed form.

Shapes: n points, H units, E entries of an input, G gates stacked in one matrix. Every formula takes
the input drive A x + b (n, GH), the recurrent drive W h (n, GH), with the second bias where there
is one, and the matrices W (GH, H) and A (GH, E).
"""

from __future__ import annotations

import torch
from torch import Tensor


def gru_gates(drive: Tensor, recurrent: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the gates of a GRU whose reset gate multiplies the recurrent drive, as torch's does.

    Parameters
    ----------
    drive, recurrent : (..., 3H)
        Input and recurrent drives, in torch's order: reset, hold, candidate.

    Returns
    -------
    reset, hold, candidate, rec_n : (..., H)
        h' = (1 - hold) candidate + hold h, candidate = tanh(A x + b + reset rec_n).
    """
    (drive_r, drive_z, drive_n), (rec_r, rec_z, rec_n) = drive.chunk(3, -1), recurrent.chunk(3, -1)
    reset, hold = torch.sigmoid(drive_r + rec_r), torch.sigmoid(drive_z + rec_z)
    return reset, hold, torch.tanh(drive_n + reset * rec_n), rec_n


def lstm_gates(drive: Tensor, recurrent: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the gates of an LSTM: c' = f c + i g, h' = o tanh(c').

    Parameters
    ----------
    drive, recurrent : (..., 4H)
        Input and recurrent drives, in torch's order: i, f, g, o.

    Returns
    -------
    i, f, g, o : (..., H)
        Input gate, forget gate, candidate, output gate.
    """
    gate_i, gate_f, candidate, gate_o = (drive + recurrent).chunk(4, -1)
    return (
        torch.sigmoid(gate_i),
        torch.sigmoid(gate_f),
        torch.tanh(candidate),
        torch.sigmoid(gate_o),
    )


def tanh_jacobians(drive: Tensor, recurrent: Tensor, w: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
    """Return the Jacobians of h' = tanh(W h + A x + b).

    Parameters
    ----------
    drive, recurrent : (n, H)
        Input and recurrent drive.
    w, a : (H, H), (H, E)
        Recurrent and input matrix.

    Returns
    -------
    (n, H, H), (n, H, E)
        dF/dh and dF/dx.
    """
    slope = (1 - torch.tanh(drive + recurrent) ** 2)[:, :, None]
    return slope * w, slope * a


def relu_jacobians(drive: Tensor, recurrent: Tensor, w: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
    """Return the Jacobians of h' = relu(W h + A x + b); at the kink the slope is 0, as torch's is.

    Parameters
    ----------
    drive, recurrent : (n, H)
        Input and recurrent drive.
    w, a : (H, H), (H, E)
        Recurrent and input matrix.

    Returns
    -------
    (n, H, H), (n, H, E)
        dF/dh and dF/dx.
    """
    slope = (drive + recurrent > 0).to(drive)[:, :, None]
    return slope * w, slope * a


def gru_jacobians(
    h: Tensor, drive: Tensor, recurrent: Tensor, w: Tensor, a: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the Jacobians of a GRU (see `gru_gates`).

    Parameters
    ----------
    h : (n, H)
        States.
    drive, recurrent : (n, 3H)
        Input and recurrent drive.
    w, a : (3H, H), (3H, E)
        Recurrent and input matrices.

    Returns
    -------
    (n, H, H), (n, H, E)
        dF/dh and dF/dx.
    """
    by_reset, by_hold, by_recurrent, by_candidate, hold = (
        slope[:, :, None] for slope in gru_slopes(h, drive, recurrent)
    )
    (w_r, w_z, w_n), (a_r, a_z, a_n) = w.chunk(3), a.chunk(3)
    recurrent = by_hold * w_z + by_reset * w_r + by_recurrent * w_n
    inputs = by_hold * a_z + by_reset * a_r + by_candidate * a_n
    return add_diagonal(recurrent, hold[:, :, 0]), inputs


def gru_slopes(h: Tensor, drive: Tensor, recurrent: Tensor) -> tuple[Tensor, ...]:
    """Return the slopes of a GRU's next state.

    Parameters
    ----------
    h : (n, H)
        States.
    drive, recurrent : (n, 3H)
        Input and recurrent drive.

    Returns
    -------
    by_reset, by_hold, by_recurrent, by_candidate, by_state : (n, H)
        By what enters the reset gate, the hold gate, and the candidate by way of W h and of the
        input; by h itself.
    """
    reset, hold, candidate, rec_n = gru_gates(drive, recurrent)
    by_candidate = (1 - hold) * (1 - candidate**2)
    by_reset = by_candidate * rec_n * reset * (1 - reset)
    by_hold = hold * (1 - hold) * (h - candidate)
    return by_reset, by_hold, by_candidate * reset, by_candidate, hold


def lstm_jacobians(
    memory: Tensor, drive: Tensor, recurrent: Tensor, w: Tensor, a: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the Jacobians of an LSTM (see `lstm_gates`) on the flat state (h, c).

    Parameters
    ----------
    memory : (n, H)
        The c of the states.
    drive, recurrent : (n, 4H)
        Input and recurrent drive.
    w, a : (4H, H), (4H, E)
        Recurrent and input matrices.

    Returns
    -------
    (n, 2H, 2H), (n, 2H, E)
        dF/d(h, c) and dF/dx.
    """
    *gates, forget, through = lstm_slopes(memory, drive, recurrent)
    by_i, by_f, by_g, by_o = (slope[:, :, None] for slope in gates)

    def both(matrices: Tensor) -> tuple[Tensor, Tensor]:
        m_i, m_f, m_g, m_o = matrices.chunk(4)
        of_memory = by_i * m_i + by_f * m_f + by_g * m_g
        return by_o * m_o + through[:, :, None] * of_memory, of_memory

    size = memory.shape[1]
    result = memory.new_zeros(len(memory), 2 * size, 2 * size)
    result[:, :size, :size], result[:, size:, :size] = both(w)
    result[:, :size, size:] = torch.diag_embed(through * forget)
    result[:, size:, size:] = torch.diag_embed(forget)
    return result, torch.cat(both(a), 1)


def lstm_slopes(memory: Tensor, drive: Tensor, recurrent: Tensor) -> tuple[Tensor, ...]:
    """Return the slopes of an LSTM's next state.

    Parameters
    ----------
    memory : (n, H)
        The c of the states.
    drive, recurrent : (n, 4H)
        Input and recurrent drive.

    Returns
    -------
    by_i, by_f, by_g, by_o, forget, through : (n, H)
        Of c' by what enters the gates i, f and the candidate; of h' by what enters o; of c' by c;
        of h' by c'.
    """
    gate_i, gate_f, candidate, gate_o = lstm_gates(drive, recurrent)
    squashed = torch.tanh(gate_f * memory + gate_i * candidate)
    by_i = candidate * gate_i * (1 - gate_i)
    by_f = memory * gate_f * (1 - gate_f)
    by_g = gate_i * (1 - candidate**2)
    by_o = squashed * gate_o * (1 - gate_o)
    return by_i, by_f, by_g, by_o, gate_f, gate_o * (1 - squashed**2)


def add_diagonal(matrices: Tensor, diagonal: Tensor) -> Tensor:
    """Add (n, H) to the diagonals of matrices (n, H, H), in place.

    Parameters
    ----------
    matrices : (n, H, H)
        Changed.
    diagonal : (n, H)
        What is added.

    Returns
    -------
    (n, H, H)
        The matrices.
    """
    matrices.diagonal(dim1=1, dim2=2).add_(diagonal)
    return matrices
