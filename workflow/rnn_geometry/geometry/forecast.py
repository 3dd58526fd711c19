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
from rnn_geometry.geometry.word_counts import WEIGHTINGS, count_matrix, weighted
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


def set_rows(
    train: Sentences, words: int, meta: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield rows of forecast_sets.csv: how often all sets of a data set have which forecast.

    Labels have those of pairs and triples.

    Parameters
    ----------
    train, words, meta
        Of a task with all classes: training texts, size of the vocabulary, meta.json.
    known
        word_statistics.json, which holds the pairs and triples.
    """
    if meta["multi_label"]:
        found = Counter(
            (len(one["classes"]), one["expected"], weighting, one[weighting])
            for one in known["subsets"]
            for weighting in WEIGHTINGS
        )
    else:
        most = 2 if meta["ordered"] else len(meta["class_names"])
        found = Counter(
            (size, min(size - 1, most), weighting, predicted)
            for weighting in WEIGHTINGS
            for size, predicted in predicted_of_sets(train, words, weighting)
        )
    for (size, expected, weighting, predicted), sets in sorted(found.items()):
        row = (size, expected, weighting, predicted, sets)
        yield {**_data(meta), **dict(zip(list(SETS)[2:], row, strict=True))}


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
    groups = Groups.make(train.labels)
    documents = weighted(count_matrix(train, words), weighting)
    sizes = groups.sizes()
    products = inner_products(groups.sums(documents, np.ones(len(train)))) / np.outer(sizes, sizes)
    for size in range(2, len(sizes) + 1):
        chosen = np.array(list(combinations(range(len(sizes)), size)))
        within = products[chosen[:, :, None], chosen[:, None, :]]
        found = dimension_of(class_variances(within, np.ones(size), np.eye(size)))
        yield from ((size, int(predicted)) for predicted in found)
