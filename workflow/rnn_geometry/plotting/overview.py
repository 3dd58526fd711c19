"""Figures over networks, from runs.csv.

One point per network, theory as a labelled line, missing values left out. To add a figure, write
its function here, marked, and a caption of the same name in workflow/report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import causes, intrinsic, manifold_numbers, modifiers, style
from rnn_geometry.plotting.gallery import manifold_gallery
from rnn_geometry.plotting.legends import shape_of_legend, shown_handles
from rnn_geometry.plotting.multiverse import agreement_map
from rnn_geometry.plotting.registry import OVER_NETWORKS, over_networks
from rnn_geometry.plotting.text import cut_names, tick_places
from rnn_geometry.tasks.harder import HARDER as KINDS
from rnn_geometry.tasks.structures import simplex_angle

__all__ = [
    "OVER_NETWORKS",
    "accuracy_cliff",
    "analyses_agree",
    "causal_tests",
    "dimension_overview",
    "estimators",
    "generalisation",
    "growth_and_decay",
    "input_output_dimension",
    "manifold_gallery",
    "modifier_gains",
    "predicted_dimension",
    "readout_angles",
    "robustness_to_noise",
    "time_constants",
]

HARDER = [f"{kind}_accuracy" for kind in KINDS]
MODES = [f"tau_{i}" for i in range(1, 9)]
SHADE = "#EBEBEB"
THEORY = {"color": style.INK, "lw": 1.4, "ls": "--", "zorder": 1}
NAME, TITLE = 24, 20  # letters of a task or model, and of a task above a small panel
MOST_MODELS = 24  # in the legend
LINE = {25: 0.24, 90: 0.13}  # inches along an axis that a name takes, by its degrees
MEASURES = {
    "participation_ratio": "participation ratio",
    "components_95": "components for\n95 % of the variance",
}


# What the figures share


def _figure(rows: int, columns: int, width: float, height: float, **options):
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def _model_handles(runs: pd.DataFrame, line: bool = False) -> list[Artist]:
    look = {"ls": "-" if line else "", "ms": 5.5, "mew": 0}
    styles = style.model_styles(runs["model"])
    handles = [
        Line2D([], [], color=c, marker=m, label=name, **look)
        for name, (c, m) in zip(cut_names(list(styles), NAME), styles.values(), strict=True)
    ]
    return shown_handles(handles, MOST_MODELS)


def _legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """Put one legend below all axes, where it covers no point."""
    inches = [0.5 + 0.062 * len(str(handle.get_label())) for handle in handles]
    columns, lines = shape_of_legend(inches, figure.get_figwidth())
    figure.set_figheight(figure.get_figheight() + 0.17 * max(lines - 2, 0))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def _theory_handle(label: str) -> Line2D:
    return Line2D([], [], label=label, **THEORY)


def _scatter(axes, runs: pd.DataFrame, places: pd.Series, column: str, width: float = 0.7) -> None:
    """Draw a point per network near its place.

    Models side by side, networks of a model spread so that all show.
    """
    styles = style.model_styles(runs["model"])
    slot = width / len(styles)
    for i, (model, (colour, marker)) in enumerate(styles.items()):
        rows = runs[(runs["model"] == model) & runs[column].notna() & places.notna()]
        order = rows.groupby(places[rows.index]).cumcount()
        of = places[rows.index].map(places[rows.index].value_counts())
        x = places[rows.index] - width / 2 + slot * (i + (order + 1) / (of + 1))
        axes.plot(
            x,
            rows[column],
            marker,
            color=colour,
            ms=5,
            mew=0.5,
            mec="white",
            alpha=0.9,
            label=model,
        )


def _tasks(runs: pd.DataFrame) -> list[str]:
    return sorted(runs["task"].unique(), key=style.natural_order)


def _task_axis(axes, tasks: Sequence[str]) -> None:
    """Name as many tasks as have room; more of them upright."""
    columns = axes.get_subplotspec().get_gridspec().ncols
    inches = axes.figure.get_figwidth() / columns - 0.6
    turned = {"rotation": 25 if len(tasks) <= inches / LINE[25] else 90}
    places, more = tick_places(len(tasks), int(inches / LINE[90]))
    names = cut_names(tasks, NAME)
    look = {"ha": "right", "va": "top" if turned["rotation"] == 25 else "center"}
    axes.set_xticks(places, [names[i] for i in places], rotation_mode="anchor", **turned, **look)
    if more:
        axes.set_xlabel(f"and {more} more tasks")
    axes.set_xlim(-0.6, len(tasks) - 0.4)


def _at_tasks(runs: pd.DataFrame, tasks: Sequence[str]) -> pd.Series:
    return runs["task"].map({task: i for i, task in enumerate(tasks)})


def _theory_at_tasks(axes, runs: pd.DataFrame, tasks: Sequence[str], column: str) -> None:
    """Draw a short theory line over every task."""
    for i, task in enumerate(tasks):
        values = runs.loc[runs["task"] == task, column].dropna()
        if len(values):
            axes.plot([i - 0.42, i + 0.42], [values.iloc[0]] * 2, **THEORY)


def _top(*values: pd.Series | pd.DataFrame) -> float:
    """Return the largest number, 1 at least: a measure may be empty for all networks."""
    numbers = np.concatenate([part.to_numpy(dtype=float).ravel() for part in values])
    return float(numbers[np.isfinite(numbers)].max(initial=1.0))


@style.styled
def _nothing(message: str) -> Figure:
    figure, axes = _figure(1, 1, style.ONE_COLUMN, 1.5)
    axes[0, 0].axis("off")
    axes[0, 0].text(0.5, 0.5, message, ha="center", va="center", color=style.GREY)
    return figure


def simplex_tasks(runs: pd.DataFrame) -> pd.Series:
    """Tell which rows are of unordered classes.

    Theory gives them N - 1 dimensions and the angle of a simplex.
    """
    classes = runs["classes"].astype(float)
    angle = [simplex_angle(int(n)) if n > 1 else np.nan for n in classes.to_numpy()]
    return (runs["dimension_expected"] == classes - 1) & (
        (runs["readout_angle_expected"].astype(float) - angle).abs() < 0.5
    )


# The figures


@over_networks
@style.styled
def dimension_overview(runs: pd.DataFrame) -> Figure:
    """Measured dimension of the slow points against N for unordered classes, and other tasks.

    Each with theory.
    """
    simplex = simplex_tasks(runs)
    groups = [
        (draw, rows)
        for draw, rows in ((_against_classes, runs[simplex]), (_at_other_tasks, runs[~simplex]))
        if len(rows)
    ]
    width = style.TWO_COLUMNS if len(groups) > 1 else 4.5
    figure, axes = _figure(2, len(groups), width, 5.2, sharex="col")
    for column, (draw, rows) in zip(axes.T, groups, strict=True):
        for ax, (measure, label) in zip(column, MEASURES.items(), strict=True):
            draw(ax, rows, measure)
            ax.set_ylabel(label if ax in axes[:, 0] else "")
            ax.set_ylim(0, 1.1 * _top(rows[measure], rows["dimension_expected"] + 0.6))
            ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(figure, [*_model_handles(runs), _theory_handle("theory")])
    return figure


def _against_classes(axes, runs: pd.DataFrame, measure: str) -> None:
    classes = runs["classes"].astype(float)
    ends = np.array([classes.min() - 0.6, classes.max() + 0.6])
    axes.plot(ends, ends - 1, label="N − 1", **THEORY)
    _scatter(axes, runs, classes, measure)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if measure == "participation_ratio":
        axes.set_title("Unordered classes (theory: N − 1)")
    else:
        axes.set_xlabel("classes N")


def _at_other_tasks(axes, runs: pd.DataFrame, measure: str) -> None:
    tasks = _tasks(runs)
    _theory_at_tasks(axes, runs, tasks, "dimension_expected")
    _scatter(axes, runs, _at_tasks(runs, tasks), measure)
    _task_axis(axes, tasks)
    if measure == "participation_ratio":
        axes.set_title("Other tasks")


@over_networks
@style.styled
def readout_angles(runs: pd.DataFrame) -> Figure:
    """Mean angle between readouts against theory, for the tasks where theory fixes one."""
    runs = runs[runs["readout_angle_expected"].notna()]
    if runs.empty:
        return _nothing("Theory fixes the readout angle of none of these tasks.")
    expected = runs.groupby("task")["readout_angle_expected"].first()
    tasks = sorted(_tasks(runs), key=lambda task: -expected[task])
    figure, axes = _figure(1, 1, min(max(4.2, 1.3 * len(tasks) + 0.8), 12), 3.4)
    ax = axes[0, 0]
    _theory_at_tasks(ax, runs, tasks, "readout_angle_expected")
    _scatter(ax, runs, _at_tasks(runs, tasks), "readout_angle_mean")
    _task_axis(ax, tasks)
    ax.set_ylabel("mean readout angle (degrees)")
    ax.margins(y=0.1)
    _legend(figure, [*_model_handles(runs), _theory_handle("theory: arccos(−1/(N−1)); labels 90°")])
    return figure


@over_networks
@style.styled
def accuracy_cliff(runs: pd.DataFrame) -> Figure:
    """Accuracy from the first d - 1, the first d and all components.

    A line per network, a panel per task.
    """
    columns = ["accuracy_below_d", "accuracy_at_d", "test_accuracy"]
    figure, panels = _task_panels(runs, sharey=True)
    for ax, task in panels:
        _lines(ax, runs[runs["task"] == task], columns, np.arange(3), spread=0.12)
        ax.set_xticks(range(3), ["d − 1", "d", "all"])
        ax.set_xlabel("components kept" if ax.get_subplotspec().is_last_row() else "")
        ax.set(xlim=(-0.35, 2.35), ylim=(0, 1.03))
    figure.supylabel("test accuracy", fontsize=9)
    _legend(figure, _model_handles(runs, line=True))
    return figure


@over_networks
@style.styled
def generalisation(runs: pd.DataFrame, tasks: pd.DataFrame | None = None) -> Figure:
    """Accuracy on the test split and on sentences that ask more, a line per network.

    A panel per task; dashed: the bag of words.
    """
    columns, bags = ["test_accuracy", *HARDER], _of_bags(tasks)
    lowest = min(np.nanmin(runs[columns].astype(float)), bags.min(axis=None, skipna=True))
    figure, panels = _task_panels(runs, sharey=True)
    for ax, task in panels:
        if task in bags.index:
            ax.plot(range(4), bags.loc[task], **THEORY)
        _lines(ax, runs[runs["task"] == task], columns, np.arange(4), spread=0.15)
        ax.set_xticks(range(4), ["test", "longer", "balance", "counts"], rotation=40, ha="right")
        ax.set(xlim=(-0.35, 3.35), ylim=(np.floor(10 * lowest - 0.2) / 10, 1.01))
    figure.supylabel("accuracy", fontsize=9)
    bag = [_theory_handle("bag of words")] if len(bags) else []
    _legend(figure, [*_model_handles(runs, line=True), *bag])
    return figure


def _of_bags(tasks: pd.DataFrame | None) -> pd.DataFrame:
    """Return accuracies of bags of words on test and what asks more, by task."""
    names = ["bag_of_words_accuracy", *(f"{name}_bag_of_words" for name in HARDER)]
    known = pd.DataFrame(columns=["task", *names]) if tasks is None else tasks
    return known.set_index("task")[names].astype(float)


@over_networks
@style.styled
def time_constants(runs: pd.DataFrame, mean_lengths: Mapping[str, float] | None = None) -> Figure:
    """Longest time constants at the centre.

    A line per network, a panel per task; dashed: half the sentence length.
    """
    figure, panels = _task_panels(runs, sharey=True)
    for ax, task in panels:
        rows = runs[runs["task"] == task]
        _lines(ax, rows, MODES, np.arange(1, 9), spread=0.25)
        if mean_lengths and task in mean_lengths:
            ax.axhline(mean_lengths[task] / 2, **THEORY)
        ax.set(
            yscale="log",
            xlim=(0.4, 8.6),
            xticks=range(1, 9),
            xlabel="mode" if ax.get_subplotspec().is_last_row() else "",
        )
        if rows["dimension_expected"].notna().any():
            ax.axvspan(0.4, rows["dimension_expected"].iloc[0] + 0.5, color=SHADE, zorder=0)
    figure.supylabel("time constant τ at the centre (words)", fontsize=9)
    half = [_theory_handle("half the mean sentence length")] if mean_lengths else []
    _legend(
        figure,
        [*_model_handles(runs, line=True), *half, Patch(color=SHADE, label="expected d modes")],
    )
    return figure


@over_networks
@style.styled
def growth_and_decay(runs: pd.DataFrame) -> Figure:
    """Signed rates of the d leading modes in the middle of the manifold and at its edge.

    A line per network, a panel per task; dashed: neither growth nor decay.
    """
    figure, panels = _task_panels(runs, sharey=True)
    for ax, task in panels:
        ax.axhline(0, **THEORY)
        _lines(ax, runs[runs["task"] == task], ["rate_centre", "rate_edge"], np.arange(2), 0.12)
        ax.set_xticks(range(2), ["centre", "edge"])
        ax.set_xlim(-0.4, 1.4)
    figure.supylabel("ln |λ| of the leading modes (per word)", fontsize=9)
    _legend(figure, [*_model_handles(runs, line=True), _theory_handle("held")])
    return figure


def _task_panels(runs: pd.DataFrame, **options):
    tasks = _tasks(runs)
    columns = ceil(len(tasks) / ceil(len(tasks) / 5))
    rows = ceil(len(tasks) / columns)
    figure, axes = _figure(
        rows, columns, max(1.7 * columns + 0.6, 4.2), 1.8 * rows + 0.9, **options
    )
    for ax, task, name in zip(axes.flat, tasks, cut_names(tasks, TITLE), strict=False):
        d = runs.loc[runs["task"] == task, "dimension_expected"].iloc[0]
        between = " " if len(name) <= 15 else "\n"
        ax.set_title(name if pd.isna(d) else f"{name}{between}(d = {d:.0f})", fontsize=8.5)
    for ax in axes.flat[len(tasks) :]:
        ax.remove()
    return figure, list(zip(axes.flat, tasks, strict=False))


def _lines(axes, runs: pd.DataFrame, columns: Sequence[str], x: np.ndarray, spread: float) -> None:
    """Draw a line per network over several columns; models stand a little aside of each other."""
    styles = style.model_styles(runs["model"])
    aside = np.linspace(-spread, spread, len(styles)) if len(styles) > 1 else [0.0]
    fade = 0.9 if len(runs) <= 20 else 0.5
    for shift, (model, (colour, marker)) in zip(aside, styles.items(), strict=True):
        values = runs.loc[runs["model"] == model, list(columns)].astype(float).to_numpy()
        axes.plot(
            x + shift, values.T, marker=marker, color=colour, ms=3.6, lw=0.8, mew=0, alpha=fade
        )


@over_networks
@style.styled
def predicted_dimension(runs: pd.DataFrame) -> Figure:
    """Measured dimension of the slow points against that predicted before training: a point per
    network and panel.

    Points of equal value are moved aside a little so that all show; the diagonal is theory.
    """
    runs = runs[runs["dimension_predicted"].notna()]
    if runs.empty:
        return _nothing("No dimension was predicted for these tasks.")
    figure, axes = _figure(1, 2, style.TWO_COLUMNS, 3.9)
    predicted = runs["dimension_predicted"].astype(float)
    measured = runs[list(MEASURES)].astype(float)
    top = _top(measured, predicted) + 0.7
    for ax, (measure, label) in zip(axes[0], MEASURES.items(), strict=True):
        ax.plot([0, top], [0, top], label="theory", **THEORY)
        _scatter(ax, runs, predicted, measure, width=0.6)
        ax.set(
            xlim=(0, top),
            ylim=(0, top),
            aspect="equal",
            xlabel="dimension predicted from word counts",
        )
        ax.set_ylabel(label)
        for side in (ax.xaxis, ax.yaxis):
            side.set_major_locator(MaxNLocator(8, integer=True))
    _legend(figure, [*_model_handles(runs), _theory_handle("measured = predicted")])
    return figure


@over_networks
def estimators(dimension: pd.DataFrame, tasks: pd.DataFrame) -> Figure:
    """Dimension of three sets of points by all measures, see `intrinsic`."""
    return intrinsic.dimension_by_estimator(dimension, tasks)


@over_networks
def causal_tests(runs: pd.DataFrame) -> Figure:
    """What decisions owe to the slow subspace, see `causes`."""
    return causes.causes_by_task(runs)


@over_networks
def modifier_gains(runs: pd.DataFrame) -> Figure:
    """What `not`, `very` and `but` do to the words after them, see `modifiers`."""
    runs = runs[modifiers.has_gains(runs)]
    if runs.empty:
        return _nothing("No task has words that change other words.")
    return modifiers.gains_by_task(runs)


@over_networks
def input_output_dimension(runs: pd.DataFrame) -> Figure:
    """Through how many dimensions inputs reach outputs, see `manifold_numbers`."""
    return manifold_numbers.singular_values_by_task(runs)


@over_networks
def robustness_to_noise(runs: pd.DataFrame) -> Figure:
    """What weight noise leaves of manifold, memory and fixed points, see `manifold_numbers`."""
    return manifold_numbers.robustness_by_task(runs)


@over_networks
def analyses_agree(multiverse: pd.DataFrame) -> Figure:
    """How many analyses agree with each verdict, see `multiverse`."""
    if multiverse.empty:
        return _nothing("No claim was judged in several analyses.")
    return agreement_map(multiverse)
