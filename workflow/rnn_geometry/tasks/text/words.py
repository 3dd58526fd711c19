"""Words of real text: normalising, splitting and numbering with HuggingFace tokenizers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from rnn_geometry.tasks.sentences import Sentences

PAD, UNKNOWN = "<pad>", "<unk>"
UNKNOWN_ID = 1
BATCH = 4096
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # all but tab and line ends


def normalise(texts: Sequence[str]) -> list[str]:
    """Return texts in one form.

    Parameters
    ----------
    texts
        Any.

    Returns
    -------
    list of str
        Unicode composed, control characters dropped, CJK characters set apart, all lower-case,
        white space collapsed.
    """
    from tokenizers import normalizers

    bert = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True
    )
    normalizer = normalizers.Sequence([normalizers.NFC(), bert])
    # Lower-casing is all that these steps do to plain ASCII, and five times faster without the
    # call.
    return [
        " ".join((text.lower() if _is_plain(text) else normalizer.normalize_str(text)).split())
        for text in texts
    ]


def _is_plain(text: str) -> bool:
    return text.isascii() and (text.isprintable() or not CONTROL.search(text))


def have_words(texts: Sequence[str]) -> np.ndarray:
    """Tell which texts have a word; control characters alone make none.

    Parameters
    ----------
    texts
        n of them; most need no normalising to tell.

    Returns
    -------
    numpy.ndarray
        (n,) bool.
    """
    have = np.array([re.search("[0-9A-Za-z]", text) is not None for text in texts], dtype=bool)
    unsure = np.flatnonzero(~have)
    have[unsure] = [bool(text) for text in normalise([texts[int(i)] for i in unsure])]
    return have


def split_words(text: str) -> list[str]:
    """Return the words of one text as the tokenizer of `build_tokenizer` would split it.

    Parameters
    ----------
    text
        Any.
    """
    from tokenizers import pre_tokenizers

    return [
        word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalise([text])[0])
    ]


def build_tokenizer(texts: Iterable[str]) -> tuple[Any, list[str]]:
    """Return a tokenizer that knows every word of texts, and those words.

    Parameters
    ----------
    texts
        Normalised.

    Returns
    -------
    tokenizer
        Of `tokenizers`.
    words
        In the order of their ids.
    """
    # One job has one core, and a pool of threads that waits for it only costs.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    # White space, and every punctuation mark on its own.
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    # No special tokens: a text that spells out "<pad>" must not become padding.
    trainer = trainers.WordLevelTrainer(
        min_frequency=0, vocab_size=2**31 - 1, special_tokens=[], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    ids = tokenizer.get_vocab(with_added_tokens=False)
    return tokenizer, sorted(ids, key=ids.__getitem__)


def encode(tokenizer: Any, texts: Sequence[str], labels: np.ndarray) -> Sentences:
    """Return sentences with the ids of a tokenizer.

    Parameters
    ----------
    tokenizer
        See `build_tokenizer`.
    texts
        n of them, normalised.
    labels
        (n,) or (n, C).
    """
    tokens, lengths = [np.empty(0, np.int32)], []
    for start in range(0, len(texts), BATCH):
        encoded = tokenizer.encode_batch_fast(
            texts[start : start + BATCH], add_special_tokens=False
        )
        rows = [one.ids for one in encoded]
        lengths.extend(map(len, rows))
        tokens.append(np.fromiter(chain.from_iterable(rows), dtype=np.int32))
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
    return Sentences(np.concatenate(tokens), offsets, labels)


def take(sentences: Sentences, index: np.ndarray, limit: int | None = None) -> Sentences:
    """Return some sentences, without the padding that `subset` needs.

    Parameters
    ----------
    sentences
        All of them.
    index
        Which.
    limit
        How many words of each, None for all.
    """
    lengths = sentences.lengths[index]
    lengths = lengths if limit is None else np.minimum(lengths, limit)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    positions = np.repeat(sentences.offsets[:-1][index] - offsets[:-1], lengths) + np.arange(
        offsets[-1]
    )
    return Sentences(sentences.tokens[positions], offsets, sentences.labels[index])
