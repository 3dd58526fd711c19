"""What must not change a number.

The order of jobs, the number of cores, and how many points are worked on at once.
"""

import csv
import math

import numpy as np
import pytest
import torch
from conftest import ProjectCopy, benchmark

from rnn_geometry.dynamics.results import Route
from rnn_geometry.dynamics.step import chunk_length
from rnn_geometry.networks.classifier import analysis_cell, load_classifier
from rnn_geometry.stages.slow_points import find_slow_points
from rnn_geometry.store import formats

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

SMALL = {"length": 5, "train_size": 640, "dev_size": 100, "test_size": 100}
TWO_TASKS = [
    {"name": "a", "family": "categorical", "classes": 2, **SMALL},
    {"name": "b", "family": "ordered", **SMALL},
]
killed = benchmark("killed")
RUN = "results/runs/{task}/small/l2-3e-4/seed-0"
# Columns that no chunk size may change by more than 1e-6 of their value, and those that are less
# exact. The gap below the cut rests on a mode that is not followed: how far its Krylov estimate got
# depends on the last bits. fast_q is what rounding leaves of a residual that is driven to zero.
EXACT, ESTIMATED = 1e-6, {"gap_median": 1e-3}
# `rate_slope` goes by ranks: where two points are equal but for rounding, theirs change places.
ROUNDING = {"fast_q_median": 1e-12, "rate_slope": 1e-4}


# --- order of jobs --------------------------------------------------------------------------------


def test_cores_scheduler_and_order_of_jobs_do_not_matter(project_copy, tmp_path_factory):
    """On two cores with the default scheduler, and on one core beginning with the last network."""
    config = project_copy.tiny(tasks=TWO_TASKS)
    project_copy.snakemake("tables", "--configfile", config)
    other = ProjectCopy(tmp_path_factory.mktemp("backwards"))
    one_core = (
        "--configfile",
        other.tiny(tasks=TWO_TASKS),
        "--cores",
        "1",
        "--scheduler",
        "greedy",
    )
    other.snakemake(f"{RUN.format(task='b')}/geometry.json", *one_core)
    assert not (other.root / RUN.format(task="a")).exists()
    other.snakemake("tables", *one_core)
    expected = killed.contents(project_copy.root / "results")
    assert len([name for name in expected if name.endswith("geometry.json")]) == 2
    assert killed.differences(killed.contents(other.root / "results"), expected) == []


# --- chunks ---------------------------------------------------------------------------------------


def rows(file):
    with open(file, newline="") as handle:
        return list(csv.DictReader(handle))


def assert_same_numbers(one, other):
    """Assert that two rows agree: text and integers equal, floats as far as columns promise."""
    assert one.keys() == other.keys()
    for name in one:
        if name.endswith("seconds") or one[name] == other[name]:
            continue
        assert "." in one[name] or "e" in one[name], f"{name}: {one[name]} and {other[name]}"
        limits = {"rel_tol": ESTIMATED.get(name, EXACT), "abs_tol": ROUNDING.get(name, 0.0)}
        assert math.isclose(float(one[name]), float(other[name]), **limits), (
            f"{name}: {one[name]} and {other[name]}"
        )


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Run networks with states so large that a chunk of 16 MB holds only a part of the points."""
    copy = ProjectCopy(tmp_path_factory.mktemp("wide"))
    copy.snakemake("tables", "--configfile", wide_configuration(copy, None))
    return copy


def wide_configuration(copy, memory_mb):
    models = {
        cell: {"cell": cell, "hidden_size": 64, "learning_rate": 1.0e-2, "steps": 150}
        for cell in ("gru", "lstm")
    }
    task = {
        "name": "three",
        "family": "categorical",
        "classes": 3,
        "length": 15,
        "train_size": 3200,
    }
    analysis = {"visited_states": 150, "exact_starts": 80, "memory_mb": memory_mb}
    task |= {"dev_size": 100, "test_size": 200}
    return copy.configure(tasks=[task], cells=list(models), models=models, analysis=analysis)


def test_tables_do_not_depend_on_the_memory_for_a_chunk(wide):
    """The whole way through the workflow.

    Exact roots are searched in chunks of 80 at most, slow points of 150.
    """
    assert chunk_length(64, 3, 16) < 80
    assert chunk_length(64, 3, 128) > 150
    before = rows(wide.root / "results/tables/runs.csv")
    done = wide.snakemake("tables", "--configfile", wide_configuration(wide, 16))
    assert "rule slow_points." in done.stderr
    assert "rule train." not in done.stderr
    after = rows(wide.root / "results/tables/runs.csv")
    assert [row["cell"] for row in before] == [row["cell"] for row in after] == ["gru", "lstm"]
    for one, other in zip(before, after, strict=True):
        assert_same_numbers(one, other)


@pytest.mark.parametrize(("cell", "chunk", "iterative"), [("gru", 3, True), ("lstm", 1, False)])
def test_slow_points_do_not_depend_on_chunks_of_one_or_three_points(wide, cell, chunk, iterative):
    """With 1 MB, less than a configuration may ask for.

    The LSTM has learned too little for more than dense spectra.
    """
    folder = wide.root / f"results/runs/three/{cell}/l2-3e-4/seed-0"
    classifier = load_classifier(folder / "model.safetensors", folder / "run.json")
    step, expected = analysis_cell(classifier), formats.read_npz(folder / "slow_points.npz")
    assert chunk_length(classifier.cell.state_size, 3, 1) == chunk
    starts = torch.from_numpy(formats.read_npz(folder / "states.npz")["visited"]).double()
    analysis = {
        "method": "manifold",
        "relax_steps": 2,
        "rounds": 6,
        "min_gap": 2.0,
        "audit": 0.02,
        "memory_mb": 1,
    }
    found = find_slow_points(
        step, starts, torch.from_numpy(expected["x"]), analysis, float(expected["min_tau"]), 0
    )
    assert not iterative or (found.modes.route == Route.ITERATIVE).mean() > 0.5
    for name in ("status", "slow_modes", "held_modes", "iterations"):
        np.testing.assert_array_equal(getattr(found, name), expected[name], err_msg=name)
    np.testing.assert_allclose(
        found.points, expected["points"], rtol=0, atol=EXACT * np.abs(starts.numpy()).max()
    )
