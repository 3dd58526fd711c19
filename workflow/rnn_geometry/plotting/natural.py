"""The figure of docs/natural.md.

Accuracy beside its baselines, dimension beside its predictions, and what L2 does.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names, literal, tick_places

ACCURACIES = (
    ("test_accuracy", "network", "o", style.PALETTE[0]),
    ("shuffled_accuracy", "network, words shuffled", "x", style.PALETTE[4]),
    ("bag_of_words_accuracy", "bag of words", "D", style.PALETTE[1]),
    ("majority_accuracy", "majority class", "|", style.GREY),
)
DIMENSIONS = (
    ("dimension_expected", "expected d", "_", style.INK),
    ("dimension_predicted", "predicted from word counts", "D", style.PALETTE[1]),
    ("components_95", "components for 95 %", "o", style.PALETTE[0]),
    ("participation_ratio", "participation ratio", "x", style.PALETTE[2]),
    ("integration_modes", "integration modes at the centre", "^", style.PALETTE[3]),
)

MOST_TASKS = 48  # names beside the panels


@style.styled
def battery_figure(battery: pd.DataFrame, sweeps: tuple[str, ...]) -> Figure:
    """Draw natural.csv.

    A dot per network and measure; sweeps: the tasks whose networks differ in L2.
    """
    main = battery[~battery["task"].isin(sweeps)]
    tasks = sorted(main["task"].unique(), key=style.natural_order)
    figure = Figure(figsize=(style.TWO_COLUMNS, 9.2), layout="constrained")
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[2.4, 1])[:, 0]
    left, right = above.subplots(1, 2, sharey=True)
    _dots(left, main, tasks, ACCURACIES)
    names, (places, left_out) = cut_names(tasks, 24), tick_places(len(tasks), MOST_TASKS)
    left.set(
        xlabel="test accuracy",
        title="A  Accuracy",
        yticks=places,
        yticklabels=[names[i] for i in places],
        ylabel=f"and {left_out} more" if left_out else "",
        xlim=(0, 1.03),
    )
    left.set_ylim(len(tasks) - 0.5, -0.5)
    _dots(right, main, tasks, DIMENSIONS)
    right.set(xlabel="dimension", title="B  Dimension of the slow manifold", xlim=(0, None))
    for axes in (left, right):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=1)
    panels = below.subplots(1, len(sweeps), squeeze=False)[0]
    for letter, axes, task in zip("CDEFGH", panels, sweeps, strict=False):
        lines = _sweep(axes, battery[battery["task"] == task], f"{letter}  {literal(task, 24)}")
    below.legend(lines, [line.get_label() for line in lines], loc="outside lower center", ncols=2)
    return figure


def _dots(axes, main: pd.DataFrame, tasks: list[str], measures) -> None:
    axes.grid(axis="y", color="#EBEBEB", lw=0.8)
    axes.set_axisbelow(True)
    for i, (column, label, marker, colour) in enumerate(measures):
        # Each measure on a line of its own within the task's row, so that equal values do not hide
        # each other.
        offset = (i - (len(measures) - 1) / 2) * 0.16
        rows = main["task"].map(tasks.index) + offset
        look = {
            "mew": 1.3 if marker in "x|_" else 0,
            "alpha": 0.85,
            "ms": 5 if marker != "_" else 9,
        }
        axes.plot(main[column], rows, marker, color=colour, label=label, **look)


def _sweep(axes, part: pd.DataFrame, title: str) -> list:
    """Draw the networks of one task over L2; return the lines for a legend."""
    part = part.assign(strength=part["l2"].astype(float)).sort_values("strength")
    places = np.arange(len(part))
    axes.plot(
        places,
        part["components_95"],
        "o-",
        color=style.PALETTE[0],
        label="components for 95 %",
        ms=7,
    )
    axes.plot(
        places,
        part["integration_modes"],
        "^--",
        color=style.PALETTE[3],
        label="integration modes at the centre",
    )
    axes.plot(
        places,
        part["participation_ratio"],
        "x:",
        color=style.PALETTE[2],
        label="participation ratio",
    )
    axes.set(xticks=places, xticklabels=part["l2"], xlabel="L2", ylabel="dimension", title=title)
    counts = part[["components_95", "integration_modes"]].to_numpy(dtype=float).ravel()
    axes.set_ylim(-0.15, np.fmax.reduce(counts, initial=1.0) + 0.3)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    other = axes.twinx()
    other.spines["right"].set_visible(True)
    other.plot(
        places,
        part["test_accuracy"],
        "s-",
        color=style.GREY,
        ms=4,
        label="test accuracy (right axis)",
    )
    other.set(ylabel="test accuracy", ylim=(0, 1))
    return [*axes.get_lines(), *other.get_lines()]
