"""Is the manifold real? Hyperbolicity, drift along it, and what weight noise leaves of it.

`stages/manifold_quality.py` measures with the step; here are the columns and what needs arrays
alone. All lengths are in diameters of the manifold: the largest distance of two of its points, in
the entries of the state that the readout sees. Points are the converged ones; of a network without
a gap, all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_geometry.store.columns import Column, columns

NEAR = 0.1  # diameters that a root may have moved and still be the same
# What is drawn against the strength of the noise; the one without an ending is judged.
SIGMAS = {"_weak": 0.01, "": 0.03, "_strong": 0.1}

DRIFT = columns(
    Column(
        "hyperbolicity",
        "abs(lambda) of mode d + 1, the largest over the sampled slow points, over that of mode d,"
        " the smallest: below 1 all that is fast is faster than all that is slow (normal"
        " hyperbolicity), and the manifold outlives small changes of the network",
    ),
    Column(
        "speed_max",
        "fastest drift along the manifold under x*, abs(P (F(h, x*) - h)) with P on the slow modes"
        " (8 at most), in diameters of the manifold",
        "per word",
    ),
    Column("speed_median", "the median of the same", "per word"),
    Column(
        "memory_error_bound",
        "L words times `speed_max`: how far a state may drift along the manifold while L words of"
        " x* are read",
        "diameters",
    ),
    Column(
        "memory_error",
        "how far L words of x* really move a slow point, the farthest of all",
        "diameters",
    ),
    Column(
        "memory_tightness",
        "`memory_error` over `memory_error_bound`; above 1 where fast parts add to the"
        " drift, or where a state drifts to places between those sampled",
    ),
)
_NOISE = columns(
    Column(
        "noise_manifold_shift",
        "weights of the cell + 3 % of each as normal noise: mean distance from 24 slow points to"
        " the manifold of the disturbed network, each found again by Newton steps across it",
        "diameters",
    ),
    Column("noise_found", "share of these points that are found again"),
    Column("noise_dimension", "participation ratio of the points that are found again"),
    Column("noise_hold_r2", "`hold_r2` of the disturbed network, from 200 final states"),
    Column(
        "noise_roots_kept",
        "share of the stable fixed points that are left: Newton's method leads from them to a"
        f" stable one within {NEAR} diameters; empty where there was none",
    ),
    Column("noise_skeleton_kept", "the same of all fixed points, each with its unstable modes"),
    Column("noise_root_shift", "mean move of the fixed points that are left", "diameters"),
)
NOISE = columns(
    *(
        column if not suffix else column.again(suffix, f"at {sigma:.0%} of noise")
        for suffix, sigma in SIGMAS.items()
        for column in _NOISE.values()
    )
)
COLUMNS = columns(DRIFT, NOISE)


def hyperbolicity(eigenvalues: np.ndarray, d: int) -> float | None:
    """Return max |lambda_fast| / min |lambda_slow| over points, with d slow modes at each.

    Parameters
    ----------
    eigenvalues
        All of the Jacobians at n points, (n, S), in any order.
    d
        Dimension of the manifold.

    Returns
    -------
    float or None
        Below 1: normally hyperbolic. None without a fast mode, or where all that is slow is 0.

    Examples
    --------
    >>> hyperbolicity(np.array([[0.9, 0.5, -0.1], [0.2, 1.0, 0.6]]), 1)
    0.6666666666666666
    """
    size = np.sort(np.abs(eigenvalues), axis=1)[:, ::-1]
    if not 0 < d < size.shape[1] or not size[:, d - 1].min() > 0:
        return None
    return float(size[:, d].max() / size[:, d - 1].min())


def diameter(points: np.ndarray) -> float:
    """Return the largest distance of two points.

    Parameters
    ----------
    points
        (n, S).
    """
    from scipy.spatial.distance import pdist  # tables read the columns of this module without it

    return float(pdist(points).max(initial=0.0))


def is_scale(scale: float) -> bool:
    """Tell whether distances can be told in a scale: not in that of one place or of a runaway.

    Parameters
    ----------
    scale
        Diameter of a manifold.
    """
    return bool(0 < scale < np.inf)


def drift_numbers(
    velocity: np.ndarray, move: np.ndarray, scale: float, words: int
) -> dict[str, float | None]:
    """Return how fast states drift along a manifold, and what that says of its memory.

    Parameters
    ----------
    velocity
        Slow part of the move by one word of x* at n points, (n, S).
    move
        What `words` words of x* move these points, (n, S).
    scale
        Diameter of the manifold.
    words
        Words L over which something is held.

    Returns
    -------
    dict
        By the names of DRIFT but for hyperbolicity; None for points in one place.
    """
    names = [name for name in DRIFT if name != "hyperbolicity"]
    speed, error = (np.linalg.norm(part, axis=1) for part in (velocity, move))
    if not is_scale(scale) or not np.isfinite([speed, error]).all():
        return dict.fromkeys(names)
    fastest, farthest = float(speed.max() / scale), float(error.max() / scale)
    bound = words * fastest
    tightness = farthest / bound if bound > 0 else None
    return dict(zip(names, (fastest, float(np.median(speed) / scale), bound, farthest, tightness)))


def roots_kept(
    before: np.ndarray,
    unstable_before: ArrayLike,
    after: np.ndarray,
    unstable_after: ArrayLike,
    scale: float,
) -> dict[str, Any]:
    """Return how many exact fixed points a disturbance leaves.

    Parameters
    ----------
    before
        Roots (n, S).
    unstable_before
        Unstable modes of each, (n,).
    after
        Where each leads, (n, S); not a number where to no root.
    unstable_after
        Unstable modes there, (n,).
    scale
        Diameter of the manifold.

    Returns
    -------
    dict
        noise_roots_kept, of stable roots alone; noise_skeleton_kept; noise_root_shift of those
        that are kept. None without any, and all None where the manifold has no scale.
    """
    if not is_scale(scale):
        return dict.fromkeys(("noise_roots_kept", "noise_skeleton_kept", "noise_root_shift"))
    was, now = np.asarray(unstable_before), np.asarray(unstable_after)
    moved = np.linalg.norm(after - before, axis=1)
    kept = (moved <= NEAR * scale) & (was == now)
    stable = kept[was == 0]
    return {
        "noise_roots_kept": float(stable.mean()) if len(stable) else None,
        "noise_skeleton_kept": float(kept.mean()) if len(kept) else None,
        "noise_root_shift": float(moved[kept].mean() / scale) if kept.any() else None,
    }
