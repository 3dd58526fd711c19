"""Sets of classes chosen by rule: all of them, drawn ones, the farthest apart and the nearest.

    python -m rnn_geometry.geometry.class_sets results/forecast/data/dbpedia-14 3 4 5 6 8

prints them as sweeps of a configuration. A rule looks at the texts of the classes and never at a
network. Shapes: K classes or labels.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
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
) -> dict[tuple[str, str], list]:
    """Return the sets of a whole data set by rule and by key of a task that a sweep varies.

    Labels: `drawn` among those of LEAST_ROWS texts. Ordered classes: `all` sets, and all merges of
    neighbours (`merged`). Other classes: `all` sets where these are at most MOST, else the
    farthest apart (`far`) and the nearest (`near`).

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
    classes, seeds = len(meta["class_names"]), {n: _seed(meta, n) for n in sizes}
    if meta["multi_label"]:
        rows = sentences.labels.sum(axis=0, dtype=np.int64)
        pool = np.flatnonzero(rows >= LEAST_ROWS).tolist()
        drawn = [one for n in sizes for one in drawn_sets(pool, n, DRAWN, seeds[n])]
        return {("drawn", "classes"): drawn}
    if meta["ordered"]:
        merged = [one for n in sizes if n < classes for one in merges(classes, n)]
        return {("all", "classes"): every_set(classes, sizes), ("merged", "merge"): merged}
    if sum(comb(classes, n) for n in sizes) <= MOST:
        return {("all", "classes"): every_set(classes, sizes)}
    distances = class_distances(sentences, words)
    found = [far_and_near(distances, n, EACH, seeds[n]) for n in sizes]
    return {
        (rule, "classes"): [one for by_rule in found for one in by_rule[rule]]
        for rule in ("far", "near")
    }


def _seed(meta: Mapping[str, Any], size: int) -> int:
    return derive_seed("sets", meta["name"], size)


def sweep_text(name: str, over: str, values: Sequence[Sequence[Any]]) -> str:
    """Return a sweep of a configuration, to which a task is to be added.

    Parameters
    ----------
    name, over, values
        Keys of a sweep; sets of class ids, or for `merge` lists of them.

    Examples
    --------
    >>> print(sweep_text("news-all", "classes", [(0, 1), (0, 2)]))
      - name: news-all
        over: classes
        values:
          - [0, 1]
          - [0, 2]
    """
    shown = [[list(one) if isinstance(one, tuple) else one for one in value] for value in values]
    lines = [f"  - name: {name}", f"    over: {over}", "    values:"]
    return "\n".join([*lines, *(f"      - {value}" for value in shown)])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print sweeps.

    Parameters
    ----------
    arguments
        Of the command line; None for those of the process.
    """
    parser = argparse.ArgumentParser(description="Print sweeps over sets of classes.")
    parser.add_argument("folder", help="results/data/{task} of all classes", type=Path)
    parser.add_argument("sizes", type=int, nargs="+", help="classes of a set")
    asked = parser.parse_args(arguments)
    meta = Meta.read(asked.folder / "meta.json")
    words = len(Vocabulary.read(asked.folder / "vocab.json").words)
    sentences = read_sentences(asked.folder / "train.parquet")
    for (rule, over), values in chosen_sets(sentences, words, meta, asked.sizes).items():
        print(sweep_text(f"{meta['name']}-{rule}", over, values))


if __name__ == "__main__":
    main()
