"""A network whose states run away: the run goes on, and its numbers that are not finite are empty.

The states of a rectified network may grow from word to word. Its manifold has no size then, and
what is told in that size is no number. Training on permuted labels makes such networks.
"""

import math

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from rnn_geometry.config.pipeline import NETWORK_STAGES
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network
from rnn_geometry.stages import geometry, linearize, slow_points, train
from rnn_geometry.stages.network_job import NetworkJob
from rnn_geometry.stages.prepare import FILES_OF_TASK, save_prepared, synthetic_data
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import sha256

NETWORK = Network("three", "small", "0", 1)
TASK = {"name": "three", "family": "categorical", "classes": 3, "length": 60, "data_seed": 0}
TASK |= {"train_size": 64, "dev_size": 20, "test_size": 60, "balanced": True}
MODEL = {"cell": "relu", "hidden_size": 8, "embedding_size": None, "cell_options": {}, "l2": "0"}
MODEL |= {"readout_bias": True, "readout_scale": 1.0, "learning_rate": 0.01, "steps": 20}
MODEL |= {"batch_size": 16, "betas": [0.9, 0.99]}
SEARCH = {"method": "manifold", "min_tau": None, "relax_steps": 2, "rounds": 1}
SEARCH |= {"min_gap": 2.0, "audit": 0.0, "memory_mb": None, "hold_input": "zero"}
SEARCH |= {"visited_states": 60, "trajectories": 2, "exact_starts": 30}
SAMPLE = {"spectrum_points": 8, "shown_words": 4, "memory_mb": None}


@pytest.fixture
def grown(tmp_path):
    """Return a function that makes a network with recurrent weights so many times too large."""
    save_prepared(synthetic_data(TASK), tmp_path)
    files = {name: str(tmp_path / file) for name, file in FILES_OF_TASK.items()}
    files |= {name: str(tmp_path / f"{name}.json") for name in ("meta", "word_statistics")}
    for stage in NETWORK_STAGES.values():
        files |= {file.partition(".")[0]: str(tmp_path / file) for file in stage.writes}
    formats.write_json(files["word_statistics"], {"dimension_predicted": 2})

    def make(times):
        [(_, error)] = train.run_together([job(files, {}, MODEL)])
        assert error is None
        weights = load_file(files["model"])
        weights["cell.weight_hh"] *= np.float32(times)
        save_file(weights, files["model"])
        record = formats.read_json(files["run"])
        formats.write_json(files["run"], record | {"weights_sha256": sha256(files["model"])})
        return files

    return make


def job(files, settings, own=None):
    return NetworkJob(NETWORK, files, files, settings, own, "cpu", 1, "f", lambda line: None)


def test_states_that_grow_leave_numbers_empty_and_stop_nothing(grown):
    files = grown(3)
    slow_points.run(job(files, SEARCH))
    linearize.run(job(files, SAMPLE))
    geometry.run(job(files, {}))
    assert np.abs(formats.read_npz(files["states"])["final"]).max() > 1e20
    numbers = formats.read_json(files["integration"]) | formats.read_json(files["geometry"])
    assert numbers["hold_r2"] is None or numbers["hold_r2"] < 0
    assert all(math.isfinite(value) for value in numbers.values() if isinstance(value, float))


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        (4, "all 60 states of the network run over .* under the hold input: it cannot be analysed"),
        (20, "run over .* as it reads, in 60 of 60 test texts .*lower learning_rate or clip"),
    ],
)
def test_states_that_are_no_numbers_end_in_a_sentence(grown, times, sentence):
    with pytest.raises(UserError, match=sentence):
        slow_points.run(job(grown(times), SEARCH))
