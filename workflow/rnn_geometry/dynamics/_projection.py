"""Newton steps in the fast subspace, for one chunk of points on their way to the slow manifold (see `slow_points`)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics import jacobians as jac
from rnn_geometry.dynamics._mode_batch import ModeBatch
from rnn_geometry.dynamics._search import Walk
from rnn_geometry.dynamics.results import Status
from rnn_geometry.dynamics.slow_modes import ModeFinder
from rnn_geometry.dynamics.step import Step

MOVES = 2  # Newton steps with one Jacobian
DAMPING = 0.1  # where there is no gap: a direction with singular value s of I - J moves by s^2 / (s^2 + DAMPING)
# Shares of the scale, the root-mean-square norm of the starts: a fast residual that is zero, or nearly so; how far a
# point may move before its factors are renewed; the longest Newton step.
ZERO, NEARLY_ZERO, NEARBY, LONGEST = 1e-6, 1e-4, 1e-3, 1.0


class Found(NamedTuple):
    """What is known of n points: fast_q (n,), held (n,), the number of modes not moved along, and the slow modes."""

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
    """Moves relaxed points onto the slow manifold, chunk by chunk; given `finder` and `scale`, each point by itself."""

    def __init__(self, step: Step, finder: ModeFinder, scale: float, rounds: int, with_modes: bool):
        self.step, self.finder, self.scale, self.rounds, self.with_modes = (
            step,
            finder,
            scale,
            rounds,
            with_modes,
        )

    def run(self, walk: Walk, x: Tensor) -> Found:
        """Move the points of `walk` under inputs x (n, E), set their status, and say what is known of them."""
        if self.finder.no_gap:
            return self._filtered(walk, x)
        relaxed = walk.only(torch.arange(len(x), device=x.device))
        found = self._rounds(walk, x)
        # Where a search that failed has ended depends on rounding, where it began does not.
        lost = (found.fast_q > half_square(NEARLY_ZERO * self.scale)).nonzero()[:, 0]
        if len(lost):
            walk.put(lost, relaxed.only(lost))
            walk.status[lost] = Status.OFF_MANIFOLD
            found = found.replace(lost, self._look(walk.only(lost), x[lost]))
        return found

    def _rounds(self, walk: Walk, x: Tensor) -> Found:
        active = torch.arange(len(x), device=x.device)
        local = _Local.at(self.step, self.finder, walk, active, x)
        order, parts = [], []
        for turn in range(self.rounds + 1):
            if turn:
                local.renew(self.step, self.finder, walk, active, x, turn, NEARBY * self.scale)
            fast = fast_length(local.space, walk.r[active])
            done = (fast <= ZERO * self.scale) | (turn == self.rounds)
            if done.any():
                order.append(active[done])
                parts.append(self._found(local.only(done), fast[done]))
            if done.all():
                break
            active, local = active[~done], local.only(~done)
            newton(self.step, walk, active, x, local, LONGEST * self.scale)
        return Found.concatenate(parts).take(torch.cat(order).argsort())

    def _found(self, local: _Local, fast: Tensor) -> Found:
        held = local.space.used.sum(1)
        if not self.with_modes:
            return Found(half_square(fast), held, None)
        return Found(
            half_square(fast), held, self.finder.modes(local.matrices, local.factors, local.space)
        )

    def _filtered(self, walk: Walk, x: Tensor) -> Found:
        """Move points of a network without a gap by steps that need no cut: all directions, the less the slower."""
        limit, nothing = walk.limit(), torch.zeros_like(walk.iterations)
        for _ in range(MOVES):
            move = jac.damped_step(*jac.normal_equations(self.step, walk.h, x, walk.r), DAMPING)
            walk.advance(self.step, x, move, limit)
            walk.iterations += walk.status != Status.DIVERGED
        if not self.with_modes:
            return Found(torch.full_like(walk.q, torch.nan), nothing, None)
        modes = self.finder.modes(jac.recurrent_jacobian(self.step, walk.h, x))
        return Found(
            half_square(torch.linalg.vector_norm(modes.fast_part(walk.r), dim=1)), nothing, modes
        )

    def _look(self, walk: Walk, x: Tensor) -> Found:
        """Say what is known of points without moving them."""
        local = _Local.at(self.step, self.finder, walk, torch.arange(len(x), device=x.device), x)
        return self._found(local, fast_length(local.space, walk.r))


class _Local:
    """Jacobians (n, S, S) at some points, their factors and where those were made, and the subspaces held there."""

    def __init__(
        self, matrices: Tensor, factors: sub.Factors, factored_at: Tensor, space: sub.Subspace
    ):
        self.matrices, self.factors, self.factored_at, self.space = (
            matrices,
            factors,
            factored_at,
            space,
        )

    @classmethod
    def at(cls, step: Step, finder: ModeFinder, walk: Walk, active: Tensor, x: Tensor) -> _Local:
        matrices = jac.recurrent_jacobian(step, walk.h[active], x[active])
        factors = sub.Factors(matrices)
        return cls(matrices, factors, walk.h[active], finder.subspace(matrices, factors))

    def renew(
        self,
        step: Step,
        finder: ModeFinder,
        walk: Walk,
        active: Tensor,
        x: Tensor,
        turn: int,
        nearby: float,
    ) -> None:
        """Follow the points to where they are now; factors of a place `nearby` will do."""
        h = walk.h[active]
        self.matrices = jac.recurrent_jacobian(step, h, x[active])
        moved = torch.linalg.vector_norm(h - self.factored_at, dim=1) > nearby
        self.factors = self.factors.renew(moved, self.matrices)
        self.factored_at = torch.where(moved[:, None], h, self.factored_at)
        # Points that take long are few, and their subspaces hard to separate: more corrections for them.
        self.space, close = sub.correct(self.matrices, self.factors, self.space, rounds=turn)
        if not close.all():
            again = finder.subspace(self.matrices[~close], self.factors.only(~close))
            self.space = self.space.put(~close, again)

    def only(self, mask: Tensor) -> _Local:
        if mask.all():
            return self
        parts = (
            self.matrices[mask],
            self.factors.only(mask),
            self.factored_at[mask],
            self.space.only(mask),
        )
        return _Local(*parts)


def half_square(length):
    """Return length^2 / 2, the share in q of a part of the residual."""
    return length**2 / 2


def fast_length(space: sub.Subspace, r: Tensor) -> Tensor:
    """Return the length (n,) of the fast part of residuals r (n, S); of all of r where the subspace broke down."""
    fast = torch.linalg.vector_norm(r - space.project(r), dim=1)
    return torch.where(fast.isfinite(), fast, torch.linalg.vector_norm(r, dim=1))


def newton(step: Step, walk: Walk, rows: Tensor, x: Tensor, local: _Local, longest: float) -> None:
    """Take MOVES Newton steps outside the held subspaces, each where it shortens the fast residual."""
    x, factors, space = x[rows], local.factors, local.space
    for _ in range(MOVES):
        h, r = walk.h[rows], walk.r[rows]
        # The projection is applied to r as well: the iteration then ends where P r = r even if P is inexact.
        move = factors.solve((r - space.project(r))[:, :, None])[:, :, 0]
        move = space.project(move) - move
        move *= (longest / torch.linalg.vector_norm(move, dim=1).clamp_min(longest))[:, None]
        new, new_q = jac.residual(step, h + move, x)
        better = new_q.isfinite() & (fast_length(space, new) < fast_length(space, r))
        walk.h[rows] = torch.where(better[:, None], h + move, h)
        walk.r[rows] = torch.where(better[:, None], new, r)
        walk.q[rows] = torch.where(better, new_q, walk.q[rows])
        walk.iterations[rows] += better
