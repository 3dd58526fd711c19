"""The tables of docs/natural.md: what is shown of the committed ones, under short names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rnn_geometry.claims.means import clustered_mean
from rnn_geometry.claims.order import natural_order
from rnn_geometry.pages.markdown import short

LEVEL = 0.95
RANGED = 2  # digits; numbers with more, such as accuracies, are medians alone
Shown = Mapping[str, tuple[str, int]]  # shown name -> (column, digits)
Rows = list[dict[str, str]]

DIMENSIONS: Shown = {
    "d": ("dimension_expected", 0),
    "counts": ("dimension_predicted", 0),
    "components": ("components_95", 0),
    "PR": ("participation_ratio", 1),
    "in to out": ("io_dimension_places", 0),
    "at d": ("accuracy_at_d", 3),
    "at d - 1": ("accuracy_below_d", 3),
}
MODES: Shown = {
    "d": ("dimension_expected", 0),
    "centre": ("integration_modes", 0),
    "growing": ("growing_modes", 0),
    "L/2": ("modes_median", 0),
    "L": ("modes_at_length", 0),
    "L/2, tau": ("modes_tau_only", 0),
    "L, tau": ("modes_tau_only_length", 0),
    "at d": ("modes_equal_d", 2),
}
TAUS: Shown = {f"tau_{i}": (f"tau_{i}", 0) for i in range(1, 5)}
READOUTS: Shown = {
    "theory": ("readout_angle_expected", 0),
    "mean": ("readout_angle_mean", 0),
    "worst pair off by": ("readout_angle_error", 0),
    "p": ("readout_angle_p", 2),
    "inside": ("readout_in_subspace", 2),
}
MEMORY: Shown = {
    "held": ("hold_r2", 2),
    "added": ("logit_additivity", 2),
    "anywhere": ("delayed_independence", 2),
    "exchanged": ("interchange_follows", 2),
}
ORDER: Shown = {
    "bigrams": ("bag_of_bigrams_accuracy", 3),
    "all": ("order_cost_all", 3),
    "by 8": ("order_cost_8", 3),
    "by 4": ("order_cost_4", 3),
    "by 2": ("order_cost_2", 3),
}
MODIFIERS: Shown = {
    "the, a": ("control_gain", 2),
    "not": ("not_gain", 2),
    "isn't": ("nt_gain", 2),
    "never": ("never_gain", 2),
    "very": ("very_gain", 2),
    "but": ("but_gain", 2),
}
SPACE: Shown = {
    "dimensions": ("modifier_dimension", 0),
    "words": ("modifier_words", 0),
    "not": ("flip_gain", 2),
    "without them": ("flip_gain_cut", 2),
    "without random ones": ("flip_gain_random", 2),
}
SMALL: Shown = {
    "d": ("dimension_expected", 0),
    "accuracy": ("test_accuracy", 3),
    "bag of words": ("bag_of_words_accuracy", 3),
    "components": ("components_95", 0),
    "PR": ("participation_ratio", 1),
    "in to out": ("io_dimension_places", 0),
    "centre": ("integration_modes", 0),
    "L/2": ("modes_median", 0),
    "tau_1": ("tau_1", 0),
    "tau_2": ("tau_2", 0),
}
# What an experiment of docs/natural.md may show of its networks, by the name it asks for.
OF_EXPERIMENTS = {"dimension": SMALL, "modes": MODES, "order": ORDER, "modifiers": MODIFIERS}
TABLES = (DIMENSIONS, MODES, TAUS, READOUTS, MEMORY, ORDER, MODIFIERS, SPACE, SMALL)


def parts(networks: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Yield what a row is about, and its networks: tasks in natural order, then their cells."""
    keys = sorted(set(zip(networks["task"], networks["model"], strict=True)), key=_place)
    several = networks.groupby(["task", "cell"])["model"].nunique().max() > 1
    for task, model in keys:
        part = networks[(networks["task"] == task) & (networks["model"] == model)]
        yield {"task": task, "cell": model if several else part["cell"].iloc[0]}, part


def _place(key: tuple[str, str]) -> tuple[str, str]:
    return natural_order(key[0]), key[1]


def rows_of(networks: pd.DataFrame, columns: Shown) -> Rows:
    """Return a row per task and cell: the median of each column, with its range if it has room.

    Columns that the table has not, or that are empty everywhere, are left out, and so are rows
    without a number.
    """
    there = {
        name: (column, digits)
        for name, (column, digits) in columns.items()
        if column in networks and networks[column].notna().any()
    }
    rows = [
        (about, {name: middle(part[column], n, n <= RANGED) for name, (column, n) in there.items()})
        for about, part in parts(networks)
    ]
    return [about | shown for about, shown in rows if any(shown.values())]


def middle(values: pd.Series, digits: int, ranged: bool = True) -> str:
    """Return the median of numbers, if asked for with lowest and highest where these differ.

    Examples
    --------
    >>> middle(pd.Series([3, 3, 4]), 0), middle(pd.Series([3.0, 3.0]), 0)
    ('3 (3 to 4)', '3')
    """
    defined = values.dropna()
    if defined.empty:
        return ""
    numbers = defined.astype(float)
    half, low, high = (short(x, digits) for x in (numbers.median(), numbers.min(), numbers.max()))
    return half if low == high or not ranged else f"{half} ({low} to {high})"


def accuracy_rows(networks: pd.DataFrame) -> Rows:
    """Return accuracies beside a bag of words, and what it costs to shuffle the words."""
    return [
        about
        | {
            "networks": str(len(part)),
            "accuracy": middle(part["test_accuracy"], 3, ranged=False),
            "bag of words": short(part["bag_of_words_accuracy"].mean(), 3),
            "more than it": difference(part, "test_accuracy", "bag_of_words_accuracy"),
            "lost by shuffling": difference(part, "test_accuracy", "shuffled_accuracy"),
        }
        for about, part in parts(networks)
    ]


def difference(part: pd.DataFrame, first: str, second: str) -> str:
    """Return a mean difference with its interval over data seeds."""
    low, mean, high = between(part, first, second)
    ends = "" if np.isnan(low) else f" ({_signed(low)} to {_signed(high)})"
    return f"{_signed(mean)}{ends}"


def between(part: pd.DataFrame, first: str, second: str) -> tuple[float, float, float]:
    """Return low end, mean and high end of a difference; ends are nan with one data seed."""
    differences = (part[first] - part[second]).to_numpy(dtype=float)
    clusters = part["data_seed"] if part["data_seed"].nunique() > 1 else part["seed"]
    found = clustered_mean(differences, clusters.to_numpy())
    low, high = found.interval(LEVEL)
    return (np.nan if low is None else low, found.mean, np.nan if high is None else high)


def _signed(value: float) -> str:
    text = short(value, 3)
    return text if text.startswith("-") or text == "0" else f"+{text}"


def beside_untrained(every: pd.DataFrame, columns: Shown) -> Rows:
    """Return medians of networks, each with that of their untrained twins in brackets.

    every: trained networks and their controls.
    """
    trained, blank = every[every["control"].isna()], every[every["control"] == "untrained"]
    rows = []
    for about, part in parts(trained):
        own = {"task": part["task"].iloc[0], "model": part["model"].iloc[0]}
        twins = blank[(blank["task"] == own["task"]) & (blank["model"] == own["model"])]
        cells = {
            name: _beside(part[column], twins[column], digits)
            for name, (column, digits) in columns.items()
            if column in every
        }
        rows.append(about | cells)
    return rows


def _beside(values: pd.Series, twins: pd.Series, digits: int) -> str:
    own, other = (part.astype(float).median() for part in (values, twins))
    if np.isnan(own):
        return ""
    return short(own, digits) + ("" if np.isnan(other) else f" ({short(other, digits)})")


def published_rows(networks: pd.DataFrame, listed: Sequence[Mapping[str, Any]]) -> Rows:
    """Return published numbers with the median of ours, where a network is there to compare."""
    return [
        {
            "what": one["what"],
            "published": one["published"],
            "ours": middle(_asked(networks, one), one["digits"]) or "not run",
        }
        for one in listed
    ]


def _asked(networks: pd.DataFrame, one: Mapping[str, Any]) -> pd.Series:
    chosen = networks[networks["task"] == one["task"]]
    if "cell" in one:
        chosen = chosen[chosen["cell"] == one["cell"]]
    return chosen[one["column"]]


def file_rows(data: pd.DataFrame) -> Rows:
    """Return a row per file that was read: its rows, and the beginning of its hash."""
    files = data[data["file"].notna() & (data["file"] != "")]
    unique = files.drop_duplicates("file").sort_values("file")
    return [
        {"file": row["file"], "rows": str(row["rows"]), "SHA-256": row["sha256"][:16]}
        for row in unique.to_dict("records")
    ]


def text_rows(data: pd.DataFrame) -> Rows:
    """Return a row per task: texts used of each split, classes, words, share of unknown words."""
    rows = []
    for task in sorted(data["task"].unique(), key=natural_order):
        part = data[data["task"] == task].set_index("split")
        used = {split: str(part["used"].get(split, "")) for split in ("train", "dev", "test")}
        known = part.loc["test"]
        rows.append(
            {"task": task, "classes": str(known["classes"]), **used}
            | {"words": short(known["words"], 0), "unknown": short(known["unknown"], 3)}
        )
    return rows


def counted(networks: pd.DataFrame, met: Callable[[pd.DataFrame], pd.Series]) -> str:
    """Return how many of the networks of which something is known meet it."""
    found = met(networks).dropna()
    return f"{int(found.sum())} of {len(found)}"


def equal(first: str, second: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Return a condition: two columns are equal; empty where one of them is."""

    def met(networks: pd.DataFrame) -> pd.Series:
        known = networks[first].notna() & networks[second].notna()
        return (networks[first] == networks[second]).astype(float).where(known)

    return met


def at_most(column: str, limit: float) -> Callable[[pd.DataFrame], pd.Series]:
    """Return a condition: a column is at most a number; empty where it is."""

    def met(networks: pd.DataFrame) -> pd.Series:
        return (networks[column] <= limit).astype(float).where(networks[column].notna())

    return met
