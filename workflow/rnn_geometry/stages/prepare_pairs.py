"""Draw the pairs of phrases of a task, or divide those of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.identity import derive_seed, family_options, original_task
from rnn_geometry.store.hashes import data_hashes
from rnn_geometry.store.translations import PairMeta, PairWords
from rnn_geometry.tasks.pairs.families import build_pair_task
from rnn_geometry.tasks.pairs.pairs import Pairs, PairTask, write_pairs

SPLITS = ("train", "dev", "test")
FOLDER = "pairs"  # other names than those of sentences: no stage reads the wrong kind
FILE = "file"  # the option that names a corpus
# Share of held-out words said right above which a network has learned its task.
LEARNED_ABOVE = {"one_to_one": 0.99, "reordered": 0.95, "escan": 0.98, "translation": 0.98}
FEWEST = 4  # held-out pairs: means of one half, measures on the other


def drawn(task: Mapping[str, Any], built: PairTask) -> dict[str, Pairs]:
    """Return the splits of a task, each from a seed of its own.

    Parameters
    ----------
    task
        Its settings.
    built
        The task itself.

    Returns
    -------
    dict of Pairs
        By split. Those of a file share no pair.
    """
    name, seed = original_task(task["name"]), task["data_seed"]
    sizes = {split: task[f"{split}_size"] for split in SPLITS}
    if FILE not in built.options:
        return {s: built.sample(sizes[s], derive_seed(s, name, seed)) for s in SPLITS}
    whole = built.sample(sum(sizes.values()), derive_seed("pairs", name, seed))
    ends = np.cumsum([0, *sizes.values()])
    return {s: whole.subset(np.arange(*ends[i : i + 2])) for i, s in enumerate(SPLITS)}


def with_targets_of_task(splits: dict[str, Pairs], task: Mapping[str, Any]) -> dict[str, Pairs]:
    """Return the splits, targets permuted among pairs where `shuffled_labels` asks for it.

    Parameters
    ----------
    splits
        By split. Test keeps its targets, so that this control scores at chance.
    task
        Settings of the task.
    """
    if not task.get("shuffled_labels"):
        return splits
    permuted = {}
    for split in ("train", "dev"):
        rng = np.random.default_rng(derive_seed("targets", split, task["name"], task["data_seed"]))
        pairs = splits[split]
        order = rng.permutation(len(pairs))
        # Where a word comes from is not known any more.
        unknown = Pairs.from_lists(
            [pairs.inputs.row(i) for i in range(len(pairs))],
            [pairs.targets.row(i) for i in order],
        )
        permuted[split] = unknown
    return {**splits, **permuted}


def run(files, output, params, log) -> None:
    """Write train, dev and test pairs of one task, its words, and its facts."""
    task = dict(params.task)
    if task["test_size"] < FEWEST:
        raise UserError(
            f"config task '{task['name']}': test_size is {task['test_size']}; accepted is {FEWEST} "
            "or more, since components are estimated on one half and measured on the other."
        )
    given = {FILE: files[FILE]} if FILE in dict(files.items()) else {}
    built = build_pair_task(task["family"], **{**family_options(task), **given})
    splits = with_targets_of_task(drawn(task, built), task)
    folder = Path(output[0]).parent
    for split, pairs in splits.items():
        write_pairs(folder / f"{split}.parquet", pairs)
    words = PairWords(words_in=list(built.words_in), words_out=list(built.words_out))
    words.write(folder / "vocab.json")
    written = {split: str(folder / f"{split}.parquet") for split in SPLITS}
    facts = {
        "kind": FOLDER,
        "name": task["name"],
        "family": task["family"],
        "settings": task,
        "learned_above": LEARNED_ABOVE.get(task["family"]),
        "mean_length": float(splits["test"].lengths.mean()),
        "rows": {split: len(pairs) for split, pairs in splits.items()},
        "sha256": data_hashes({**written, "vocab": str(folder / "vocab.json")}),
    }
    PairMeta(facts=facts).write(folder.parent / "meta.json")
    log(f"{task['name']}: {', '.join(f'{len(p)} {s}' for s, p in splits.items())} pairs")
