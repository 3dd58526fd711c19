"""The networks of results that were opened by name: weights, and the step as it was analysed."""

import subprocess
import sys

import pytest
import torch
from drawn import record

from rnn_geometry import UserError, linearize, open_results
from rnn_geometry.identity import Network
from rnn_geometry.networks import classifier as model
from rnn_geometry.store import artifacts
from rnn_geometry.store.hashes import sha256

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
