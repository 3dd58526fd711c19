"""Sentences that ask more: what they are, and who keeps his accuracy on them."""

import numpy as np
import pytest
import torch

from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.stages.prepare import synthetic_data
from rnn_geometry.tasks.harder import (
    CLOSE,
    HARDER,
    SIZE,
    closeness,
    count_keys,
    harder_sentences,
    seen_counts_share,
)
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.synthetic import build_task

LENGTH = 20


def prepared(name="three", **changes):
    task = {"name": name, "family": "categorical", "classes": 3, "length": LENGTH, "data_seed": 0}
    task |= {"train_size": 16000, "dev_size": 10, "test_size": 1000, "balanced": True}
    return synthetic_data({**task, **changes})


DATA = prepared()
TASK = build_task("categorical", classes=3, length=LENGTH)
FOUND = harder_sentences(DATA.meta, DATA.train, DATA.test)


class Reader(torch.nn.Module):
    """A classifier of scores that are summed over the words that `read` leaves of a sentence."""

    def __init__(self, read=lambda tokens, lengths: (tokens, lengths)):
        super().__init__()
        self.read, self.scale = read, torch.nn.Parameter(torch.ones(()))

    def forward(self, tokens, lengths):
        totals = TASK.totals(*self.read(tokens.numpy(), lengths.numpy()))
        return torch.from_numpy(totals) * self.scale


class Memory(Reader):
    """Knows the word counts of training by heart, and answers anything else with class 0."""

    def forward(self, tokens, lengths):
        known = dict(zip(count_keys(DATA.train).tolist(), DATA.train.labels.tolist(), strict=True))
        read = Sentences.from_padded(tokens.numpy(), lengths.numpy(), np.zeros(len(lengths)))
        answers = [known.get(key, 0) for key in count_keys(read).tolist()]
        return torch.eye(3)[answers] * self.scale


class Constant(Reader):
    """Answers class 0."""

    def forward(self, tokens, lengths):
        return torch.eye(3)[[0] * len(tokens)] * self.scale


def echo(tokens, lengths):
    rows = np.arange(5) + lengths[:, None] - 5
    return np.take_along_axis(tokens, rows, axis=1), np.full(len(lengths), 5)


def saturate(tokens, lengths):
    return tokens, np.minimum(lengths, LENGTH)


def accuracies(network):
    return {name: evaluate(network, part)[1] for name, part in {"test": DATA.test, **FOUND}.items()}


def test_an_integrator_keeps_its_accuracy_on_all():
    assert set(accuracies(Reader()).values()) == {1.0}


def test_one_that_echoes_its_last_words_loses_on_longer_sentences():
    found = accuracies(Reader(echo))
    assert found["longer"] < found["test"] - 0.05 < 0.7


def test_one_that_counts_no_further_than_the_training_length_shows_on_longer_sentences_alone():
    found = accuracies(Reader(saturate))
    assert found.pop("longer") < 0.8
    assert set(found.values()) == {1.0}


def test_one_that_learned_by_heart_shows_on_new_word_counts():
    found = accuracies(Memory())
    assert found["test"] > 0.95
    assert found["new_counts"] < 0.5


def test_one_that_always_answers_the_same_shows_under_another_balance():
    found = accuracies(Constant())
    assert found["test"] == pytest.approx(1 / 3, abs=0.01)
    assert abs(found["unbalanced"] - 1 / 3) > 0.04


def test_what_they_are():
    assert list(FOUND) == list(HARDER)
    for part in FOUND.values():
        assert len(part) == SIZE
        np.testing.assert_array_equal(TASK.labels_of(*part.padded()), part.labels)
    assert set(FOUND["longer"].lengths) == {2 * LENGTH}
    assert sorted(np.bincount(FOUND["unbalanced"].labels)) == [143, 286, 571]
    counted = {tuple(sorted(row)) for row in DATA.train.padded()[0].tolist()}
    assert not counted & {tuple(sorted(row)) for row in FOUND["new_counts"].padded()[0].tolist()}


def test_new_word_counts_are_as_close_calls_as_test_sentences():
    shares = [
        np.bincount(closeness(TASK, TASK.totals(*part.padded()), part.labels), minlength=CLOSE)
        / len(part)
        for part in (DATA.test, FOUND["new_counts"])
    ]
    np.testing.assert_allclose(*shares, atol=1e-3)


@pytest.mark.parametrize(
    ("family", "totals", "expected"),
    [
        # A tie is another label: one word less than the margin of the largest sum.
        ("categorical", [[3, 2, 0], [9, 2, 5], [30, 2, 0]], [0, 3, CLOSE - 1]),
        # Boundaries at -30, -10, 10 and 30; a word adds two at most.
        ("ordered", [[9], [0], [50]], [0, 4, CLOSE - 1]),
        ("multilabel", [[0, 4], [5, -3]], [0, 2]),
    ],
)
def test_close_calls_by_hand(family, totals, expected):
    task = build_task(family, length=25)
    totals = np.array(totals, dtype=float)
    assert closeness(task, totals, task.labels_of_totals(totals)).tolist() == expected


def test_the_boundaries_of_longer_sentences_are_those_of_the_task():
    data = prepared("o", family="ordered", classes=5, length=10)
    task = build_task("ordered", classes=5, length=10)
    longer = harder_sentences({**data.meta}, data.train, data.test)["longer"]
    totals = task.totals(*longer.padded())[:, 0]
    assert set(longer.lengths) == {20}
    assert totals.max() > 20
    by_hand = np.clip(np.floor((totals + 20) * 5 / 40 + 1e-9), 0, 4)
    np.testing.assert_array_equal(longer.labels, by_hand)


def test_where_all_counts_are_known_there_are_no_new_ones():
    data = prepared(length=5)
    found = harder_sentences(data.meta, data.train, data.test)
    assert found["new_counts"] is None
    assert found["longer"] is not None
    assert seen_counts_share(data.train, data.test) == 1


def test_many_labels_leave_no_other_balance():
    task = {"name": "m", "family": "multilabel", "labels": 12, "length": 14, "balanced": False}
    data = synthetic_data(
        {**task, "data_seed": 0, "train_size": 200, "dev_size": 10, "test_size": 50}
    )
    found = harder_sentences(data.meta, data.train, data.test)
    assert found["unbalanced"] is None
    assert len(found["longer"]) == SIZE


def test_shuffled_labels_have_the_sentences_of_their_task():
    shuffled = prepared("three-shuffled", shuffled_labels=True)
    np.testing.assert_array_equal(shuffled.train.tokens, DATA.train.tokens)
    assert (shuffled.train.labels != DATA.train.labels).mean() > 0.5
    found = harder_sentences(shuffled.meta, shuffled.train, shuffled.test)
    for kind, part in found.items():
        np.testing.assert_array_equal(part.tokens, FOUND[kind].tokens)


def test_other_data_seeds_have_other_sentences():
    meta = {**DATA.meta, "settings": {**DATA.meta["settings"], "data_seed": 1}}
    other = harder_sentences(meta, DATA.train, DATA.test)
    assert not any(np.array_equal(other[kind].tokens, FOUND[kind].tokens) for kind in HARDER)


def test_texts_have_longer_ones_alone():
    rows = [[1] * words for words in (2, 3, 3, 5, 9)]
    texts = Sentences.from_lists(rows, np.arange(5))
    found = harder_sentences({"kind": "text"}, texts, texts)
    assert found["longer"].labels.tolist() == [3, 4]
    assert (found["unbalanced"], found["new_counts"]) == (None, None)
    alike = texts.subset(np.array([1, 2]))
    assert harder_sentences({"kind": "text"}, texts, alike)["longer"] is None


def test_the_share_of_counts_that_training_has():
    train = Sentences.from_lists([[0, 1, 1], [2, 2]], np.zeros(2))
    test = Sentences.from_lists([[1, 0, 1], [2], [2, 2], [0, 0, 1]], np.zeros(4))
    assert seen_counts_share(train, test) == 0.5
