"""A parallel corpus of the user's own: two columns of a local file."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError, listed, place, quoted
from rnn_geometry.tasks.pairs.pairs import END_ID, FIRST_ID, Pairs, PairTask, with_ends
from rnn_geometry.tasks.text.peek import peek
from rnn_geometry.tasks.text.words import UNKNOWN, cleaned

_WORDS = re.compile(r"\w+|[^\w\s]")


def parallel(family: str, options: Mapping[str, Any]) -> PairTask:
    """Return the task of translating the pairs of a file; sources of words are not known.

    Parameters
    ----------
    family
        Its name.
    options
        file: Parquet, CSV, TSV, JSON or JSON lines. input, output: its columns. most_words: of the
        vocabulary of either side, the most frequent ones. longest: words of a phrase, from which on
        a pair is left out.

    Raises
    ------
    UserError
        For a missing file or column, a row without text, and where no pair is short enough.
    """
    sides = _read(Path(options["file"]), (options["input"], options["output"]))
    longest = options["longest"]
    rows = [pair for pair in zip(*sides, strict=True) if all(0 < len(s) <= longest for s in pair)]
    if not rows:
        raise UserError(
            f"{place(options['file'])}: no pair has from 1 to {longest} words on either side "
            "(task option longest); give a larger number."
        )
    inputs, targets = zip(*rows, strict=True)
    words = [_vocabulary(side, options["most_words"]) for side in (inputs, targets)]
    ids = [_ids(side, known) for side, known in zip((inputs, targets), words, strict=True)]
    draw = partial(_draw, ids=ids, where=place(options["file"]))
    return PairTask(family, with_ends(words[0]), with_ends(words[1]), options, draw)


def _read(path: Path, columns: Sequence[str]) -> list[list[list[str]]]:
    """Return the words of every phrase of both columns."""
    if not path.is_file():
        raise UserError(f"{place(path)}: there is no such file; give one as task option file.")
    found = peek(path, rows=sys.maxsize)
    for column in columns:
        if column not in found:
            raise UserError(
                f"{place(path)}: has no column {quoted(column)}; its columns are {listed(found)}. "
                "Name two of them by the task options input and output."
            )
    return [
        [_split(path, column, row, text) for row, text in enumerate(found[column], 1)]
        for column in columns
    ]


def _split(path: Path, column: str, row: int, text: Any) -> list[str]:
    if not isinstance(text, str):
        raise UserError(
            f"{place(path)}: row {row} of column {quoted(column)} is {quoted(text)}; accepted is "
            "text. Fill it in, or take the row out."
        )
    return _WORDS.findall(" ".join(cleaned(text)))


def _vocabulary(side: Iterable[Sequence[str]], most: int) -> list[str]:
    """Return the most frequent words, words as frequent in order of the alphabet."""
    counts = Counter(word for phrase in side for word in phrase)
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    return [UNKNOWN, *frequent[:most]]


def _ids(side: Iterable[Sequence[str]], words: Sequence[str]) -> list[np.ndarray]:
    known = {word: i for i, word in enumerate(words, FIRST_ID)}
    return [np.array([*(known.get(word, FIRST_ID) for word in phrase), END_ID]) for phrase in side]


def _draw(n: int, rng: np.random.Generator, ids: Sequence[list[np.ndarray]], where: str) -> Pairs:
    """Draw pairs, none twice."""
    inputs, targets = ids
    if n > len(inputs):
        raise UserError(
            f"{where}: {n} pairs were asked for and {len(inputs)} are short enough; give a smaller "
            "number, or a larger task option longest."
        )
    chosen = rng.permutation(len(inputs))[:n]
    return Pairs.from_lists([inputs[i] for i in chosen], [targets[i] for i in chosen])
