"""Splits of texts under way, and which of their rows are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text.options import ALIKE, DEV_SHARE, DEV_SIZE
from rnn_geometry.tasks.text.words import followed_by, take

SPLITS = ("train", "dev", "test")
REASONS = ("filtered", "other_class", "unlabelled", "empty", "skipped", "too_long")


@dataclass
class Split:
    """Rows under way: n texts, later in normal form and as words, labels (n, ...), counts."""

    texts: list[str]
    labels: np.ndarray
    counts: dict[str, Any] = field(default_factory=dict)
    words: Sentences | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def read(self) -> Sentences:
        """Its words, which are there once it is tokenised."""
        if self.words is None:
            raise ValueError("this split is not tokenised yet")
        return self.words

    def take(self, index: np.ndarray) -> Split:
        """Return the rows `index` in that order; the counts stay with this object's split."""
        words = None if self.words is None else take(self.words, index)
        return Split([self.texts[i] for i in index], self.labels[index], self.counts, words)


def stream(seeds: Mapping[str, int], name: str, *more: int) -> np.random.Generator:
    """Return the random numbers of a split: the size of one never changes the draw of another.

    Parameters
    ----------
    seeds
        By split.
    name
        Of the split.
    more
        What else it is for.
    """
    return np.random.default_rng([seeds[name], SPLITS.index(name), *more])


def sample(
    splits: Mapping[str, Split], options: Mapping[str, Any], seeds: Mapping[str, int]
) -> dict[str, Split]:
    """Shuffle every split and cut it to its size; carve dev out of train if the data have none.

    Parameters
    ----------
    splits
        All rows, by split.
    options
        Sizes and balance.
    seeds
        By split.
    """
    orders = {name: stream(seeds, name).permutation(len(split)) for name, split in splits.items()}
    pool, train = splits["train"], orders["train"]
    if "dev" in splits:
        dev_source, dev = splits["dev"], orders["dev"][: options["dev_size"] or DEV_SIZE]
    else:
        dev_source = Split(pool.texts, pool.labels, no_counts(0), pool.words)
        dev, train = np.split(train, [_carved(len(train), options["dev_size"])])
        pool.counts["carved_for_dev"] = len(dev)
    if options["balanced"]:
        train = _balance(train, _balance_groups(pool.labels), options["train_size"])
    test = orders["test"]
    if options["balanced"] == "all":
        dev = _balance(dev, _balance_groups(dev_source.labels), None)
        test = _balance(test, _balance_groups(splits["test"].labels), options["test_size"])
    sampled = {
        "train": pool.take(train[: options["train_size"]]),
        "dev": dev_source.take(dev),
        "test": splits["test"].take(test[: options["test_size"]]),
    }
    for name, split in sampled.items():
        available = (len(splits[name]) if name in splits else len(split)) - split.counts.get(
            "carved_for_dev", 0
        )
        split.counts["not_sampled"] = available - len(split)
    return sampled


def join(split: Split, joined: str, rng: np.random.Generator) -> Split:
    """Let another text of the split come after each: one row of texts in a circle.

    Parameters
    ----------
    split
        Tokenised, n rows.
    joined
        `any`: all rows are one circle; `alike`: those of equal labels are one.
    rng
        Draws the circles.

    Returns
    -------
    Split
        n rows in the same order, each text first in one and second in one, with the labels of both.
        The only row of its labels comes after itself.
    """
    others = np.empty(len(split), dtype=np.int64)
    for rows in _alike(split.labels) if joined == ALIKE else [np.arange(len(split))]:
        circle = rng.permutation(rows)
        others[circle] = np.roll(circle, -1)
    words = followed_by(split.read, others)
    texts = [f"{text} {split.texts[i]}" for text, i in zip(split.texts, others, strict=True)]
    return Split(texts, words.labels, split.counts, words)


def _alike(labels: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each value of labels (n, ..)."""
    _, which = np.unique(labels, axis=0, return_inverse=True)
    return [np.flatnonzero(which.ravel() == value) for value in range(which.max(initial=-1) + 1)]


def _carved(rows: int, asked: int | None) -> int:
    """Return how many of the training rows dev gets: what is asked for, or a share."""
    return min(asked, rows) if asked else min(DEV_SIZE, max(1, rows // DEV_SHARE))


def no_counts(rows: int) -> dict[str, Any]:
    """Return the counts of a split of which nothing is dropped yet.

    Parameters
    ----------
    rows
        How many were read.
    """
    return {"rows_read": rows, "dropped": dict.fromkeys(REASONS, 0), "truncated": 0}


def _balance_groups(labels: np.ndarray) -> np.ndarray:
    """Return the group (n,) to balance: the class; of labels (n, C) a row's rarest, or none."""
    if labels.ndim == 1:
        return labels
    by_rarity = np.argsort(labels.sum(axis=0), kind="stable")
    rarest = by_rarity[labels[:, by_rarity].argmax(axis=1)]
    return np.where(labels.any(axis=1), rarest, -1)


def _balance(order: np.ndarray, groups: np.ndarray, size: int | None) -> np.ndarray:
    """Keep equally many rows of every group, the first in `order`, at most `size` in all."""
    present, counts = np.unique(groups[order], return_counts=True)
    if not len(present):
        return order
    least = counts.min() if size is None else min(counts.min(), size // len(present))
    kept = [np.flatnonzero(groups[order] == group)[:least] for group in present]
    return order[np.sort(np.concatenate(kept))]
