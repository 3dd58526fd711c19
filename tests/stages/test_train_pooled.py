"""The job that trains pooled networks: what it writes, and what analyses make of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rnn_geometry.config.pooling import is_pooled, with_pooling
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network
from rnn_geometry.networks.classifier import load_classifier
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.pooled import with_query
from rnn_geometry.stages import train, train_pooled
from rnn_geometry.stages.block import one_by_one
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.prepare import FILES_OF_TASK, save_prepared, synthetic_data
from rnn_geometry.tasks.sentences import read_sentences

TASK = {"name": "two", "family": "categorical", "classes": 2, "length": 6, "data_seed": 0}
TASK |= {"train_size": 500, "dev_size": 60, "test_size": 90, "balanced": True}
MODEL = {"cell": "gru", "hidden_size": 6, "embedding_size": None, "cell_options": {}}
MODEL |= {"readout_bias": True, "readout_scale": 1.0, "learning_rate": 0.03, "l2": "1e-4"}
MODEL |= {"steps": 120, "batch_size": 16, "betas": [0.9, 0.99]}
WRITTEN = {"model": "model.safetensors", "run": "run.json", "history": "history.parquet"}
WRITTEN |= {"pooling": "pooling.safetensors"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return the files of a task by stem."""
    folder = tmp_path_factory.mktemp("two")
    save_prepared(synthetic_data(TASK), folder)
    return {name: str(folder / file) for name, file in FILES_OF_TASK.items()} | {
        "meta": str(folder / "meta.json")
    }


def job(folder, data, **own):
    folder.mkdir(parents=True)
    output = {name: str(folder / file) for name, file in WRITTEN.items()}
    network = Network("two", "back", "1e-4", 1)
    return NetworkJob(network, data, output, {}, {**MODEL, **own}, "cpu", 1, "f", lambda line: None)


def test_a_network_is_written_in_parts_that_analyses_and_readers_know(tmp_path, data):
    pooled = job(tmp_path / "pooled", data, pooling="attention")
    train_pooled.run(pooled)
    record = json.loads(Path(pooled.output["run"]).read_text())
    assert record["network"]["pooling"] == record["settings"]["pooling"] == "attention"
    plain = load_classifier(pooled.output["model"], pooled.output["run"])
    back = with_query(plain, pooled.output["pooling"])
    test = read_sentences(data["test"])
    assert evaluate(back, test)[1] == record["test_accuracy"] > 0.9
    assert float(back.query.detach().norm()) > 0
    last = job(tmp_path / "last", data)
    assert list(train.run_together([last])) == [(last, None)]
    other = json.loads(Path(last.output["run"]).read_text())
    assert "pooling" not in other["network"] | other["settings"]
    assert other["seeds"] == record["seeds"]
    assert not torch.equal(plain.readout.weight, load_classifier(
        last.output["model"], last.output["run"]).readout.weight)  # fmt: skip
    assert not list(tmp_path.rglob("checkpoint*"))


def test_a_network_that_fails_costs_the_others_nothing(tmp_path, data):
    bad = job(tmp_path / "bad", data, pooling="attention", learning_rate=float("inf"))
    good = job(tmp_path / "good", data, pooling="attention")
    good = replace(good, network=Network("two", "back", "1e-4", 2))
    errors = [error for _, error in one_by_one(train_pooled.run)([bad, good])]
    assert "not finite" in str(errors[0])
    assert errors[1] is None


def test_the_key_is_told_only_where_it_changes_something():
    assert with_pooling("m", MODEL) == with_pooling("m", {**MODEL, "pooling": "last"}) == MODEL
    looking_back = with_pooling("m", {**MODEL, "pooling": "attention"})
    assert is_pooled(looking_back)
    assert not is_pooled(MODEL)
    with pytest.raises(
        UserError, match=r"models\.m\.pooling: 'mean' is not accepted; accepted are"
    ):
        with_pooling("m", {**MODEL, "pooling": "mean"})
    with pytest.raises(UserError, match="has no query to learn; write trained: all"):
        with_pooling("m", {**MODEL, "pooling": "attention", "trained": "readout"})
