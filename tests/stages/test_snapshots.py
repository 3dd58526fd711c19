"""The manifold at steps of the training, from files to files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from rnn_geometry.config.pipeline import NETWORK_STAGES, key_of
from rnn_geometry.geometry.frame import slow_frame
from rnn_geometry.identity import Network
from rnn_geometry.networks.classifier import load_classifier
from rnn_geometry.stages import slow_points, snapshots, train
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.prepare import FILES_OF_TASK, save_prepared, synthetic_data
from rnn_geometry.store.artifacts import SlowPoints, Snapshots, States, WeightsByStep

TASK = {"name": "three", "family": "categorical", "classes": 3, "length": 8, "data_seed": 0}
TASK |= {"train_size": 3200, "dev_size": 60, "test_size": 240, "balanced": True}
MODEL = {"cell": "gru", "hidden_size": 16, "embedding_size": None, "cell_options": {}}
MODEL |= {"readout_bias": True, "readout_scale": 1.0, "learning_rate": 0.01, "l2": "1e-4"}
MODEL |= {"steps": 200, "batch_size": 32, "betas": [0.9, 0.99], "keep_weights": "last"}
ANALYSIS = {"method": "manifold", "min_tau": 8.0, "relax_steps": 2, "rounds": 6, "min_gap": 2.0}
ANALYSIS |= {"audit": 0.0, "memory_mb": None, "hold_input": "zero", "visited_states": 120}
ANALYSIS |= {"trajectories": 2, "exact_starts": 10}
NETWORK = Network("three", "small", "1e-4", 10)


def job(stage, folder, data, settings, own=None):
    entry = NETWORK_STAGES[stage]
    files = {key_of(file): str(folder / file) for file in entry.reads}
    files |= {key_of(file): data[key_of(file)] for file in entry.of_task}
    output = {key_of(file): str(folder / file) for file in entry.writes}
    wanted = {name: settings[name] for name in entry.settings}
    return NetworkJob(NETWORK, files, output, wanted, own, "cpu", 1, "f", lambda line: None)


def trained(folder, data, stage="train_followed", **own):
    folder.mkdir(parents=True, exist_ok=True)
    ((_, error),) = train.run_together([job(stage, folder, data, ANALYSIS, {**MODEL, **own})])
    assert error is None
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    save_prepared(synthetic_data(TASK), folder)
    return {name: str(folder / file) for name, file in FILES_OF_TASK.items()} | {
        "meta": str(folder / "meta.json")
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory, data):
    """Return the folder of a network that was followed at four steps."""
    folder = trained(tmp_path_factory.mktemp("a") / NETWORK.folder, data, snapshots=4)
    slow_points.run(job("slow_points", folder, data, ANALYSIS))
    snapshots.run(job("snapshots", folder, data, ANALYSIS))
    return folder


@pytest.fixture(scope="module")
def found(folder):
    return Snapshots.read(folder)


def test_weights_are_written_step_by_step(folder):
    steps = WeightsByStep.read(folder).steps
    assert list(steps) == [0, 2, 20, 200]
    network = load_classifier(folder / "model.safetensors", folder / "run.json")
    own = {name: weight.detach().numpy() for name, weight in network.named_parameters()}
    assert steps[200].keys() == own.keys()
    for name, weight in own.items():
        np.testing.assert_array_equal(steps[200][name], weight)


def test_a_network_that_is_not_followed_has_the_same_bytes_and_no_such_file(folder, data, tmp_path):
    plain = trained(tmp_path / NETWORK.folder, data, "train")
    for name in ("model.safetensors", "history.parquet"):
        assert (plain / name).read_bytes() == (folder / name).read_bytes()
    assert not (plain / WeightsByStep.FILE).exists()
    assert "snapshots" not in json.loads((plain / "run.json").read_text())["settings"]


def test_the_manifold_grows_from_one_point_to_the_plane(found):
    assert found.step.tolist() == [0, 2, 20, 200]
    assert found.dimension[0] == 0
    assert 1.8 < found.dimension[-1] < 2.3
    assert found.loss[0] > 1 > 0.2 > found.loss[-1]
    assert found.accuracy[0] < 0.6 < 0.95 < found.accuracy[-1]
    spread = found.points.std(axis=1).max(axis=1)
    assert spread[0] < 1e-3 * spread[-1]
    assert found.kept_step == 200


def test_accuracy_at_the_last_step_is_that_of_the_record(folder, found):
    record = json.loads((folder / "run.json").read_text())
    assert found.accuracy[-1] == record["test_accuracy"]


def test_places_are_along_the_components_of_the_trained_network(folder, found):
    slow, states = SlowPoints.read(folder), States.read(folder)
    origin, axes = slow_frame(slow.points, states.readout, snapshots.COMPONENTS)
    rows = np.unique(np.linspace(0, 239, snapshots.FINAL).astype(int))
    expected = (states.final[rows] - origin) @ axes.T
    np.testing.assert_allclose(found.final[-1], expected, atol=1e-5)
    np.testing.assert_array_equal(found.final_labels, states.final_labels[rows])
    np.testing.assert_allclose(found.readout[-1], states.readout @ axes.T, atol=1e-6)
    # Slow points lie where those of the trained network do: none is far from all of them.
    known = (slow.points - origin) @ axes.T
    distance = np.linalg.norm(found.points[-1][:, None] - known[None], axis=2).min(axis=1)
    assert np.quantile(distance, 0.9) < 0.3 * known.std()


def test_logits_are_those_of_the_network_of_the_step(found):
    assert len(np.unique(found.logits[-1].argmax(axis=1))) == 3
    spread = found.logits.astype(float).std(axis=1).max(axis=1)
    assert spread[0] < 1e-2 < 1 < spread[-1]


def test_the_same_files_give_the_same_snapshots(folder, data, found, tmp_path):
    again = tmp_path / NETWORK.folder
    shutil.copytree(folder, again)
    Path(again / "snapshots.npz").unlink()
    torch.manual_seed(5)
    snapshots.run(job("snapshots", again, data, ANALYSIS))
    for name, array in Snapshots.read(again).arrays().items():
        if name != "seconds":
            np.testing.assert_array_equal(array, found.arrays()[name])


@pytest.mark.parametrize(("spread", "dimension"), [(0.0, 0.0), (1e-6, 0.0), (1.0, 2.0)])
def test_points_that_are_one_have_no_dimension(spread, dimension):
    rng = np.random.default_rng(0)
    starts = rng.normal(size=(400, 5))
    points = 1 + spread * starts * [1, 1, 0, 0, 0]
    status = np.zeros(400, dtype=int)
    readout = np.ones((2, 5))
    found = snapshots.dimension_of(points, status, starts, readout)
    assert found == pytest.approx(dimension, abs=0.05)
    assert np.isnan(snapshots.dimension_of(points, np.full(400, 3), starts, readout))


def test_a_file_of_weights_that_belong_to_no_step_is_refused(folder, tmp_path):
    shutil.copy(folder / "model.safetensors", tmp_path / WeightsByStep.FILE)
    with pytest.raises(Exception, match="belongs to no step; delete the file"):
        WeightsByStep.read(tmp_path)
