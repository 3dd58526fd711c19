"""Synthetic classification tasks: words with scores, whose sum in a sentence tells its label.

The families are those of Aitken et al., ICLR 2021 (arXiv 2010.15114), and, for `context`,
Maheswaranathan & Sussillo, ICML 2020 (arXiv 2004.08013). A sentence is L words; the scores of its
words are summed; its label is a function of the sum. A family is a builder, its options and one
entry in FAMILIES, which states its structure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.store.plugins import Plugin, plugins
from rnn_geometry.tasks import _sampling as sampling
from rnn_geometry.tasks import structures
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.structures import Structure

LONGEST = 1000


class Option(NamedTuple):
    """An option of a family: its default, whether a value is accepted, and which are, in words."""

    default: Any
    check: Callable[[Any], bool]
    accepted: str


@dataclass(frozen=True, eq=False)
class Task:
    """A synthetic task with V words, C classes or labels, and score vectors of D entries.

    words: V names by id. scores: (V, D) float64, what a word adds to the sum. neutral: id of the
    word without evidence. zero_word: id of the word whose vector is zero, None if every word is
    one-hot. evidence, modifiers: ids of the words that carry a score, and that change the scores of
    others. dimension_expected: of the manifold. readout_angle_expected: between readout vectors,
    degrees, None where the theory gives none. options: all options.
    """

    family: str
    words: tuple[str, ...]
    scores: np.ndarray
    neutral: int
    zero_word: int | None
    evidence: tuple[int, ...]
    modifiers: tuple[int, ...]
    multi_label: bool
    class_names: tuple[str, ...]
    dimension_expected: int
    readout_angle_expected: float | None
    options: Mapping[str, Any]
    _draw: Callable[..., np.ndarray] = field(repr=False)
    _total: Callable[..., np.ndarray] = field(repr=False)
    _classify: Callable[[np.ndarray], np.ndarray] = field(repr=False)

    def sample(self, n: int, seed: int) -> Sentences:
        """Draw n labelled sentences; the same seed gives the same sentences.

        Lengths are uniform over the option `length` before sentences are dropped: those with a tie
        always, and where `balanced` is set those of classes that are complete. Then every class
        (every combination of labels) has n // C sentences, or one more for n % C of them. Raises
        UserError if a class comes up too rarely for that.
        """
        if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 0:
            raise UserError(
                f"The number of sentences is {quoted(n)}; accepted is an integer of at least 0."
            )
        rng = np.random.default_rng(seed)
        quotas = sampling.equal_quotas(rng, n, self.groups if self.options["balanced"] else 1)
        return self._sample(rng, quotas, self._keys, self._draw)

    def sample_of(
        self,
        quotas: np.ndarray,
        seed: int,
        group_of: Callable[..., np.ndarray] | None = None,
        draw: Callable[..., np.ndarray] | None = None,
    ) -> Sentences:
        """Draw quotas[k] sentences of every group k, none with a tie.

        group_of: from tokens (rows, T), lengths and labels to groups (rows,), -1 for sentences that
        are not wanted; None: classes, or labels as bits. draw: another way to draw words, see
        `_sampling`. Raises UserError if a group comes up too rarely.
        """

        def keys(columns: tuple[np.ndarray, ...]) -> np.ndarray:
            found = self._classes(columns[-1])
            return found if group_of is None else np.where(found < 0, found, group_of(*columns))

        return self._sample(np.random.default_rng(seed), quotas, keys, draw or self._draw)

    def _sample(
        self,
        rng: np.random.Generator,
        quotas: np.ndarray,
        keys: Callable[..., np.ndarray],
        draw: Callable[..., np.ndarray],
    ) -> Sentences:
        """Return quotas[k] sentences of every key k in a random order."""
        chunk = max(1, sampling.WORDS_AT_A_TIME // max(self.options["length"][1], len(self.words)))
        try:
            columns = sampling.redraw(partial(self._draw_rows, rng, draw), keys, quotas, chunk)
        except sampling.RareClassError as error:
            raise UserError(self._too_rare(error)) from None
        order = rng.permutation(quotas.sum())  # the rows kept last are of rare classes
        return Sentences.from_padded(*(column[order] for column in columns))

    @property
    def groups(self) -> int:
        """Number of classes, or of combinations of labels."""
        return 2 ** len(self.class_names) if self.multi_label else len(self.class_names)

    def of_length(self, times: int) -> Task:
        """Return the same task, labels as before, with sentences so many times as long."""
        length = tuple(times * words for words in self.options["length"])
        return replace(self, options={**self.options, "length": length})

    def labels_of(self, tokens: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Return the labels of padded ids, tokens (n, T) and lengths (n,); padding may be any id.

        (n,) int64 classes, -1 for a tie, which `sample` never returns; multi-label: (n, C) int8, 1
        where a label holds.
        """
        return self.labels_of_totals(self.totals(tokens, lengths))

    def labels_of_totals(self, totals: np.ndarray) -> np.ndarray:
        """Return the labels of summed scores (n, D), as `labels_of` does."""
        return self._classify(totals)

    def totals(self, tokens: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Return the summed scores (n, D), modifiers applied; padding may be any id of a word."""
        return self._total(np.asarray(tokens), np.asarray(lengths), self.scores)

    def word_vectors(self) -> np.ndarray:
        """Return one-hot word vectors (V, V) float32; a zero word is a zero row of (V, V - 1)."""
        return word_vectors(len(self.words), self.zero_word)

    def meta(self) -> dict[str, Any]:
        """Return what describes the task as plain values for meta.json; `classes` is C."""
        plain = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        plain |= {
            "classes": len(self.class_names),
            "scores": self.scores.tolist(),
            "options": dict(self.options),
        }
        for values in (plain, plain["options"]):
            values.update(
                {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
            )
        return plain

    def _draw_rows(
        self, rng: np.random.Generator, draw: Callable[..., np.ndarray], rows: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `rows` sentences as padded tokens (rows, T), lengths and labels."""
        low, high = self.options["length"]
        lengths = rng.integers(low, high + 1, size=rows)
        drawn = draw(rng, lengths)
        tokens = np.pad(
            drawn, ((0, 0), (0, high - drawn.shape[1])), constant_values=sampling.PADDING
        )
        return tokens, lengths, self.labels_of(tokens, lengths)

    def _keys(self, columns: tuple[np.ndarray, ...]) -> np.ndarray:
        """Return the group of every row: class, or labels as bits; -1: a tie; 0: no balance."""
        keys = self._classes(columns[-1])
        return keys if self.options["balanced"] else np.minimum(keys, 0)

    def _classes(self, labels: np.ndarray) -> np.ndarray:
        """Return classes (rows,), or labels (rows, C) as bits."""
        return labels @ 2 ** np.arange(len(self.class_names)) if self.multi_label else labels

    def _too_rare(self, error: sampling.RareClassError) -> str:
        names = self.class_names
        if error.index >= self.groups:
            return f"sentences of group {error.index} are too rare."
        found = sampling.combination(names, error.index) if self.multi_label else names[error.index]
        found = f"class '{found}'" if self.options["balanced"] else "a sentence without a tie"
        low, high = self.options["length"]
        return (
            f"{found} came up only {error.seen} times in {error.drawn} sentences with length "
            f"[{low}, {high}]; accepted are lengths, classes and labels with which every class can "
            "be drawn, or balanced: false."
        )


def word_vectors(words: int, zero_word: int | None) -> np.ndarray:
    """Return one-hot word vectors.

    Parameters
    ----------
    words
        Number V of words.
    zero_word
        Id of a word whose vector is zero, or None.

    Returns
    -------
    numpy.ndarray
        (V, E) float32, E = V; with a zero word E = V - 1.
    """
    vectors = np.eye(words, dtype=np.float32)
    return vectors if zero_word is None else np.delete(vectors, zero_word, axis=1)


def build_task(family: str, **options: Any) -> Task:
    """Return a task of a family.

    Parameters
    ----------
    family
        A name in `families()`.
    options
        Those that are left out have the family's defaults.

    Raises
    ------
    UserError
        For an unknown family or option and for a value that is not accepted.

    Examples
    --------
    >>> build_task("categorical", classes=4).dimension_expected
    3
    """
    if not isinstance(family, str) or family not in families():
        raise UserError(f"family is {quoted(family)}; accepted are {listed(families())}.")
    return family_of(family)(family, options)


def totals_of(meta: Mapping[str, Any], sentences: Sentences) -> np.ndarray:
    """Return the summed scores of sentences of a synthetic task.

    Parameters
    ----------
    meta
        meta.json.
    sentences
        n of them.

    Returns
    -------
    numpy.ndarray
        (n, D).
    """
    return build_task(meta["family"], **meta["options"]).totals(*sentences.padded())


class Family(NamedTuple):
    """A family of tasks.

    Attributes
    ----------
    build
        From (family, options) to a Task.
    own
        Its options beside those that all families share.
    structure
        From the number of outputs to what theory expects of such a task.
    """

    build: Callable[..., Task]
    own: Mapping[str, Option]
    structure: Callable[[int], Structure]

    def __call__(self, family: str, options: Mapping[str, Any]) -> Task:
        known = {**self.own, **_COMMON}
        for name, value in options.items():
            if name not in known:
                raise UserError(
                    f"{name} is not an option of {family} tasks; accepted are {listed(known)}."
                )
            if not known[name].check(value):
                raise UserError(f"{name} is {quoted(value)}; accepted is {known[name].accepted}.")
        full = {name: options.get(name, option.default) for name, option in known.items()}
        full["length"] = tuple(np.broadcast_to(full["length"], 2).tolist())  # 25 is [25, 25]
        return self.build(family, full)


def families() -> list[str]:
    """Return the names of all families: those built in, then those of other packages."""
    return [*FAMILIES, *added_families()]


def added_families() -> dict[str, Plugin]:
    """Return the families that other packages name as entry points, by name."""
    return plugins("tasks", {*FAMILIES, "text"})


def family_of(name: str) -> Family:
    """Return a family by its name.

    Parameters
    ----------
    name
        One of `families()`.

    Raises
    ------
    UserError
        If what another package names so cannot be imported, or is no Family.
    """
    if name in FAMILIES:
        return FAMILIES[name]
    accepted = "a rnn_geometry.tasks.synthetic.Family"
    return added_families()[name].resolved(lambda found: isinstance(found, Family), accepted)


def make_task(
    family: str,
    options: Mapping[str, Any],
    words: Mapping[str, Any],
    neutral: str,
    class_names: tuple[str, ...],
    **fields: Any,
) -> Task:
    """Return a Task of words with scores; fill in what follows from them.

    Parameters
    ----------
    family, options
        What the builder was given.
    words
        The score of every word, a number or D of them, by name.
    neutral
        The word without evidence.
    class_names
        C names.
    fields
        Other fields of a Task, `_classify` among them: from summed scores (n, D) to labels.
    """
    classes = len(class_names)
    structure = family_of(family).structure(classes)
    names, scores = (
        tuple(words),
        np.array([np.atleast_1d(score) for score in words.values()], dtype=np.float64),
    )
    place = names.index(neutral)
    usual = {
        "zero_word": place if options["neutral"] == "zero" else None,
        "evidence": tuple(np.flatnonzero(scores.any(axis=1)).tolist()),
        "modifiers": (),
        "multi_label": False,
        "dimension_expected": structure.dimension(classes),
        "readout_angle_expected": structure.angle(classes),
        "_draw": partial(sampling.uniform_words, words=len(names)),
        "_total": sampling.sum_of_words,
    }
    return Task(
        family=family,
        words=names,
        scores=scores,
        neutral=place,
        class_names=class_names,
        options=options,
        **{**usual, **fields},
    )


def _categorical(family: str, options: dict[str, Any]) -> Task:
    """N unordered classes: the largest score; a word of class i adds rho to its pair (0-1, ..).

    The correlation goes with the word's strength: a strong word adds 2 rho, a negative one -rho.
    The last of an odd number of classes has no pair.
    """
    classes = options["classes"]
    pair = np.arange(classes) ^ 1
    vectors = np.eye(classes) + (pair[:, None] == np.arange(classes)) * options["correlation"]
    kinds = (
        {"evid": 1}
        | ({"strong": 2} if options["strong"] else {})
        | ({"negative": -1} if options["negative"] else {})
    )
    words = {
        f"{kind}_{i}": strength * vectors[i]
        for kind, strength in kinds.items()
        for i in range(classes)
    }
    words["neutral"] = np.zeros(classes)
    fields = {
        "class_names": tuple(f"class_{i}" for i in range(classes)),
        "_draw": partial(_SAMPLINGS[options["sampling"]], words=len(words)),
        "_classify": sampling.largest,
    }
    return make_task(family, options, words, "neutral", **fields)


def _ordered(family: str, options: dict[str, Any]) -> Task:
    """Classes by equal division of the range of the score, -2L .. 2L for the longest length L."""
    classes = options["classes"]
    fields = {
        "class_names": _ORDERED_NAMES[classes],
        "_draw": partial(sampling.uniform_sums, values=tuple(_SENTIMENT.values())),
        "_classify": partial(
            sampling.equal_division, classes=classes, longest=options["length"][1]
        ),
    }
    return make_task(family, options, _SENTIMENT, "the", **fields)


def _ordered2d(family: str, options: dict[str, Any]) -> Task:
    """One to five stars from a sentiment and a neutrality score."""
    words = {
        "awesome": (2, -1),
        "good": (1, 0.5),
        "okay": (0, 2),
        "bad": (-1, 0.5),
        "awful": (-2, -1),
        "the": (0, 0),
    }
    names = _ORDERED_NAMES[5]
    return make_task(
        family,
        options,
        words,
        "the",
        class_names=names,
        _classify=sampling.stars,
    )


def _multilabel(family: str, options: dict[str, Any]) -> Task:
    """k independent labels, each with a positive and a negative word; one holds from score 0 on."""
    k, longest = options["labels"], options["length"][1]
    if options["balanced"] and longest < k:
        raise UserError(
            f"length is at most {longest}; accepted is at least {k}, a word for each of {k} "
            "balanced labels."
        )
    words = {
        f"{kind}_{i}": sign * row for i, row in enumerate(np.eye(k)) for kind, sign in _POLARITY
    }
    fields = {
        "multi_label": True,
        "class_names": tuple(f"label_{i}" for i in range(k)),
        "_classify": sampling.not_negative,
    }
    return make_task(family, options, {**words, "neutral": np.zeros(k)}, "neutral", **fields)


def _context(family: str, options: dict[str, Any]) -> Task:
    """Two classes by the sign of the sentiment, with words that change the words after them."""
    words = {**_SENTIMENT, "not": 0, "extremely": 0}
    flip, double = len(words) - 2, len(words) - 1
    fields = {
        "modifiers": (flip, double),
        "class_names": _ORDERED_NAMES[2],
        "_total": partial(sampling.modified_sum, flip=flip, double=double),
        "_classify": sampling.sign,
    }
    return make_task(family, options, words, "the", **fields)


_SENTIMENT = {"awful": -2, "bad": -1, "good": 1, "awesome": 2, "the": 0}
_POLARITY = (("positive", 1), ("negative", -1))
_ORDERED_NAMES = {
    2: ("negative", "positive"),
    3: ("negative", "neutral", "positive"),
    5: ("one_star", "two_stars", "three_stars", "four_stars", "five_stars"),
}
_SAMPLINGS = {
    "uniform_word": sampling.uniform_words,
    "uniform_score": sampling.uniform_compositions,
}


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    """Return a check for an integer of a range; true and false are none."""
    return lambda value: type(value) is int and low <= value <= high


def _is_length(value: Any) -> bool:
    fixed = _whole(1, LONGEST)
    pair = isinstance(value, (list, tuple)) and len(value) == 2 and all(map(fixed, value))
    return value[0] <= value[1] if pair else fixed(value)


def _one_of(default: Any, *values: Any) -> Option:
    """Return an option with a closed list of values; 1.0 is not accepted for 1."""
    names = " or ".join(", ".join(map(str, values)).rsplit(", ", 1)).replace(
        "True or False", "true or false"
    )
    return Option(
        default,
        lambda value: any(type(value) is type(one) and value == one for one in values),
        names,
    )


_COMMON = {
    "length": Option(
        25, _is_length, f"an integer from 1 to {LONGEST}, or [low, high] with low <= high"
    ),
    "balanced": _one_of(True, True, False),
    "neutral": _one_of("zero", "zero", "one_hot"),
}
_CATEGORICAL = {
    "classes": Option(3, _whole(2, 100), "an integer from 2 to 100"),
    "sampling": _one_of("uniform_word", *_SAMPLINGS),
    "strong": _one_of(False, True, False),
    "negative": _one_of(False, True, False),
    "correlation": Option(
        0.0,
        lambda value: type(value) in (int, float) and 0 <= value < 1,
        "a number of at least 0 and less than 1",
    ),
}

FAMILIES = {
    "categorical": Family(_categorical, _CATEGORICAL, lambda classes: structures.UNORDERED),
    "ordered": Family(
        _ordered,
        {"classes": _one_of(5, *_ORDERED_NAMES)},
        lambda classes: structures.LINE if classes > 2 else structures.BINARY,
    ),
    "ordered2d": Family(_ordered2d, {"classes": _one_of(5, 5)}, lambda classes: structures.PLANE),
    "multilabel": Family(
        _multilabel,
        {"labels": Option(2, _whole(1, 16), "an integer from 1 to 16")},
        lambda labels: structures.LABELS,
    ),
    "context": Family(_context, {"classes": _one_of(2, 2)}, lambda classes: structures.CONTEXT),
}
