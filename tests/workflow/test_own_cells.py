"""Cells of a user's own through Snakemake: found, checked, trained anew; files that were exchanged.

What the cells themselves may be: tests/networks/test_own_cells.py and test_check.py.
"""

import re
import shutil

import pytest
from conftest import ProjectCopy

from rnn_geometry.store import formats

pytestmark = pytest.mark.workflow

CELL = """
import torch
from rnn_geometry.networks.cells import Cell
from formula import squash


class Leaky(Cell):
    def __init__(self, input_size, hidden_size, leak=0.5):
        super().__init__(input_size, hidden_size)
        self.leak = leak
        self.recurrent = torch.nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.inputs = torch.nn.Parameter(torch.zeros(hidden_size, input_size))

    def forward(self, h, x):
        drive = h @ self.recurrent.T + x @ self.inputs.T
        return (1 - self.leak) * h + self.leak * squash(drive)
"""
FORMULA = "import torch\n\n\ndef squash(drive):\n    return torch.tanh(drive)\n"
FOLDER = "results/runs/two/{}/l2-3e-4/seed-0"
CONFIG = "mine/changed.yaml"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a copy in which a leak was swept; the cell lies in a folder with the configuration."""
    copy = ProjectCopy(tmp_path_factory.mktemp("own"))
    (copy.root / "mine").mkdir()
    (copy.root / "mine/my_cell.py").write_text(CELL)
    (copy.root / "mine/formula.py").write_text(FORMULA)
    models = {"leaky": {"cell": "my_cell:Leaky", "hidden_size": 8, "steps": 20}}
    sweep = {"name": "s", "over": "cell_options.leak", "values": [0.3], "task": "two"}
    copy.tiny(models=models, cells=["leaky"], seeds=[0], sweeps=[sweep])
    (copy.root / "changed.yaml").rename(copy.root / CONFIG)
    copy.snakemake("tables", "--configfile", CONFIG)
    return copy


@pytest.fixture
def again(trained, tmp_path):
    """Return a copy of the finished run."""
    shutil.copytree(trained.root, tmp_path / "copy", copy_function=shutil.copy2)
    return ProjectCopy(tmp_path / "copy")


def run_of(copy, model="leaky"):
    return formats.read_json(copy.root / FOLDER.format(model) / "run.json")


def fails(copy, sentence, *arguments):
    done = copy.snakemake(*arguments, "--configfile", CONFIG, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert re.search(sentence, output), output
    assert "Traceback" not in output
    return output


def test_a_constant_is_swept(trained):
    swept = run_of(trained, "leaky-leak-0.3")["network"]
    assert swept["cell_options"] == {"leak": 0.3}
    assert swept["cell_source"] == run_of(trained)["network"]["cell_source"]
    assert "leaky-leak-0.3" in (trained.root / "results/tables/sweeps.csv").read_text()


def test_a_changed_formula_trains_anew_and_a_comment_nothing(again):
    before = run_of(again)
    formula = again.root / "mine/formula.py"
    formula.write_text("# a comment\n" + FORMULA)
    dry = again.snakemake("tables", "-n", "--configfile", CONFIG).stdout
    assert "train.leaky" not in dry
    formula.write_text(FORMULA.replace("torch.tanh", "-torch.tanh"))
    again.snakemake("tables", "--configfile", CONFIG)
    after = run_of(again)
    assert after["weights_sha256"] != before["weights_sha256"]
    assert after["network"]["cell_source"] != before["network"]["cell_source"]
    formula.write_text(FORMULA)
    again.snakemake("tables", "--configfile", CONFIG)
    assert run_of(again)["weights_sha256"] == before["weights_sha256"]


@pytest.mark.parametrize("file", ["model.safetensors", "run.json", "slow_points.npz"])
def test_a_file_of_another_network_is_refused(again, file):
    mine, other = (again.root / FOLDER.format(name) for name in ("leaky", "leaky-leak-0.3"))
    right = (mine / file).read_bytes()
    (mine / file).unlink()
    shutil.copyfile(other / file, mine / file)
    sentence = rf"leaky/l2-3e-4/seed-0/{re.escape(file)}: the file is damaged .* another one was"
    fails(again, sentence, "tables")
    (mine / file).write_bytes(right)
    again.snakemake("tables", "--configfile", CONFIG)


def test_a_vocabulary_of_another_task_is_refused(again):
    vocabulary = again.root / "results/data/two/vocab.json"
    words = formats.read_json(vocabulary)
    formats.write_json(vocabulary, words[::-1])
    fails(again, r"vocab\.json: the file is not the one that was prepared", "tables")


def test_a_broken_cell_is_refused_before_any_job(again):
    cell = again.root / "mine/my_cell.py"
    cell.write_text(CELL.replace("squash(drive)", "squash(drive).detach()"))
    output = fails(again, r"config key models\.leaky: cell my_cell:Leaky: the gradient", "tables")
    assert "Building DAG" not in output
    cell.unlink()
    fails(
        again,
        r"models\.leaky\.cell: the module 'my_cell' .*looked in mine, config, the working",
        "tables",
    )
