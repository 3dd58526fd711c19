"""A language model of running text at a glance: what it says, how long it holds, what of a label.

Drawn from its row of language_text.csv, and that of the same network untrained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import literal

SIZE, DPI = (15.0, 4.6), 100
ORDERS = (1, 2, 3, 4)  # of n-grams
LAGS = (1, 2, 5, 10, 20)  # words
MODES = (1, 2, 3, 4)  # the slowest
PROBES = {
    "label": "last state",
    "label_mean": "mean state",
    "label_slow": "slowest modes",
    "label_random": "as many\nrandom directions",
}
WITHOUT = {
    "label_bag_of_words": {"label": "bag of words", "color": style.EXPECTED, "lw": 1.4},
    "constant": {"label": "always the same", "color": style.GREY, "lw": 1.2, "ls": ":"},
}
BAR = 0.38  # of the width that a probe has
Row = Mapping[str, Any]


@style.styled_for_screen
def plot_text_model(title: str, numbers: Row, untrained: Row | None = None) -> Figure:
    """Draw the panel of one language model of running text.

    Parameters
    ----------
    title
        Which network it is.
    numbers
        Its row of language_text.csv; None or NaN for what is not known.
    untrained
        That of the same network with its initial weights, where there is one.
    """
    figure = Figure(figsize=SIZE, dpi=DPI)
    figure.text(0.015, 0.945, literal(title), fontsize=13, weight="bold", va="center")
    facts = {"fontsize": 10, "va": "center", "ha": "right", "color": style.GREY}
    figure.text(0.985, 0.945, facts_in_words(numbers), **facts)
    cells = figure.add_gridspec(
        1, 3, left=0.05, right=0.985, top=0.83, bottom=0.15, wspace=0.2, width_ratios=(0.8, 1, 1.2)
    )
    words, times, labels = (figure.add_subplot(cell) for cell in cells)
    _draw_perplexity(words, numbers)
    _draw_times(times, numbers)
    _draw_labels(labels, numbers, untrained)
    return figure


def facts_in_words(numbers: Row) -> str:
    """Return a few numbers of a network in words.

    Parameters
    ----------
    numbers
        Its row of language_text.csv.
    """
    best = min(numbers[f"perplexity_ngram_{order}"] for order in ORDERS)
    modes = "" if not is_known(numbers["slow_modes"]) else f"slow modes {numbers['slow_modes']:.0f}"
    said = f"perplexity {numbers['perplexity']:.1f}, best n-gram {best:.1f}"
    return "   ".join(part for part in (said, modes) if part)


def is_known(value: Any) -> bool:
    """Tell whether a number is there.

    Parameters
    ----------
    value
        Of a table.

    Examples
    --------
    >>> is_known(0.0), is_known(float("nan")), is_known(None)
    (True, False, False)
    """
    return value is not None and value == value


def _draw_perplexity(axes: Axes, numbers: Row) -> None:
    """Draw the perplexity beside that of n-grams of the same texts."""
    grams = {f"{order}-gram": numbers[f"perplexity_ngram_{order}"] for order in ORDERS}
    shown = {**grams, "network": numbers["perplexity"]}
    places, heights = np.arange(len(shown)), list(shown.values())
    colours = [style.CLOUD] * len(grams) + [style.PALETTE[0]]
    axes.bar(places, heights, 0.7, color=colours, label="perplexity")
    for place, value in zip(places, heights):
        told = f"{value:.0f}" if value >= 1000 else f"{value:.1f}"
        axes.annotate(told, (place, value), (0, 2), textcoords="offset points", ha="center")
    axes.set_xticks(places, list(shown))
    axes.set(title="Perplexity on test texts", ylabel="perplexity")


def _draw_times(axes: Axes, numbers: Row) -> None:
    """Draw what a word tells of later ones, and how long the slowest modes last, on one scale."""
    axes.set(xscale="log", yscale="log", xlabel="words", ylabel="nats")
    known = [lag for lag in LAGS if is_known(numbers[f"information_{lag}"])]
    told = [numbers[f"information_{lag}"] for lag in known]
    above = [(lag, value) for lag, value in zip(known, told, strict=True) if value > 0]
    style_of = {"color": style.INK, "marker": "o", "ms": 5}
    points = np.array(above, float).reshape(-1, 2).T
    axes.plot(*points, label="what a word tells of later ones", **style_of)
    taus = [numbers[f"tau_{mode}"] for mode in MODES if is_known(numbers[f"tau_{mode}"])]
    for i, tau in enumerate(taus):
        label = "time constants of the slowest modes" if i == 0 else None
        axes.axvline(tau, ymax=0.8, color=style.PALETTE[0], lw=1.4, label=label)
    half = {"color": style.GREY, "ls": "--", "lw": 1.2, "label": "half a text: longer is slow"}
    axes.axvline(numbers["half_text"], **half)
    axes.set_title("Lag of what words tell, beside time constants")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.45)  # room for the legend
    axes.legend(loc="upper right", framealpha=1)


def _draw_labels(axes: Axes, numbers: Row, untrained: Row | None) -> None:
    """Draw how well states tell labels that no network has seen, beside the bag of words."""
    places = np.arange(len(PROBES))
    full: dict[str, Any] = {"color": style.PALETTE[0]}
    shown = {"network": (numbers, full)}
    if untrained is not None:
        shown["untrained"] = (untrained, {"color": "none", "edgecolor": style.PALETTE[0]})
    for i, (name, (row, look)) in enumerate(shown.items()):
        heights = [row[probe] if is_known(row[probe]) else np.nan for probe in PROBES]
        at = places + BAR * (i - (len(shown) - 1) / 2)
        axes.bar(at, heights, BAR * 0.92, label=name, **look)
        for place, value in zip(at, heights):
            if is_known(value):
                told = f"{value:.2f}".removeprefix("0")
                axes.annotate(told, (place, value), (0, 2), textcoords="offset points", ha="center")
    for name, look in WITHOUT.items():
        axes.axhline(numbers[name], **look)
    axes.set_xticks(places, list(PROBES.values()))
    axes.set(title="Labels that no network has seen", ylabel="accuracy", ylim=(0, 1.22))
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.legend(loc="upper right", ncols=2)
