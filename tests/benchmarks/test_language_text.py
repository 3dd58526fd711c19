"""What a language model holds of running text: of made-up texts of two topics it is known."""

import csv
import importlib.util
import os
import sys

import numpy as np
import pytest
from conftest import PROJECT

from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.tasks.language.families import build_source

SOURCE = build_source("topics", topics=2, words=3, common=3, share=0.7, own=0.9)
LENGTH = 12


def written(folder, name, size, seed):
    """Write texts of two topics, which are their labels."""
    words, topics = SOURCE.sample(size, LENGTH, seed)
    with open(folder / f"{name}.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["text", "label"])
        for text, topic in zip(words, topics[:, 0], strict=True):
            said = " ".join(SOURCE.words[word].replace("_", "") for word in text)
            table.writerow([said, f"topic {topic}"])


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The script as a module, with small networks and texts of its own."""
    path = PROJECT / "benchmarks" / "language_text.py"
    spec = importlib.util.spec_from_file_location("benchmarks_language_text", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.SETS = {"two": {"data": "two"}}
    module.SIZES = {"dev_size": 50, "vocabulary_size": 5000}
    module.UNITS, module.ENTRIES, module.STARTS, module.LAGS = 16, 8, 60, 10
    module.SHOWN_LAGS, module.CELLS, module.SEEDS = (1, 5), ("gru",), (0,)
    module.RECIPE = Recipe(learning_rate=2e-2, l2=1e-6, l2_on="text", steps=250, clip=5.0)
    module.FOLDER = tmp_path_factory.mktemp("data")
    (module.FOLDER / "two").mkdir()
    for name, size in (("train", 1500), ("test", 600)):
        written(module.FOLDER / "two", name, size, seed=size)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def data(script):
    sets = {"two": {"source": {"folder": "two"}, "label_names": ["topic 0", "topic 1"]}}
    return script.Data.of("two", sets, str(script.FOLDER))


@pytest.fixture(scope="module")
def found(script, data):
    return [
        script.numbers(script.network(data, "gru", 0, trained)[0], data)
        for trained in (True, False)
    ]


def test_the_topic_is_held_without_labels_along_the_slow_mode(found, data):
    trained, untrained = found
    bag = data.facts["label_bag_of_words"]
    assert trained["label"] > bag - 0.03 > 0.9
    assert trained["slow_modes"] > untrained["slow_modes"] == 0
    assert trained["label_slow"] > bag - 0.03
    assert untrained["label_slow"] < trained["label_slow"]


def test_words_of_a_topic_move_along_it_and_common_ones_do_not(found):
    up, down = (found[0][key].split()[:3] for key in ("words_up", "words_down"))
    assert {word[:6] for word in up} in ({"topic0"}, {"topic1"})
    assert {word[:6] for word in down} in ({"topic0"}, {"topic1"})
    assert up[0][:6] != down[0][:6]


def test_it_is_better_than_single_words(found, data):
    assert found[0]["perplexity"] < data.facts["perplexity_ngram_1"] < found[1]["perplexity"]


def test_words_tell_of_words_at_every_lag_alike(data):
    facts = data.facts
    assert facts["information_reach"] == 10
    assert facts["information_5"] == pytest.approx(facts["information_1"], rel=0.3)
    assert facts["information_half"] in (5, 6)


def test_a_table_is_gone_on_with(script, data, monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr(script, "network", lambda *key: made.append(key[1:]) or (None, 1.0))
    monkeypatch.setattr(script, "numbers", lambda model, data: {"perplexity": 2.0})
    monkeypatch.setattr(script.Data, "of", classmethod(lambda *_: data))
    monkeypatch.setitem(os.environ, "RNN_GEOMETRY_DATA", str(tmp_path))
    done = {("two", "gru", "0", "True")}
    (row,) = script.rows(done, np.inf)
    assert (row["trained"], row["perplexity"]) == (False, 2.0)
    assert made == [("gru", 0, False)]
    assert list(script.rows(done, 0.0)) == []
