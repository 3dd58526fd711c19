"""Jacobians of gated cells as what they are made of: few shared matrices, scaled at every point.

A product of J with thin blocks then costs one product with all recurrent matrices for all points
at once, and J itself, which would be limited by memory, is never made.

Shapes: n points, H units, G gates stacked in one matrix, k vectors, S entries of the flat state.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnn_geometry.dynamics.closed_forms import gru_slopes, lstm_slopes


class Gated(NamedTuple):
    """J = diag(keep) + sum over gates g of diag(scale_g) W_g at n points.

    Attributes
    ----------
    weight : (GH, H)
        The recurrent matrices W_g, one below the other.
    scales : (n, G, H)
        How much each gate's drive moves the next state.
    keep : (n, H)
        What is kept of the state itself.
    """

    weight: Tensor
    scales: Tensor
    keep: Tensor

    def right(self, columns: Tensor) -> Tensor:
        """Return J columns, (n, S, k)."""
        rows = columns.mT.contiguous()
        driven = _times(rows, self.weight.mT).unflatten(2, self.scales.shape[1:])
        result = rows * self.keep[:, None]
        for scale, part in zip(self.scales.unbind(1), driven.unbind(2)):
            result.addcmul_(scale[:, None], part)
        return result.mT

    def left(self, rows: Tensor) -> Tensor:
        """Return rows J, (n, k, S)."""
        spread = (rows[:, :, None] * self.scales[:, None]).flatten(2)
        return _times(spread, self.weight).addcmul_(rows, self.keep[:, None])

    def only(self, rows: Tensor) -> Gated:
        """Return the same at some of the points: a mask or indices."""
        return Gated(self.weight, self.scales[rows], self.keep[rows])


class WithMemory(NamedTuple):
    """J of an LSTM on (h, c): gates i, f, g and `forget` make c', gate o and c' make h'.

    Attributes
    ----------
    weight : (4H, H)
        The recurrent matrices of i, f, g, o, one below the other.
    scales : (n, 4, H)
        How much the drives of i, f, g move c', and that of o moves h' at fixed c'.
    forget, through : (n, H)
        dc'/dc and dh'/dc'.
    """

    weight: Tensor
    scales: Tensor
    forget: Tensor
    through: Tensor

    def right(self, columns: Tensor) -> Tensor:
        """Return J columns, (n, S, k)."""
        hidden, memory = columns.mT.chunk(2, 2)
        weight, scales = self.weight, self.scales
        driven = _times(hidden, weight.mT).unflatten(2, scales.shape[1:])
        of_memory = memory * self.forget[:, None]
        *inner, outer = zip(scales.unbind(1), driven.unbind(2))
        for scale, part in inner:
            of_memory.addcmul_(scale[:, None], part)
        of_hidden = of_memory * self.through[:, None]
        of_hidden.addcmul_(outer[0][:, None], outer[1])
        return torch.cat([of_hidden, of_memory], 2).mT

    def left(self, rows: Tensor) -> Tensor:
        """Return rows J, (n, k, S)."""
        of_hidden, of_memory = rows.chunk(2, 2)
        of_memory = torch.addcmul(of_memory, of_hidden, self.through[:, None])
        weight, scales = self.weight, self.scales
        gates = scales.shape[1]
        spread = rows.new_empty(*rows.shape[:2], gates, weight.shape[1])
        torch.mul(of_memory[:, :, None], scales[:, None, :-1], out=spread[:, :, :-1])
        torch.mul(of_hidden, scales[:, None, -1], out=spread[:, :, -1])
        return torch.cat([_times(spread.flatten(2), weight), of_memory * self.forget[:, None]], 2)

    def only(self, rows: Tensor) -> WithMemory:
        """Return the same at some of the points: a mask or indices."""
        return WithMemory(self.weight, *(part[rows] for part in self[1:]))


def tanh_products(drive: Tensor, recurrent: Tensor, w: Tensor) -> Gated:
    """Return J of h' = tanh(W h + A x + b).

    Parameters
    ----------
    drive, recurrent : (n, H)
        Input and recurrent drive.
    w : (H, H)
        Recurrent matrix.

    Returns
    -------
    Gated
        dF/dh.
    """
    slope = 1 - torch.tanh(drive + recurrent) ** 2
    return Gated(w, slope[:, None], torch.zeros_like(slope))


def relu_products(drive: Tensor, recurrent: Tensor, w: Tensor) -> Gated:
    """Return J of h' = relu(W h + A x + b).

    Parameters
    ----------
    drive, recurrent : (n, H)
        Input and recurrent drive.
    w : (H, H)
        Recurrent matrix.

    Returns
    -------
    Gated
        dF/dh.
    """
    slope = (drive + recurrent > 0).to(drive)
    return Gated(w, slope[:, None], torch.zeros_like(slope))


def gru_products(h: Tensor, drive: Tensor, recurrent: Tensor, w: Tensor) -> Gated:
    """Return J of a GRU (see `closed_forms.gru_gates`).

    Parameters
    ----------
    h : (n, H)
        States.
    drive, recurrent : (n, 3H)
        Input and recurrent drive.
    w : (3H, H)
        Recurrent matrices.

    Returns
    -------
    Gated
        dF/dh.
    """
    *gates, _, hold = gru_slopes(h, drive, recurrent)
    return Gated(w, torch.stack(gates, 1), hold)


def lstm_products(memory: Tensor, drive: Tensor, recurrent: Tensor, w: Tensor) -> WithMemory:
    """Return J of an LSTM (see `closed_forms.lstm_gates`) on the flat state (h, c).

    Parameters
    ----------
    memory : (n, H)
        The c of the states.
    drive, recurrent : (n, 4H)
        Input and recurrent drive.
    w : (4H, H)
        Recurrent matrices.

    Returns
    -------
    WithMemory
        dF/d(h, c).
    """
    *gates, forget, through = lstm_slopes(memory, drive, recurrent)
    return WithMemory(w, torch.stack(gates, 1), forget, through)


def _times(rows: Tensor, matrix: Tensor) -> Tensor:
    """Return rows (n, k, p) times one matrix (p, m), as one product."""
    return (rows.flatten(0, 1) @ matrix).unflatten(0, rows.shape[:2])
