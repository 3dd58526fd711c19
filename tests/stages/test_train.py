"""The job that trains networks: seeds, shuffled words, and what each gets in a batch of many."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_geometry.identity import Network
from rnn_geometry.networks import training
from rnn_geometry.networks.training import Diverged
from rnn_geometry.stages import train
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.prepare import FILES_OF_TASK, save_prepared, synthetic_data
from rnn_geometry.stages.train import run_seeds, run_together, shuffled_words
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import Sentences

TASK = {"name": "two", "family": "categorical", "classes": 2, "length": 5, "data_seed": 0}
TASK |= {"train_size": 64, "dev_size": 20, "test_size": 30, "balanced": True}
MODEL = {"cell": "ugrnn", "hidden_size": 6, "embedding_size": None, "cell_options": {}}
MODEL |= {"readout_bias": True, "readout_scale": 1.0, "learning_rate": 0.01, "l2": "1e-3"}
MODEL |= {"steps": 20, "batch_size": 16, "betas": [0.9, 0.99]}
WRITTEN = {"model": "model.safetensors", "run": "run.json", "history": "history.parquet"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return the files of a task by stem."""
    folder = tmp_path_factory.mktemp("two")
    save_prepared(synthetic_data(TASK), folder)
    return {name: str(folder / file) for name, file in FILES_OF_TASK.items()} | {
        "meta": str(folder / "meta.json")
    }


def job(folder, data, seed, l2="1e-3", lines=None, **changes):
    network = Network("two", "small", l2, seed)
    place = folder / f"{l2}-{seed}"
    place.mkdir(parents=True)
    output = {name: str(place / file) for name, file in WRITTEN.items()}
    own = {**MODEL, "l2": l2, **changes}
    log = (lambda line: None) if lines is None else lines.append
    return NetworkJob(network, data, output, {}, own, "cpu", 1, "f", log)


def outcomes(jobs):
    return {job.network: error for job, error in run_together(jobs)}


def written(job):
    """Return what a network is, without its seconds."""
    record = json.loads(Path(job.output["run"]).read_text())
    weights, history = (Path(job.output[name]).read_bytes() for name in ("model", "history"))
    return record.pop("train_seconds") > 0, record, weights, history


def test_files_of_a_network_have_no_trace_of_its_companions(tmp_path, data):
    networks = [(1, "1e-3"), (2, "1e-3"), (1, "0"), (3, "1e-3")]
    alone = [job(tmp_path / "alone", data, *network) for network in networks]
    many = [job(tmp_path / "many", data, *network) for network in networks]
    for network in alone:
        assert outcomes([network]) == {network.network: None}
    assert set(outcomes(many).values()) == {None}
    assert [written(network) for network in many] == [written(network) for network in alone]
    assert len({written(network)[2] for network in many}) == 4
    assert not list(tmp_path.rglob("checkpoint*"))


def test_models_form_batches_of_their_own(tmp_path, data, monkeypatch):
    groups, step = set(), training.Trainer.step

    def watched(self, number, batch):
        groups.add((self.learners[0].classifier.cell.hidden_size, len(self.learners)))
        return step(self, number, batch)

    monkeypatch.setattr(training.Trainer, "step", watched)
    sizes = [6, 7, 6, 6, 7]
    jobs = [job(tmp_path, data, seed, hidden_size=size) for seed, size in enumerate(sizes)]
    assert set(outcomes(jobs).values()) == {None}
    assert groups == {(6, 3), (7, 2)}


def test_one_that_fails_leaves_the_others(tmp_path, data):
    good, bad, broken = (
        job(tmp_path, data, 1),
        job(tmp_path, data, 2, l2="1e38"),
        job(tmp_path, data, 3, cell_options={"wrong": 1}),
    )
    found = outcomes([broken, bad, good])
    assert found[good.network] is None
    assert isinstance(found[bad.network], Diverged)
    assert "wrong" in str(found[broken.network])
    assert Path(good.output["model"]).exists()
    assert not Path(bad.output["model"]).exists()


def test_a_file_that_is_missing_fails_all_that_need_it(tmp_path, data):
    gone = {**data, "dev": str(tmp_path / "gone.parquet")}
    jobs = [job(tmp_path / "a", gone, 1), job(tmp_path / "b", gone, 2), job(tmp_path, data, 3)]
    kinds = [type(error) for error in outcomes(jobs).values()]
    assert kinds == [FileNotFoundError, FileNotFoundError, type(None)]


def test_files_of_a_task_are_read_once(tmp_path, data, monkeypatch):
    reads, read = [], train.read_sentences

    def counted(path):
        reads.append(path)
        return read(path)

    monkeypatch.setattr(train, "read_sentences", counted)
    assert set(outcomes([job(tmp_path, data, seed) for seed in range(3)]).values()) == {None}
    assert sorted(reads) == sorted(data[split] for split in ("train", "dev", "test"))


def test_lines_of_a_batch_name_their_network(tmp_path, data):
    lines = []
    assert set(outcomes([job(tmp_path, data, 1, lines=lines)]).values()) == {None}
    assert lines[0] == "two small L2 1e-3 seed 1"
    assert lines[1].startswith("epoch   1")
    lines.clear()
    jobs = [job(tmp_path, data, seed, lines=lines) for seed in (2, 3)]
    assert set(outcomes(jobs).values()) == {None}
    names = [f"two small L2 1e-3 seed {seed}" for seed in (2, 3)]
    assert lines[:2] == names
    assert all(line.startswith((f"{names[0]}: ", f"{names[1]}: ")) for line in lines[2:])


def test_shuffling_moves_words_within_their_sentence_only():
    rows = [list(range(10 * i, 10 * i + 8)) for i in range(40)]
    sentences = Sentences.from_lists(rows, np.arange(40))
    shuffled = shuffled_words(sentences, 0)
    parts = np.split(shuffled.tokens, shuffled.offsets[1:-1])
    assert [sorted(part) for part in parts] == rows
    assert sum(list(part) == row for part, row in zip(parts, rows, strict=True)) < 3
    assert np.array_equal(shuffled.labels, sentences.labels)
    assert np.array_equal(shuffled_words(sentences, 0).tokens, shuffled.tokens)
    assert not np.array_equal(shuffled_words(sentences, 1).tokens, shuffled.tokens)


def test_purposes_and_wildcards_have_seeds_of_their_own():
    identity = {"task": "a", "model": "gru", "l2": "0", "seed": "1"}
    seeds = run_seeds(identity)
    assert len({*seeds.values(), *run_seeds({**identity, "seed": "2"}).values()}) == 6


def test_controls_begin_with_the_weights_of_the_network_that_they_are_paired_with():
    identity = {"task": "a", "model": "gru", "l2": "0", "seed": "1"}
    for changes in ({"model": "gru-untrained"}, {"model": "gru-reservoir"}, {"task": "a-shuffled"}):
        assert run_seeds({**identity, **changes}) == run_seeds(identity)
    assert run_seeds({**identity, "model": "gru-other"}) != run_seeds(identity)


def control(folder, data, model, **changes):
    """Train a control of the network of seed 1; return its record and weights."""
    made = job(folder / model, data, 1, **changes)
    made = replace(made, network=made.network._replace(model=model))
    assert outcomes([made]) == {made.network: None}
    return (
        json.loads(Path(made.output["run"]).read_text()),
        formats.read_tensors(made.output["model"]),
    )


def test_a_reservoir_has_the_cell_of_the_untrained_network_and_a_readout_of_its_own(tmp_path, data):
    _, before = control(tmp_path, data, "small-untrained", steps=0)
    record, after = control(tmp_path, data, "small-reservoir", trained="readout")
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {"readout.weight", "readout.bias"}
    assert record["control"] == "reservoir"
    _, trained = control(tmp_path, data, "small")
    assert "cell.weight_hh" in {n for n in before if not np.array_equal(before[n], trained[n])}


def test_permuted_labels_are_learned_to_the_last_step(tmp_path):
    task = {**TASK, "name": "two-shuffled", "shuffled_labels": True}
    save_prepared(synthetic_data(task), tmp_path)
    files = {name: str(tmp_path / file) for name, file in FILES_OF_TASK.items()}
    files |= {"meta": str(tmp_path / "meta.json")}
    changes = {"patience": 1, "learning_rate": 0.1}
    stopped, _ = control(tmp_path / "a", files, "small", **changes)
    assert stopped["best_step"] == MODEL["steps"]
    assert stopped["control"] == "shuffled_labels"
    assert stopped["settings"]["keep_weights"] == "last"


def test_what_a_network_is_asked_beyond_its_test_split(tmp_path, data):
    record, _ = control(tmp_path, data, "small", steps=200)
    assert record["new_counts_accuracy"] is None  # five words of three kinds: all counts are known
    assert record["longer_accuracy"] > 0.8
    assert record["unbalanced_accuracy"] > 0.8
