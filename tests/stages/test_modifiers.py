"""What words do to others, measured on a planted network that reads texts."""

import numpy as np
import pytest
import torch

from rnn_geometry.geometry import integration as declared
from rnn_geometry.geometry import modifying_words, word_order
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.stages import integration
from rnn_geometry.stages import modifiers as stage
from rnn_geometry.tasks.sentences import Sentences

GOOD, BAD = modifying_words.POSITIVE[:8], modifying_words.NEGATIVE[:8]
VOCABULARY = ["<pad>", "<unk>", "not", "very", "but", "the", "a", *GOOD, *BAD]
INDEX = {word: i for i, word in enumerate(VOCABULARY)}
BINARY = {"kind": "text", "classes": 2, "multi_label": False, "ordered": True}
CONTEXT = {"kind": "synthetic", "classes": 2, "family": "context", "modifiers": [2, 3]}
IDENTITY = {"task": "t", "model": "m", "l2": "0", "seed": "1"}


class Turning(Cell):
    """A score that integrates, and two units that turn and double the word right after."""

    def forward(self, h, x):
        factor = (1 - 1.5 * h[..., 1]) * (1 + h[..., 2])
        score = h[..., 0] + factor * x[..., 0]
        return torch.stack([score, 0.1 * h[..., 1] + x[..., 1], 0.1 * h[..., 2] + x[..., 2]], -1)


def vectors():
    """Return word vectors (V, 3): value, whether it turns, whether it doubles."""
    found = np.zeros((len(VOCABULARY), 3))
    found[INDEX["not"], 1] = found[INDEX["very"], 2] = 1
    for words, sign in ((GOOD, 1), (BAD, -1)):
        found[[INDEX[word] for word in words], 0] = sign * np.linspace(0.5, 1.5, 8)
    return found


@pytest.fixture(scope="module")
def probe():
    words = torch.from_numpy(vectors())
    network = Classifier(words, Turning(3, 3), 2, readout_bias=False, trainable_words=False)
    network = network.double()
    with torch.no_grad():
        network.readout.weight.copy_(torch.tensor([[1.0, 0, 0], [-1, 0, 0]]))
    points = np.zeros((40, 3))
    points[:, 0] = np.linspace(-2, 2, 40)
    known = (points, np.zeros(3), points)
    return integration.Probe.make(network, *known, 1, multi_label=False)


@pytest.fixture(scope="module")
def texts():
    """Six words, `not` before one of the last: the class is that of the score with it turned."""
    rng = np.random.default_rng(0)
    adjectives = [INDEX[word] for word in (*GOOD, *BAD)]
    rows = [[5, 6, 5, 6, 2, word] for word in rng.choice(adjectives, 300)]
    labels = np.array([int(VOCABULARY[row[-1]] in GOOD) for row in rows])  # turned: good is 1
    return Sentences.from_lists(rows, labels)


def numbers(probe, texts, meta):
    return stage.modifying_numbers(probe, texts, meta, VOCABULARY, IDENTITY)


def test_every_column_has_its_number(probe, texts):
    groups = (declared.MODIFIERS, declared.MODIFIER_SUBSPACE)
    expected = {*modifying_words.COLUMNS, *word_order.COLUMNS, *groups[0], *groups[1]}
    for meta in (BINARY, {**CONTEXT, "evidence": [7, 15]}, {**CONTEXT, "modifiers": ()}):
        assert set(numbers(probe, texts, meta)) == expected


def test_gains_of_a_text_are_those_planted(probe, texts):
    found = numbers(probe, texts, BINARY)
    assert found["adjectives"] == 16
    planted = {"not_gain_positive": -0.5, "not_gain_negative": -0.5, "very_gain": 2}
    planted |= {"double_gain": 2, "control_gain": 1, "but_gain": 1, "flip_gain": -0.5}
    planted |= {"flip_gain_cut": 1, "double_gain_cut": 1, "modifier_dimension": 2}
    planted |= {"modifier_words": 1 / np.log(10), "but_weight_before": 1, "pair_weight_after": 1}
    assert {name: found[name] for name in planted} == pytest.approx(planted)
    assert found["never_gain"] is None


def test_classes_without_an_order_have_no_good_and_bad(probe, texts):
    found = numbers(probe, texts, {**BINARY, "ordered": False})
    assert found["not_gain_positive"] is found["but_weight_before"] is None
    assert found["not_gain"] == pytest.approx(-0.5)


def test_a_task_without_words_that_change_others_has_no_numbers(probe, texts):
    found = numbers(probe, texts, {**CONTEXT, "modifiers": ()})
    assert found.pop("adjectives") == 0
    assert set(found.values()) == {None}


def test_evidence_and_modifiers_of_a_context_task(probe, texts):
    found = numbers(probe, texts, {**CONTEXT, "evidence": [7, 15]})
    assert found["flip_gain"] == pytest.approx(-0.5)
    assert found["not_gain"] is None
    assert found["order_cost_2"] > 0
    assert stage.evidence_and_modifiers(BINARY, {"not": 0, "very": 1}) is None


def test_order_within_two_words_is_what_counts(probe, texts):
    found = numbers(probe, texts, BINARY)
    # In half of the texts `not` changes places, with the word before it or with the one after.
    assert found["order_cost_2"] == pytest.approx(0.5, abs=0.07)
    assert 0.6 < found["order_cost_8"] < 0.9
    assert found["order_cost_all"] > found["order_cost_2"]


def test_no_more_words_are_read_than_needed(probe, texts, monkeypatch):
    read = []
    monkeypatch.setattr(stage, "evaluate", lambda _, part: read.append(len(part)) or (0.0, 1.0))
    monkeypatch.setattr(stage, "ORDER_WORDS", 100)
    stage.order_costs(probe, texts, 0)
    assert set(read) == {100 // 6}
