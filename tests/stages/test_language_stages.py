"""From a source of words to the numbers of a language model: of a hand-built one they are known."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rnn_geometry.errors import UserError
from rnn_geometry.geometry.language_tables import EXPECTED, LANGUAGE
from rnn_geometry.geometry.maps import SHOWN
from rnn_geometry.identity import Network
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.next_word import evaluate_next_word
from rnn_geometry.networks.results import open_results
from rnn_geometry.stages import (
    language_geometry,
    plot_language,
    prepare_source,
    text_reading,
    train_language_model,
)
from rnn_geometry.stages.language_numbers import (
    Visits,
    at_rest,
    held_numbers,
    patch_numbers,
    rest_numbers,
    said_numbers,
)
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.store.languages import BeliefStates, LanguageNumbers, LanguageRecord, SourceMeta
from rnn_geometry.store.readings import TextsRead
from rnn_geometry.tasks.language.families import build_source
from rnn_geometry.tasks.language.texts import read_texts

SIZES = {"length": 20, "train_size": 300, "dev_size": 20, "test_size": 60, "data_seed": 0}
TASK = {"name": "agree", "family": "agreement", "words": 2, "adverbs": 3, "gap": 3, **SIZES}
OWN = {
    **{"cell": "gru", "architecture": "lm", "hidden_size": 8, "cell_options": {}},
    **{"readout_bias": True, "readout_scale": 1.0, "learning_rate": 1e-2, "l2": "1e-5"},
    **{"l2_on": "all", "steps": 30, "epochs": None, "min_steps": None, "batch_size": 8},
    **{"betas": [0.9, 0.99], "clip": 5.0, "trained": "all", "patience": None},
}
SETTINGS = {"min_tau": None, "visited_states": 100, "exact_starts": 20, "memory_mb": None}
GAIN = 3.0  # of the unit that holds the bit


def prepared(folder, task=TASK):
    logged = []
    output = [str(folder / "data/agree/texts/train.parquet")]
    prepare_source.run({}, output, SimpleNamespace(task=task), logged.append)
    return SourceMeta.read(folder / "data/agree"), logged


# A network that holds one bit: its first unit is at a, or at -a, from the noun on


def latch():
    """Where h = tanh(GAIN h) above 0."""
    place = 1.0
    for _ in range(200):
        place = math.tanh(GAIN * place)
    return place


def network_with_a_bit(source):
    """It says what one who knows the source says while the bit is held."""
    facts = {"cell": "vanilla", "hidden_size": 2, "classes": len(source.words), "cell_options": {}}
    facts |= {"readout_bias": True, "readout_scale": 1.0}
    network = build_classifier(facts, np.eye(len(source.words)), seed=0)
    singular, plural = np.log(np.maximum(source.next_words(np.eye(3)[1:]), 1e-6))
    nouns = np.array([name.startswith("noun") for name in source.words])
    plurals = np.array(["plural" in name for name in source.words])
    with torch.no_grad():
        for weight in network.cell.parameters():
            weight.zero_()
        network.cell.weight_hh[0, 0] = GAIN
        network.cell.weight_ih[0] = torch.from_numpy(np.where(nouns, np.where(plurals, -9, 9), 0))
        network.readout.weight.zero_()
        network.readout.weight[:, 0] = torch.from_numpy((singular - plural) / (2 * latch()))
        network.readout.bias.copy_(torch.from_numpy((singular + plural) / 2))
    return network


@pytest.fixture(scope="module")
def visits():
    source = build_source("agreement", words=2, adverbs=3, gap=3)
    return Visits(network_with_a_bit(source), source, source.sample(150, 20, seed=0)[0])


def test_a_network_with_a_bit_rests_at_two_points_and_has_a_saddle(visits):
    rest = at_rest(visits, SETTINGS, np.random.default_rng(0), bounded=True)
    found = rest_numbers(visits, rest, SETTINGS)
    assert (found["stable"], found["saddles"], found["degree"], found["ends"]) == (2, 1, 1, 2)
    assert found["hold_input"] == "neutral"
    assert found["slow_participation_ratio"] == pytest.approx(1)
    slope = math.log(GAIN * (1 - latch() ** 2))
    assert found["rate_1"] == pytest.approx(slope, abs=1e-6)
    assert found["slow_modes"] == 0
    assert sorted(rest.bones.roots[:, 0].round(6)) == [-round(latch(), 6), 0, round(latch(), 6)]


def test_its_predictions_follow_the_bit(visits):
    found = patch_numbers(visits, np.random.default_rng(0))
    assert found["patch_followed"] == pytest.approx(1, abs=0.02)
    assert found["patch_whole"] == pytest.approx(1, abs=0.02)
    assert found["patch_followed_random"] < 0.7


def test_it_holds_the_bit_and_not_whether_there_is_a_subject(visits):
    found = held_numbers(visits, np.random.default_rng(0))
    assert found["participation_ratio"] == pytest.approx(1, abs=0.01)
    assert found["dimension_held"] == 1
    assert 0.4 < found["belief_r2"] < 0.9
    assert found["belief_r2_random"] < 0.1


def test_it_says_texts_of_one_dimension_more_or_less(visits):
    """Its verbs agree with the noun that it said last: one bit of the two of the source."""
    known = {"dimension_texts_low": 2, "dimension_texts_high": 2}
    found = said_numbers(visits, known, 600, seed=0)
    assert found["dimension_said_off"] == abs(found["dimension_said"] - 2) > 0


def test_patches_of_a_network_that_reads_nothing_change_nothing(visits):
    network = network_with_a_bit(visits.source)
    with torch.no_grad():
        network.readout.weight.zero_()
    deaf = Visits(network, visits.source, visits.words)
    found = patch_numbers(deaf, np.random.default_rng(0))
    assert found["patch_followed"] == found["patch_whole"] == pytest.approx(0)


# Sources


def test_what_theory_expects_is_there_before_training(tmp_path):
    meta, logged = prepared(tmp_path)
    expected = meta["expected"]
    assert set(expected) == set(EXPECTED)
    assert (expected["dimension_expected"], expected["stable_expected"]) == (2, 2)
    orders = [expected[f"perplexity_ngram_{i}"] for i in (1, 2, 3)]
    assert orders[0] > orders[1] > orders[2] > expected["perplexity_source"]
    assert logged == [f"agree: dimension 2, perplexity {expected['perplexity_source']:.3f}"]
    texts = read_texts(tmp_path / "data/agree/texts/test.parquet")
    again, _ = prepared(tmp_path / "again")
    assert meta["sha256"] == again["sha256"]
    assert texts.lengths.tolist() == [20] * 60


def test_too_few_texts_are_refused(tmp_path):
    with pytest.raises(UserError, match="config task 'agree': test_size is 3; accepted is 4"):
        prepared(tmp_path, {**TASK, "test_size": 3})


# From files to files


def job(folder, **changes):
    network = Network("agree", "gru", "1e-5", 3)
    home, data = folder / network.folder, folder / "data/agree"
    home.mkdir(parents=True, exist_ok=True)
    files = {name: str(data / f"texts/{name}.parquet") for name in ("train", "dev", "test")}
    files |= {"vocab": str(data / "texts/vocab.json"), "meta": str(data / "meta.json")}
    made = {
        **{"model": str(home / "model.safetensors"), "run": str(home / "run.json")},
        **{"history": str(home / "history.parquet"), "beliefs": str(home / "beliefs.npz")},
        "language": str(home / "language.json"),
    }
    facts = {
        **{"network": network, "input": {**files, **made}, "output": made, "settings": SETTINGS},
        **{"own": OWN, "device": "cpu", "threads": 1, "fingerprint": "f", "log": print},
    }
    return NetworkJob(**{**facts, **changes})


def test_a_network_is_trained_and_measured(tmp_path):
    prepared(tmp_path)
    work = job(tmp_path)
    train_language_model.run(work)
    record = LanguageRecord.read(work.output["run"])
    assert (record.seed, record.control) == (3, None)
    assert record.network["classes"] == record.network["words"] == 11
    weights = Path(work.output["model"]).read_bytes()
    train_language_model.run(work)
    assert Path(work.output["model"]).read_bytes() == weights
    language_geometry.run(work)
    numbers = dict(LanguageNumbers.read(work.output["language"]))
    assert set(numbers) == set(LANGUAGE)
    assert numbers["perplexity"] == pytest.approx(math.exp(record.test_loss))
    assert len(BeliefStates.read(work.output["beliefs"]).states) == 100
    first = Path(work.output["language"]).read_text()
    language_geometry.run(work)
    assert Path(work.output["language"]).read_text() == first


def test_a_language_model_is_opened_by_name(tmp_path):
    prepared(tmp_path)
    work = job(tmp_path)
    train_language_model.run(work)
    found = open_results(tmp_path)["agree", "gru", 3]
    assert repr(found) == "<language model agree, gru, L2 1e-5, seed 3>"
    assert found.task.words.words == list(found.task.source().words)
    texts = read_texts(work.input["test"])
    again = evaluate_next_word(found.classifier(), texts)
    assert again.loss == pytest.approx(found.record.test_loss)
    assert found.step().state_size == 8


def test_a_control_has_the_weights_of_its_network_at_the_start(tmp_path):
    prepared(tmp_path)
    work = job(tmp_path, own={**OWN, "steps": 0})
    train_language_model.run(work)
    assert LanguageRecord.read(work.output["run"]).control == "untrained"


# A few texts, read word by word


def found_of(visits):
    return text_reading.texts_read(visits, np.random.default_rng(0))


def test_texts_are_those_that_no_reading_was_fitted_to(visits):
    chosen = text_reading.most_told(visits)
    assert (chosen % 2 == 1).all()
    assert len(chosen) == SHOWN
    found = found_of(visits)
    np.testing.assert_array_equal(found.words, visits.words[chosen])
    np.testing.assert_allclose(found.known, visits.source.beliefs(found.words))


def test_the_bit_is_read_and_said_where_a_noun_was_read(visits):
    """Its first unit is all that moves: the first axis, above zero in the singular."""
    found = found_of(visits)
    np.testing.assert_allclose(found.axes[0], [1, 0], atol=1e-6)
    singular, plural = found.known[..., 1] == 1, found.known[..., 2] == 1
    assert (found.places[..., 0][singular] > found.places[..., 0][plural].max() + 1).all()
    assert found.told[..., 1][singular].min() > found.told[..., 1][plural].max() + 0.3
    np.testing.assert_allclose(found.said[singular], found.source[singular], atol=0.02)


def test_predictions_follow_what_is_exchanged(visits):
    found = found_of(visits)
    missed = ((found.changes - found.expected) ** 2).sum()
    assert missed < 0.05 * (found.expected**2).sum()
    np.testing.assert_allclose(found.expected.sum(1), 0, atol=1e-9)


def test_a_trained_network_is_read_and_drawn(tmp_path):
    prepared(tmp_path)
    work = job(tmp_path)
    for name in ("reading.npz", "language_panel.png"):
        work.input[name.split(".")[0]] = str(tmp_path / work.network.folder / name)
        work.output[name.split(".")[0]] = work.input[name.split(".")[0]]
    for stage in (train_language_model, language_geometry, text_reading, plot_language):
        stage.run(work)
    found = TextsRead.read(work.output["reading"])
    assert found.said.shape == (SHOWN, 21, 11)
    np.testing.assert_allclose(found.said.sum(-1), 1, atol=1e-5)
    picture = (tmp_path / work.network.folder / "language_panel.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
