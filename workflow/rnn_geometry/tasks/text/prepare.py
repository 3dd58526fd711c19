"""Real text: from labelled data to sentences of word ids, with a record of every row left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text._notes import notes_on_rows, warnings_on_classes
from rnn_geometry.tasks.text._rows import RawSplit
from rnn_geometry.tasks.text.account import warnings_of
from rnn_geometry.tasks.text.labels import Labelling, label_splits
from rnn_geometry.tasks.text.options import (
    BUILT_IN,
    CHARACTERS,
    DEV_SHARE,
    DEV_SIZE,
    check_options,
    local_files,
    resolve_options,
)
from rnn_geometry.tasks.text.source import read_source
from rnn_geometry.tasks.text.splitters import Rows, Splitter, make_splitter
from rnn_geometry.tasks.text.words import PAD, UNKNOWN, UNKNOWN_ID, take

__all__ = ["PAD", "UNKNOWN", "PreparedText", "check_options", "local_files", "prepare_text"]


@dataclass(frozen=True)
class PreparedText:
    """The sentences of train, dev and test; V words, `<pad>` and `<unk>` first; plain facts."""

    train: Sentences
    dev: Sentences
    test: Sentences
    vocabulary: list[str]
    meta: dict[str, Any]


@dataclass
class _Split:
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

    def take(self, index: np.ndarray) -> _Split:
        """Return the rows `index` in that order; the counts stay with this object's split."""
        words = None if self.words is None else take(self.words, index)
        return _Split([self.texts[i] for i in index], self.labels[index], self.counts, words)


def prepare_text(
    options: Mapping[str, Any],
    data_folder: str | Path | None,
    seed: int,
    tokenizer_file: str | Path | None = None,
) -> PreparedText:
    """Read a text data set, choose its classes, tokenise it and split it.

    Parameters
    ----------
    options
        See `options.DEFAULTS`; class ids in `classes` and `merge` count from 0, after
        label_offset. train_size, dev_size and test_size are upper bounds.
    data_folder
        Folder of local data sets; None means the hub.
    seed
        Rows come in an order shuffled by it, so that any prefix is a random sample.
    tokenizer_file
        Where the option `tokenizer` lies, if it is a file; None: where it says.

    Returns
    -------
    PreparedText
        Labels are (n,) int64, or (n, C) int8 for multi_label; dev is carved out of train where
        the data have none. What a word is says `splitters`. Equal arguments give equal bytes.

    Raises
    ------
    UserError
        Names the option, file or row.
    """
    options = resolve_options(options)
    files = local_files(options, data_folder)
    columns = options["text_column"], options["label_column"]
    drop_empty = options["empty_texts"] == "drop"
    raw, origin = read_source(
        options["source"], files, data_folder, *columns, drop_empty=drop_empty
    )
    labelling = label_splits(raw, options)
    splitter = make_splitter(options["tokenizer"], tokenizer_file)
    splits = {
        name: _choose_rows(raw[name], labelling.labels[name], splitter, options) for name in raw
    }
    del raw
    vocabulary: list[str] = []
    if options["length_limit"] and options["too_long"] == "drop":
        vocabulary = _tokenise(splits, splitter)
        splits = {
            name: _drop_long(split, options["length_limit"]) for name, split in splits.items()
        }
    splits = _sample(splits, options, seed)
    _check_classes(splits, labelling, options)
    vocabulary = vocabulary or _tokenise(splits, splitter)
    for split in splits.values():
        _truncate(split, options["length_limit"])
    vocabulary = _limit_vocabulary(splits, vocabulary, options)
    meta = _meta(splits, vocabulary, labelling, options, origin)
    meta |= {"tokenizer": splitter.facts}
    meta["warnings"] = [
        *warnings_on_classes(labelling.class_names, splits["train"].labels),
        *warnings_of(meta, splits, splitter.kind),
    ]
    train, dev, test = (splits[name].read for name in ("train", "dev", "test"))
    return PreparedText(train, dev, test, vocabulary, meta)


def _choose_rows(
    raw: RawSplit, labels: np.ndarray, splitter: Splitter, options: Mapping[str, Any]
) -> _Split:
    """Drop rows of other classes and rows without a word."""
    dropped = {"other_class": 0, "unlabelled": 0, "empty": 0, "too_long": 0}
    keep = np.ones(len(labels), dtype=bool)
    if not options["multi_label"]:
        keep = labels >= 0
        dropped["other_class"] = int((~keep).sum())
    elif options["unlabelled"] == "drop":
        keep = labels.any(axis=1)
        dropped["unlabelled"] = int((~keep).sum())
    texts = [raw.texts[i] for i in np.flatnonzero(keep)]
    split = _Split(
        texts, labels[keep], {"rows_read": len(labels), "dropped": dropped, "truncated": 0}
    )
    full = splitter.have_words(texts)
    dropped["empty"] = int((~full).sum())
    return split.take(np.flatnonzero(full))


def _drop_long(split: _Split, limit: int) -> _Split:
    keep = split.read.lengths <= limit
    split.counts["dropped"]["too_long"] = int((~keep).sum())
    return split.take(np.flatnonzero(keep))


def _sample(
    splits: Mapping[str, _Split], options: Mapping[str, Any], seed: int
) -> dict[str, _Split]:
    """Shuffle every split and cut it to its size; carve dev out of train if the data have none."""
    orders = {name: _shuffled(len(split), seed, name) for name, split in splits.items()}
    pool, train = splits["train"], orders["train"]
    if "dev" in splits:
        dev_source, dev = splits["dev"], orders["dev"][: options["dev_size"] or DEV_SIZE]
    else:
        dev_source = _Split(pool.texts, pool.labels, _no_counts(), pool.words)
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


def _carved(rows: int, asked: int | None) -> int:
    """Return how many of the training rows dev gets: what is asked for, or a share."""
    return min(asked, rows) if asked else min(DEV_SIZE, max(1, rows // DEV_SHARE))


def _no_counts() -> dict[str, Any]:
    dropped = dict.fromkeys(("other_class", "unlabelled", "empty", "too_long"), 0)
    return {"rows_read": 0, "dropped": dropped, "truncated": 0}


def _shuffled(n: int, seed: int, name: str) -> np.ndarray:
    # One stream a split: the size of one split never changes the draw of another.
    return np.random.default_rng([seed, ("train", "dev", "test").index(name)]).permutation(n)


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


def _check_classes(
    splits: Mapping[str, _Split], labelling: Labelling, options: Mapping[str, Any]
) -> None:
    for name, split in splits.items():
        if not len(split):
            raise UserError(
                f"No text is left for the split {name}: {_explain(split.counts)}; accepted are "
                f"classes, length_limit, dev_size ({options['dev_size'] or 'null'}) and "
                "train_size that leave some."
            )
    counts = _class_counts(splits["train"].labels, len(labelling.class_names))
    absent = [name for name, count in zip(labelling.class_names, counts, strict=True) if not count]
    if absent:
        raise UserError(
            f"The class {quoted(absent[0], 40)} has no example among the {len(splits['train'])} "
            f"training texts ({_explain(splits['train'].counts)}); every class needs one: "
            f"{_way_to_one(absent[0], labelling)}."
        )


def _way_to_one(name: str, labelling: Labelling) -> str:
    """Say how a class gets training texts: one whose rows went elsewhere is no wrong name."""
    labels, i = labelling.labels["train"], labelling.class_names.index(name)
    count = int((labels[:, i] if labels.ndim == 2 else labels == i).sum())
    if not count:
        return "leave it out of label_names, or choose others with classes"
    rows = "its row was" if count == 1 else f"its {count} rows were"
    return (
        f"{rows} dropped or not drawn; change train_size or dev_size, add some, or choose others "
        "with classes"
    )


def _explain(counts: Mapping[str, Any]) -> str:
    lost = {
        **counts["dropped"],
        **{name: counts.get(name, 0) for name in ("carved_for_dev", "not_sampled")},
    }
    parts = [f"{count} {name}" for name, count in lost.items() if count]
    return ", ".join([f"{counts['rows_read']} rows read", *parts])


def _class_counts(labels: np.ndarray, classes: int) -> list[int]:
    if labels.ndim == 2:
        return labels.sum(axis=0, dtype=np.int64).tolist()
    return np.bincount(labels, minlength=classes).tolist()


def _tokenise(splits: Mapping[str, _Split], splitter: Splitter) -> list[str]:
    """Set texts to normal form and words to provisional ids; return the words these stand for.

    The provisional vocabulary holds every word of every split; `_limit_vocabulary` cuts it by
    counts of train.
    """
    for split in splits.values():
        split.texts = splitter.normalise(split.texts)
    words, sentences = splitter.number([Rows(s.texts, s.labels) for s in splits.values()])
    for split, read in zip(splits.values(), sentences, strict=True):
        split.words = read
    return words


def _truncate(split: _Split, limit: int | None) -> None:
    if limit is not None:
        split.counts["truncated"] = int((split.read.lengths > limit).sum())
        split.words = take(split.read, np.arange(len(split)), limit)


def _limit_vocabulary(
    splits: Mapping[str, _Split], words: Sequence[str], options: Mapping[str, Any]
) -> list[str]:
    """Set final ids: words of train by falling count, ties by name; the rest is `<unk>`."""
    counts = np.bincount(splits["train"].read.tokens, minlength=len(words))
    frequent = np.flatnonzero(counts >= options["minimum_count"])
    known = (i for i in frequent.tolist() if words[i] not in (PAD, UNKNOWN))
    chosen = sorted(known, key=lambda i: (-counts[i], words[i]))
    if options["vocabulary_size"] is not None:
        chosen = chosen[: options["vocabulary_size"] - 2]
    if not chosen:
        raise _no_word(options)
    final = np.full(len(words), UNKNOWN_ID, dtype=np.int32)
    final[chosen] = np.arange(2, 2 + len(chosen), dtype=np.int32)
    for split in splits.values():
        split.words = Sentences(final[split.read.tokens], split.read.offsets, split.labels)
    return [PAD, UNKNOWN, *(words[i] for i in chosen)]


def _no_word(options: Mapping[str, Any]) -> UserError:
    ways = ["lower it"] if options["minimum_count"] > 1 else []
    if options["tokenizer"] not in BUILT_IN:
        ways.append("name a tokenizer.json that knows the language of the texts")
    elif options["tokenizer"] != CHARACTERS:
        ways.append("set tokenizer: characters where a language has no blanks")
    return UserError(
        "No word of the training texts occurs minimum_count = "
        f"{options['minimum_count']} times; {', or '.join(ways) or 'give more texts'}."
    )


def _meta(
    splits: Mapping[str, _Split],
    vocabulary: Sequence[str],
    labelling: Labelling,
    options: Mapping[str, Any],
    origin: Mapping[str, Any],
) -> dict[str, Any]:
    test = splits["test"].read
    meta: dict[str, Any] = {
        "kind": "text",
        "source": dict(origin),
        "splits": {
            name: _split_meta(split, len(labelling.class_names)) for name, split in splits.items()
        },
        "duplicates": _duplicates(splits),
        "vocabulary_size": len(vocabulary),
        "mean_length": float(test.lengths.mean()),
        "classes": len(labelling.class_names),
        "class_names": labelling.class_names,
        "label_ids": dict(zip(labelling.class_names, labelling.label_ids, strict=True)),
        "label_offset": options["label_offset"],
        "multi_label": options["multi_label"],
        "ordered": options["ordered"],
    }
    return {**meta, "notes": notes_on_rows(meta, options["dev_size"])}


def _split_meta(split: _Split, classes: int) -> dict[str, Any]:
    """Counts of a split: rows_read = dropped + carved_for_dev + not_sampled + used.

    This does not hold for a carved dev.
    """
    return {
        **split.counts,
        "used": len(split),
        "class_counts": _class_counts(split.labels, classes),
        "mean_length": float(split.read.lengths.mean()),
        "unknown_word_rate": float((split.read.tokens == UNKNOWN_ID).mean()),
    }


def _duplicates(splits: Mapping[str, _Split]) -> dict[str, Any]:
    """Count rows whose text came before in the split, or stands in train; none is removed."""
    distinct = {name: set(split.texts) for name, split in splits.items()}
    report: dict[str, Any] = {
        name: len(split) - len(distinct[name]) for name, split in splits.items()
    }
    for name in ("dev", "test"):
        report[f"{name}_in_train"] = sum(text in distinct["train"] for text in splits[name].texts)
    return {**report, "removed": False}
