"""Real text: from labelled data to sentences of word ids, with a record of every row left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text._divide import divide
from rnn_geometry.tasks.text._notes import notes_on_rows, warnings_on_classes
from rnn_geometry.tasks.text._rows import Columns, RawSplit
from rnn_geometry.tasks.text._splits import Split, join, no_counts, sample, stream
from rnn_geometry.tasks.text.account import warnings_of
from rnn_geometry.tasks.text.labels import Labelling, label_splits
from rnn_geometry.tasks.text.options import (
    BUILT_IN,
    CHARACTERS,
    DROP,
    KEEP_LAST,
    REVERSED,
    WRITTEN,
    check_options,
    local_files,
    resolve_options,
)
from rnn_geometry.tasks.text.source import read_source
from rnn_geometry.tasks.text.splitters import Rows, Splitter, make_splitter
from rnn_geometry.tasks.text.vocabulary import read_words
from rnn_geometry.tasks.text.words import (
    PAD,
    UNKNOWN,
    UNKNOWN_ID,
    limited,
    reordered,
    without_first,
)

# Options that choose rows and words: meta.json repeats them, defaults too.
CHANGES = ("where", "skip_words", "length_limit", "too_long", "word_order", "joined")

__all__ = ["PAD", "UNKNOWN", "PreparedText", "check_options", "local_files", "prepare_text"]


@dataclass(frozen=True)
class PreparedText:
    """The sentences of train, dev and test; V words, `<pad>` and `<unk>` first; plain facts."""

    train: Sentences
    dev: Sentences
    test: Sentences
    vocabulary: list[str]
    meta: dict[str, Any]


def prepare_text(
    options: Mapping[str, Any],
    data_folder: str | Path | None,
    seed: int,
    tokenizer_file: str | Path | None = None,
    test_seed: int | None = None,
    vocabulary_file: str | Path | None = None,
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
    test_seed
        The same for the test split; None: `seed`.
    vocabulary_file
        Where the file of the option `vocabulary` lies; None: where it says.

    Returns
    -------
    PreparedText
        Labels are (n,) int64, or (n, C) int8 for multi_label; dev is carved out of train where
        the data have none, and test is drawn out of a single file, by `test_seed`. What a word is
        says `splitters`. Equal arguments give equal bytes.

    Raises
    ------
    UserError
        Names the option, file or row.
    """
    options = resolve_options(options)
    files = local_files(options, data_folder)
    columns = Columns(options["text_column"], options["label_column"], options["where"])
    drop_empty = options["empty_texts"] == "drop"
    raw, origin = read_source(options["source"], files, data_folder, columns, drop_empty=drop_empty)
    labelling = label_splits(raw, options)
    seeds = {"train": seed, "dev": seed, "test": seed if test_seed is None else test_seed}
    if "file" in options["source"]:
        share = options["source"]["test_share"]
        raw, labelling = divide(raw["train"], labelling, share, stream(seeds, "test", 2))
        origin |= {"test_share": share}
    splitter = make_splitter(options["tokenizer"], tokenizer_file)
    splits = {
        name: _choose_rows(raw[name], labelling.labels[name], splitter, options) for name in raw
    }
    del raw
    vocabulary: list[str] = []
    limit = options["length_limit"] if options["too_long"] == DROP else None
    if options["skip_words"] or limit:
        vocabulary = _tokenise(splits, splitter)
        splits = {
            name: _drop_by_length(split, options["skip_words"], limit)
            for name, split in splits.items()
        }
    splits = sample(splits, options, seeds)
    _check_classes(splits, labelling, options)
    vocabulary = vocabulary or _tokenise(splits, splitter)
    for name, split in splits.items():
        _change_words(split, options, stream(seeds, name, 1))
    if options["joined"]:
        splits = {
            name: join(split, options["joined"], stream(seeds, name, 3))
            for name, split in splits.items()
        }
    if options["vocabulary"] is None:
        vocabulary = _limit_vocabulary(splits, vocabulary, options)
    else:
        known = read_words(options["vocabulary"], vocabulary_file).in_order()
        vocabulary = _given_vocabulary(splits, vocabulary, known)
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
) -> Split:
    """Drop rows of other classes and rows without a word."""
    counts = no_counts(len(labels) + raw.filtered)
    dropped = counts["dropped"]
    dropped["filtered"] = raw.filtered
    keep = np.ones(len(labels), dtype=bool)
    if not options["multi_label"]:
        keep = labels >= 0
        dropped["other_class"] = int((~keep).sum())
    elif options["unlabelled"] == "drop":
        keep = labels.any(axis=1)
        dropped["unlabelled"] = int((~keep).sum())
    texts = [raw.texts[i] for i in np.flatnonzero(keep)]
    split = Split(texts, labels[keep], counts)
    full = splitter.have_words(texts)
    dropped["empty"] = int((~full).sum())
    return split.take(np.flatnonzero(full))


def _drop_by_length(split: Split, skip: int, limit: int | None) -> Split:
    """Leave out the first words of every text, then texts without others, and the long ones."""
    split.words = without_first(split.read, skip)
    lengths = split.words.lengths
    long = lengths > (limit or np.inf)
    split.counts["dropped"]["skipped"] = int((lengths == 0).sum())
    split.counts["dropped"]["too_long"] = int(long.sum())
    return split.take(np.flatnonzero((lengths > 0) & ~long))


def _check_classes(
    splits: Mapping[str, Split], labelling: Labelling, options: Mapping[str, Any]
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


def _tokenise(splits: Mapping[str, Split], splitter: Splitter) -> list[str]:
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


def _change_words(split: Split, options: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Cut the texts to the limit, then put the words that are left into the order asked for."""
    limit, order = options["length_limit"], options["word_order"]
    if limit is not None:
        split.counts["truncated"] = int((split.read.lengths > limit).sum())
        split.words = limited(split.read, limit, last=options["too_long"] == KEEP_LAST)
    if order != WRITTEN:
        split.words = reordered(split.read, None if order == REVERSED else rng)


def _limit_vocabulary(
    splits: Mapping[str, Split], words: Sequence[str], options: Mapping[str, Any]
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


def _given_vocabulary(
    splits: Mapping[str, Split], words: Sequence[str], known: list[str]
) -> list[str]:
    """Set final ids: those of the words of a file; the rest is `<unk>`."""
    ids = {word: i for i, word in enumerate(known) if word not in (PAD, UNKNOWN)}
    final = np.array([ids.get(word, UNKNOWN_ID) for word in words], dtype=np.int32)
    if not (final != UNKNOWN_ID).any():
        raise UserError(
            f"vocabulary: none of its {len(known) - 2} words is in the texts; its first are "
            f"{listed(known[2:12])}, words of the texts are {listed(words[:10])}; give the texts "
            "the tokenizer and the language of the vocabulary."
        )
    for split in splits.values():
        split.words = Sentences(final[split.read.tokens], split.read.offsets, split.labels)
    return known


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
    splits: Mapping[str, Split],
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
        "changed": {key: options[key] for key in CHANGES},
        "multi_label": options["multi_label"],
        "ordered": options["ordered"],
    }
    return {**meta, "notes": notes_on_rows(meta, options["dev_size"])}


def _split_meta(split: Split, classes: int) -> dict[str, Any]:
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


def _duplicates(splits: Mapping[str, Split]) -> dict[str, Any]:
    """Count rows whose text came before in the split, or stands in train; none is removed."""
    distinct = {name: set(split.texts) for name, split in splits.items()}
    report: dict[str, Any] = {
        name: len(split) - len(distinct[name]) for name, split in splits.items()
    }
    for name in ("dev", "test"):
        report[f"{name}_in_train"] = sum(text in distinct["train"] for text in splits[name].texts)
    return {**report, "removed": False}
