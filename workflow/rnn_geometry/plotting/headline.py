"""The headline.

As many classes, the same cell, another geometry. Five unordered classes beside five ordered ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import ceil

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.legends import shown_handles
from rnn_geometry.plotting.panels import (
    SHOWN,
    dot_handle,
    dots,
    draw_final_states,
    draw_readouts,
    readout_handle,
)
from rnn_geometry.plotting.solids import MOST_EDGED, corners_of_simplex, draw_edges
from rnn_geometry.plotting.spectra import ENOUGH, components_needed, cumulative_variance
from rnn_geometry.plotting.text import cut_names, said_model
from rnn_geometry.plotting.views import is_simplex, plane_view

HEIGHT, COMPONENTS, MOST_CLASSES = 3.55, 8, 10
SIDE, LOW = 1.36, 1.42  # inches of a view, and from below
LEFTS = ((0.55, 2.28), (4.08, 5.81))  # inches of the views of either network
SMALL = {"fontsize": 6, "color": style.GREY}
A_DOT = "a plane is a dot here"
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@style.styled
def headline(unordered: NetworkArrays, ordered: NetworkArrays) -> Figure:
    """Draw N unordered classes, which fill a simplex, beside N ordered ones, which stay in a plane.

    Of each the slow points along components 1 and 2, and at the same scale along 3 and 4; below the
    variance of each component. Best of two networks with the same cell.
    """
    figure = Figure(figsize=(style.TWO_COLUMNS, HEIGHT))
    width = style.TWO_COLUMNS
    views, bars = [], []
    titles = (_title(unordered, "unordered", "a simplex"), _title(ordered, "ordered", "a plane"))
    for network, title, lefts in zip((unordered, ordered), titles, LEFTS, strict=True):
        views += [_draw_pair(figure, network, place, left) for place, left in zip((0, 2), lefts)]
        span = lefts[1] + SIDE - lefts[0]
        bars.append(figure.add_axes((lefts[0] / width, 0.47 / HEIGHT, span / width, 0.5 / HEIGHT)))
        _draw_components(bars[-1], network)
        middle = (lefts[0] + span / 2) / width
        look = {"ha": "center", "va": "top", "weight": "bold", "fontsize": 9}
        figure.text(middle, 1 - 0.05 / HEIGHT, title, **look)
        outer = {"x": 0.01, "ha": "left"} if not bars[1:] else {"x": 0.99, "ha": "right"}
        figure.text(y=0.06 / HEIGHT, s=_named(network), va="bottom", **outer, **SMALL)
        handles = _class_handles(network)
        figure.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(middle, 1 - 0.22 / HEIGHT),
            ncols=_columns(handles),
            fontsize=6.5,
            handletextpad=0,
            columnspacing=0.7,
            borderpad=0,
        )
    views[-1].text(0.5, 0.97, A_DOT, ha="center", va="top", transform=views[-1].transAxes, **SMALL)
    bars[0].set_ylabel("share of\nvariance", fontsize=6.5, labelpad=1)
    style.letters([*views, *bars])
    handles = [dot_handle("slow points", style.INK, 3.2), dot_handle("final states", style.CLOUD)]
    figure.legend(handles=[*handles, readout_handle()], loc="lower center", ncols=3, borderpad=0.1)
    return figure


def _named(network: NetworkArrays) -> str:
    """Return which network is drawn, short enough for a corner."""
    (model,) = cut_names([said_model(network.record.model)], 24)
    return f"{model}, seed {network.record.seed}"


def _draw_pair(figure: Figure, network: NetworkArrays, first: int, left: float):
    """Draw final states, slow points, edges of a simplex and readouts, each over those before."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((left / width, LOW / height, SIDE / width, SIDE / height))
    if first + 2 > len(network.components):
        axes.axis("off")
        return axes
    view = plane_view(network, first)
    draw_final_states(axes, view, size=4.5, alpha=0.5)
    reach = manifold.radius(network.project(network.points))
    if first == 0:
        draw_readouts(axes, view, reach, width=1.4, z=6)
    if is_simplex(network) and len(network.readout) <= MOST_EDGED:
        corners, _ = corners_of_simplex(view)
        draw_edges(axes, corners, combinations(range(len(corners)), 2), halo=True)
    points = manifold.thinned(view.slow_points, SHOWN)
    dots(axes, points, 1.6, style.INK, "slow points", 3)
    # Both views of a network have one scale: what is thin along 3 and 4 is thin here.
    final = np.abs(network.project(manifold.thinned(network.states.final)))
    half = 1.04 * max(1.1 * reach, float(final.max()))
    axes.set(xlim=(-half, half), ylim=(-half, half))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel(view.labels[0], labelpad=1)
    axes.set_ylabel(view.labels[1], labelpad=0)
    axes.tick_params(labelsize=6)
    return axes


def _class_handles(network: NetworkArrays) -> list[Artist]:
    """Return entries with names so short that two lines of them fit over one half."""
    handles = shown_handles(manifold.class_handles(network), MOST_CLASSES)
    inches = 0.48 * style.TWO_COLUMNS / ceil(len(handles) / 2)
    names = cut_names([handle.get_label() for handle in handles], int((inches - 0.22) / 0.05))
    for handle, name in zip(handles, names, strict=True):
        handle.set_label(name)
    return handles


def _columns(handles: Sequence[Artist]) -> int:
    """Return the columns of a legend over one half of the figure.

    All in one line if they fit, else two lines.
    """
    inches = sum(0.22 + 0.05 * len(str(handle.get_label())) for handle in handles)
    return len(handles) if inches < 0.48 * style.TWO_COLUMNS else ceil(len(handles) / 2)


def _title(network: NetworkArrays, kind: str, shape: str) -> str:
    classes = len(network.readout)
    number = NUMBERS[classes] if classes < len(NUMBERS) else str(classes)
    return f"{number.capitalize()} {kind} classes (theory: {shape})"


def _draw_components(axes, network: NetworkArrays) -> None:
    """Draw the variance of the slow points that each component holds as bars, and as a line what
    the first ones hold together.

    Dark those that are needed for 95 %.
    """
    total, needed = cumulative_variance(network, None, COMPONENTS), components_needed(network)
    colours = [style.INK if i < needed else style.PALE for i in range(len(total))]
    numbers, own = np.arange(1, len(total) + 1), np.diff(total, prepend=0.0)
    axes.bar(numbers, own, color=colours, width=0.72, label="variance of a component")
    look = {"color": style.INK, "lw": 0.9, "marker": "o", "ms": 2.6, "mew": 0}
    axes.plot(numbers, total, label="cumulative variance", **look)
    axes.axhline(ENOUGH, color=style.INK, lw=0.9, ls="--")
    told = (
        f"{NUMBERS[needed]} component{'s' if needed > 1 else ''}"
        if needed < len(NUMBERS)
        else f"{needed} components"
    )
    axes.set_title(
        f"{told} hold 95 % in this network".capitalize(), fontsize=7, loc="center", pad=2
    )
    axes.set(
        ylim=(0, 1.15),
        xlim=(0.4, COMPONENTS + 0.6),
        yticks=(0, 0.5, ENOUGH),
        yticklabels=("0", "50 %", "95 %"),
    )
    axes.set_xlabel("components of the slow points", labelpad=1)
    axes.xaxis.set_major_locator(MaxNLocator(COMPONENTS, integer=True))
    axes.tick_params(labelsize=6)
