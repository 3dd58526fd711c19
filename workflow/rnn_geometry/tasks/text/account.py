"""What became of the texts of a task: a row a split for people, and warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from rnn_geometry.tasks.text.options import CHARACTERS, WORDS

THIRD = 1 / 3  # a share above it is warned of
SAMPLE = 500  # texts that are looked at for their script
# Thai, Lao, Tibetan, Myanmar, Khmer, Tai scripts, kana: no blanks between words.
WITHOUT_BLANKS = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3040-\u30ff"
CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # `words` sets them apart


class HasTexts(Protocol):
    """A split under way."""

    texts: list[str]


def rows_of(meta: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for every split of a text task: what was read, dropped, unknown, repeated.

    Parameters
    ----------
    meta
        meta.json.

    Returns
    -------
    list of dict
        split, read (None for a dev taken from train), dropped, used, truncated, mean_length
        (words), unknown (share of words), repeated (texts that came before in the split), in_train
        (share of texts that stand in train; None for train itself).
    """
    names = ("train", "dev", "test")
    return [_row(name, meta["splits"][name], meta["duplicates"]) for name in names]


def _row(name: str, split: Mapping[str, Any], duplicates: Mapping[str, Any]) -> dict[str, Any]:
    in_train = duplicates.get(f"{name}_in_train")
    return {
        "split": name,
        "read": split["rows_read"] or None,
        "dropped": sum(split["dropped"].values()),
        "used": split["used"],
        "truncated": split["truncated"],
        "mean_length": split["mean_length"],
        "unknown": split["unknown_word_rate"],
        "repeated": duplicates[name],
        "in_train": None if in_train is None else in_train / split["used"],
    }


def lines_of(meta: Mapping[str, Any]) -> list[str]:
    """Return the rows of `rows_of` as lines of a log, notes and warnings after them.

    Parameters
    ----------
    meta
        meta.json.
    """
    warnings = [f"WARNING {line}" for line in meta.get("warnings", [])]
    return [*map(_line, rows_of(meta)), *meta.get("notes", []), *warnings]


def _line(row: Mapping[str, Any]) -> str:
    read = f"{row['used']} texts of {row['read']} rows" if row["read"] else f"{row['used']} texts"
    parts = [
        f"{row['dropped']} rows dropped" if row["dropped"] else "",
        f"{row['truncated']} cut" if row["truncated"] else "",
        f"{row['mean_length']:.1f} words each",
        f"{row['unknown']:.1%} of the words unknown",
        f"{row['repeated']} texts repeated" if row["repeated"] else "",
        f"{row['in_train']:.1%} stand in train, too" if row["in_train"] else "",
    ]
    return f"{row['split']}: {read}, {', '.join(filter(None, parts))}"


def warnings_of(meta: Mapping[str, Any], splits: Mapping[str, HasTexts], kind: str) -> list[str]:
    """Return a line for every share of a split that makes its numbers doubtful.

    Parameters
    ----------
    meta
        Counts by split, as `prepare_text` records them.
    splits
        The texts.
    kind
        Of the splitter.
    """
    return [
        warning
        for row in rows_of(meta)
        for warning in _warnings(row, splits[row["split"]].texts, kind)
    ]


def _warnings(row: Mapping[str, Any], texts: Sequence[str], kind: str) -> Iterator[str]:
    if row["unknown"] > THIRD:
        share = f"{row['unknown']:.0%} of the words of {row['split']}"
        yield f"{share} are unknown; {_hint(texts, kind, row['split'])}"
    if row["in_train"] and row["in_train"] > THIRD:
        yield (
            f"{row['in_train']:.0%} of the texts of {row['split']} stand in train, too; its "
            "accuracy says little of new texts, take them out of one of the two"
        )


def _hint(texts: Sequence[str], kind: str, split: str) -> str:
    """Say what to do about unknown words."""
    if kind != CHARACTERS and has_no_blanks(texts, kind):
        return "its language puts no blanks between words: set tokenizer: characters, or to a file"
    if split == "train":
        return "lower minimum_count, or give more texts"
    return "is it in the language of train? Else give more training texts or lower minimum_count"


def has_no_blanks(texts: Sequence[str], kind: str = WORDS) -> bool:
    """Tell whether most letters of the first texts are of scripts without blanks between words.

    Parameters
    ----------
    texts
        Some.
    kind
        Of the splitter: `words` sets Chinese characters apart, others do not.
    """
    scripts = WITHOUT_BLANKS if kind == WORDS else WITHOUT_BLANKS + CHINESE
    letters = [c for text in islice(texts, SAMPLE) for c in text[:SAMPLE] if c.isalpha()]
    return 2 * len(re.findall(f"[{scripts}]", "".join(letters))) > len(letters) > 0
