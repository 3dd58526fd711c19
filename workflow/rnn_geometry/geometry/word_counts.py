"""What word counts alone say before any training: the dimension they predict, under several
weightings and for subsets of the classes, and the accuracy of a bag of words.

The prediction is the number of principal components for 95 % of the variance of the classes' mean
word counts; beside it stands what permuted labels give. With K classes that needs the K x K matrix
of their inner products only, so that thousands of subsets cost seconds. Shapes: n documents, V
words, G groups (classes, or the label combinations that occur).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy import sparse

from rnn_geometry.geometry.baselines import constant_accuracy, learned_above
from rnn_geometry.geometry.bigrams import frequent_pairs, with_pairs
from rnn_geometry.geometry.class_means import (
    MOST_GROUPS,
    NULL,
    SUBSET_NULL,
    VARIANCE,
    Groups,
    class_variances,
    dimension_null,
    dimension_of,
    inner_products,
    permuted_products,
    spread_null,
)
from rnn_geometry.geometry.dimension import count_components, participation_ratio, principal_axes
from rnn_geometry.identity import derive_seed
from rnn_geometry.tasks.harder import HARDER, seen_counts_share
from rnn_geometry.tasks.sentences import Sentences

WEIGHTINGS = ("raw", "frequency", "tfidf")
RESAMPLES = 100
LOW, HIGH = 0.05, 0.95
STRENGTHS = (0.01, 0.1, 1.0)  # inverse L2 strengths tried for the bag of words
TUNING_SHARE = 0.1  # of the training sentences, to choose among them


def word_statistics(
    train: Sentences,
    test: Sentences,
    words: int,
    meta: Mapping[str, Any],
    seed: int,
    harder: Mapping[str, Sentences | None] | None = None,
) -> dict[str, Any]:
    """Return the contents of word_statistics.json.

    Parameters
    ----------
    train, test
        Sentences of the task.
    words
        V, the size of its vocabulary.
    meta
        Facts of the task: multi_label, ordered (both default to false), classes, the name, from
        which permutations of the labels are seeded, and kind and modifiers: texts and context tasks
        get a bag of bigrams.
    seed
        Of resampling, and of the sentences that the bag of words is tuned on.
    harder
        Sentences that ask more, see `tasks.harder`; None: there are none.
    """
    means = class_mean_counts(train, words)
    shares = principal_axes(means)[2]
    found = predictions(train, words, meta, seed)
    constant = constant_accuracy(test.labels)
    harder = harder or dict.fromkeys(HARDER)
    bag = bag_of_words(train, {"test": test, **harder}, words, seed)
    return {
        "dimension_predicted": count_components(shares, VARIANCE),
        "participation_ratio_predicted": participation_ratio(means),
        "variance_ratio": shares.tolist(),
        **{
            f"dimension_predicted_{name}": found["dimension"][name]
            for name in WEIGHTINGS
            if name != "raw"
        },
        **found["null"],
        "resampled": found["resampled"],
        "subsets": found["subsets"],
        "bag_of_words_accuracy": bag["test"],
        "bag_of_bigrams_accuracy": bag_of_bigrams(train, test, words, seed)
        if meta.get("kind") == "text" or meta.get("modifiers")
        else None,
        **{f"{name}_accuracy_bag_of_words": bag[name] for name in harder},
        "seen_counts_share": seen_counts_share(train, test),
        "majority_accuracy": majority_accuracy(train.labels, test.labels),
        "constant_accuracy": constant,
        "learned_above": learned_above(constant, len(test)),
    }


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


def predicted(products: np.ndarray, sizes: np.ndarray, merged: np.ndarray) -> int | None:
    """Return the predicted dimension of K classes; arguments as of `class_variances`.

    None where all class means are equal.
    """
    return int(dimension_of(class_variances(products, sizes, merged))) or None


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
    """Return the predicted dimensions of a task.

    Parameters
    ----------
    train, words, meta, seed
        As of `word_statistics`.

    Returns
    -------
    dict
        `dimension` under every weighting, how sure it is (`resampled`), what permuted labels give
        (`null`), and the dimensions of `subsets` of its classes.
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
    permuted = permuted_products(counts, groups, derive_seed("permutations", meta.get("name")))
    variances = class_variances(permuted, sizes, every)
    middle, p = dimension_null(found["dimension"]["raw"], variances)
    ratio, spread_p = spread_null(class_variances(products["raw"], sizes, every), variances)
    found["null"] = dict(zip(NULL, (middle, p, ratio, spread_p), strict=True))
    found["subsets"] = []
    for facts, merged in subsets(groups.labels, meta):
        row = facts | {name: predicted(products[name], sizes, merged) for name in WEIGHTINGS}
        null = dimension_null(row["raw"], class_variances(permuted, sizes, merged))
        found["subsets"].append(row | dict(zip(SUBSET_NULL, null, strict=True)))
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


def majority_accuracy(train: np.ndarray, test: np.ndarray) -> float:
    """Return the test accuracy of always answering the commonest training label, or combination of
    labels (n, C)."""
    kinds, counts = np.unique(train, axis=0, return_counts=True)
    right = test == kinds[counts.argmax()]
    return float(right.mean() if test.ndim == 1 else right.all(axis=1).mean())


def class_mean_counts(sentences: Sentences, words: int) -> np.ndarray:
    """Return mean word counts (K, V) of each class, or of each combination of labels that occurs
    (multi-label)."""
    labels = sentences.labels.reshape(len(sentences), -1)
    _, group = np.unique(labels, axis=0, return_inverse=True)
    members = sparse.csr_matrix((np.ones(len(labels)), (group.ravel(), np.arange(len(labels)))))
    sums = sparse.csr_matrix(members @ count_matrix(sentences, words)).toarray()
    return sums / np.bincount(group.ravel())[:, None]


def bag_of_words(
    train: Sentences, tests: Mapping[str, Sentences | None], words: int, seed: int
) -> dict[str, float | None]:
    """Return accuracies of a linear classifier on word counts (an embedding sum with a linear
    readout), by the names of `tests`; None where there are no sentences.

    Its L2 strength is chosen on a tenth of the training sentences. Multi-label: one classifier a
    label; a sentence is right when all of its labels are.
    """
    order = np.random.default_rng(seed).permutation(len(train))
    held_out, rest = np.split(order, [max(1, int(TUNING_SHARE * len(order)))])
    x, y = count_matrix(train, words), train.labels
    scores = [
        _score(_fit(x[rest], y[rest], strength), x[held_out], y[held_out]) for strength in STRENGTHS
    ]
    best = _fit(x, y, STRENGTHS[int(np.argmax(scores))])
    return {
        name: None if test is None else _score(best, count_matrix(test, words), test.labels)
        for name, test in tests.items()
    }


def bag_of_bigrams(train: Sentences, test: Sentences, words: int, seed: int) -> float | None:
    """Return the accuracy of the same classifier on counts of words and of pairs of neighbours."""
    pairs = frequent_pairs(train, words)
    both = [with_pairs(part, pairs, words) for part in (train, test)]
    return bag_of_words(both[0], {"test": both[1]}, words + len(pairs), seed)["test"]


def _fit(x: sparse.csr_matrix, y: np.ndarray, strength: float) -> list:
    """Return one fitted classifier, or one per label.

    A label that never varies gets a constant one.
    """
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression

    def fitted(target: np.ndarray):
        varies = (target != target[0]).any()
        model = (
            LogisticRegression(C=strength, max_iter=1000, tol=1e-3) if varies else DummyClassifier()
        )
        return model.fit(x, target)

    return [fitted(target) for target in ([y] if y.ndim == 1 else y.T)]


def _score(models: list, x: sparse.csr_matrix, y: np.ndarray) -> float:
    targets = y[:, None] if y.ndim == 1 else y
    right = np.stack(
        [model.predict(x) == target for model, target in zip(models, targets.T, strict=True)]
    )
    return float(right.all(axis=0).mean())
