"""Language models without a step: an exchange of all places is the text that is spliced of both."""

import csv
import importlib.util
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import PROJECT

from rnn_geometry.stages.language_numbers import Visits


@pytest.fixture(scope="module")
def script():
    """The script as a module, with few texts and steps."""
    folder = PROJECT / "benchmarks"
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location(
        "benchmarks_transformers_language", folder / "transformers_language.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.TEST, module.SEEDS = 200, (0,)
    module.SOURCES = {"agreement": ("agreement", {"words": 2, "adverbs": 3, "gap": 3})}
    module.NETWORKS = {
        name: (cell, options, replace(recipe, steps=150))
        for name, (cell, options, recipe) in module.NETWORKS.items()
    }
    yield module
    sys.path.remove(str(folder))
    del sys.modules[spec.name], sys.modules["rows"]


@pytest.fixture(scope="module")
def data(script):
    return script.Data.of("agreement")


def said(model, words):
    """Chances of the word behind texts."""
    with torch.no_grad():
        states = model.states(torch.from_numpy(words))[:, -1]
        return model.logits(states).double().softmax(1).numpy()


@pytest.mark.parametrize("name", ["gru", "transformer-1"])
def test_an_exchange_of_all_places_is_the_other_text_and_none_the_own(script, data, name):
    model = script.network(data, name, 0, trained=False)
    texts, one, other = data.splits[2][:, :10], np.arange(20), np.arange(20, 40)
    words = data.splits[2][:20, 10:13]
    found = script.said_by(model, texts, one, other, words)
    np.testing.assert_allclose(
        found["all_places"], said(model, np.hstack([texts[other], words])), atol=1e-6
    )
    np.testing.assert_allclose(
        found["nothing"], said(model, np.hstack([texts[one], words])), atol=1e-6
    )
    alone = {key: np.abs(found[key] - found["nothing"]).max() for key in found}
    assert alone["one_place"] > 0
    assert (alone["other_places"] > 0) == (name == "transformer-1")


def test_a_network_that_has_learned_follows_where_all_is_exchanged(script, data):
    recipe = script.NETWORKS["gru"][2]
    script.NETWORKS["gru"] = ("gru", {}, replace(recipe, steps=600))
    found = script.numbers(script.network(data, "gru", 0, trained=True), data)
    assert set(found) == set(script.COLUMNS) - set(script.KEY)
    assert found["perplexity_ratio"] < 1.03
    assert found["belief_together"] > 0.95
    assert found["followed_all_places"] == found["followed_one_place"] > 0.9
    assert found["followed_other_places"] == 0


def test_what_nobody_says_is_left_out(script, data):
    """Pairs are of places after which such words may come, in either text."""
    model = script.network(data, "transformer-1", 0, trained=False)
    visits = Visits(model, data.source, data.splits[2])
    found = script.exchanged(visits, np.random.default_rng(0))
    last = visits.beliefs.reshape(200, script.LENGTH, -1)[:, script.CUT - 1]
    assert found["pairs"] == (last[:, data.source.kept_states()].sum(1) > 0.5).sum()
    assert found["followed_all_places"] == pytest.approx(0, abs=0.05)


def test_a_table_is_gone_on_with(script, tmp_path):
    from rows import write_missing

    asked = []

    def rows(done):
        asked.append(done)
        yield {"task": "b", "value": 0.123456}

    path = tmp_path / "table.csv"
    path.write_text("task,value\na,1\n")
    write_missing(path, ("task",), ("task", "value"), rows)
    assert asked == [{("a",)}]
    assert list(csv.reader(path.read_text().splitlines())) == [
        ["task", "value"],
        ["a", "1"],
        ["b", "0.1235"],
    ]
