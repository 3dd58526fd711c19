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
from rnn_geometry.plotting.text import cut_names, literal, said_model, said_task
from rnn_geometry.plotting.views import View

LEFT, RIGHT, TOP, BOTTOM, GAP = 0.42, 0.06, 0.42, 0.34, 0.3  # inches round and between the panels
NARROW_GAP, TWO_LINES, NUMBERS = 0.1, 0.26, 0.12  # of panels of one scale, titles and numbers
ROW_NAME = 0.18  # inches for the names of rows, left of all
BAR = 0.52  # inches of a colour bar with its labels
LINE = 0.135  # inches of a line of the legend
SMALL = style.SMALLEST
SLOW_LABEL = "slow points"
SHOWN = 400  # slow points in a panel
SMALLEST_PANEL, LARGEST_PANEL, MOST_COLUMNS = 0.8, 2.4, 4
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
    named: float = 0.0,
):
    """Return a figure and its axes, one per network; `shape` is height over width of a panel, `bar`
    leaves room right.

    gap: inches between panels; below: inches for what stands under a panel, inset: widths of a
    panel for more, and named: more inches at the left.
    """
    columns = len(networks) if len(networks) <= MOST_COLUMNS else ceil(len(networks) / 2)
    rows = ceil(len(networks) / columns)
    figure, boxes = _boxes(rows, columns, handles, shape + inset, bar, gap, below, named)
    axes = [_add(figure, box, shape / (shape + inset)) for box in boxes[: len(networks)]]
    _title(figure, networks, title)
    _name_columns(axes, networks)
    style.letters(axes)
    return figure, axes


def rows_of_panels(
    networks: Sequence[NetworkArrays],
    names: Sequence[str],
    title: str,
    handles: Sequence[Artist] = (),
    *,
    bar: bool = False,
    gap: float = GAP,
    below: float = BOTTOM,
):
    """Return a figure and its axes (rows, networks): small multiples with a named row each.

    Parameters
    ----------
    networks
        One for a column.
    names
        Of the rows; a single row needs none.
    title, handles, bar, gap, below
        As for `panels`.
    """
    rows, columns = len(names), len(networks)
    named = ROW_NAME if rows > 1 else 0.0
    figure, boxes = _boxes(rows, columns, handles, 1.0, bar, gap, below, named)
    axes = np.array([_add(figure, box) for box in boxes], dtype=object).reshape(rows, columns)
    _title(figure, networks, title)
    _name_columns(axes[0], networks)
    for row, name in zip(axes, names, strict=True):
        for ax in row:
            ax.tick_params(labelsize=SMALL)
        if rows > 1:
            _name_row(figure, row[0], name)
    style.letters(axes[:, 0] if rows > 1 else axes[0])
    return figure, axes


def grid_of_panels(
    networks: Sequence[NetworkArrays], columns: int, title: str, handles: Sequence[Artist] = ()
):
    """Return a figure and its axes (networks, columns): small multiples, a named row a network.

    Panels of a row have one scale: numbers stand at its left alone, and below every panel, since
    rows have scales of their own.

    Parameters
    ----------
    networks
        Of one task.
    columns
        Panels of each.
    title, handles
        As for `panels`.
    """
    rows = len(networks)
    figure, boxes = _boxes(
        rows,
        columns,
        handles,
        1.0,
        False,
        NARROW_GAP,
        TWO_LINES + NUMBERS,
        ROW_NAME,
        style.TWO_COLUMNS,
    )
    axes = np.array([_add(figure, box) for box in boxes], dtype=object).reshape(rows, columns)
    _title(figure, networks, title)
    for i, network in enumerate(networks):
        _name_row(figure, axes[i, 0], *cut_names([said_model(network.record.model)], 14))
        for j, ax in enumerate(axes[i]):
            ax.tick_params(labelsize=SMALL, labelleft=j == 0)
            ax.xaxis.set_major_locator(MaxNLocator(3))
            ax.yaxis.set_major_locator(MaxNLocator(3))
    style.letters(axes[:, 0])
    return figure, axes


def _boxes(
    rows: int, columns: int, handles, shape: float, bar: bool, gap, below, named=0.0, width=None
):
    """Return a figure with its legend, and where panels lie in it: left, bottom, width, height."""
    width = width or (style.ONE_COLUMN if columns == 1 else style.TWO_COLUMNS)
    left, right = LEFT + named, RIGHT + BAR * bar
    across, lines = _legend_shape(handles, width)
    foot = max(BOTTOM - below, 0) if rows > 1 else 0  # the last row alone names its axes
    other = TOP + rows * below + (rows - 1) * 0.12 + foot + LINE * lines + 0.06 * bool(lines)
    side = min((width - left - right - gap * (columns - 1)) / columns, LARGEST_PANEL)
    # Rows that a page has room for all stand on one; small multiples of more are a long sheet.
    side = min(side, max((style.PAGE - other) / (rows * shape), SMALLEST_PANEL))
    # A few panels of limited size stand in the middle.
    start = left + (width - left - right - side * columns - gap * (columns - 1)) / 2
    step = side * shape + below
    height = other + rows * side * shape
    figure = Figure(figsize=(width, height))
    if lines:
        look = {"loc": "lower center", "fontsize": SMALL + 0.5, "borderaxespad": 0.2}
        figure.legend(handles=shown_handles(handles), ncols=across, **look)
    boxes = [
        (start + j * (side + gap), height - TOP - side * shape - i * (step + 0.12))
        for i in range(rows)
        for j in range(columns)
    ]
    return figure, [(x / width, y / height, side / width, side * shape / height) for x, y in boxes]


def _add(figure: Figure, box: tuple[float, float, float, float], share: float = 1.0):
    """Add axes that fill the upper share of a box."""
    x, y, across, up = box
    return figure.add_axes((x, y + up * (1 - share), across, up * share))


def _legend_shape(handles: Sequence[Artist], width: float) -> tuple[int, int]:
    """Return the columns and lines of a legend of at most `width` inches."""
    inches = [0.4 + 0.05 * len(str(handle.get_label())) for handle in shown_handles(handles)]
    return shape_of_legend(inches, width)


def _title(figure: Figure, networks: Sequence[NetworkArrays], title: str) -> None:
    """Write a sentence above all panels, and at the right of which task they are."""
    width, height = figure.get_size_inches()
    top = 1 - 0.05 / height
    figure.text(0.06 / width, top, title, fontsize=8, va="top")
    if len(networks) > 1:
        expected = "" if networks[0].dimension is None else f" (d = {networks[0].dimension})"
        task = literal(said_task(networks[0].record.task), 30) + expected
        look = {"fontsize": 7, "va": "top", "ha": "right", "color": style.GREY}
        figure.text(1 - 0.06 / width, top, task, **look)


def _name_columns(axes, networks: Sequence[NetworkArrays]) -> None:
    models = cut_names([said_model(network.record.model) for network in networks], 20)
    for ax, name in zip(axes, models, strict=True):
        if len(networks) == 1:
            name = f"{literal(said_task(networks[0].record.task), 30)}, {name}"
        ax.set_title(name, loc="center", fontsize=7, weight="normal", pad=3)
        ax.tick_params(labelsize=SMALL)


def _name_row(figure: Figure, ax, name: str) -> None:
    """Write a name upright, left of the labels of a row."""
    box = ax.get_position()
    look = {"rotation": 90, "fontsize": 7, "ha": "left", "va": "center"}
    left = box.x0 - (LEFT + ROW_NAME - 0.04) / figure.get_figwidth()
    figure.text(left, (box.y0 + box.y1) / 2, name, **look)


def colour_bar(figure: Figure, axes, mappable, label: str) -> None:
    """Draw one colour bar at the right of all panels."""
    width = figure.get_figwidth()
    last = max(ax.get_position().x1 for ax in axes)
    low, high = axes[-1].get_position().y0, axes[0].get_position().y1
    low, high = max(low, high - 2 / figure.get_figheight()), high  # a short one serves many rows
    cax = figure.add_axes((last + 0.1 / width, low, 0.08 / width, high - low))
    bar = figure.colorbar(mappable, cax=cax, ticks=round_ticks(mappable.norm))
    bar.ax.yaxis.set_major_formatter(lambda value, _: plain(value))
    bar.minorticks_off()
    bar.set_label(label, fontsize=7)
    bar.ax.tick_params(labelsize=SMALL, length=2, pad=2)
    bar.outline.set_visible(False)


def note_below(figure: Figure, told: str) -> None:
    """Write a sentence below all panels, at the left."""
    width, height = figure.get_size_inches()
    look = {"fontsize": SMALL, "va": "bottom", "color": style.GREY}
    figure.text(0.06 / width, 0.04 / height, told, **look)


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
    axes, view: View, size: float = 4, colour: str = style.INK, alpha: float = 1.0, label=SLOW_LABEL
) -> None:
    """Draw slow points as small dots, dark ones unless they are the background of others."""
    dots(axes, manifold.thinned(view.slow_points, SHOWN), size, colour, label, 1.5, alpha)


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


def set_plane(axes, view: View, *seen: np.ndarray, counted: np.ndarray | None = None) -> None:
    """Show all of several sets of points (n, 2) at one scale, and count the slow points outside, or
    those of `counted` (n, 2)."""
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
    counted = view.slow_points if counted is None else counted
    outside = int((np.abs(counted - middle) > half).any(axis=1).sum())
    if outside:
        note_in_corner(axes, f"{outside} outside", SMALL)


def note_in_corner(axes, told: str, size: float) -> None:
    """Write a few words into the lower right corner of a panel, on paper of their own.

    Parameters
    ----------
    axes
        The panel.
    told
        The words.
    size
        Of their letters, in points.
    """
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    look = {"ha": "right", "va": "bottom", "color": style.INK, "fontsize": size, "zorder": 9}
    axes.text(1, 0, told, transform=axes.transAxes, bbox=paper, **look)


def label_axes(axes, below: str, left: str, shared: bool = False) -> None:
    """Name the axes of all panels: below each, and at the left of each row."""
    first = min(ax.get_position().x0 for ax in axes)
    for ax in axes:
        ax.set_xlabel(below, labelpad=1)
        if ax.get_position().x0 < first + 1e-6:
            ax.set_ylabel(left, labelpad=1)
        elif shared:
            ax.set_yticklabels([])


def label_planes(axes, view: View) -> None:
    """Name the axes of planes."""
    label_axes(axes, *view.labels)


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


SLOW = dot_handle(SLOW_LABEL, style.INK, 2.8)


def readout_handle(label: str = "readouts") -> Line2D:
    """Return the legend entry of readout arrows, whose colours the classes explain."""
    return line_handle(label, style.GREY, marker=">", markevery=[-1], ms=4, lw=1.7)
