"""What word counts say of a set of classes before training, beside what its networks show after.

One row a network; `claims/forecast.py` scores them. And the forecast alone over all sets of the
classes of a data set, for which no network is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
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

# What is scored, and its column: three forecasts, and two rules that look at no text.
FORECASTS = {
    "raw": "dimension_predicted",
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
    _of(RUNS, "task", "model", "l2", "seed", "data_seed", "classes"),
    _of(TASKS, "train_rows", "mean_length"),
    _of(RUNS, "dimension_expected"),
    Column("simplex", "outputs less one: a simplex, whatever the classes are", kind="count"),
    _of(RUNS, "dimension_predicted", "dimension_predicted_frequency", "dimension_predicted_tfidf"),
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


def network_row(run: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of forecast.csv.

    Parameters
    ----------
    run
        A row of runs.csv.
    meta
        meta.json of its task.
    """
    known = {
        **run,
        **_data(meta),
        "chosen": " | ".join(meta["class_names"]),
        "train_rows": meta["rows"]["train"],
        "mean_length": meta["mean_length"],
        "simplex": run["classes"] - 1,
        "train_sha256": meta["source"].get("files", {}).get("train", {}).get("sha256"),
    }
    return {name: known[name] for name in NETWORKS}


def _data(meta: Mapping[str, Any]) -> dict[str, str]:
    source = meta["settings"]["source"]
    return {"data": source.get("folder") or source.get("hub") or "files", "kind": kind_of(meta)}


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
            yield {**_data(meta), **dict(zip(list(SETS)[2:], row, strict=True))}


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
