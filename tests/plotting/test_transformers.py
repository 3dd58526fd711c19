"""Figures of networks without a step: what is drawn is what is known, beside what claims ask."""

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import PROJECT
from placed_by import CARRIED, CUTS, OFF, classifying, saying

from rnn_geometry.claims.typed import read_typed
from rnn_geometry.plotting.by_place import plot_by_place
from rnn_geometry.plotting.data import figure_data
from rnn_geometry.plotting.transformers import transformers_overview
from rnn_geometry.stages.plot_transformers import TABLES

KEPT = {
    name: read_typed(PROJECT / f"docs/data/networks_{name}.csv", columns)
    for name, columns in TABLES.items()
}
CLAIMS = yaml.safe_load((PROJECT / "config/claims_transformers.yaml").read_text())["claims"]


@pytest.fixture(scope="module")
def overview():
    return transformers_overview(KEPT, CLAIMS)


def panel(figure, number):
    return next(axes for axes in figure.axes if axes.get_title(loc="left").startswith(number))


def test_a_panel_a_claim_and_a_dot_a_network(overview):
    assert len([axes for axes in overview.axes if axes.get_title(loc="left")]) == len(CLAIMS) == 9
    for claim in CLAIMS:
        axes = panel(overview, claim["name"].split("-")[0])
        table = next(t for t in KEPT.values() if claim["metric"] in t)
        heights = np.concatenate([dots.get_offsets()[:, 1] for dots in axes.collections])
        known = np.sort(table[claim["metric"]].dropna().to_numpy(float))
        np.testing.assert_allclose(np.sort(np.asarray(heights[~np.isnan(heights)])), known)


def test_thresholds_are_those_of_the_claims(overview):
    def asked(number):
        return sorted({float(line.get_ydata()[0]) for line in panel(overview, number).lines})

    assert asked("T1") == [0.9]
    assert asked("T2") == [0.8, 0.95]
    assert asked("T3") == [0.3]
    assert asked("T5") == pytest.approx([1.6, 2, 2.4, 3.2, 4, 4.8])


def test_what_lies_below_is_counted():
    table = KEPT["transformers_language"].copy()
    table.loc[table["task"] == "topics-3", "belief_r2"] = -3.0
    axes = panel(transformers_overview({"transformers_language": table}, CLAIMS), "T6")
    count = int((table["task"] == "topics-3").sum())
    assert [note.get_text() for note in axes.texts if "below" in note.get_text()] == [
        f"{count} below"
    ]


def drawn(network):
    header, rows = figure_data(plot_by_place(network))
    return pd.DataFrame(rows, columns=list(header))


@pytest.mark.parametrize("network", [classifying(), saying()], ids=["sums", "beliefs"])
def test_what_is_read_is_drawn_against_what_is_known(network):
    table = drawn(network)
    for kind, off in (("one map for all places", OFF), ("a map of each place's own", 0)):
        own = table[table["title"].str.endswith(kind) & table["series"].isin(network.targets)]
        apart = own["y"].astype(float) - own["x"].astype(float)
        assert len(apart) == network.read.known.size
        np.testing.assert_allclose(apart, off, atol=1e-6)


def test_what_places_carry_is_drawn_beside_an_even_look_back():
    axes = plot_by_place(classifying()).axes[5]
    lines = {line.get_label(): line for line in axes.lines}
    last = lines["the last one alone"]
    assert np.asarray(last.get_xdata()).tolist() == CUTS.tolist()
    np.testing.assert_array_equal(np.asarray(last.get_ydata()), CARRIED[:, 1])
    even = lines["one of all places, evenly"].get_ydata()
    np.testing.assert_allclose(np.asarray(even), 1 / np.arange(1, 6))
