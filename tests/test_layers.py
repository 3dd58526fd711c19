"""Imports of the package only go up, and heavy ones stay where docs/architecture.md puts them."""

import ast
import subprocess
import sys

import pytest
from conftest import PROJECT

PACKAGE = PROJECT / "workflow/rnn_geometry"
LAYERS = {
    0: [
        "errors",
        "sentences",
        "io",
        "settings",
        "fingerprint",
        "job",
        "text_options",
        "adam",
        "identity",
        "hashes",
        "provenance",
        "design",
        "columns",
        "claims_file",
        "templating",
        "costs",
    ],
    1: [
        "tasks",
        "sampling",
        "text",
        "text_source",
        "text_labels",
        "text_words",
        "cells",
        "dimension",
        "class_counts",
        "word_statistics",
        "simplex",
        "scores",
        "frame",
        "curation",
    ],
    2: [
        "checkpoint",
        "model",
        "training",
        "jacobians",
        "linearization",
        "subspaces",
        "mode_batch",
        "slow_modes",
        "word_modes",
        "search",
        "projection",
        "slow_points",
        "fixed_points",
        "descent",
        "steps",
        "states",
        "integration",
        "modifiers",
        "flow",
        "traces",
    ],
    3: [
        "geometry",
        "data",
        "natural",
        "word_meaning",
        "training_run",
        "runs",
        "integration_run",
        "hold_comparison",
        "tables",
        "verdict",
        "claims",
        "claims_page",
        "portrait",
        "network_page",
        "start_page",
    ],
    4: ["plotting", "explorer"],
}
LAYER_OF = {name: layer for layer, names in LAYERS.items() for name in names}
# Stages that must not pay for torch.
WITHOUT_TORCH = [
    "tasks",
    "text",
    "dimension",
    "word_statistics",
    "geometry",
    "data",
    "tables",
    "plotting.network",
    "plotting.task_figures",
    "plotting.headline",
    "explorer",
    "start_page",
]
# What runs once per network draws without these as well.
LIGHT = ["plotting.network", "plotting.task_figures", "network_page"]
# What is imported while the Snakefile is parsed must be light.
PARSED = ["settings", "fingerprint", "tasks", "text", "curation", "errors"]
HEAVY = ["torch", "pandas", "datasets", "seaborn", "matplotlib", "sklearn", "skdim", "scipy"]


def modules():
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py" or path.parent != PACKAGE
    )


def own_imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.startswith("rnn_geometry")
        ):
            rest = node.module.split(".")[1:]
            yield from [rest[0]] if rest else [alias.name for alias in node.names]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_up(path):
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for imported in own_imports(path):
        assert LAYER_OF[imported] <= LAYER_OF[name], f"{name} imports {imported} of a later layer"


def loaded_after(statement):
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


@pytest.mark.parametrize("name", WITHOUT_TORCH)
def test_no_torch_where_it_is_not_needed(name):
    assert "torch" not in loaded_after(f"import rnn_geometry.{name}")


@pytest.mark.parametrize("name", PARSED)
def test_the_snakefile_is_parsed_without_heavy_imports(name):
    assert not loaded_after(f"import rnn_geometry.{name}") & set(HEAVY)


@pytest.mark.parametrize("name", LIGHT)
def test_a_figure_does_not_pay_for_tables(name):
    assert not loaded_after(f"import rnn_geometry.{name}") & {
        "torch",
        "pandas",
        "seaborn",
        "sklearn",
        "skdim",
    }
