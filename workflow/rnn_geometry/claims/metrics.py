"""Metrics of claims that are no column of a table: made of several columns, or of a sweep.

A function marked with `of_networks` or `of_sweeps` can be named in a file of claims. Light on
purpose: a file of claims is held against these names while the Snakefile is parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import numpy as np

from rnn_geometry.store.plugins import Plugin, plugins

if TYPE_CHECKING:
    import pandas as pd

NetworkMetric = Callable[["pd.DataFrame"], "pd.Series"]
SweepMetric = Callable[[np.ndarray, float], float]
ROW_METRICS: dict[str, NetworkMetric] = {}
SWEEP_METRICS: dict[str, SweepMetric] = {}
LEAST_CHANGE = 0.25  # of a gain from 1, of which a share is taken
LARGEST_RATIO = 1e6  # stands for a ratio over nothing


def added_metrics() -> dict[str, Plugin]:
    """Return the metrics of networks that other packages name as entry points, by name."""
    return plugins("metrics", {*ROW_METRICS, *SWEEP_METRICS})


def row_metrics() -> list[str]:
    """Return the names of all metrics of networks that are no columns."""
    return [*ROW_METRICS, *added_metrics()]


def row_metric(name: str) -> NetworkMetric:
    """Return a metric of networks.

    Parameters
    ----------
    name
        One of `row_metrics()`.

    Raises
    ------
    UserError
        If what another package names so cannot be imported, or cannot be called.
    """
    if name in ROW_METRICS:
        return ROW_METRICS[name]
    accepted = "a function from a row per network to a number per network"
    return cast("NetworkMetric", added_metrics()[name].resolved(callable, accepted))


def of_networks(metric: NetworkMetric) -> NetworkMetric:
    """Let claims about networks name a metric.

    Parameters
    ----------
    metric
        From a row per network to a number per network.

    Returns
    -------
    callable
        The same function.
    """
    ROW_METRICS[metric.__name__] = metric
    return metric


def of_sweeps(metric: SweepMetric) -> SweepMetric:
    """Let claims about sweeps name a metric.

    Parameters
    ----------
    metric
        From the dimensions (n,) in order of the varied setting, and the dimension expected without
        it, to one number.

    Returns
    -------
    callable
        The same function.
    """
    SWEEP_METRICS[metric.__name__] = metric
    return metric


@of_networks
def bag_of_words_gap(rows: pd.DataFrame) -> pd.Series:
    """Return the distance of the network's accuracy from that of a bag of words."""
    return (rows["test_accuracy"] - rows["bag_of_words_accuracy"]).abs()


@of_networks
def bag_of_words_lag(rows: pd.DataFrame) -> pd.Series:
    """Return how much worse a bag of words is than the network; below 0 where it is better."""
    return rows["test_accuracy"] - rows["bag_of_words_accuracy"]


@of_networks
def shuffling_cost(rows: pd.DataFrame) -> pd.Series:
    """Return the accuracy that the network loses on texts whose words are shuffled."""
    return rows["test_accuracy"] - rows["shuffled_accuracy"]


@of_networks
def shuffled_share(rows: pd.DataFrame) -> pd.Series:
    """Return what is right on shuffled texts over what a bag of words has, beyond the commonest."""
    gained = rows["bag_of_words_accuracy"] - rows["majority_accuracy"]
    return (rows["shuffled_accuracy"] - rows["majority_accuracy"]) / gained.where(gained > 0)


@of_networks
def ablation_loss(rows: pd.DataFrame) -> pd.Series:
    """Return the accuracy lost without the slow subspace, over what a perfect network can lose."""
    return _lost(rows, "ablation_accuracy")


@of_networks
def ablation_loss_random(rows: pd.DataFrame) -> pd.Series:
    """Return the same without a random subspace of equal dimension and variance."""
    return _lost(rows, "ablation_accuracy_random")


def _lost(rows: pd.DataFrame, left: str) -> pd.Series:
    return (rows["test_accuracy"] - rows[left]) / (1 - rows["ablation_chance"])


@of_networks
def dimension_share(rows: pd.DataFrame) -> pd.Series:
    """Return the participation ratio of the slow points over the dimension expected."""
    expected = rows["dimension_expected"]
    return rows["participation_ratio"] / expected.where(expected > 0)


@of_networks
def lasting_ratio(rows: pd.DataFrame) -> pd.Series:
    """Return how much longer evidence stays in the state than modifiers: ratio of shares left."""
    return (rows["evidence_lasting"] / rows["modifier_lasting"]).clip(upper=LARGEST_RATIO)


@of_networks
def along_ratio(rows: pd.DataFrame) -> pd.Series:
    """Return how much more of its move evidence makes along the slow manifold than modifiers do."""
    return (rows["evidence_along"] / rows["modifier_along"]).clip(upper=LARGEST_RATIO)


@of_networks
def flip_restored(rows: pd.DataFrame) -> pd.Series:
    """Return how far the gain of `not` comes back to 1 without the modifier subspace.

    0: not at all, 1: as if `not` had not been read; empty where it hardly changes anything.
    """
    return _restored(rows, "flip_gain_cut")


@of_networks
def flip_restored_random(rows: pd.DataFrame) -> pd.Series:
    """Return the same with a random subspace of equal dimension in its place."""
    return _restored(rows, "flip_gain_random")


def _restored(rows: pd.DataFrame, left: str) -> pd.Series:
    changed = 1 - rows["flip_gain"]
    return (rows[left] - rows["flip_gain"]) / changed.where(changed >= LEAST_CHANGE)


@of_sweeps
def falls_to_zero(dimensions: np.ndarray, d: float) -> float:
    """Return 1 if a sequence of dimensions (n,) begins at d, never rises and ends at 0; else 0."""
    steps = np.diff(dimensions)
    return float(dimensions[0] == d and dimensions[-1] == 0 and (steps <= 0).all())


@of_sweeps
def levels_visited(dimensions: np.ndarray, d: float) -> float:
    """Return the share of 0, 1, .. d that dimensions (n,) pass on their way to zero; else 0."""
    levels = len(np.intersect1d(dimensions, np.arange(d + 1)))
    return falls_to_zero(dimensions, d) * levels / (d + 1)


def living_dimension(rows: pd.DataFrame) -> pd.Series:
    """Return the dimension of the slow points of networks.

    Parameters
    ----------
    rows
        With `components_95` and `integration_modes`.

    Returns
    -------
    pandas.Series
        Components for 95 % of the variance; 0 without an integration mode. Where modes are not
        counted, as with one Jacobian everywhere, that says nothing of the dimension.
    """
    return rows["components_95"].mask(rows["integration_modes"] <= 0, 0)
