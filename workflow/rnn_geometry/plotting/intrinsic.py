"""Dimension of visited states, final states and slow points, by every estimator, over networks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below, title_of_task
from rnn_geometry.plotting.per_network import tasks_of

ESTIMATORS = {
    "participation_ratio": "participation ratio",
    "components_95": "components for 95 %",
    "id_mle": "Levina-Bickel",
    "id_two_nn": "two neighbours",
    "id_correlation": "correlation dimension",
    "id_local_pca": "local PCA",
}
POINT_SETS = {"visited": "visited states", "final": "final states", "slow": "slow points"}
COLOURS, MARKERS = (style.PALE, style.CLOUD, style.INK), "s^o"
EXPECTED = {"color": style.INK, "lw": 1.0, "ls": "--", "zorder": 1}
COLUMNS, NARROW, WIDTH = 5, 2, 0.72  # panels of a row, of a column of a journal; of a line


@style.styled
def dimension_by_estimator(dimension: pd.DataFrame, tasks: pd.DataFrame) -> Figure:
    """Draw a panel per task: a point per network, set of points and estimator; dashed: the expected
    dimension.

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
    figure = Figure(figsize=(width, 1.7 * rows + 0.45), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    shown = axes.flat[: len(names)]
    for ax, name in zip(shown, names, strict=True):
        title_of_task(ax, name, expected[name])
        _draw(ax, dimension[dimension["task"] == name], expected[name])
    axes[0, 0].set(xlim=(0, None), ylim=(len(ESTIMATORS) - 0.5, -0.5))
    axes[0, 0].set_yticks(range(len(ESTIMATORS)), list(ESTIMATORS.values()))
    axes[0, 0].xaxis.set_major_locator(MaxNLocator(5, integer=True))
    style.letters(shown)
    for place, ax in enumerate(axes.flat):
        ax.set_xlabel("dimension" if place + columns >= len(names) else "")
    for ax in axes.flat[len(names) :]:
        ax.remove()
    legend_below(figure, _handles())
    return figure


def _draw(ax, rows: pd.DataFrame, expected: float) -> None:
    """Draw sets of points below each other and networks of a set aside of each other, never along
    the dimension."""
    if pd.notna(expected):
        ax.axvline(expected, label="expected d", **EXPECTED)
    slot = WIDTH / len(POINT_SETS)
    for i, (points, label) in enumerate(POINT_SETS.items()):
        known = rows[rows["points"] == points]
        aside = -WIDTH / 2 + slot * (i + np.arange(1, len(known) + 1) / (len(known) + 1))
        for place, estimator in enumerate(ESTIMATORS):
            values = known[estimator].to_numpy(dtype=float)
            ax.plot(values, place + aside, label=label, **_look(i))
    for line in np.arange(len(ESTIMATORS) - 1) + 0.5:
        ax.axhline(line, color="#EFEFEF", lw=0.6, zorder=0)


def _look(place: int) -> dict:
    look = {"marker": MARKERS[place], "color": COLOURS[place], "ls": "", "ms": 2.6}
    return {**look, "mew": 0.3, "mec": style.GREY if place == 0 else "none"}


def _handles() -> list[Line2D]:
    sets = [Line2D([], [], label=name, **_look(i)) for i, name in enumerate(POINT_SETS.values())]
    return [*sets, Line2D([], [], label="expected d", **EXPECTED)]
