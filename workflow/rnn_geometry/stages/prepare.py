"""From a task's settings to the files of results/data/{task}."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.identity import derive_seed, family_options, original_task
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import data_hashes
from rnn_geometry.tasks.sentences import Sentences, write_sentences
from rnn_geometry.tasks.theory import expected_geometry

SPLITS = ("train", "dev", "test")
FILES_OF_TASK = {**{split: f"{split}.parquet" for split in SPLITS}, "vocab": "vocab.json"}


@dataclass(frozen=True)
class PreparedData:
    """The three splits of a task, its words in order of id, and plain facts for meta.json."""

    train: Sentences
    dev: Sentences
    test: Sentences
    vocabulary: list[str]
    meta: dict[str, Any]


def synthetic_data(task: Mapping[str, Any]) -> PreparedData:
    """Draw train, dev and test sentences of a synthetic task, each from a seed of its own."""
    from rnn_geometry.tasks.synthetic import build_task

    built = build_task(task["family"], **family_options(task))
    name = original_task(task["name"])  # permuted labels are those of the same sentences
    splits = {
        split: built.sample(task[f"{split}_size"], derive_seed(split, name, task["data_seed"]))
        for split in SPLITS
    }
    splits = with_labels_of_task(splits, task)
    meta = {
        **built.meta(),
        "kind": "synthetic",
        "name": task["name"],
        "settings": dict(task),
        "mean_length": float(splits["test"].lengths.mean()),
        "rows": {split: len(sentences) for split, sentences in splits.items()},
    }
    return PreparedData(**splits, vocabulary=list(built.words), meta=meta)


def text_data(
    task: Mapping[str, Any],
    data_folder: str | None,
    tokenizer_file: str | None = None,
    vocabulary_file: str | None = None,
) -> PreparedData:
    """Read, tokenise and split a real data set.

    Parameters
    ----------
    task
        Settings of the task, see `tasks.text.prepare` for options and errors.
    data_folder
        Where data sets lie; None for the hub.
    tokenizer_file
        Where the tokenizer.json of the task lies, if it has one.
    vocabulary_file
        Where the file of its words lies, if it has one.
    """
    from rnn_geometry.tasks.text.prepare import prepare_text

    seed = derive_seed("text", original_task(task["name"]), task["data_seed"])
    # Test texts are the same whatever the data seed, and for every task of the same set and sizes.
    prepared = prepare_text(
        family_options(task),
        data_folder,
        seed=seed % 2**32,
        test_seed=derive_seed("test texts") % 2**32,
        tokenizer_file=tokenizer_file,
        vocabulary_file=vocabulary_file,
    )
    meta = {
        **prepared.meta,
        **expected_geometry(prepared.meta),
        "name": task["name"],
        "settings": dict(task),
        "rows": {split: len(getattr(prepared, split)) for split in SPLITS},
    }
    splits = with_labels_of_task({split: getattr(prepared, split) for split in SPLITS}, task)
    return PreparedData(**splits, vocabulary=list(prepared.vocabulary), meta=meta)


def with_labels_of_task(
    splits: dict[str, Sentences], task: Mapping[str, Any]
) -> dict[str, Sentences]:
    """Return the splits, labels permuted among sentences where `shuffled_labels` asks for it.

    Parameters
    ----------
    splits
        Sentences by split. Test keeps its labels, so that this control scores at chance.
    task
        Settings of the task.
    """
    if not task.get("shuffled_labels"):
        return splits
    permuted = {}
    for split in ("train", "dev"):
        rng = np.random.default_rng(derive_seed("labels", split, task["name"], task["data_seed"]))
        permuted[split] = replace(splits[split], labels=rng.permutation(splits[split].labels))
    return {**splits, **permuted}


def save_prepared(
    prepared: PreparedData, folder: str | Path, log: Callable[[str], None] = lambda line: None
) -> None:
    """Write the files of results/data/{task}.

    Parameters
    ----------
    prepared
        The splits, words and facts of the task.
    folder
        Where to write.
    log
        Takes one line.
    """
    folder = Path(folder)
    for split in SPLITS:
        write_sentences(folder / f"{split}.parquet", getattr(prepared, split))
    formats.write_json(folder / "vocab.json", prepared.vocabulary)
    files = {name: str(folder / file) for name, file in FILES_OF_TASK.items()}
    formats.write_json(folder / "meta.json", {**prepared.meta, "sha256": data_hashes(files)})
    sizes = ", ".join(f"{len(getattr(prepared, split))} {split}" for split in SPLITS)
    log(f"{prepared.meta['name']}: {sizes} sentences")
    if prepared.meta["kind"] == "text":
        from rnn_geometry.tasks.text.account import lines_of

        for line in lines_of(prepared.meta):
            log(line)
