"""Telling words and their order, on word effects that are known."""

import numpy as np
import pytest

from rnn_geometry.geometry import word_meaning as meaning
from rnn_geometry.tasks.sentences import Sentences


def test_log_odds_by_hand():
    # Class 0 reads word 2 three times and word 3 once, class 1 the other way round; half a word is
    # added to each count.
    sentences = Sentences.from_lists([[2, 2, 2, 3], [3, 3, 3, 2]], np.array([0, 1]))
    odds = meaning.class_log_odds(sentences, 4, 2)
    shares = np.array([3.5, 1.5]) / 6
    assert odds[2] == pytest.approx(
        [np.log(shares[0] / shares.mean()), np.log(shares[1] / shares.mean())]
    )
    assert odds[3] == pytest.approx(odds[2][::-1])
    labels = Sentences.from_lists(
        [[2, 2, 2, 3], [3, 3, 3, 2]], np.array([[1, 1], [0, 1]], dtype=np.int8)
    )
    both = meaning.class_log_odds(labels, 4, 2)
    assert both[2, 0] == pytest.approx(np.log(3.5 / 1.5))
    # A label that every text carries: the reference is an empty set of texts, equal shares.
    assert both[2, 1] == pytest.approx(np.log((4.5 / 10) / 0.25))


def test_top_words_leave_out_rare_words_and_specials():
    effects = np.array([[9, 0], [8, 0], [7, 1], [1, 2], [5, 3], [6, 9]], dtype=float)
    counts = np.array([50, 50, 50, 50, 50, 9])
    assert meaning.top_words(effects, counts, 2).tolist() == [[2, 4], [4, 3]]
    assert meaning.top_words(effects, counts).shape == (2, 3)


def test_rank_correlation():
    odds = np.random.default_rng(0).normal(size=(30, 2))
    counts = np.full(30, 20)
    assert meaning.effect_rank_correlation(odds**3, odds, counts) == pytest.approx(1.0)
    assert meaning.effect_rank_correlation(-odds, odds, counts) == pytest.approx(-1.0)
    assert meaning.effect_rank_correlation(odds, odds, np.zeros(30)) is None


SINGLE = np.random.default_rng(1).normal(size=(10, 3))


def additive(ids):
    return SINGLE[ids].sum(axis=1)


def test_order_matters_only_where_it_does():
    words = list(range(4, len(SINGLE)))
    assert meaning.order_effects(additive, words, 0) == {
        "order_effect": 0.0,
        "pair_miss": pytest.approx(0, abs=1e-12),
    }

    def last_word(ids):
        return SINGLE[ids[:, -1]]

    forgetful = meaning.order_effects(last_word, words, 0)
    assert forgetful["order_effect"] > 0.5
    assert forgetful["pair_miss"] == pytest.approx(0.5, abs=0.2)
    assert meaning.order_effects(additive, words[:1], 0)["order_effect"] is None


def test_effects_of_single_label_tasks_are_differences():
    effects = np.array([[1.0, 2.0, 6.0]])
    assert meaning.centred(effects, False).tolist() == [[-2.0, -1.0, 3.0]]
    assert meaning.centred(effects, True) is effects
