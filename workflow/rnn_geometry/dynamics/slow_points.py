"""The slow manifold of a network at its hold input x*: where F(h, x*) - h has no fast part.

Split the modes of J_rec at a point into slow ones (long time constants) and fast ones. A state is
on the manifold when its residual r = h - F(h, x*) has no fast part (intrinsic low-dimensional
manifold, Maas & Pope 1992). That needs a cut but no tolerance on q = 1/2 |r|^2, whose minimisation
(Sussillo & Barak 2013) slides points along the manifold until a few exact fixed points are left
(`fixed_points`), which are another object. The search has tolerances of its own, and holds modes
below the cut as well: see `project_to_slow_manifold`.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.dynamics._audit import finish
from rnn_geometry.dynamics._checks import cut, flag, number, whole
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._mode_finder import ModeFinder
from rnn_geometry.dynamics._projection import Found, Projection
from rnn_geometry.dynamics._search import Walk, result, rms_norm
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.results import SlowModes, SlowPoints, Status, spread
from rnn_geometry.dynamics.step import Array, Step


@isolated()
def project_to_slow_manifold(
    step: Step,
    states: Array,
    x: Array,
    *,
    min_tau: float = 25.0,
    relax_steps: int = 2,
    rounds: int = 6,
    min_gap: float | None = 2.0,
    modes: bool = True,
    audit: float = 0.02,
    seed: int = 0,
    memory_mb: float | None = None,
) -> SlowPoints:
    """Project states onto the slow manifold of a step.

    A start is relaxed, h <- F(h, x), then moved by Newton steps -(I - P)(I - J_rec)^-1 r, where P
    projects on the modes with tau > .6 min_tau or |lambda| >= 1: nothing moves along slow
    directions, nor along those just below the cut, which keeps the edges of the manifold. The set
    of these modes is fixed when the first step is taken; J_rec and the directions of the modes are
    renewed every round, until the fast residual is zero (1e-6 of the starts' root-mean-square
    norm).

    Where the spectra have no gap below the cut, a cut means nothing: the points then take two
    Gauss-Newton steps of fixed damping, which move a direction the less the slower it is. No mode
    is held exactly, fast_q stays above zero, and all points are NO_GAP.

    With `min_gap` None a gap is not asked for: the points of every network are moved by the Newton
    steps, and are CONVERGED where their fast residual vanishes, in modes with tau up to .6 min_tau.
    That is the same tolerance, but where there is no gap another cut gives other points.

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        Starts, not changed.
    x : (E,) or (n, E)
        The input that is held.
    min_tau : float
        The cut in words: a mode is slow if tau > min_tau, or |lambda| >= 1.
    relax_steps : int
        0 to 3 words of x before the first Newton step; more thins the manifold.
    rounds : int
        Most rounds of Newton steps.
    min_gap : float or None
        Ratio of time constants across the cut below which there is no gap: of a network by the
        median over points, of a point by its own. None: no gap is asked for.
    modes : bool
        Whether slow modes at the points are found, proven and audited as in `slow_modes`.
    audit, seed : float, int
        See `slow_modes.slow_modes`.
    memory_mb : float or None
        Bound on the workspace, in MB, not on the result; None: `step.budget`.

    Returns
    -------
    SlowPoints
        Row i belongs to start i. Status OFF_MANIFOLD: a fast residual above 1e-4 of that norm was
        left, the point is the relaxed start. NO_GAP: the gap below the cut is under min_gap.
        DIVERGED: relaxing diverged.

    Raises
    ------
    ValueError
        As `jacobians.jacobians` does, and for options out of their range.

    References
    ----------
    Maas & Pope 1992, Simplifying chemical kinetics; Sussillo & Barak 2013.

    Examples
    --------
    >>> rates = torch.tensor([0.99, 0.2], dtype=torch.float64)
    >>> starts = torch.tensor([[1.0, 0.5], [-2.0, 0.1]])
    >>> found = project_to_slow_manifold(lambda h, x: rates * h, starts, torch.zeros(1))
    >>> found.points.round(3).tolist()
    [[0.98, 0.0], [-1.96, 0.0]]
    """
    min_tau = cut(min_tau)
    min_gap = None if min_gap is None else number("min_gap", min_gap, low=1)
    relax_steps, rounds = whole("relax_steps", relax_steps, high=3), whole("rounds", rounds, low=1)
    modes, audit = flag("modes", modes), number("audit", audit, low=0, high=1)
    seed = whole("seed", seed)
    system, starts = System.of(step, states, x, memory_mb)
    walk = Walk.start(system, starts)
    limit = walk.limit()
    for _ in range(relax_steps):
        walk.advance(system, -walk.r, limit)
    good = (walk.status == Status.CONVERGED).nonzero()[:, 0]
    if len(good) == 0:
        return result(walk, starts)
    held = system.at(good)
    finder = ModeFinder.for_points(held, walk.h[good], min_tau, min_gap)
    projection = Projection(finder, rms_norm(starts) + 1e-8, rounds, modes)
    part = walk.only(good)
    found = projection.run(part, held)
    walk.put(good, part)
    kept = None
    if found.modes is not None:
        kept = finish(held, walk.h[good], found.modes, min_tau, audit, seed)
    if min_gap is not None:
        _mark_no_gap(walk, good, finder.no_gap, kept, min_gap)
    return result(walk, starts, **_known(found, kept, good.cpu().numpy(), len(starts)))


def _mark_no_gap(
    walk: Walk, good: Tensor, no_gap: bool, modes: SlowModes | None, min_gap: float
) -> None:
    """Set the status of points that are on the manifold, but at which no gap defines it."""
    narrow = torch.full_like(good, no_gap, dtype=torch.bool)
    if modes is not None:
        narrow |= torch.from_numpy(modes.gap < min_gap).to(good.device)
    walk.status[good[narrow & (walk.status[good] == Status.CONVERGED)]] = Status.NO_GAP


def _known(found: Found, modes: SlowModes | None, rows: np.ndarray, count: int) -> dict:
    """Return fields of SlowPoints, known at `rows` of `count` starts."""
    known = {
        "fast_q": spread(found.fast_q.cpu().numpy(), rows, count, np.nan),
        "held_modes": spread(found.held.cpu().numpy(), rows, count, -1),
    }
    if modes is not None:
        known |= {
            "slow_modes": spread(modes.count, rows, count, -1),
            "gap": spread(modes.gap, rows, count, np.nan),
            "modes": modes.spread(rows, count),
        }
    return known
