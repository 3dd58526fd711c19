"""Words of real text: clean texts, numbered words, sentences of ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text._plain import JOINERS, UNSEEN

PAD, UNKNOWN = "<pad>", "<unk>"
UNKNOWN_ID = 1
BATCH = 4096
# What stands between words although it is no blank to every library: control characters, line ends
# of other systems, the zero-width space, fillers. A tokenizer would drop them and glue the words.
_BETWEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u3164\uffa0]")
# What a text was damaged or typeset with, and BERT's rules drop: it glues words just as well.
_LOST = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")

# Of `tokenizers`: what is dropped, but for the joiners that some scripts need within words.
_DROPPED = rf"[\p{{Cc}}\p{{Cf}}\p{{Co}}&&[^{JOINERS}]]"
_JOINERS_AT_ENDS = rf"(?<![^\s\p{{P}}])[{JOINERS}]+|[{JOINERS}]+(?![^\s\p{{P}}])"

# The same for pages that split what is typed: classes of characters by what becomes of them.
CLEANING = {
    "between": _BETWEEN.pattern,
    "lost": _LOST.pattern,
    "unseen": f"[{''.join(map(chr, UNSEEN))}]",
}


def separated(text: str) -> str:
    """Return a text in which everything between words is a blank, so that no words are glued.

    Parameters
    ----------
    text
        Any.

    Examples
    --------
    >>> separated("rain" + chr(12) + "cloud" + chr(0x200B) + "sun")
    'rain cloud sun'
    """
    return _BETWEEN.sub(" ", text)


def cleaned(text: str) -> list[str]:
    """Return what stands between the blanks of a text, in small letters, as far as it is seen.

    Parameters
    ----------
    text
        Any.

    Examples
    --------
    >>> cleaned("Cafe" + chr(0x301) + " wo n't" + chr(0xFEFF)) == ["caf" + chr(0xE9), "wo", "n't"]
    True
    """
    small = lowered(unicodedata.normalize("NFC", separated(text)).translate(UNSEEN))
    # Small letters and what was not seen may have kept marks from their letters.
    pieces = (piece.strip(JOINERS) for piece in unicodedata.normalize("NFC", small).split())
    return [piece for piece in pieces if piece]


def lowered(text: str) -> str:
    """Return a text in small letters, a sigma at the end of a word as Greek writes it.

    Parameters
    ----------
    text
        Any.

    Examples
    --------
    >>> lowered("ΟΔΟΣ"), lowered("İzmir")
    ('οδος', 'izmir')
    """
    return text.replace("İ", "i").lower()


def normalise(texts: Sequence[str]) -> list[str]:
    """Return texts in the form in which they are split into words and compared.

    Parameters
    ----------
    texts
        Any.

    Returns
    -------
    list of str
        Unicode composed, CJK characters set apart, all lower-case, unseen characters dropped but
        for joiners within words, white space and control characters collapsed to single blanks.
    """
    from tokenizers import Regex, normalizers

    # BERT's own rules drop joiners, and make capitals small letter by letter: a capital sigma at
    # the end of a word would make another word.
    bert = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False
    )
    dropped = [normalizers.Replace(Regex(one), "") for one in (_DROPPED, _JOINERS_AT_ENDS)]
    normalizer = normalizers.Sequence([normalizers.NFC(), *dropped, bert])
    apart = (_LOST.sub(" ", separated(text)) for text in texts)

    def small(text: str) -> str:
        return unicodedata.normalize("NFC", lowered(normalizer.normalize_str(text)))

    # Lower-casing is all that these steps do to plain ASCII, and five times faster without the
    # call.
    return [" ".join((text.lower() if text.isascii() else small(text)).split()) for text in apart]


def word_tokenizer(texts: Iterable[str], pre_tokenizer: Any) -> tuple[Any, list[str]]:
    """Return a tokenizer that knows every word of texts, and those words.

    Parameters
    ----------
    texts
        Normalised.
    pre_tokenizer
        Of `tokenizers`; it says what a word is.

    Returns
    -------
    tokenizer
        Of `tokenizers`.
    words
        In the order of their ids.
    """
    from tokenizers import Tokenizer, models, trainers

    tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizer
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
        Of `tokenizers`.
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


def take(sentences: Sentences, index: np.ndarray) -> Sentences:
    """Return some sentences, without the padding that `subset` needs.

    Parameters
    ----------
    sentences
        All of them.
    index
        Which.
    """
    return _parts(sentences, index, sentences.offsets[:-1][index], sentences.lengths[index])


def without_first(sentences: Sentences, count: int) -> Sentences:
    """Return sentences without their first words; those that have no others are empty.

    Parameters
    ----------
    sentences
        n of them.
    count
        Words of each.
    """
    left_out = np.minimum(sentences.lengths, count)
    starts, lengths = sentences.offsets[:-1] + left_out, sentences.lengths - left_out
    return _parts(sentences, np.arange(len(sentences)), starts, lengths)


def limited(sentences: Sentences, limit: int, *, last: bool = False) -> Sentences:
    """Return sentences of at most some words.

    Parameters
    ----------
    sentences
        n of them.
    limit
        Words of each.
    last
        Whether the last ones are kept, not the first.
    """
    lengths = np.minimum(sentences.lengths, limit)
    starts = sentences.offsets[1:] - lengths if last else sentences.offsets[:-1]
    return _parts(sentences, np.arange(len(sentences)), starts, lengths)


def reordered(sentences: Sentences, rng: np.random.Generator | None) -> Sentences:
    """Return sentences with the same words in another order.

    Parameters
    ----------
    sentences
        n of them.
    rng
        Draws an order for each; None: the last word first.
    """
    row = np.repeat(np.arange(len(sentences)), sentences.lengths)
    place = -np.arange(len(row)) if rng is None else rng.random(len(row))
    order = np.lexsort((place, row))
    return Sentences(sentences.tokens[order], sentences.offsets, sentences.labels)


def followed_by(sentences: Sentences, others: np.ndarray) -> Sentences:
    """Return sentences with the words of another one after those of each.

    Parameters
    ----------
    sentences
        n of them, with labels (n, ..).
    others
        Which one follows each, (n,).

    Returns
    -------
    Sentences
        With the labels of both: of classes (n,) those of the first.
    """
    order = np.stack([np.arange(len(sentences)), others], axis=1).ravel()
    read, labels = take(sentences, order), sentences.labels
    both = labels if labels.ndim == 1 else np.maximum(labels, labels[others])
    return Sentences(read.tokens, read.offsets[::2], both)


def _parts(
    sentences: Sentences, index: np.ndarray, starts: np.ndarray, lengths: np.ndarray
) -> Sentences:
    """Return a run of words of some sentences, each with the label of the sentence `index`."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    positions = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Sentences(sentences.tokens[positions], offsets, sentences.labels[index])
