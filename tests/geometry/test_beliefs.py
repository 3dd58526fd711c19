"""A linear reading of beliefs, from states that hold them straight, in noise or not at all."""

import numpy as np
import pytest

from rnn_geometry.geometry.beliefs import linear_reading
from rnn_geometry.tasks.language.families import build_source


@pytest.fixture(scope="module")
def places():
    """Beliefs about three topics at places of 300 texts, and which text each place is of."""
    source = build_source("topics", topics=3)
    words, _ = source.sample(300, 20, seed=0)
    beliefs = source.beliefs(words)[:, 1:]
    return beliefs.reshape(-1, 3), np.repeat(np.arange(300), 20)


def test_beliefs_that_are_held_straight_are_told(places):
    beliefs, texts = places
    turned = beliefs @ np.random.default_rng(1).normal(size=(3, 16)) + 5
    reading = linear_reading(turned, beliefs, texts)
    assert reading.r2 > 0.999
    assert reading.told(turned) == pytest.approx(beliefs, abs=0.02)


def test_noise_takes_away_what_it_must(places):
    """Of targets with as much noise in the states as there is signal, half is told."""
    rng = np.random.default_rng(2)
    targets = rng.normal(size=(40_000, 1))
    states = targets + rng.normal(size=targets.shape)
    assert linear_reading(states, targets, np.arange(40_000)).r2 == pytest.approx(0.5, abs=0.02)


def test_scores_tell_beliefs_in_part(places):
    """Sums of evidence, of which beliefs are the softmax."""
    beliefs, texts = places
    assert 0.3 < linear_reading(np.log(beliefs), beliefs, texts).r2 < 0.95


def test_states_of_other_texts_tell_nothing(places):
    beliefs, texts = places
    states = np.random.default_rng(3).normal(size=(len(beliefs), 64))
    assert linear_reading(states, beliefs, texts).r2 < 0.02


def test_targets_that_do_not_vary_have_no_share(places):
    _, texts = places
    states = np.random.default_rng(4).normal(size=(len(texts), 3))
    assert np.isnan(linear_reading(states, np.ones((len(texts), 1)), texts).r2)


@pytest.mark.parametrize("texts", [[0, 2, 4], [1, 3, 3]])
def test_texts_of_one_half_are_told(texts):
    with pytest.raises(ValueError, match="needed are both"):
        linear_reading(np.eye(3), np.eye(3), np.array(texts))
