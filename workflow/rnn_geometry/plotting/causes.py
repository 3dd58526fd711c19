"""What decisions owe to the slow subspace, over networks: three tests, each beside its controls."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import shape_of_legend, shown_handles
from rnn_geometry.plotting.text import cut_names, tick_places

# Column of each test, its axis, and where its level of chance stands: a column, or a number.
TESTS = (
    ("ablation_accuracy", "accuracy without\nslow coordinates", "ablation_chance"),
    ("interchange_follows", "decisions that follow\nthe other text", "interchange_chance"),
    ("steering_hits", "moves with the\nintended decision", 0.5),
)
# Ending of a column, what it is called, and how a network is drawn: marker, filled, size.
KINDS = (
    ("", "slow subspace", None, True, 5.0),
    ("_random", "random subspaces", None, False, 4.0),
    ("_untrained", "untrained network", "x", False, 4.0),
)
CHANCE = {"color": style.INK, "lw": 1.2, "ls": "--", "zorder": 1}
NAME, MOST_MODELS, NARROW = 24, 24, 0.13  # letters, entries; inches that an upright name takes
WIDTH = 0.8  # of a task along the axis, in which its models stand side by side


@style.styled
def causes_by_task(runs: pd.DataFrame) -> Figure:
    """Draw a panel per test: by task and model a point per network, its controls, and chance.

    Parameters
    ----------
    runs
        runs.csv.
    """
    tasks = sorted(runs["task"].unique(), key=style.natural_order)
    styles = style.model_styles(runs["model"])
    width = min(max(4.2, 1.3 * len(tasks) + 1), 12)
    figure = Figure(figsize=(width, 6.2), layout="constrained")
    panels = figure.subplots(len(TESTS), 1, sharex=True)
    for ax, (column, label, chance) in zip(panels, TESTS, strict=True):
        _draw_chance(ax, runs, tasks, chance)
        for ending, _, marker, filled, size in KINDS:
            _draw(ax, runs, tasks, styles, column + ending, marker, filled, size)
        ax.set(ylabel=label, ylim=(-0.04, 1.04), xlim=(-0.6, len(tasks) - 0.4))
    _name_tasks(panels[-1], tasks, width)
    _legend(figure, styles)
    return figure


def _draw_chance(ax, runs: pd.DataFrame, tasks: Sequence[str], chance: str | float) -> None:
    """Draw a short dashed line over every task."""
    for i, task in enumerate(tasks):
        of_task = runs[runs["task"] == task]
        level = of_task[chance].mean() if isinstance(chance, str) else chance
        ax.plot([i - 0.45, i + 0.45], [level] * 2, **CHANCE)


def _draw(ax, runs, tasks, styles, column, marker, filled, size) -> None:
    """Draw a point per network, models side by side and networks of a model aside of each other."""
    slot = WIDTH / len(styles)
    for i, (model, (colour, own)) in enumerate(styles.items()):
        rows = runs[runs["model"] == model]
        places = rows["task"].map({task: place for place, task in enumerate(tasks)})
        order, of = rows.groupby("task").cumcount(), rows.groupby("task")["task"].transform("size")
        x = places - WIDTH / 2 + slot * (i + (order + 1) / (of + 1))
        look = {"mfc": colour if filled else "none", "mec": "white" if filled else colour}
        edge = 0.5 if filled else 0.9
        values = rows[column].astype(float)
        ax.plot(x, values, marker or own, color=colour, ms=size, mew=edge, ls="", **look)


def _name_tasks(ax, tasks: Sequence[str], width: float) -> None:
    """Name as many tasks as have room."""
    places, more = tick_places(len(tasks), int((width - 1) / NARROW))
    names, turned = cut_names(tasks, NAME), 25 if len(tasks) < width / 0.24 else 90
    look = {"ha": "right", "va": "top" if turned == 25 else "center", "rotation_mode": "anchor"}
    ax.set_xticks(places, [names[i] for i in places], rotation=turned, **look)
    if more:
        ax.set_xlabel(f"and {more} more tasks")


def _legend(figure: Figure, styles) -> None:
    """Say below all panels what colours, kinds of points and the dashed line are."""
    names = cut_names(list(styles), NAME)
    models = [
        Line2D([], [], color=colour, marker=marker, ls="", ms=5.5, mew=0, label=name)
        for name, (colour, marker) in zip(names, styles.values(), strict=True)
    ]
    kinds = [
        Line2D([], [], color=style.INK, marker=marker or "o", ls="", ms=size, label=label)
        for _, label, marker, _, size in KINDS
    ]
    for handle, (*_, filled, _) in zip(kinds, KINDS, strict=True):
        handle.set_markerfacecolor(style.INK if filled else "none")
    chance = Line2D([], [], label="chance", **CHANCE)
    handles = [*shown_handles(models, MOST_MODELS), *kinds, chance]
    inches = [0.5 + 0.062 * len(str(handle.get_label())) for handle in handles]
    columns, lines = shape_of_legend(inches, figure.get_figwidth())
    figure.set_figheight(figure.get_figheight() + 0.17 * max(lines - 2, 0))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
