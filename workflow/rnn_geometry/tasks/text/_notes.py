"""What a person should know of the rows of a text data set, a line for each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_geometry.errors import listed, quoted
from rnn_geometry.tasks.text.options import ANY, DEV_SHARE, DEV_SIZE, KEEP_LAST, WRITTEN

BETWEEN = re.compile(r"(?<=\w)[\s_-]+(?=\w)")
AROUND = " .,:;!?'\"\ufe0f"  # the last makes a sign an emoji
REASONS = {
    "filtered": "left out by where",
    "other_class": "of another class",
    "unlabelled": "with none of the chosen labels",
    "empty": "without a word",
    "skipped": "without a word after skip_words",
    "too_long": "longer than length_limit",
}


def notes_on_rows(meta: Mapping[str, Any], dev_size: int | None) -> list[str]:
    """Return a line for whatever was done to rows and may surprise.

    Parameters
    ----------
    meta
        Counts by split and names of classes, as `prepare_text` records them.
    dev_size
        The option.
    """
    return [
        *_on_words(meta["changed"]),
        *_on_test(meta),
        *_on_dev(meta["splits"], dev_size),
        *_on_drops(meta["splits"]),
        *_on_classes(meta),
    ]


def _on_words(changed: Mapping[str, Any]) -> Iterator[str]:
    if changed["skip_words"]:
        yield f"the first {changed['skip_words']} words of every text are left out (skip_words)"
    if changed["length_limit"] and changed["too_long"] == KEEP_LAST:
        yield f"of every text the last {changed['length_limit']} words are read (too_long)"
    if changed["word_order"] != WRITTEN:
        yield f"the words of every text are in {changed['word_order']} order (word_order)"
    if changed["joined"]:
        which = "any other text" if changed["joined"] == ANY else "another text of its labels"
        yield f"after every text comes {which} of its split, with the labels of both (joined)"


def _on_test(meta: Mapping[str, Any]) -> Iterator[str]:
    share = meta["source"].get("test_share")
    if share is not None:
        rows = sum(meta["splits"][name]["rows_read"] for name in ("train", "test"))
        drawn = meta["splits"]["test"]["rows_read"]
        yield f"test got {drawn} of {rows} rows of the file (source.test_share: {share:g})"


def _on_dev(splits: Mapping[str, Any], dev_size: int | None) -> Iterator[str]:
    carved = splits["train"].get("carved_for_dev", 0)
    rows = splits["train"]["rows_read"] - sum(splits["train"]["dropped"].values())
    if not carved:
        return
    if dev_size is None and carved < DEV_SIZE:
        yield f"dev took {carved} of {rows} training rows, one in {DEV_SHARE} (dev_size: null)"
    elif carved * DEV_SHARE > rows:
        yield f"dev took {carved} of {rows} training rows (dev_size; null: one in {DEV_SHARE})"


def _on_drops(splits: Mapping[str, Any]) -> Iterator[str]:
    for name, split in splits.items():
        dropped = {reason: count for reason, count in split["dropped"].items() if count}
        parts = [f"{count} {REASONS.get(reason, reason)}" for reason, count in dropped.items()]
        if parts:
            yield f"{name}: of {split['rows_read']} rows dropped: {', '.join(parts)}"


def _on_classes(meta: Mapping[str, Any]) -> Iterator[str]:
    for name, split in meta["splits"].items():
        counts = zip(meta["class_names"], split["class_counts"], strict=True)
        absent = [shown for shown, count in counts if not count]
        if absent:
            yield f"{name} has no row of {listed(absent)}; measures on it do not see these classes"


def warnings_on_classes(names: Sequence[str], labels: np.ndarray) -> list[str]:
    """Return a line for whatever makes it doubtful that labels are read as they are meant.

    Parameters
    ----------
    names
        Of the classes.
    labels
        Of the training rows, (n,) or (n, C).
    """
    return [*_on_alike(names), *(_on_several(names, labels) if labels.ndim == 2 else ())]


def _on_alike(names: Sequence[str]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name in names:
        folded = BETWEEN.sub(" ", unicodedata.normalize("NFKC", name).casefold())
        other = seen.setdefault(folded.strip(AROUND) or folded, name)
        if other != name:
            yield (
                f"the classes {quoted(other, 30)} and {quoted(name, 30)} look alike and count as "
                "two; if they are one, write them alike in the data, or list both in merge"
            )


def _on_several(names: Sequence[str], labels: np.ndarray) -> Iterator[str]:
    if labels.sum(axis=1).max(initial=0) < 2:
        yield (
            "no training text has two of the labels although multi_label is true; labels of a row "
            "are a list, or stand between ; or | or commas"
        )
    always = [name for name, column in zip(names, labels.T, strict=True) if column.all()]
    if always:
        yield f"every training text has the label {listed(always, 60)}; there is nothing to learn"
