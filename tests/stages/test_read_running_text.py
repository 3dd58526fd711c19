"""Running text read word by word: what is kept is what the network says, and its words say."""

import numpy as np
import pytest
import torch

from rnn_geometry.geometry.label_probe import label_probe
from rnn_geometry.geometry.maps import SHOWN
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.stages.read_running_text import (
    LIKELY,
    counts_of,
    counts_so_far,
    states_after,
    texts_followed,
)
from rnn_geometry.stages.text_model_numbers import states_of
from rnn_geometry.tasks.pairs.pairs import Ragged

WORDS, UNITS = 12, 5
RNG = np.random.default_rng(0)
ROWS = [RNG.integers(0, WORDS, length).tolist() for length in RNG.integers(3, 9, 120)]
TEXTS, LABELS = Ragged.of(ROWS), np.array([row[0] % 2 for row in ROWS])
MODES, CENTRE = np.eye(UNITS)[:, :3], np.full(UNITS, 0.1)


@pytest.fixture(scope="module")
def model():
    facts = {"cell": "gru", "hidden_size": UNITS, "classes": WORDS, "readout_bias": True}
    facts |= {"readout_scale": 1.0, "cell_options": {}}
    return build_classifier(facts, np.eye(WORDS), seed=0).eval()


@pytest.fixture(scope="module")
def last(model):
    return states_of(model, TEXTS, np.random.default_rng(0)).last


@pytest.fixture(scope="module")
def found(model, last):
    return texts_followed(model, TEXTS, LABELS, last, (MODES, CENTRE))


def shown(found):
    """Return numbers of the texts that are kept, and their lengths."""
    texts = [[int(w) for w in row if w >= 0] for row in found.words]
    return [ROWS.index(text) for text in texts], [len(text) for text in texts]


def test_texts_are_those_that_no_map_was_fitted_to(found):
    numbers, _ = shown(found)
    assert len(numbers) == SHOWN
    assert all(number % 2 for number in numbers)
    np.testing.assert_array_equal(found.labels, LABELS[numbers])


def test_after_the_last_word_the_state_says_what_the_table_counts(found, last):
    chances = label_probe(last, LABELS).chances(last)
    for row, number, length in zip(range(SHOWN), *shown(found), strict=True):
        np.testing.assert_allclose(found.told[row, length - 1], chances[number], atol=1e-5)
        scale = ((last - CENTRE) @ MODES).std(0)
        slow = (last[number] - CENTRE) @ MODES / scale
        np.testing.assert_allclose(found.slow[row, length - 1], slow, atol=1e-5)


def test_words_are_said_as_the_network_says_them(found, model):
    row, length = 0, shown(found)[1][0]
    words = found.words[row, :length]
    said = model.logits(model.states(torch.from_numpy(words[None])))[0].detach().softmax(-1).numpy()
    np.testing.assert_allclose(found.said[row, :length, 0], said.max(1), atol=1e-5)
    np.testing.assert_array_equal(found.likely[row, :length, 0], said.argmax(1))
    assert found.likely.shape[-1] == LIKELY
    known = said[np.arange(length - 1), words[1:]]
    np.testing.assert_allclose(found.comes[row, : length - 1], known, atol=1e-5)
    assert np.isnan(found.comes[row, length - 1])


def test_counts_so_far_end_in_those_of_the_text(found, model):
    counts = counts_of(TEXTS, model)
    chances = label_probe(counts, LABELS).chances(counts)
    for row, number, length in zip(range(SHOWN), *shown(found), strict=True):
        so_far = counts_so_far(found.words[row], model).toarray()
        np.testing.assert_array_equal(so_far[length - 1], counts.toarray()[number])
        np.testing.assert_allclose(found.counted[row, length - 1], chances[number], atol=1e-5)


def test_two_conjugate_modes_are_shown_as_two_directions(model, last):
    pair = np.stack([MODES[:, 0], MODES[:, 0], MODES[:, 1], 0.5 * MODES[:, 2]], 1)
    found = texts_followed(model, TEXTS, LABELS, last, (pair, CENTRE))
    single = texts_followed(model, TEXTS, LABELS, last, (MODES, CENTRE))
    np.testing.assert_allclose(found.slow, single.slow, atol=1e-5)


def test_behind_the_end_the_last_state_stays(model, last):
    index = np.array([0, 1, 2])
    states = states_after(model, TEXTS, index)
    np.testing.assert_allclose(states[:, -1], last[index], atol=1e-6)
