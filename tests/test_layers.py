"""Imports of the package only go up (contracts in pyproject.toml); heavy ones stay where needed."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

# Stages that must not pay for torch.
WITHOUT_TORCH = [
    "claims.judge",
    "geometry.dimension",
    "geometry.network",
    "geometry.tables",
    "geometry.word_counts",
    "pages.explorer",
    "pages.start",
    "plotting.headline",
    "plotting.network",
    "plotting.task_figures",
    "stages.geometry",
    "stages.tabulate",
    "tasks.synthetic",
    "tasks.text.prepare",
]
# What runs once per network draws without these as well.
LIGHT = ["pages.network", "plotting.network", "plotting.task_figures"]
TABLES = {"torch", "pandas", "seaborn", "sklearn", "skdim"}
# What is imported while the Snakefile is parsed must be light.
PARSED = [
    "config.limits",
    "config.load",
    "config.pipeline",
    "config.plain",
    "config.plan",
    "errors",
    "identity",
    "store.files",
    "store.fingerprint",
    "store.provenance",
]
HEAVY = TABLES | {"datasets", "matplotlib", "scipy"}


def loaded_after(name):
    """Return the modules that stand in memory after one module of the package was imported."""
    code = f"import sys, rnn_geometry.{name}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_imports_keep_the_contracts():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", WITHOUT_TORCH)
def test_no_torch_where_it_is_not_needed(name):
    assert "torch" not in loaded_after(name)


@pytest.mark.parametrize("name", PARSED)
def test_the_snakefile_is_parsed_without_heavy_imports(name):
    assert not loaded_after(name) & HEAVY


@pytest.mark.parametrize("name", LIGHT)
def test_a_figure_does_not_pay_for_tables(name):
    assert not loaded_after(name) & TABLES
