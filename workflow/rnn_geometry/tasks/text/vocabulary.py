"""The words of a network that was trained elsewhere: which row of its word vectors each one has.

`vocabulary` of a task, or of an imported network, is a file: a list of words or a mapping from
words to ids as JSON, a text with a word a line, or a tokenizer.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rnn_geometry.errors import UserError, listed, quoted, told
from rnn_geometry.tasks.text.words import PAD, UNKNOWN

KEYS = ("file", "unknown", "padding")
# Looked for where the configuration names none.
UNKNOWN_NAMES = (UNKNOWN, "[UNK]", "<UNK>", "UNK", "[unk]", "<oov>", "<OOV>")
PADDING_NAMES = (PAD, "[PAD]", "<PAD>", "PAD", "[pad]")
MOST_WORDS = 10_000_000  # lists are as long as the largest id
ACCEPTED = (
    "a list of words or a mapping from words to ids (.json), a word a line (.txt), or a "
    "tokenizer.json"
)


class Words(NamedTuple):
    """The words of a network by row of its word vectors.

    Attributes
    ----------
    names
        The words; None for a row without one.
    unknown, padding
        The rows for words that it does not know, and for what fills up short texts; None for none.
    added
        Whether the row for unknown words was added here, where a tokenizer has no such token.
    """

    names: list[str | None]
    unknown: int | None
    padding: int | None
    added: bool = False

    @property
    def rows_needed(self) -> int:
        """How many word vectors a network with these words has."""
        return len(self.names) - int(self.added and self.unknown == len(self.names) - 1)

    def in_order(self) -> list[str]:
        """Return the vocabulary of a task: padding, the unknown word, then all others by row."""
        special = (self.unknown, self.padding)
        known = [n for i, n in enumerate(self.names) if n is not None and i not in special]
        return [PAD, UNKNOWN, *known]

    def rows(self, vocabulary: Sequence[str]) -> list[int | None]:
        """Return the row of every word of a task's vocabulary, None for a word without one.

        Parameters
        ----------
        vocabulary
            Padding, the unknown word, then others.
        """
        unknown = None if self.added else self.unknown
        places = {name: i for i, name in enumerate(self.names) if name is not None}
        special = {PAD: self.padding, UNKNOWN: unknown}
        return [special[word] if word in special else places.get(word) for word in vocabulary]


def stated(option: Any) -> dict[str, Any]:
    """Return the option `vocabulary` in its long form: file, unknown, padding.

    Parameters
    ----------
    option
        A path, or a mapping with these keys.

    Raises
    ------
    UserError
        For anything else.

    Examples
    --------
    >>> stated("vocab.json")
    {'file': 'vocab.json', 'unknown': None, 'padding': None}
    """
    long = {"file": option} if isinstance(option, str) else option
    fits = isinstance(long, Mapping) and isinstance(long.get("file"), str) and long["file"]
    if not fits or not set(long) <= set(KEYS):
        raise UserError(
            f"vocabulary is {quoted(option)}; accepted is a path, or a mapping with the keys file, "
            "unknown and padding."
        )
    for key in KEYS[1:]:
        if long.get(key) is not None and not isinstance(long[key], str):
            raise UserError(
                f"vocabulary.{key} is {quoted(long[key])}; accepted is a word of the vocabulary."
            )
    return {key: long.get(key) for key in KEYS}


def read_words(option: Any, path: str | Path | None = None) -> Words:
    """Read the words of a network.

    Parameters
    ----------
    option
        The option `vocabulary`.
    path
        Where its file lies; None: where it says.

    Raises
    ------
    UserError
        For a file that is missing or no vocabulary, a word that stands twice, and an unknown or
        padding word that it does not have.
    """
    asked = stated(option)
    path = Path(path or asked["file"])
    contents = _contents(path)
    if is_tokenizer(contents):
        return _of_tokenizer(path, asked)
    names = _names(contents, path)
    unknown, padding = (
        _special(names, asked[key], usual, key, path)
        for key, usual in (("unknown", UNKNOWN_NAMES), ("padding", PADDING_NAMES))
    )
    return _checked(Words(names, unknown, padding), path)


def reads_tokenizer(path: str | Path) -> bool:
    """Tell whether the file of a vocabulary is a tokenizer.json, which says what a word is, too.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UserError
        If it cannot be read.
    """
    return is_tokenizer(_contents(Path(path)))


def is_tokenizer(contents: Any) -> bool:
    """Tell whether the contents of a JSON file are those of a tokenizer.json."""
    return isinstance(contents, Mapping) and isinstance(contents.get("model"), Mapping)


def _contents(path: Path) -> Any:
    """Return the lines of a text, or what a JSON file holds."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text) if path.suffix.lower() == ".json" else text.splitlines()
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, no JSON
        raise UserError(
            f"vocabulary: {path} cannot be read ({told(error, 80)}); accepted is {ACCEPTED}."
        ) from error


def _names(contents: Any, path: Path) -> list[str | None]:
    """Return the words by row."""
    if isinstance(contents, Mapping):
        return _by_id(contents, path)
    whole = isinstance(contents, list) and contents and all(isinstance(w, str) for w in contents)
    if not whole:
        raise UserError(f"vocabulary: {path} holds no words; accepted is {ACCEPTED}.")
    return list(contents)


def _by_id(contents: Mapping[str, Any], path: Path) -> list[str | None]:
    for word, i in contents.items():
        if type(i) is not int or not 0 <= i < MOST_WORDS:
            raise UserError(
                f"vocabulary: {path} gives {quoted(word)} the id {quoted(i)}; accepted is a whole "
                "number from 0."
            )
    names: list[str | None] = [None] * (1 + max(contents.values(), default=-1))
    for word, i in contents.items():
        if names[i] is not None:
            raise UserError(
                f"vocabulary: {path} gives {quoted(names[i])} and {quoted(word)} the same id {i}; "
                "every word needs its own."
            )
        names[i] = word
    return names


def _special(
    names: list[str | None], asked: str | None, usual: Sequence[str], key: str, path: Path
) -> int | None:
    """Return the row of the unknown or the padding word: the one asked for, or a usual one."""
    if asked is None:
        return next((names.index(name) for name in usual if name in names), None)
    if asked not in names:
        raise UserError(
            f"vocabulary.{key}: {quoted(asked)} is no word of {path}; its first are "
            f"{listed(name for name in names[:20] if name is not None)}."
        )
    return names.index(asked)


def _checked(words: Words, path: Path) -> Words:
    """Refuse a word that stands twice, also as the name that a task has for another."""
    seen: dict[str, int] = {}
    for i, name in enumerate(words.names):
        if name is not None and seen.setdefault(name, i) != i:
            raise UserError(
                f"vocabulary: {path} has the word {quoted(name)} twice, as number {seen[name]} and "
                f"{i}; leave one of them out: every word has one row."
            )
    for name in words.in_order()[2:]:
        if name in (PAD, UNKNOWN):
            key = "padding" if name == PAD else "unknown"
            raise UserError(
                f"vocabulary: {path} has the word {name} beside another for the same; leave "
                f"vocabulary.{key} out, or rename one."
            )
    return words


def _of_tokenizer(path: Path, asked: Mapping[str, Any]) -> Words:
    """Return the tokens of a tokenizer.json by the names that a task gives them."""
    from rnn_geometry.tasks.text.tokenizer_file import load_tokenizer

    read = load_tokenizer(path)
    ids = read.tokenizer.get_vocab(with_added_tokens=True)
    names = [name if name != UNKNOWN else None for name in read.names()]
    unknown, added = read.unknown, _lacks_unknown(_contents(path)["model"])
    if asked["unknown"] is not None:
        unknown, added = _token(ids, asked["unknown"], "unknown", path), False
    padding = next((ids[name] for name in PADDING_NAMES if name in ids), None)
    if asked["padding"] is not None:
        padding = _token(ids, asked["padding"], "padding", path)
    return Words(names, unknown, padding, added)


def _lacks_unknown(model: Mapping[str, Any]) -> bool:
    """Tell whether the model of a tokenizer.json has no token for what it does not know."""
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, list):  # Unigram: tokens and their scores
        return model.get("unk_id") is None
    return (model.get("unk_token") or UNKNOWN) not in (vocabulary or {})


def _token(ids: Mapping[str, int], token: str, key: str, path: Path) -> int:
    if token not in ids:
        raise UserError(
            f"vocabulary.{key}: {quoted(token)} is no token of {path}; its first are "
            f"{listed(sorted(ids, key=lambda one: ids[one])[:20])}."
        )
    return ids[token]
