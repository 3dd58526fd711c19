"""What a bare import loads, what comes from the root, and what the dynamics alone need.

Which module may import which is a contract in pyproject.toml.
"""

import subprocess
import sys

import pytest
from alone import alone

import rnn_geometry

# Stages that must not pay for torch.
WITHOUT_TORCH = [
    "claims.judge",
    "cli.facts",
    "cli.init",
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
LIGHT = ["pages.network", "plotting.network", "plotting.task_figures", "stages.plot_task"]
TABLES = {"torch", "pandas", "seaborn", "sklearn"}
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


def output_of(code, *arguments):
    """Return the words that a script prints in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def loaded_after(name):
    """Return the modules that stand in memory after one module of the package was imported."""
    return set(output_of(f"import sys, rnn_geometry.{name}; print(*sys.modules)"))


@pytest.mark.parametrize("name", WITHOUT_TORCH)
def test_no_torch_where_it_is_not_needed(name):
    assert "torch" not in loaded_after(name)


@pytest.mark.parametrize("name", PARSED)
def test_the_snakefile_is_parsed_without_heavy_imports(name):
    assert not loaded_after(name) & HEAVY


@pytest.mark.parametrize("name", LIGHT)
def test_a_figure_does_not_pay_for_tables(name):
    assert not loaded_after(name) & TABLES


# Public names


@pytest.mark.parametrize("name", rnn_geometry.__all__)
def test_a_public_name_is_what_its_module_defines(name):
    thing = getattr(rnn_geometry, name)
    assert callable(thing)
    assert (thing.__name__, thing.__module__) == (name, rnn_geometry._PLACES[name])


def test_the_root_loads_no_module_before_a_name_is_used():
    loaded = output_of("import sys, rnn_geometry; dir(rnn_geometry); print(*sys.modules)")
    assert not {"numpy", "torch"} & set(loaded)
    assert [name for name in loaded if name.startswith("rnn_geometry.")] == []


def test_names_are_listed_before_they_are_used():
    (names,) = output_of("import rnn_geometry; print(*dir(rnn_geometry), sep=',')")
    assert set(rnn_geometry.__all__) <= set(names.split(","))


def test_a_function_is_no_module_of_the_same_name():
    (kind,) = output_of(
        "import rnn_geometry.dynamics.slow_modes; from rnn_geometry import slow_modes; "
        "print(type(slow_modes).__name__)"
    )
    assert kind == "function"


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="module 'rnn_geometry' has no attribute 'nothing'"):
        rnn_geometry.nothing  # noqa: B018


# The dynamics alone

ALONE = """import numpy as np
import torch

from rnn_geometry.dynamics.fixed_points import find_fixed_points
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import torch_step

torch.manual_seed(0)
gru, x = torch.nn.GRU(3, 12, batch_first=True), torch.zeros(3)
states = gru(torch.randn(6, 10, 3))[0].flatten(0, 1)
step = torch_step(gru)
found = project_to_slow_manifold(step, states, x, min_tau=5.0)
fixed = find_fixed_points(step, states[:10], x)
spectra = linearize(step, found.points[:4], x)
modes = slow_modes(step, found.points[:4], x, min_tau=5.0)
assert np.isfinite(found.points).all() and np.isfinite(spectra.tau).all()
print(*found.points.shape, len(fixed.points), *modes.count.shape)
"""


def test_the_dynamics_run_with_numpy_scipy_and_torch_alone():
    assert alone(ALONE, rooms=["errors", "dynamics"]).split() == ["60", "12", "10", "4"]


def test_a_run_of_one_analysis_draws_without_what_judges_several(tmp_path):
    code = (
        "import sys; from rnn_geometry.stages.plot_overview import _multiverse;"
        "print(len(_multiverse(sys.argv[1])), 'scipy.stats' in sys.modules)"
    )
    table = tmp_path / "multiverse.csv"
    table.write_text("claim,task,holds\n")
    assert output_of(code, str(table)) == ["0", "False"]
