"""What a word of a text is: the option `tokenizer` of a task.

`words` splits at blanks and around punctuation, `whitespace` at blanks alone, `characters` into
single characters; the path of a tokenizer.json asks a tokenizer of the HuggingFace library.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.errors import UserError, quoted, told
from rnn_geometry.store.hashes import sha256
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text._plain import JOINERS, UNSEEN
from rnn_geometry.tasks.text.options import BUILT_IN, CHARACTERS, WHITESPACE, WORDS
from rnn_geometry.tasks.text.words import (
    PAD,
    UNKNOWN,
    encode,
    lowered,
    normalise,
    separated,
    word_tokenizer,
)

BLANK = "\u2423"  # what a blank is called where single characters are words
_LETTER = re.compile("[0-9A-Za-z]")
RARE = "\U00012000"  # a letter of cuneiform, which few tokenizers have
MOST_IDS = 10_000_000
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

    @property
    def warnings(self) -> list[str]:
        """What it does to texts that a person may not expect, a line each."""
        return []

    def normalise(self, texts: Sequence[str]) -> list[str]:
        """Return texts in the form in which they are split and compared."""
        if self.kind == WORDS:
            return normalise(texts)
        glue = BLANK if self.kind == CHARACTERS else " "
        composed = (unicodedata.normalize("NFC", _seen(separated(text))) for text in texts)
        return [glue.join(word for word in _words(lowered(text)) if word) for text in composed]

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


def _words(text: str) -> list[str]:
    return [word.strip(JOINERS) for word in text.split()]


def _seen(text: str) -> str:
    return text if text.isascii() else text.translate(UNSEEN)


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
        self.path, self.tokenizer = path, load_tokenizer(path)

    @property
    def facts(self) -> dict[str, str]:
        """What meta.json says of it."""
        return {"kind": FILE, "sha256": sha256(self.path)}

    @property
    def warnings(self) -> list[str]:
        """What it does to texts that a person may not expect, a line each."""
        if self.tokenizer.encode(RARE, add_special_tokens=False).ids:
            return []
        return [
            "the tokenizer has no unknown token: characters that it does not know vanish from the "
            "texts and are counted nowhere"
        ]

    def normalise(self, texts: Sequence[str]) -> list[str]:
        """Return the texts: the tokenizer has rules of its own."""
        return list(texts)

    def have_words(self, texts: Sequence[str]) -> np.ndarray:
        """Tell which of n texts have a token, (n,) bool."""
        found = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return np.array([bool(one.ids) for one in found], dtype=bool)

    def split(self, text: str) -> list[str]:
        """Return the tokens of one text, by the names that `number` gives them."""
        names = self.names()
        return [names[i] for i in self.tokenizer.encode(text, add_special_tokens=False).ids]

    def number(self, splits: Sequence[Rows]) -> tuple[list[str], list[Sentences]]:
        """Return all tokens of the tokenizer, and the sentences of some splits in their ids."""
        sentences = [encode(self.tokenizer, rows.texts, rows.labels) for rows in splits]
        return self.names(), sentences

    def names(self) -> list[str]:
        """Return a name for every token, by id; `<unk>` for what the tokenizer does not know.

        Tokens of bytes are shown as the text they stand for, where they do and no other is alike; a
        blank before a word is an underscore, as in SentencePiece.
        """
        ids = self.tokenizer.get_vocab(with_added_tokens=True)
        names = [UNKNOWN] * (1 + max(ids.values(), default=-1))
        readable = _of_bytes if _has_byte_level(self.tokenizer) else str
        taken: set[str] = {PAD, UNKNOWN}
        unknown = self._unknown()
        for token, i in sorted(ids.items(), key=lambda item: item[1]):
            if token != unknown:
                names[i] = next((n for n in (readable(token), token) if n not in taken), UNKNOWN)
                taken.add(names[i])
        return names

    def _unknown(self) -> str | None:
        model = json.loads(self.tokenizer.to_str())["model"]
        by_id = model.get("unk_id")  # of a Unigram model
        return model.get("unk_token") if by_id is None else self.tokenizer.id_to_token(by_id)


def load_tokenizer(path: str | Path) -> Any:
    """Read a tokenizer.json.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    tokenizer
        Of `tokenizers`, which neither cuts nor pads, and splits a text the same way every time.

    Raises
    ------
    UserError
        If it is missing or damaged, or no tokenizer of the HuggingFace library.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(Path(path).read_text(encoding="utf-8"))
        tokenizer.encode(RARE)  # one that names an unknown token and lacks it fails here
    except Exception as error:  # the library raises bare Exception
        raise UserError(
            f"tokenizer: {path} is no tokenizer that can be read ({told(error, 80)}); accepted is "
            "a tokenizer.json of the HuggingFace tokenizers library."
        ) from error
    _check_ids(path, tokenizer)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if getattr(tokenizer.model, "dropout", None):  # it would draw other tokens at every reading
        tokenizer.model.dropout = None
    return tokenizer


def _check_ids(path: str | Path, tokenizer: Any) -> None:
    """Refuse ids that no table of word vectors has room for."""
    ids = tokenizer.get_vocab(with_added_tokens=True)
    token = max(ids, key=ids.__getitem__, default="")
    if ids and ids[token] >= MOST_IDS:
        raise UserError(
            f"tokenizer: {path} gives the token {quoted(token, 30)} the id {ids[token]} although "
            f"it has {len(ids)} tokens; accepted are ids below {MOST_IDS}: number them from 0."
        )


def _has_byte_level(tokenizer: Any) -> bool:
    parts = (tokenizer.pre_tokenizer, tokenizer.decoder)
    return any("ByteLevel" in repr(part) for part in parts)


def _of_bytes(token: str) -> str:
    from tokenizers import decoders

    text = decoders.ByteLevel().decode([token])
    return token if "\ufffd" in text else text.replace(" ", "\u2581")


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
