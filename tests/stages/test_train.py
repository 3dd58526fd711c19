"""The job that trains one network: seeds, and the control of shuffled words."""

import numpy as np

from rnn_geometry.stages.train import run_seeds, shuffled_words
from rnn_geometry.tasks.sentences import Sentences


def test_shuffling_moves_words_within_their_sentence_only():
    rows = [list(range(10 * i, 10 * i + 8)) for i in range(40)]
    sentences = Sentences.from_lists(rows, np.arange(40))
    shuffled = shuffled_words(sentences, 0)
    parts = np.split(shuffled.tokens, shuffled.offsets[1:-1])
    assert [sorted(part) for part in parts] == rows
    assert sum(list(part) == row for part, row in zip(parts, rows, strict=True)) < 3
    assert np.array_equal(shuffled.labels, sentences.labels)
    assert np.array_equal(shuffled_words(sentences, 0).tokens, shuffled.tokens)
    assert not np.array_equal(shuffled_words(sentences, 1).tokens, shuffled.tokens)


def test_purposes_and_wildcards_have_seeds_of_their_own():
    identity = {"task": "a", "model": "gru", "l2": "0", "seed": "1"}
    seeds = run_seeds(identity)
    assert len({*seeds.values(), *run_seeds({**identity, "seed": "2"}).values()}) == 6
