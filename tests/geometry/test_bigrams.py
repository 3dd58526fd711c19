"""Pairs of neighbours as words, and what a linear classifier makes of them."""

import numpy as np

from rnn_geometry.geometry.bigrams import frequent_pairs, with_pairs
from rnn_geometry.geometry.word_counts import bag_of_bigrams, bag_of_words
from rnn_geometry.tasks.sentences import Sentences

WORDS = 6


def test_pairs_do_not_reach_over_sentences():
    texts = Sentences.from_lists([[1, 2], [1, 2], [1, 2, 3], [], [3, 1]], np.zeros(5))
    assert frequent_pairs(texts, WORDS).tolist() == [1 * WORDS + 2]  # 2 3 and 3 1 stand once
    found = with_pairs(texts, np.array([WORDS + 2, 5 * WORDS + 5]), WORDS)
    assert [found.padded(np.array([i]))[0][0].tolist() for i in (0, 2, 4)] == [
        [1, 2, WORDS],
        [1, 2, 3, WORDS],
        [3, 1],
    ]
    assert found.lengths.tolist() == [3, 3, 4, 0, 2]
    none = with_pairs(texts, np.array([], dtype=np.int64), WORDS)
    assert none.tokens.tolist() == texts.tokens.tolist()


def test_where_order_alone_tells_the_class_a_bag_of_bigrams_reads_it():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    fill = rng.integers(4, 6, size=(400, 4))
    rows = [[*f[:2], *((2, 3) if y else (3, 2)), *f[2:]] for f, y in zip(fill, labels, strict=True)]
    texts = Sentences.from_lists(rows, labels)
    train, test = texts.subset(np.arange(300)), texts.subset(np.arange(300, 400))
    assert bag_of_words(train, {"test": test}, WORDS, 0)["test"] < 0.7
    assert bag_of_bigrams(train, test, WORDS, 0) == 1
