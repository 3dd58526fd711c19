"""The families of sources with a known hidden state, and their options with what is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.identity import family_options
from rnn_geometry.tasks.language.source import Source
from rnn_geometry.tasks.options import asked_options, number, whole
from rnn_geometry.tasks.synthetic import Option


class SourceFamily(NamedTuple):
    """A family of sources.

    Attributes
    ----------
    build
        From its options to a Source.
    options
        Its options.
    """

    build: Callable[[Mapping[str, Any]], Source]
    options: Mapping[str, Option]


def topics(options: Mapping[str, Any]) -> Source:
    """Return a source that keeps to one of N topics: a simplex of beliefs, of dimension N - 1.

    Parameters
    ----------
    options
        topics: N, all as likely. words: of each topic. common: words that say nothing of it.
        share: of words that are of a topic. own: of these, of the own topic; the others have
        the rest, all alike. stay: chance that the topic stays after a word.
    """
    count, own, share = options["topics"], options["own"], options["share"]
    names = _words("topic", count, options["words"])
    words = [word for group in names for word in group] + _numbered("common", options["common"])
    of_topics = np.full((count, count), (1 - own) / (count - 1))
    np.fill_diagonal(of_topics, own)
    topical = share * np.repeat(of_topics, options["words"], axis=1) / options["words"]
    common = np.full((count, options["common"]), (1 - share) / options["common"])
    goes = np.full((count, count), (1 - options["stay"]) / (count - 1))
    np.fill_diagonal(goes, options["stay"])
    first_common = count * options["words"]
    return Source.of(
        "topics",
        words,
        _numbered("topic", count),
        first=np.full(count, 1 / count),
        emits=np.concatenate([topical, common], 1),
        goes=goes,
        neutral=range(first_common, len(words)) if options["stay"] == 1 else (),
    )


def agreement(options: Mapping[str, Any]) -> Source:
    """Return a source in which a verb agrees with its subject over a gap: one bit, held.

    A subject is singular or plural, adverbs follow, then a verb of the same number, and all over.

    Parameters
    ----------
    options
        words: nouns, and verbs, of each number. adverbs: so many. gap: adverbs between a subject
        and its verb, in the mean.
    """
    count, adverbs = options["words"], options["adverbs"]
    groups = [_numbered(f"{kind}_{number}", count) for kind in KINDS for number in NUMBERS]
    words = [word for group in groups for word in group] + _numbered("adverb", adverbs)
    ends = 1 / (options["gap"] + 1)
    kinds = np.array(  # rows: states; columns: nouns and verbs of either number, adverbs
        [[0.5, 0.5, 0, 0, 0], [0, 0, ends, 0, 1 - ends], [0, 0, 0, ends, 1 - ends]]
    )
    then = [1, 2, 0, 0]  # the state after a noun or a verb; adverbs change none
    goes = np.stack([np.eye(3)[[state] * 3] for state in then for _ in range(count)])
    stays = np.broadcast_to(np.eye(3), (adverbs, 3, 3))
    return Source.of(
        "agreement",
        words,
        ("no subject", "singular", "plural"),
        first=np.array([1.0, 0, 0]),
        emits=_spread(kinds, [count] * 4 + [adverbs]),
        goes=np.concatenate([goes, stays]),
        neutral=range(4 * count, len(words)),
    )


KINDS, NUMBERS = ("noun", "verb"), ("singular", "plural")


def depth(options: Mapping[str, Any]) -> Source:
    """Return a source that opens and closes brackets: a count from 0 to the greatest depth.

    Parameters
    ----------
    options
        most: the greatest depth. words: that stand anywhere. share: of those. Between the ends a
        bracket opens as often as it closes.
    """
    most, count, share = options["most"], options["words"], options["share"]
    places = np.arange(most + 1)
    opens = np.where(places == 0, 1.0, np.where(places == most, 0.0, 0.5)) * (1 - share)
    emits = np.stack([opens, 1 - share - opens, np.full(most + 1, share)], 1)
    up, down = np.eye(most + 1, k=1), np.eye(most + 1, k=-1)
    up[most, most] = down[0, 0] = 1  # never said there
    stays = np.broadcast_to(np.eye(most + 1), (count, most + 1, most + 1))
    return Source.of(
        "depth",
        ["(", ")", *_numbered("word", count)],
        _numbered("depth", most + 1),
        first=np.eye(most + 1)[0],
        emits=_spread(emits, [1, 1, count]),
        goes=np.concatenate([up[None], down[None], stays]),
        neutral=range(2, 2 + count),
    )


def quotation(options: Mapping[str, Any]) -> Source:
    """Return a source with two registers: words of the one stand in quotation marks.

    Parameters
    ----------
    options
        words: of each register. common: of both. own: share of words that are of the register.
        length: words between two marks, in the mean. marks: "one" for both ends, or "two".
    """
    count, common = options["words"], options["common"]
    two = options["marks"] == "two"
    marks = ["“", "”"] if two else ['"']
    words = [*marks, *_numbered("outside", count), *_numbered("inside", count)]
    words += _numbered("common", common)
    mark, own = 1 / (options["length"] + 1), options["own"]
    said = [own * (1 - mark), (1 - own) * (1 - mark)]
    emits = np.array([[mark, 0, said[0], 0, said[1]], [0, mark, 0, said[0], said[1]]])
    if not two:
        emits = np.concatenate([emits[:, :2].sum(1, keepdims=True), emits[:, 2:]], 1)
    turns = np.broadcast_to(np.eye(2)[::-1], (len(marks), 2, 2))
    stays = np.broadcast_to(np.eye(2), (2 * count + common, 2, 2))
    return Source.of(
        "quotation",
        words,
        ("outside", "inside"),
        first=np.array([1.0, 0]),
        emits=_spread(emits, [1] * len(marks) + [count, count, common]),
        goes=np.concatenate([turns, stays]),
        neutral=range(len(words) - common, len(words)),
    )


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name}_{i}" for i in range(count)]


def _words(name: str, groups: int, count: int) -> list[list[str]]:
    return [_numbered(f"{name}_{i}", count) for i in range(groups)]


def _spread(kinds: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Return chances of words (K, V) from those of kinds of words (K, m), of so many words each."""
    return np.repeat(kinds / sizes, sizes, axis=1)


SOURCE_FAMILIES = {
    "topics": SourceFamily(
        topics,
        {
            "topics": whole(3, 2, 20),
            "words": whole(5, 1, 1000),
            "common": whole(10, 1, 1000),
            "share": number(0.5, 0.01, 0.99),
            "own": number(0.6, 0, 1),
            "stay": number(1.0, 0, 1),
        },
    ),
    "agreement": SourceFamily(
        agreement,
        {
            "words": whole(5, 1, 1000),
            "adverbs": whole(10, 1, 1000),
            "gap": number(5.0, 0.01, 1000),
        },
    ),
    "depth": SourceFamily(
        depth,
        {
            "most": whole(3, 1, 20),
            "words": whole(10, 1, 1000),
            "share": number(0.7, 0.01, 0.99),
        },
    ),
    "quotation": SourceFamily(
        quotation,
        {
            "words": whole(5, 1, 1000),
            "common": whole(10, 1, 1000),
            "own": number(0.3, 0.01, 0.99),
            "length": number(8.0, 0.01, 1000),
            "marks": Option("one", lambda value: value in ("one", "two"), '"one" or "two"'),
        },
    ),
}


def build_source(family: str, **options: Any) -> Source:
    """Return a source of words.

    Parameters
    ----------
    family
        A name in SOURCE_FAMILIES.
    **options
        Those that are left out have the family's defaults.

    Raises
    ------
    UserError
        For an unknown family or option, and for a value that is not accepted.

    Examples
    --------
    >>> source = build_source("depth", most=2, words=1)
    >>> source.words, source.rank()
    (('(', ')', 'word_0'), 3)
    """
    full = asked_options(SOURCE_FAMILIES, family, options, "sources")
    return SOURCE_FAMILIES[family].build(full)


def source_of_task(task: Mapping[str, Any]) -> Source:
    """Return the source that a task of a configuration is.

    Parameters
    ----------
    task
        Its settings, with the length of texts.

    Raises
    ------
    UserError
        As `build_source` does.
    """
    options = family_options(task)
    return build_source(
        task["family"], **{name: value for name, value in options.items() if name != "length"}
    )
