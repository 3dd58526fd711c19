"""The examples of docs/examples run, and find what was planted in them."""

import runpy

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from conftest import PROJECT
from drawn import drawn, record

from rnn_geometry.identity import Network
from rnn_geometry.networks import classifier as model
from rnn_geometry.store import artifacts
from rnn_geometry.store.hashes import sha256

EXAMPLES = PROJECT / "docs/examples"


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    plt.close("all")


def run(name):
    """Run an example; return its names."""
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_the_line_attractor_is_found():
    names = run("line_attractor")
    assert names["distance_to_line"] < 1e-5
    assert names["kept"] < 1e-9
    np.testing.assert_allclose(names["spectra"].tau[0], [1e5, 1 / np.log(2)], rtol=1e-6)
    assert set(names["found"].modes.count) == {1}


def test_words_do_what_was_written_down():
    names = run("word_effects")
    np.testing.assert_allclose(
        names["effects"].effects, [[2, 0], [-2, 0], [0, 1], [0, 3]], atol=1e-9
    )
    np.testing.assert_allclose(names["along"].along, [1, 1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(names["along"].across, [0, 0, 0, 1], atol=1e-6)


def test_the_skeleton_of_a_flip_flop_is_a_cube():
    names = run("flip_flop")
    assert names["accuracy"] == {"vanilla": 1.0, "gru": 1.0}
    for bones in names["skeletons"].values():
        assert np.bincount(bones.unstable).tolist() == [8, 12, 6, 1]
        assert bones.degree == 1
        # A corner for every state of the three bits, and 0 for each bit that a saddle leaves open.
        bits = np.round(bones.roots @ names["member"] / 8 / 0.9575).astype(int)
        assert len(np.unique(bits, axis=0)) == 27
        np.testing.assert_array_equal((bits == 0).sum(1), bones.unstable)


def test_the_dimension_follows_from_word_counts():
    names = run("dimension_before_training")
    assert list(names["predicted"].values()) == [2, 4, 2, 3]
    assert names["values"][2] < 1e-3 * names["values"][1]


def test_the_own_cell_is_checked_and_remembers_what_it_must():
    names = run("own_cell")
    assert "two results for the same h and x" in names["refused"]
    np.testing.assert_allclose(names["found"].tau[0], [1e5] + 7 * [-1 / np.log(0.9)], rtol=1e-6)


@pytest.mark.slow
def test_layers_of_torch_keep_a_plane():
    names = run("torch_gru_lstm")
    assert min(names["accuracy"].values()) > 0.95
    assert names["shares"]["GRU"] > 0.95
    assert names["shares"]["LSTM"] > 0.8


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """Make a folder of results with one network, and let the example find it."""
    one = Network("categorical-3", "gru", "3e-4", 10)
    settings = {"cell": "gru", "words": 7, "embedding_size": 4, "hidden_size": 6, "classes": 3}
    settings |= {"cell_options": {}, "readout_bias": False, "readout_scale": 1.0}
    settings |= {"fixed_embedding": False}
    folder = tmp_path / one.folder
    folder.mkdir(parents=True)
    network = model.build_classifier(settings, None, seed=3)
    model.save_classifier(folder / "model.safetensors", network)
    weights = sha256(folder / "model.safetensors")
    told = {**one._asdict(), "cell": "gru", "network": settings, "weights_sha256": weights}
    record(**told).write(folder / "run.json")
    artifacts.Vocabulary(words=["good"]).write(tmp_path / "data/categorical-3/vocab.json")
    points = np.random.default_rng(0).normal(size=(30, 6))
    ends = {"status": np.zeros(30, np.int8), "x": np.zeros(4)}
    drawn(artifacts.SlowPoints, points=points, **ends).write(folder)
    bones = {"roots": points[:3], "stability": np.array([0, 0, 1]), "basins": np.ones(3)}
    drawn(artifacts.FixedPoints, points=points, **ends, **bones).write(folder)
    monkeypatch.setenv("RNN_GEOMETRY_RESULTS", str(tmp_path))
    return network


def test_finished_results_are_gone_on_with(finished, capsys):
    names = run("finished_results")
    said = capsys.readouterr().out
    assert "categorical-3, gru, L2 3e-4, seed 10: weights, record, slow_points" in said
    assert "fixed points by unstable modes: [2 1]" in said
    h = torch.tensor(names["slow"].points[:4])
    expected = finished.cell.double()(h, torch.zeros(4, 4, dtype=torch.float64))
    torch.testing.assert_close(names["step"](h, torch.zeros(4, 4, dtype=torch.float64)), expected)
    assert names["axes"].get_legend_handles_labels()[1] == ["found", "stable", "1 unstable mode"]


def test_every_example_is_tested_here():
    text = (PROJECT / "tests/test_doc_examples.py").read_text()
    others = {"own_network"}  # runs the workflow; tested beside the import of networks
    for example in EXAMPLES.glob("*.py"):
        assert f'run("{example.stem}")' in text or example.stem in others
