"""Cells, tasks and metrics of other packages, from one that a test writes onto Python's path."""

import importlib
import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import PROJECT
from plugin_package import CODE, POINTS, write_points

from rnn_geometry import UserError, build_task, check_cell, make_cell
from rnn_geometry.claims.file import _sources
from rnn_geometry.claims.metrics import row_metric
from rnn_geometry.config.load import load_settings, read_schema
from rnn_geometry.networks.sources import find_source
from rnn_geometry.stages.prepare import synthetic_data
from rnn_geometry.store.plugins import plugins
from rnn_geometry.tasks.theory import structure

COUNTER = itertools.count()  # a module stays in memory, so that each has a name of its own


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return a function that installs a package, and says where its module lies."""

    def install(package="drifting-cells", points=POINTS, code=CODE, version="1.0"):
        module = f"plugin_{next(COUNTER)}"
        place = tmp_path / module
        place.mkdir()
        (place / f"{module}.py").write_text(code)
        named = {
            kind: {name: at.format(module=module) for name, at in names.items()}
            for kind, names in points.items()
        }
        write_points(place, package, named, version)
        monkeypatch.syspath_prepend(str(place))
        importlib.invalidate_caches()
        return place / f"{module}.py"

    return install


# Cells


def test_a_cell_of_another_package_is_made_and_checked_by_its_name(installed):
    installed()
    cell = make_cell("drifting", 3, 8, leak=0.2)
    assert (type(cell).__name__, cell.leak) == ("Drifting", 0.2)
    check_cell("drifting", hidden_size=4)
    h = torch.ones(2, 8)
    torch.testing.assert_close(cell(h, torch.zeros(2, 3)), 0.8 * h)


def test_what_it_adds_depends_on_the_code_and_the_version_of_its_package(installed):
    file = installed()

    def source():
        return find_source("drifting").digest()

    first = source()
    file.write_text(CODE + "\n# a comment")
    assert source() == first
    file.write_text(CODE.replace("leak=0.1", "leak=0.15"))
    assert source() != first
    file.write_text(CODE)
    assert source() == first
    plugin = plugins("cells", ())["drifting"]
    assert plugin._replace(version="1.1").digest() != first


def test_a_configuration_names_both_and_notes_their_code(installed):
    installed()
    models = {"mine": {"cell": "drifting", "steps": 5, "cell_options": {"leak": 0.3}}}
    task = {"name": "signs-5", "family": "signs", "length": 5}
    raw = {"models": models, "cells": ["mine", "gru"], "tasks": [task], "sweeps": []}
    settings = load_settings(raw, [], str(PROJECT))
    assert settings["models"]["mine"]["cell_source"] == find_source("drifting").digest()
    (family,) = {task["family_source"] for task in settings["tasks"]}
    assert family == plugins("tasks", ())["signs"].digest()
    meta = synthetic_data({**settings["tasks"][0], "test_size": 8, "train_size": 8}).meta
    assert meta["options"]["length"] == [5, 5]


def test_an_unknown_cell_is_told_with_those_of_packages(installed):
    installed()
    with pytest.raises(UserError, match=r"accepted are vanilla, .*, drifting, or a subclass"):
        make_cell("leakier", 3, 8)


# Tasks


def test_a_family_of_another_package_draws_sentences(installed):
    installed()
    task = build_task("signs", length=5, loud=True)
    sentences = task.sample(40, seed=0)
    totals = task.totals(*sentences.padded())
    np.testing.assert_array_equal(sentences.labels, (totals[:, 0] > 0).astype(int))
    assert structure(task.meta()) == "binary"
    assert task.dimension_expected == 1
    with pytest.raises(UserError, match="loud is 3; accepted is true or false"):
        build_task("signs", loud=3)
    assert "signs" in read_schema("config")["$defs"]["task"]["properties"]["family"]["enum"]


def test_an_object_that_is_no_family_is_refused(installed):
    installed(points={"tasks": {"wrong": "{module}:Drifting"}})
    with pytest.raises(UserError, match=r"the family of tasks 'wrong' .*accepted is a rnn_geom"):
        build_task("wrong")


# Metrics


def claims_about(metric):
    claim = {"name": "half", "says": "it is half", "metric": metric, "at_least": 0.4}
    claim |= {"structures": ["simplex"], "controls": []}
    return {"frozen": "2026-01-01", "seeds": [1, 2], "looks": [], "claims": [claim]}


def test_a_metric_of_another_package_is_a_function_of_rows(installed):
    file = installed()
    rows = pd.DataFrame({"test_accuracy": [1.0, 0.5]})
    assert row_metric("half_accuracy")(rows).tolist() == [0.5, 0.25]
    (first,) = _sources(claims_about("half_accuracy")["claims"])["metric_sources"].values()
    assert _sources(claims_about("test_accuracy")["claims"]) == {}
    file.write_text(CODE.replace("/ 2", "/ 4"))
    (second,) = _sources(claims_about("half_accuracy")["claims"])["metric_sources"].values()
    assert first != second


# What is refused


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("cells", "gru", "the cell 'gru' of the package drifting-cells has a name that is taken"),
        ("tasks", "text", "the family of tasks 'text' of the package drifting-cells"),
        ("metrics", "bag_of_words_gap", "it is built in; uninstall a package, or rename"),
    ],
)
def test_a_name_that_is_built_in_is_refused(installed, kind, name, said):
    installed(points={kind: {name: "{module}:Drifting"}})
    asked = {
        "cells": lambda: make_cell("leakier", 3, 8),
        "tasks": lambda: build_task("leakier"),
        "metrics": lambda: row_metric("leakier"),
    }
    with pytest.raises(UserError, match=said):
        asked[kind]()


def test_two_packages_with_the_same_name_are_refused(installed):
    installed("drifting-cells")
    installed("drifting-too")
    with pytest.raises(UserError, match="it is also one of drifting-"):
        make_cell("drifting", 3, 8)


def test_names_and_places_that_are_none_are_refused(installed):
    installed(points={"cells": {"a cell": "{module}:Drifting"}})
    with pytest.raises(UserError, match=r"its entry point 'a cell = .*is not accepted"):
        make_cell("drifting", 3, 8)


def test_a_package_that_fails_is_named(installed):
    installed(points={"tasks": {"wrong": "{module}:signs"}}, code="1 / 0")
    with pytest.raises(UserError, match=r"drifting-cells: .*:signs cannot be .*ZeroDivision"):
        build_task("wrong")


def test_without_packages_nothing_is_added():
    assert plugins("cells", ()) == {}
