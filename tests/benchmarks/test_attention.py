"""The trials of translators: each can be built, drawn from, and told apart."""

import importlib.util
import sys

import pytest
from conftest import PROJECT

from rnn_geometry.networks.translators.build import build_translator


@pytest.fixture(scope="module")
def trials():
    """The script as a module, known by name while its dataclasses are made."""
    path = PROJECT / "benchmarks" / "attention.py"
    spec = importlib.util.spec_from_file_location("benchmarks_attention", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    yield spec.loader.exec_module(module) or module
    del sys.modules[spec.name]


def test_every_trial_is_a_network_of_its_own_on_seeds_for_trials(trials):
    rows = [trial.row(name) for name, trial in trials.NETWORKS.items()]
    assert len({tuple(sorted(map(str, row.items()))) for row in rows}) == len(rows)
    for trial in trials.NETWORKS.values():
        build_translator(trial.facts, seed=trial.seed)
        assert trial.seed in range(10)


def test_what_is_there_is_measured_and_not_trained_again(trials, tmp_path, monkeypatch):
    small = trials.Trial("one_to_one", {"words": 2, "length": 5}, 3, network={"hidden_size": 6})
    monkeypatch.setattr(trials, "NETWORKS", {"small": small})
    monkeypatch.setattr(trials, "SIZES", {"train": 200, "dev": 20, "first": 60, "second": 60})
    trials.main(tmp_path, [])
    table = (tmp_path / "attention.csv").read_text()
    monkeypatch.setattr(trials, "train_translator", None)
    trials.main(tmp_path, ["small"])
    assert (tmp_path / "attention.csv").read_text() == table
    head, first, control = table.splitlines()
    assert head.startswith("name,family,rho,architecture")
    assert first.startswith("small,one_to_one,,aed,own,2,5,6,3,,0.002,0,")
    assert control.startswith("untrained-s0,one_to_one,,aed,own,3,15,64,0,,0.002,0,")
