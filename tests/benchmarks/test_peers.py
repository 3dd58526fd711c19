"""This project beside its peers: what the script measures, prints and says of what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import PROJECT

SCRIPT = PROJECT / "benchmarks" / "peers.py"
SMALL = ("--units", "8", "--steps", "30", "--states", "40", "--repeats", "1")


def peers(folder: Path, *options: str) -> str:
    """Return what the script prints on a small network, in a process of its own."""
    command = [sys.executable, str(SCRIPT), *SMALL, "--networks", str(folder), *options]
    path = str(PROJECT / "workflow")
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of(printed: str) -> dict[str, list[str]]:
    """Return the cells of each row by its tool."""
    lines = [line.strip("| ").split(" | ") for line in printed.splitlines() if line[:1] == "|"]
    return {cells[0]: cells[1:] for cells in lines}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where the network is kept."""
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def printed(folder) -> str:
    """What the script prints where no peer is at hand: this Python has no JAX."""
    tools = ("manifold", "jaxopt", "finder", "roots", "scipy-jacobian")
    return peers(folder, "--python", sys.executable, "--tools", *tools)


def test_every_tool_that_is_there_has_all_its_numbers(printed):
    rows = rows_of(printed)
    titles = rows["tool"]
    for name in ("ours: slow manifold", "ours: exact fixed points", "scipy hybr, Jacobian by hand"):
        assert len(rows[name]) == len(titles)
        numbers = dict(zip(titles, map(float, rows[name])))
        assert all(np.isfinite(value) for value in numbers.values())
        assert numbers["returned"] == 1


def test_two_searches_find_the_same_roots(printed):
    rows = rows_of(printed)
    titles = rows["tool"]
    found = {
        name: dict(zip(titles, rows[name]))
        for name in ("ours: exact fixed points", "scipy hybr, Jacobian by hand")
    }
    for column in ("distinct", "moved", "at a root"):
        assert len({numbers[column] for numbers in found.values()}) == 1, column
    assert float(found["ours: exact fixed points"]["at a root"]) == 1


def test_a_missing_peer_is_a_row_that_says_what_to_do(printed):
    rows = rows_of(printed)
    (package,) = rows["jaxopt, Levenberg-Marquardt"]
    assert package.startswith("not installed: jax")
    assert "pip install '.[peers]'" in package
    (folder,) = rows["FixedPointFinder, defaults"]
    assert folder == "not at hand: pass --fixed-point-finder FOLDER, a clone of it"


def test_the_lines_below_say_who_is_first(printed):
    assert "- First in CPU s (" in printed
    assert "the cheapest of them: " in printed


@pytest.mark.usefixtures("printed")
def test_another_map_is_refused(tmp_path, folder):
    (problem,) = folder.glob("*.npz")
    with np.load(problem) as file:
        arrays = dict(file)
    np.savez(tmp_path / problem.name, **arrays | {"expected": arrays["expected"] + 1e-3})
    (row,) = rows_of(peers(tmp_path, "--tools", "iterate"))["no tool: F(h, x*) 10 times"]
    assert row.startswith("its map differs from ours by ")
