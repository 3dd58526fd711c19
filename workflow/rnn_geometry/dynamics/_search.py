"""What every search for slow or fixed points shares: points on their way, and the result."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch

from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.results import SlowPoints, Status

# A search has diverged where q exceeds this many times its value at the start (and rounding noise).
DIVERGED_FACTOR, DIVERGED_FLOOR = 100.0, 1e-10


@dataclass
class Walk:
    """Points on their way; every tensor has one row per point."""

    h: torch.Tensor
    r: torch.Tensor
    q: torch.Tensor
    iterations: torch.Tensor
    status: torch.Tensor

    @classmethod
    def start(cls, system: System, h: torch.Tensor) -> Walk:
        """Return points h (n, S) before their first step."""
        r, q = system.residual(h)
        nothing = torch.zeros(len(h), dtype=torch.long, device=h.device)
        status = torch.where(q.isfinite(), Status.CONVERGED, Status.DIVERGED)
        return cls(h.clone(), r, q, nothing, status)

    @classmethod
    def concatenate(cls, parts: list[Walk]) -> Walk:
        """Return the points of all parts as one."""
        return cls(
            *(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls))
        )

    def only(self, rows: torch.Tensor) -> Walk:
        """Return some of the points: a mask or indices."""
        return Walk(*(getattr(self, field.name)[rows] for field in fields(self)))

    def accept(self, rows: torch.Tensor, h: torch.Tensor, r: torch.Tensor, q: torch.Tensor) -> None:
        """Take over candidates where `rows` (n,) is true."""
        self.h = torch.where(rows[:, None], h, self.h)
        self.r = torch.where(rows[:, None], r, self.r)
        self.q = torch.where(rows, q, self.q)

    def put(self, rows: torch.Tensor, part: Walk) -> None:
        """Write the points of `part` to the places `rows`."""
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(part, field.name)

    def advance(self, system: System, move: torch.Tensor, limit: torch.Tensor) -> None:
        """Add `move` unless a point has diverged, that is, has q infinite or above `limit`."""
        h = self.h + move
        r, q = system.residual(h)
        self.status[(q > limit) | q.isinf()] = Status.DIVERGED
        self.accept(self.status != Status.DIVERGED, h, r, q)

    def limit(self) -> torch.Tensor:
        """Return the q (n,) above which a search that starts here has diverged."""
        return DIVERGED_FACTOR * self.q + DIVERGED_FLOOR


def rms_norm(starts: torch.Tensor) -> float:
    """Return the root-mean-square norm of the starts (n, S), the scale of a search."""
    return float(torch.linalg.vector_norm(starts, dim=1).square().mean().sqrt())


def result(walk: Walk, starts: torch.Tensor, **computed) -> SlowPoints:
    """Turn a finished walk into arrays; `computed`: fast_q, slow_modes, and so on, where known."""
    count = len(starts)
    nothing = {
        "fast_q": np.full(count, np.nan),
        "slow_modes": np.full(count, -1, dtype=np.int64),
        "held_modes": np.full(count, -1, dtype=np.int64),
        "gap": np.full(count, np.nan),
    }
    displacement = torch.linalg.vector_norm(walk.h - starts, dim=1)
    return SlowPoints(
        points=walk.h.cpu().numpy(),
        q=walk.q.cpu().numpy(),
        displacement=displacement.cpu().numpy(),
        iterations=walk.iterations.cpu().numpy(),
        status=walk.status.cpu().numpy().astype(np.int8),
        **{**nothing, **computed},
    )
