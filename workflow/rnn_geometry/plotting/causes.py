"""What decisions owe to the slow subspace, over networks: three tests, each beside its controls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below, model_handles
from rnn_geometry.plotting.per_network import tasks_of
from rnn_geometry.plotting.text import cut_names, said_model, said_task, tick_places

# Column of each test, what is done and where filled marks are expected, its axis, and where its
# level of chance stands: a column, or a number.
TESTS = (
    (
        "ablation_accuracy",
        "Slow coordinates removed: filled expected low",
        "accuracy",
        "ablation_chance",
    ),
    (
        "interchange_follows",
        "Exchanged between two texts: filled expected high",
        "decisions that follow",
        "interchange_chance",
    ),
    ("steering_hits", "Moved to another decision: filled expected high", "moves that hit", 0.5),
)
# Ending of a column, what it is called, and how a network is drawn: marker, filled, size.
KINDS = (
    ("", "slow subspace", None, True, 4.0),
    ("_random", "random subspaces", None, False, 3.3),
    ("_untrained", "untrained network", "x", False, 3.3),
)
CHANCE = {"color": style.INK, "lw": 1.2, "ls": "--", "zorder": 1}
NAME, NARROW = 24, 0.11  # letters; inches that an upright name takes
FEW_TASKS = 3  # in a column of a journal
WIDTH = 0.8  # of a task along the axis, in which its models stand side by side


@style.styled
def causes_by_task(runs: pd.DataFrame) -> Figure:
    """Draw a panel per test: by task and model a point per network, its controls, and chance.

    Parameters
    ----------
    runs
        runs.csv.
    """
    tasks = tasks_of(runs)
    styles = style.model_styles(runs["model"])
    width = style.ONE_COLUMN if len(tasks) <= FEW_TASKS else style.TWO_COLUMNS
    figure = Figure(figsize=(width, 5.2), layout="constrained")
    panels = figure.subplots(len(TESTS), 1, sharex=True)
    for ax, (column, title, label, chance) in zip(panels, TESTS, strict=True):
        _draw_chance(ax, runs, tasks, chance)
        _tie(ax, runs, tasks, styles, column)
        for ending, kind, marker, filled, size in KINDS:
            look = {"ms": size, "filled": filled, "own": marker, "kind": kind}
            _draw(ax, runs, tasks, styles, column + ending, **look)
        ax.set_title(title, fontsize=7)
        ax.set(ylabel=label, ylim=(-0.04, 1.04), xlim=(-0.6, len(tasks) - 0.4))
    _name_tasks(panels[-1], tasks, width)
    style.letters(panels)
    _legend(figure, runs["model"])
    return figure


def _draw_chance(ax, runs: pd.DataFrame, tasks: Sequence[str], chance: str | float) -> None:
    """Draw a short dashed line over every task."""
    for i, task in enumerate(tasks):
        of_task = runs[runs["task"] == task]
        level = of_task[chance].mean() if isinstance(chance, str) else chance
        ax.plot([i - 0.45, i + 0.45], [level] * 2, label="chance", **CHANCE)


def _draw(ax, runs, tasks, styles, column, *, kind, own, filled, ms) -> None:
    """Draw a point per network, models side by side and networks of a model aside of each other."""
    for model, (colour, marker) in styles.items():
        rows = runs[runs["model"] == model]
        x = _places(rows, tasks, styles)
        look = {"mfc": colour if filled else "none", "mec": "white" if filled else colour}
        edge = 0.4 if filled else 0.7
        values = rows[column].astype(float)
        look |= {"color": colour, "ms": ms, "mew": edge, "ls": ""}
        ax.plot(x, values, own or marker, label=f"{said_model(model)}, {kind}", **look)


def _tie(ax, runs, tasks, styles, column) -> None:
    """Draw a thin line from each network to its control of random subspaces."""
    for model, (colour, _) in styles.items():
        rows = runs[runs["model"] == model]
        ends = rows[[column, f"{column}_random"]].astype(float).to_numpy().T
        look = {"color": colour, "lw": 0.5, "alpha": 0.6, "zorder": 1, "label": "_own control"}
        ax.vlines(_places(rows, tasks, styles), *ends, **look)


def _places(rows: pd.DataFrame, tasks: Sequence[str], styles) -> pd.Series:
    """Return where networks of one model stand along the axis."""
    slot, model = WIDTH / len(styles), [*styles].index(rows["model"].iloc[0])
    places = rows["task"].map({task: place for place, task in enumerate(tasks)})
    order, of = rows.groupby("task").cumcount(), rows.groupby("task")["task"].transform("size")
    return places - WIDTH / 2 + slot * (model + (order + 1) / (of + 1))


def _name_tasks(ax, tasks: Sequence[str], width: float) -> None:
    """Name as many tasks as have room."""
    places, more = tick_places(len(tasks), int((width - 1) / NARROW))
    names = cut_names([said_task(task) for task in tasks], NAME)
    turned = 25 if len(tasks) < width / 0.2 else 90
    look = {"ha": "right", "va": "top" if turned == 25 else "center", "rotation_mode": "anchor"}
    ax.set_xticks(places, [names[i] for i in places], rotation=turned, **look)
    if more:
        ax.set_xlabel(f"and {more} more tasks")


def _legend(figure: Figure, models: Iterable[str]) -> None:
    """Say below all panels what colours, kinds of points and the dashed line are."""
    kinds = [
        Line2D([], [], color=style.INK, marker=marker or "o", ls="", ms=size, label=label)
        for _, label, marker, _, size in KINDS
    ]
    for handle, (*_, filled, _) in zip(kinds, KINDS, strict=True):
        handle.set_markerfacecolor(style.INK if filled else "none")
    chance = Line2D([], [], label="chance", **CHANCE)
    legend_below(figure, [*model_handles(models), *kinds, chance])
