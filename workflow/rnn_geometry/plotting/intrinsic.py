"""Dimension of visited states, final states and slow points, by every estimator, over networks."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names

ESTIMATORS = {
    "participation_ratio": "participation\nratio",
    "components_95": "components\nfor 95 %",
    "id_mle": "Levina-\nBickel",
    "id_two_nn": "two\nneighbours",
    "id_correlation": "correlation\ndimension",
    "id_local_pca": "local\nPCA",
}
POINT_SETS = {"visited": "visited states", "final": "final states", "slow": "slow points"}
COLOURS = ["#B5B5B5", "#56B4E9", "#222222"]


@style.styled
def dimension_by_estimator(dimension: pd.DataFrame, tasks: pd.DataFrame) -> Figure:
    """Draw a panel per task: a point per network, set of points and estimator; dashed: the expected
    dimension.

    dimension: dimension.csv; tasks: tasks.csv.
    """
    names = sorted(dimension["task"].unique(), key=style.natural_order)
    expected = tasks.set_index("task")["dimension_expected"]
    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(0.4 + 4.4 * columns, 0.7 + 2.1 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax, name, title in zip(axes.flat, names, cut_names(names, 40), strict=False):
        _draw(ax, dimension[dimension["task"] == name], title, expected[name])
    for ax in axes.flat[len(names) :]:
        ax.remove()
    figure.supylabel("dimension", fontsize=9)
    # A task of which nothing is defined has no points, and no legend.
    found = [ax.get_legend_handles_labels() for ax in axes.flat[: len(names)]]
    handles, labels = max(found, key=lambda pair: len(pair[1]))
    figure.legend(handles, labels, loc="outside lower center", ncols=max(1, len(labels)))
    for legend in filter(None, (ax.get_legend() for ax in axes.flat[: len(names)])):
        legend.remove()
    return figure


def _draw(ax, rows: pd.DataFrame, title: str, expected: float) -> None:
    table = rows.melt(
        id_vars="points", value_vars=list(ESTIMATORS), var_name="estimator", value_name="dimension"
    )
    table = table.assign(
        points=table["points"].map(POINT_SETS), estimator=table["estimator"].map(ESTIMATORS)
    )
    if pd.notna(expected):
        ax.axhline(expected, color=style.INK, lw=1.2, ls="--", zorder=1, label="expected d")
    sns.stripplot(
        table.dropna(),
        x="estimator",
        y="dimension",
        hue="points",
        palette=COLOURS,
        dodge=True,
        jitter=False,
        size=3.5,
        alpha=0.8,
        ax=ax,
        order=list(ESTIMATORS.values()),
        hue_order=list(POINT_SETS.values()),
    )
    ax.set(xlabel="", ylabel="", ylim=(0, None))
    ax.set_title(title)
    ax.tick_params(axis="x", labelsize=7)
