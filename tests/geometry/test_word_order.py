"""Words shuffled within windows."""

import numpy as np

from rnn_geometry.geometry.word_order import shuffled_within
from rnn_geometry.tasks.sentences import Sentences

TEXTS = Sentences.from_lists([list(range(40)), list(range(100, 107)), [5]] * 200, np.arange(600))


def test_words_stay_within_their_sentence_and_near_their_place():
    for window in (2, 4, 8):
        found = shuffled_within(TEXTS, window, 0)
        moved = []
        for i in range(len(TEXTS)):
            words = found.tokens[found.offsets[i] : found.offsets[i + 1]]
            true = TEXTS.tokens[TEXTS.offsets[i] : TEXTS.offsets[i + 1]]
            assert sorted(words) == true.tolist()
            moved.append(np.abs(words - true).max())
        assert max(moved) == window - 1


def test_every_pair_of_neighbours_may_be_turned():
    found = shuffled_within(TEXTS, 2, 0).padded(np.arange(0, 600, 3))[0]
    turned = (found[:, :-1] > found[:, 1:]).mean(axis=0)
    np.testing.assert_allclose(turned, 0.25, atol=0.15)  # half of the windows, half of their orders


def test_a_whole_sentence_is_one_window_without_a_size():
    found = shuffled_within(TEXTS, None, 0).padded(np.arange(0, 600, 3))[0]
    assert np.abs(found - np.arange(40)).max() > 30
    np.testing.assert_allclose(found.mean(axis=0), 19.5, atol=4)


def test_the_seed_draws_the_order():
    one, same, other = (shuffled_within(TEXTS, 4, seed).tokens for seed in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).any()
