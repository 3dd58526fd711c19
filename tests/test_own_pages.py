"""What the pages on cells and networks of one's own say is what happens."""

import importlib.util
import re
from pathlib import Path

import pytest
import torch
import yaml
from conftest import PROJECT
from own_networks import trained, write_files
from torch import nn

from rnn_geometry import check_cell
from rnn_geometry.config.load import load_settings
from rnn_geometry.config.plan import Plan
from rnn_geometry.networks import sources

DEFAULT = yaml.safe_load((PROJECT / "config/config.yaml").read_text())


def blocks(page, language):
    """Return the blocks of code on a page."""
    text = (PROJECT / "docs" / page).read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def loaded(path):
    """Return the module in a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the working folder, which is that of the configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(sources.VARIABLE, "[]")
    return tmp_path


def planned(written, **more):
    return Plan(load_settings({**DEFAULT, **yaml.safe_load(written), **more}, [], str(PROJECT)))


def test_the_leaky_cell_passes_its_check_and_its_leak_is_swept(folder):
    code, check = blocks("own_cell.md", "python")
    (folder / "my_cells.py").write_text(code)
    check_cell(loaded(folder / "my_cells.py").LeakyCell, leak=0.2)
    assert "check_cell(LeakyCell, leak=0.2)" in check
    (written,) = blocks("own_cell.md", "yaml")
    models = {**DEFAULT["models"], **yaml.safe_load(written)["models"]}
    plan = planned(written, models=models)
    assert {n.model for n in plan.networks} == {
        *("leaky", "gru", "leaky-leak-0.05", "leaky-leak-0.1", "leaky-leak-0.5")
    }
    assert plan.models["leaky"]["cell"] == "my_cells.py:LeakyCell"


def test_the_configurations_of_networks_are_read(folder):
    write_files(folder, {f"lstm-{seed}": nn.Linear(1, 1) for seed in range(3)}, rows=9)
    for name in ("gru.safetensors", "net.pt"):
        (folder / name).write_bytes(b"weights are read before the first job")
    single, deep, module = blocks("own_network.md", "yaml")
    assert [n.model for n in planned(single).networks] == ["mine"]
    task = {key: yaml.safe_load(single)[key] for key in ("data_folder", "tasks")}
    assert [n.seed for n in planned(deep, **task).networks] == [0, 1, 2]
    code, _ = blocks("own_network.md", "python")
    (folder / "my_net.py").write_text(code)
    _write_tokenizer(folder)
    tasks = [{key: v for key, v in task["tasks"][0].items() if key != "tokenizer"}]
    plan = planned(module, data_folder=".", tasks=tasks)
    assert plan.tasks["reviews"]["tokenizer"] == "tokenizer.json"
    net = loaded(folder / "my_net.py").build(**plan.models["net"]["module_options"])
    assert net(torch.tensor([[1, 2]]))["logits"].shape == (1, 3)


def _write_tokenizer(folder):
    from tokenizers import Tokenizer, models

    model = models.WordLevel({"[UNK]": 0, "sun": 1}, unk_token="[UNK]")
    Tokenizer(model).save(str(folder / "tokenizer.json"))


def test_the_lines_for_the_library_run(folder, capsys):
    write_files(folder, {"gru": trained(20)}, rows=3)
    exec(blocks("own_network.md", "python")[1], {})
    assert capsys.readouterr().out.startswith("gru torch.Size([3, 16]) (4, 16)")


@pytest.mark.workflow
def test_the_example_finds_the_slow_points_of_the_library(tmp_path):
    script = loaded(Path(PROJECT / "docs/examples/own_network.py"))
    assert script.main(tmp_path / "own") < 1e-4
