"""What is left of small kicks after words of the hold input."""

from __future__ import annotations

from torch import Tensor

from rnn_geometry.dynamics import _runs as runs
from rnn_geometry.dynamics._checks import number, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.step import Array, Step


@isolated()
def left_of_kicks(
    step: Step, points: Array, x: Array, directions: Array, words: int, *, size: float = 1e-5
) -> Tensor:
    """Return the derivative of the state after some words of x* along directions at points.

    Read from states that are kicked forth and back, so that the whole run counts and not the
    linearised step at its start.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        Where the run starts.
    x : (E,)
        The hold input x*.
    directions : (n, k, S)
        Kicks at each point, of length 1.
    words : int
        How many words of x* are read.
    size : float
        Length of a kick, in root-mean-square norms of the points (of 1, if they are all zero).

    Returns
    -------
    (n, k, S) float64
        What is left of each kick, over its length.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for directions that do not fit.

    Examples
    --------
    >>> import torch
    >>> kick = torch.tensor([[[1.0, 0.0]]])
    >>> left_of_kicks(lambda h, x: 1.1 * h, torch.ones(1, 2), torch.zeros(1), kick, 2).round(
    ...     decimals=6
    ... ).tolist()
    [[[1.21, 0.0]]]
    """
    system, h = System.of(step, points, x, gradients=False)
    shape = len(h), "k", h.shape[1]
    directions = real_tensor("directions", directions, shape, device=h.device)
    scale = h.square().sum(dim=1).mean().sqrt()
    kick = number("size", size, above=0) * float(scale if scale > 0 else 1)
    ends = [
        _after(system, (h[:, None] + sign * kick * directions), whole("words", words))
        for sign in (1, -1)
    ]
    return (ends[0] - ends[1]) / (2 * kick)


def _after(system: System, states: Tensor, words: int) -> Tensor:
    """Return states (n, k, S) after some words of x*."""
    flat = states.flatten(0, 1)
    x = system.x.repeat_interleave(states.shape[1], 0)
    return runs.held(System(system.step, x, system.memory_mb), flat, words).view(states.shape)
