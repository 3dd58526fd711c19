"""What word counts say of a set of classes before training, beside what its networks show after.

One row a network; `claims/forecast.py` scores them. And the forecast alone over all sets of the
classes of a data set, for which no network is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from rnn_geometry.geometry.class_means import Groups, class_variances, dimension_of, inner_products
from rnn_geometry.geometry.tables import RUNS, TASKS
from rnn_geometry.geometry.word_counts import (
    WEIGHTINGS,
    count_matrix,
    predicted,
    subsets,
    weighted,
)
from rnn_geometry.store.columns import Column, Columns, columns
from rnn_geometry.tasks.sentences import Sentences

# What is scored, and its column: four forecasts, and two rules that look at no text.
FORECASTS = {
    "raw": "dimension_predicted",
    "raw, all texts": "predicted_all_texts",
    "frequency": "dimension_predicted_frequency",
    "tfidf": "dimension_predicted_tfidf",
    "by structure": "dimension_expected",
    "N - 1": "simplex",
}
RULE = "by structure"  # what the others are held against
MEASURED = ("components_95", "io_dimension")
KINDS = ("unordered", "ordered", "labels")
PLANE = 2  # dimensions of more than two ordered classes


def _of(known: Columns, *names: str) -> Columns:
    return columns(*(known[name] for name in names))


_DATA = columns(
    Column("data", "folder, or name on the hub, of the data set", kind="text"),
    Column("kind", "of classes: `unordered`, `ordered` or `labels`", kind="text"),
)
NETWORKS = columns(
    _DATA,
    Column("chosen", "names of the classes, merged ones joined by +", kind="text"),
    Column("sweep", "sweep of `config/forecast.yaml` that asks for the set", kind="text"),
    _of(RUNS, "task", "model", "l2", "seed", "data_seed", "classes"),
    _of(TASKS, "train_rows", "mean_length"),
    _of(RUNS, "dimension_expected"),
    Column("simplex", "outputs less one: a simplex, whatever the classes are", kind="count"),
    _of(RUNS, "dimension_predicted", "dimension_predicted_frequency", "dimension_predicted_tfidf"),
    Column(
        "predicted_all_texts",
        "`dimension_predicted` from all training texts of the data set, of which a network reads"
        " some: their means have less noise, which can only raise a dimension",
        kind="count",
    ),
    _of(RUNS, "class_spread_p", "components_95", "components_95_final", "participation_ratio"),
    _of(RUNS, "integration_modes", "io_dimension", "io_dimension_places", "test_accuracy"),
    _of(RUNS, "bag_of_words_accuracy", "learned", "not_judged"),
    Column("train_sha256", "SHA-256 of the file of training texts; empty for the hub", kind="text"),
)
SETS = columns(
    _DATA,
    Column("classes", "classes, or labels, of a set", kind="count"),
    _of(RUNS, "dimension_expected"),
    Column("weighting", f"of word counts: {', '.join(WEIGHTINGS)}", kind="text"),
    Column("predicted", "components for 95 % of the class means' variance", kind="count"),
    Column("sets", "sets of so many classes with that prediction", kind="count"),
)


def kind_of(meta: Mapping[str, Any]) -> str:
    """Return which of KINDS the classes of a task are.

    Parameters
    ----------
    meta
        meta.json.

    Examples
    --------
    >>> kind_of({"multi_label": False, "ordered": True})
    'ordered'
    """
    return "labels" if meta["multi_label"] else "ordered" if meta["ordered"] else "unordered"


def network_row(
    run: Mapping[str, Any], meta: Mapping[str, Any], sweep: str, of_all_texts: int | None
) -> dict[str, Any]:
    """Return a row of forecast.csv.

    Parameters
    ----------
    run
        A row of runs.csv.
    meta
        meta.json of its task.
    sweep
        Which asks for the task.
    of_all_texts
        Forecast of its set from all texts, see `predicted_of_tasks`.
    """
    known = {
        **run,
        "sweep": sweep,
        "predicted_all_texts": of_all_texts,
        "data": data_of(meta),
        "kind": kind_of(meta),
        "chosen": " | ".join(meta["class_names"]),
        "train_rows": meta["rows"]["train"],
        "mean_length": meta["mean_length"],
        "simplex": run["classes"] - 1,
        "train_sha256": meta["source"].get("files", {}).get("train", {}).get("sha256"),
    }
    return {name: known[name] for name in NETWORKS}


def data_of(meta: Mapping[str, Any]) -> str:
    """Return the name of a data set: its folder, else its name on the hub.

    Parameters
    ----------
    meta
        meta.json.

    Examples
    --------
    >>> data_of({"settings": {"source": {"hub": "fancyzhx/ag_news", "folder": "ag_news"}}})
    'ag_news'
    """
    source = meta["settings"]["source"]
    return source.get("folder") or source.get("hub") or "files"


def predicted_of_tasks(
    train: Sentences, words: int, metas: Iterable[Mapping[str, Any]]
) -> dict[str, int | None]:
    """Return the dimension that all texts of a data set predict for tasks of some of its classes.

    Parameters
    ----------
    train
        Texts of all classes, by their ids.
    words
        Size of the vocabulary.
    metas
        meta.json of the tasks, which says what each class is made of (`label_ids`).
    """
    groups, products = _summed(train, words, "raw")
    return {
        meta["name"]: predicted(products, groups.sizes(), _made_of(groups.labels, meta))
        for meta in metas
    }


def _made_of(labels: np.ndarray, meta: Mapping[str, Any]) -> np.ndarray:
    """Return which groups make up each class of a task, or combination of its labels, (K, G)."""
    ids = [meta["label_ids"][name] for name in meta["class_names"]]
    if labels.ndim == 1:
        return np.array([np.isin(labels, one) for one in ids], dtype=np.float64)
    held = np.stack([labels[:, one].any(axis=1) for one in ids], axis=1)
    of = np.unique(held, axis=0, return_inverse=True)[1].ravel()
    return (of == np.arange(of.max() + 1)[:, None]).astype(np.float64)


def set_rows(train: Sentences, words: int, meta: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield rows of forecast_sets.csv: how often all sets of a data set have which forecast.

    Labels have those of pairs and triples.

    Parameters
    ----------
    train, words, meta
        Of a task with all classes: training texts, size of the vocabulary, meta.json.
    """
    of_kind = _of_labels if meta["multi_label"] else predicted_of_sets
    for weighting in WEIGHTINGS:
        found = Counter(of_kind(train, words, weighting))
        for (size, dimension), sets in sorted(found.items()):
            expected = size if meta["multi_label"] else size - 1
            expected = min(expected, PLANE) if meta["ordered"] else expected
            row = (size, expected, weighting, dimension, sets)
            told = {"data": data_of(meta), "kind": kind_of(meta)}
            yield {**told, **dict(zip(list(SETS)[2:], row, strict=True))}


def _summed(train: Sentences, words: int, weighting: str) -> tuple[Groups, np.ndarray]:
    """Return the classes, or combinations of labels, and inner products of their sums."""
    groups = Groups.make(train.labels)
    documents = weighted(count_matrix(train, words), weighting)
    return groups, inner_products(groups.sums(documents, np.ones(len(train))))


def _of_labels(train: Sentences, words: int, weighting: str) -> Iterator[tuple[int, int]]:
    """Yield the number of labels of every pair and triple, and its predicted dimension."""
    groups, products = _summed(train, words, weighting)
    for facts, merged in subsets(groups.labels, {}):
        yield len(facts["classes"]), predicted(products, groups.sizes(), merged) or 0


def predicted_of_sets(train: Sentences, words: int, weighting: str) -> Iterator[tuple[int, int]]:
    """Yield the number of classes of every set of at least two, and its predicted dimension.

    Parameters
    ----------
    train
        Texts of K classes.
    words
        Size of the vocabulary.
    weighting
        One of WEIGHTINGS.
    """
    groups, products = _summed(train, words, weighting)
    means = products / np.outer(groups.sizes(), groups.sizes())
    for size in range(2, len(means) + 1):
        chosen = np.array(list(combinations(range(len(means)), size)))
        within = means[chosen[:, :, None], chosen[:, None, :]]
        found = dimension_of(class_variances(within, np.ones(size), np.eye(size)))
        yield from ((size, int(dimension)) for dimension in found)
