"""Exact fixed points of a network that holds its input at x*: the skeleton of its slow manifold.

Roots of r(h) = h - F(h, x*), found from many starts by Levenberg-Marquardt on q = 1/2 |r|^2
(Sussillo & Barak 2013, Opening the black box); ghosts, where q has a minimum above zero, are told
apart from them.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import torch

from rnn_geometry.dynamics._checks import (
    check_shape,
    complex_array,
    instance,
    number,
    real_array,
    whole,
)
from rnn_geometry.dynamics._copies import isolated
from rnn_geometry.dynamics._newton import damped_step, normal_equations
from rnn_geometry.dynamics._search import Walk, result
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import Skeleton, SlowPoints, Status
from rnn_geometry.dynamics.spectrum import stability
from rnn_geometry.dynamics.step import Array, Step

# A root is polished by at most so many more steps once q is below the tolerance, and to this q at
# most.
POLISH_STEPS, POLISHED = 4, 1e-30
# The gradient of q, A^T r, counts as vanished where it is this small against |r|; after a stall the
# looser one is used.
VANISHED, VANISHED_AFTER_STALL = 1e-7, 1e-4
STALLED = 1e-12  # length of a step, against the state's, below which nothing changes any more


@isolated()
def find_fixed_points(
    step: Step,
    states: Array,
    x: Array,
    *,
    tolerance: float = 1e-14,
    max_iterations: int = 200,
    memory_mb: float = 128,
) -> SlowPoints:
    """Search an exact fixed point from every start.

    Levenberg-Marquardt on r = h - F(h, x) with a damping per point, lambda |r|, that adapts to the
    success of its last step; finished points leave the batch. A root is polished for a few more
    steps.

    Parameters
    ----------
    step : Step
        Not changed.
    states : (n, S)
        Starts, not changed.
    x : (E,) or (n, E)
        The input that is held.
    tolerance : float
        A point with q = 1/2 |r|^2 below it is a root.
    max_iterations : int
        Most steps from a start.
    memory_mb : float
        Bound on the workspace, in MB, not on the result.

    Returns
    -------
    SlowPoints
        Row i belongs to start i. Status CONVERGED, GHOST (the gradient of q vanishes, q does not),
        MAX_ITERATIONS, DIVERGED (F is not finite at the start). fast_q is NaN, slow_modes -1.

    Raises
    ------
    ValueError
        As `slow_points.project_to_slow_manifold` does.

    References
    ----------
    Sussillo & Barak 2013, Opening the black box.

    Examples
    --------
    >>> found = find_fixed_points(lambda h, x: torch.cos(h), torch.zeros(1, 1), torch.zeros(1))
    >>> found.points.round(4).tolist(), Status(found.status[0]).name
    ([[0.7391]], 'CONVERGED')
    """
    tolerance = number("tolerance", tolerance, above=0)
    max_iterations = whole("max_iterations", max_iterations)
    system, starts = System.of(step, states, x, memory_mb)
    parts = [
        _levenberg_marquardt(system.at(rows), starts[rows], tolerance, max_iterations)
        for rows in system.chunks(starts)
    ]
    return result(Walk.concatenate(parts), starts)


def skeleton(
    step: Step, found: SlowPoints, x: Array, *, radius: float, memory_mb: float = 128
) -> Skeleton:
    """Tell apart the roots that a search found, and say how stable they are.

    Parameters
    ----------
    step : Step
        Not changed.
    found : SlowPoints
        What `find_fixed_points` returned.
    x : (E,)
        The input of the search.
    radius : float
        Distance, in units of the state, up to which points are linked to one root.
    memory_mb : float
        Bound on the workspace, in MB.

    Returns
    -------
    Skeleton
        The distinct roots, with basins, numbers of unstable modes, and the degree that tells
        whether some are missing; `completeness.search_between` looks for those.

    Raises
    ------
    ValueError
        As `find_fixed_points` does.

    Examples
    --------
    >>> starts = torch.linspace(-2, 2, 8)[:, None]
    >>> doubled = lambda h, x: torch.tanh(2 * h)
    >>> found = find_fixed_points(doubled, starts, torch.zeros(1))
    >>> roots = skeleton(doubled, found, torch.zeros(1), radius=1e-3)
    >>> roots.roots.round(3).tolist(), roots.unstable.tolist()
    ([[-0.958], [0.0], [0.958]], [0, 1, 0])
    """
    instance("found", found, SlowPoints, "find_fixed_points")
    ids, roots = distinct_roots(found.points, found.status, radius)
    ghosts = int((found.status == Status.GHOST).sum())
    if not len(roots):
        none = np.zeros(0, np.int64)
        return Skeleton(roots, none, none, ids, ghosts, float("nan"), 0)
    basins = np.bincount(ids[ids >= 0], minlength=len(roots))
    at_roots = linearize(step, roots, x, memory_mb=memory_mb)
    unstable, unseen = stability(at_roots.eigenvalues), float((basins == 1).sum() / basins.sum())
    return Skeleton(roots, basins, unstable, ids, ghosts, unseen, degree(at_roots.eigenvalues))


def degree(eigenvalues: np.ndarray) -> int:
    """Return the sum over fixed points of the sign of det(I - J).

    It is 1 for all fixed points of a map that takes a convex body into itself, as GRU, UGRNN, LSTM
    and tanh networks do (Brouwer): of such a map, any other sum proves that some are missing.

    Parameters
    ----------
    eigenvalues : (r, S)
        Of the Jacobians J at fixed points of one map.

    Returns
    -------
    int
        Over isolated points: one with an eigenvalue of 1 counts as its rounding says. Points
        outside the body, where a saturated gate holds any state, are yours to leave out.

    Raises
    ------
    ValueError
        For an array of another shape.

    References
    ----------
    Milnor 1965, Topology from the differentiable viewpoint.

    Examples
    --------
    >>> degree(np.array([[0.2, 0.1], [1.5, 0.1], [0.2, -3.0]]))
    1
    """
    eigenvalues = complex_array("eigenvalues", eigenvalues)
    check_shape("eigenvalues", eigenvalues.shape, ("r", "S"))
    # A pair of complex eigenvalues has a positive factor, |1 - lambda|^2.
    signs = np.where(np.imag(eigenvalues) == 0, np.sign(1 - np.real(eigenvalues)), 1)
    return int(signs.prod(axis=1).sum())


def distinct_roots(
    points: np.ndarray, status: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray]:
    """Group the points that are roots by single linkage.

    Parameters
    ----------
    points : (n, S)
        Where a search ended.
    status : (n,)
        Codes of `Status`; points that are not CONVERGED are left out.
    radius : float
        Distance, in units of the state, up to which two points are linked.

    Returns
    -------
    ids : (n,) int64
        The group of each point, numbered by first appearance, -1 for those left out.
    roots : (r, S)
        The first point of every group.

    Raises
    ------
    ValueError
        For arrays of another shape, points that are not finite, and a radius below 0.

    Examples
    --------
    >>> ids, roots = distinct_roots(np.array([[0.0], [1.0], [0.1]]), np.zeros(3), radius=0.2)
    >>> ids.tolist(), roots.tolist()
    ([0, 1, 0], [[0.0], [1.0]])
    """
    points = real_array("points", points, ("n", "S"))
    status = real_array("status", status, (len(points),))
    radius = number("radius", radius, low=0)
    ids = np.full(len(points), -1, dtype=np.int64)
    waiting = status == Status.CONVERGED
    first = []
    while waiting.any():
        first.append(int(np.argmax(waiting)))
        frontier = [first[-1]]
        waiting[first[-1]] = False
        while frontier:
            row = frontier.pop()
            ids[row] = len(first) - 1
            near = np.flatnonzero(waiting)
            near = near[np.linalg.norm(points[near] - points[row], axis=1) <= radius]
            waiting[near] = False
            frontier.extend(near.tolist())
    return ids, points[first]


def _levenberg_marquardt(
    system: System, h: torch.Tensor, tolerance: float, max_iterations: int
) -> Walk:
    """Return where points h (n, S) end, and what they are."""
    done = Walk.start(system, h)
    done.status[done.q.isfinite()] = Status.MAX_ITERATIONS
    rows = (done.status == Status.MAX_ITERATIONS).nonzero()[:, 0]
    search = _Search(system, done, rows, tolerance)
    for _ in range(max_iterations):
        if len(search.rows) == 0:
            break
        search.advance()
        search.retire()
    search.store(torch.ones_like(search.rows, dtype=torch.bool))
    done.status[done.q < tolerance] = Status.CONVERGED
    return done


class _Search:
    """The active points of a search; `retire` hands finished ones back to `done`."""

    def __init__(self, system: System, done: Walk, rows: torch.Tensor, tolerance: float):
        self.system, self.done, self.rows, self.tolerance = system.at(rows), done, rows, tolerance
        self.walk = done.only(rows)
        self.gram, self.gradient = normal_equations(self.system, self.walk.h, self.walk.r)
        self.damping, self.growth = torch.ones_like(self.walk.q), torch.full_like(self.walk.q, 2.0)
        self.polished = torch.zeros_like(rows)
        self.finished = torch.zeros_like(rows, dtype=torch.bool)

    def advance(self) -> None:
        """Try one step at every active point; take it where it lowers q, else raise the damping."""
        walk = self.walk
        # Damping in proportion to |r| vanishes at a root, which makes the convergence there
        # quadratic.
        damping = self.damping * (2 * walk.q).sqrt()
        move = damped_step(self.gram, self.gradient, damping[:, None])
        h = walk.h + move
        r, q = self.system.residual(h)
        better = q < walk.q
        promised = (damping * move.square().sum(1) - (self.gradient * move).sum(1)) / 2
        self._adapt(better, (walk.q - q) / promised)
        # Polishing steps depend on rounding and are not counted as iterations.
        self.polished += walk.q < self.tolerance
        walk.iterations += walk.q >= self.tolerance
        walk.accept(better, h, r, q)
        self._judge(better, move)
        self._refresh(better & ~self.finished)

    def _adapt(self, better: torch.Tensor, gain: torch.Tensor) -> None:
        """Change the damping: lower after a step that keeps its promise, else higher."""
        # Nielsen's rule.
        lowered = self.damping * (1 - (2 * gain - 1) ** 3).clamp(0.1, 2.0)
        self.damping = torch.where(better, lowered, self.damping * self.growth).clamp(1e-12, 1e30)
        self.growth = torch.where(better, 2.0, (self.growth * 2).clamp(max=1e6))

    def _judge(self, better: torch.Tensor, move: torch.Tensor) -> None:
        """Say which points are finished, and which of them are ghosts."""
        walk = self.walk
        steepness = torch.linalg.vector_norm(self.gradient, dim=1) / (2 * walk.q).sqrt()
        length, size = (torch.linalg.vector_norm(each, dim=1) for each in (move, walk.h))
        short = length <= STALLED * (1 + size)
        root = walk.q < self.tolerance
        polished = root & (~better | (self.polished >= POLISH_STEPS) | (walk.q <= POLISHED))
        ghost = ~root & ((steepness <= VANISHED) | (short & (steepness <= VANISHED_AFTER_STALL)))
        walk.status[ghost] = Status.GHOST
        self.finished = polished | ghost | (~root & short & ~better)

    def _refresh(self, rows: torch.Tensor) -> None:
        """Make the normal equations of some points again, where they are now."""
        if rows.any():
            here = self.system.at(rows)
            parts = normal_equations(here, self.walk.h[rows], self.walk.r[rows])
            self.gram[rows], self.gradient[rows] = parts

    def store(self, rows: torch.Tensor) -> None:
        """Write the active points where `rows` is true to their places in `done`."""
        for field in fields(Walk):
            getattr(self.done, field.name)[self.rows[rows]] = getattr(self.walk, field.name)[rows]

    def retire(self) -> None:
        """Hand finished points back and go on with the others."""
        if not self.finished.any():
            return
        self.store(self.finished)
        keep = ~self.finished
        self.walk, self.system = self.walk.only(keep), self.system.at(keep)
        for name in ("rows", "gram", "gradient", "damping", "growth", "polished", "finished"):
            setattr(self, name, getattr(self, name)[keep])
