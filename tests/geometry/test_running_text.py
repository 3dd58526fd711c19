"""How much words tell of words further on: of a chain of two words it is known at every lag."""

import numpy as np
import pytest

from rnn_geometry.geometry.running_text import mutual_information

STAY = 0.9


def chain(n=4000, length=30, seed=0):
    """Texts of two words, each stays the same with STAY."""
    rng = np.random.default_rng(seed)
    turns = rng.random((n, length)) > STAY
    turns[:, 0] = rng.random(n) > 0.5
    return turns.cumsum(1) % 2


def known(lag):
    """Of two words as likely, the same again with this chance."""
    same = (1 + (2 * STAY - 1) ** lag) / 2
    parts = np.array([same, 1 - same])
    return np.log(2) + (parts * np.log(parts)).sum()


@pytest.mark.parametrize("lag", [1, 2, 5, 10])
def test_the_information_of_a_chain_is_as_known(lag):
    found, error = mutual_information(chain(), lag, seed=0)
    assert found == pytest.approx(known(lag), rel=0.05, abs=5e-4)
    assert error < 1e-3


def test_words_that_follow_their_place_alone_tell_nothing():
    texts = np.tile(np.arange(20), (500, 1))
    texts[::3, 12:] = -1  # shorter ones
    assert mutual_information(texts, 3, seed=0) == (0, 0)


def test_chance_is_taken_away():
    texts = np.random.default_rng(0).integers(0, 150, (300, 20))
    found, error = mutual_information(texts, 2, seed=0)
    assert abs(found) < 5 * error + 0.02


def test_rare_words_are_one():
    texts = chain()
    rare = np.where(texts == 1, 1 + np.arange(len(texts))[:, None], 0)
    found, _ = mutual_information(rare, 1, seed=0, most=1)
    assert found == pytest.approx(known(1), rel=0.05)


def test_lags_that_no_text_has_are_refused():
    with pytest.raises(ValueError, match="lag is 30"):
        mutual_information(chain(n=10), 30, seed=0)
