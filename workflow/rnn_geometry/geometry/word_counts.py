"""What word counts alone say.

The dimension they predict before any training, and a bag of words' accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from rnn_geometry.geometry.class_counts import WEIGHTINGS, count_matrix, predictions
from rnn_geometry.geometry.dimension import count_components, participation_ratio, principal_axes
from rnn_geometry.tasks.sentences import Sentences

STRENGTHS = (0.01, 0.1, 1.0)  # inverse L2 strengths tried for the bag of words
TUNING_SHARE = 0.1  # of the training sentences, to choose among them


def word_statistics(
    train: Sentences, test: Sentences, words: int, meta: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Return the contents of word_statistics.json for a task with a vocabulary of `words`."""
    means = class_mean_counts(train, words)
    shares = principal_axes(means)[2]
    found = predictions(train, words, meta, seed)
    return {
        "dimension_predicted": count_components(shares, 0.95),
        "participation_ratio_predicted": participation_ratio(means),
        "variance_ratio": shares.tolist(),
        **{
            f"dimension_predicted_{name}": found["dimension"][name]
            for name in WEIGHTINGS
            if name != "raw"
        },
        "resampled": found["resampled"],
        "subsets": found["subsets"],
        "bag_of_words_accuracy": bag_of_words(train, test, words, seed),
        "majority_accuracy": majority_accuracy(train.labels, test.labels),
    }


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


def bag_of_words(train: Sentences, test: Sentences, words: int, seed: int) -> float:
    """Return the test accuracy of a linear classifier on word counts (an embedding sum with a
    linear readout).

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
    return _score(best, count_matrix(test, words), test.labels)


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
