"""Translation word by word: in order, reversed, with a word of context, or re-ordered by a dial."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from rnn_geometry.tasks.pairs.pairs import END_ID, FIRST_ID, Pairs, PairTask, with_ends

AGAIN, FROM = "again", "from"


def one_to_one(family: str, options: Mapping[str, Any]) -> PairTask:
    """Return the task in which the word at place s is translated at place s.

    Parameters
    ----------
    family
        Its name.
    options
        words: V words. length: (shortest, longest) phrase; where they differ both sides end with
        `<end>`. reversed: the last word is translated first. prev0: a word after itself is
        translated as `again`, so that a word's translation depends on the one before it.
    """
    words = [f"in_{i}" for i in range(options["words"])]
    said = [f"out_{i}" for i in range(options["words"])] + [AGAIN] * options["prev0"]
    draw = partial(_one_to_one, options=options)
    return PairTask(family, with_ends(words), with_ends(said), options, draw)


def reordered(family: str, options: Mapping[str, Any]) -> PairTask:
    """Return the task in which a share of the phrases is translated in another order.

    Such a phrase holds the word `from` once: what follows it is translated first, then the word
    itself, then what stands before it. With the share rho the best average attention is 1 - rho
    times the diagonal and rho times flat.

    Parameters
    ----------
    family
        Its name.
    options
        words: V words beside `from`. length: as of `one_to_one`. rho: chance of each phrase to be
        re-ordered.
    """
    words = [f"in_{i}" for i in range(options["words"])] + [FROM]
    said = [f"out_{i}" for i in range(options["words"])] + [FROM]
    draw = partial(_reordered, options=options)
    return PairTask(family, with_ends(words), with_ends(said), options, draw)


def _one_to_one(n: int, rng: np.random.Generator, options: Mapping[str, Any]) -> Pairs:
    inputs = _phrases(n, rng, options)
    order = [np.arange(len(row)) for row in inputs]
    if options["reversed"]:
        order = [places[::-1] for places in order]
    targets = [_in_context(row) if options["prev0"] else row for row in inputs]
    last = FIRST_ID + options["words"]
    targets = [np.where(row < 0, last, row) for row in targets]
    return _ended(inputs, targets, order, options)


def _in_context(row: np.ndarray) -> np.ndarray:
    """Return the words of a phrase, -1 for those that follow themselves."""
    same = np.concatenate([[False], row[1:] == row[:-1]])
    return np.where(same, -1, row)


def _reordered(n: int, rng: np.random.Generator, options: Mapping[str, Any]) -> Pairs:
    inputs = _phrases(n, rng, options)
    order = [np.arange(len(row)) for row in inputs]
    for i in np.flatnonzero(rng.random(n) < options["rho"]):
        place = int(rng.integers(len(inputs[i])))
        inputs[i][place] = FIRST_ID + options["words"]
        before, after = order[i][:place], order[i][place + 1 :]
        order[i] = np.concatenate([after, [place], before])
    return _ended(inputs, inputs, order, options)


def _phrases(n: int, rng: np.random.Generator, options: Mapping[str, Any]) -> list[np.ndarray]:
    """Return phrases of random words, of random length."""
    shortest, longest = options["length"]
    lengths = rng.integers(shortest, longest + 1, size=n)
    return [FIRST_ID + rng.integers(options["words"], size=length) for length in lengths]


def _ended(
    inputs: list[np.ndarray],
    translated: list[np.ndarray],
    order: list[np.ndarray],
    options: Mapping[str, Any],
) -> Pairs:
    """Return pairs whose targets are translated words in an order; ended where lengths differ."""
    targets = [row[places] for row, places in zip(translated, order, strict=True)]
    shortest, longest = options["length"]
    if shortest == longest:
        return Pairs.from_lists(inputs, targets, order)
    return ended(inputs, targets, order)


def ended(inputs: list[np.ndarray], targets: list[np.ndarray], sources: list[np.ndarray]) -> Pairs:
    """Return pairs both sides of which end with `<end>`.

    Parameters
    ----------
    inputs, targets, sources
        Without ends; the source of the end is the end of the input.
    """
    return Pairs.from_lists(
        [np.append(row, END_ID) for row in inputs],
        [np.append(row, END_ID) for row in targets],
        [np.append(place, len(row)) for place, row in zip(sources, inputs, strict=True)],
    )
