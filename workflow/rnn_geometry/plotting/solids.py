"""Shapes that labels give the manifold.

Simplices of unordered classes, the square and the cube of labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.panels import (
    GAP,
    SLOW,
    bulk,
    class_handles,
    dot_handle,
    dots,
    draw_final_states,
    draw_readouts,
    draw_slow_points,
    label_planes,
    line_handle,
    panels,
    readout_handle,
    rows_of_panels,
    set_plane,
    tips,
)
from rnn_geometry.plotting.views import CAMERA, View, is_simplex, plane_view, space_view

SPACE = "components 1 to 3"
MOST_EDGED = 6  # corners; the edges between more hide what lies there


@style.styled
def space(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw final states, slow points and readouts in three dimensions, with the edges between a
    simplex's corners."""
    handles = [*class_handles(networks), SLOW, readout_handle()]
    if is_simplex(networks[0]):
        edged = len(networks[0].readout) <= MOST_EDGED
        look = {
            "mew": 0.8,
            "mec": style.INK,
            "color": style.INK if edged else "none",
            "mfc": "white",
        }
        handles.append(
            line_handle(
                "corners and edges" if edged else "corners", marker="o", ms=4.5, lw=0.8, **look
            )
        )
    deep = min(n.dimension or 0 for n in networks) > 3 and all(_has_four(n) for n in networks)
    names = [SPACE, "components 3, 4"] if deep else [SPACE]
    title = "The slow manifold in three dimensions and more"
    figure, axes = rows_of_panels(networks, names, title, handles, gap=GAP if deep else 0.06)
    for ax, network in zip(axes[0], networks, strict=True):
        draw_space(ax, space_view(network))
    if deep:
        for ax, network in zip(axes[1], networks, strict=True):
            draw_flat(ax, plane_view(network, 2))
        label_planes(axes[1], plane_view(networks[0], 2))
    return figure


def _has_four(network: NetworkArrays) -> bool:
    return len(network.components) > 3


def draw_flat(axes, view: View, size: float = 1.0) -> None:
    """Draw a network in a plane of two components, at the scale of the first two of them."""
    draw_final_states(axes, view, 5 * size, alpha=0.5)
    draw_slow_points(axes, view, 2.5 * size)
    reach = 1.05 * manifold.radius(view.network.project(view.network.points))
    if is_simplex(view.network) and len(view.network.readout) <= MOST_EDGED:
        corners, _ = corners_of_simplex(view)
        draw_edges(axes, corners, combinations(range(len(corners)), 2))
    square = reach * np.array([[-1, -1], [1, 1]])
    set_plane(axes, view, square, _shown_final(view))


def draw_space(axes, view: View, size: float = 1.0) -> None:
    """Draw a network in the space of a view; `size` scales the dots."""
    draw_slow_points(axes, view, size=2.5 * size, alpha=0.6)
    draw_near_and_far(axes, view, 7 * size)
    reach = 1.12 * manifold.radius(view.slow_points)
    draw_readouts(axes, view, reach, width=1.4 + 0.3 * size)
    seen = [bulk(view.slow_points), _shown_final(view), tips(view, reach)]
    if is_simplex(view.network):
        corners, depth = corners_of_simplex(view)
        if len(corners) <= MOST_EDGED:
            draw_edges(axes, corners, combinations(range(len(corners)), 2), depth)
        look = {
            "c": view.network.colours(np.arange(len(corners))),
            "edgecolors": style.INK,
            "linewidths": 0.8,
        }
        axes.scatter(*corners.T, s=22 * size, zorder=6, label="corners", **look)
        seen.append(corners)
    set_space(axes, view, *seen)


def corners_of_simplex(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Return where the corners (N, 2) of the simplex of slow points are drawn, and how near (N,)
    they are."""
    from rnn_geometry.geometry.simplex import corners_along

    network = view.network
    d = max(network.dimension or 0, len(view.basis))
    readout = (network.readout - network.readout.mean(axis=0)) @ network.components[:, :d]
    corners = corners_along(network.project(network.points, d), readout)[:, : len(view.basis)]
    return corners @ view.basis, corners @ (
        np.zeros(len(view.basis)) if view.depth is None else view.depth
    )


def draw_near_and_far(axes, view: View, size: float, alpha: float = 0.8) -> None:
    """Draw final states in the colours of their classes, near ones larger and on top."""
    final = manifold.thinned(view.network.states.final)
    depth = view.network.project(final, len(view.basis)) @ view.depth
    order = np.argsort(depth, kind="stable")
    near = (depth - depth.min()) / max(float(np.ptp(depth)), 1e-12)
    codes = manifold.thinned(style.class_codes(view.network.states.final_labels))[order]
    sizes = size * (0.5 + near[order])
    dots(
        axes,
        view.states(final)[order],
        sizes,
        view.network.colours(codes),
        "final states",
        2,
        alpha,
    )


def _shown_final(view: View) -> np.ndarray:
    return view.states(manifold.thinned(view.network.states.final))


def draw_edges(
    axes, corners: np.ndarray, pairs, depth: np.ndarray | None = None, halo: bool = False
) -> None:
    """Draw lines between pairs of corners (N, 2), with a halo where dots of their ink lie below.

    Those that lie far from the reader below the dots, and thin.
    """
    depth = np.zeros(len(corners)) if depth is None else depth
    for first, second in pairs:
        far = depth[first] + depth[second] < -1e-9
        look = {"color": style.INK, "lw": 0.5 if far else 0.8, "zorder": 1 if far else 3.5}
        effects = {"path_effects": manifold.HALO} if halo else {}
        axes.plot(*corners[[first, second]].T, label="edge", **look, **effects)


def set_space(axes, view: View, *seen: np.ndarray) -> None:
    """Show all of several sets of points (n, 2) at one scale without a frame.

    Three short lines name the directions.
    """
    set_plane(axes, view, *seen)
    axes.axis("off")
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    length, start = (
        0.1 * (right - left),
        np.array([left + 0.1 * (right - left), bottom + 0.06 * (top - bottom)]),
    )
    for name, direction in zip("123", CAMERA[:, :2], strict=True):
        end = start + length * direction
        axes.plot(*np.stack([start, end]).T, color=style.GREY, lw=0.9, zorder=10, label="direction")
        place = start + 1.35 * length * direction
        axes.text(
            *place,
            name,
            color=style.GREY,
            fontsize=style.SMALLEST,
            ha="center",
            va="center",
            zorder=10,
        )


# Labels


@style.styled
def label_shape(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the square or cube of label combinations.

    Final states, corner means, edges of one differing label.
    """
    handles = [
        *class_handles(networks),
        dot_handle("mean of a combination", "white", 5.5, mec=style.INK, mew=1),
        line_handle("one label differs", style.INK, lw=0.8),
        readout_handle("readouts of the labels"),
    ]
    cube = len(networks[0].readout) == 3
    look: dict[str, Any] = {"gap": 0.06, "below": 0.1} if cube else {}
    figure, axes = panels(
        networks,
        f"Combinations of labels as the corners of a {'cube' if cube else 'square'}",
        handles,
        **look,
    )
    views = [space_view(n) if cube else plane_view(n) for n in networks]
    for ax, view in zip(axes, views, strict=True):
        _draw_label_shape(ax, view)
    if not cube:
        label_planes(axes, views[0])
    return figure


def corner_means(view: View) -> dict[int, np.ndarray]:
    """Return the mean final state (S,) of every label combination that occurs."""
    codes = style.class_codes(view.network.states.final_labels)
    final = np.asarray(view.network.states.final, dtype=np.float64)
    return {int(code): final[codes == code].mean(axis=0) for code in np.unique(codes)}


def neighbours(codes: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs of positions in `codes` whose combinations differ in one label."""
    return [
        (i, j)
        for i, j in combinations(range(len(codes)), 2)
        if (int(codes[i]) ^ int(codes[j])).bit_count() == 1
    ]


def _draw_label_shape(axes, view: View) -> None:
    means = corner_means(view)
    codes, corners, flat = list(means), np.stack(list(means.values())), view.depth is None
    places = view.states(corners)
    if flat:
        draw_final_states(axes, view, size=6, alpha=0.55)
    else:
        draw_near_and_far(axes, view, 6, alpha=0.55)
    depth = None if flat else view.network.project(corners, len(view.basis)) @ view.depth
    draw_edges(axes, places, neighbours(codes), depth)
    colours = [view.network.colour(code) for code in codes]
    axes.scatter(
        *places.T,
        s=40,
        c=colours,
        edgecolors=style.INK,
        linewidths=1,
        label="corner means",
        zorder=6,
    )
    reach = 0.75 * manifold.radius(places)
    draw_readouts(axes, view, reach, font=7)
    (set_plane if flat else set_space)(
        axes, view, _shown_final(view), places, 1.15 * tips(view, reach)
    )
