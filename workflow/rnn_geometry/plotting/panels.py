"""Panels of equal size side by side, one for each network of a task, with one legend; laid out by
hand in inches.

An automatic layout would draw every figure twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays, present_codes
from rnn_geometry.plotting.legends import shape_of_legend, shown_handles
from rnn_geometry.plotting.text import cut_names, literal
from rnn_geometry.plotting.views import View

LEFT, RIGHT, TOP, BOTTOM, GAP = 0.5, 0.1, 0.46, 0.4, 0.34  # inches round and between the panels
BAR = 0.62  # inches of a colour bar with its labels
LINE = 0.165  # inches of a line of the legend
SMALL = 7  # points
SHOWN = 400  # slow points in a panel
LARGEST_PANEL, MOST_COLUMNS = 2.4, 4
MOST_CLASSES = 28  # in a legend, so that what is no class has its room


def panels(
    networks: Sequence[NetworkArrays],
    title: str,
    handles: Sequence[Artist] = (),
    *,
    shape: float = 1.0,
    inset: float = 0.0,
    bar: bool = False,
    gap: float = GAP,
    below: float = BOTTOM,
):
    """Return a figure and its axes, one per network; `shape` is height over width of a panel, `bar`
    leaves room right.

    gap: inches between panels; below: inches for what stands under a panel, and inset: widths of a
    panel for more.
    """
    columns = len(networks) if len(networks) <= MOST_COLUMNS else ceil(len(networks) / 2)
    rows = ceil(len(networks) / columns)
    width = style.ONE_COLUMN if columns == 1 else style.TWO_COLUMNS
    right = RIGHT + BAR * bar
    side = min((width - LEFT - right - gap * (columns - 1)) / columns, LARGEST_PANEL)
    # A few panels of limited size stand in the middle.
    start = LEFT + (width - LEFT - right - side * columns - gap * (columns - 1)) / 2
    across, lines = _legend_shape(handles, width)
    row = side * (shape + inset) + below
    height = TOP + rows * row + (rows - 1) * 0.25 + LINE * lines + (0.08 if lines else 0)
    figure = Figure(figsize=(width, height))
    boxes = [
        (
            start + i % columns * (side + gap),
            height - TOP - side * shape - i // columns * (row + 0.25),
        )
        for i in range(len(networks))
    ]
    axes = [
        figure.add_axes((x / width, y / height, side / width, side * shape / height))
        for x, y in boxes
    ]
    _name(figure, axes, networks, title)
    if lines:
        handles = shown_handles(handles)
        figure.legend(
            handles=handles,
            loc="lower center",
            ncols=across,
            fontsize=SMALL + 0.5,
            borderaxespad=0.2,
        )
    return figure, axes


def _legend_shape(handles: Sequence[Artist], width: float) -> tuple[int, int]:
    """Return the columns and lines of a legend of at most `width` inches."""
    inches = [0.47 + 0.056 * len(str(handle.get_label())) for handle in shown_handles(handles)]
    return shape_of_legend(inches, width)


def _name(figure: Figure, axes, networks: Sequence[NetworkArrays], title: str) -> None:
    width, height = figure.get_size_inches()
    top = 1 - 0.06 / height
    figure.text(0.08 / width, top, title, fontsize=10, va="top")
    task = literal(networks[0].record.task, 30)
    if len(networks) > 1:
        expected = "" if networks[0].dimension is None else f"  (d = {networks[0].dimension})"
        figure.text(
            1 - 0.08 / width,
            top,
            task + expected,
            fontsize=8.5,
            va="top",
            ha="right",
            color=style.GREY,
        )
    models = cut_names([network.record.model for network in networks], 20)
    for ax, name in zip(axes, models, strict=True):
        name = name if len(networks) > 1 else f"{task}, {name}"
        ax.set_title(name, loc="center", fontsize=8.5, weight="normal", pad=4)
        ax.tick_params(labelsize=SMALL, length=2.5, pad=2)


def colour_bar(figure: Figure, axes, mappable, label: str) -> None:
    """Draw one colour bar at the right of all panels."""
    width = figure.get_figwidth()
    last = max(ax.get_position().x1 for ax in axes)
    low, high = axes[-1].get_position().y0, axes[0].get_position().y1
    cax = figure.add_axes((last + 0.1 / width, low, 0.09 / width, high - low))
    bar = figure.colorbar(mappable, cax=cax, ticks=round_ticks(mappable.norm))
    bar.ax.yaxis.set_major_formatter(lambda value, _: plain(value))
    bar.minorticks_off()
    bar.set_label(label, fontsize=8)
    bar.ax.tick_params(labelsize=SMALL, length=2, pad=2)
    bar.outline.set_visible(False)


def plain(value: float) -> str:
    """Return a tick label without markup, each font of which would cost a tenth of a second."""
    return f"{value:g}".replace("e+0", "e").replace("-", "−")


def round_ticks(norm: Normalize) -> list[float] | None:
    """Return ticks of a logarithmic colour bar, 1, 2 and 5 times powers of ten or these alone.

    None of another.
    """
    if not isinstance(norm, LogNorm):
        return None
    low, high = norm.vmin or 1.0, norm.vmax or 1.0  # matplotlib lets them be None
    decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    factors = (1, 2, 5) if len(decades) < 4 else (1,)
    return [f * 10.0**k for k in decades for f in factors if low <= f * 10.0**k <= high]


def dots(
    axes,
    points: np.ndarray,
    size: float | np.ndarray,
    colour,
    label: str,
    z: float,
    alpha: float = 1.0,
) -> None:
    """Draw points (n, 2) as dots that are pixels in vector files.

    Thousands of circles make them large.
    """
    manifold.scatter(axes, points, size, colour, label, z, alpha)
    axes.collections[-1].set_rasterized(True)


def draw_slow_points(
    axes, view: View, size: float = 4, colour: str = style.INK, alpha: float = 1.0
) -> None:
    """Draw slow points as small dots, dark ones unless they are the background of others."""
    dots(axes, manifold.thinned(view.slow_points, SHOWN), size, colour, "slow points", 1.5, alpha)


def draw_final_states(axes, view: View, size: float = 8, alpha: float = 0.8) -> None:
    """Draw final states in the colours of their classes or label combinations."""
    codes = manifold.thinned(style.class_codes(view.network.states.final_labels))
    final = view.states(manifold.thinned(view.network.states.final))
    dots(axes, final, size, view.network.colours(codes), "final states", 2, alpha)


def draw_readouts(axes, view: View, reach: float, **look) -> None:
    """Draw readouts as arrows from the centre, of which the longest has length `reach`."""
    manifold.draw_readouts(
        axes, view.network, view.readouts, reach, **{"font": None, "width": 1.7, **look}
    )


def tips(view: View, reach: float) -> np.ndarray:
    """Return the tips (C, 2) of readout arrows of which the longest has length `reach`."""
    return view.readouts * reach / max(np.linalg.norm(view.readouts, axis=1).max(), 1e-12)


def set_plane(axes, view: View, *seen: np.ndarray) -> None:
    """Show all of several sets of points (n, 2) at one scale, label the axes, and count slow points
    outside."""
    points = np.concatenate([part.reshape(-1, 2) for part in seen])
    low, high = points.min(axis=0), points.max(axis=0)
    half = max(0.55 * float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    axes.set(
        xlim=(middle[0] - half, middle[0] + half),
        ylim=(middle[1] - half, middle[1] + half),
        aspect="equal",
    )
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    outside = int((np.abs(view.slow_points - middle) > half).any(axis=1).sum())
    if outside:
        axes.text(
            0.98,
            0.02,
            f"{outside} outside",
            transform=axes.transAxes,
            ha="right",
            color=style.INK,
            fontsize=6.5,
            path_effects=manifold.HALO,
            zorder=9,
        )


def label_axes(axes, below: str, left: str, note: str = "", shared: bool = False) -> None:
    """Name the axes of all panels.

    Below each, and at the left of each row; the note stands in the top right corner.
    """
    first = min(ax.get_position().x0 for ax in axes)
    for ax in axes:
        ax.set_xlabel(below, fontsize=8, labelpad=2)
        if ax.get_position().x0 < first + 1e-6:
            ax.set_ylabel(left, fontsize=8, labelpad=2)
        elif shared:
            ax.set_yticklabels([])
    remark(axes[0].figure, note)


def label_planes(axes, view: View) -> None:
    """Name the axes of planes."""
    label_axes(axes, *view.labels, note=view.note)


def remark(figure: Figure, note: str) -> None:
    """Add a note to what the top right corner of a figure of several panels says of the task."""
    corner = next(
        (text for text in figure.texts if text.get_horizontalalignment() == "right"), None
    )
    if corner and note:
        corner.set_text(f"{corner.get_text()},  {note}")


def bulk(points: np.ndarray) -> np.ndarray:
    """Return two corners (2, 2) of a box round nearly all points (n, 2).

    A few far away do not shrink the rest.
    """
    return np.quantile(points, [0.005, 0.995], axis=0)


def dot_handle(label: str, colour: str, size: float = 4.5, **look) -> Line2D:
    """Return a legend entry that is a dot."""
    return Line2D(
        [],
        [],
        **{"ls": "", "marker": "o", "ms": size, "mew": 0, "color": colour, "label": label, **look},
    )


def line_handle(label: str, color: str, **look) -> Line2D:
    """Return a legend entry that is a line."""
    return Line2D([], [], **{"color": color, "lw": 1.4, "label": label, **look})


def class_handles(networks: Sequence[NetworkArrays], most: int = MOST_CLASSES) -> list[Artist]:
    """Return legend entries of the classes or label combinations that occur in any network, and
    how many more there are."""
    codes = [code for network in networks for code in present_codes(network)]
    handles = manifold.class_handles(networks[0], np.unique(codes))
    return shown_handles(handles, most)


SLOW = dot_handle("slow points", style.INK, 3.2)


def readout_handle(label: str = "readouts") -> Line2D:
    """Return the legend entry of readout arrows, whose colours the classes explain."""
    return line_handle(label, style.GREY, marker=">", markevery=[-1], ms=4, lw=1.7)
