"""Slow modes at many points: eigenvalues and eigenvectors, proven or recomputed densely.

A mode is slow when its time constant tau exceeds a stated cut, or |lambda| >= 1. The full spectrum
of every Jacobian costs ten times more and is not needed; a random share of the points is audited
with it (docs/library.md says how modes are proven).
"""

from __future__ import annotations

from rnn_geometry.dynamics._audit import finish
from rnn_geometry.dynamics._checks import cut, number, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._mode_batch import ModeBatch
from rnn_geometry.dynamics._mode_finder import ModeFinder
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.results import SlowModes
from rnn_geometry.dynamics.step import Array, Step


@isolated()
def slow_modes(
    step: Step,
    points: Array,
    x: Array,
    *,
    min_tau: float = 25.0,
    audit: float = 0.02,
    seed: int = 0,
    memory_mb: float | None = None,
) -> SlowModes:
    """Return the slow modes of a step at given points.

    Parameters
    ----------
    step : Step
        Not changed.
    points : (n, S)
        States.
    x : (E,) or (n, E)
        The input that is held.
    min_tau : float
        The cut in words: a mode is slow if tau > min_tau, or |lambda| >= 1.
    audit : float
        Share of the points, at least one, that is compared with its dense spectrum; 0: none. A
        missed or spurious mode, or an error of tau above 1 %, sends all points through the dense
        route.
    seed : int
        Draws the points of the audit.
    memory_mb : float or None
        Bound on the workspace, in MB, not on the result; None: `step.budget`.

    Returns
    -------
    SlowModes
        Row i belongs to point i.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for a Jacobian that is not finite.

    Examples
    --------
    >>> import torch
    >>> rates = torch.tensor([0.99, 0.2], dtype=torch.float64)
    >>> found = slow_modes(lambda h, x: rates * h, torch.zeros(1, 2), torch.zeros(1))
    >>> found.count.tolist(), found.tau.round(1).tolist()
    ([1], [[99.5]])
    """
    min_tau, seed = cut(min_tau), whole("seed", seed)
    audit = number("audit", audit, low=0, high=1)
    system, h = System.of(step, points, x, memory_mb)
    finder = ModeFinder.for_points(system, h, min_tau)
    parts = [finder.modes(system.at(rows).recurrent_jacobian(h[rows])) for rows in system.chunks(h)]
    return finish(system, h, ModeBatch.concatenate(parts), min_tau, audit, seed)
