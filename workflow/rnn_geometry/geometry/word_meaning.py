"""What words do to a trained network, in words: telling words of a class, and pairs of them.

Effects are those of `integration.sequence_effects` at the centre of the manifold, on logits; for
single-label tasks relative to their mean over classes, since only differences of logits choose.
Shapes: V words, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_geometry.store.columns import Column, columns
from rnn_geometry.tasks.sentences import Sentences

COLUMNS = columns(
    Column(
        "effect_log_odds_correlation",
        "text: Spearman correlation over words (ten in training at least) of a word's effect on a"
        " class with its log-odds for the class, mean over classes",
    ),
    Column(
        "order_effect",
        "median over 300 pairs of telling words of abs(e(AB) - e(BA)) over abs(e(A)) + abs(e(B))",
    ),
    Column("pair_miss", "the same of abs(e(AB) - e(A) - e(B))"),
)
# Of words.csv.
WORDS = columns(
    Column("class", "name of the class", kind="word"),
    Column("rank", "1 for the word with the largest effect on the class", kind="count"),
    Column("word", "the word", kind="word"),
    Column("count", "how often it stands in the training texts", kind="count"),
    Column("effect", "what it adds to the class at the centre of the manifold", "logits"),
    Column("log_odds", "its log-odds for the class, from counts in the training texts"),
)

TOP_WORDS = 10
TELLING_COUNT = (
    10  # occurrences in training from which a word is listed and its log-odds mean something
)
PAIRS = 300

Effects = Callable[[np.ndarray], np.ndarray]  # word ids (N, m) -> effects (N, k)


def class_log_odds(train: Sentences, words: int, classes: int) -> np.ndarray:
    """Return the log-odds of words for classes.

    Parameters
    ----------
    train
        Training texts.
    words
        Size V of the vocabulary.
    classes
        Number C of classes or labels.

    Returns
    -------
    numpy.ndarray
        (V, C): ln(p(word | class) / p(word | reference)), with half a word added to every
        count. The reference is the mean share over classes, or for labels (n, C) the share in
        texts without the label.
    """
    labels = np.repeat(train.labels, train.lengths, axis=0)
    members = labels[:, None] == np.arange(classes) if labels.ndim == 1 else labels > 0

    def share(chosen: np.ndarray) -> np.ndarray:
        counts = (
            np.stack(
                [np.bincount(train.tokens, weights=column, minlength=words) for column in chosen.T],
                1,
            )
            + 0.5
        )
        return counts / counts.sum(axis=0)

    own = share(members)
    other = own.mean(axis=1, keepdims=True) if labels.ndim == 1 else share(~members)
    return np.log(own / other)


def centred(effects: np.ndarray, multi_label: bool) -> np.ndarray:
    """Return effects on logits relative to their mean over classes; of labels as they are.

    Parameters
    ----------
    effects
        (..., C).
    multi_label
        Whether the outputs are labels.
    """
    return effects if multi_label else effects - effects.mean(axis=-1, keepdims=True)


def top_words(effects: np.ndarray, counts: np.ndarray, count: int = TOP_WORDS) -> np.ndarray:
    """Return the words, common enough in training, with the largest effect on each class.

    Parameters
    ----------
    effects
        (V, C).
    counts
        (V,) in training.
    count
        How many words.

    Returns
    -------
    numpy.ndarray
        Ids (C, count).
    """
    ranked = np.where((counts >= TELLING_COUNT)[:, None], effects, -np.inf)
    ranked[:2] = -np.inf  # <pad> and <unk>
    return np.argsort(-ranked, axis=0, kind="stable")[
        : min(count, int((counts[2:] >= TELLING_COUNT).sum()))
    ].T


def effect_rank_correlation(
    effects: np.ndarray, odds: np.ndarray, counts: np.ndarray
) -> float | None:
    """Return how well the effects of words follow their log-odds.

    Parameters
    ----------
    effects
        (V, C).
    odds
        (V, C).
    counts
        (V,) in training; rare words are left out.

    Returns
    -------
    float or None
        Spearman correlation over words, mean over classes; None with fewer than three words.
    """
    rows = np.flatnonzero(counts >= TELLING_COUNT)
    rows = rows[rows >= 2]
    if len(rows) < 3:
        return None
    from scipy import stats

    values: list[Any] = [
        stats.spearmanr(effects[rows, i], odds[rows, i])[0] for i in range(effects.shape[1])
    ]
    return float(np.mean(values)) if np.isfinite(values).all() else None


def order_effects(
    effects: Effects, words: Sequence[int] | np.ndarray, seed: int
) -> dict[str, float | None]:
    """Return how much the order of two words matters.

    Parameters
    ----------
    effects
        From word ids (N, m) to their effects (N, k).
    words
        Ids, from which PAIRS pairs A, B are drawn.
    seed
        Of the pairs.

    Returns
    -------
    dict
        order_effect: median of |e(AB) - e(BA)| / (|e(A)| + |e(B)|); pair_miss: the same of
        |e(AB) - e(A) - e(B)|.
    """
    ids = np.asarray(words)
    if len(ids) < 2:
        return {"order_effect": None, "pair_miss": None}
    generator = np.random.default_rng(seed)
    pairs = np.stack([generator.choice(ids, 2, replace=False) for _ in range(PAIRS)])
    forth, back = effects(pairs), effects(pairs[:, ::-1])
    first, second = effects(pairs[:, :1]), effects(pairs[:, 1:])
    length = np.linalg.norm(first, axis=1) + np.linalg.norm(second, axis=1)
    if not length.all():
        return {"order_effect": None, "pair_miss": None}
    return {
        "order_effect": float(np.median(np.linalg.norm(forth - back, axis=1) / length)),
        "pair_miss": float(np.median(np.linalg.norm(forth - first - second, axis=1) / length)),
    }
