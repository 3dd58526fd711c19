"""The figure over all language models: dimension, beliefs and perplexity beside theory."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import style
from rnn_geometry.plotting.per_network import tasks_of
from rnn_geometry.plotting.per_task import EXPECTED, dots, levels
from rnn_geometry.plotting.text import literal

ORDERS = (1, 2, 3, 4)  # of n-grams
GRAMS = ("#C9C9C9", "#A9A9A9", "#838383", "#5C5C5C")


@style.styled
def language_overview(table: pd.DataFrame) -> Figure:
    """Draw the dimension that networks hold, how well beliefs are read, and perplexities.

    Parameters
    ----------
    table
        language.csv.

    Returns
    -------
    Figure
        A dot a network; untrained ones pale.
    """
    figure = Figure(figsize=(style.TWO_COLUMNS, 5.4), layout="constrained")
    axes = figure.subplots(3, 1, sharex=True)
    tasks = tasks_of(table)
    dots(axes[0], table, tasks, "dimension_held")
    levels(axes[0], table, tasks, "dimension_expected", label="theory", **EXPECTED)
    axes[0].yaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set(ylabel="dimension held", ylim=(-0.4, None))
    axes[0].set_title("Dimension of beliefs that states hold")
    dots(axes[1], table, tasks, "belief_r2")
    axes[1].set(ylabel="R² on held-out texts")
    axes[1].set_title("Beliefs read by a linear map")
    relative = table.assign(
        **{
            f"ngram_{n}": table[f"perplexity_ngram_{n}"] / table["perplexity_source"]
            for n in ORDERS
        }
    )
    for order, colour in zip(ORDERS, GRAMS, strict=True):
        look = {"color": colour, "lw": 1.2, "label": f"{order}-gram"}
        levels(axes[2], relative, tasks, f"ngram_{order}", **look)
    axes[2].axhline(1, label="source", **EXPECTED)
    trained = relative[relative["control"].isna()]
    dots(axes[2], trained, tasks, "perplexity_ratio")
    axes[2].set(ylabel="perplexity over the source's")
    axes[2].set_title("Perplexity beside n-grams")
    axes[2].set_xticks(range(len(tasks)), [literal(task, 24) for task in tasks])
    _legends(figure, axes)
    style.letters(axes)
    return figure


def _legends(figure: Figure, axes: np.ndarray) -> None:
    """Tell models above all panels, theory and n-grams beside what they belong to."""
    handles, labels = axes[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=4)
    for ax in axes[[0, 2]]:
        shown = [
            pair
            for pair in zip(*ax.get_legend_handles_labels(), strict=True)
            if pair[1] not in labels
        ]
        ax.legend(*zip(*shown, strict=True), loc="upper left", bbox_to_anchor=(1.0, 1.0))
