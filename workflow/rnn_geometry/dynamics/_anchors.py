"""Anchors: some points of many, whose factors and slow subspaces serve those near them.

On a slow manifold of few dimensions most Jacobians resemble that of a neighbour: (I - J)^-1 of an
anchor takes most of an error away at the points around it. They need no factors of their own, and
one product of matrices serves them all. What is found this way is proven, or found again alone.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnn_geometry.dynamics import _subspaces as sub
from rnn_geometry.dynamics._system import System

SHARE = 5  # one anchor for so many points
FEWEST = 64  # points from which anchors pay
MOST = 400  # anchors: more points on one manifold lie the closer, and inverses take memory
LOOSE = 0.6  # share of the tau that points follow down to which anchors know modes


class SharedFactors(NamedTuple):
    """Inverses of shift I - J at anchors (C, S, S), single precision, for points (n,) of groups.

    Points of one group stand side by side.
    """

    inverses: Tensor
    groups: Tensor
    shift: Tensor

    def columns32(self, rows: Tensor) -> Tensor:
        """Return, in rows, about (shift I - J)^-1 of columns that stand in rows (n, k, S)."""
        return self._applied(rows, self.inverses.mT)

    def rows32(self, rows: Tensor) -> Tensor:
        """Return about rows (shift I - J)^-1 for (n, k, S)."""
        return self._applied(rows, self.inverses)

    def _applied(self, rows: Tensor, matrices: Tensor) -> Tensor:
        """Return rows (n, k, S) times the matrix of their group."""
        rows = rows.contiguous()
        result = torch.empty_like(rows)
        names, counts = torch.unique_consecutive(self.groups, return_counts=True)
        counts = counts.tolist()
        for name, own, into in zip(names.tolist(), rows.split(counts), result.split(counts)):
            torch.mm(own.flatten(0, 1), matrices[name], out=into.flatten(0, 1))
        return result

    def only(self, rows: Tensor) -> SharedFactors:
        """Return the factors of some points: a mask or indices."""
        return SharedFactors(self.inverses, self.groups[rows], self.shift[rows])


class Anchors:
    """Anchors among points h (n, S): `groups` (n,) says which is nearest to a point."""

    def __init__(
        self,
        system: System,
        h: Tensor,
        blocks: tuple[Tensor, Tensor],
        min_modulus: float,
    ):
        rows, self.groups = spread_out(h, max(1, min(len(h) // SHARE, MOST)))
        here = system.at(rows)
        inverses, spaces, shifts = [], [], []
        for part in here.chunks(h[rows]):
            matrices = here.at(part).recurrent_jacobian(h[rows[part]])
            factors = sub.Factors(matrices)
            space, _ = sub.slow_subspace(factors, blocks, min_modulus)
            space, _ = sub.correct(sub.Dense(matrices), factors, space, rounds=2)
            spaces.append(space)
            one = torch.eye(h.shape[1], dtype=torch.float32, device=h.device)
            inverses.append(factors.rows32(one.expand_as(matrices)).contiguous())
            shifts.append(factors.shift)
        self.space = sub.joined(spaces)
        self.inverses, self.shift = torch.cat(inverses), torch.cat(shifts)

    def factors(self, groups: Tensor) -> SharedFactors:
        """Return the factors for points (n,) of groups."""
        return SharedFactors(self.inverses, groups, self.shift[groups])


def spread_out(h: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return rows (count,) of points h (n, S), each far from those before, and the nearest (n,)."""
    points = h.float()
    distance = torch.full_like(points[:, 0], torch.inf)
    nearest = torch.zeros(len(h), dtype=torch.long, device=h.device)
    rows = [0]
    for index in range(count):
        if index:
            rows.append(int(distance.argmax()))
        own = (points - points[rows[-1]]).square().sum(1)
        nearest[own < distance] = index
        distance = distance.minimum(own)
    return torch.tensor(rows, device=h.device), nearest
