"""What a data set is, read as the workflow reads it: all numbers that `describe` tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_geometry.cli.given import Given
from rnn_geometry.cli.order import order_by_words
from rnn_geometry.geometry.baselines import constant_accuracy
from rnn_geometry.geometry.word_counts import bag_of_words, predictions
from rnn_geometry.networks.recipe_by_size import MOST_TEXTS, recipe_by_size
from rnn_geometry.stages.prepare import PreparedData, text_data

SIZES = {"train_size": MOST_TEXTS, "test_size": 5000}  # more of a large set tell little more
SHARE_KEPT = 0.95  # of the texts are read whole
SHORT = 100  # words: no text is cut to less
LONGEST = 200  # words: a network needs minutes for more
SEED = 0  # of the rows on which the bag of words is tuned, as in the workflow
CHANCE = 0.05


@dataclass(frozen=True)
class Facts:
    """What was found of a task, and the options it should have.

    task: settings of the task, as a configuration has them. meta: meta.json. lengths: words of
    all texts before any is cut, (n,). predicted: `word_counts.predictions`. bag: test accuracy of a
    bag of words. constant: that of the best constant answer. order: `order_by_words`, None where
    classes have none. recipe: keys of a model.
    """

    task: dict[str, Any]
    meta: dict[str, Any]
    lengths: np.ndarray
    predicted: dict[str, Any]
    bag: float
    constant: float
    order: float | None
    recipe: dict[str, Any]

    @property
    def mean_words(self) -> float:
        """Words of a training text, as it is read."""
        return float(self.meta["splits"]["train"]["mean_length"])


def facts_of(given: Given) -> Facts:
    """Read a data set and measure it.

    Parameters
    ----------
    given
        What the command line said.

    Raises
    ------
    UserError
        Whatever the workflow would refuse in it.
    """
    task = {"name": given.name, "family": "text", **given.options}
    read = _read({**SIZES, **task}, given.data_folder)
    lengths = np.concatenate([read.train.lengths, read.dev.lengths, read.test.lengths])
    task |= {key: size for key, size in SIZES.items() if _is_cut(read.meta, key)}
    limit = None if "length_limit" in task else length_limit(lengths)
    if limit is not None:
        task["length_limit"] = limit
        read = _read(task, given.data_folder)
    order = _order(read, given)
    if order is not None and order <= CHANCE and "ordered" not in task and _are_numbers(read.meta):
        task["ordered"] = True
        read = _read(task, given.data_folder)
    words = len(read.vocabulary)
    return Facts(
        task=task,
        meta=read.meta,
        lengths=lengths,
        predicted=predictions(read.train, words, read.meta, SEED),
        bag=bag_of_words(read.train, {"test": read.test}, words, SEED)["test"] or 0.0,
        constant=constant_accuracy(read.test.labels),
        order=order,
        recipe=recipe_of(read.meta),
    )


def _read(task: Mapping[str, Any], data_folder: str | None) -> PreparedData:
    return text_data({"data_seed": 0, **task}, data_folder)


def recipe_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys of a model that fit a data set.

    Parameters
    ----------
    meta
        Its meta.json.
    """
    texts, ordered = meta["splits"]["train"]["used"], meta["ordered"] and meta["classes"] > 2
    return recipe_by_size(texts, ordered=ordered, multi_label=meta["multi_label"])


def _is_cut(meta: Mapping[str, Any], key: str) -> bool:
    return bool(meta["splits"][key.removesuffix("_size")]["not_sampled"])


def length_limit(lengths: np.ndarray) -> int | None:
    """Return after how many words texts are to be cut, None where they are short enough.

    Parameters
    ----------
    lengths
        Words of each text, (n,).

    Examples
    --------
    >>> length_limit(np.array([20, 30, 90])), length_limit(np.array([20, 150, 900]))
    (None, 200)
    """
    if lengths.max() <= SHORT:
        return None
    common = int(np.ceil(np.quantile(lengths, SHARE_KEPT) / 10) * 10)
    limit = int(np.clip(common, SHORT, LONGEST))
    return limit if limit < lengths.max() else None


def _order(read: PreparedData, given: Given) -> float | None:
    """Return how well words fit an order of the labels, where these could have one."""
    if (
        read.meta["multi_label"]
        or read.meta["classes"] < 3
        or given.options.get("ordered") is False
    ):
        return None
    if not (read.meta["ordered"] or _are_numbers(read.meta)):
        return None
    return order_by_words(read.train, len(read.vocabulary))


def _are_numbers(meta: Mapping[str, Any]) -> bool:
    return all(name.lstrip("-").replace(".", "", 1).isdigit() for name in meta["class_names"])
