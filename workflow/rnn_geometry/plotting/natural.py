"""The figures of docs/natural.md: accuracy, dimension, modes and modifiers, on real text.

A row per task; in it the cells side by side, and of each a point per network, or its median.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below, model_handles
from rnn_geometry.plotting.text import cut_names, said_model, said_task, tick_places

Look = dict[str, Any]
WIDTH, LINE, AROUND = style.TWO_COLUMNS, 0.3, 0.95  # inches: figure, task, what is around
NAME, MOST_TASKS = 24, 60  # letters of a name; tasks that are named
BAND = 0.72  # of a task's row that its networks fill
EXPECTED: Look = {"color": style.INK, "lw": 1.5, "zorder": 1}
FORECAST: Look = {"marker": "D", "ls": "", "mfc": "none", "mec": style.INK, "mew": 0.8, "ms": 5.5}
OPEN: Look = {"ls": "", "mfc": "none", "mew": 0.8, "ms": 4.5}
DOT: Look = {"ls": "", "mew": 0, "ms": 3.8, "alpha": 0.85}
RANGE: Look = {"color": style.GREY, "lw": 2}
MEDIAN: Look = {"marker": "o", "ls": "", "color": style.GREY, "ms": 4.5}
BAG: Look = {"marker": "D", "ls": "", "color": style.INK, "ms": 4}
MODIFIERS = {
    "the, a": "control_gain",
    "not": "not_gain",
    "isn't": "nt_gain",
    "never": "never_gain",
    "very": "very_gain",
    "but": "but_gain",
}
NO_CHANGE: Look = {"color": style.INK, "lw": 1.1}
TURNED: Look = {"color": style.INK, "lw": 1.1, "ls": ":"}
THEORY: Look = {"marker": "|", "ls": "", "color": style.INK, "ms": 8, "mew": 1.5}
CONSTANT: Look = {"marker": "|", "ls": "", "color": style.GREY, "ms": 8, "mew": 1.4}
# Of the claims simplex-angles and labels-angles, config/claims.yaml.
MOST_DEGREES, MEDIAN_OF_RANDOM = 10, 0.5
CUT: Look = {"color": style.INK, "lw": 1.1, "ls": "--", "zorder": 1}


@style.styled
def accuracy_figure(networks: pd.DataFrame) -> Figure:
    """Draw accuracy, and how much more it is than that of a bag of words.

    Parameters
    ----------
    networks
        Of `read_networks`, without controls.
    """
    names = ["accuracy on test", "points more than a bag of words"]
    figure, (left, right), rows = _panels(networks, names, widths=(1, 1.6))
    for task, part in networks.groupby("task"):
        place = rows.tasks.index(task)
        left.plot(part["bag_of_words_accuracy"].mean(), place, label="bag of words", **BAG)
        left.plot(part["constant_accuracy"].mean(), place, label="best constant answer", **CONSTANT)
    rows.dots(left, networks["test_accuracy"])
    right.axvline(0, color=style.INK, lw=1)
    bag = networks["bag_of_words_accuracy"]
    rows.dots(right, 100 * (networks["test_accuracy"] - bag))
    rows.dots(right, 100 * (networks["shuffled_accuracy"] - bag), **OPEN)
    left.set_xlim(right=1)
    marks = [(BAG, "bag of words"), (CONSTANT, "best constant answer"), (OPEN, "words shuffled")]
    return _with_legend(figure, rows, marks)


@style.styled
def dimension_figure(networks: pd.DataFrame) -> Figure:
    """Draw dimensions measured on the slow points and from inputs to outputs, beside theory.

    Parameters
    ----------
    networks
        Of `read_networks`, without controls.
    """
    names = ["components of the slow points", "dimensions from inputs to outputs"]
    figure, axes, rows = _panels(networks, names)
    for ax, column in zip(axes, ("components_95", "io_dimension_places"), strict=True):
        _expected(ax, networks, rows)
        for task, part in networks.groupby("task"):
            ax.plot(part["dimension_predicted"].median(), rows.tasks.index(task), **FORECAST)
        rows.dots(ax, networks[column])
        _in_whole_numbers(ax)
    marks = [(THEORY, "theory"), (FORECAST, "predicted from word counts")]
    return _with_legend(figure, rows, marks)


@style.styled
def modes_figure(networks: pd.DataFrame) -> Figure:
    """Draw how many slow modes there are over the points of the manifold, under two cuts.

    Parameters
    ----------
    networks
        Of `read_networks`, without controls.
    """
    names = ["modes with tau over L/2, or growing", "modes with tau over L"]
    figure, (left, right), rows = _panels(networks, names)
    for ax in (left, right):
        _expected(ax, networks, rows)
    rows.ranges(left, networks["modes_low"], networks["modes_high"])
    rows.medians(left, networks["modes_median"])
    rows.medians(left, networks["integration_modes"], **OPEN, zorder=4)
    rows.dots(right, networks["modes_tau_only_length"])
    for ax in (left, right):
        _in_whole_numbers(ax)
    marks = [
        (THEORY, "theory"),
        (RANGE, "10 to 90 % of points"),
        (MEDIAN, "median point"),
        (OPEN, "centre of the manifold"),
    ]
    return _with_legend(figure, rows, marks)


@style.styled
def readouts_figure(networks: pd.DataFrame) -> Figure:
    """Draw how far the worst pair of readouts is from theory, and how many random ones are nearer.

    Parameters
    ----------
    networks
        Of `read_networks`, without controls. Tasks of one readout direction are left out.
    """
    known = networks[networks["readout_angle_error"].notna()]
    names = ["degrees off theory, worst pair", "random readouts that are as near"]
    figure, (left, right), rows = _panels(known, names)
    left.axvline(MOST_DEGREES, **CUT)
    right.axvline(MEDIAN_OF_RANDOM, **CUT)
    rows.dots(left, known["readout_angle_error"])
    rows.dots(right, known["readout_angle_p"])
    left.set_xlim(left=0)
    right.set_xlim(-0.02, 1.02)
    return _with_legend(figure, rows, [(CUT, "most that the claim allows")])


@style.styled
def modifiers_figure(networks: pd.DataFrame) -> Figure:
    """Draw by what factor a word before an adjective changes its effect, a panel a word.

    Parameters
    ----------
    networks
        Of `read_networks`, without controls. Tasks without such words are left out, if any has
        them.
    """
    has_words = networks["control_gain"].notna()
    known = networks[has_words] if has_words.any() else networks
    figure, axes, rows = _panels(known, list(MODIFIERS), widths=[1] * len(MODIFIERS))
    for ax, column in zip(axes, MODIFIERS.values(), strict=True):
        ax.axvline(1, zorder=1, **NO_CHANGE)
        ax.axvline(-1, zorder=1, **TURNED)
        rows.dots(ax, known[column].astype(float))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    low, high = zip(*(ax.get_xlim() for ax in axes), strict=True)
    for ax in axes:
        ax.set_xlim(min(low), max(high))
    marks = [(NO_CHANGE, "1: no change"), (TURNED, "-1: turned round")]
    return _with_legend(figure, rows, marks)


FIGURES: dict[str, Callable[[pd.DataFrame], Figure]] = {
    "accuracy": accuracy_figure,
    "dimension": dimension_figure,
    "modes": modes_figure,
    "readouts": readouts_figure,
    "modifiers": modifiers_figure,
}

# Of the networks of docs/data/why.csv.
WHY_FIGURES: dict[str, Callable[[pd.DataFrame], Figure]] = {
    "why": dimension_figure,
    "why_modifiers": modifiers_figure,
}


class _Rows:
    """Where the point of every network lies, and what it looks like."""

    def __init__(self, networks: pd.DataFrame):
        self.networks = networks
        self.tasks = sorted(networks["task"].unique(), key=style.natural_order)
        self.styles = style.model_styles(networks["cell"])
        slot = BAND / len(self.styles)
        cells = networks["cell"].map({cell: i for i, cell in enumerate(self.styles)})
        group = networks.groupby(["task", "cell"])
        within = (group.cumcount() + 1) / (group["task"].transform("size") + 1)
        tasks = networks["task"].map(self.tasks.index)
        self.places = tasks - BAND / 2 + slot * (cells + within)

    def dots(self, ax: Axes, values: pd.Series, **look: Any) -> None:
        """Draw a point per network."""
        for cell, (colour, marker) in self.styles.items():
            own = self.networks["cell"] == cell
            drawn: Look = {**DOT, "mfc": colour, **look}
            ax.plot(
                values[own], self.places[own], marker, mec=colour, label=said_model(cell), **drawn
            )

    def medians(self, ax: Axes, values: pd.Series, **look: Any) -> None:
        """Draw a point per task and cell, at the median over its networks."""
        for (_, cell), rows in self.networks.groupby(["task", "cell"]):
            colour, marker = self.styles[str(cell)]
            drawn: Look = {"mfc": colour, "ms": 4.8, "ls": "", "mew": 0} | look
            median = values[rows.index].astype(float).median()
            label, place = f"{said_model(str(cell))}, median", self.places[rows.index].mean()
            ax.plot(median, place, marker, mec=colour, label=label, **drawn)

    def ranges(self, ax: Axes, low: pd.Series, high: pd.Series) -> None:
        """Draw a line per task and cell, from one median over its networks to another."""
        for (_, cell), rows in self.networks.groupby(["task", "cell"]):
            ends = [values[rows.index].astype(float).median() for values in (low, high)]
            place = self.places[rows.index].mean()
            look = {"color": self.styles[str(cell)][0], "lw": RANGE["lw"]}
            ax.plot(ends, [place] * 2, label=f"{said_model(str(cell))}, range", **look)


def _panels(
    networks: pd.DataFrame, names: Sequence[str], widths: Sequence[float] = (1, 1)
) -> tuple[Figure, Any, _Rows]:
    """Return a figure of two panels side by side, with a row per task that the first one names."""
    rows = _Rows(networks)
    figure = Figure(figsize=(WIDTH, LINE * len(rows.tasks) + AROUND), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, width_ratios=widths)
    places, more = tick_places(len(rows.tasks), MOST_TASKS)
    shown = cut_names([said_task(task) for task in rows.tasks], NAME)
    for ax, name in zip(axes, names, strict=True):
        ax.set_xlabel(name)
        ax.set(yticks=places, ylim=(len(rows.tasks) - 0.5, -0.5))
        ax.set_yticklabels([shown[i] for i in places])
        for line in np.arange(len(rows.tasks) - 1) + 0.5:
            ax.axhline(line, color="#E6E6E6", lw=0.6, zorder=0)
    style.letters(axes)
    axes[0].set_ylabel(f"and {more} more" if more else "")
    return figure, axes, rows


def _expected(ax: Axes, networks: pd.DataFrame, rows: _Rows) -> None:
    """Draw an upright line per task at the dimension that theory expects."""
    expected = networks.groupby("task")["dimension_expected"].first().reindex(rows.tasks)
    places = np.arange(len(rows.tasks))
    ax.vlines(expected, places - BAND / 2 - 0.06, places + BAND / 2 + 0.06, **EXPECTED)


def _in_whole_numbers(ax: Axes) -> None:
    """Show 0 and all that was drawn: a limit that is set earlier cuts off what comes after it."""
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlim(left=-0.3)


def _with_legend(figure: Figure, rows: _Rows, marks: Sequence[tuple[Look, str]]) -> Figure:
    """Say below all panels what cells and marks are."""
    own = [Line2D([], [], label=name, **_as_handle(look)) for look, name in marks]
    legend_below(figure, [*model_handles(rows.styles), *own])
    return figure


def _as_handle(look: Look) -> Look:
    """Return the look of a mark that has neither marker nor colour of its own."""
    marker = {} if "marker" in look or "lw" in look else {"marker": "o", "mec": style.INK}
    return look | marker
