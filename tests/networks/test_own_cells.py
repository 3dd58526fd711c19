"""Cells of a user's own: where they are looked for, how they are imported, and what they take."""

import importlib
import json
import os
import subprocess
import sys

import pytest
import torch
from conftest import PROJECT

from rnn_geometry.config.load import read_schema
from rnn_geometry.config.settings import resolve
from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.networks import checked, sources
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.make import cell_class, make_cell
from rnn_geometry.networks.more_cells.entries import code_of_cell
from rnn_geometry.networks.sources import beside_files, find_source

LEAKY = """
import torch
from rnn_geometry.networks.cells import Cell
{more}

class Leaky(Cell):
    def __init__(self, input_size, hidden_size, leak=0.1):
        super().__init__(input_size, hidden_size)
        self.leak = leak
        self.recurrent = torch.nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.inputs = torch.nn.Parameter(torch.zeros(hidden_size, input_size))

    def forward(self, h, x):
        drive = h @ self.recurrent.T + x @ self.inputs.T
        return (1 - self.leak) * h + self.leak * torch.tanh(drive)

    def reset_parameters(self, generator, scale=1.0):
        super().reset_parameters(generator)
        with torch.no_grad():
            self.recurrent.mul_(scale)
"""


def leaky(more=""):
    return LEAKY.replace("{more}", more)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return the folder of a configuration; the working folder is another one."""
    for name in ("configs", "work", "path"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.syspath_prepend(tmp_path / "path")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv(sources.VARIABLE, beside_files([tmp_path / "configs/mine.yaml"]))
    yield tmp_path / "configs"
    for name in [name for name in sys.modules if name.startswith("my_cells")]:
        del sys.modules[name]


def write(file, text=None):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(leaky() if text is None else text)
    importlib.invalidate_caches()


# --- where ----------------------------------------------------------------------------------------

PACKAGE = {
    "my_cells/__init__.py": "from .leaky import Leaky\nfrom my_cells.parts import factor\n",
    "my_cells/leaky.py": leaky("from .parts import factor"),
    "my_cells/parts.py": "factor = 2\n",
}


@pytest.mark.parametrize(
    ("cell", "files"),
    [
        ("my_cells:Leaky", {"my_cells.py": None}),
        ("my_cells.py:Leaky", {"my_cells.py": None}),
        ("below/my_cells.py:Leaky", {"below/my_cells.py": None}),
        ("below.my_cells:Leaky", {"below/my_cells.py": None}),
        ("my_cells:Leaky", PACKAGE),
        ("my_cells.leaky:Leaky", PACKAGE),
        ("my_cells/leaky.py:Leaky", PACKAGE),
        ("my_cells/__init__.py:Leaky", PACKAGE),
        ("with a blank/it's.py:Leaky", {"with a blank/it's.py": None}),
    ],
)
def test_a_module_beside_the_configuration_is_found(place, cell, files):
    for name, text in files.items():
        write(place / name, text)
    assert cell_class(cell).__name__ == "Leaky"
    assert make_cell(cell, 3, 4, leak=0.5).leak == 0.5


def test_places_have_an_order(place):
    folders = {name: place.parent / name for name in ("path", "work", "configs")}
    for name in folders:
        write(folders[name] / "my_cells.py", leaky(f"place = '{name}'"))
        assert find_source("my_cells:Leaky").root == folders[name]


def test_every_configuration_file_counts_the_first_before_the_others(place, monkeypatch):
    others = [place.parent / name for name in ("work/b/x.yaml", "configs/c.yaml")]
    monkeypatch.setenv(sources.VARIABLE, beside_files([others[0], others[1], "../configs/d.yaml"]))
    write(place / "my_cells.py")
    assert find_source("my_cells:Leaky").root == place
    write(others[0].parent / "my_cells.py")
    assert find_source("my_cells:Leaky").root == others[0].parent


def test_a_relative_path_above_and_a_full_path(place):
    write(place.parent / "path/my_cells.py")
    for cell in ("../path/my_cells.py:Leaky", f"{place.parent}/path/my_cells.py:Leaky"):
        assert cell_class(cell).__name__ == "Leaky"


@pytest.mark.parametrize(
    "cell",
    ["no_module:Leaky", "no_module.py:Leaky", "no.module:Leaky", "sys:path", "json.nothing:Leaky"],
)
def test_the_sentence_says_where_a_module_was_looked_for(place, cell):
    with pytest.raises(UserError, match="cannot be found; looked in") as caught:
        find_source(cell)
    told = str(caught.value)
    assert "beside the configuration file" in told
    assert len(told) <= LONGEST
    assert ("PYTHONPATH" in told) is (".py:" not in cell)
    assert "looked in ../configs, the working folder" in told


@pytest.mark.parametrize("cell", [".a:B", "a..b:C", "a:b c", "a b:C", "a:", ":C", "a/b:C", "..:C"])
def test_what_is_no_name_of_a_class_is_refused(place, cell):
    with pytest.raises(UserError, match=r"cannot be found; write package\.module:ClassName"):
        find_source(cell)


# --- in nobody's way ------------------------------------------------------------------------------


TAKEN = ("torch", "numpy", "cells", "scipy", "json", "snakemake", "site")


def test_a_module_may_be_called_like_another_one_and_hides_none(place):
    for name in TAKEN:
        write(place / f"{name}.py", leaky("mark = 1"))
    script = (
        "import sys\n"
        "from rnn_geometry.networks.make import make_cell\n"
        "for name in sys.argv[1:]:\n"
        "    assert make_cell(f'{name}:Leaky', 3, 4).leak == 0.1\n"
        "import torch, numpy, scipy, json, snakemake, site\n"
        "import rnn_geometry.networks.cells\n"
        "for module in (torch, numpy, scipy, json, snakemake, site):\n"
        "    assert not hasattr(module, 'mark'), module\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "workflow")}
    done = subprocess.run(
        [sys.executable, "-c", script, *TAKEN],
        capture_output=True,
        text=True,
        cwd="/",
        env=environment,
    )
    assert done.returncode == 0, done.stderr


def test_a_copy_of_the_package_in_the_working_folder_is_another_matter(place):
    write(place / "rnn_geometry/networks/cells.py", "raise RuntimeError\n")
    assert cell_class("rnn_geometry.networks.cells:GRU") is cell_class("gru")


def test_a_module_finds_what_lies_beside_it_later_too(place):
    write(place / "beside_it.py", "value = 3\n")
    late = "\n    def late(self):\n        import beside_it\n        return beside_it.value\n"
    write(place / "my_cells.py", leaky("from beside_it import value") + late)
    assert make_cell("my_cells:Leaky", 3, 4).late() == 3


def test_a_changed_module_is_imported_anew(place):
    for leak in ("0.1", "0.7"):
        write(place / "my_cells.py", leaky().replace("leak=0.1", f"leak={leak}"))
        assert make_cell("my_cells:Leaky", 3, 4).leak == float(leak)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def broken(:\n", r"my_cells\.py cannot be imported, line 1 \(SyntaxError"),
        ("\nimport no_such_thing\n", r"line 2 \(ModuleNotFoundError: No module named 'no_such_"),
        ("x = 1\ny = x / 0\n", r"line 2 \(ZeroDivisionError"),
        ("from .beside import x\n", "a relative import needs a package; import the file beside"),
        ("import sys\nsys.exit(0)\n", r"it ends the process \(sys.exit\); put that below `if"),
        ("raise BaseException('x')\n", r"line 1 \(BaseException: x\)"),
        ("class Other:\n    pass\n", "my_cells.py has no 'Leaky'; there is: Other"),
        ("", "my_cells.py has no 'Leaky'; there is: none"),
        ("from rnn_geometry import Cell\n", "my_cells.py has no 'Leaky'; there is: none"),
        ("Leaky = 3\n", "unknown cell 'my_cells:Leaky'; accepted are vanilla"),
        ("class Leaky:\n    pass\n", "unknown cell 'my_cells:Leaky'; accepted are vanilla"),
        ("from torch.nn import GRUCell as Leaky\n", "unknown cell 'my_cells:Leaky'"),
        ("x = '\x00'\n", "cannot be imported"),
        ("raise ValueError('x' * 9999)\n", "cannot be imported, line 1"),
    ],
)
def test_a_module_that_fails_is_one_sentence(place, text, sentence):
    write(place / "my_cells.py", text)
    with pytest.raises(UserError, match=sentence) as caught:
        cell_class("my_cells:Leaky")
    assert len(str(caught.value)) <= LONGEST
    assert "\n" not in str(caught.value)


# --- options --------------------------------------------------------------------------------------

NETWORK = {
    "cell": "my_cells:Leaky",
    "hidden_size": 4,
    "embedding_size": 3,
    "cell_options": {},
    "readout_bias": True,
    "readout_scale": 1.0,
    "words": 5,
    "classes": 2,
}


def built(**options):
    return build_classifier({**NETWORK, "cell_options": options}, None, seed=0).cell


def test_options_reach_the_class_and_its_weights(place):
    write(place / "my_cells.py")
    usual, changed = built(), built(leak=0.5, scale=2.0)
    assert (usual.leak, changed.leak) == (0.1, 0.5)
    torch.testing.assert_close(changed.recurrent, 2 * usual.recurrent)
    assert torch.equal(changed.inputs, usual.inputs)


@pytest.mark.parametrize("option", ["lek", "state_size", "input_size", "hidden_size", "generator"])
def test_an_unknown_option_names_those_that_are_accepted(place, option):
    write(place / "my_cells.py")
    with pytest.raises(UserError, match=f"'{option}' is unknown; accepted: leak, scale"):
        built(**{option: 1})


def test_a_class_that_takes_any_option_gets_them_all(place):
    text = leaky().replace("leak=0.1):", "**options):").replace("= leak\n", "= options['leak']\n")
    write(place / "my_cells.py", text)
    assert built(leak=0.3, scale=1.0).leak == 0.3


def test_code_that_was_changed_meets_no_old_weights(place):
    write(place / "my_cells.py")
    network = {**NETWORK, "cell_source": find_source("my_cells:Leaky").digest()}
    build_classifier(network, None, seed=0)
    write(place / "my_cells.py", leaky().replace("torch.tanh", "-torch.tanh"))
    with pytest.raises(UserError, match=r"the code of the cell 'my_cells:Leaky' is not that of"):
        build_classifier(network, None, seed=0)


# --- in a configuration ---------------------------------------------------------------------------

BASE = {
    "tasks": [{"name": "two", "family": "categorical", "classes": 2}],
    "cells": ["mine"],
    "seeds": [0],
}


def resolved(cell="my_cells:Leaky", sweeps=(), **model):
    models = {"mine": {"cell": cell, "steps": 1, **model}}
    return resolve({**BASE, "models": models, "sweeps": list(sweeps)}, read_schema("config"))


def test_the_code_of_a_cell_is_a_setting_of_every_model_that_uses_it(place):
    write(place / "my_cells.py")
    sweep = {"name": "s", "over": "cell_options.leak", "values": [0.2, 0.4], "task": "two"}
    models = resolved(sweeps=[sweep])["design"].models
    hashes = {name: model["cell_source"] for name, model in models.items()}
    assert set(hashes) == {"mine", "mine-leak-0.2", "mine-leak-0.4"}
    assert models["mine-leak-0.2"]["cell_options"] == {"leak": 0.2}
    write(place / "my_cells.py", leaky().replace("torch.tanh", "-torch.tanh"))
    assert not set(resolved()["design"].models["mine"]["cell_source"]) <= set(hashes.values())
    assert "cell_source" not in resolved(cell="gru")["design"].models["mine"]


def test_the_code_of_a_cell_in_a_module_of_its_own_is_a_setting():
    sources = {
        cell: resolved(cell=cell)["design"].models["mine"]["cell_source"]
        for cell in ("mingru", "lru", "mingru-2-layers")
    }
    assert sources == {cell: code_of_cell(cell) for cell in sources}


def test_a_sweep_over_the_value_of_the_model_itself_is_the_model(place):
    sweep = {"name": "s", "over": "cell_options.hold_bias", "values": [1.0, 2.0], "task": "two"}
    settings = resolved(cell="gru", sweeps=[sweep], cell_options={"hold_bias": 1.0})
    assert set(settings["design"].models) == {"mine", "mine-hold_bias-2.0"}


def test_nobody_writes_the_hash_of_the_code(place):
    with pytest.raises(UserError, match=r"models\.mine\.cell_source: unknown key"):
        resolved(cell="gru", cell_source="0" * 16)


def test_a_module_that_is_not_there_names_the_key(place):
    with pytest.raises(UserError, match=r"config key models\.mine\.cell: the module 'my_cells' of"):
        resolved()


# --- before any job -------------------------------------------------------------------------------


def check(**changes):
    checked.check_own_cells(resolved(hidden_size=4, **changes)["design"].models)


def test_built_in_cells_cost_no_process(place, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    check(cell="gru")


def test_a_good_cell_is_checked_once_for_every_state_of_its_code(place, monkeypatch):
    write(place / "my_cells.py", leaky("print('loud')"))
    check()
    run, asked = subprocess.run, []
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: asked.append(1) or run(*a, **k))
    check()
    assert asked == []
    check(cell_options={"leak": 0.3})
    write(place / "my_cells.py", leaky("# a comment\nmore = 1"))
    check()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (leaky().replace("return (", "return (0 * torch.randn_like(h) + "), {}, None),
        (leaky().replace("return (", "return (torch.randn_like(h) + "), {}, "two results"),
        (leaky(), {"lek": 1}, r"cell_options of cell 'Leaky': 'lek' is unknown; accepted"),
        (leaky(), {"leak": "much"}, r"cell my_cells:Leaky: forward fails .*TypeError"),
        (leaky("import sys\nsys.exit()"), {}, r"ends the process \(sys.exit\)"),
        (leaky("import os\nos._exit(7)"), {}, "it cannot be checked, the process ended with .* 7"),
        (leaky("input()"), {}, "EOFError"),
        (leaky("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"), {}, "status -9"),
        (leaky("import time\ntime.sleep(60)"), {}, "its check took more than 5 seconds"),
    ],
)
def test_a_broken_cell_names_its_model(place, monkeypatch, text, options, sentence):
    monkeypatch.setattr(checked, "LONGEST_SECONDS", 5 if "sleep" in text else 300)
    write(place / "my_cells.py", text)
    if sentence is None:
        check(cell_options=options)
        return
    for _ in range(2 if options else 1):  # a fault is not taken for good the next time
        with pytest.raises(UserError, match=r"^config key models\.mine: .*" + sentence) as caught:
            check(cell_options=options)
    assert len(str(caught.value)) <= LONGEST


def test_nothing_is_noted_where_nothing_can_be_written(place, monkeypatch):
    write(place / "my_cells.py")
    (place.parent / "work/.snakemake").write_text("a file")
    check()


def test_the_variable_is_plain(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert json.loads(beside_files(["a/x.yaml", "a/y.yaml", "/b/z.yaml"])) == [
        os.path.join(tmp_path, "a"),
        "/b",
    ]
    monkeypatch.setenv(sources.VARIABLE, "no list")
    assert sources.search_folders() == [tmp_path]
