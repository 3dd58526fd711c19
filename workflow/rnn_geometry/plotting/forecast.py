"""The forecast from word counts against what networks show, a dot per set of classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.claims.forecast import by_set
from rnn_geometry.geometry.forecast import FORECASTS, KINDS, RULE
from rnn_geometry.identity import derive_seed
from rnn_geometry.plotting import style

JITTER = 0.16
SHOWN = {"raw": "forecast from word counts", RULE: "rule: d of theory"}  # columns of panels
MEASURED = "components_95"
COLOURS = style.PALETTE[:5]


@style.styled
def forecast_figure(networks: pd.DataFrame) -> Figure:
    """Draw measured dimension against the forecast and against the rule, for each kind of classes.

    Parameters
    ----------
    networks
        forecast.csv.
    """
    sets = by_set(networks)
    kinds = [kind for kind in KINDS if (sets["kind"] == kind).any()]
    figure = Figure(figsize=(style.TWO_COLUMNS, 2.7 * len(SHOWN) + 0.5), layout="constrained")
    panels = figure.subplots(len(SHOWN), len(kinds), squeeze=False, sharex="col", sharey="col")
    colours = dict(zip(sorted(sets["data"].unique()), COLOURS, strict=False))
    for row, (name, label) in zip(panels, SHOWN.items(), strict=True):
        for axes, kind in zip(row, kinds, strict=True):
            _draw(axes, sets[sets["kind"] == kind], FORECASTS[name], colours)
            axes.set(xlabel=label, ylabel="components of slow points" if kind == kinds[0] else "")
            axes.set_title(kind)
    drawn = {line.get_label(): line for axes in panels.flat for line in axes.get_lines()}
    figure.legend(drawn.values(), drawn, loc="outside lower center", ncols=3)
    return figure


def _draw(axes: Axes, sets: pd.DataFrame, column: str, colours: Mapping[str, str]) -> None:
    """Draw the sets of a kind, and the line on which a forecast is right."""
    most = int(np.ceil(sets[[MEASURED, *FORECASTS.values()]].to_numpy(float).max())) + 1
    axes.plot([0, most], [0, most], "--", color=style.GREY, lw=1, label="right")
    # The same shift for a set in all panels.
    generator = np.random.default_rng(derive_seed("jitter", str(sets["kind"].iloc[0])))
    shifts = generator.uniform(-JITTER, JITTER, (len(sets), 2))
    for data, places in sets.reset_index(drop=True).groupby("data").groups.items():
        part, shift = sets.iloc[list(places)], shifts[list(places)]
        look = {"color": colours[str(data)], "ms": 4, "mew": 0, "alpha": 0.8, "label": data}
        axes.plot(part[column] + shift[:, 0], part[MEASURED] + shift[:, 1], "o", **look)
    axes.set(xlim=(0.5, most), ylim=(0.5, most), aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
