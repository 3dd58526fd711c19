"""The slow manifold of a network that holds its input at x*: where the fast part of F(h, x*) - h is zero.

Split the modes of J_rec at a point into slow ones (long time constants) and fast ones. A state is on the manifold when
its residual r = h - F(h, x*) has no fast part (intrinsic low-dimensional manifold, Maas & Pope 1992, Simplifying
chemical kinetics). That defines it without a tolerance: minimising q = 1/2 |r|^2 (Sussillo & Barak 2013) slides points
along the manifold until a few exact fixed points are left (`fixed_points`), which are another object.
"""

from __future__ import annotations

import numpy as np
import torch

from rnn_geometry.dynamics._projection import Found, Projection
from rnn_geometry.dynamics._search import Walk, result, rms_norm
from rnn_geometry.dynamics.results import SlowPoints, Status, spread
from rnn_geometry.dynamics.slow_modes import ModeFinder, check_min_tau, finish
from rnn_geometry.dynamics.step import Array, Step, budget, checked_inputs, chunks, private_copy


@torch.no_grad()
def project_to_slow_manifold(
    step: Step,
    states: Array,
    x: Array,
    *,
    min_tau: float = 25.0,
    relax_steps: int = 2,
    rounds: int = 6,
    min_gap: float = 2.0,
    modes: bool = True,
    audit: float = 0.02,
    seed: int = 0,
    memory_mb: float | None = None,
) -> SlowPoints:
    """Project states (n, S) onto the slow manifold of `step` under the input x, (E,) or (n, E).

    A start is relaxed, h <- F(h, x), `relax_steps` times (0 to 3: more thins the manifold), then moved by Newton steps
    -(I - P)(I - J_rec)^-1 r, where P projects on the slow modes: tau > `min_tau` words or |lambda| >= 1. So nothing
    moves along slow directions, nor along those just below the cut (tau > .6 min_tau), which keeps the edges of the
    manifold. The set of these modes is fixed when the first step is taken; J_rec and the directions of the modes are
    renewed in up to `rounds` rounds, until the fast residual is zero (1e-6 of the starts' root-mean-square norm).
    Slow modes at the points are found, proven and audited as in `slow_modes.slow_modes`, unless `modes` is False.

    Where the spectra have no gap below the cut (median ratio of time constants under `min_gap`), a cut means nothing:
    the points then take two Gauss-Newton steps of fixed damping, which move a direction the less the slower it is. No
    mode is held exactly, fast_q stays above zero, and all points are NO_GAP.

    Status: OFF_MANIFOLD where a fast residual above 1e-4 of that norm was left (the point is then the relaxed start),
    NO_GAP where the gap below the cut is under `min_gap`, DIVERGED where relaxing diverged. Neither the step nor the
    states are changed. Raises ValueError for wrong shapes, states or inputs that are not finite, and a step that
    returns anything else than float64 states of the shape it was given.
    """
    check_min_tau(min_tau)
    if not 0 <= relax_steps <= 3 or rounds < 1 or min_gap < 1:
        got = f"{relax_steps}, {rounds} and {min_gap}"
        raise ValueError(
            f"relax_steps must be 0 to 3, rounds 1 or more and min_gap 1 or more, got {got}."
        )
    step, memory_mb = private_copy(step), budget(step, memory_mb)
    starts, x = checked_inputs(step, states, x)
    walk = Walk.start(step, starts, x)
    limit = walk.limit()
    for _ in range(relax_steps):
        walk.advance(step, x, -walk.r, limit)
    good = (walk.status == Status.CONVERGED).nonzero()[:, 0]
    if len(good) == 0:
        return result(walk, starts)
    finder = ModeFinder.for_points(step, walk.h[good], x[good], min_tau, min_gap)
    projection = Projection(step, finder, rms_norm(starts) + 1e-8, rounds, modes)
    parts = []
    for rows in chunks(starts[good], x, memory_mb):
        part = walk.only(good[rows])
        parts.append(projection.run(part, x[good[rows]]))
        walk.put(good[rows], part)
    return _as_result(
        step,
        walk,
        starts,
        x,
        good,
        Found.concatenate(parts),
        finder,
        (min_gap, audit, seed, memory_mb),
    )


def _as_result(step, walk, starts, x, good, found, finder, options) -> SlowPoints:
    min_gap, audit, seed, memory_mb = options
    rows, count = good.cpu().numpy(), len(starts)
    known = {
        "fast_q": spread(found.fast_q.cpu().numpy(), rows, count, np.nan),
        "held_modes": spread(found.held.cpu().numpy(), rows, count, -1),
    }
    narrow = torch.full_like(good, finder.no_gap, dtype=torch.bool)
    if found.modes is not None:
        modes = finish(
            step, walk.h[good], x[good], found.modes, finder.min_tau, audit, seed, memory_mb
        )
        narrow |= torch.from_numpy(modes.gap < min_gap).to(good.device)
        known |= {
            "slow_modes": spread(modes.count, rows, count, -1),
            "gap": spread(modes.gap, rows, count, np.nan),
            "modes": modes.spread(rows, count),
        }
    walk.status[good[narrow & (walk.status[good] == Status.CONVERGED)]] = Status.NO_GAP
    return result(walk, starts, **known)
