"""A line or points per network: lines along a quantity, points over what has no order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import said_model

WIDTH = 0.7  # of the room between two categories, which the points of one take
MANY = 20  # networks of a panel: the lines of more are paler


def tasks_of(table: pd.DataFrame) -> list[str]:
    """Return the tasks of a table in the order of its rows: stages bring that of the configuration.

    Parameters
    ----------
    table
        With `task`.
    """
    return list(dict.fromkeys(table["task"]))


def draw_lines(axes: Axes, runs: pd.DataFrame, x: Sequence[float], values: np.ndarray) -> None:
    """Draw a line per network, every marker at its place.

    Parameters
    ----------
    axes
        Where.
    runs
        Of n networks, with `model`.
    x
        k places along a quantity.
    values
        (n, k), NaN where there is none.
    """
    look = {"ms": 3, "lw": 0.7, "mew": 0, "alpha": 0.9 if len(runs) <= MANY else 0.5}
    for model, (colour, marker) in style.model_styles(runs["model"]).items():
        own = values[(runs["model"] == model).to_numpy()]
        axes.plot(x, own.T, marker=marker, color=colour, label=said_model(model), **look)


def draw_points(axes: Axes, runs: pd.DataFrame, values: np.ndarray) -> None:
    """Draw a point per network over each category, at its value; no line leads from one to another.

    Parameters
    ----------
    axes
        Where; category i is at i.
    runs
        Of n networks, with `model`.
    values
        (n, k) over k categories, NaN where there is none.
    """
    styles = style.model_styles(runs["model"])
    places = np.arange(values.shape[1])
    for i, (model, (colour, marker)) in enumerate(styles.items()):
        own = values[(runs["model"] == model).to_numpy()]
        beside = place_beside(i, len(styles), np.arange(len(own)), len(own))
        look = {"color": colour, "ms": 3.2, "mew": 0.3, "mec": "white", "ls": ""}
        x = places + beside[:, None]
        axes.plot(x.ravel(), own.ravel(), marker=marker, label=said_model(model), **look)


def place_beside(
    model: int, models: int, order: np.ndarray, networks: int | np.ndarray
) -> np.ndarray:
    """Return how far from its category a network stands: beside those of other models.

    Parameters
    ----------
    model, models
        Which of how many, from 0.
    order
        Of the networks of this model, from 0; any shape, which the answer has.
    networks
        How many of this model there are; of the shape of `order`, or one number.

    Returns
    -------
    numpy.ndarray
        Within half of WIDTH of 0.

    Examples
    --------
    >>> place_beside(0, 2, np.arange(1), 1).round(3).tolist()
    [-0.175]
    """
    return WIDTH * ((model + (order + 1) / (networks + 1)) / models - 0.5)
