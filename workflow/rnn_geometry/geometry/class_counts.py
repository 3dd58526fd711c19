"""The dimension that word counts predict before any training: weightings, resampled documents,
subsets of classes.

The prediction is the number of principal components for 95 % of the variance of the classes' mean
word counts (SCIENCE: PCA of the per-class means). With K classes that needs the K x K matrix of
their inner products only, so that thousands of subsets cost seconds. Shapes: n documents, V words,
G groups (classes, or the label combinations that occur).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import sparse

from rnn_geometry.geometry.dimension import count_components
from rnn_geometry.tasks.sentences import Sentences

WEIGHTINGS = ("raw", "frequency", "tfidf")
VARIANCE = 0.95
RESAMPLES = 100
LOW, HIGH = 0.05, 0.95
MOST_GROUPS = 64  # beyond, resampling takes minutes and is left out


def count_matrix(sentences: Sentences, words: int) -> sparse.csr_matrix:
    """Return word counts (n, V) as a sparse matrix."""
    ones = np.ones(len(sentences.tokens))
    # Copied, since summing duplicates reorders the arrays that the matrix was made of.
    parts = (ones, sentences.tokens, sentences.offsets)
    counts = sparse.csr_matrix(parts, shape=(len(sentences), words), copy=True)
    counts.sum_duplicates()
    return counts


def weighted(counts: sparse.csr_matrix, weighting: str) -> sparse.csr_matrix:
    """Return documents (n, V) under a weighting.

    raw: word counts; frequency: counts over the length of the document; tfidf: frequencies times
    ln(n / number of documents that hold the word).
    """
    if weighting == "raw":
        return counts
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    frequencies = sparse.diags(1 / np.maximum(lengths, 1)) @ counts
    if weighting == "frequency":
        return sparse.csr_matrix(frequencies)
    documents, words = counts.get_shape()
    held = np.bincount(counts.indices, minlength=words)
    return sparse.csr_matrix(frequencies @ sparse.diags(np.log(documents / np.maximum(held, 1))))


@dataclass(frozen=True)
class Groups:
    """labels (G,) class ids or (G, C) label combinations, in order.

    Of (n,): the group of each document.
    """

    labels: np.ndarray
    of: np.ndarray

    @classmethod
    def make(cls, labels: np.ndarray) -> Groups:
        """Group documents by class (n,) or by label combination (n, C)."""
        found, of = np.unique(labels, axis=0, return_inverse=True)
        return cls(found, of.ravel())

    def sums(self, documents: sparse.csr_matrix, weights: np.ndarray) -> sparse.csr_matrix:
        """Return the weighted sum of the documents of every group, (G, V)."""
        shape = (len(self.labels), len(self.of))
        return (
            sparse.csr_matrix((weights, (self.of, np.arange(len(self.of)))), shape=shape)
            @ documents
        )

    def sizes(self) -> np.ndarray:
        """Return the number of documents of every group, (G,)."""
        return np.bincount(self.of, minlength=len(self.labels)).astype(np.float64)


def inner_products(sums: sparse.csr_matrix) -> np.ndarray:
    """Return the inner products (G, G) of group sums (G, V)."""
    return (sums @ sums.T).toarray()


def predicted(products: np.ndarray, sizes: np.ndarray, merged: np.ndarray) -> int | None:
    """Return the predicted dimension of K classes: merged (K, G) says which groups each is made of.

    products: inner products (G, G) of the groups' sums; sizes: their numbers of documents (G,).
    None where all class means are equal.
    """
    means = merged / (merged @ sizes)[:, None]
    gram = means @ products @ means.T
    centred = gram - gram.mean(axis=0) - gram.mean(axis=1, keepdims=True) + gram.mean()
    variances = np.linalg.eigvalsh(centred)[::-1].clip(min=0)
    # Where nothing differs, rounding does.
    if variances.sum() <= 1e-12 * np.trace(gram):
        return None
    return count_components(variances / variances.sum(), VARIANCE)


def resampled_dimension(
    documents: sparse.csr_matrix, groups: Groups, full: int | None, seed: int
) -> dict[str, Any]:
    """Return how sure a prediction is: its 5 % and 95 % quantiles over bootstrap samples of the
    documents of each class (`low`, `high`), and the share of samples that agree with all documents;
    None with more than 64 groups.
    """
    if len(groups.labels) > MOST_GROUPS or full is None:
        return dict.fromkeys(("low", "high", "agreement"))
    generator, every = np.random.default_rng(seed), np.eye(len(groups.labels))
    members = [np.flatnonzero(groups.of == group) for group in range(len(groups.labels))]
    found = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([generator.choice(rows, len(rows)) for rows in members])
        weights = np.bincount(drawn, minlength=len(groups.of)).astype(np.float64)
        found.append(
            predicted(inner_products(groups.sums(documents, weights)), groups.sizes(), every)
        )
    values = np.array([value for value in found if value is not None])
    low, high = np.quantile(values, [LOW, HIGH], method="nearest")
    return {"low": int(low), "high": int(high), "agreement": float((values == full).mean())}


def predictions(train: Sentences, words: int, meta: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the predictions of a task under every weighting, their uncertainty, and those for
    subsets of its classes.

    meta: multi_label, ordered (both default to false) and classes.
    """
    counts, groups = count_matrix(train, words), Groups.make(train.labels)
    every, sizes = np.eye(len(groups.labels)), groups.sizes()
    found: dict[str, Any] = {"dimension": {}, "resampled": {}}
    products = {}
    for weighting in WEIGHTINGS:
        documents = weighted(counts, weighting)
        products[weighting] = inner_products(groups.sums(documents, np.ones(len(train))))
        dimension = predicted(products[weighting], sizes, every)
        found["dimension"][weighting] = dimension
        found["resampled"][weighting] = resampled_dimension(documents, groups, dimension, seed)
    found["subsets"] = [
        {**facts, **{name: predicted(products[name], sizes, merged) for name in WEIGHTINGS}}
        for facts, merged in subsets(groups.labels, meta)
    ]
    return found


def subsets(
    labels: np.ndarray, meta: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Yield subsets of classes as (classes, rule and expected dimension; which groups make up each
    class, (K, G)).

    Classes: the first N, N = 2, 3, ..., and of five ordered ones stars 1, 3 and 5. Labels, where
    there are more than three: all pairs and triples, whose classes are the combinations of just
    these labels.
    """
    if labels.ndim == 1:
        for rule, chosen in class_subsets(len(labels), bool(meta.get("ordered"))):
            expected = min(2, len(chosen) - 1) if meta.get("ordered") else len(chosen) - 1
            yield (
                {"classes": list(chosen), "rule": rule, "expected": expected},
                np.eye(len(labels))[list(chosen)],
            )
    elif labels.shape[1] > 3:
        for size, rule in ((2, "pair"), (3, "triple")):
            for chosen in combinations(range(labels.shape[1]), size):
                _, of = np.unique(labels[:, chosen], axis=0, return_inverse=True)
                merged = (of.ravel() == np.arange(of.max() + 1)[:, None]).astype(np.float64)
                yield {"classes": list(chosen), "rule": rule, "expected": size}, merged


def class_subsets(count: int, ordered: bool) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield (rule, classes) of the subsets of `count` classes; a task of two classes has none."""
    for size in range(2, count + 1) if count > 2 else ():
        yield "first", range(size)
    if ordered and count == 5:
        yield "stars 1 3 5", (0, 2, 4)
