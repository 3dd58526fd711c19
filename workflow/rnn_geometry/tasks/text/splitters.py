"""What a word of a text is: the option `tokenizer` of a task.

`words` splits at blanks and around punctuation, `whitespace` at blanks alone, `characters` into
single characters; the path of a tokenizer.json asks a tokenizer of the HuggingFace library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.store.hashes import sha256
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text.options import BUILT_IN, CHARACTERS, WHITESPACE, WORDS
from rnn_geometry.tasks.text.tokenizer_file import load_tokenizer
from rnn_geometry.tasks.text.words import cleaned, encode, normalise, word_tokenizer

BLANK = "\u2423"  # what a blank is called where single characters are words
_LETTER = re.compile("[0-9A-Za-z]")
FILE = "file"  # the kind of a splitter that a tokenizer.json makes


class Rows(NamedTuple):
    """Texts of a split in normal form, and their labels (n, ...)."""

    texts: Sequence[str]
    labels: np.ndarray


class Splitter:
    """Splits texts into words, as the tokenizer of `words`, `whitespace` or `characters` does.

    Parameters
    ----------
    kind
        One of the three.
    """

    def __init__(self, kind: str):
        self.kind = kind

    @property
    def facts(self) -> dict[str, str]:
        """What meta.json says of it."""
        return {"kind": self.kind}

    def normalise(self, texts: Sequence[str]) -> list[str]:
        """Return texts in the form in which they are split and compared."""
        if self.kind == WORDS:
            return normalise(texts)
        glue = BLANK if self.kind == CHARACTERS else " "
        return [glue.join(cleaned(text)) for text in texts]

    def have_words(self, texts: Sequence[str]) -> np.ndarray:
        """Tell which of n texts have a word, (n,) bool; most need no normalising to tell."""
        have = np.array([_LETTER.search(text) is not None for text in texts], dtype=bool)
        unsure = np.flatnonzero(~have)
        have[unsure] = [bool(text) for text in self.normalise([texts[int(i)] for i in unsure])]
        return have

    def split(self, text: str) -> list[str]:
        """Return the words of one text."""
        pieces = self._pre_tokenizer().pre_tokenize_str(self.normalise([text])[0])
        return [word for word, _ in pieces]

    def number(self, splits: Sequence[Rows]) -> tuple[list[str], list[Sentences]]:
        """Return all words of some splits, and their sentences in ids of these words."""
        texts = chain.from_iterable(rows.texts for rows in splits)
        tokenizer, words = word_tokenizer(texts, self._pre_tokenizer())
        return words, [encode(tokenizer, rows.texts, rows.labels) for rows in splits]

    def _pre_tokenizer(self) -> Any:
        from tokenizers import Regex, pre_tokenizers

        if self.kind == WHITESPACE:
            return pre_tokenizers.WhitespaceSplit()
        if self.kind == CHARACTERS:  # with the marks that belong to each
            return pre_tokenizers.Split(Regex(r"\X"), "isolated")
        return pre_tokenizers.BertPreTokenizer()


class FileSplitter(Splitter):
    """Splits texts into the tokens of a tokenizer.json.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UserError
        If it is missing or damaged, or no tokenizer of the HuggingFace library.
    """

    def __init__(self, path: str | Path):
        super().__init__(FILE)
        self.path, self.read = path, load_tokenizer(path)

    @property
    def facts(self) -> dict[str, str]:
        """What meta.json says of it."""
        return {"kind": FILE, "sha256": sha256(self.path)}

    def normalise(self, texts: Sequence[str]) -> list[str]:
        """Return the texts: the tokenizer has rules of its own."""
        return list(texts)

    def have_words(self, texts: Sequence[str]) -> np.ndarray:
        """Tell which of n texts have a token, (n,) bool."""
        return encode(self.read.tokenizer, texts, np.zeros(len(texts))).lengths > 0

    def split(self, text: str) -> list[str]:
        """Return the tokens of one text, by the names that `number` gives them."""
        found = self.read.tokenizer.encode(text, add_special_tokens=False).ids
        return [self.names[i] for i in found]

    def number(self, splits: Sequence[Rows]) -> tuple[list[str], list[Sentences]]:
        """Return all tokens of the tokenizer, and the sentences of some splits in their ids."""
        read = self.read.tokenizer
        return self.names, [encode(read, rows.texts, rows.labels) for rows in splits]

    @cached_property
    def names(self) -> list[str]:
        """A name for every token, by id."""
        return self.read.names()


def make_splitter(tokenizer: str | None, path: str | Path | None = None) -> Splitter:
    """Return what splits the texts of a task.

    Parameters
    ----------
    tokenizer
        The option; None: words.
    path
        Where its tokenizer.json lies, if it names one.
    """
    kind = tokenizer or WORDS
    if kind in BUILT_IN:
        return Splitter(kind)
    return FileSplitter(path or kind)


def splitter_of(meta: Mapping[str, Any], path: str | Path | None = None) -> Splitter:
    """Return what split the texts of a prepared task.

    Parameters
    ----------
    meta
        meta.json.
    path
        Where its tokenizer.json lies now, if it has one.

    Raises
    ------
    UserError
        If that file is another one.
    """
    facts = meta.get("tokenizer", {"kind": WORDS})
    if facts["kind"] != FILE:
        return Splitter(facts["kind"])
    splitter = FileSplitter(path or "")
    if splitter.facts != facts:
        raise UserError(
            f"tokenizer: {path} is not the file that the texts were prepared with; put that one "
            "back, or run the command again."
        )
    return splitter
