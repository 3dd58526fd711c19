"""The forecast from word counts against what networks show, a dot per set of classes."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_geometry.claims.forecast import by_set
from rnn_geometry.geometry.forecast import FORECASTS, KINDS, RULE
from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below
from rnn_geometry.plotting.text import cut_names

SHOWN = {"raw": "forecast from word counts", RULE: "rule: d of theory"}  # rows of panels
MEASURED = "components_95"
WIDTH = 0.76  # of a source of sets along the axis, in which its dots stand
DOT: dict[str, Any] = {"ls": "", "marker": "o", "ms": 2.6, "mew": 0, "alpha": 0.8}
RIGHT: dict[str, Any] = {"color": style.EXPECTED, "lw": 1.0, "ls": "--", "zorder": 1}


@style.styled
def forecast_figure(networks: pd.DataFrame) -> Figure:
    """Draw how far measured dimensions are from the forecast and from the rule, a row each and a
    column for each kind of classes.

    Parameters
    ----------
    networks
        forecast.csv.
    """
    sets = by_set(networks)
    kinds = [kind for kind in KINDS if (sets["kind"] == kind).any()]
    figure = Figure(figsize=(style.TWO_COLUMNS, 1.75 * len(SHOWN) + 0.4), layout="constrained")
    panels = figure.subplots(len(SHOWN), len(kinds), squeeze=False, sharey=True)
    for row, (name, label) in zip(panels, SHOWN.items(), strict=True):
        for axes, kind in zip(row, kinds, strict=True):
            _draw(axes, sets[sets["kind"] == kind], FORECASTS[name])
            axes.set_title(kind)
        row[0].set_ylabel(f"components of slow points\n− {label}")
    style.letters(panels.flat)
    handles = [
        Line2D([], [], color=style.INK, label="a set of classes", **DOT),
        Line2D([], [], label="right", **RIGHT),
    ]
    legend_below(figure, handles)
    return figure


def _draw(axes: Axes, sets: pd.DataFrame, column: str) -> None:
    """Draw the sets of a kind over the data that they are from, those of a value side by side."""
    axes.axhline(0, label="right", **RIGHT)
    sources = sorted(sets["data"].unique())
    for place, data in enumerate(sources):
        off = (sets.loc[sets["data"] == data, MEASURED] - sets[column]).dropna().sort_values()
        order, of = off.groupby(off).cumcount(), off.groupby(off).transform("size")
        x = place - WIDTH / 2 + WIDTH * (order + 1) / (of + 1)
        axes.plot(x, off, color=style.INK, label=data, **DOT)
    turned = {"rotation": 25, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(sources)), cut_names(sources, 16), **turned)
    axes.set_xlim(-0.6, len(sources) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
