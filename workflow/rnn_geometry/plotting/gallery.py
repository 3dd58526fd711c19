"""The manifolds of many networks side by side: rows are tasks, columns are models.

Three views of each at one scale tell a solid from a plane, and a bar shows how much of the variance
each component of its slow points holds.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.arrays import NetworkArrays
from rnn_geometry.plotting.data import attach_data
from rnn_geometry.plotting.legends import said_models, shown_handles
from rnn_geometry.plotting.panels import dot_handle, dots
from rnn_geometry.plotting.spectra import components_needed, cumulative_variance
from rnn_geometry.plotting.text import cut_names, said_task

NAME = 24  # letters of a task or model that a panel has room for
SHOWN = 300  # dots of one kind
# Inches: names of tasks, classes of a row, space between networks, between views, above all panels,
# a bar with its words, between rows, and below all; a network's large view at most.
LEFT, CLASSES, APART, GAP, TOP, BAR, ROW, FOOT, LARGEST = (
    0.42, 1.06, 0.14, 0.04, 0.3, 0.22, 0.12, 0.34, 1.1,
)  # fmt: skip
COMPONENTS = 6  # of the bar
NO_GAP = 0.5  # share of slow points, as of verdicts and of the page of a network
CORNER = (0.42, 0.2)  # of a small view, that its components are written in
VIEWS = ((0, 1), (0, 2), (2, 3))  # pairs of components, from 0
TOLD = (
    "Large: components 1, 2. Small, at one scale: 1, 3 (edge-on) and 3, 4. Bar: variance of each "
    "component, strong those of theory; how many hold 95 %. No gap: where to cut is open."
)
MARKER, LETTER = 0.16, 0.0085  # inches of a legend's dot, of a letter at one point of size
NARROW_FOOT = 0.56  # inches, for the words in three lines, and the legend above them
LETTERS = {True: 74, False: 94}  # of a line of the words, in a narrow figure and in a wide one


@style.styled
def manifold_gallery(networks: Sequence[NetworkArrays]) -> Figure:
    """Draw the first network of every task and model: slow points, final states by class, readouts.

    Along the principal components of its own slow points. A plane is a line edge-on and a dot along
    components 3 and 4; a solid of three dimensions a line there, one of four a cloud.
    """
    chosen = {}
    for network in networks:
        chosen.setdefault((network.record.task, network.record.model), network)
    tasks = list(dict.fromkeys(task for task, _ in chosen))
    models = list(style.model_styles(model for _, model in chosen))
    width, side = _sizes(len(models))
    step = side + BAR + ROW
    foot = NARROW_FOOT if _is_narrow(width) else FOOT
    height = TOP + len(tasks) * step + foot
    figure = Figure(figsize=(width, height))
    first = []
    for i, task in enumerate(tasks):
        row = [chosen.get((task, model)) for model in models]
        place = (LEFT, height - TOP - i * step - side)
        first.append(_draw_row(figure, row, place, side))
    for j, name in enumerate(said_models(models)):
        x = LEFT + j * (1.5 * side + GAP / 2 + APART) + 0.75 * side
        look = {"ha": "center", "va": "top", "fontsize": 7.5, "weight": "bold"}
        figure.text(x / width, 1 - 0.05 / height, name, **look)
    style.letters(first)
    _legend(figure)
    attach_data(figure, DATA, _data(chosen.values()))
    return figure


def _sizes(models: int) -> tuple[float, float]:
    """Return the width of the figure and the side of a large view in inches."""

    def side(width: float) -> float:
        return ((width - LEFT - CLASSES) / models - APART - GAP / 2) / 1.5

    narrow = side(style.ONE_COLUMN)
    if narrow > 0.8:
        return style.ONE_COLUMN, min(narrow, LARGEST)
    return style.TWO_COLUMNS, min(max(side(style.TWO_COLUMNS), 0.2), LARGEST)


def _is_narrow(width: float) -> bool:
    """Tell whether a figure is as wide as one column, so that its foot has no room for two."""
    return width <= style.ONE_COLUMN


def _draw_row(figure: Figure, row: Sequence[NetworkArrays | None], place, side: float):
    """Draw the networks of a task, and beside them its name and its classes; return the first
    axes."""
    width, height = figure.get_size_inches()
    left, bottom = place
    axes = []
    for j, network in enumerate(row):
        x = left + j * (1.5 * side + GAP / 2 + APART)
        axes.append(_draw_network(figure, network, (x, bottom), side))
    known = next(network for network in row if network is not None)
    end = min(left + len(row) * (1.5 * side + GAP / 2 + APART), width - CLASSES)
    (name,) = cut_names([said_task(known.record.task)], NAME)
    told = name if known.dimension is None else f"{name}\nd = {known.dimension}"
    look = {"rotation": 90, "ha": "left", "va": "center", "fontsize": 7, "linespacing": 1.15}
    figure.text(0.05 / width, (bottom + side / 2) / height, told, **look)
    _draw_classes(figure, known, (end + 0.02, bottom + side / 2))
    return axes[0]


def _draw_classes(figure: Figure, network: NetworkArrays, place) -> None:
    """Name the classes of a row right of some place in inches, cut to the room that is left."""
    width, height = figure.get_size_inches()
    handles = shown_handles(manifold.class_handles(network), 12)
    names = [str(handle.get_label()) for handle in handles]
    room = int((width - place[0] - MARKER) / (style.SMALLEST * LETTER))
    figure.legend(
        handles=handles,
        labels=cut_names(names, room),
        loc="center left",
        bbox_to_anchor=(place[0] / width, place[1] / height),
        fontsize=style.SMALLEST,
        labelspacing=0.25 if len(handles) < 9 else 0.08,
        handletextpad=0.2,
        borderpad=0,
        borderaxespad=0,
    )


def _draw_network(figure: Figure, network: NetworkArrays | None, place, side: float):
    """Draw three views and the bar of a network; return the axes of the first."""
    width, height = figure.get_size_inches()
    x, y = place
    half = (side - GAP) / 2
    boxes = [
        (x, y, side, side),
        (x + side + GAP, y + half + GAP, half, half),
        (x + side + GAP, y, half, half),
    ]
    axes = [figure.add_axes((a / width, b / height, c / width, d / height)) for a, b, c, d in boxes]
    for ax in axes:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=network is not None, color="#E2E2E2", linewidth=0.5)
    if network is None:
        look = {"ha": "center", "transform": axes[0].transAxes, "color": style.GREY}
        axes[0].text(0.5, 0.5, "not trained", **look)
        return axes[0]
    for ax, pair in zip(axes, VIEWS, strict=True):
        draw_view(ax, network, pair)
    bar = figure.add_axes((x / width, (y - 0.11) / height, side / width, 0.07 / height))
    draw_shares(bar, network)
    look = {"fontsize": style.SMALLEST, "va": "top", "linespacing": 1.05}
    told = "no gap:\nno value" if has_no_gap(network) else f"95 % in {components_needed(network)}"
    figure.text((x + side + GAP) / width, (y - 0.03) / height, told, **look)
    return axes[0]


def has_no_gap(network: NetworkArrays) -> bool:
    """Tell whether most slow points have no gap between slow and fast directions.

    Parameters
    ----------
    network
        The network.
    """
    return (network.value("slow_no_gap") or 0) > NO_GAP


def draw_view(axes, network: NetworkArrays, pair: tuple[int, int]) -> None:
    """Draw a network along two components of its slow points, at a scale that it has in all views.

    Parameters
    ----------
    axes
        Of equal sides.
    network
        The network.
    pair
        The components, from 0; readouts are drawn along the first two.
    """
    if max(pair) >= len(network.components):
        return

    def project(states):
        return network.project(states, max(pair) + 1)[:, list(pair)]

    codes = manifold.thinned(style.class_codes(network.states.final_labels), SHOWN)
    size = 2.2 if pair == VIEWS[0] else 0.9
    final = project(manifold.thinned(network.states.final, SHOWN))
    dots(axes, final, 1.5 * size, network.colours(codes), "final states", 2, 0.7)
    points = project(manifold.thinned(network.points, SHOWN))
    dots(axes, points, size, style.INK, "slow points", 3)
    limit = _limit(network)
    if pair == VIEWS[0]:
        readout = network.readout @ network.components[:, :2]
        manifold.draw_readouts(axes, network, readout, 0.9 * limit, font=None, width=0.8)
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit))
    told = ", ".join(str(component + 1) for component in pair)
    _write_in_a_corner(axes, told, np.concatenate([final, points]), limit)


def _write_in_a_corner(axes, told: str, seen: np.ndarray, limit: float) -> None:
    """Write in the corner of a view where the fewest points (n, 2) are, on paper of its own."""
    places = (seen / limit + 1) / 2
    corners = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])  # below first where all are as free
    across = np.abs(places[:, None] - corners) < CORNER
    right, top = corners[across.all(axis=2).sum(axis=0).argmin()]
    look = {
        "ha": "right" if right else "left",
        "va": "top" if top else "bottom",
        "fontsize": style.SMALLEST,
        "color": style.INK,
        "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        "transform": axes.transAxes,
        "zorder": 9,
    }
    axes.text(0.96 if right else 0.04, 0.96 if top else 0.04, told, **look)


def _limit(network: NetworkArrays) -> float:
    """Return the half width of all views of a network: nearly all of what the first one shows."""
    seen = network.project(np.concatenate([network.points, network.states.final]))
    return 1.08 * max(float(np.quantile(np.abs(seen), 0.998)), 1e-9)


def draw_shares(axes, network: NetworkArrays) -> None:
    """Draw the share of the variance of the slow points that each component holds, as one bar."""
    ends = np.concatenate([[0], cumulative_variance(network, None, COMPONENTS)])
    for i, (start, end) in enumerate(pairwise(ends)):
        expected = network.dimension is not None and i < network.dimension
        look = {"color": style.INK if expected else style.PALE, "edgecolor": "white", "lw": 0.5}
        axes.barh(0, end - start, left=start, height=1, **look)
    axes.set(xlim=(0, 1), ylim=(-0.5, 0.5))
    axes.axis("off")


def _legend(figure: Figure) -> None:
    handles = [
        dot_handle("slow points", style.INK, 2.5),
        dot_handle("final states, by class", style.CLOUD, 3.5),
    ]
    width, height = figure.get_size_inches()
    narrow = _is_narrow(width)
    if narrow:
        place = {"loc": "upper left", "bbox_to_anchor": (0, NARROW_FOOT / height), "ncols": 2}
        figure.legend(handles=handles, borderpad=0.1, **place)
    else:
        figure.legend(handles=handles, loc="lower right", ncols=1, borderpad=0.1)
    told = textwrap.fill(TOLD, LETTERS[narrow])
    figure.text(
        0.05 / width, 0.05 / height, told, fontsize=style.SMALLEST, va="bottom", linespacing=1.3
    )


# The data

DATA = ("task", "model", "seed", "series", "class", "component_1", "component_2", "component_3",
        "component_4")  # fmt: skip


def _data(networks) -> Iterator[tuple]:
    """Yield the drawn dots along four components, and the share of the variance of each."""
    for network in networks:
        record = network.record
        about = (record.task, record.model, record.seed)
        codes = manifold.thinned(style.class_codes(network.states.final_labels), SHOWN).tolist()
        names, several = network.class_names, network.multi_label
        classes = {code: style.code_name(code, names, several) for code in set(codes)}
        for code, row in zip(codes, _along(network, network.states.final), strict=True):
            yield (*about, "final state", classes[code], *row)
        for row in _along(network, network.points):
            yield (*about, "slow point", "", *row)
        shares = np.diff(cumulative_variance(network, None, 4), prepend=0).tolist()
        yield (*about, "share of variance", "", *shares)


def _along(network: NetworkArrays, states: np.ndarray) -> list[list[float]]:
    return network.project(manifold.thinned(states, SHOWN), 4).tolist()
