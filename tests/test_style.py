"""The linters that the project promises to satisfy."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

BIN = Path(sys.executable).parent
COMMANDS = {
    "ruff check": [BIN / "ruff", "check", "."],
    "ruff format": [BIN / "ruff", "format", "--check", "."],
    "snakefmt": [BIN / "snakefmt", "--check", "Snakefile", "workflow"],
    "imports": [BIN / "lint-imports", "--no-cache"],
    "types": [BIN / "basedpyright"],
    "snakemake lint": [sys.executable, "-m", "snakemake", "--lint"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_linters_find_nothing(name):
    done = subprocess.run(COMMANDS[name], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
