"""What every search for slow or fixed points shares: points on their way, status codes, the result."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import torch

from rnn_geometry import jacobians as jac
from rnn_geometry.jacobians import Step
from rnn_geometry.slow_modes import SlowModes

# A search has diverged where q exceeds this many times its value at the start (and rounding noise).
DIVERGED_FACTOR, DIVERGED_FLOOR = 100.0, 1e-10


class Status(IntEnum):
    """What became of a start; the int8 codes in SlowPoints.status.

    CONVERGED: on the slow manifold, or a root (q below the tolerance). OFF_MANIFOLD: the search for the manifold ended
    with a fast residual, or a step, that is still long. DIVERGED: q grew or became infinite; the point is the last good
    iterate. NO_GAP: on the manifold, but no gap separates slow from fast modes there, so that its place depends on the
    cut. GHOST: the gradient of q vanishes and q does not. MAX_ITERATIONS: neither root nor ghost when the search ended.
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

    points (n, S) float64, always finite; q (n,) recomputed at the point returned; fast_q (n,): 1/2 |fast part of the
    residual|^2, the part outside the modes that were held, NaN where not computed; displacement (n,): distance from
    the start; slow_modes (n,) int64: modes with tau > min_tau or |lambda| >= 1 at the point, -1 where not computed;
    held_modes (n,) int64: modes along which the search did not move, -1 likewise; gap (n,): see `SlowModes`, NaN
    likewise; iterations (n,) int64: steps taken (of an exact search: until q fell below the tolerance); status (n,)
    int8: see Status; modes: the slow modes at the points, None where not computed.
    """

    points: np.ndarray
    q: np.ndarray
    fast_q: np.ndarray
    displacement: np.ndarray
    slow_modes: np.ndarray
    held_modes: np.ndarray
    gap: np.ndarray
    iterations: np.ndarray
    status: np.ndarray
    modes: SlowModes | None = None


@dataclass
class Walk:
    """Points on their way; every tensor has one row per point."""

    h: torch.Tensor
    r: torch.Tensor
    q: torch.Tensor
    iterations: torch.Tensor
    status: torch.Tensor

    @classmethod
    def start(cls, step: Step, h: torch.Tensor, x: torch.Tensor) -> Walk:
        r, q = jac.residual(step, h, x)
        nothing = torch.zeros(len(h), dtype=torch.long, device=h.device)
        return cls(h.clone(), r, q, nothing, torch.where(q.isfinite(), Status.CONVERGED, Status.DIVERGED))

    @classmethod
    def concatenate(cls, parts: list[Walk]) -> Walk:
        return cls(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def only(self, rows: torch.Tensor) -> Walk:
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

    def advance(self, step: Step, x: torch.Tensor, move: torch.Tensor, limit: torch.Tensor) -> None:
        """Add `move` where no point has diverged; q above `limit`, or infinite, is divergence: the point stays."""
        h = self.h + move
        r, q = jac.residual(step, h, x)
        self.status[(q > limit) | q.isinf()] = Status.DIVERGED
        self.accept(self.status != Status.DIVERGED, h, r, q)

    def limit(self) -> torch.Tensor:
        """Return the q (n,) above which a search that starts here has diverged."""
        return DIVERGED_FACTOR * self.q + DIVERGED_FLOOR


def rms_norm(starts: torch.Tensor) -> float:
    """Return the root-mean-square norm of the starts (n, S), the scale of a search."""
    return float(torch.linalg.vector_norm(starts, dim=1).square().mean().sqrt())


def result(walk: Walk, starts: torch.Tensor, **computed) -> SlowPoints:
    """Turn a finished walk into arrays; `computed`: what the search knows of fast_q, slow_modes, and so on."""
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
