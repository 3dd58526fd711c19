"""Which sentences are shown word by word: held-out, made to show integration, the user's own.

Shapes: s sentences, C outputs (classes or labels).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task
from rnn_geometry.tasks.text.splitters import splitter_of
from rnn_geometry.tasks.text.words import UNKNOWN_ID

HELD_OUT, CURATED, CONFIGURED = range(3)  # kinds
AS_WRITTEN, REVERSED, SHUFFLED = range(3)  # orders of the words
UNKNOWN_LABEL = -1
LONGEST = 80  # words of a held-out text that a page shows


@dataclass(frozen=True)
class ShownSentences:
    """The s sentences that are shown.

    labels: (s, C) int8, one-hot or one column per label, UNKNOWN_LABEL where none is known. kind:
    (s,) int8, HELD_OUT, CURATED or CONFIGURED. name: (s,) what a page calls each.
    """

    sentences: Sentences
    kind: np.ndarray
    name: np.ndarray


def shown_sentences(
    meta: Mapping[str, Any],
    vocabulary: Sequence[str],
    test: Sentences,
    *,
    held_out: int,
    configured: Sequence[str],
    seed: int,
    tokenizer_file: str | None = None,
) -> ShownSentences:
    """Return which sentences are shown word by word.

    Parameters
    ----------
    meta
        meta.json.
    vocabulary
        Words by id.
    test
        The test split.
    held_out
        How many of the test split, classes in turn.
    configured
        Sentences of the configuration.
    seed
        With it the same meta and test split give the same sentences.
    tokenizer_file
        Where the tokenizer.json of the task lies, if it has one.

    Returns
    -------
    ShownSentences
        Curated sentences, those of the configuration, and held-out ones.

    Raises
    ------
    UserError
        For a word of a configured sentence that a synthetic task does not have, and for a
        sentence without words.
    """
    chosen = held_out_rows(test, held_out, seed)
    own = written(configured, meta, vocabulary, tokenizer_file)
    groups = [curated(meta), own, from_test(test, chosen, meta)]
    rows = [row for group in groups for row in group]
    kinds = np.repeat([CURATED, CONFIGURED, HELD_OUT], [len(group) for group in groups]).astype(
        np.int8
    )
    labels = np.array([label for _, _, label in rows], dtype=np.int8)
    sentences = Sentences.from_lists([words for words, _, _ in rows], labels)
    return ShownSentences(sentences, kinds, np.array([name for _, name, _ in rows]))


Row = tuple[Sequence[int] | np.ndarray, str, np.ndarray]  # word ids, name, label (C,)


def held_out_rows(test: Sentences, count: int, seed: int) -> np.ndarray:
    """Return rows of the test split, drawn from each class (combination of labels) in turn.

    Parameters
    ----------
    test
        The test split.
    count
        How many.
    seed
        Of the draw.

    Returns
    -------
    numpy.ndarray
        Rows; texts of more than LONGEST words are passed over where others are left.
    """
    order = np.random.default_rng(seed).permutation(len(test))
    order = order[np.argsort(test.lengths[order] > LONGEST, kind="stable")]
    labels = test.labels if test.labels.ndim == 2 else test.labels[:, None]
    _, group = np.unique(labels, axis=0, return_inverse=True)
    group = group.ravel()[order]
    turn = np.zeros(len(order), dtype=np.int64)
    for one in np.unique(group):
        turn[group == one] = np.arange((group == one).sum())
    chosen = np.lexsort((group, turn))[:count]
    return order[chosen]


def from_test(test: Sentences, rows: np.ndarray, meta: Mapping[str, Any]) -> list[Row]:
    """Return rows of the test split with labels as columns.

    Parameters
    ----------
    test
        The test split.
    rows
        Which.
    meta
        meta.json.
    """
    labels = test.labels[rows]
    if labels.ndim == 1:
        labels = np.eye(meta["classes"], dtype=np.int8)[labels]
    parts = [test.tokens[test.offsets[row] : test.offsets[row + 1]] for row in rows]
    return [
        (part, f"held-out {i + 1}", label)
        for i, (part, label) in enumerate(zip(parts, labels, strict=True))
    ]


def curated(meta: Mapping[str, Any]) -> list[Row]:
    """Return sentences of a synthetic task that show what integration is; none for real text.

    One word and then silence; two kinds of evidence one after the other and in turn; for tasks with
    modifiers the same words with and without them.

    Parameters
    ----------
    meta
        meta.json.
    """
    if meta["kind"] != "synthetic":
        return []
    words, length = meta["words"], round(meta["mean_length"])
    first, last, neutral = meta["evidence"][0], meta["evidence"][-1], meta["neutral"]
    silence = [neutral] * (length - 1)
    half = length // 2
    plans = [
        (f"{words[last]}, then only {words[neutral]}", [last, *silence]),
        (f"only {words[neutral]}", [neutral, *silence]),
        (f"first {words[first]}, then {words[last]}", [first] * (length - half) + [last] * half),
        (
            f"{words[first]} and {words[last]} in turn",
            ([first, last] * length)[: length - 1 + length % 2],
        ),
    ]
    plans += [
        (
            f"{words[modifier]} {words[last]}, then only {words[neutral]}",
            [modifier, last, *silence[1:]],
        )
        for modifier in meta["modifiers"]
    ]
    return [(ids, name, label_by_rule(meta, ids)) for name, ids in plans]


def label_by_rule(meta: Mapping[str, Any], ids: Sequence[int]) -> np.ndarray:
    """Return the label of one sentence of a synthetic task by its own rule; unknown for a tie.

    Parameters
    ----------
    meta
        meta.json.
    ids
        Words of the sentence.

    Returns
    -------
    numpy.ndarray
        (C,).
    """
    task = build_task(meta["family"], **meta["options"])
    label = task.labels_of(np.asarray(ids)[None], np.array([len(ids)]))[0]
    if meta["multi_label"]:
        return label
    return np.eye(meta["classes"], dtype=np.int8)[label] if label >= 0 else unknown(meta)


def unknown(meta: Mapping[str, Any]) -> np.ndarray:
    """Return the label of a sentence whose label is not known.

    Parameters
    ----------
    meta
        meta.json.

    Returns
    -------
    numpy.ndarray
        (C,).
    """
    return np.full(meta["classes"], UNKNOWN_LABEL, dtype=np.int8)


def written(
    texts: Sequence[str],
    meta: Mapping[str, Any],
    vocabulary: Sequence[str],
    tokenizer_file: str | None = None,
) -> list[Row]:
    """Return the sentences of the configuration.

    Parameters
    ----------
    texts
        As they are written.
    meta
        meta.json.
    vocabulary
        Words by id.
    tokenizer_file
        Where the tokenizer.json of the task lies, if it has one.

    Returns
    -------
    list of Row
        Synthetic ones have the label of their task's rule.
    """
    ids_of = {word: i for i, word in enumerate(vocabulary)}
    synthetic = meta["kind"] == "synthetic"
    rows = []
    split = str.split if synthetic or not texts else splitter_of(meta, tokenizer_file).split
    for text in texts:
        words = split(text)
        if synthetic:
            check_words(words, vocabulary, meta["name"])
        ids = [ids_of.get(word, UNKNOWN_ID) for word in words]
        if not ids:
            raise UserError(
                f"config key explorer.sentences.{meta['name']}: {quoted(text)} holds no word; "
                "give one at least."
            )
        rows.append((ids, text, label_by_rule(meta, ids) if synthetic else unknown(meta)))
    return rows


def check_words(words: Sequence[str], vocabulary: Sequence[str], task: str) -> None:
    """Refuse a word that a synthetic task does not have.

    Parameters
    ----------
    words
        To be checked.
    vocabulary
        Words by id.
    task
        Name of the task.

    Raises
    ------
    UserError
        Names the first such word.
    """
    for word in words:
        if word not in vocabulary:
            raise UserError(
                f"config key explorer.sentences.{task}: {quoted(word)} is no word of the task; "
                f"accepted are {listed(vocabulary)}."
            )


def orders_of(ids: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return the words of one sentence as written, reversed and shuffled.

    Parameters
    ----------
    ids
        (T,).
    seed
        Of the order.
    """
    ids = np.asarray(ids)
    return [ids, ids[::-1], np.random.default_rng(seed).permutation(ids)]
