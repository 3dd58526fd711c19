"""Language models of running text: what states tell of a label, columns of language_text.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_geometry.geometry.language_tables import FACTS, ORDERS, QUALITY, REST
from rnn_geometry.geometry.network import CONTROL, IDENTITY, LOSS_FALLING, TRAIN_SECONDS
from rnn_geometry.store.columns import Column, columns

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SLOWEST = 4  # modes that are kept
LAGS = 20  # words, up to which texts are asked how much a word tells of later ones
SHOWN_LAGS = (1, 2, 5, 10, 20)
RIDGE, ITERATIONS = 0.1, 300  # of the logistic regression: its C, and how long it goes on

# Known of the texts before any training.
OF_TEXTS = columns(
    Column("train_words", "words of the training texts", kind="count"),
    Column("unknown", "share of test words that are outside of the vocabulary, and count as one"),
    *(
        Column(f"perplexity_ngram_{order}", f"of Kneser-Ney n-grams of order {order}, on test")
        for order in ORDERS
    ),
    Column("constant", "accuracy of always the same label on odd test texts"),
    Column(
        "label_bag_of_words",
        "accuracy of a linear map from word counts to labels, fitted on even test texts and"
        " measured on odd ones",
    ),
    Column("half_text", "half the mean length of test texts: what lasts longer is slow", "words"),
    *(
        Column(
            f"information_{lag}",
            f"what a word tells of the one {lag} further on: mutual information of the 200 most"
            " frequent words of training texts, less that of exchanged texts; empty where no text"
            " is so long",
            "nats",
        )
        for lag in SHOWN_LAGS
    ),
    Column("information_half", f"lag up to which half of that of {LAGS} lags is told", "words"),
    Column(
        "information_reach", "last lag before the first one at which nothing is certain", "words"
    ),
)
HELD = columns(
    Column("label", "`label_bag_of_words` of states after the last word"),
    Column("label_mean", "the same of the mean state of a text"),
    Column("label_slow", f"`label` along the {SLOWEST} slowest modes alone"),
    Column("label_random", "`label` along as many random directions"),
)
SLOW = columns(
    Column(
        "slow_modes",
        "modes with tau > `half_text` or |lambda| >= 1 at the slow point nearest to the mean one,"
        " under the mean word",
        kind="count",
    ),
    *(
        Column(
            f"tau_{i + 1}",
            f"time constant of mode {i + 1} there; of one that grows that of its growth",
            "words",
        )
        for i in range(SLOWEST)
    ),
    REST["slow_participation_ratio"],
    Column("words_up", "frequent words that move most along the slowest mode", kind="text"),
    Column("words_down", "those that move most against it", kind="text"),
)
LANGUAGE_TEXT = columns(
    *(IDENTITY, CONTROL, {name: FACTS[name] for name in FACTS if name != "family"}),
    OF_TEXTS,
    {name: QUALITY[name] for name in ("test_loss", "test_accuracy", "perplexity")},
    *(LOSS_FALLING, HELD, SLOW, TRAIN_SECONDS),
)


def label_accuracy(features: np.ndarray | csr_array, labels: np.ndarray) -> float:
    """Return how well a linear map tells labels: fitted on even rows, measured on odd ones.

    Parameters
    ----------
    features
        (n, D). Where it is no sparse array, every column is brought to the mean 0 and the variance
        1 of even rows.
    labels
        (n,).

    Returns
    -------
    float
        Accuracy on odd rows.

    Examples
    --------
    >>> labels = np.random.default_rng(0).integers(0, 2, 400)
    >>> label_accuracy(np.stack([labels, 0 * labels], 1).astype(float), labels)
    1.0
    """
    from sklearn.linear_model import LogisticRegression

    fitted = np.arange(len(labels)) % 2 == 0
    rows: Any = features
    if isinstance(features, np.ndarray):
        spread = features[fitted].std(0)
        rows = (features - features[fitted].mean(0)) / np.where(spread > 0, spread, 1)
    found = LogisticRegression(C=RIDGE, max_iter=ITERATIONS).fit(rows[fitted], labels[fitted])
    return float(found.score(rows[~fitted], labels[~fitted]))
