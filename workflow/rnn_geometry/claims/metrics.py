"""Metrics of claims that are made of several columns, and those of sweeps."""

from __future__ import annotations

import numpy as np
import pandas as pd

LARGEST_RATIO = 1e6  # stands for a ratio over nothing


def bag_of_words_gap(rows: pd.DataFrame) -> pd.Series:
    """Return the distance of the network's accuracy from that of a bag of words."""
    return (rows["test_accuracy"] - rows["bag_of_words_accuracy"]).abs()


def shuffled_share(rows: pd.DataFrame) -> pd.Series:
    """Return what is right on shuffled texts beyond the commonest class, over what a bag of words has beyond it."""
    gained = rows["bag_of_words_accuracy"] - rows["majority_accuracy"]
    return (rows["shuffled_accuracy"] - rows["majority_accuracy"]) / gained.where(gained > 0)


def lasting_ratio(rows: pd.DataFrame) -> pd.Series:
    """Return how much longer evidence stays in the state than modifiers: ratio of the shares left."""
    return (rows["evidence_lasting"] / rows["modifier_lasting"]).clip(upper=LARGEST_RATIO)


def along_ratio(rows: pd.DataFrame) -> pd.Series:
    """Return how much more of its move evidence makes along the slow manifold than modifiers do."""
    return (rows["evidence_along"] / rows["modifier_along"]).clip(upper=LARGEST_RATIO)


def living_dimension(rows: pd.DataFrame) -> pd.Series:
    """Return the dimension of the slow points: components for 95 % of the variance, 0 without an integration mode."""
    return rows["components_95"].where(rows["integration_modes"] > 0, 0)


def falls_to_zero(dimensions: np.ndarray, d: float) -> float:
    """Return 1 if a sequence of dimensions begins at d, never rises and ends at 0; else 0."""
    steps = np.diff(dimensions)
    return float(dimensions[0] == d and dimensions[-1] == 0 and (steps <= 0).all())


def levels_visited(dimensions: np.ndarray, d: float) -> float:
    """Return the share of 0, 1, .. d that a sequence passes on its way down; 0 if it does not fall to zero."""
    return (
        falls_to_zero(dimensions, d) * len(np.intersect1d(dimensions, np.arange(d + 1))) / (d + 1)
    )


ROW_METRICS = {
    function.__name__: function for function in (bag_of_words_gap, shuffled_share, lasting_ratio, along_ratio)
}  # fmt: skip
SWEEP_METRICS = {function.__name__: function for function in (falls_to_zero, levels_visited)}
