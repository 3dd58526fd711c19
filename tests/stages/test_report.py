"""Snakemake's report is made of the run's own configuration, with all that lies beside it."""

import json
import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT
from tokenizers import Tokenizer, models

from rnn_geometry.config.load import load_settings
from rnn_geometry.errors import UserError
from rnn_geometry.stages import report
from rnn_geometry.store import formats


@pytest.fixture
def commands(monkeypatch):
    """Return the configurations of every Snakemake that is called, which writes its report."""
    called = []

    def run(command, **options):
        files = command[command.index("--configfile") + 1 :]
        called.append((files, [json.loads(Path(file).read_text()) for file in files]))
        Path(command[command.index("--report") + 1]).write_text("report")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(report.subprocess, "run", run)
    return called


class Params:
    def __init__(self, asked):
        self.asked, self.tasks = asked, ["categorical-3"]


@pytest.mark.parametrize("noted", [True, False])
def test_the_files_of_the_run_come_before_what_it_read(tmp_path, commands, noted):
    own = tmp_path / "own.json"
    own.write_text('{"seeds": [1]}')
    asked = {"config": {"seeds": [2]}, "files": [str(own)]}
    if noted:
        formats.write_json(tmp_path / "asked.json", asked)
    params = Params(str(tmp_path / "asked.json") if noted else asked)
    report.run({}, [str(tmp_path / "report.html")], params, lambda line: None)
    ((files, contents),) = commands
    assert files[0] == str(own)
    assert contents == [{"seeds": [1]}, {"seeds": [2]}]


def test_a_run_that_noted_nothing_is_told_so(tmp_path):
    with pytest.raises(UserError, match="without --no-hooks"):
        report.asked(str(tmp_path / "asked.json"))


def beside(folder, key):
    """Write data, and what a key names beside a configuration; return the configuration."""
    (folder / "own").mkdir(parents=True)
    for split in ("train", "test"):
        (folder / f"own/{split}.csv").write_text("text,label\nrain,0\nsun,1\n")
    Tokenizer(models.BPE()).save(str(folder / "tok.json"))
    (folder / "mine.yaml").write_text((PROJECT / "config/claims.yaml").read_text())
    task = {"name": "own", "family": "text", "source": {"folder": "own"}}
    config = {"tasks": [task], "data_folder": str(folder)}
    named = {"tokenizer": "tok.json", "claims": "mine.yaml"}[key]
    (task if key == "tokenizer" else config)[key] = named
    return config


@pytest.mark.parametrize("key", ["tokenizer", "claims"])
def test_what_lies_beside_the_configuration_is_found_again(tmp_path, monkeypatch, key):
    """Snakemake reads the file of the run and, in another folder, what the run read."""
    config = beside(tmp_path / "cfg", key)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    files = [tmp_path / "cfg/config.yaml", tmp_path / "elsewhere/configuration.json"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}")
    first, again, alone = files[:1], files, files[1:]
    found, expected = (load_settings(config, given, str(PROJECT)) for given in (again, first))
    assert all(found[key] == expected[key] for key in ("tasks", "claims"))
    with pytest.raises(UserError, match="there is no file"):
        load_settings(config, alone, str(PROJECT))
