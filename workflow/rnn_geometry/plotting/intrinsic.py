"""Dimension of visited states, final states and slow points, by every estimator, over networks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below, model_handles, title_of_task
from rnn_geometry.plotting.per_network import place_beside, tasks_of
from rnn_geometry.plotting.text import said_model

ESTIMATORS = {
    "participation_ratio": "participation ratio",
    "components_95": "components for 95 %",
    "id_mle": "Levina-Bickel",
    "id_two_nn": "two neighbours",
    "id_correlation": "correlation dimension",
    "id_local_pca": "local PCA",
}
POINT_SETS = {"visited": "visited states", "final": "final states", "slow": "slow points"}
SLOW = "slow"  # a mark per network; of the other sets the range of all networks and the median
# How those are drawn, and where in the line of an estimator, whose middle is 0.
RANGES = {
    "visited": ({"color": style.PALE, "lw": 2.4}, -0.38),
    "final": ({"color": style.GREY, "lw": 1.1}, -0.26),
}
MEDIAN = {"marker": "|", "color": style.INK, "ls": "", "ms": 4.5, "mew": 1.0}
EXPECTED = {"color": style.INK, "lw": 1.0, "ls": "--", "zorder": 1}
COLUMNS, NARROW = 5, 2  # panels of a row, of a column of a journal
MIDDLE, SHARE = 0.13, 0.8  # of a line: where networks stand, and how much they spread


@style.styled
def dimension_by_estimator(dimension: pd.DataFrame, tasks: pd.DataFrame) -> Figure:
    """Draw a panel per task and in it a line per estimator: slow points by network, in the colour
    of its model, other sets of points as ranges with a median; dashed: the expected dimension.

    Parameters
    ----------
    dimension
        dimension.csv.
    tasks
        tasks.csv.
    """
    names = tasks_of(dimension)
    expected = tasks.set_index("task")["dimension_expected"]
    rows = -(-len(names) // COLUMNS)
    columns = -(-len(names) // rows)
    width = style.ONE_COLUMN if columns <= NARROW else style.TWO_COLUMNS
    figure = Figure(figsize=(width, 2.5 * rows + 0.45), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    styles = style.model_styles(dimension["model"])
    shown = axes.flat[: len(names)]
    for ax, name in zip(shown, names, strict=True):
        title_of_task(ax, name, expected[name])
        _draw(ax, dimension[dimension["task"] == name], expected[name], styles)
    axes[0, 0].set(xlim=(0, None), ylim=(len(ESTIMATORS) - 0.5, -0.5))
    axes[0, 0].set_yticks(range(len(ESTIMATORS)), list(ESTIMATORS.values()))
    axes[0, 0].xaxis.set_major_locator(MaxNLocator(5, integer=True))
    style.letters(shown)
    for place, ax in enumerate(axes.flat):
        ax.set_xlabel("dimension" if place + columns >= len(names) else "")
    for ax in axes.flat[len(names) :]:
        ax.remove()
    legend_below(figure, [*model_handles(dimension["model"]), *_handles()])
    return figure


def _draw(ax, rows: pd.DataFrame, expected: float, styles: dict) -> None:
    """Draw sets of points below each other and networks of a set aside of each other, never along
    the dimension."""
    if pd.notna(expected):
        ax.axvline(expected, label="expected d", **EXPECTED)
    lines = np.arange(len(ESTIMATORS))
    for points, (look, aside) in RANGES.items():
        values = rows.loc[rows["points"] == points, [*ESTIMATORS]].astype(float)
        low, middle, high = values.min(), values.median(), values.max()
        known, name = low.notna().to_numpy(), POINT_SETS[points]
        ax.hlines(lines[known] + aside, low[known], high[known], label=f"{name}, range", **look)
        ax.plot(middle, lines + aside, label=f"{name}, median", **MEDIAN)
    for i, (model, (colour, marker)) in enumerate(styles.items()):
        own = rows[(rows["points"] == SLOW) & (rows["model"] == model)]
        beside = place_beside(i, len(styles), np.arange(len(own)), len(own))
        y = np.add.outer(MIDDLE + SHARE * beside, lines)
        look = {"color": colour, "marker": marker, "ls": "", "ms": 3, "mew": 0.3, "mec": "white"}
        values = own[[*ESTIMATORS]].to_numpy(dtype=float)
        ax.plot(values.ravel(), y.ravel(), label=said_model(model), **look)
    for line in lines[:-1] + 0.5:
        ax.axhline(line, color="#EFEFEF", lw=0.6, zorder=0)


def _handles() -> list[Line2D]:
    sets = [
        Line2D([], [], label=f"{POINT_SETS[points]}: range and median", **{**MEDIAN, **look})
        for points, (look, _) in RANGES.items()
    ]
    for handle in sets:
        handle.set(linestyle="-", markeredgecolor=style.INK)
    return [*sets, Line2D([], [], label="expected d", **EXPECTED)]
