"""Newton steps in the fast subspace, for one chunk of points (see `slow_points`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics._anchors import FEWEST, LOOSE, Anchors
from rnn_geometry.dynamics._mode_batch import ModeBatch
from rnn_geometry.dynamics._mode_finder import WATCHED, ModeFinder
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
    """Moves relaxed points onto the slow manifold; given finder, scale, anchors, each by itself."""

    def __init__(self, finder: ModeFinder, scale: float, rounds: int, with_modes: bool):
        self.finder, self.scale = finder, scale
        self.rounds, self.with_modes = rounds, with_modes

    def run(self, walk: Walk, system: System) -> Found:
        """Move the points of `walk`, set their status, and say what is known of them."""
        every = torch.arange(len(walk.h), device=walk.h.device)
        if self.finder.no_gap:
            return self._each(walk, system, every, self._filtered)
        relaxed = walk.only(every)
        if self.finder.dense or len(every) < FEWEST:
            found = self._each(walk, system, every, self._alone)
        else:
            found, good = self._following(walk, system)
            rest = every[~good]
            if len(rest):
                walk.put(rest, relaxed.only(rest))
                found = found.replace(rest, self._each(walk, system, rest, self._alone))
        # Where a search that failed has ended depends on rounding, where it began does not.
        lost = (found.fast_q > (NEARLY_ZERO * self.scale) ** 2 / 2).nonzero()[:, 0]
        if len(lost):
            walk.put(lost, relaxed.only(lost))
            walk.status[lost] = Status.OFF_MANIFOLD
            found = found.replace(lost, self._each(walk, system, lost, self._look))
        return found

    def _each(self, walk: Walk, system: System, rows: Tensor, work: Callable) -> Found:
        """Return what `work` finds at the points `rows`, chunk by chunk."""
        parts = []
        for some in system.chunks(walk.h[rows]):
            own = rows[some]
            part = walk.only(own)
            parts.append(work(part, system.at(own)))
            walk.put(own, part)
        return Found.concatenate(parts)

    def _following(self, walk: Walk, system: System) -> tuple[Found, Tensor]:
        """Move points by what anchors among them know; say at which (n,) that is certain."""
        modulus = sub.min_modulus_of(LOOSE * WATCHED * self.finder.min_tau)
        anchors = Anchors(system, walk.h, self.finder.blocks, modulus)
        order = anchors.groups.argsort(stable=True)
        parts, certain = [], []
        for some in system.chunks(walk.h, thin=True):
            own = order[some]
            part, here = walk.only(own), system.at(own)
            near = _Local.near(here, self.finder, part.h, anchors, anchors.groups[own])
            found, good = self._rounds(part, here, near)
            walk.put(own, part)
            parts.append(found)
            certain.append(good)
        back = order.argsort()
        return Found.concatenate(parts).take(back), torch.cat(certain)[back]

    def _alone(self, walk: Walk, system: System) -> Found:
        """Move points by what is found at them alone."""
        return self._rounds(walk, system, _Local.at(system, self.finder, walk.h))[0]

    def _rounds(self, walk: Walk, system: System, local: _Local) -> tuple[Found, Tensor]:
        """Take Newton steps, round by round, until the fast residuals are zero.

        Also returned: good (n,), whether that and the modes are certain.
        """
        active = torch.arange(len(walk.h), device=walk.h.device)
        order, parts, certain = [], [], []
        for turn in range(self.rounds + 1):
            if turn:
                here = system.at(active)
                local.renew(here, self.finder, walk.h[active], turn, NEARBY * self.scale)
            fast = fast_length(local.space, walk.r[active])
            zero = fast <= ZERO * self.scale
            done = zero | ~local.close | (turn == self.rounds)
            if done.any():
                order.append(active[done])
                found, proven = self._found(local.only(done), fast[done])
                parts.append(found)
                certain.append((zero & local.close)[done] & proven)
            if done.all():
                break
            active, local = active[~done], local.only(~done)
            newton(system.at(active), walk, active, local, LONGEST * self.scale)
        back = torch.cat(order).argsort()
        return Found.concatenate(parts).take(back), torch.cat(certain)[back]

    def _found(self, local: _Local, fast: Tensor) -> tuple[Found, Tensor]:
        """Say what is known of points that are where they end, and of which it is certain."""
        held, modes, proven = local.space.used.sum(1), None, torch.ones_like(local.close)
        if self.with_modes:
            modes = local.modes(self.finder)
            proven = modes.proven
        return Found(half_square(fast), held, modes), proven

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
        return self._found(local, fast_length(local.space, walk.r))[0]


class _Local:
    """Jacobians (n, S, S) at some points, their factors, where those were made, subspaces held.

    close (n,): whether the subspaces are certain, which those that follow anchors need not be.
    """

    def __init__(
        self,
        linear: sub.Linear,
        factors: sub.Solver,
        factored_at: Tensor,
        space: sub.Subspace,
        close: Tensor,
    ):
        self.linear, self.factors = linear, factors
        self.factored_at, self.space, self.close = factored_at, space, close

    @classmethod
    def at(cls, system: System, finder: ModeFinder, h: Tensor) -> _Local:
        """Return what is at points h (n, S)."""
        linear = sub.Dense(system.recurrent_jacobian(h))
        factors = sub.Factors(linear.dense())
        space = finder.subspace(linear, factors)
        return cls(linear, factors, h.clone(), space, torch.ones_like(space.used[:, 0]))

    @classmethod
    def near(
        cls, system: System, finder: ModeFinder, h: Tensor, anchors: Anchors, groups: Tensor
    ) -> _Local:
        """Return the same at points of groups (n,), by what is known of their anchors."""
        linear = system.linear(h)
        factors = anchors.factors(groups)
        # Ritz values err by the product of what the right and the left bases err.
        space = sub.held_part(anchors.space.only(groups), linear, finder.watched_modulus)
        space, close = sub.settle(linear, factors, space)
        return cls(linear, factors, h.clone(), space, close)

    def renew(
        self, system: System, finder: ModeFinder, h: Tensor, turn: int, nearby: float
    ) -> None:
        """Follow the points to where they are now, h (n, S); factors made `nearby` will do."""
        if not isinstance(self.factors, sub.Factors):
            self.linear = system.linear(h)
            self.space, close = sub.settle(self.linear, self.factors, self.space)
            self.close = self.close & close
            return
        linear = self.linear = sub.Dense(system.recurrent_jacobian(h))
        moved = torch.linalg.vector_norm(h - self.factored_at, dim=1) > nearby
        self.factors = self.factors.renew(moved, linear.matrices)
        self.factored_at = torch.where(moved[:, None], h, self.factored_at)
        # Points that take long are few, and their subspaces hard to separate: more corrections.
        self.space, close = sub.correct(linear, self.factors, self.space, rounds=turn)
        if not close.all():
            again = finder.subspace(linear.only(~close), self.factors.only(~close))
            self.space = self.space.put(~close, again)

    def modes(self, finder: ModeFinder) -> ModeBatch:
        """Return the slow modes, proven where factors are those of the points themselves."""
        if isinstance(self.factors, sub.Factors) and isinstance(self.linear, sub.Dense):
            return finder.modes(self.linear.matrices, self.factors, self.space)
        return finder.proven(self.linear, self.factors, self.space)

    def only(self, mask: Tensor) -> _Local:
        """Return some of the points."""
        if mask.all():
            return self
        return _Local(
            self.linear.only(mask),
            self.factors.only(mask),
            self.factored_at[mask],
            self.space.only(mask),
            self.close[mask],
        )


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
        fast = (r - space.project(r)).float()
        move = factors.columns32(fast[:, None])[:, 0].double()
        move = space.project(move) - move
        move *= (longest / torch.linalg.vector_norm(move, dim=1).clamp_min(longest))[:, None]
        new, new_q = system.residual(h + move)
        better = new_q.isfinite() & (fast_length(space, new) < fast_length(space, r))
        walk.h[rows] = torch.where(better[:, None], h + move, h)
        walk.r[rows] = torch.where(better[:, None], new, r)
        walk.q[rows] = torch.where(better, new_q, walk.q[rows])
        walk.iterations[rows] += better
