"""The networks of results that were opened by name: weights, and the step as it was analysed."""

import shutil
import subprocess
import sys

import pytest
import torch
from conftest import PROJECT
from drawn import record

from rnn_geometry import UserError, linearize, open_results
from rnn_geometry.identity import Network
from rnn_geometry.networks import classifier as model
from rnn_geometry.networks.pooled import build_pooled, write_query
from rnn_geometry.networks.translators.build import build_translator, save_translator
from rnn_geometry.store import artifacts, formats
from rnn_geometry.store.hashes import sha256
from rnn_geometry.store.results import Tables
from rnn_geometry.store.translations import PairWords, TranslatorRecord

ONE = Network("categorical-3", "gru", "3e-4", 10)
SETTINGS = {
    "cell": "gru",
    "words": 7,
    "embedding_size": 4,
    "hidden_size": 6,
    "cell_options": {},
    "readout_bias": False,
    "readout_scale": 1.0,
    "classes": 3,
    "fixed_embedding": False,
}


@pytest.fixture
def kept(tmp_path):
    """Return results of one network, and the network."""
    network = model.build_classifier(SETTINGS, None, seed=3)
    folder = tmp_path / ONE.folder
    folder.mkdir(parents=True)
    model.save_classifier(folder / "model.safetensors", network)
    weights = sha256(folder / "model.safetensors")
    told = {**ONE._asdict(), "network": SETTINGS, "weights_sha256": weights}
    record(**told).write(folder / "run.json")
    artifacts.Vocabulary(words=["good"]).write(tmp_path / "data/categorical-3/vocab.json")
    return tmp_path, network


def test_the_step_is_that_of_the_trained_network(kept):
    folder, network = kept
    step = open_results(folder)[ONE].step()
    h, x = torch.randn(5, 6, dtype=torch.float64), torch.zeros(4, dtype=torch.float64)
    expected = network.cell.double()(h, x.expand(5, 4))
    torch.testing.assert_close(step(h, x.expand(5, 4)), expected)
    assert linearize(step, h, x).tau.shape == (5, 6)
    assert open_results(folder)[ONE].classifier().readout_matrix().shape == (3, 6)


def test_exchanged_weights_are_refused(kept):
    folder, _ = kept
    other = model.build_classifier(SETTINGS, None, seed=4)
    model.save_classifier(folder / ONE.folder / "model.safetensors", other)
    with pytest.raises(UserError, match=r"these are not the weights of .*run\.json"):
        open_results(folder)[ONE].step()


def test_torch_is_loaded_with_the_first_step(kept):
    code = f"""
import sys
from rnn_geometry import open_results
network = open_results({str(kept[0])!r})["categorical-3", "gru", 10]
print("torch" in sys.modules)
network.step()
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


# Networks that translate, and readouts that look back


@pytest.fixture
def translated(tmp_path):
    """Return results of one network that translates, and the network."""
    facts = {"cell": "gru", "architecture": "aed", "hidden_size": 6, "words_in": 4, "words_out": 5}
    network, one = build_translator(facts, seed=3), Network("copy", "aed", "1e-5", 400)
    folder = tmp_path / one.folder
    folder.mkdir(parents=True)
    save_translator(folder / "model.safetensors", network)
    TranslatorRecord(
        **one._asdict(), cell="gru", architecture="aed", control=None, settings={}, network=facts,
        seeds={}, data_sha256={}, weights_sha256=sha256(folder / "model.safetensors"),
        fingerprint="f", device="cpu", threads=1, best_step=1, word_accuracy=1.0,
        phrase_accuracy=1.0, loss_falling=False, versions={}, train_seconds=1.0,
    ).write(folder / "run.json")  # fmt: skip
    PairWords(words_in=["a"], words_out=["b"]).write(tmp_path / "data/copy/pairs/vocab.json")
    formats.write_json(folder / "translation.json", {**one._asdict(), "word_accuracy": 0.5})
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "translators.csv").write_text("task,l2,seed,control\ncopy,1e-5,400,\n")
    return tmp_path, network


def test_a_network_that_translates_is_opened_by_name(translated):
    folder, network = translated
    results = open_results(folder)
    found = results["copy", "aed", 400]
    assert found.record.architecture == "aed"
    assert found.translation["word_accuracy"] == 0.5
    assert found.task.words.words_out == ["b"]
    for name, weight in network.state_dict().items():
        assert torch.equal(weight, found.translator().state_dict()[name])
    assert results.tables["translators"]["l2"].tolist() == ["1e-5"]
    with pytest.raises(UserError, match=r"no file 'components\.npz'"):
        found.components  # noqa: B018


def test_exchanged_weights_of_a_translator_are_refused(translated):
    folder, _ = translated
    found = open_results(folder)["copy", "aed", 400]
    save_translator(found.folder / "model.safetensors", build_translator(
        found.record.network, seed=4))  # fmt: skip
    with pytest.raises(UserError, match="these are not the weights of the run"):
        found.translator()


def test_a_readout_that_looks_back_is_opened_whole(kept):
    folder, _ = kept
    found = open_results(folder)[ONE]
    with pytest.raises(UserError, match="reads its last state"):
        found.pooled()
    pooled = build_pooled(SETTINGS, None, seed=3)
    with torch.no_grad():
        pooled.query.fill_(2.0)
    write_query(found.folder / "pooling.safetensors", pooled)
    assert torch.equal(found.pooled().query, pooled.query)


def test_tables_of_language_models_are_known(tmp_path):
    """Those kept with the documents: 280 networks, and verdicts on them."""
    (tmp_path / "tables").mkdir()
    for name in ("language", "claims_language"):
        shutil.copy(PROJECT / f"docs/data/{name}.csv", tmp_path / "tables")
    tables = Tables(tmp_path / "tables")
    assert list(tables) == ["language", "claims_language"]
    table = tables["language"]
    assert set(table["l2"]) == {"1e-6"}  # text, as it was written
    assert table["control"].isna().sum() == table["control"].eq("untrained").sum() == 140
    topics = table[(table["task"] == "topics-4") & table["control"].isna()]
    assert set(topics["dimension_held"]) == {3}
    verdicts = tables["claims_language"]
    assert (verdicts[verdicts["cell"] != "all"]["verdict"] == "holds").sum() == 169
