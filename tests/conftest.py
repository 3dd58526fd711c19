"""Fixtures shared by the tests.

Where the project and the real data lie, copies of the project to run in.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
import yaml
from browser import launched  # noqa: F401 - one browser for all tests of pages
from filelock import FileLock
from xdist.scheduler.loadscope import LoadScopeScheduling

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = ("Snakefile", "workflow", "config", "profiles", "envs")
WORKER = "PYTEST_XDIST_WORKER"  # set where several processes run the tests


# Files whose tests share nothing but the finished run: any process may take any of them.
SPREAD = ("test_whole_run.py", "test_killed.py", "test_browser_pages.py")


class Together(LoadScopeScheduling):
    """Gives the tests of a file to one process, since they share what a fixture makes.

    All of Slurm goes to one, of which a machine can have one. (xdist's own groups have no effect
    under pytest 9.2: pytest-dev/pytest-xdist#1386.)
    """

    def _split_scope(self, nodeid):
        file = nodeid.split("::")[0]
        if "slurm" in file:
            return "slurm"
        return nodeid if file.endswith(SPREAD) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests out among several processes, in the order in which they were collected."""
    config.option.loadscopereorder = False
    return Together(config, log)


def pytest_collection_modifyitems(items):
    """Begin with whole runs, so that short tests are left for the process that ends first."""
    if WORKER in os.environ:
        items.sort(key=lambda item: item.get_closest_marker("workflow") is None)


def benchmark(name: str):
    """Return the script of a benchmark as a module: tests use what it measures with."""
    spec = importlib.util.spec_from_file_location(name, PROJECT / f"benchmarks/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the root of the project."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data sets.

    RNN_GEOMETRY_DATA, else ../shared/data; skip where neither is there.
    """
    folder = Path(os.environ.get("RNN_GEOMETRY_DATA") or PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real data sets are not at hand: set RNN_GEOMETRY_DATA to their folder")
    return folder


class ProjectCopy:
    """A copy of the project in which a test runs snakemake, with the copy's package ahead."""

    def __init__(self, root: Path):
        self.root = root
        if (root / "Snakefile").exists():
            return
        root.mkdir(parents=True, exist_ok=True)
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        for name in SOURCES:
            if (PROJECT / name).is_dir():
                shutil.copytree(PROJECT / name, root / name, ignore=ignore)
            else:
                shutil.copy2(PROJECT / name, root / name)

    def snakemake(
        self, *arguments: str, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess:
        """Run snakemake in the copy on two cores; fail with its output unless `check` is False."""
        inherited = {key: value for key, value in os.environ.items() if key != "RNN_GEOMETRY_DATA"}
        environment = {
            **inherited,
            "PYTHONPATH": str(self.root / "workflow"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=600
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def tiny(self, **changes) -> str:
        """Write the smallest configuration, of one network that learns little.

        Return its path for --configfile.
        """
        task = {
            "name": "two",
            "family": "categorical",
            "classes": 2,
            "length": 5,
            "train_size": 640,
        }
        smallest = {
            "tasks": [{**task, "dev_size": 100, "test_size": 100}],
            "cells": ["small"],
            "models": {"small": {"cell": "gru", "hidden_size": 8, "steps": 20}},
            "analysis": {
                "visited_states": 40,
                "exact_starts": 10,
                "spectrum_points": 4,
                "trajectories": 4,
            },
        }
        return self.configure(**{**smallest, **changes})

    def configure(self, base: str = "test", **changes) -> str:
        """Write a configuration made of config/{base}.yaml with `changes`.

        Return its path for --configfile.
        """
        settings = yaml.safe_load((self.root / "config" / f"{base}.yaml").read_text())
        settings.update(changes)
        (self.root / "changed.yaml").write_text(yaml.safe_dump(settings))
        return "changed.yaml"


@pytest.fixture
def project_copy(tmp_path) -> ProjectCopy:
    """Return a fresh copy of the project."""
    return ProjectCopy(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Run the test configuration once for all processes of the tests; tests copy the result."""
    place = tmp_path_factory.getbasetemp()
    root = (place.parent if WORKER in os.environ else place) / "finished"
    output = root.with_suffix(".output")
    with FileLock(root.with_suffix(".lock")):
        if not output.exists():
            shutil.rmtree(root, ignore_errors=True)
            run = ProjectCopy(root).snakemake("--configfile", "config/test.yaml")
            output.write_text(run.stdout)
    copy = ProjectCopy(root)
    copy.output = output.read_text()
    return copy
