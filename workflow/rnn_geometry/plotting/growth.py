"""Where on its manifold a network amplifies what it holds, and where it lets go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.geometry.frame import manifold_rows
from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.panels import dot_handle, label_axes, line_handle, panels

BINS = 9
PER_CENT = 100
DOTS = {"color": style.CLOUD, "ls": "", "marker": "o", "ms": 1.3, "mew": 0, "alpha": 0.55}
MEDIAN = {"color": style.INK, "lw": 1.4}
HELD = {"color": style.EXPECTED, "lw": 1.1, "ls": "--"}


@style.styled
def rates_over_manifold(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw ln |lambda| of the d leading modes at every slow point by its distance from the mean."""
    handles: list[Artist] = [
        dot_handle("a leading mode at a slow point", style.CLOUD),
        line_handle("median", style.INK),
        line_handle("held: neither grows nor decays", **HELD),
    ]
    figure, axes = panels(
        networks,
        "Where slow modes grow and where they decay, by distance from the centre",
        handles,
        gap=0.14,
        below=0.4,
    )
    found = [rates_by_distance(network) for network in networks]
    values = np.concatenate([PER_CENT * rates.ravel() for _, rates in found])
    low, high = np.nanquantile(values, (0.01, 0.99)) if np.isfinite(values).any() else (-9, 9)
    for ax, (distance, rates) in zip(axes, found, strict=True):
        _draw_rates(ax, distance, PER_CENT * rates)
        ax.set(xlim=(0, 1.03), ylim=(min(1.25 * low, -2), max(1.25 * high, 2)))
    label_axes(axes, "distance from the mean", "ln |λ| (% per word)", shared=True)
    return figure


def rates_by_distance(network: NetworkArrays) -> tuple[np.ndarray, np.ndarray]:
    """Return distances of slow points from their mean, the largest 1, and rates of leading modes.

    Parameters
    ----------
    network
        With slow modes.

    Returns
    -------
    distance
        (n,) of the points that are measured.
    rates
        (n, d) ln |lambda| per word; NaN where a mode is faster than the cut.
    """
    rows = manifold_rows(network.slow_points.status)
    points = np.asarray(network.slow_points.points, dtype=float)[rows]
    distance = np.linalg.norm(points - points.mean(axis=0), axis=1)
    modes = network.slow_modes
    d = min(network.dimension or max(1, len(network.readout) - 1), modes.eigenvalues.shape[1])
    size = np.abs(modes.eigenvalues[rows, :d]).astype(float)
    known = (np.arange(d) < modes.count[rows, None]) & (size > 0)
    rates = np.log(size, where=known, out=np.full(size.shape, np.nan))
    return distance / max(distance.max(), np.finfo(float).tiny), rates


def _draw_rates(axes, distance: np.ndarray, rates: np.ndarray) -> None:
    axes.axhline(0, zorder=1, label="held", **HELD)
    look = {"zorder": 2, "rasterized": True, "label": "leading modes", **DOTS}
    axes.plot(np.repeat(distance, rates.shape[1]), rates.ravel(), **look)
    edges = np.quantile(distance, np.linspace(0, 1, BINS + 1))
    places = np.clip(np.searchsorted(edges, distance, side="right") - 1, 0, BINS - 1)
    groups = [rates[places == i] for i in range(BINS)]
    shown = [i for i, group in enumerate(groups) if np.isfinite(group).any()]
    middle = [float(np.median(distance[places == i])) for i in shown]
    median = [float(np.nanmedian(groups[i])) for i in shown]
    axes.plot(middle, median, zorder=3, label="median", **MEDIAN)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_locator(MaxNLocator(5))
