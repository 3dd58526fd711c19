"""Whether slow modes grow or decay: signed rates ln lambda, over the slow manifold.

The real part of ln lambda is a rate per word: above 0 a kick along the mode grows, below 0 it
decays. A time constant abs(1 / ln abs(lambda)) does not tell the two apart. The d leading modes of
a point are those of largest abs(lambda). Where fewer than d modes are slow, the others are faster
than the cut, and count at the rate of the cut, -1 / min_tau: a bound, enough for medians and ranks.

Measures over the manifold use points of status CONVERGED; a network with too few of them, as one
without a gap, is measured at all its points (`frame.manifold_rows`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.geometry.frame import manifold_rows
from rnn_geometry.store.columns import Column, columns

SHOWN = 4
_CENTRE = "the third of the slow points nearest their mean"
_EDGE = "the third farthest from it"

AT_CENTRE = columns(
    *(
        Column(
            f"growth_{i}",
            "ln abs(lambda) of the mode of largest abs(lambda) at the centre: above 0 it grows"
            if i == 1
            else f"the same of mode number {i}",
            "per word",
        )
        for i in range(1, SHOWN + 1)
    ),
    Column(
        "growing_modes",
        "how many of the d leading modes at the centre have abs(lambda) > 1",
        kind="count",
    ),
)
OVER_MANIFOLD = columns(
    Column("growing_share_centre", f"share of points with a growing mode, at {_CENTRE}"),
    Column("growing_share_edge", f"the same at {_EDGE}"),
    Column(
        "rate_centre",
        f"median of ln abs(lambda) of the d leading modes, at {_CENTRE}; modes"
        " faster than the cut count at the cut",
        "per word",
    ),
    Column("rate_edge", f"the same at {_EDGE}", "per word"),
    Column(
        "rate_slope",
        "rank correlation over slow points of the mean rate of the d leading modes with the"
        " distance from their mean: -1 where the centre repels most and the rim decays most",
    ),
    Column(
        "rotation",
        "largest angle of a complex pair among the d leading modes, mean over slow points (0: real"
        " modes)",
        "degrees per word",
    ),
    Column("rotation_of_text", "the same over L words", "degrees"),
)
KICKS = columns(
    Column(
        "kick_growth_centre",
        "what L words of x* leave of a small kick along the d leading modes, times the kick:"
        f" geometric mean of the d singular values, median over sampled points in {_CENTRE}",
    ),
    Column("kick_growth_edge", f"the same in {_EDGE}"),
)
COLUMNS = columns(AT_CENTRE, OVER_MANIFOLD, KICKS)


class Thirds(NamedTuple):
    """Rows of points, by falling nearness to their mean.

    Attributes
    ----------
    centre, edge
        Rows of the nearest third and of the farthest.
    """

    centre: np.ndarray
    edge: np.ndarray


def sampled_rows(linear: Mapping[str, Any], slow: Mapping[str, Any]) -> np.ndarray:
    """Return which points of linearization.npz stand for the manifold: see `manifold_rows`.

    Parameters
    ----------
    linear, slow
        Arrays of linearization.npz and slow_points.npz.

    Returns
    -------
    numpy.ndarray
        Rows of the arrays of linearization.npz; all where none is measured.
    """
    rows = np.flatnonzero(np.isin(linear["index"], manifold_rows(slow["status"])))
    return rows if len(rows) else np.arange(len(linear["index"]))


def thirds(points: np.ndarray, mean: np.ndarray) -> Thirds:
    """Return which points are nearest the mean and which are farthest from it.

    Parameters
    ----------
    points
        (n, S).
    mean
        (S,).

    Examples
    --------
    >>> thirds(np.array([[3.0], [0.0], [2.0]]), np.zeros(1))
    Thirds(centre=array([1]), edge=array([0]))
    """
    order = np.argsort(((points - mean) ** 2).sum(axis=1), kind="stable")
    third = max(1, len(order) // 3)
    return Thirds(order[:third], order[-third:])


def leading_rates(eigenvalues: np.ndarray, count: np.ndarray, d: int, min_tau: float) -> np.ndarray:
    """Return ln lambda of the d leading modes.

    Parameters
    ----------
    eigenvalues
        (n, K) of slow modes by falling modulus; what lies beyond the count is not looked at.
    count
        (n,) slow modes at each point.
    d
        How many are wanted.
    min_tau
        The cut in words.

    Returns
    -------
    numpy.ndarray
        (n, d) complex, per word; -1 / min_tau where fewer modes are slow.

    Examples
    --------
    >>> leading_rates(np.array([[1.0, 0.0]]), np.array([1]), 2, 10.0).real.tolist()
    [[0.0, -0.1]]
    """
    rates = np.full((len(eigenvalues), d), -1 / min_tau, dtype=np.complex128)
    kept = min(d, eigenvalues.shape[1])
    known = np.arange(kept) < np.asarray(count)[:, None]
    rates[:, :kept][known] = np.log(eigenvalues[:, :kept][known].astype(np.complex128))
    return rates


def growth_at_centre(eigenvalues: np.ndarray, d: int) -> dict[str, Any]:
    """Return the signed rates of the leading modes at one point, and how many of them grow.

    Parameters
    ----------
    eigenvalues
        (S,), all of one Jacobian.
    d
        Expected dimension.

    Returns
    -------
    dict
        By the names of AT_CENTRE; None where there are fewer modes, or lambda is zero.
    """
    modulus = np.sort(np.abs(eigenvalues))[::-1]
    shown = {
        f"growth_{i + 1}": float(np.log(modulus[i])) if i < len(modulus) and modulus[i] else None
        for i in range(SHOWN)
    }
    return {**shown, "growing_modes": int((modulus[:d] > 1).sum())}


def growth_over_points(points: np.ndarray, rates: np.ndarray, length: float) -> dict[str, Any]:
    """Return where on the manifold modes grow, and how fast.

    Parameters
    ----------
    points
        Slow points (n, S).
    rates
        (n, d), see `leading_rates`.
    length
        L, words of a text.

    Returns
    -------
    dict
        By the names of OVER_MANIFOLD; no slope where rates or distances are all the same.
    """
    mean = points.mean(axis=0)
    centre, edge = thirds(points, mean)
    rate, rotation = np.real(rates), _rotation(rates)
    growing = rate.max(axis=1) > 0
    return {
        "growing_share_centre": float(growing[centre].mean()),
        "growing_share_edge": float(growing[edge].mean()),
        "rate_centre": float(np.median(rate[centre])),
        "rate_edge": float(np.median(rate[edge])),
        "rate_slope": _rank_correlation(np.linalg.norm(points - mean, axis=1), rate.mean(axis=1)),
        "rotation": rotation,
        "rotation_of_text": rotation * length,
    }


def _rotation(rates: np.ndarray) -> float:
    """Return the mean over points of the largest angle, in degrees; of negative modes none."""
    angle = np.abs(np.imag(rates))
    return float(np.degrees(np.where(np.isclose(angle, np.pi), 0, angle).max(axis=1).mean()))


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return Spearman's correlation; None where one of both does not vary."""
    from scipy.stats import rankdata  # figures read this module without scipy

    varies = np.ptp(a) and np.ptp(b)
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1]) if varies else None


def leading_directions(right: np.ndarray, d: int) -> np.ndarray:
    """Return real orthonormal directions that span the d leading modes of each point.

    Parameters
    ----------
    right
        (n, S, K) right eigenvectors in columns, by falling modulus of lambda; K at least d.
    d
        How many directions.

    Returns
    -------
    numpy.ndarray
        (n, d, S). Of a complex pair that d cuts in two, the direction of more weight.
    """
    leading = right[:, :, :d]
    both = np.concatenate([np.real(leading), np.imag(leading)], axis=2).astype(np.float64)
    return np.linalg.svd(both, full_matrices=False)[0][:, :, :d].swapaxes(1, 2)


def gain(maps: np.ndarray) -> np.ndarray:
    """Return the geometric mean of the singular values of maps of kicks.

    Parameters
    ----------
    maps
        (n, d, S): what is left of each of d orthonormal kicks.

    Returns
    -------
    numpy.ndarray
        (n,): 1 where kicks are held, above 1 where they have grown.

    Examples
    --------
    >>> gain(np.array([[[2.0, 0.0], [0.0, 0.5]]])).tolist()
    [1.0]
    """
    values = np.linalg.svd(maps, compute_uv=False)
    return np.exp(np.log(values.clip(min=np.finfo(float).tiny)).mean(axis=1))
