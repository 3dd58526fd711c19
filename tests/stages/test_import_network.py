"""The job that imports networks: what it writes is what training writes, and says `imported`."""

import json

import numpy as np
import pytest
import torch
from own_networks import Net, drawn, task, trained, write_files

from rnn_geometry.dynamics.step import layer_states
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network
from rnn_geometry.networks.classifier import load_classifier
from rnn_geometry.stages.import_network import run
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.prepare import FILES_OF_TASK, save_prepared, text_data
from rnn_geometry.store.artifacts import History, Record
from rnn_geometry.store.hashes import sha256

WRITTEN = {"model": "model.safetensors", "run": "run.json", "history": "history.parquet"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with two networks and a task prepared with their words."""
    folder = tmp_path_factory.mktemp("own")
    networks = {"gru": trained(), "lstm": trained(kind="lstm", layers=2)}
    networks |= {"four": trained(outputs=4), "short": trained(words=9)}
    write_files(folder, networks, rows=60)
    options = {"data_seed": 0, "vocabulary": str(folder / "vocab.json")}
    data = text_data(task(**options), str(folder))
    save_prepared(data, folder)
    return folder


def job(place, folder, weights="gru.safetensors", lines=None, **changes):
    network = Network("mine", "own", "0", 3)
    data = {name: str(place / file) for name, file in FILES_OF_TASK.items()}
    data |= {"meta": str(place / "meta.json")}
    output = {name: str(folder / file) for name, file in WRITTEN.items()}
    files = {"weights": str(place / weights), "vocabulary": str(place / "vocab.json")}
    own = {"cell": "imported", "weights": weights, "vocabulary": "vocab.json", "l2": "0"}
    own |= {"steps": 0, "files": files, **changes}
    own["sha256"] = {name: sha256(file) for name, file in own["files"].items()}
    log = (lambda line: None) if lines is None else lines.append
    return NetworkJob(network, data, output, {}, own, "cpu", 1, "f", log)


@pytest.mark.parametrize(
    ("weights", "name", "size"), [("gru", "gru", 16), ("lstm", "lstm-2-layers", 64)]
)
def test_states_and_logits_are_those_of_torch(place, tmp_path, weights, name, size):
    lines = []
    mine = job(place, tmp_path, f"{weights}.safetensors", lines)
    run(mine)
    classifier = load_classifier(mine.output["model"], mine.output["run"])
    assert classifier.cell.state_size == size
    net = trained(**({"kind": "lstm", "layers": 2} if weights == "lstm" else {}))
    tokens = torch.from_numpy(drawn(20, 5)[0])  # the file has the special words first, as here
    with torch.no_grad():
        lengths = torch.full((20,), tokens.shape[1])
        torch.testing.assert_close(classifier(tokens, lengths), net(tokens), atol=1e-6, rtol=0)
        whole = layer_states(net.rnn, net.embedding(tokens))
        last = classifier.states(tokens)[:, -1, :16]
    h_of_last = {"gru": slice(0, 16), "lstm": slice(16, 32)}[weights]
    np.testing.assert_allclose(last, whole[:, -1, h_of_last], atol=1e-6)
    record = Record.read(mine.output["run"])
    assert (record.cell, record.control, record.seed) == (name, None, 3)
    assert record.settings["weights"] == f"{weights}.safetensors"
    assert "files" not in record.settings
    assert len(History.read(mine.output["history"]).step) == 1
    assert re_difference(lines) < 1e-5


def re_difference(lines):
    """Return the largest difference of logits that the log tells."""
    [line] = [line for line in lines if "test texts differ" in line]
    return float(line.split("differ by ")[1].split()[0])


def test_a_vocabulary_in_another_order_is_the_same_network(place, tmp_path):
    """Rows of the words are found by name: nothing else says which row is which."""
    words = json.loads((place / "vocab.json").read_text())
    order = np.random.default_rng(0).permutation(len(words))
    net = trained()
    net.embedding.weight.data = net.embedding.weight.data[order]
    other = tmp_path / "other"
    other.mkdir()
    write_files(other, {"gru": net}, rows=60)
    (other / "vocab.json").write_text(json.dumps([words[i] for i in order]))
    files = {"weights": str(other / "gru.safetensors"), "vocabulary": str(other / "vocab.json")}
    first, second = job(place, tmp_path), job(place, other, files=files)
    run(first)
    run(second)
    one, two = (load_classifier(j.output["model"], j.output["run"]) for j in (first, second))
    assert torch.equal(one.embedding, two.embedding)


REFUSED = {
    "outputs": (
        {"weights": "four.safetensors"},
        r"models.own: weights: the readout has 4 outputs and the task 'mine' 3 classes \(a, b, c\)",
    ),
    "words": (
        {"weights": "short.safetensors"},
        r"models.own: vocabulary: it has 14 words and the network 9 word vectors",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_the_task_is_refused(place, tmp_path, case):
    changes, sentence = REFUSED[case]
    with pytest.raises(UserError, match=sentence):
        run(job(place, tmp_path, **changes))


def test_a_file_that_was_changed_since_is_refused(place, tmp_path):
    mine = job(place, tmp_path)
    mine.own["sha256"]["weights"] = "0" * 64
    with pytest.raises(UserError, match="was changed since the run began"):
        run(mine)


def test_a_text_with_unknown_words_needs_a_word_for_them(place, tmp_path):
    words = [f"x{i}" for i in range(len(Net().embedding.weight))]
    (tmp_path / "vocab.json").write_text(json.dumps(words))
    files = {"weights": str(place / "gru.safetensors"), "vocabulary": str(tmp_path / "vocab.json")}
    with pytest.raises(UserError, match="of the texts have no row"):
        run(job(place, tmp_path, files=files))
