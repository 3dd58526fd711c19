"""Input-output dimension and robustness over networks: lines of a few columns, a line a network."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below, model_handles, title_of_task
from rnn_geometry.plotting.per_network import draw_lines, tasks_of

CUT = 0.1
VALUES = 8
LEAST = 1e-4  # of the largest singular value: what is below is drawn there
NOISE = {"_weak": 0.01, "": 0.03, "_strong": 0.1}
# Column, its axis, limits; one row of panels each.
ROWS = (
    ("noise_manifold_shift", "shift of the\nmanifold (diameters)", (1e-4, 0.5)),
    ("noise_hold_r2", "held after\nL words (R²)", (-0.03, 1.03)),
    ("noise_roots_kept", "stable fixed\npoints left", (-0.03, 1.03)),
)
HALF = 0.5  # shares that are all above: an axis from 0 would show them as one
THEORY = {"color": style.INK, "lw": 1.0, "ls": "--", "zorder": 1}
SHADE = "#EBEBEB"
MOST_COLUMNS, NARROW = 5, 2  # columns of panels: at most, and in a column of a journal


@style.styled
def singular_values_by_task(runs: pd.DataFrame) -> Figure:
    """Draw singular values of the responses from inputs to outputs, a panel per task.

    Parameters
    ----------
    runs
        runs.csv.
    """
    tasks = tasks_of(runs)
    columns = ceil(len(tasks) / ceil(len(tasks) / MOST_COLUMNS))
    figure, panels = _panels(ceil(len(tasks) / columns), columns)
    for ax, task in zip(panels.flat, tasks):
        rows = runs[runs["task"] == task]
        values = _relative(rows)
        draw_lines(ax, rows, range(1, VALUES + 1), values)
        ax.axhline(CUT, label="cut", **THEORY)
        d = rows["dimension_expected"].iloc[0]
        if pd.notna(d):
            ax.axvspan(0.4, d + 0.5, color=SHADE, zorder=0)
        title_of_task(ax, task, d)
        ax.set(yscale="log", ylim=(LEAST / 1.5, 1.6), xlim=(0.4, VALUES + 0.6))
        style.round_log_ticks(ax.yaxis)
        ax.set_xticks(range(1, VALUES + 1))
        ax.set_xlabel("rank" if ax in panels[-1] else "")
    for ax in panels.flat[len(tasks) :]:
        ax.remove()
    figure.supylabel("singular value over the first", fontsize=7)
    cut, shade = Line2D([], [], label="cut", **THEORY), Patch(color=SHADE, label="expected d")
    style.letters(panels.flat[: len(tasks)])
    legend_below(figure, [*model_handles(runs["model"], line=True), cut, shade])
    return figure


@style.styled
def robustness_by_task(runs: pd.DataFrame) -> Figure:
    """Draw what weight noise leaves of manifold, memory and fixed points, a column per task.

    Parameters
    ----------
    runs
        runs.csv.
    """
    tasks = tasks_of(runs)
    figure, panels = _panels(len(ROWS), len(tasks))
    for column, task in zip(panels.T, tasks, strict=True):
        rows = runs[runs["task"] == task]
        for ax, (measure, label, limits) in zip(column, ROWS, strict=True):
            names = [f"{measure}{suffix}" for suffix in NOISE]
            draw_lines(ax, rows, [*NOISE.values()], rows[names].astype(float).to_numpy())
            ax.set(xscale="log", xlim=(0.007, 0.14), ylim=_from(limits, runs, measure))
            if measure == "noise_manifold_shift":
                ax.set_yscale("log")
                style.round_log_ticks(ax.yaxis)
            ax.set_ylabel(label if ax in panels[:, 0] else "")
            ax.set_xticks([*NOISE.values()], [f"{sigma:.0%}" for sigma in NOISE.values()])
            ax.minorticks_off()
        column[-1].set_xlabel("weight noise")
        title_of_task(column[0], task, rows["dimension_expected"].iloc[0])
    style.letters(panels[:, 0])  # of rows, as the caption names them
    legend_below(figure, model_handles(runs["model"], line=True))
    return figure


def _from(limits: tuple[float, float], runs: pd.DataFrame, measure: str) -> tuple[float, float]:
    """Return limits of shares; where all are above one half they begin just below the least."""
    values = runs[[f"{measure}{suffix}" for suffix in NOISE]].astype(float).to_numpy()
    least = float(np.min(values, where=np.isfinite(values), initial=1.0))
    begin = np.floor(10 * least - 0.2) / 10
    return (begin, 1 + 0.03 * (1 - begin)) if limits[1] > 1 and least > HALF else limits


def _panels(rows: int, columns: int):
    """Return a figure and its panels (rows, columns), all of one scale in a row."""
    width = style.ONE_COLUMN if columns <= NARROW else style.TWO_COLUMNS
    figure = Figure(figsize=(width, 1.2 * rows + 0.75), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, sharey="row", sharex=True)


def _relative(runs: pd.DataFrame) -> np.ndarray:
    """Return singular values over the first, (n, 8); those below LEAST at LEAST."""
    names = [f"io_value_{i}" for i in range(2, VALUES + 1)]
    values = runs[names].astype(float).to_numpy()
    known = np.isfinite(values).any(axis=1)
    return np.column_stack([np.where(known, 1.0, np.nan), np.clip(values, LEAST, None)])
