"""One figure per sweep.

Dimension and accuracy against the one setting that varies, with theory and intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.claims.means import clustered_interval
from rnn_geometry.claims.metrics import living_dimension
from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names, literal, said_model, tick_places

LEVEL = 0.95
LABELS = {
    "classes": "classes N",
    "labels": "labels k",
    "length": "words in a sentence",
    "hidden_size": "units H",
    "correlation": "correlation of paired classes ρ",
    "l2": "L2 strength",
    "hold_input": "x*, the input held during the analysis",
}
INK, MIDDLE, PALE = style.MEASURES
DIMENSIONS = (
    ("participation_ratio", "participation ratio", "o", INK),
    ("living", "components for 95 %, 0 without a slow mode", "D", MIDDLE),
    ("integration_modes", "integration modes at the centre", "^", PALE),
)
ACCURACIES = (
    ("test_accuracy", "network", "o", INK),
    ("accuracy_at_d", "first d components", "D", MIDDLE),
    ("accuracy_below_d", "first d − 1 components", "v", PALE),
)
THEORY = {"color": style.EXPECTED, "lw": 1.3, "zorder": 1}
FORECAST = {"color": style.EXPECTED, "lw": 1.3, "ls": ":", "zorder": 1}
COMMONEST = {"color": style.GREY, "lw": 1.0, "ls": "--", "zorder": 1}
HALF = 0.42  # of a value along the axis that its lines fill


@style.styled
def sweep_figure(rows: pd.DataFrame) -> Figure:
    """Draw the rows of sweeps.csv of one sweep.

    Small dots are networks, large ones means with bootstrap intervals. Every value of the setting
    has a column of its own, in which measures stand side by side and theory is a level line.
    """
    rows = rows.assign(living=living_dimension(rows))
    # Without an integration mode the points are one point, and their participation ratio is that of
    # rounding errors.
    rows["participation_ratio"] = rows["participation_ratio"].mask(rows["integration_modes"] <= 0)
    values = list(dict.fromkeys(rows["value"]))
    figure = Figure(figsize=(style.TWO_COLUMNS, 3.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    _theory(left, rows, values)
    _measures(left, rows, values, DIMENSIONS)
    models = [literal(said_model(model), 18) for model in sorted(rows["model"].unique())[:2]]
    left.set(ylabel="dimension of the slow points", title=" and ".join(models))
    left.set_ylim(bottom=-0.2)
    left.yaxis.set_major_locator(MaxNLocator(integer=True))
    _measures(right, rows, values, ACCURACIES)
    commonest = [_mean(rows, value, "majority_accuracy") for value in values]
    _levels(right, commonest, "always the commonest class", COMMONEST)
    right.set(ylabel="test accuracy", ylim=(0, 1.03))
    places, more = tick_places(len(values))
    names = [cut_names(values, 18)[i] for i in places]
    for axes in (left, right):
        turned = sum(map(len, names)) > 30
        axes.set_xticks(
            places,
            names,
            rotation=40 if turned else 0,
            ha="right" if turned else "center",
        )
        _columns(axes, len(values))
        axes.set_xlabel(_over(rows["over"].iloc[0]) + (f" (and {more} more)" if more else ""))
        place = (0.5, -0.2 if not turned else -0.42)
        found = zip(*axes.get_legend_handles_labels(), strict=True)
        handles = [handle for handle, label in found if not label.endswith(": networks")]
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=place, ncols=1)
    style.letters((left, right))
    return figure


def _columns(axes, count: int) -> None:
    """Shade every other value: they stand side by side, and have no distance."""
    axes.set_xlim(-0.5, count - 0.5)
    for place in range(1, count, 2):
        axes.axvspan(place - 0.5, place + 0.5, color="#F4F4F4", lw=0, zorder=0)


def _levels(axes, levels: Sequence[float], label: str, look: Mapping[str, Any]) -> None:
    """Draw a level line over each value."""
    places = np.arange(len(levels))
    x = np.column_stack([places - HALF, places + HALF, np.full(len(levels), np.nan)])
    axes.plot(x.ravel(), np.repeat(levels, 3), label=label, **look)


def _over(setting: str) -> str:
    return LABELS.get(setting, literal(setting, 30))


def _mean(rows: pd.DataFrame, value: str, column: str) -> float:
    return rows.loc[rows["value"] == value, column].astype(float).mean()


def _theory(axes, rows: pd.DataFrame, values: list[str]) -> None:
    """Draw the dimension by theory, and what word counts predict where it differs."""
    expected = [_mean(rows, value, "dimension_expected") for value in values]
    predicted = [_mean(rows, value, "dimension_predicted") for value in values]
    _levels(axes, expected, "theory", THEORY)
    if not np.allclose(expected, predicted, equal_nan=True):
        _levels(axes, predicted, "predicted from word counts", FORECAST)


def _clusters(rows: pd.DataFrame) -> np.ndarray:
    """Return what an interval is drawn by: data seeds where there are several, else seeds."""
    several = "data_seed" in rows and rows["data_seed"].nunique() > 1
    return rows["data_seed" if several else "seed"].to_numpy()


def _measures(axes, rows: pd.DataFrame, values: list[str], measures) -> None:
    """Draw measures side by side: a dot per network, the mean of each value with its interval."""
    measures = [measure for measure in measures if rows[measure[0]].notna().any()]
    for i, (column, label, marker, colour) in enumerate(measures):
        aside = (i - (len(measures) - 1) / 2) * 0.24
        means, lows, highs, dots = [], [], [], []
        for place, value in enumerate(values):
            part = rows[(rows["value"] == value) & rows[column].notna()]
            numbers = part[column].to_numpy(dtype=float)
            dots += [(place + aside, number) for number in numbers]
            mean = numbers.mean() if len(numbers) else np.nan
            low, high = (
                clustered_interval(numbers, _clusters(part), LEVEL)
                if len(numbers)
                else (None, None)
            )
            means.append(mean)
            lows.append(mean - (mean if low is None else low))
            highs.append((mean if high is None else high) - mean)
        look = {"color": colour, "ms": 3, "alpha": 0.6, "mew": 0, "ls": ""}
        axes.plot(*np.reshape(dots, (-1, 2)).T, marker=".", label=f"{label}: networks", **look)
        errors = np.maximum(np.nan_to_num([lows, highs]), 0)
        axes.errorbar(
            np.arange(len(values)) + aside,
            means,
            errors,
            color=colour,
            marker=marker,
            ls="",
            ms=4.5,
            mec=style.INK,
            mew=0.5,
            lw=1,
            capsize=2,
            label=label,
        )
