"""A manifold of three dimensions and more: pairs of its components at one scale.

Above, final states by class, slow points on them, readouts and the edges of a simplex; below, the
exact fixed points by themselves, which would cover these.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.panels import (
    bulk,
    dot_handle,
    draw_final_states,
    line_handle,
    note_in_corner,
    readout_handle,
)
from rnn_geometry.plotting.solids import MOST_EDGED, corners_of_simplex, draw_edges
from rnn_geometry.plotting.views import View, is_simplex, plane_view

FIRST = (0, 2)  # components at which pairs begin
TIPS = 1.15  # how far the longest readout reaches, of the radius of the slow points
WIDE = 2  # times what is shown, in which names are measured
NAMED = 0.75  # of the radius of the slow points: readouts that reach so far have names
LARGEST_NAME = 0.5  # of half the width: no longer name moves the limits
FREE = 1.03  # of the half width that all needs
NAME = 8  # points of a name
TITLE, FIXED_TITLE = "Manifold of slow points", "Exact fixed points"


def pairs_of(network: NetworkArrays) -> list[View]:
    """Return the views of components 1 and 2, and of 3 and 4 where states have these.

    Parameters
    ----------
    network
        That is drawn.
    """
    return [plane_view(network, first) for first in FIRST if first + 2 <= len(network.components)]


def has_fixed_points(network: NetworkArrays) -> bool:
    """Tell whether exact fixed points are known.

    Parameters
    ----------
    network
        That is drawn.
    """
    return bool(manifold.fixed_points_by_stability(network))


def draw_pairs(above: Any, below: Any, network: NetworkArrays) -> None:
    """Draw the pairs of components of a network at one scale.

    Parameters
    ----------
    above, below
        Axes for final states, slow points, readouts and edges, one a pair; and for fixed points,
        one a pair or fewer.
    network
        That is drawn.
    """
    views = pairs_of(network)
    for axes, view in zip(above, views, strict=True):
        _draw_manifold(axes, view)
    half = _half_width(above, views)
    for axes, view in zip(below, views, strict=False):
        _draw_fixed_points(axes, view)
    for axes, view in [*zip(above, views, strict=True), *zip(below, views, strict=False)]:
        _limit(axes, view, half)
    for axes in above:
        manifold.keep_names_apart(axes)
    above[0].set_title(TITLE)
    if len(below):
        below[0].set_title(FIXED_TITLE)
    _count_outside(above, views, half)


def _draw_manifold(axes: Any, view: View) -> None:
    network = view.network
    draw_final_states(axes, view, size=9, alpha=0.55)
    points = manifold.thinned(view.slow_points)
    manifold.scatter(axes, points, 2.5, style.INK, "slow points", 3, 0.85)
    if is_simplex(network) and len(network.readout) <= MOST_EDGED:
        corners, _ = corners_of_simplex(view)
        draw_edges(axes, corners, combinations(range(len(corners)), 2))
    lengths = [np.linalg.norm(one.readouts, axis=1).max() for one in pairs_of(network)]
    own = np.linalg.norm(view.readouts, axis=1).max()
    size = manifold.radius(network.project(network.points))
    reach = TIPS * size * own / max(*lengths, 1e-12)
    manifold.draw_readouts(axes, network, view.readouts, reach, font=NAME, width=1.6)
    # Names of what points out of a view would lie on its dots: the other view has these.
    for text in _names(axes):
        if np.linalg.norm(text.xy) < NAMED * size:
            text.remove()


def _draw_fixed_points(axes: Any, view: View) -> None:
    shown = manifold.thinned(view.slow_points)
    manifold.scatter(axes, shown, 4, style.PALE, "slow points", 1, 0.9)
    manifold.draw_fixed_points(axes, view.network, view.states, size=22)


def _half_width(above: Any, views: list[View]) -> float:
    """Return half the width that all views of a network have: dots and names are within.

    A name takes the same share of the width at any scale, so that one measure is enough.
    """
    final = manifold.thinned(views[0].network.states.final)
    dots = [of for view in views for of in (view.slow_points, view.states(final))]
    seen = max(float(np.abs(bulk(one)).max()) for one in dots)
    wanted, wide = [seen], WIDE * seen  # a name outside the view would have no size
    for axes, view in zip(above, views, strict=True):
        _limit(axes, view, wide)
        for tip, far in _reach_of_names(axes):
            share = np.minimum((far - tip) / wide, LARGEST_NAME)
            wanted.append(float((tip / (1 - share)).max()))
    return FREE * max(wanted)


def _names(axes: Any) -> list[Any]:
    return [text for text in axes.texts if text.get_weight() == "bold"]


def _reach_of_names(axes: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return for each name how far its readout's tip and it itself are from 0 along both axes, (2,)
    each, in data of axes whose limits are set."""
    back, found = axes.transData.inverted(), []
    for text in _names(axes):
        box = back.transform(text.get_window_extent().get_points())
        tip = np.abs(np.asarray(text.xy, float))
        found.append((tip, np.maximum(np.abs(box).max(axis=0), tip)))
    return found


def _limit(axes: Any, view: View, half: float) -> None:
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    axes.set(xlabel=view.labels[0], ylabel=view.labels[1])
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))


def _count_outside(above: Any, views: list[View], half: float) -> None:
    known = manifold.fixed_points_by_stability(views[0].network).values()
    states = np.concatenate([views[0].network.points, *known])
    outside = np.any([(np.abs(view.states(states)) > half).any(axis=1) for view in views], axis=0)
    if count := int(outside.sum()):
        note = f"{count} slow or fixed point{'s' * (count > 1)} outside the view"
        note_in_corner(above[-1], note, 8)


def pair_handles(network: NetworkArrays) -> list[Line2D]:
    """Return legend entries of everything in the pairs that is not a class.

    Parameters
    ----------
    network
        That is drawn.
    """
    handles = [dot_handle("slow points", style.INK, 4.5), readout_handle()]
    if is_simplex(network) and len(network.readout) <= MOST_EDGED:
        handles.append(line_handle("edges of the simplex", style.INK, lw=0.8))
    return [*handles, *manifold.fixed_handles(network)]
