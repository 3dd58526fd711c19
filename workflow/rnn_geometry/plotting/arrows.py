"""Directions of integration modes over the slow manifold.

Shapes: n points, S entries of a state.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure

from rnn_geometry.geometry.frame import centre_row
from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.panels import (
    SLOW_LABEL,
    SMALL,
    bulk,
    colour_bar,
    dot_handle,
    draw_slow_points,
    label_planes,
    line_handle,
    panels,
    set_plane,
)
from rnn_geometry.plotting.views import View, plane_view

POINTS = 9  # at which modes are drawn: the centre, and as many as do not cover each other
MOST_MODES = 2  # of a point: more are a tangle
AT_CENTRE, ELSEWHERE = 0.4, 0.2  # of the width of a panel: a direction that lies in the plane
LONGEST = 1e4
TAU = LinearSegmentedColormap.from_list("tau", colormaps["plasma"](np.linspace(0.85, 0, 64)))
WITHIN = 0.85  # share of the slow points, the nearest to the centre, among which points are chosen
HEADLESS = {"headwidth": 0, "headlength": 0, "headaxislength": 0, "pivot": "mid"}
SCALE = {"angles": "xy", "scale_units": "xy", "scale": 1}
RANKS = ("slowest mode", "second mode", "third mode", "fourth mode")


@style.styled
def modes(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the directions of the leading slow modes at the centre of the manifold and at a few
    points far from each other, in the colours of their time constants."""
    views = [plane_view(network) for network in networks]
    drawn = [mode_arrows(view) for view in views]
    constants = np.concatenate([tau for *_, tau, _ in drawn] or [np.ones(1)])
    low, high = np.quantile(constants, [0.02, 0.98]) if len(constants) else (1, 10)
    norm = LogNorm(low, high) if low < high else LogNorm(0.9 * low, 1.1 * high)
    handles = [
        dot_handle("slow points", style.PALE, 3),
        line_handle("direction of a slow mode (two at most); shorter: less within the plane", "k"),
        dot_handle("centre (drawn twice as long)", "white", 4, mew=0.8, mec=style.INK),
    ]
    title = "Along which directions memory is kept: slow modes at a few slow points"
    figure, axes = panels(networks, title, handles, bar=True)
    for ax, view, found in zip(axes, views, drawn, strict=True):
        _draw_modes(ax, view, *found, norm)
    label_planes(axes, views[0])
    colour_bar(figure, axes, ScalarMappable(norm, TAU), "time constant τ (words)")
    return figure


def mode_arrows(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return places (n, 2), directions (n, 2), time constants (n,) and ranks (n,) of slow modes at
    the points of `spread_rows`.

    A direction is the drawn part of a unit vector of states. A complex pair gives the real and
    imaginary parts of its eigenvector once, under two ranks.
    """
    found, points = view.network.slow_modes, view.network.slow_points.points
    right = np.asarray(found.right)
    most = min(max(view.network.dimension or 1, 1), MOST_MODES)
    places, directions, constants, ranks = [], [], [], []
    for row in spread_rows(view):
        shown, rank = min(int(found.count[row]), found.tau.shape[1]), 0
        for mode in range(shown):
            for vector in real_directions(right[row, :, mode], found.eigenvalues[row, mode]):
                if rank < most:
                    places.append(view.states(points[row]))
                    directions.append(view.vectors(vector))
                    constants.append(found.tau[row, mode])
                    ranks.append(rank)
                rank += 1
    tau = np.array(constants, dtype=float).reshape(-1)
    tau = np.where(np.isfinite(tau), tau, LONGEST).clip(0.1, LONGEST)
    where, along = np.reshape(places, (-1, 2)), np.reshape(directions, (-1, 2))
    return where, along, tau, np.array(ranks, dtype=int)


def spread_rows(view: View) -> np.ndarray:
    """Return rows of slow points with modes: the one nearest the centre of the manifold, then each
    the one that is farthest from those before it where it is drawn."""
    found, slow = view.network.slow_modes, view.network.slow_points
    finite = np.isfinite(slow.points).all(axis=1)
    rows = np.flatnonzero(finite & (found.count > 0))
    if not len(rows):
        return rows
    known = np.flatnonzero(finite)
    centre = slow.points[known[centre_row(slow.points[known], np.asarray(slow.status)[known])]]
    places = view.states(slow.points[rows])
    outward = np.linalg.norm(places - view.states(centre), axis=1)
    rows, places = (part[outward <= np.quantile(outward, WITHIN)] for part in (rows, places))
    chosen = [int(np.linalg.norm(slow.points[rows] - centre, axis=1).argmin())]
    away = np.linalg.norm(places - places[chosen[0]], axis=1)
    while len(chosen) < min(POINTS, len(rows)):
        chosen.append(int(away.argmax()))
        away = np.minimum(away, np.linalg.norm(places - places[chosen[-1]], axis=1))
    return rows[chosen]


def real_directions(vector: np.ndarray, eigenvalue: complex) -> list[np.ndarray]:
    """Return unit directions (S,) that an eigenvector (S,) spans.

    One, or two for the first of a complex pair.
    """
    if eigenvalue.imag < 0:
        return []
    # The phase of an eigenvector is free: turn it so that its real part is as large as can be.
    turned = vector * np.exp(-0.5j * np.angle((vector**2).sum()))
    parts = [turned.real] if eigenvalue.imag == 0 else [turned.real, turned.imag]
    return [part / max(np.linalg.norm(part), 1e-12) for part in parts]


def _draw_modes(axes, view: View, places, directions, tau, ranks, norm) -> None:
    draw_slow_points(axes, view, 2, style.PALE, label=SLOW_LABEL)
    set_plane(axes, view, bulk(view.slow_points))
    if not len(tau):
        axes.text(0.5, 0.04, "no slow mode", transform=axes.transAxes, ha="center", fontsize=SMALL)
        return
    central = (places == places[0]).all(axis=1)
    lengths = np.where(central, AT_CENTRE, ELSEWHERE) * np.ptp(axes.get_xlim())
    for rank in np.unique(ranks):
        of = ranks == rank
        along = lengths[of, None] * directions[of]
        look = {"cmap": TAU, "norm": norm, "label": RANKS[rank], "zorder": 3, "width": 0.014}
        axes.quiver(*places[of].T, *along.T, tau[of], **look, **HEADLESS, **SCALE)
    ring = {"s": 12, "c": "white", "edgecolors": style.INK, "linewidths": 0.8, "zorder": 4}
    axes.scatter(*places[:1].T, label="centre", **ring)
