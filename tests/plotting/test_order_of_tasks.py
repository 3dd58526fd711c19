"""Tasks stand in figures as they are configured, as on pages."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from rnn_geometry.pages.task_order import rows_in_order
from rnn_geometry.plotting import overview
from rnn_geometry.plotting.multiverse import agreement_map
from rnn_geometry.plotting.text import said_task
from rnn_geometry.stages import plot_languages, plot_overview, plot_translators

CONFIGURED = ["ordered-5", "categorical-10", "categorical-2"]
BY_NAME = ["categorical-10", "categorical-2", "ordered-5"]
KEYS = ["task", "model", "l2", "seed"]


def networks(tasks):
    """Return two rows a task, as tables have them: by name."""
    rows = [(task, "gru", "1e-3", seed) for task in tasks for seed in (0, 1)]
    return pd.DataFrame(rows, columns=KEYS)


def test_rows_follow_the_configuration_and_stay_in_turn_within_a_task():
    found = rows_in_order(networks([*BY_NAME, "unknown"]), CONFIGURED)
    assert list(found["task"]) == [t for task in [*CONFIGURED, "unknown"] for t in (task, task)]
    assert list(found["seed"]) == [0, 1] * 4


def test_data_seeds_stand_where_their_task_does():
    table = networks(["a-data7", "b"])
    assert list(rows_in_order(table, ["b", "a-data7"])["task"].unique()) == ["b", "a-data7"]


@pytest.fixture
def seen(monkeypatch):
    """Return what figures over all networks are given of tables by name."""
    shown = {}

    def probe(runs, dimension, tasks, order):
        shown.update(runs=runs, dimension=dimension, tasks=tasks, order=order)
        return Figure()

    tables = {"runs": networks(BY_NAME), "dimension": networks(BY_NAME)}
    tables["tasks"] = pd.DataFrame({"task": BY_NAME, "mean_length": 25.0})
    monkeypatch.setattr(overview, "OVER_NETWORKS", {"probe": probe})
    monkeypatch.setattr(plot_overview, "read_frame", lambda name, _: tables[name])
    monkeypatch.setattr(plot_overview, "_multiverse", lambda _: networks(BY_NAME))
    return shown


def test_figures_over_networks_are_given_tasks_as_they_are_configured(seen, tmp_path):
    params = SimpleNamespace(shown=networks(CONFIGURED).to_numpy().tolist(), formats=["svg"])
    files = dict.fromkeys(("runs", "tasks", "dimension", "multiverse"), "")
    plot_overview.run(files, {"probe": str(tmp_path / "probe.png")}, params, lambda _: None)
    for name in ("runs", "dimension", "tasks"):
        assert list(seen[name]["task"].unique()) == CONFIGURED, name
    assert seen["order"] == CONFIGURED


@pytest.mark.parametrize(
    ("stage", "reader"),
    [(plot_languages, "read_typed"), (plot_translators, "read_translators")],
)
def test_figures_of_other_networks_are_given_them_so(stage, reader, monkeypatch, tmp_path):
    given = []

    def figure(table):
        given.append(table)
        return Figure()

    monkeypatch.setattr(stage, reader, lambda *_: networks(BY_NAME))
    monkeypatch.setattr(stage, "language_overview", figure, raising=False)
    monkeypatch.setattr(stage, "FIGURES", (figure,), raising=False)
    params = SimpleNamespace(tasks=CONFIGURED, formats=["svg"])
    files = {"language": "", "translators": ""}
    stage.run(files, [str(tmp_path / "figure.png")], params, lambda _: None)
    assert list(given[0]["task"].unique()) == CONFIGURED


def test_a_figure_names_tasks_in_the_order_of_rows():
    runs = networks(CONFIGURED).assign(
        dimension_expected=2.0, participation_ratio=2.0, components_95=2.0
    )
    ax = overview.dimension_overview(runs).axes[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == list(map(said_task, CONFIGURED))


def test_the_map_of_verdicts_keeps_claims_in_turn_and_has_tasks_in_the_order_given():
    table = pd.DataFrame(
        [("b", "x", "gru", 1.0), ("a", "y", "gru", 0.0), ("a", "x", "gru", 0.5)],
        columns=["claim", "task", "cell", "agree"],
    ).assign(verdict="holds")
    (image,) = agreement_map(table, ["y", "x"]).axes[0].images
    np.testing.assert_array_equal(image.get_array(), [[np.nan, 1.0], [0.0, 0.5]])
