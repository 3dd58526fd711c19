"""Slow points and fixed points of a network that holds its input at x*: states h where F(h, x*) - h is small, or zero.

Slowness is q(h) = 1/2 |h - F(h, x*)|^2 (Sussillo & Barak 2013, Opening the black box). Networks that integrate have a
manifold of *slow* points (Aitken et al. 2021, The geometry of integration): `project_to_slow_manifold` finds it without
sliding points along it. The *exact* fixed points, a few isolated ones, are another object: `find_fixed_points`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import torch

from rnn_geometry import jacobians as jac
from rnn_geometry.jacobians import Array, Step
from rnn_geometry.linearization import fast_part, stability  # noqa: F401 - stability is offered here too

# A search has diverged where q exceeds this many times its value at the start (and rounding noise).
DIVERGED_FACTOR, DIVERGED_FLOOR = 100.0, 1e-10
# A root is polished by at most so many more steps once q is below the tolerance, and to this q at most.
POLISH_STEPS, POLISHED = 4, 1e-30
# The gradient of q, A^T r, counts as vanished where it is this small against |r|; after a stall the looser one is used.
VANISHED, VANISHED_AFTER_STALL = 1e-7, 1e-4
STALLED = 1e-12  # length of a step, against the state's, below which nothing changes any more


class Status(IntEnum):
    """What became of a start; the int8 codes in SlowPoints.status.

    CONVERGED: on the manifold, or a root (q below the tolerance). OFF_MANIFOLD: the last step was still long. DIVERGED:
    q grew or became infinite; the point is the last good iterate. NO_GAP: no cut between slow and fast modes (not given
    by the searches of this module so far). GHOST: the gradient of q vanishes and q does not. MAX_ITERATIONS: neither
    root nor ghost when the search ended.
    """

    CONVERGED = 0
    OFF_MANIFOLD = 1
    DIVERGED = 2
    NO_GAP = 3
    GHOST = 4
    MAX_ITERATIONS = 5


@dataclass(frozen=True)
class SlowPoints:
    """Result of a search; numpy arrays whose row i belongs to start i.

    points (n, S) float64, always finite; q (n,) recomputed at the point returned; fast_q (n,): the part of q in modes
    with tau <= min_tau words, NaN where not computed; displacement (n,): distance from the start; slow_modes (n,)
    int64: modes with tau > min_tau or |lambda| >= 1, -1 where not computed; iterations (n,) int64: Newton steps taken
    (of an exact search: until q fell below the tolerance);
    status (n,) int8: see Status.
    """

    points: np.ndarray
    q: np.ndarray
    fast_q: np.ndarray
    displacement: np.ndarray
    slow_modes: np.ndarray
    iterations: np.ndarray
    status: np.ndarray


@torch.no_grad()
def project_to_slow_manifold(
    step: Step,
    states: Array,
    x: Array,
    *,
    min_tau: float = 25.0,
    relax_steps: int = 2,
    damping: float = 0.1,
    iterations: int = 2,
    settled: float = 0.1,
    spectrum_points: int | None = 32,
    memory_mb: float = 512,
) -> SlowPoints:
    """Project states (n, S) onto the slow manifold of `step` under the input x, (E,) or (n, E).

    A start is first relaxed, h <- F(h, x), `relax_steps` times (0 to 3: more thins the manifold), then moved by
    `iterations` damped Gauss-Newton steps -(A^T A + damping I)^-1 A^T r with A = I - J_rec, r = h - F(h, x). The
    damping is fixed: a direction with singular value sigma moves by the share sigma^2 / (sigma^2 + damping), so slow
    directions stay. The defaults keep the manifold whole (cover >= .95) and end at a median q of 2e-4 to 6e-4 in GRUs
    and LSTMs of 3 to 5 classes; more steps or less damping lower q and cover together. OFF_MANIFOLD marks points
    whose last step was longer than `settled` times the root-mean-square norm of the starts. fast_q and slow_modes need
    an eigendecomposition and are computed at `spectrum_points` rows, evenly spread over the points (None: all), with
    `min_tau` in words; elsewhere they are NaN and -1. The step and the states are not changed.

    Raises ValueError for wrong shapes, states or inputs that are not finite, and a step that returns anything else
    than float64 states of the shape it was given.
    """
    if not 0 <= relax_steps <= 3 or damping <= 0 or iterations < 1:
        got = f"{relax_steps}, {damping} and {iterations}"
        raise ValueError(f"relax_steps must be 0 to 3, damping above 0 and iterations 1 or more, got {got}.")
    step = jac.private_copy(step)
    starts, x = jac.checked_inputs(step, states, x)
    longest = settled * float(torch.linalg.vector_norm(starts, dim=1).square().mean().sqrt()) + 1e-8
    options = relax_steps, damping, iterations, longest
    parts = [_project(step, starts[rows], x[rows], *options) for rows in jac.chunks(starts, x, memory_mb)]
    found = _Walk.concatenate(parts)
    return _result(found, starts, *_spectrum_at(step, found, x, min_tau, spectrum_points))


@torch.no_grad()
def find_fixed_points(
    step: Step, states: Array, x: Array, *, tolerance: float = 1e-14, max_iterations: int = 200, memory_mb: float = 512
) -> SlowPoints:
    """Search an exact fixed point, q < `tolerance`, from every start (n, S) under the input x, (E,) or (n, E).

    Levenberg-Marquardt on r = h - F(h, x) with a damping per point, lambda |r|, that adapts to the success of its last
    step; finished points leave the batch. A root is polished for a few more steps. Status: CONVERGED, GHOST (the
    gradient of q vanishes, q does not), MAX_ITERATIONS, DIVERGED (F is not finite at the start). fast_q is NaN and
    slow_modes -1. Raises ValueError as project_to_slow_manifold does.
    """
    step = jac.private_copy(step)
    starts, x = jac.checked_inputs(step, states, x)
    options = tolerance, max_iterations
    parts = [_levenberg_marquardt(step, starts[rows], x[rows], *options) for rows in jac.chunks(starts, x, memory_mb)]
    return _result(_Walk.concatenate(parts), starts, *_no_spectrum(len(starts)))


def distinct_roots(points: np.ndarray, status: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Group the CONVERGED ones of points (n, S) by single linkage at `radius`, a distance.

    Returns ids (n,) int64, numbered by first appearance, -1 for other statuses, and representatives (k, S): the first
    point of every group. np.bincount(ids[ids >= 0]) counts the starts that lead to each root.
    """
    points, status = np.asarray(points), np.asarray(status)
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


@dataclass
class _Walk:
    """Points on their way; every tensor has one row per point."""

    h: torch.Tensor
    r: torch.Tensor
    q: torch.Tensor
    iterations: torch.Tensor
    status: torch.Tensor

    @classmethod
    def start(cls, step: Step, h: torch.Tensor, x: torch.Tensor) -> _Walk:
        r, q = jac.residual(step, h, x)
        nothing = torch.zeros(len(h), dtype=torch.long, device=h.device)
        return cls(h.clone(), r, q, nothing, torch.where(q.isfinite(), Status.CONVERGED, Status.DIVERGED))

    @classmethod
    def concatenate(cls, parts: list[_Walk]) -> _Walk:
        return cls(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def only(self, rows: torch.Tensor) -> _Walk:
        return _Walk(*(getattr(self, field.name)[rows] for field in fields(self)))

    def accept(self, rows: torch.Tensor, h: torch.Tensor, r: torch.Tensor, q: torch.Tensor) -> None:
        """Take over candidates where `rows` (n,) is true."""
        self.h = torch.where(rows[:, None], h, self.h)
        self.r = torch.where(rows[:, None], r, self.r)
        self.q = torch.where(rows, q, self.q)


def _project(
    step: Step, h: torch.Tensor, x: torch.Tensor, relax_steps: int, damping: float, iterations: int, longest: float
) -> _Walk:
    walk = _Walk.start(step, h, x)
    limit = DIVERGED_FACTOR * walk.q + DIVERGED_FLOOR
    for _ in range(relax_steps):
        _advance(step, walk, x, -walk.r, limit)
    for _ in range(iterations):
        move = jac.damped_step(*jac.normal_equations(step, walk.h, x, walk.r), damping)
        _advance(step, walk, x, move, limit)
        walk.iterations += walk.status != Status.DIVERGED
    still_moving = torch.linalg.vector_norm(move, dim=1) > longest
    walk.status[still_moving & (walk.status == Status.CONVERGED)] = Status.OFF_MANIFOLD
    return walk


def _advance(step: Step, walk: _Walk, x: torch.Tensor, move: torch.Tensor, limit: torch.Tensor) -> None:
    h = walk.h + move
    r, q = jac.residual(step, h, x)
    walk.status[(q > limit) | q.isinf()] = Status.DIVERGED
    walk.accept(walk.status != Status.DIVERGED, h, r, q)


def _levenberg_marquardt(step: Step, h: torch.Tensor, x: torch.Tensor, tolerance: float, max_iterations: int) -> _Walk:
    done = _Walk.start(step, h, x)
    done.status[done.q.isfinite()] = Status.MAX_ITERATIONS
    rows = (done.status == Status.MAX_ITERATIONS).nonzero()[:, 0]
    search = _Search(step, done, rows, x, tolerance)
    for _ in range(max_iterations):
        if len(search.rows) == 0:
            break
        search.advance()
        search.retire()
    search.store(torch.ones_like(search.rows, dtype=torch.bool))
    done.status[done.q < tolerance] = Status.CONVERGED
    return done


class _Search:
    """The active points of a Levenberg-Marquardt search; `retire` hands finished ones back to `done`."""

    def __init__(self, step: Step, done: _Walk, rows: torch.Tensor, x: torch.Tensor, tolerance: float):
        self.step, self.done, self.rows, self.x, self.tolerance = step, done, rows, x[rows], tolerance
        self.walk = done.only(rows)
        self.gram, self.gradient = jac.normal_equations(step, self.walk.h, self.x, self.walk.r)
        self.damping, self.growth = torch.ones_like(self.walk.q), torch.full_like(self.walk.q, 2.0)
        self.polished, self.finished = torch.zeros_like(rows), torch.zeros_like(rows, dtype=torch.bool)

    def advance(self) -> None:
        """Try one step at every active point; take it where it lowers q, else raise the damping."""
        walk = self.walk
        # Damping in proportion to |r| vanishes at a root, which makes the convergence there quadratic.
        damping = self.damping * (2 * walk.q).sqrt()
        move = jac.damped_step(self.gram, self.gradient, damping[:, None])
        h = walk.h + move
        r, q = jac.residual(self.step, h, self.x)
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
        # Nielsen's rule: a step that keeps its promise lowers the damping, a failed one raises it ever faster.
        lowered = self.damping * (1 - (2 * gain - 1) ** 3).clamp(0.1, 2.0)
        self.damping = torch.where(better, lowered, self.damping * self.growth).clamp(1e-12, 1e30)
        self.growth = torch.where(better, 2.0, (self.growth * 2).clamp(max=1e6))

    def _judge(self, better: torch.Tensor, move: torch.Tensor) -> None:
        walk = self.walk
        steepness = torch.linalg.vector_norm(self.gradient, dim=1) / (2 * walk.q).sqrt()
        short = torch.linalg.vector_norm(move, dim=1) <= STALLED * (1 + torch.linalg.vector_norm(walk.h, dim=1))
        root = walk.q < self.tolerance
        polished = root & (~better | (self.polished >= POLISH_STEPS) | (walk.q <= POLISHED))
        ghost = ~root & ((steepness <= VANISHED) | (short & (steepness <= VANISHED_AFTER_STALL)))
        walk.status[ghost] = Status.GHOST
        self.finished = polished | ghost | (~root & short & ~better)

    def _refresh(self, rows: torch.Tensor) -> None:
        if rows.any():
            gram, gradient = jac.normal_equations(self.step, self.walk.h[rows], self.x[rows], self.walk.r[rows])
            self.gram[rows], self.gradient[rows] = gram, gradient

    def store(self, rows: torch.Tensor) -> None:
        """Write the active points where `rows` is true to their places in `done`."""
        for field in fields(_Walk):
            getattr(self.done, field.name)[self.rows[rows]] = getattr(self.walk, field.name)[rows]

    def retire(self) -> None:
        """Hand finished points back and go on with the others."""
        if not self.finished.any():
            return
        self.store(self.finished)
        keep = ~self.finished
        self.walk = self.walk.only(keep)
        for name in ("rows", "x", "gram", "gradient", "damping", "growth", "polished", "finished"):
            setattr(self, name, getattr(self, name)[keep])


def _no_spectrum(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(count, np.nan), np.full(count, -1, dtype=np.int64)


def _spectrum_at(step: Step, found: _Walk, x: torch.Tensor, min_tau: float, count: int | None) -> tuple:
    """Return fast_q and slow_modes (n,), computed at `count` evenly spread rows where q is finite."""
    total = len(found.h)
    fast_q, slow_modes = _no_spectrum(total)
    rows = np.unique(np.linspace(0, total - 1, total if count is None else min(count, total)).round().astype(int))
    for row in rows[found.q[rows].isfinite().cpu().numpy()]:
        matrix = jac.recurrent_jacobian(step, found.h[row : row + 1], x[row : row + 1])[0].cpu().numpy()
        if np.isfinite(matrix).all():
            fast_q[row], slow_modes[row] = fast_part(matrix, found.r[row].cpu().numpy(), min_tau)
    return fast_q, slow_modes


def _result(found: _Walk, starts: torch.Tensor, fast_q: np.ndarray, slow_modes: np.ndarray) -> SlowPoints:
    displacement = torch.linalg.vector_norm(found.h - starts, dim=1)
    parts = found.h, found.q, displacement, found.iterations, found.status
    points, q, displacement, iterations, status = (part.cpu().numpy() for part in parts)
    return SlowPoints(points, q, fast_q, displacement, slow_modes, iterations, status.astype(np.int8))
