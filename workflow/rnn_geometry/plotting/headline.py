"""The headline.

As many classes, the same cell, another geometry. Five unordered classes beside five ordered ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.legends import shown_handles
from rnn_geometry.plotting.panels import (
    SLOW,
    bulk,
    draw_final_states,
    draw_readouts,
    draw_slow_points,
    readout_handle,
    set_plane,
    tips,
)
from rnn_geometry.plotting.solids import draw_space
from rnn_geometry.plotting.spectra import cumulative_variance
from rnn_geometry.plotting.text import cut_names
from rnn_geometry.plotting.views import plane_view, space_view

HEIGHT, ENOUGH, COMPONENTS, MOST_CLASSES = 5.0, 0.95, 8, 10
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@style.styled
def headline(unordered: NetworkArrays, ordered: NetworkArrays) -> Figure:
    """Draw N unordered classes, which fill a simplex, beside N ordered ones, which stay in a plane.

    Above the manifolds, below the cumulative variance of their slow points. Best of two networks
    with the same cell.
    """
    figure = Figure(figsize=(style.TWO_COLUMNS, HEIGHT))
    middles = (0.27, 0.77)
    solid = figure.add_axes((0.01, 0.335, 0.5, 0.545))
    draw_space(solid, space_view(unordered, unordered), size=1.5)
    _draw_plane(figure.add_axes((0.575, 0.395, 0.39, 0.485)), ordered)
    titles = (_title(unordered, "unordered", "a simplex"), _title(ordered, "ordered", "a plane"))
    bars = [figure.add_axes((left, 0.135, 0.39, 0.14)) for left in (0.075, 0.575)]
    for ax, network, middle, title in zip(bars, (unordered, ordered), middles, titles, strict=True):
        figure.text(middle, 0.985, title, ha="center", va="top", weight="bold", fontsize=10.5)
        _draw_components(ax, network)
        handles = _class_handles(network)
        figure.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(middle, 0.947),
            ncols=_columns(handles),
            fontsize=7.5,
            handletextpad=0,
            columnspacing=0.7,
            borderpad=0,
        )
    bars[0].set_ylabel("variance", fontsize=8)
    figure.legend(handles=[SLOW, readout_handle()], loc="lower center", ncols=2, borderpad=0.1)
    return figure


def _class_handles(network: NetworkArrays) -> list[Artist]:
    """Return entries with names so short that two lines of them fit over one half."""
    handles = shown_handles(manifold.class_handles(network), MOST_CLASSES)
    inches = 0.48 * style.TWO_COLUMNS / ceil(len(handles) / 2)
    names = cut_names([handle.get_label() for handle in handles], int((inches - 0.25) / 0.058))
    for handle, name in zip(handles, names, strict=True):
        handle.set_label(name)
    return handles


def _columns(handles: Sequence[Artist]) -> int:
    """Return the columns of a legend over one half of the figure.

    All in one line if they fit, else two lines.
    """
    inches = sum(0.25 + 0.058 * len(str(handle.get_label())) for handle in handles)
    return len(handles) if inches < 0.48 * style.TWO_COLUMNS else ceil(len(handles) / 2)


def _title(network: NetworkArrays, kind: str, shape: str) -> str:
    classes = len(network.readout)
    number = NUMBERS[classes] if classes < len(NUMBERS) else str(classes)
    return f"{number.capitalize()} {kind} classes: {shape}"


def _draw_plane(axes, network: NetworkArrays) -> None:
    view = plane_view(network)
    draw_slow_points(axes, view, size=4, alpha=0.6)
    draw_final_states(axes, view, size=10, alpha=0.75)
    reach = 1.05 * manifold.radius(view.slow_points)
    draw_readouts(axes, view, reach, width=2)
    set_plane(
        axes,
        view,
        bulk(view.slow_points),
        view.states(manifold.thinned(network.states.final)),
        tips(view, reach),
    )
    axes.set_xlabel(view.labels[0], fontsize=8, labelpad=2)
    axes.set_ylabel(view.labels[1], fontsize=8, labelpad=2)
    axes.tick_params(labelsize=7, length=2.5)


def components_needed(network: NetworkArrays) -> int:
    """Return how many components hold 95 % of the variance of the slow points."""
    total = cumulative_variance(network, None, len(network.components))
    return int(np.argmax(total >= ENOUGH - 1e-12)) + 1


def _draw_components(axes, network: NetworkArrays) -> None:
    """Draw the cumulative variance of the slow points as bars.

    Dark those that are needed for 95 %.
    """
    total, needed = cumulative_variance(network, None, COMPONENTS), components_needed(network)
    colours = [style.PALETTE[0] if i < needed else style.PALE for i in range(len(total))]
    axes.bar(np.arange(1, len(total) + 1), total, color=colours, width=0.72)
    axes.axhline(ENOUGH, color=style.INK, lw=0.9, ls="--")
    told = (
        f"{NUMBERS[needed]} component{'s' if needed > 1 else ''}"
        if needed < len(NUMBERS)
        else f"{needed} components"
    )
    axes.set_title(
        f"{told} hold 95 % of the variance".capitalize(), fontsize=8.5, loc="center", pad=2
    )
    axes.set(
        ylim=(0, 1.15),
        xlim=(0.4, COMPONENTS + 0.6),
        yticks=(0, 0.5, ENOUGH),
        yticklabels=("0", "50 %", "95 %"),
    )
    axes.set_xlabel("components of the slow points", fontsize=8, labelpad=1)
    axes.xaxis.set_major_locator(MaxNLocator(COMPONENTS, integer=True))
    axes.tick_params(labelsize=7, length=2.5)
