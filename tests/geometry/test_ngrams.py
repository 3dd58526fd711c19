"""Chances of the next word from the last few, against sources and by hand."""

import numpy as np
import pytest

from rnn_geometry.geometry.ngrams import NGrams
from rnn_geometry.tasks.language.families import build_source
from rnn_geometry.tasks.language.source import Source


def chances(grams, before, count):
    """P of every next word after `before`."""
    texts = np.array([[*before, word] for word in range(count)])
    return np.exp(-grams.surprise(texts)[:, -1])


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("before", [[], [2], [0, 1], [4, 4], [4, 0, 3]])
def test_chances_sum_to_one(order, before):
    words = np.random.default_rng(0).integers(4, size=(30, 7))  # word 4 never stands there
    assert chances(NGrams(words, 5, order=order), before, 5).sum() == pytest.approx(1)


def test_bigrams_by_hand():
    """Runs: start a, a b, b a, a a, each as often as it says; the discount is n1 / (n1 + 2 n2)."""
    grams = NGrams(np.array([[0, 1, 0, 0]]), 2, order=2)
    # Counts: (start a) 1, (a b) 1, (b a) 1, (a a) 1: all once, so the discount is 1.
    # Words behind how many others: a 3, b 1: one of them once, none twice: discount 1 again.
    a = 2 / 4 + 1 * 2 / 4 * 1 / 2
    assert chances(grams, [0], 2) == pytest.approx([a, 1 - a])


def test_of_a_chain_of_words_bigrams_learn_the_entropy():
    chain = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    says = np.stack([chain[:, w : w + 1] * np.eye(3)[w] for w in range(3)])
    source = Source("chain", tuple("abc"), tuple("abc"), np.array([1.0, 0, 0]), says)
    train, test = (source.sample(2000, 50, seed=seed)[0] for seed in (0, 1))
    best = source.surprise(test).mean()
    one, two, three = (NGrams(train, 3, order=n).surprise(test).mean() for n in (1, 2, 3))
    assert two == pytest.approx(best, abs=1e-3)
    assert three == pytest.approx(best, abs=3e-3)
    assert one > best + 0.1


def test_what_lies_further_back_is_missed():
    """The number of a subject is forgotten over a gap; half of the verbs surprise by log 2."""
    source = build_source("agreement", gap=8)
    train, test = (source.sample(1000, 60, seed=seed)[0] for seed in (0, 1))
    assert NGrams(train, 30, order=3).surprise(test).mean() > source.surprise(test).mean() + 0.02


def test_what_stands_behind_the_end_does_not_count():
    words = np.array([[0, 1, -1], [1, 0, 1]])
    grams, same = NGrams(words, 2, order=2), NGrams(np.array([[1, 0, 1], [0, 1, -1]]), 2, order=2)
    found = grams.surprise(words)
    assert np.isnan(found[0, 2])
    assert np.isfinite(found[[0, 0, 1, 1, 1], [0, 1, 0, 1, 2]]).all()
    assert np.nan_to_num(same.surprise(words)) == pytest.approx(np.nan_to_num(found))


@pytest.mark.parametrize(("count", "order"), [(5, 0), (5000, 6)])
def test_orders_that_cannot_be_counted_are_told(count, order):
    with pytest.raises(ValueError, match=f"order {order} with {count} words"):
        NGrams(np.zeros((2, 3), int), count, order=order)
