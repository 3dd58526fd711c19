"""Did the search keep the manifold: cover, slowness, status, skeleton of exact fixed points."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_geometry.dynamics.results import Status
from rnn_geometry.geometry.dimension import LINKAGE_RADIUS, cover, distinct_points, rms_radius
from rnn_geometry.geometry.frame import converged_rows
from rnn_geometry.geometry.readouts import Arrays
from rnn_geometry.store.columns import Column, columns

QUALITY = columns(
    Column(
        "cover",
        "share of starts with a converged slow point within .125 of the starts' root-mean-square"
        " radius, along their first d components, in the whole state",
    ),
    Column(
        "distinct_points",
        "slow points that single linkage at 1e-3 of that radius tells apart",
        kind="count",
    ),
    Column("q_median", "slowness q = 1/2 abs(h - F(h, x*))^2, median over all slow points"),
    Column("fast_q_median", "part of q outside the modes that the search held, median over them"),
    Column(
        "gap_median",
        "ratio of time constants across the cut at half the mean sentence length, median over them",
    ),
    Column(
        "slow_no_gap",
        "share of slow points without a gap (ratio under `min_gap`): there the manifold depends on"
        " the cut",
    ),
    Column("slow_off_manifold", "share of starts for which no point of the manifold was found"),
    Column(
        "slow_converged",
        "share of starts that reached the manifold: measures of slow points are of these, and empty"
        " where they are fewer than 50 (of fewer than 100 starts: half) or a tenth",
    ),
    Column("displacement_median", "distance from the start, median over slow points"),
)
SKELETON = columns(
    Column("fixed_points", "distinct exact fixed points", kind="count"),
    Column("fixed_points_stable", "stable ones among them", kind="count"),
    Column(
        "ghosts",
        "starts that ended where the gradient of q vanishes and q does not",
        kind="count",
    ),
    Column(
        "fixed_points_unseen",
        "for starts like these, states that the network visits: estimated probability that one"
        " more of them finds a new fixed point (Good 1953: those found once, over starts). It says"
        " nothing of fixed points that no visited state leads to",
    ),
)


def search_quality(starts: np.ndarray, slow: Arrays, d: int | None) -> dict[str, Any]:
    """Return whether the search kept the manifold, and how slow its points are.

    Parameters
    ----------
    starts
        Visited states (n, S).
    slow
        Arrays of slow_points.npz.
    d
        Expected dimension; None where there is none.

    Returns
    -------
    dict
        By the names of QUALITY. All but the cover are of the points of every status.
    """
    found = slow["points"][converged_rows(slow["status"])]
    return {
        "cover": cover(starts, found, d) if d and len(found) else None,
        "distinct_points": len(
            distinct_points(slow["points"], LINKAGE_RADIUS * rms_radius(starts))
        ),
        "q_median": float(np.median(slow["q"])),
        "fast_q_median": _finite_median(slow["fast_q"]),
        "displacement_median": float(np.median(slow["displacement"])),
        "slow_converged": float((slow["status"] == Status.CONVERGED).mean()),
        "slow_off_manifold": float((slow["status"] == Status.OFF_MANIFOLD).mean()),
        "slow_no_gap": float((slow["status"] == Status.NO_GAP).mean()),
        "gap_median": _finite_median(slow["gap"]),
    }


def _finite_median(values: np.ndarray) -> float | None:
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else None


def skeleton(fixed: Arrays) -> dict[str, Any]:
    """Return the numbers of exact fixed points and ghosts.

    Parameters
    ----------
    fixed
        Arrays of fixed_points.npz.

    Returns
    -------
    dict
        By the names of SKELETON.
    """
    unseen = float(fixed["unseen"])
    return {
        "fixed_points": len(fixed["stability"]),
        "fixed_points_stable": int((fixed["stability"] == 0).sum()),
        "ghosts": int((fixed["status"] == Status.GHOST).sum()),
        "fixed_points_unseen": unseen if np.isfinite(unseen) else None,
    }
