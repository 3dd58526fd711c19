"""Steps that are affine under the held input: one Jacobian everywhere, one fixed point, a flat set.

Cells whose gates do not see the state (minGRU, LRU, RG-LRU) are such: h' = J h + b under x*. Every
long time constant is a slow mode of theirs, whether anything uses it or not.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._checks import refusal
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.step import Array, Step

SAME = 1e-9  # difference of Jacobians, of their largest entry, that is rounding


@isolated()
def jacobian_spread(step: Step, states: Array, x: Array, *, memory_mb: float = 512) -> float:
    """Return how much the recurrent Jacobian differs over states.

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        Where it is taken. States that lie in one place say nothing.
    x : (E,) or (n, E)
        The input that is held.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    float
        Largest difference of an entry from that at the first state, over the largest entry there: 0
        for an affine step.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does.

    Examples
    --------
    >>> states = torch.linspace(-1, 1, 6).reshape(3, 2)
    >>> jacobian_spread(lambda h, x: 0.5 * h + x, states, torch.ones(2))
    0.0
    """
    system, h = System.of(step, states, x, memory_mb)
    return _spread(system.all_jacobians(h)[0])


def _spread(jacobians: Tensor) -> float:
    difference, largest = (jacobians - jacobians[:1]).abs().max(), jacobians[0].abs().max()
    return float(difference / largest) if largest else float(difference)


@isolated()
def affine_fixed_point(
    step: Step, states: Array, x: Array, *, memory_mb: float = 512
) -> np.ndarray:
    """Return the one fixed point of a step that is affine under x*, by a linear solve.

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        At least two, not all in one place: where the step is shown to be affine.
    x : (E,)
        The input that is held.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    (S,) float64
        (I - J)^-1 b.

    Raises
    ------
    ValueError
        Where the Jacobian differs over the states, where they are one place, where an eigenvalue is
        1, and as `jacobians.jacobians` does.

    Examples
    --------
    >>> states = torch.linspace(-1, 1, 6).reshape(3, 2)
    >>> affine_fixed_point(lambda h, x: 0.5 * h + x, states, torch.ones(2)).tolist()
    [2.0, 2.0]
    """
    system, h = System.of(step, states, x, memory_mb)
    if len(h) < 2 or bool((h == h[:1]).all()):
        raise refusal("states must lie in two places at least; pass states that the step visits.")
    jacobians = system.all_jacobians(h)[0]
    spread = _spread(jacobians)
    if spread > SAME:
        raise refusal(
            f"The Jacobian of the step differs over the states (by {spread:.1e} of its largest "
            "entry), so that a linear solve is no fixed point; use find_fixed_points."
        )
    first = h[0]
    move = system.at(slice(0, 1))(first[None])[0] - first
    inverse = torch.eye(len(first), dtype=h.dtype, device=h.device) - jacobians[0]
    found, info = torch.linalg.solve_ex(inverse, move)
    if int(info) or not bool(found.isfinite().all()):
        raise refusal("The Jacobian has an eigenvalue of 1: no fixed point, or a line of them.")
    return (first + found).cpu().numpy()
