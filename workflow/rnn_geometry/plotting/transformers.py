"""The figure over networks without a step and those beside them, with the thresholds of claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.per_network import tasks_of
from rnn_geometry.plotting.per_task import EXPECTED, dots, levels
from rnn_geometry.plotting.text import literal

# What a panel says of the metric that a claim is about; of others the metric's own name.
SAYS = {
    "score_read_half": "Sums read, a map of the place's own",
    "score_read_together": "Sums read, one map for all places",
    "carried_one_place": "Carried by the last place alone",
    "word_additivity_fitted": "Words add to the logits",
    "participation_ratio_final": "Dimension at the last word",
    "belief_r2": "Beliefs read, one map for all places",
    "belief_r2_half": "Beliefs read, a map of the place's own",
    "followed_all_places": "Predictions follow all places",
    "followed_one_place": "Predictions follow the last place alone",
}
SHARES = ("carried_", "followed_")  # metrics that are shares; most others are R^2
BOUNDS = ("at_least", "at_most")
THRESHOLD = {**EXPECTED, "ls": "--"}
LOW = -0.25  # least value of a share or an R^2 that is shown
THEORY, ASKED = "theory", "threshold of the claim"
HEIGHT = 1.5  # inches, of a panel
Claim = Mapping[str, Any]


@style.styled
def transformers_overview(tables: Mapping[str, pd.DataFrame], claims: Sequence[Claim]) -> Figure:
    """Draw the metric of every claim on every network that it is about, and on those beside.

    Parameters
    ----------
    tables
        transformers.csv, transformers_language.csv or both, by name.
    claims
        About networks without a step; each is drawn from the table that has its metric.

    Returns
    -------
    Figure
        A column a table, a panel a claim, a dot a network; untrained ones pale.
    """
    columns = [(table, [c for c in claims if c["metric"] in table]) for table in tables.values()]
    rows = max(len(own) for _, own in columns)
    size = (style.TWO_COLUMNS * (0.5 + 0.5 * (len(columns) > 1)), HEIGHT * rows + 0.8)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(rows, len(columns), squeeze=False)
    for side, (table, own) in zip(grid.T, columns, strict=True):
        tasks = tasks_of(table)
        for axes, claim in zip(side, own):
            _draw_claim(axes, table, tasks, claim)
        for axes in side[len(own) :]:
            axes.set_axis_off()
        names = [literal(task, 24) for task in tasks]
        side[len(own) - 1].set_xticks(range(len(tasks)), names)
        for axes in side[: len(own) - 1]:
            axes.set_xticks(range(len(tasks)), [""] * len(tasks))
    drawn = [axes for side, (_, own) in zip(grid.T, columns) for axes in side[: len(own)]]
    _legend(figure, drawn)
    style.letters(np.array(drawn))
    return figure


def _draw_claim(axes: Axes, table: pd.DataFrame, tasks: list[str], claim: Claim) -> None:
    """Draw the metric of a claim, and what it asks for."""
    metric, number = claim["metric"], claim["name"].split("-")[0]
    dots(axes, table, tasks, metric)
    if "expected" in claim:
        _expected(axes, table, tasks, claim)
        axes.set(ylim=(0, None), ylabel="dimension")
    else:
        for i, bound in enumerate(bounds(claim)):
            axes.axhline(bound, label=None if i else ASKED, **THRESHOLD)
        axes.set(ylim=(LOW, 1.08), ylabel="share" if metric.startswith(SHARES) else "R²")
        _tell_below(axes, table, tasks, metric)
    axes.set_xlim(-0.5, len(tasks) - 0.5)
    axes.set_title(f"{number}  {SAYS.get(metric, literal(metric))}")


def _expected(axes: Axes, table: pd.DataFrame, tasks: list[str], claim: Claim) -> None:
    """Draw what theory gives for each task, and how far off it a network may be."""
    levels(axes, table, tasks, claim["expected"], label=THEORY, **EXPECTED)
    for side in (1 - claim["within_share"], 1 + claim["within_share"]):
        known = table.assign(off=side * table[claim["expected"]])
        label = None if side > 1 else ASKED
        levels(axes, known, tasks, "off", **{**THRESHOLD, "label": label})


def _tell_below(axes: Axes, table: pd.DataFrame, tasks: list[str], metric: str) -> None:
    """Tell how many networks of a task lie below what is shown."""
    for i, task in enumerate(tasks):
        count = int((table.loc[table["task"] == task, metric] < LOW).sum())
        if count:
            above = {"xytext": (0, 1), "textcoords": "offset points", "ha": "center"}
            axes.annotate(f"{count} below", (i, LOW), **above)


def bounds(claim: Claim) -> Iterator[float]:
    """Yield the thresholds of a claim on its own metric, those of its conditions among them.

    Parameters
    ----------
    claim
        Of a checked file.

    Examples
    --------
    >>> own = {"metric": "r2", "at_most": 0.95}
    >>> list(bounds(own | {"given": {"metric": "r2", "at_least": 0.8}}))
    [0.95, 0.8]
    >>> list(bounds(own | {"given": [{"metric": "other", "at_least": 0.5}]}))
    [0.95]
    """
    given = claim.get("given", [])
    for one in (claim, *([given] if isinstance(given, Mapping) else given)):
        if one["metric"] == claim["metric"]:
            yield from (one[bound] for bound in BOUNDS if bound in one)


def _legend(figure: Figure, axes: Sequence[Axes]) -> None:
    """Tell models, theory and thresholds once, above all panels."""
    told: dict[str, Any] = {}
    for one in axes:
        told = {**told, **dict(zip(*one.get_legend_handles_labels()[::-1], strict=True))}
    last = [told.pop(name) for name in (THEORY, ASKED) if name in told]
    told |= {handle.get_label(): handle for handle in last}
    figure.legend(told.values(), told.keys(), loc="outside upper left", ncols=4)
