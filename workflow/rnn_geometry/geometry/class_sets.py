"""Sets of classes chosen by rule: all of them, drawn ones, the farthest apart and the nearest.

    python -m rnn_geometry.geometry.class_sets results/forecast/data/dbpedia-14 3 4 5 6 8

prints them as tasks of a configuration. A rule looks at the texts of the classes and never at a
network. Shapes: K classes or labels.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.geometry.class_means import Groups, inner_products
from rnn_geometry.geometry.word_counts import count_matrix, weighted
from rnn_geometry.identity import derive_seed
from rnn_geometry.store.artifacts import Meta, Vocabulary
from rnn_geometry.tasks.sentences import Sentences, read_sentences

MOST = 20  # sets; where there are more, some of them are chosen
CANDIDATES = 500  # sets drawn, among which the farthest apart and the nearest are looked for
LEAST_ROWS = 1000  # of a label
EACH = 2  # sets of a size that are far apart, and as many that are near
DRAWN = 8  # sets of labels of a size

Set = tuple[int, ...]


def every_set(classes: int, sizes: Sequence[int]) -> list[Set]:
    """Return all sets of so many of K classes, in order.

    Parameters
    ----------
    classes
        K.
    sizes
        Classes of a set.

    Examples
    --------
    >>> every_set(3, [2, 3])
    [(0, 1), (0, 2), (1, 2), (0, 1, 2)]
    """
    return [chosen for size in sizes for chosen in combinations(range(classes), size)]


def merges(levels: int, size: int) -> list[tuple[Set, ...]]:
    """Return all ways to merge neighbours of ordered levels, so that `size` classes are left.

    Parameters
    ----------
    levels
        K.
    size
        Classes that are left.

    Examples
    --------
    >>> merges(3, 2)
    [((0,), (1, 2)), ((0, 1), (2,))]
    """
    return [
        tuple(tuple(range(low, high)) for low, high in zip((0, *cuts), (*cuts, levels)))
        for cuts in combinations(range(1, levels), size - 1)
    ]


def drawn_sets(pool: Sequence[int], size: int, number: int, seed: int) -> list[Set]:
    """Return different sets of a size, each as likely as any other, in the order of drawing.

    Parameters
    ----------
    pool
        Classes to draw from.
    size
        Classes of a set.
    number
        Sets; fewer where there are not so many.
    seed
        Of the draw.
    """
    generator, found = np.random.default_rng(seed), {}
    number = min(number, comb(len(pool), size))
    while len(found) < number:
        chosen = generator.choice(np.asarray(pool), size, replace=False)
        found[tuple(sorted(map(int, chosen)))] = None
    return list(found)


def class_distances(sentences: Sentences, words: int) -> np.ndarray:
    """Return the distances (K, K) between mean word frequencies of classes, each of length 1.

    Frequencies are taken of each text by its length, and the mean of a class is divided by its
    Euclidean norm: what is left is which words a class uses, not how unevenly.

    Parameters
    ----------
    sentences
        Of all classes.
    words
        Size of the vocabulary.
    """
    groups = Groups.make(sentences.labels)
    documents = weighted(count_matrix(sentences, words), "frequency")
    products = inner_products(groups.sums(documents, np.ones(len(sentences))))
    lengths = np.sqrt(np.diag(products))
    return np.sqrt((2 - 2 * products / np.outer(lengths, lengths)).clip(min=0))


def far_and_near(distances: np.ndarray, size: int, each: int, seed: int) -> dict[str, list[Set]]:
    """Return the sets whose classes are farthest apart in the mean over pairs, and the nearest.

    Parameters
    ----------
    distances
        Between classes, (K, K).
    size
        Classes of a set.
    each
        Sets of either kind.
    seed
        Of the CANDIDATES drawn sets that are looked at.

    Returns
    -------
    dict
        `far` and `near`.
    """
    candidates = drawn_sets(range(len(distances)), size, CANDIDATES, seed)
    order = np.argsort([distances[np.ix_(one, one)].sum() for one in candidates], kind="stable")
    return {
        "far": [candidates[i] for i in order[::-1][:each]],
        "near": [candidates[i] for i in order[:each]],
    }


def chosen_sets(
    sentences: Sentences, words: int, meta: Mapping[str, Any], sizes: Sequence[int]
) -> Iterator[tuple[str, str, Any]]:
    """Yield (rule, key of a task, its value) of the sets of a whole data set.

    Labels: drawn among those of LEAST_ROWS texts. Ordered classes: all sets, and all merges of
    neighbours. Other classes: all sets where these are at most MOST, else the farthest apart and
    the nearest.

    Parameters
    ----------
    sentences
        Of all classes.
    words
        Size of the vocabulary.
    meta
        meta.json.
    sizes
        Classes of a set.
    """
    classes = sentences.labels.shape[1] if meta["multi_label"] else len(np.unique(sentences.labels))
    if meta["multi_label"]:
        pool = np.flatnonzero(sentences.labels.sum(axis=0, dtype=np.int64) >= LEAST_ROWS)
        for size in sizes:
            for one in drawn_sets(pool, size, DRAWN, derive_seed("sets", meta["name"], size)):
                yield "drawn", "classes", one
        return
    if meta["ordered"] or sum(comb(classes, size) for size in sizes) <= MOST:
        for one in every_set(classes, sizes):
            yield "all", "classes", one
    else:
        distances = class_distances(sentences, words)
        for size in sizes:
            seed = derive_seed("sets", meta["name"], size)
            for rule, found in far_and_near(distances, size, EACH, seed).items():
                yield from ((rule, "classes", one) for one in found)
    for size in sizes if meta["ordered"] else ():
        yield from (("merged", "merge", one) for one in merges(classes, size) if size < classes)


def task_line(base: str, rule: str, key: str, value: Sequence[Any]) -> str:
    """Return a task of a configuration: what `base` stands for, with some of its classes.

    Parameters
    ----------
    base
        Name of a YAML anchor.
    rule
        How the classes were chosen.
    key, value
        `classes` and class ids, or `merge` and lists of them.

    Examples
    --------
    >>> task_line("news", "all", "classes", (0, 2))
    '  - {<<: *news, name: news-all-0-2, classes: [0, 2]}'
    >>> task_line("stars", "merged", "merge", ((0,), (1, 2)))
    '  - {<<: *stars, name: stars-merged-0-12, merge: [[0], [1, 2]]}'
    """
    names = "-".join("".join(map(str, one)) if key == "merge" else str(one) for one in value)
    written = [list(one) if key == "merge" else one for one in value]
    return f"  - {{<<: *{base}, name: {base}-{rule}-{names}, {key}: {written}}}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print tasks.

    Parameters
    ----------
    arguments
        Of the command line; None for those of the process.
    """
    parser = argparse.ArgumentParser(description="Print tasks of sets of classes.")
    parser.add_argument("folder", help="results/data/{task} of all classes", type=Path)
    parser.add_argument("sizes", type=int, nargs="+", help="classes of a set")
    parser.add_argument("--base", required=True, help="YAML anchor of what the tasks have in common")
    asked = parser.parse_args(arguments)
    meta = Meta.read(asked.folder / "meta.json")
    words = len(Vocabulary.read(asked.folder / "vocab.json").words)
    sentences = read_sentences(asked.folder / "train.parquet")
    for rule, key, value in chosen_sets(sentences, words, meta, asked.sizes):
        print(task_line(asked.base, rule, key, value))


if __name__ == "__main__":
    main()
