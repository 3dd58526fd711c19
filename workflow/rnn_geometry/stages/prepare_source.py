"""Draw the texts of a source of words, and say before any training what theory expects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.geometry.hankel import hankel_spectrum
from rnn_geometry.geometry.language_tables import ORDERS
from rnn_geometry.geometry.ngrams import NGrams
from rnn_geometry.identity import derive_seed
from rnn_geometry.store.hashes import data_hashes
from rnn_geometry.store.languages import SourceMeta, SourceWords
from rnn_geometry.tasks.language.families import source_of_task
from rnn_geometry.tasks.language.source import Source
from rnn_geometry.tasks.language.texts import write_texts
from rnn_geometry.tasks.pairs.pairs import Ragged

SPLITS = ("train", "dev", "test")
FOLDER = "texts"  # other names than those of sentences and pairs: no stage reads the wrong kind
FEWEST = 4  # texts of a split: readings are made on one half and measured on the other
DIVISIONS = 5  # of the texts into halves, for the interval of the dimension
MOST_TEXTS = 2000  # that the dimension is counted on


def drawn(task: Mapping[str, Any], source: Source) -> dict[str, np.ndarray]:
    """Return the texts of every split, each from a seed of its own.

    Parameters
    ----------
    task
        Its settings.
    source
        The source.

    Returns
    -------
    dict
        By split, words (n, T).
    """
    return {
        split: source.sample(
            task[f"{split}_size"],
            task["length"],
            derive_seed(split, task["name"], task["data_seed"]),
        )[0]
        for split in SPLITS
    }


def run(files, output, params, log) -> None:
    """Write train, dev and test texts of one source, its words, and its facts."""
    task = dict(params.task)
    for split in SPLITS:
        if task[f"{split}_size"] < FEWEST:
            raise UserError(
                f"config task '{task['name']}': {split}_size is {task[f'{split}_size']}; accepted "
                f"is {FEWEST} or more."
            )
    source = source_of_task(task)
    splits = drawn(task, source)
    folder = Path(output[0]).parent
    for split, words in splits.items():
        write_texts(folder / f"{split}.parquet", Ragged.of(list(words)))
    SourceWords(words=list(source.words)).write(folder / "vocab.json")
    written = {split: str(folder / f"{split}.parquet") for split in SPLITS}
    facts = {
        "kind": FOLDER,
        "name": task["name"],
        "family": task["family"],
        "settings": task,
        "mean_length": float(task["length"]),
        "texts_counted": min(task["train_size"], MOST_TEXTS),
        "expected": expected(source, splits, derive_seed("hankel", task["name"])),
        "rows": {split: len(words) for split, words in splits.items()},
        "sha256": data_hashes({**written, "vocab": str(folder / "vocab.json")}),
    }
    SourceMeta(facts=facts).write(folder.parent / "meta.json")
    told = facts["expected"]
    log(
        f"{task['name']}: dimension {told['dimension_expected']}, perplexity "
        f"{told['perplexity_source']:.3f}"
    )


def expected(source: Source, splits: Mapping[str, np.ndarray], seed: int) -> dict[str, Any]:
    """Return what is known of the networks of a source before any is trained.

    Parameters
    ----------
    source
        The source.
    splits
        Words (n, T) by split.
    seed
        Divides texts.

    Returns
    -------
    dict
        By the names of `geometry.language_tables.EXPECTED`.
    """
    train, test = splits["train"], splits["test"]
    grams = {
        f"perplexity_ngram_{order}": math.exp(
            NGrams(train, len(source.words), order=order).surprise(test).mean()
        )
        for order in ORDERS
    }
    kept = len(source.kept_states())
    found = [
        hankel_spectrum(train[:MOST_TEXTS], len(source.words), seed=seed + i).dimension
        for i in range(DIVISIONS)
    ]
    return {
        "dimension_expected": source.rank() - 1,
        "dimension_texts": int(np.median(found)),
        "dimension_texts_low": min(found),
        "dimension_texts_high": max(found),
        "stable_expected": kept or None,
        "slow_dimension_expected": kept - 1 if kept else None,
        "perplexity_source": math.exp(source.surprise(test).mean()),
        **grams,
    }
