"""Jacobians of one step of a network, J_rec = dF/dh and J_inp = dF/dx, for any differentiable step.

A *step* is any callable step(h (n, S), x (n, E)) -> (n, S) whose rows do not depend on each other.
All work here and in the other modules is done in float64 on a private copy of the step.
"""

from __future__ import annotations

from torch import Tensor

from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.step import Array, Step


@isolated()
def jacobians(step: Step, h: Array, x: Array, *, memory_mb: float = 512) -> tuple[Tensor, Tensor]:
    """Return J_rec and J_inp of a step at given states and inputs.

    Parameters
    ----------
    step : Step
        Not changed. Its method `jacobians(h, x)` is used where it has one (closed form), otherwise
        reverse-mode automatic differentiation.
    h : (n, S)
        States.
    x : (E,) or (n, E)
        Inputs, one for all states or one each.
    memory_mb : float
        Bound on the workspace, in MB, not on the result.

    Returns
    -------
    recurrent : (n, S, S) float64
        Row i of recurrent[p] is the gradient of entry i of F(h_p, x_p) with respect to h.
    inputs : (n, S, E) float64
        The same with respect to x.

    Raises
    ------
    ValueError
        For wrong shapes and kinds of arguments, numbers that are not finite, and a step that is not
        differentiable, returns another shape or dtype, is noisy, keeps a state between calls, mixes
        rows, takes its input first, or has other derivatives than its values (`_trial`).

    Examples
    --------
    >>> import torch
    >>> recurrent, inputs = jacobians(lambda h, x: 0.5 * h + x, torch.zeros(1, 2), torch.zeros(2))
    >>> recurrent[0].tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    system, states = System.of(step, h, x, memory_mb)
    return system.all_jacobians(states)
