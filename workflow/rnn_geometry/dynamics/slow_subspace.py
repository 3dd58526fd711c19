"""A slow subspace within which states are moved, its random turns, and what a readout decides.

Shapes: n states, S entries of a state, d slow axes, C outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._checks import real_array, whole
from rnn_geometry.dynamics._tensors import orthonormal, real_tensor
from rnn_geometry.dynamics.step import Array

DRAWS = 10  # random turns, dealt to the texts in turn


@dataclass(frozen=True)
class Subspace:
    """The slow subspace of a network, its random turns, and the readout that decides.

    Attributes
    ----------
    axes : (d, S)
        Orthonormal: coordinates a move a state by a @ axes.
    left : (d, S)
        Coordinates of a state h are left @ (h - mean): the axes themselves, or, of modes, what
        their left eigenvectors read.
    mean : (S,)
        Where coordinates are counted from.
    turned : (DRAWS, d, S)
        The axes, turned at random.
    readout : (C, S)
        Rows r_i.
    bias : (C,)
        Added to the logits.
    multi_label : bool
        Whether outputs are labels, each of which is decided by itself.
    """

    axes: Tensor
    left: Tensor
    mean: Tensor
    turned: Tensor
    readout: Tensor
    bias: Tensor
    multi_label: bool

    @classmethod
    def make(
        cls,
        axes: Array,
        mean: Array,
        readout: Array,
        bias: Array,
        *,
        multi_label: bool,
        seed: int,
        left: Array | None = None,
    ) -> Subspace:
        """Return the subspace with its random turns.

        Parameters
        ----------
        axes : (d, S)
            Orthonormal, as the first principal axes of slow points.
        mean : (S,)
            Where coordinates are counted from, as the mean of the slow points.
        readout : (C, S)
            Rows r_i, zero over entries of a state that they do not see.
        bias : (C,)
            Added to the logits.
        multi_label : bool
            Whether outputs are labels.
        seed : int
            Draws the turns.
        left : (d, S) or None
            What reads coordinates, see `of_modes`; None: the axes.

        Returns
        -------
        Subspace
            On the device of the readout.

        Raises
        ------
        ValueError
            For arrays of another shape, and axes that are not orthonormal.

        Examples
        --------
        >>> flat = Subspace.make(np.eye(2)[:1], [0, 0], [[1, 0]], [0], multi_label=True, seed=0)
        >>> flat.decisions(torch.tensor([[2.0, 1.0], [-1.0, 1.0]]).double()).tolist()
        [[1], [0]]
        """
        device = readout.device if isinstance(readout, Tensor) else "cpu"
        readout = real_tensor("readout", readout, ("C", "S"), device=device)
        classes, size = readout.shape
        found = orthonormal("axes", axes, size, device=device)
        seen = (readout != 0).any(0).cpu().numpy()
        turned = turned_axes(found.cpu().numpy(), seen, draws=DRAWS, seed=seed)
        return cls(
            found,
            found if left is None else real_tensor("left", left, found.shape, device=device),
            real_tensor("mean", mean, (size,), device=device),
            torch.from_numpy(turned).to(device),
            readout,
            real_tensor("bias", bias, (classes,), device=device),
            multi_label,
        )

    def logits(self, states: Tensor) -> Tensor:
        """Return the logits (n, C) of states (n, S)."""
        return states @ self.readout.T + self.bias

    def decisions(self, states: Tensor) -> Tensor:
        """Return what is decided of states (n, S): a class (n, 1), or each label (n, C)."""
        logits = self.logits(states)
        return (logits >= 0).long() if self.multi_label else logits.argmax(1, keepdim=True)

    def coordinates(self, states: Tensor) -> Tensor:
        """Return the coordinates (n, d) of differences of states (n, S)."""
        return states @ self.left.T

    def moved(self, coordinates: Tensor) -> Tensor:
        """Return moves (n, S) by coordinates (n, d) along the slow axes."""
        return coordinates @ self.axes

    def moved_elsewhere(self, coordinates: Tensor) -> Tensor:
        """Return the same moves in random subspaces, which are dealt to the rows in turn."""
        own = self.turned[torch.arange(len(coordinates), device=coordinates.device) % DRAWS]
        return torch.einsum("nd,nds->ns", coordinates, own)


def of_modes(right: np.ndarray, left: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return real axes of the first modes of a Jacobian, and what reads coordinates along them.

    Parameters
    ----------
    right : (S, S) complex
        Right eigenvectors in columns, by falling modulus of the eigenvalue.
    left : (S, S) complex
        Left eigenvectors in rows, left @ right = 1.
    count : int
        Number d of modes; of a complex pair that it would part, the real part is taken.

    Returns
    -------
    axes : (d, S)
        Orthonormal, of the space that the right eigenvectors span.
    readings : (d, S)
        readings.T @ axes is the projection R L on the modes, which other modes do not move.

    Raises
    ------
    ValueError
        For a count out of its range.

    Examples
    --------
    >>> axes, readings = of_modes(np.eye(2), np.eye(2), 1)
    >>> abs(axes).tolist(), abs(readings).tolist()
    ([[1.0, 0.0]], [[1.0, 0.0]])
    """
    count = whole("count", count, low=1, high=len(right))
    projection = np.real(right[:, :count] @ left[:count])
    axes = np.linalg.svd(projection)[0][:, :count].T
    return axes, axes @ projection


def turned_axes(axes: np.ndarray, seen: np.ndarray, *, draws: int, seed: int) -> np.ndarray:
    """Turn axes at random, the entries that a readout sees and the others apart.

    An LSTM holds most of its variance in c, which its readout does not see: a turn of the whole
    state would move h much further than its slow subspace does.

    Parameters
    ----------
    axes : (d, S)
        What is turned.
    seen : (S,) bool
        Which entries the readout sees.
    draws : int
        Number of turns.
    seed : int
        Draws them.

    Returns
    -------
    (draws, d, S)
        Products between axes are those of before, over both parts of the entries.

    Raises
    ------
    ValueError
        For arrays that do not fit.

    Examples
    --------
    >>> turned = turned_axes(np.eye(3)[:1], np.array([True, True, False]), draws=2, seed=0)
    >>> turned.shape, (turned**2).sum(axis=2).round(6).tolist(), turned[:, 0, 2].tolist()
    ((2, 1, 3), [[1.0], [1.0]], [0.0, 0.0])
    """
    axes = real_array("axes", axes, ("d", "S"))
    seen = real_array("seen", seen, (axes.shape[1],)) > 0
    rng = np.random.default_rng(whole("seed", seed))
    turned = np.zeros((whole("draws", draws, low=1), *axes.shape))
    for part in (np.flatnonzero(seen), np.flatnonzero(~seen)):
        if len(part) == 0:
            continue
        triangle = np.linalg.qr(axes[:, part].T)[1]  # (k, d)
        basis = np.linalg.qr(rng.normal(size=(len(turned), len(part), len(triangle))))[0]
        # Signs that QR chooses would favour some turns.
        signs = rng.choice([-1.0, 1.0], size=(len(turned), 1, len(triangle)))
        turned[:, :, part] = np.swapaxes(basis * signs @ triangle, 1, 2)
    return turned
