"""Read a data set as running text, and say before any training what its words tell."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from rnn_geometry.errors import UserError
from rnn_geometry.geometry.baselines import constant_accuracy
from rnn_geometry.geometry.language_tables import ORDERS
from rnn_geometry.geometry.ngrams import NGrams
from rnn_geometry.geometry.running_text import half_lag, mutual_information, reach
from rnn_geometry.geometry.text_models import LAGS, SHOWN_LAGS, label_accuracy
from rnn_geometry.identity import derive_seed
from rnn_geometry.stages.prepare import SPLITS, PreparedData, text_data
from rnn_geometry.store.hashes import data_hashes
from rnn_geometry.store.languages import SourceMeta, SourceWords
from rnn_geometry.tasks.running_text import RUNNING_TEXT, as_text_task, texts_of
from rnn_geometry.tasks.sentences import write_sentences
from rnn_geometry.tasks.text.account import lines_of
from rnn_geometry.tasks.text.prepare import UNKNOWN

OF_TEXT = ("source", "splits", "duplicates", "tokenizer", "class_names", "notes", "warnings")
LONGEST_ORDER = 62  # bits of a run of words, which n-grams keep as one number


def run(files, output, params, log) -> None:
    """Write train, dev and test texts with their labels, the words, and what is known of them."""
    task = dict(params.task)
    own = (files.get("tokenizer"), files.get("vocabulary"))
    prepared = text_data(as_text_task(task), params.data_folder, *own)
    folder = Path(output[0]).parent
    written = {split: str(folder / f"{split}.parquet") for split in SPLITS}
    for split, path in written.items():
        write_sentences(path, getattr(prepared, split))
    SourceWords(words=prepared.vocabulary).write(folder / "vocab.json")
    expected = told_by_words(prepared, derive_seed("lags", task["name"]))
    facts = {
        "kind": RUNNING_TEXT,
        "name": task["name"],
        "family": task["family"],
        "settings": task,
        "mean_length": prepared.meta["mean_length"],
        "expected": expected,
        "rows": prepared.meta["rows"],
        **{name: prepared.meta[name] for name in OF_TEXT},
        "sha256": data_hashes({**written, "vocab": str(folder / "vocab.json")}),
    }
    SourceMeta(facts=facts).write(folder.parent / "meta.json")
    for line in lines_of(prepared.meta):
        log(line)
    log(f"{task['name']}: perplexity of 4-grams {expected['perplexity_ngram_4']:.1f}")


def told_by_words(prepared: PreparedData, seed: int) -> dict[str, Any]:
    """Return what the texts tell without any network.

    Parameters
    ----------
    prepared
        Texts with labels.
    seed
        Exchanges texts.

    Returns
    -------
    dict
        By the names of `geometry.text_models.OF_TEXTS`.

    Raises
    ------
    UserError
        For a vocabulary too large for n-grams.
    """
    train, test = texts_of(prepared.train), texts_of(prepared.test)
    count, labels = len(prepared.vocabulary), prepared.test.labels
    if max(ORDERS) * math.log2(count + 1) > LONGEST_ORDER:
        raise UserError(
            f"config task '{prepared.meta['name']}': {count} words are too many to say the next "
            "one of; accepted are up to 40,000: set vocabulary_size."
        )
    rows, held_out = train.padded(fill=-1), test.padded(fill=-1)
    grams = {
        f"perplexity_ngram_{n}": math.exp(
            np.nanmean(NGrams(rows, count, order=n).surprise(held_out))
        )
        for n in ORDERS
    }
    ones = csr_array((np.ones(len(test.values)), test.values, test.ends), (len(test), count))
    return {
        "train_words": len(train.values),
        "unknown": float((test.values == prepared.vocabulary.index(UNKNOWN)).mean()),
        **grams,
        "constant": constant_accuracy(labels[1::2]),
        "label_bag_of_words": label_accuracy(ones, labels),
        "half_text": float(test.lengths.mean() / 2),
        **told_by_lag(rows, seed),
    }


def told_by_lag(words: np.ndarray, seed: int) -> dict[str, Any]:
    """Return how much a word tells of later ones, and how far.

    Parameters
    ----------
    words
        (n, T), below 0 behind the end of a text.
    seed
        Exchanges texts; of each lag its own.
    """
    lags = range(1, min(LAGS, words.shape[1] - 1) + 1)
    if not lags:
        return dict.fromkeys([*_named(SHOWN_LAGS), *_named(("half", "reach"))])
    found = [mutual_information(words, lag, seed=seed + lag) for lag in lags]
    told, errors = np.array(found).T
    return {
        **{
            name: float(told[lag - 1]) if lag in lags else None
            for name, lag in zip(_named(SHOWN_LAGS), SHOWN_LAGS, strict=True)
        },
        "information_half": half_lag(told),
        "information_reach": reach(told, errors),
    }


def _named(parts: tuple[Any, ...]) -> list[str]:
    """Return names of columns about lags."""
    return [f"information_{part}" for part in parts]
