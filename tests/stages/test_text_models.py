"""Numbers of a language model of running text: of a hand-built counter of topics they are known."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rnn_geometry.errors import UserError
from rnn_geometry.geometry.text_models import HELD, OF_TEXTS, SLOW
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.stages.prepare_running_text import run as prepare
from rnn_geometry.stages.prepare_running_text import told_by_lag, told_by_words
from rnn_geometry.stages.text_model_numbers import (
    labels_told,
    most_frequent,
    slow_numbers,
    states_of,
)
from rnn_geometry.store.languages import SourceMeta, SourceWords
from rnn_geometry.tasks.pairs.pairs import Ragged
from rnn_geometry.tasks.sentences import Sentences, read_sentences

WORDS = ["<pad>", "<unk>", "the", "goal", "match", "stock", "bank", "of"]
SIGN = np.array([0, 0, 0, 1, 1, -1, -1, 0])  # of sports, of business
SETTINGS = {"min_tau": None, "visited_states": 80, "memory_mb": None}
SMALL = 0.01  # of what a word adds: tanh is as good as a line


def texts(n=600, seed=0):
    """Texts of two topics, which are their labels; three words in four are of the own topic."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    lengths = rng.integers(8, 16, n)
    rows = []
    for label, length in zip(labels, lengths, strict=True):
        own, other = ([3, 4], [5, 6]) if label else ([5, 6], [3, 4])
        kinds = rng.choice(3, length, p=[0.45, 0.15, 0.4])
        rows.append([int(rng.choice([own, other, [2, 7]][kind])) for kind in kinds])
    return Sentences.from_lists(rows, labels)


def counter():
    """Its first unit counts words of sports less those of business, and forgets nothing."""
    facts = {"cell": "vanilla", "hidden_size": 3, "embedding_size": 3, "words": 8, "classes": 8}
    facts |= {"readout_bias": True, "readout_scale": 1.0, "cell_options": {}}
    network = build_classifier(facts, None, seed=0)
    with torch.no_grad():
        for weight in network.cell.parameters():
            weight.zero_()
        network.cell.weight_hh[0, 0] = 1
        network.cell.weight_ih[0, 0] = SMALL
        network.embedding.zero_()
        network.embedding[:, 0] = torch.from_numpy(SIGN)
    return network.eval()


@pytest.fixture(scope="module")
def read():
    sentences, network = texts(), counter()
    rows = Ragged(sentences.tokens, sentences.offsets)
    return sentences, rows, network, states_of(network, rows, np.random.default_rng(0))


def test_states_are_those_of_the_text_that_was_read(read):
    _, rows, _, visited = read
    counts = [SIGN[rows.row(i)] for i in range(len(rows))]
    np.testing.assert_allclose(
        visited.last[:, 0] / SMALL, [c.sum() for c in counts], rtol=0.02, atol=0.01
    )
    means = [c.cumsum().mean() for c in counts]
    np.testing.assert_allclose(visited.mean[:, 0] / SMALL, means, rtol=0.02, atol=1e-3)
    for place, count in zip(visited.some[:, 0] / SMALL, counts, strict=True):
        assert np.abs(count.cumsum() - place).min() < 0.2


def test_it_holds_the_topic_along_one_slow_mode(read):
    sentences, rows, network, visited = read
    found, modes, centre = slow_numbers(network, rows, visited.some, WORDS, SETTINGS)
    assert set(found) == set(SLOW)
    assert found["slow_modes"] == 1
    assert found["tau_1"] > 1000 > found["tau_2"]
    assert found["tau_4"] is None  # of three units
    assert found["slow_participation_ratio"] == pytest.approx(1, abs=1e-3)
    ends = {frozenset(found[key].split()[:2]) for key in ("words_up", "words_down")}
    assert ends == {frozenset({"goal", "match"}), frozenset({"stock", "bank"})}
    rng = np.random.default_rng(0)
    told = labels_told(visited, sentences.labels, modes, centre, rng)
    assert set(told) == set(HELD)
    counted = np.sign([SIGN[rows.row(i)].sum() for i in range(1, len(rows), 2)])
    right = (counted == 2 * sentences.labels[1::2] - 1).mean()
    assert told["label"] == told["label_slow"] == pytest.approx(right, abs=0.06)
    assert right > 0.85


def test_frequent_words_are_counted_and_stand_for_one_word_each():
    rows = Ragged.of([[1, 1, 1, 1, 7, 7, 7], [2, 2, 5, 7]])
    assert most_frequent(rows, 8).tolist() == [7, 2, 5]


# From files to files


def task(folder, **changes):
    data = folder / "two"
    data.mkdir()
    for name, seed in (("train", 1), ("test", 2)):
        sentences = texts(200, seed)
        lines = [
            f"{' '.join(WORDS[i] for i in row)},{'sport' if label else 'trade'}"
            for row, label in zip(
                np.split(sentences.tokens, sentences.offsets[1:-1]), sentences.labels, strict=True
            )
        ]
        (data / f"{name}.csv").write_text("\n".join(["text,label", *lines]))
    own = {"name": "two", "family": "running_text", "data_seed": 0, "dev_size": 20}
    return {**own, "source": {"folder": "two"}, **changes}


def prepared(folder, **changes):
    settings, logged = task(folder, **changes), []
    output = [str(folder / "out/texts/train.parquet")]
    (folder / "out/texts").mkdir(parents=True)
    params = SimpleNamespace(task=settings, data_folder=str(folder))
    prepare(SimpleNamespace(get=lambda name: None), output, params, logged.append)
    return SourceMeta.read(folder / "out"), logged


def test_texts_keep_their_labels_and_what_words_tell_is_there_before_training(tmp_path):
    meta, logged = prepared(tmp_path)
    assert (meta["kind"], meta["rows"]) == ("running_text", {"train": 180, "dev": 20, "test": 200})
    assert set(meta["expected"]) == set(OF_TEXTS)
    words = SourceWords.read(tmp_path / "out").words
    assert set(words) == set(WORDS)
    test = read_sentences(tmp_path / "out/texts/test.parquet")
    balance = np.array([SIGN[WORDS.index(word)] for word in words])[test.tokens]
    sums = np.add.reduceat(balance, test.offsets[:-1])
    names = np.array(meta["class_names"])[test.labels]
    assert ((sums > 0) == (names == "sport"))[sums != 0].mean() > 0.85
    assert meta["expected"]["label_bag_of_words"] > 0.8
    assert "3000 texts" not in logged[0]
    assert logged[-1].startswith("two: perplexity of 4-grams")


def test_what_is_told_by_lag_ends_with_the_texts():
    words = np.repeat(np.random.default_rng(0).integers(0, 2, (2000, 1)), 6, axis=1)
    found = told_by_lag(words, seed=0)
    assert found["information_2"] == pytest.approx(np.log(2), rel=0.02)
    assert found["information_10"] is None
    assert (found["information_half"], found["information_reach"]) == (3, 5)
    assert set(told_by_lag(words[:, :1], seed=0).values()) == {None}


def test_too_many_words_are_refused():
    few = texts(8)
    many = SimpleNamespace(
        **{"train": few, "test": few, "vocabulary": [*WORDS, *map(str, range(50_000))]},
        meta={"name": "two"},
    )
    with pytest.raises(UserError, match=r"'two': 50008 words are too many .* set vocabulary_size"):
        told_by_words(many, 0)
