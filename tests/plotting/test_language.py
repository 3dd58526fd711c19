"""The panel of a language model and the figure over all of them: what is drawn is what is known."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT
from read_by import READ_OFF, spoken

from rnn_geometry.claims.typed import read_typed
from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.plotting.data import figure_data
from rnn_geometry.plotting.language import plot_language, state_colours
from rnn_geometry.plotting.languages import language_overview


@pytest.fixture(scope="module")
def panel():
    header, rows = figure_data(plot_language(spoken()))
    return pd.DataFrame(rows, columns=list(header))


def test_what_is_read_is_drawn_against_what_is_known(panel):
    drawn = panel[panel["title"].str.startswith("Belief read")]
    apart = drawn["y"].astype(float) - drawn["x"].astype(float)
    np.testing.assert_allclose(apart[drawn["series"].isin(["singular", "plural"])], READ_OFF)


def test_stable_points_and_saddles_are_told_apart(panel):
    drawn = panel[panel["title"].str.startswith("States by belief")]
    counts = drawn[drawn["x_axis"] == "component 1"].groupby("series").size()
    assert (counts["stable fixed points"], counts["saddles"]) == (2 * 2, 2)


def test_perplexities_stand_beside_each_other():
    axes = plot_language(spoken()).axes[5]
    names = [label.get_text() for label in axes.get_xticklabels()]
    heights = [bar.get_height() for bar in axes.patches]
    assert dict(zip(names, heights, strict=True)) == {
        **{"1-gram": 11.0, "2-gram": 10.0, "3-gram": 9.5, "4-gram": 9.2},
        **{"network": 8.3, "source": 8.2},
    }


def test_depths_have_a_ramp_and_topics_have_none():
    assert state_colours("depth", 3) != state_colours("topics", 3)
    assert len(set(state_colours("topics", 5))) == 5


def test_the_figure_over_all_has_a_dot_a_network():
    table = read_typed(PROJECT / "docs/data/language.csv", LANGUAGE)
    figure = language_overview(table)
    held, read, words = figure.axes[:3]
    dots = [len(dots.get_offsets()) for dots in held.collections]
    assert sum(dots) == len(table) == 280
    heights = np.concatenate([dots.get_offsets()[:, 1] for dots in read.collections])
    np.testing.assert_allclose(
        np.sort(np.asarray(heights, float)), np.sort(table["belief_r2"].to_numpy(float))
    )
    assert sum(len(dots.get_offsets()) for dots in words.collections) == 140
    levels = [line.get_ydata()[0] for line in held.lines]
    assert sorted(levels) == sorted(table.groupby("task")["dimension_expected"].first())
