"""How fast a state drifts along a slow manifold while nothing is read.

Shapes: n points, S entries of a state, k slow modes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.step import Array, Step


@isolated()
def slow_velocity(
    step: Step, points: Array, x: Array, right: Array, left: Array, count: Array
) -> Tensor:
    """Return P (F(h, x) - h), the part of one word's move along the slow modes at each point.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        States h.
    x : (E,)
        The hold input x*.
    right, left : (n, S, k), (n, k, S)
        Eigenvectors R_a and L_a of slow modes at these points, see `slow_modes.slow_modes`.
    count : (n,)
        How many of them belong to a point; P is the sum of R_a L_a over these.

    Returns
    -------
    (n, S) float64
        In units of the state, per word.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does.

    Examples
    --------
    >>> from rnn_geometry.dynamics.slow_modes import slow_modes
    >>> rates = torch.tensor([0.99, 0.2], dtype=torch.float64)
    >>> step, points, x = lambda h, x: rates * h, torch.ones(1, 2), torch.zeros(1)
    >>> modes = slow_modes(step, points, x, min_tau=25)
    >>> velocity = slow_velocity(step, points, x, modes.right, modes.left, modes.count)
    >>> velocity.numpy().round(3)
    array([[-0.01,  0.  ]])
    """
    system, h = System.of(step, points, x, gradients=False)
    move = (system(h) - h).to(torch.complex128)[:, :, None]
    right, left = (
        torch.as_tensor(part).to(move.device, torch.complex128) for part in (right, left)
    )
    held = (
        torch.arange(left.shape[1], device=h.device) < torch.as_tensor(count).to(h.device)[:, None]
    )
    return (right @ ((left @ move) * held[:, :, None]))[:, :, 0].real
