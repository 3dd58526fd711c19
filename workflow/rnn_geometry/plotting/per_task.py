"""A dot per network over its task: models side by side, those that are untrained pale."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import literal

HALF = 0.38  # of the width that a task has
EXPECTED = {"color": style.EXPECTED, "lw": 1.2}


def dots(axes: Axes, table: pd.DataFrame, tasks: list[str], column: str) -> None:
    """Draw a dot a network: models side by side within a task, controls pale.

    Parameters
    ----------
    axes
        Where; task i is at i.
    table
        A row per network: `task`, `model`, `control` and the column.
    tasks
        Names in order.
    column
        What is drawn.
    """
    models = sorted(table.loc[table["control"].isna(), "model"].unique())
    looks = {model: style.PALETTE[i % len(style.PALETTE)] for i, model in enumerate(models)}
    for i, model in enumerate(models):
        place = HALF * ((2 * i + 1) / len(models) - 1)
        own = table["model"] == model
        control = table["control"].notna() & table["model"].str.startswith(f"{model}-")
        _row(axes, table[own], tasks, column, place)(color=looks[model], label=literal(model))
        if control.any():
            pale = {"facecolors": "none", "edgecolors": looks[model], "alpha": 0.55}
            label = f"{literal(model)}, untrained"
            _row(axes, table[control], tasks, column, place)(lw=0.7, label=label, **pale)


def _row(
    axes: Axes, rows: pd.DataFrame, tasks: list[str], column: str, place: float
) -> Callable[..., None]:
    """Return a function that draws the dots of some networks."""
    x = rows["task"].map(tasks.index).to_numpy(float) + place

    def draw(**look) -> None:
        axes.scatter(x, rows[column].to_numpy(float), s=9, zorder=3, **look)

    return draw


def levels(axes: Axes, table: pd.DataFrame, tasks: list[str], column: str, **look) -> None:
    """Draw what is known of each task as a level line over it.

    Parameters
    ----------
    axes
        Where; task i is at i.
    table
        A row per network: `task` and the column.
    tasks
        Names in order.
    column
        What is drawn, of the first network of a task.
    look
        Of the lines; `label` stands once.
    """
    known = table.groupby("task")[column].first()
    for i, task in enumerate(tasks):
        axes.plot(
            [i - 0.45, i + 0.45],
            [known[task]] * 2,
            **{**look, "label": look["label"] if i == 0 else None},
        )
