"""A tokenizer.json of the user: read so that nothing is lost, drawn, cut or padded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from rnn_geometry.errors import UserError, told
from rnn_geometry.tasks.text.words import PAD, UNKNOWN

MOST_TOKENS = 10_000_000  # lists are as long as the largest id
TRIAL = "rain \u0436 \u5929 \U0001f327 #"  # what most vocabularies do not know
LONGEST_NAME = 60  # characters


class UserTokenizer(NamedTuple):
    """A tokenizer of `tokenizers`, and the id of what it does not know."""

    tokenizer: Any
    unknown: int

    def names(self) -> list[str]:
        """Return a name for every token, by id; `<unk>` for what the tokenizer does not know.

        Tokens of bytes are shown as the text they stand for, where that can be seen and no other
        token is alike; a blank before a word is an underscore, as in SentencePiece.
        """
        ids = self.tokenizer.get_vocab(with_added_tokens=True)
        names = [UNKNOWN] * (1 + max(ids.values(), default=-1))
        readable = _of_bytes if _has_byte_level(self.tokenizer) else _written_out
        taken: set[str] = {PAD, UNKNOWN}
        for token, i in sorted(ids.items(), key=lambda item: (item[1], item[0])):
            if i != self.unknown:
                choices = (readable(token), _written_out(token), f"{_written_out(token)}~{i}")
                names[i] = next(name for name in choices if name not in taken)
                taken.add(names[i])
        return names


def load_tokenizer(path: str | Path) -> UserTokenizer:
    """Read a tokenizer.json.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    UserTokenizer
        It neither cuts nor pads, draws nothing at random, and has a token for what it does not
        know, also where the file states none.

    Raises
    ------
    UserError
        If it is missing or damaged, or no tokenizer of the HuggingFace library.
    """
    from tokenizers import Tokenizer

    try:
        stated = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        unknown = _make_whole(stated)
        tokenizer = Tokenizer.from_str(json.dumps(stated))
        tokenizer.encode(TRIAL, add_special_tokens=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the library raises bare exceptions, and panics
        raise UserError(
            f"tokenizer: {path} is no tokenizer that can be read ({told(error, 80)}); accepted is "
            "a tokenizer.json of the HuggingFace tokenizers library."
        ) from error
    return UserTokenizer(tokenizer, unknown)


def _make_whole(stated: Any) -> int:
    """Give a tokenizer a token for the unknown, take cuts and chance from it; return its id."""
    if not isinstance(stated, dict) or not isinstance(stated.get("model"), dict):
        raise ValueError("it states no model")
    stated |= dict.fromkeys(("truncation", "padding", "post_processor"))
    model = stated["model"]
    if "dropout" in model:
        model["dropout"] = None  # else every call would split another way
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, list):  # Unigram: tokens and their scores
        return _unknown_of_scores(model, vocabulary)
    if not isinstance(vocabulary, dict) or not all(type(i) is int for i in vocabulary.values()):
        raise ValueError("it states no vocabulary")
    largest = max(vocabulary.values(), default=-1)
    if largest >= MOST_TOKENS:
        raise ValueError(f"a token has the id {largest}, over {MOST_TOKENS:,}")
    model["unk_token"] = model.get("unk_token") or UNKNOWN
    return vocabulary.setdefault(model["unk_token"], largest + 1)


def _unknown_of_scores(model: dict[str, Any], vocabulary: list[Any]) -> int:
    if model.get("unk_id") is None:
        model["unk_id"] = len(vocabulary)
        lowest = min((score for _, score in vocabulary), default=0.0)
        vocabulary.append([UNKNOWN, lowest - 10])
    return model["unk_id"]


def _has_byte_level(tokenizer: Any) -> bool:
    parts = (tokenizer.pre_tokenizer, tokenizer.decoder)
    return any("ByteLevel" in repr(part) for part in parts)


def _written_out(token: str) -> str:
    """Return a token with what nobody sees written out, so that pages and tables can show it."""
    if token.isprintable():
        return token
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in token
    )


def _of_bytes(token: str) -> str:
    from tokenizers import decoders

    text = decoders.ByteLevel().decode([token]).replace(" ", "\u2581")
    return text if text.isprintable() and "\ufffd" not in text else token
