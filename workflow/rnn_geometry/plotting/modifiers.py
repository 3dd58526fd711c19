"""What `not`, `very`, `but` do to the words after them, beside what any word does."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnn_geometry.plotting import style
from rnn_geometry.plotting.legends import legend_below, model_handles
from rnn_geometry.plotting.per_network import tasks_of
from rnn_geometry.plotting.text import cut_names, said_model, said_task

# Columns of a text, of a context task and without the modifier subspace, and a name.
WORDS = (
    ("control_gain", None, None, "the, a"),
    ("very_gain", "double_gain", "double_gain_cut", "very"),
    ("but_gain", None, None, "but"),
    ("never_gain", None, None, "never"),
    ("not_gain", "flip_gain", "flip_gain_cut", "not"),
    ("nt_gain", None, None, "isn't"),
)
LEVELS = {1: "1: no change", -1: "-1: turned round"}
LEVEL = {"color": style.INK, "lw": 1.0, "zorder": 1}
DASHES = {1: "--", -1: ":"}
LOOK, WIDTH, NAME, MOST_COLUMNS = {"ls": "", "ms": 3.8}, 0.8, 24, 4


def has_gains(runs: pd.DataFrame) -> pd.Series:
    """Tell which networks have a word that changes others, or a control word.

    Parameters
    ----------
    runs
        runs.csv.
    """
    return runs.reindex(columns=["control_gain", "not_gain", "flip_gain"]).notna().any(axis=1)


@style.styled
def gains_by_task(runs: pd.DataFrame) -> Figure:
    """Draw a panel per task: by modifier and model a point per network, with its interval.

    Parameters
    ----------
    runs
        runs.csv, of networks that have such words.
    """
    tasks = tasks_of(runs)
    styles = style.model_styles(runs["model"])
    columns = min(len(tasks), MOST_COLUMNS)
    rows = ceil(len(tasks) / columns)
    width = style.ONE_COLUMN if columns == 1 else style.TWO_COLUMNS
    figure = Figure(figsize=(width, 1.9 * rows + 0.6), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for ax, task, title in zip(
        panels, tasks, cut_names([said_task(task) for task in tasks], NAME), strict=False
    ):
        for level in LEVELS:
            ax.axhline(level, ls=DASHES[level], **LEVEL)
        _draw(ax, runs[runs["task"] == task], styles)
        names = [word[-1] for word in WORDS]
        ax.set_xticks(range(len(WORDS)), names, rotation=40, ha="right", rotation_mode="anchor")
        ax.set(title=title, xlim=(-0.6, len(WORDS) - 0.4))
    style.letters(panels[: len(tasks)])
    for ax in panels[len(tasks) :]:
        ax.remove()
    figure.supylabel("gain of the word before", fontsize=7)
    _legend(figure, runs["model"])
    return figure


def _draw(ax, runs: pd.DataFrame, styles) -> None:
    """Draw the networks of one task: models side by side, networks of a model aside of each other.

    A text shows its medians; a context task what its two modifiers do.
    """
    slot = WIDTH / len(styles)
    for i, (model, (colour, marker)) in enumerate(styles.items()):
        rows, name = runs[runs["model"] == model], said_model(model)
        aside = -WIDTH / 2 + slot * (i + np.arange(1, len(rows) + 1) / (len(rows) + 1))
        for place, (text, context, cut, _) in enumerate(WORDS):
            x, gain = place + aside, _numbers(rows, text)
            low, high = (_numbers(rows, f"{text}_{end}") for end in ("low", "high"))
            ax.vlines(x, low, high, color=colour, lw=0.7, alpha=0.6)
            gain = (
                gain if context is None else np.where(np.isnan(gain), _numbers(rows, context), gain)
            )
            ax.plot(x, gain, marker, color=colour, mew=0.4, mec="white", label=name, **LOOK)
            if cut:
                ax.plot(
                    x,
                    _numbers(rows, cut),
                    marker,
                    color=colour,
                    mfc="none",
                    mew=0.7,
                    label=f"{name}, cut",
                    **LOOK,
                )


def _numbers(rows: pd.DataFrame, column: str) -> np.ndarray:
    return rows[column].to_numpy(dtype=float)


def _legend(figure: Figure, models: Iterable[str]) -> None:
    """Say below all panels what colours, filled and hollow points, and lines are."""
    cut = Line2D(
        *([], []), color=style.INK, marker="o", mfc="none", label="without its subspace", **LOOK
    )
    levels = [
        Line2D([], [], color=style.INK, lw=1.0, ls=DASHES[level], label=label)
        for level, label in LEVELS.items()
    ]
    legend_below(figure, [*model_handles(models), cut, *levels])
