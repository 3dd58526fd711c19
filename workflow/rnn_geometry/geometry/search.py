"""Did the search keep the manifold: cover, slowness, status, skeleton of exact fixed points."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb
from typing import Any

import numpy as np

from rnn_geometry.dynamics.results import Status
from rnn_geometry.geometry.dimension import LINKAGE_RADIUS, cover, distinct_points, rms_radius
from rnn_geometry.geometry.frame import converged_rows
from rnn_geometry.geometry.readouts import Arrays
from rnn_geometry.store.columns import Column, columns
from rnn_geometry.tasks.structures import LABELS
from rnn_geometry.tasks.theory import structure_of

NARROW = 2.0  # ratio of time constants across the cut under which another cut moves a point

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
    Column(
        "slow_narrow",
        "share of slow points at which the time constants across the cut differ by less than a"
        " factor of two, of whatever status: another cut moves them",
    ),
    Column(
        "fast_residual_max",
        "largest part of the residual outside the modes that the search held, over the points that"
        " measures use, in the starts' root-mean-square norm: 1e-4 at most",
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
    Column(
        "degree",
        "sum over the fixed points of sign det(I - J), J the Jacobian: 1 for all of them in a"
        " network that takes a convex body into itself (Brouwer), as all built-in cells do",
        kind="count",
    ),
    Column(
        "degree_is_one",
        "0 where the degree proves that fixed points are missing, after a further search for them"
        " too; 1 proves nothing; empty for cells of a user's own, whose degree may be another",
        kind="flag",
    ),
    Column(
        "fixed_points_expected",
        "of a flow on the faces of the manifold that theory expects: 2^N - 1 on a simplex of N"
        " classes (one a face), 3^k on a cube of k labels; empty for other tasks",
        kind="count",
    ),
    Column(
        "skeleton_binomial",
        "1 where the fixed points by number of unstable modes are those: C(N, k + 1) with k on a"
        " simplex, C(k, j) 2^(k - j) with j on a cube",
        kind="flag",
    ),
    Column(
        "skeleton_match",
        "how near they come: twice the fixed points that both have with the same number of unstable"
        " modes, over all of both; 1 where none is missing or too many",
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
    rows = converged_rows(slow["status"])
    found = slow["points"][rows]
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
        "slow_narrow": _share_narrow(slow["gap"]),
        "fast_residual_max": _largest_residual(slow["fast_q"][rows], starts),
    }


def _share_narrow(gap: np.ndarray) -> float | None:
    gap = gap[np.isfinite(gap)]
    return float((gap < NARROW).mean()) if len(gap) else None


def _largest_residual(fast_q: np.ndarray, starts: np.ndarray) -> float | None:
    scale = np.sqrt((np.asarray(starts, dtype=np.float64) ** 2).sum(axis=1).mean())
    known = fast_q[np.isfinite(fast_q)]
    return float(np.sqrt(2 * known.max()) / scale) if len(known) and scale > 0 else None


def _finite_median(values: np.ndarray) -> float | None:
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else None


def skeleton(fixed: Arrays, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of exact fixed points and ghosts.

    Parameters
    ----------
    fixed
        Arrays of fixed_points.npz.
    meta
        meta.json, which says what theory expects.

    Returns
    -------
    dict
        By the names of SKELETON.
    """
    unseen, degree = float(fixed["unseen"]), float(fixed["degree"])
    by_modes = np.bincount(fixed["stability"])
    expected = expected_skeleton(meta)
    return {
        "fixed_points": len(fixed["stability"]),
        "fixed_points_stable": int((fixed["stability"] == 0).sum()),
        "ghosts": int((fixed["status"] == Status.GHOST).sum()),
        "fixed_points_unseen": unseen if np.isfinite(unseen) else None,
        "degree": int(degree) if np.isfinite(degree) else None,
        "degree_is_one": int(degree == 1) if fixed["bounded"] else None,
        "fixed_points_expected": int(expected.sum()) if len(expected) else None,
        "skeleton_binomial": int(np.array_equal(by_modes, expected)) if len(expected) else None,
        "skeleton_match": skeleton_match(by_modes, expected) if len(expected) else None,
    }


def expected_skeleton(meta: Mapping[str, Any]) -> np.ndarray:
    """Return the fixed points that theory expects, by their number of unstable modes.

    Each face of the manifold holds one, which repels within the face and attracts from without: N
    corners, N (N - 1) / 2 middles of edges and so on of a simplex.

    Parameters
    ----------
    meta
        meta.json, see `theory.structure_of`.

    Returns
    -------
    numpy.ndarray
        (d + 1,) int64, with 0, 1, .. d unstable modes; empty where theory knows no faces.

    Examples
    --------
    >>> expected_skeleton({"classes": 3}).tolist()
    [3, 3, 1]
    >>> expected_skeleton({"classes": 2, "multi_label": True}).tolist()
    [4, 4, 1]
    """
    kind, count = structure_of(meta), int(meta["classes"])
    if kind.simplex:
        numbers = [comb(count, k + 1) for k in range(count)]
    elif kind is LABELS:
        numbers = [comb(count, j) * 2 ** (count - j) for j in range(count + 1)]
    else:
        numbers = []
    return np.array(numbers, dtype=np.int64)


def skeleton_match(found: np.ndarray, expected: np.ndarray) -> float:
    """Return how many fixed points two counts share, over their mean.

    Parameters
    ----------
    found, expected
        (k,) and (l,), fixed points by number of unstable modes.

    Returns
    -------
    float
        From 0, none shared, to 1, the same (the coefficient of Dice).

    Examples
    --------
    >>> skeleton_match(np.array([3, 3, 1]), np.array([3, 3, 1]))
    1.0
    >>> skeleton_match(np.array([1]), np.array([3, 3, 1]))
    0.25
    """
    size = max(len(found), len(expected))
    both = np.zeros((2, size), dtype=np.int64)
    both[0, : len(found)], both[1, : len(expected)] = found, expected
    return float(2 * both.min(axis=0).sum() / both.sum())
