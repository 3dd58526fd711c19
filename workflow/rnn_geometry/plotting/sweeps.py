"""One figure per sweep.

Dimension and accuracy against the one setting that varies, with theory and intervals.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_geometry.claims.means import clustered_interval
from rnn_geometry.claims.metrics import living_dimension
from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names, literal, tick_places

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
DIMENSIONS = (
    ("participation_ratio", "participation ratio", "o", style.PALETTE[0], "-"),
    ("living", "components for 95 %, 0 without a slow mode", "D", style.PALETTE[1], "--"),
    ("integration_modes", "integration modes at the centre", "^", style.PALETTE[2], ":"),
)
ACCURACIES = (
    ("test_accuracy", "network", "o", style.PALETTE[0], "-"),
    ("accuracy_at_d", "first d components", "D", style.PALETTE[1], "--"),
    ("accuracy_below_d", "first d − 1 components", "v", style.PALETTE[3], ":"),
)


@style.styled
def sweep_figure(rows: pd.DataFrame) -> Figure:
    """Draw the rows of sweeps.csv of one sweep.

    Dots are networks, lines means with bootstrap intervals.
    """
    rows = rows.assign(living=living_dimension(rows))
    # Without an integration mode the points are one point, and their participation ratio is that of
    # rounding errors.
    rows["participation_ratio"] = rows["participation_ratio"].where(rows["integration_modes"] > 0)
    values = list(dict.fromkeys(rows["value"]))
    figure = Figure(figsize=(style.TWO_COLUMNS, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _theory(left, rows, values)
    _measures(left, rows, values, DIMENSIONS)
    models = [literal(model, 18) for model in sorted(rows["model"].unique())[:2]]
    left.set(ylabel="dimension of the slow points", title=f"A  {' and '.join(models)}")
    left.set_ylim(bottom=-0.2)
    left.yaxis.set_major_locator(MaxNLocator(integer=True))
    _measures(right, rows, values, ACCURACIES)
    commonest = [_mean(rows, value, "majority_accuracy") for value in values]
    right.plot(
        range(len(values)), commonest, color=style.GREY, lw=1, label="always the commonest class"
    )
    right.set(ylabel="test accuracy", ylim=(0, 1.03), title="B")
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
        axes.set_xlabel(_over(rows["over"].iloc[0]) + (f" (and {more} more)" if more else ""))
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.2 if not turned else -0.42), ncols=1
        )
    return figure


def _over(setting: str) -> str:
    return LABELS.get(setting, literal(setting, 30))


def _mean(rows: pd.DataFrame, value: str, column: str) -> float:
    return rows.loc[rows["value"] == value, column].astype(float).mean()


def _theory(axes, rows: pd.DataFrame, values: list[str]) -> None:
    """Draw the dimension by theory, dashed, and what word counts predict where it differs."""
    places = range(len(values))
    expected = [_mean(rows, value, "dimension_expected") for value in values]
    predicted = [_mean(rows, value, "dimension_predicted") for value in values]
    axes.plot(places, expected, color=style.INK, lw=1.4, ls="--", label="theory", zorder=1)
    if not np.allclose(expected, predicted, equal_nan=True):
        axes.plot(
            places,
            predicted,
            color=style.GREY,
            lw=0,
            marker="x",
            label="predicted from word counts",
            zorder=1,
        )


def _clusters(rows: pd.DataFrame) -> np.ndarray:
    """Return what an interval is drawn by: data seeds where there are several, else seeds."""
    several = "data_seed" in rows and rows["data_seed"].nunique() > 1
    return rows["data_seed" if several else "seed"].to_numpy()


def _measures(axes, rows: pd.DataFrame, values: list[str], measures) -> None:
    """Draw measures side by side: a dot per network, the mean of each value with its interval."""
    measures = [measure for measure in measures if rows[measure[0]].notna().any()]
    for i, (column, label, marker, colour, line) in enumerate(measures):
        aside = (i - (len(measures) - 1) / 2) * 0.16
        means, lows, highs = [], [], []
        for place, value in enumerate(values):
            part = rows[(rows["value"] == value) & rows[column].notna()]
            numbers = part[column].to_numpy(dtype=float)
            axes.plot(
                np.full(len(numbers), place + aside),
                numbers,
                ".",
                color=colour,
                ms=4,
                alpha=0.45,
                mew=0,
            )
            mean = numbers.mean() if len(numbers) else np.nan
            low, high = (
                clustered_interval(numbers, _clusters(part), LEVEL)
                if len(numbers)
                else (None, None)
            )
            means.append(mean)
            lows.append(mean - (mean if low is None else low))
            highs.append((mean if high is None else high) - mean)
        errors = np.maximum(np.nan_to_num([lows, highs]), 0)
        axes.errorbar(
            np.arange(len(values)) + aside,
            means,
            errors,
            color=colour,
            marker=marker,
            ls=line,
            ms=4.5,
            lw=1,
            capsize=2,
            label=label,
        )
