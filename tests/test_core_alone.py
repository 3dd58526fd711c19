"""The library with numpy, scipy and torch alone, and what it says where an extra is missing."""

import tomllib

import pytest
from alone import alone, with_requirements
from conftest import PROJECT
from drawn import record

import rnn_geometry
from rnn_geometry.config.requirements import required
from rnn_geometry.errors import UserError, imported
from rnn_geometry.identity import Network
from rnn_geometry.store import artifacts, formats

PUBLIC = """
import rnn_geometry

for name in rnn_geometry.__all__:
    getattr(rnn_geometry, name)
    print(name)
"""

NETWORKS = """
import torch

from rnn_geometry import build_task, check_cell, make_cell
from rnn_geometry.networks.cells import GRU

task = build_task("categorical", classes=3)
cell = make_cell("gru", 3, 8)
cell.reset_parameters(torch.Generator().manual_seed(0))
check_cell(GRU, hidden_size=4)
print(len(task.words), *cell(torch.zeros(2, 8), torch.zeros(2, 3)).shape)
"""

FOUND = """
import torch

from rnn_geometry import SlowPoints, UserError, plot_slow_points, project_to_slow_manifold

starts = torch.tensor([[1.0, 0.5], [-2.0, 0.1]])
found = project_to_slow_manifold(lambda h, x: torch.tensor([0.99, 0.2]) * h, starts, torch.zeros(1))
found.save(sys.argv[3] + "/found.npz")
print(len(SlowPoints.load(sys.argv[3] + "/found.npz").points))
for wanted in (found.to_frame, lambda: plot_slow_points(found)):
    try:
        wanted()
    except UserError as error:
        print(error)
"""

RESULTS = """
from rnn_geometry import UserError, open_results

results = open_results(sys.argv[3])
network = results.networks[0]
print(results[network].record.cell)
for wanted in (lambda: results.tables["predictions"], lambda: results[network].weights,
               lambda: results[network].history):
    try:
        wanted()
    except UserError as error:
        print(error)
"""


WEIGHTS = """
import sys
from pathlib import Path
from rnn_geometry import UserError, read_network

try:
    read_network(next(Path(sys.argv[-1]).rglob("*.safetensors")), vocabulary=None)
except UserError as error:
    print(error)
"""


@pytest.fixture
def results(tmp_path):
    """Return a folder with one network, a table, and files that the core cannot read."""
    network = Network("categorical-3", "gru", "3e-4", 10)
    folder = tmp_path / network.folder
    record(cell="gru", **network._asdict()).write(folder / "run.json")
    formats.write_tensors(folder / "model.safetensors", {})
    formats.write_table(folder / "history.parquet", {"step": [1]})
    artifacts.Vocabulary(words=["good"]).write(tmp_path / "data/categorical-3/vocab.json")
    formats.write_table(tmp_path / "tables/predictions.csv", {"task": ["a"]})
    return tmp_path


def test_every_public_name_is_there_with_the_core_alone():
    assert alone(PUBLIC).split() == rnn_geometry.__all__


def test_tasks_and_cells_are_made_with_the_core_alone():
    assert alone(NETWORKS).split()[1:] == ["2", "8"]


def test_results_say_which_extra_reads_a_file(results):
    assert alone(RESULTS, results).splitlines() == [
        "gru",
        "This needs pandas: pip install 'rnn-geometry[plots]'.",
        "This needs safetensors: pip install 'rnn-geometry[workflow]'.",
        "This needs pyarrow: pip install 'rnn-geometry[text]'.",
    ]


def test_weights_of_ones_own_say_which_extra_reads_them(results):
    said = alone(WEIGHTS, results)
    assert said == "This needs safetensors: pip install 'rnn-geometry[workflow]'.\n"


def test_what_is_found_is_saved_with_the_core_alone_and_drawn_with_an_extra(tmp_path):
    assert alone(FOUND, tmp_path).splitlines() == [
        "2",
        "This needs pandas: pip install 'rnn-geometry[plots]'.",
        "This needs matplotlib: pip install 'rnn-geometry[plots]'.",
    ]


def test_a_package_that_lacks_something_itself_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "halfway.py").write_text("import no_such_module_here")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="no_such_module_here"):
        imported("halfway", "plots")
    with pytest.raises(UserError, match=r"needs nowhere: pip install 'rnn-geometry\[plots\]'"):
        imported("nowhere.part", "plots")


def test_the_core_is_what_is_stated():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    core = [line.split(">=")[0] for line in project["dependencies"]]
    assert sorted(core) == ["numpy", "scipy", "torch"]
    assert {"snakemake", "pandas", "safetensors"} <= {
        line.split(">=")[0] for line in required(project)
    }
    assert "pandas" not in with_requirements(*core)
