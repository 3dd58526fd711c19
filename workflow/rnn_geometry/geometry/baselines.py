"""What a test accuracy is held against: one and the same answer to every sentence."""

from __future__ import annotations

from math import sqrt

import numpy as np

from rnn_geometry.store.columns import Column, columns

ERRORS = 2.33  # standard errors beyond: by chance once in a hundred

CONSTANT = columns(
    Column(
        "constant_accuracy",
        "test accuracy of the best constant answer: the commonest class, or combination of labels,"
        " of the test split itself",
    ),
    Column(
        "learned_above",
        "test accuracy beyond which a network counts as `learned`: `constant_accuracy` and 2.33 of"
        " its binomial standard errors; empty where no accuracy is beyond it, as on a test split of"
        " one class or of a few sentences",
    ),
)

# What network and bag of words are asked beyond the test split.
HARDER = columns(
    Column(
        "longer_accuracy",
        "accuracy on sentences twice as long as those of the task, labelled by the same boundaries;"
        " of texts on the test texts longer than the median",
    ),
    Column(
        "unbalanced_accuracy",
        "accuracy on sentences of which half are of one class (or combination of labels), a fourth"
        " of another, and so on; empty for texts, and where a class is too rare",
    ),
    Column(
        "new_counts_accuracy",
        "accuracy on sentences whose word counts no training sentence has, as close calls as those"
        " of test; empty for texts, and where fewer than 100 such counts are found",
    ),
)
HARDER_OF_TASK = columns(
    Column(
        "seen_counts_share", "share of test sentences whose word counts a training sentence has"
    ),
    *(HARDER[name].again("_bag_of_words", "of the bag of words") for name in HARDER),
)


def constant_accuracy(labels: np.ndarray) -> float:
    """Return the accuracy of the best constant answer.

    Parameters
    ----------
    labels
        Class ids (n,), or zeros and ones (n, C), whose best answer is their commonest combination.

    Examples
    --------
    >>> constant_accuracy(np.array([[1, 0], [1, 0], [0, 1], [1, 1]]))
    0.5
    """
    counts = np.unique(labels, axis=0, return_counts=True)[1]
    return float(counts.max() / len(labels))


def learned_above(constant: float, sentences: int) -> float | None:
    """Return the test accuracy that is beyond a constant answer by more than chance.

    Parameters
    ----------
    constant
        Accuracy of the best constant answer.
    sentences
        Number n of test sentences.

    Returns
    -------
    float or None
        2.33 binomial standard errors above it, one-sided: once in a hundred by chance. None where
        even a network that is always right is not beyond it.

    Examples
    --------
    >>> learned_above(0.5, 2500)
    0.5233
    >>> learned_above(1.0, 2500) is None
    True
    """
    limit = constant + ERRORS * sqrt(constant * (1 - constant) / sentences)
    return limit if limit < 1 else None
