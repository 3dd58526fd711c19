"""How long the manifold keeps what it holds: time constants and integration modes.

A mode integrates when its time constant tau is above `min_tau` words, or |lambda| >= 1. A time
constant does not tell growth from decay: `growth` has the signed rates. Numbers over slow points
are of those that converged, or of all where too few did (`frame.manifold_rows`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_geometry.geometry.frame import manifold_rows
from rnn_geometry.geometry.growth import sampled_rows, thirds
from rnn_geometry.geometry.readouts import Arrays
from rnn_geometry.store.columns import Column, columns

SHOWN_MODES = 8

COLUMNS = columns(
    Column(
        "integration_modes",
        "modes at the centre of the manifold (the converged slow point nearest the mean of those;"
        " where too few converged, of all) with tau above half the mean sentence length (or"
        " `analysis.min_tau`), or abs(lambda) of 1 or more",
        kind="count",
    ),
    Column(
        "modes_mean",
        "the same number, averaged over the slow points that converged; over all where too few did",
    ),
    Column("modes_median", "the same number, median over sampled slow points"),
    Column("modes_low", "its 10 % quantile over sampled slow points", kind="count"),
    Column("modes_high", "its 90 % quantile over sampled slow points", kind="count"),
    *(
        Column(f"modes_at_{name}", f"its median with the cut at {cut}")
        for name, cut in (
            ("quarter", "half of it (a quarter of the length)"),
            ("third", "two thirds of it (a third of the length)"),
            ("length", "twice of it (the length)"),
        )
    ),
    Column(
        "modes_tau_only",
        "its median without the clause abs(lambda) >= 1: a mode that grows or decays by more than"
        " the cut allows does not count",
    ),
    Column("modes_tau_only_length", "the same with the cut at twice of it (the length)"),
    Column(
        "modes_equal_d",
        "share of these slow points with as many slow modes as the expected dimension",
    ),
    Column(
        "tau_gap", "last integrating time constant over the first that does not integrate, there"
    ),
    *(
        Column(
            f"tau_{i}",
            "longest time constant at the centre, abs(1 / ln abs(lambda)), at most 1e5"
            if i == 1
            else f"time constant number {i} at the centre",
            "words",
        )
        for i in range(1, SHOWN_MODES + 1)
    ),
)
OVER_MANIFOLD = columns(
    Column(
        "tau_centre",
        "median of the d longest time constants, of growth or decay, at the third of the sampled"
        " slow points nearest the mean",
        "words",
    ),
    Column("tau_edge", "the same at the third farthest from it", "words"),
)
FILE_ONLY = columns(
    Column("modes_min", "least number of slow modes at a slow point", kind="count"),
    Column("modes_max", "largest number of slow modes at a slow point", kind="count"),
)


def modes_at_centre(linear: Arrays, min_tau: float) -> dict[str, Any]:
    """Return the time constants at the centre of the manifold and the number of integration modes.

    Parameters
    ----------
    linear
        Arrays of linearization.npz.
    min_tau
        The cut in words, that of the search.

    Returns
    -------
    dict
        integration_modes; tau_gap, the last integrating time constant over the first that does
        not integrate; tau_1 to tau_8 in words, None where there are fewer.
    """
    counts = modes_by_cut(linear["tau"], linear["eigenvalues"], min_tau)
    tau = np.sort(linear["tau"][int(linear["centre"])])[::-1]
    count = int(counts[int(linear["centre"])])
    gap = float(tau[count - 1] / tau[count]) if 0 < count < len(tau) and tau[count] > 0 else None
    longest = {f"tau_{i + 1}": float(tau[i]) if i < len(tau) else None for i in range(SHOWN_MODES)}
    return {"integration_modes": count, "tau_gap": gap, **longest}


# Cuts in units of the stated one, which is half the mean length of a text.
CUTS = {"median": 1, "at_quarter": 1 / 2, "at_third": 2 / 3, "at_length": 2}


def modes_by_cut(
    tau: np.ndarray, eigenvalues: np.ndarray, min_tau: float, *, also_growing: bool = True
) -> np.ndarray:
    """Return how many modes integrate at each point.

    Parameters
    ----------
    tau
        (p, S) time constants in words.
    eigenvalues
        (p, S).
    min_tau
        The cut in words.
    also_growing
        Whether a mode with |lambda| >= 1 counts however fast it grows.

    Returns
    -------
    numpy.ndarray
        (p,).

    Examples
    --------
    >>> lam = np.array([[1.1, 0.99, 0.5]])
    >>> tau = np.abs(1 / np.log(np.abs(lam)))
    >>> modes_by_cut(tau, lam, 50), modes_by_cut(tau, lam, 50, also_growing=False)
    (array([2]), array([1]))
    """
    longer = tau > min_tau
    return (longer | (np.abs(eigenvalues) >= 1) if also_growing else longer).sum(axis=1)


def modes_under_cuts(linear: Arrays, rows: np.ndarray, min_tau: float) -> dict[str, Any]:
    """Return the number of integration modes over points, under several cuts.

    Parameters
    ----------
    linear
        Arrays of linearization.npz.
    rows
        Which of its points count.
    min_tau
        The stated cut in words.

    Returns
    -------
    dict
        Medians by the names of CUTS, 10 % and 90 % quantiles at the stated cut, and medians without
        the clause |lambda| >= 1.
    """
    tau, lam = linear["tau"][rows], linear["eigenvalues"][rows]
    low, high = np.quantile(modes_by_cut(tau, lam, min_tau), (0.1, 0.9), method="nearest")
    tau_only = [modes_by_cut(tau, lam, cut * min_tau, also_growing=False) for cut in (1, 2)]
    return {
        **{
            f"modes_{name}": float(np.median(modes_by_cut(tau, lam, cut * min_tau)))
            for name, cut in CUTS.items()
        },
        "modes_low": int(low),
        "modes_high": int(high),
        "modes_tau_only": float(np.median(tau_only[0])),
        "modes_tau_only_length": float(np.median(tau_only[1])),
    }


def modes_over_points(slow_modes: np.ndarray, d: int | None) -> dict[str, Any]:
    """Return how many slow modes points have.

    Parameters
    ----------
    slow_modes
        (n,), -1 where not computed.
    d
        Expected dimension; None where there is none.

    Returns
    -------
    dict
        Mean, least and largest number; share of points with d.
    """
    counts = slow_modes[slow_modes >= 0]
    if not len(counts):
        return {"modes_mean": None, "modes_min": None, "modes_max": None, "modes_equal_d": None}
    return {
        "modes_mean": float(counts.mean()),
        "modes_min": int(counts.min()),
        "modes_max": int(counts.max()),
        "modes_equal_d": float((counts == d).mean()) if d else None,
    }


def tau_over_manifold(slow: Arrays, linear: Arrays, d: int | None) -> dict[str, Any]:
    """Return how long the manifold keeps what it holds at its centre and at its edges.

    Parameters
    ----------
    slow, linear
        Arrays of slow_points.npz and linearization.npz.
    d
        Expected dimension; None where there is none.

    Returns
    -------
    dict
        tau_centre and tau_edge: medians of the d longest time constants, in words, at the third
        of the sampled slow points nearest their mean and at the third farthest from it.
    """
    if not d:
        return {"tau_centre": None, "tau_edge": None}
    points, sample = slow["points"], sampled_rows(linear, slow)
    mean = points[manifold_rows(slow["status"])].mean(axis=0)
    longest = np.sort(linear["tau"][sample], axis=1)[:, ::-1][:, :d]
    parts = thirds(points[linear["index"][sample]], mean)
    return {
        "tau_centre": float(np.median(longest[parts.centre])),
        "tau_edge": float(np.median(longest[parts.edge])),
    }
