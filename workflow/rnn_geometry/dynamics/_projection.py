"""Newton steps in the fast subspace, for one chunk of points (see `slow_points`)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics._mode_batch import ModeBatch
from rnn_geometry.dynamics._mode_finder import ModeFinder
from rnn_geometry.dynamics._newton import damped_step, normal_equations
from rnn_geometry.dynamics._search import Walk
from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.results import Status

MOVES = 2  # Newton steps with one Jacobian
# Where there is no gap: a direction with singular value s of I - J moves by s^2 / (s^2 + DAMPING).
DAMPING = 0.1
# Shares of the scale, the root-mean-square norm of the starts: a fast residual that is zero, or
# nearly so; how far a point may move before its factors are renewed; the longest Newton step.
ZERO, NEARLY_ZERO, NEARBY, LONGEST = 1e-6, 1e-4, 1e-3, 1.0


class Found(NamedTuple):
    """What is known of n points: fast_q (n,), held (n,) modes not moved along, slow modes."""

    fast_q: Tensor
    held: Tensor
    modes: ModeBatch | None

    @classmethod
    def concatenate(cls, parts: list[Found]) -> Found:
        """Return the points of all parts as one."""
        known = [part.modes for part in parts if part.modes is not None]
        return cls(
            torch.cat([part.fast_q for part in parts]),
            torch.cat([part.held for part in parts]),
            ModeBatch.concatenate(known) if known else None,
        )

    def take(self, rows: Tensor) -> Found:
        """Return some of the points, in the order of `rows`."""
        return Found(self.fast_q[rows], self.held[rows], self.modes and self.modes.take(rows))

    def replace(self, rows: Tensor, other: Found) -> Found:
        """Return the same with the points `rows` taken from `other`."""
        fast_q, held = self.fast_q.clone(), self.held.clone()
        fast_q[rows], held[rows] = other.fast_q, other.held
        modes = self.modes
        if modes is not None and other.modes is not None:
            modes = modes.replace(rows, other.modes)
        return Found(fast_q, held, modes)


class Projection:
    """Moves relaxed points onto the slow manifold; given finder and scale, each point by itself."""

    def __init__(self, finder: ModeFinder, scale: float, rounds: int, with_modes: bool):
        self.finder, self.scale = finder, scale
        self.rounds, self.with_modes = rounds, with_modes

    def run(self, walk: Walk, system: System) -> Found:
        """Move the points of `walk`, set their status, and say what is known of them."""
        if self.finder.no_gap:
            return self._filtered(walk, system)
        relaxed = walk.only(torch.arange(len(walk.h), device=walk.h.device))
        found = self._rounds(walk, system)
        # Where a search that failed has ended depends on rounding, where it began does not.
        lost = (found.fast_q > (NEARLY_ZERO * self.scale) ** 2 / 2).nonzero()[:, 0]
        if len(lost):
            walk.put(lost, relaxed.only(lost))
            walk.status[lost] = Status.OFF_MANIFOLD
            found = found.replace(lost, self._look(walk.only(lost), system.at(lost)))
        return found

    def _rounds(self, walk: Walk, system: System) -> Found:
        """Take Newton steps, round by round, until the fast residuals are zero."""
        active = torch.arange(len(walk.h), device=walk.h.device)
        local = _Local.at(system, self.finder, walk.h)
        order, parts = [], []
        for turn in range(self.rounds + 1):
            if turn:
                here = system.at(active)
                local.renew(here, self.finder, walk.h[active], turn, NEARBY * self.scale)
            fast = fast_length(local.space, walk.r[active])
            done = (fast <= ZERO * self.scale) | (turn == self.rounds)
            if done.any():
                order.append(active[done])
                parts.append(self._found(local.only(done), fast[done]))
            if done.all():
                break
            active, local = active[~done], local.only(~done)
            newton(system.at(active), walk, active, local, LONGEST * self.scale)
        return Found.concatenate(parts).take(torch.cat(order).argsort())

    def _found(self, local: _Local, fast: Tensor) -> Found:
        """Say what is known of points that are where they end."""
        held, modes = local.space.used.sum(1), None
        if self.with_modes:
            modes = self.finder.modes(local.matrices, local.factors, local.space)
        return Found(half_square(fast), held, modes)

    def _filtered(self, walk: Walk, system: System) -> Found:
        """Move points of a network without a gap, along all directions, the less the slower."""
        limit, nothing = walk.limit(), torch.zeros_like(walk.iterations)
        for _ in range(MOVES):
            move = damped_step(*normal_equations(system, walk.h, walk.r), DAMPING)
            walk.advance(system, move, limit)
            walk.iterations += walk.status != Status.DIVERGED
        if not self.with_modes:
            return Found(torch.full_like(walk.q, torch.nan), nothing, None)
        modes = self.finder.modes(system.recurrent_jacobian(walk.h))
        fast = torch.linalg.vector_norm(modes.fast_part(walk.r), dim=1)
        return Found(half_square(fast), nothing, modes)

    def _look(self, walk: Walk, system: System) -> Found:
        """Say what is known of points without moving them."""
        local = _Local.at(system, self.finder, walk.h)
        return self._found(local, fast_length(local.space, walk.r))


class _Local:
    """Jacobians (n, S, S) at some points, their factors, where those were made, subspaces held."""

    def __init__(
        self, matrices: Tensor, factors: sub.Factors, factored_at: Tensor, space: sub.Subspace
    ):
        self.matrices, self.factors = matrices, factors
        self.factored_at, self.space = factored_at, space

    @classmethod
    def at(cls, system: System, finder: ModeFinder, h: Tensor) -> _Local:
        """Return what is at points h (n, S)."""
        matrices = system.recurrent_jacobian(h)
        factors = sub.Factors(matrices)
        return cls(matrices, factors, h.clone(), finder.subspace(sub.Dense(matrices), factors))

    def renew(
        self, system: System, finder: ModeFinder, h: Tensor, turn: int, nearby: float
    ) -> None:
        """Follow the points to where they are now, h (n, S); factors made `nearby` will do."""
        self.matrices = system.recurrent_jacobian(h)
        moved = torch.linalg.vector_norm(h - self.factored_at, dim=1) > nearby
        self.factors = self.factors.renew(moved, self.matrices)
        self.factored_at = torch.where(moved[:, None], h, self.factored_at)
        # Points that take long are few, and their subspaces hard to separate: more corrections.
        self.space, close = sub.correct(sub.Dense(self.matrices), self.factors, self.space, rounds=turn)
        if not close.all():
            again = finder.subspace(sub.Dense(self.matrices[~close]), self.factors.only(~close))
            self.space = self.space.put(~close, again)

    def only(self, mask: Tensor) -> _Local:
        """Return some of the points."""
        if mask.all():
            return self
        parts = (
            self.matrices[mask],
            self.factors.only(mask),
            self.factored_at[mask],
            self.space.only(mask),
        )
        return _Local(*parts)


def half_square(length: Tensor) -> Tensor:
    """Return length^2 / 2, the share in q of a part of the residual."""
    return length**2 / 2


def fast_length(space: sub.Subspace, r: Tensor) -> Tensor:
    """Return the length (n,) of the fast part of r (n, S), of all of r where that is lost."""
    fast = torch.linalg.vector_norm(r - space.project(r), dim=1)
    return torch.where(fast.isfinite(), fast, torch.linalg.vector_norm(r, dim=1))


def newton(system: System, walk: Walk, rows: Tensor, local: _Local, longest: float) -> None:
    """Take MOVES Newton steps outside the held subspaces, where they shorten the fast residual."""
    factors, space = local.factors, local.space
    for _ in range(MOVES):
        h, r = walk.h[rows], walk.r[rows]
        # The projection is applied to r as well: the iteration then ends where P r = r even if P is
        # inexact.
        move = factors.solve((r - space.project(r))[:, :, None])[:, :, 0]
        move = space.project(move) - move
        move *= (longest / torch.linalg.vector_norm(move, dim=1).clamp_min(longest))[:, None]
        new, new_q = system.residual(h + move)
        better = new_q.isfinite() & (fast_length(space, new) < fast_length(space, r))
        walk.h[rows] = torch.where(better[:, None], h + move, h)
        walk.r[rows] = torch.where(better[:, None], new, r)
        walk.q[rows] = torch.where(better, new_q, walk.q[rows])
        walk.iterations[rows] += better
