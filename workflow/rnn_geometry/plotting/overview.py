"""Figures over networks, from runs.csv.

One point per network, theory as a labelled line, missing values left out. To add a figure, write
its function here, marked, and a caption of the same name in workflow/report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from rnn_geometry.plotting import causes, intrinsic, manifold_numbers, modifiers, style
from rnn_geometry.plotting.gallery import manifold_gallery
from rnn_geometry.plotting.legends import legend_below, model_handles, title_of_task
from rnn_geometry.plotting.multiverse import agreement_map
from rnn_geometry.plotting.per_network import draw_lines, draw_points, place_beside, tasks_of
from rnn_geometry.plotting.registry import OVER_NETWORKS, over_networks
from rnn_geometry.plotting.text import cut_names, said_model, said_task, tick_places
from rnn_geometry.tasks.harder import HARDER as KINDS

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
THEORY = {"color": style.INK, "lw": 1.1, "ls": "--", "zorder": 1}
NAME = 24  # letters of a task
LEAST_LOST = 0.02  # of accuracy, to which an axis reaches at least on either side of 0
HOLLOW = {"mfc": "none", "mew": 0.7, "ms": 3.4, "ls": ""}
STRIP = 0.12  # of the height of a panel, below its axis: networks without a value
FEW_TASKS = 4  # that a column of a journal has room for
LINE = {25: 0.2, 90: 0.11}  # inches along an axis that a name takes, by its degrees
# Of two accuracies: what is shown, what their difference is called, and which they are.
LOST = (
    ("d components alone", "accuracy at d − with all", "accuracy_at_d", "test_accuracy"),
    ("One component fewer", "accuracy at (d − 1) − at d", "accuracy_below_d", "accuracy_at_d"),
)
MEASURES = {
    "participation_ratio": "participation ratio",
    "components_95": "components for 95 %",
}


# What the figures share


def _figure(rows: int, columns: int, width: float, height: float, **options):
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def _theory_handle(label: str) -> Line2D:
    return Line2D([], [], label=label, **THEORY)


def _scatter(axes, runs: pd.DataFrame, tasks: Sequence[str], values: pd.Series) -> None:
    """Draw a point per network over its task, at its value.

    Models stand side by side, networks of a model spread so that all show: along the tasks, which
    have no distance, and never along a quantity.
    """
    styles = style.model_styles(runs["model"])
    places = runs["task"].map({task: i for i, task in enumerate(tasks)})
    for i, (model, (colour, marker)) in enumerate(styles.items()):
        rows = runs[(runs["model"] == model) & values.notna()]
        order, of = rows.groupby("task").cumcount(), rows.groupby("task")["task"].transform("size")
        x = places[rows.index] + place_beside(i, len(styles), order.to_numpy(), of.to_numpy())
        look = {"color": colour, "ms": 4, "mew": 0.4, "mec": "white"}
        axes.plot(x, values[rows.index], marker, label=said_model(model), **look)
        _mark_missing(axes, runs[(runs["model"] == model) & values.isna()], places, i, len(styles))


def _mark_missing(axes, runs: pd.DataFrame, places: pd.Series, model: int, models: int) -> None:
    """Draw a hollow mark below the axis for each network of a model without a value: no data."""
    if runs.empty:
        return
    ((colour, marker),) = style.model_styles(runs["model"]).values()
    order, of = runs.groupby("task").cumcount(), runs.groupby("task")["task"].transform("size")
    x = places[runs.index] + place_beside(model, models, order.to_numpy(), of.to_numpy())
    look = {"mec": colour, "label": "_no value", "transform": axes.get_xaxis_transform()}
    axes.plot(x, np.full(len(x), STRIP / 2), marker, **HOLLOW, **look)


def _missing_handle(runs: pd.DataFrame, measures: Iterable[str]) -> list[Line2D]:
    """Return a legend entry for the hollow marks of each model that has any."""
    models = runs.loc[runs[[*measures]].isna().any(axis=1), "model"]
    return [
        Line2D([], [], marker=marker, mec=colour, label=f"{said_model(name)}: no value", **HOLLOW)
        for name, (colour, marker) in style.model_styles(models).items()
    ]


def _set_scale(axes, low: float, high: float, lacking: bool) -> None:
    """Show values from low to high; where some are lacking, a strip for them below a line."""
    if not lacking:
        axes.set_ylim(low, high)
        return
    ticks = [t for t in axes.yaxis.get_major_locator().tick_values(low, high) if low < t <= high]
    bottom = low - STRIP / (1 - STRIP) * (high - low)
    names = [f"{tick:.10g}".replace("-", "−") for tick in ticks]
    axes.set_yticks([(bottom + low) / 2, *ticks], ["no value", *names])
    axes.set_ylim(bottom, high)
    axes.axhspan(bottom, low, color=SHADE, zorder=0, lw=0)
    axes.axhline(low, color=style.GREY, lw=0.7, zorder=0)


def _task_axis(axes, tasks: Sequence[str]) -> None:
    """Name as many tasks as have room; more of them upright."""
    columns = axes.get_subplotspec().get_gridspec().ncols
    inches = axes.figure.get_figwidth() / columns - 0.6
    turned = {"rotation": 25 if len(tasks) <= inches / LINE[25] else 90}
    places, more = tick_places(len(tasks), int(inches / LINE[90]))
    names = cut_names([said_task(task) for task in tasks], NAME)
    look = {"ha": "right", "va": "top" if turned["rotation"] == 25 else "center"}
    axes.set_xticks(places, [names[i] for i in places], rotation_mode="anchor", **turned, **look)
    if more:
        axes.set_xlabel(f"and {more} more tasks")
    axes.set_xlim(-0.6, len(tasks) - 0.4)


def _theory_at_tasks(axes, runs: pd.DataFrame, tasks: Sequence[str], column: str) -> None:
    """Draw a short theory line over every task."""
    for i, task in enumerate(tasks):
        values = runs.loc[runs["task"] == task, column].dropna()
        if len(values):
            axes.plot([i - 0.42, i + 0.42], [values.iloc[0]] * 2, label="theory", **THEORY)


def _top(*values: pd.Series | pd.DataFrame) -> float:
    """Return the largest number, 1 at least: a measure may be empty for all networks."""
    numbers = np.concatenate([part.to_numpy(dtype=float).ravel() for part in values])
    return float(numbers[np.isfinite(numbers)].max(initial=1.0))


def _bottom(values: pd.DataFrame) -> float:
    """Return the smallest number; 0 without any."""
    numbers = values.to_numpy(dtype=float).ravel()
    return float(min(numbers[np.isfinite(numbers)], default=0.0))


def _width(tasks: int) -> float:
    """Return one column of a journal for few tasks, else its page."""
    return style.ONE_COLUMN if tasks <= FEW_TASKS else style.TWO_COLUMNS


@style.styled
def _nothing(message: str) -> Figure:
    figure, axes = _figure(1, 1, style.ONE_COLUMN, 1.5)
    axes[0, 0].axis("off")
    axes[0, 0].text(0.5, 0.5, message, ha="center", va="center", color=style.GREY)
    return figure


# The figures


@over_networks
@style.styled
def dimension_overview(runs: pd.DataFrame) -> Figure:
    """Measured dimension of the slow points over tasks, each with a line where theory expects it.

    A point per network and panel, at its value.
    """
    tasks = tasks_of(runs)
    figure, axes = _figure(1, 2, style.TWO_COLUMNS, 2.6)
    for ax, (measure, label) in zip(axes[0], MEASURES.items(), strict=True):
        _theory_at_tasks(ax, runs, tasks, "dimension_expected")
        _scatter(ax, runs, tasks, runs[measure].astype(float))
        known = runs[[measure, "dimension_expected"]]
        low = max(float(np.floor(_bottom(known) - 0.5)), 0.0)
        ax.set_title(label.capitalize(), fontsize=7)
        ax.set_ylabel("dimension of slow points")
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        _set_scale(ax, low, low + 1.1 * (_top(known) - low), bool(runs[measure].isna().any()))
        _task_axis(ax, tasks)
    style.letters(axes[0])
    handles = [*model_handles(runs["model"]), _theory_handle("theory")]
    legend_below(figure, [*handles, *_missing_handle(runs, MEASURES)])
    return figure


@over_networks
@style.styled
def readout_angles(runs: pd.DataFrame) -> Figure:
    """Mean angle between readouts against theory, for the tasks where theory fixes one."""
    runs = runs[runs["readout_angle_expected"].notna()]
    if runs.empty:
        return _nothing("Theory fixes the readout angle of none of these tasks.")
    tasks = tasks_of(runs)
    figure, axes = _figure(1, 1, _width(len(tasks)), 2.5)
    ax = axes[0, 0]
    _theory_at_tasks(ax, runs, tasks, "readout_angle_expected")
    _scatter(ax, runs, tasks, runs["readout_angle_mean"].astype(float))
    _task_axis(ax, tasks)
    ax.set_ylabel("mean readout angle (degrees)")
    ax.margins(y=0.1)
    theory = _theory_handle("theory: arccos(−1/(N − 1)); labels 90°")
    legend_below(figure, [*model_handles(runs["model"]), theory])
    return figure


@over_networks
@style.styled
def accuracy_cliff(runs: pd.DataFrame) -> Figure:
    """Accuracy that is lost by keeping d components alone, and by keeping one fewer.

    A point per network over its task and panel; the line is nothing lost.
    """
    tasks = tasks_of(runs)
    figure, axes = _figure(1, 2, style.TWO_COLUMNS, 2.6)
    for ax, (title, label, first, second) in zip(axes[0], LOST, strict=True):
        ax.axhline(0, label="nothing lost", **THEORY)
        lost = runs[first].astype(float) - runs[second].astype(float)
        _scatter(ax, runs, tasks, lost)
        ax.set_title(title, fontsize=7)
        ax.set_ylabel(label)
        low, high = (
            float(np.fmin(lost.min(), -LEAST_LOST)),
            float(np.fmax(lost.max(), LEAST_LOST)),
        )
        room = 0.06 * (high - low)
        _set_scale(ax, low - room, high + room, bool(lost.isna().any()))
        _task_axis(ax, tasks)
    style.letters(axes[0])
    legend_below(figure, [*model_handles(runs["model"]), _theory_handle("nothing lost")])
    return figure


@over_networks
@style.styled
def generalisation(runs: pd.DataFrame, tasks: pd.DataFrame | None = None) -> Figure:
    """Accuracy on the test split and on sentences that ask more, a point per network.

    A panel per task; dashed: the bag of words.
    """
    columns, bags = ["test_accuracy", *HARDER], _of_bags(tasks)
    lowest = min(np.nanmin(runs[columns].astype(float)), bags.min(axis=None, skipna=True))
    figure, panels = _task_panels(runs, sharey=True)
    for ax, task in panels:
        if task in bags.index:
            for place, accuracy in enumerate(bags.loc[task]):
                ax.plot([place - 0.4, place + 0.4], [accuracy] * 2, label="bag of words", **THEORY)
        rows = runs[runs["task"] == task]
        draw_points(ax, rows, _numbers(rows, columns))
        ax.set_xticks(range(4), ["test", "longer", "balance", "counts"], rotation=40, ha="right")
        ax.set(xlim=(-0.5, 3.5), ylim=(np.floor(10 * lowest - 0.2) / 10, 1.01))
    figure.supylabel("accuracy", fontsize=7)
    bag = [_theory_handle("bag of words")] if len(bags) else []
    legend_below(figure, [*model_handles(runs["model"]), *bag])
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
        draw_lines(ax, rows, range(1, 9), _numbers(rows, MODES))
        if mean_lengths and task in mean_lengths:
            ax.axhline(mean_lengths[task] / 2, label="half a sentence", **THEORY)
        ax.set(
            yscale="log",
            xlim=(0.4, 8.6),
            xticks=range(1, 9),
            xlabel="mode" if ax.get_subplotspec().is_last_row() else "",
        )
        style.round_log_ticks(ax.yaxis)
        if rows["dimension_expected"].notna().any():
            ax.axvspan(0.4, rows["dimension_expected"].iloc[0] + 0.5, color=SHADE, zorder=0)
    figure.supylabel("time constant τ (words)", fontsize=7)
    half = [_theory_handle("half the mean sentence length")] if mean_lengths else []
    legend_below(
        figure,
        [
            *model_handles(runs["model"], line=True),
            *half,
            Patch(color=SHADE, label="expected d modes"),
        ],
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
        rows = runs[runs["task"] == task]
        draw_lines(ax, rows, range(2), _numbers(rows, ["rate_centre", "rate_edge"]))
        ax.set_xticks(range(2), ["centre", "edge"])
        ax.set_xlim(-0.4, 1.4)
    figure.supylabel("ln |λ| (per word)", fontsize=7)
    legend_below(figure, [*model_handles(runs["model"], line=True), _theory_handle("held")])
    return figure


def _numbers(runs: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    return runs[list(columns)].astype(float).to_numpy()


def _task_panels(runs: pd.DataFrame, **options):
    tasks = tasks_of(runs)
    columns = ceil(len(tasks) / ceil(len(tasks) / 5))
    rows = ceil(len(tasks) / columns)
    width = _width(0 if columns <= 2 else FEW_TASKS + 1)
    figure, axes = _figure(rows, columns, width, 1.45 * rows + 0.45, **options)
    for ax, task in zip(axes.flat, tasks, strict=False):
        title_of_task(ax, task, runs.loc[runs["task"] == task, "dimension_expected"].iloc[0])
    style.letters(axes.flat[: len(tasks)])
    for ax in axes.flat[len(tasks) :]:
        ax.remove()
    return figure, list(zip(axes.flat, tasks, strict=False))


@over_networks
@style.styled
def predicted_dimension(runs: pd.DataFrame) -> Figure:
    """How far the measured dimension is from that predicted before training.

    A point per network and panel over its task; the line is a prediction that came true.
    """
    runs = runs[runs["dimension_predicted"].notna()]
    if runs.empty:
        return _nothing("No dimension was predicted for these tasks.")
    tasks = tasks_of(runs)
    figure, axes = _figure(1, 2, style.TWO_COLUMNS, 2.6, sharey=True)
    for ax, (measure, label) in zip(axes[0], MEASURES.items(), strict=True):
        off = runs[measure].astype(float) - runs["dimension_predicted"].astype(float)
        ax.axhline(0, label="as predicted", **THEORY)
        _scatter(ax, runs, tasks, off)
        ax.set_title(label.capitalize(), fontsize=7)
        ax.set_ylabel("measured − predicted")
        _task_axis(ax, tasks)
    low, high = (f(side, o) for f, side, o in zip((min, max), axes[0, 0].get_ylim(), (-0.55, 0.55)))
    lacking = bool(runs[[*MEASURES]].isna().any(axis=None))
    for ax in axes[0]:
        _set_scale(ax, low, high, lacking)
        ax.tick_params(labelleft=True)
    style.letters(axes[0])
    handles = [*model_handles(runs["model"]), _theory_handle("as predicted from word counts")]
    legend_below(figure, [*handles, *_missing_handle(runs, MEASURES)])
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
def analyses_agree(multiverse: pd.DataFrame, order: Sequence[str]) -> Figure:
    """How many analyses agree with each verdict, see `multiverse`."""
    if multiverse.empty:
        return _nothing("No claim was judged in several analyses.")
    return agreement_map(multiverse, order)
