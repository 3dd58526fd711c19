"""The figure of modifiers shows gains, intervals, and what is left without the subspace."""

import numpy as np
import pandas as pd
import pytest

from rnn_geometry.plotting import modifiers, overview

COLUMNS = [column for word in modifiers.WORDS for column in word[:-1] if column]
EMPTY = dict.fromkeys(
    [*COLUMNS, *(f"{word[0]}_{end}" for word in modifiers.WORDS for end in ("low", "high"))]
)


@pytest.fixture
def runs():
    text = {"not_gain": 0.3, "not_gain_low": 0.1, "not_gain_high": 0.5, "control_gain": 0.95}
    rows = [
        {"task": "yelp", "model": "gru", **EMPTY, **text, "flip_gain": 0.2, "flip_gain_cut": 0.9},
        {"task": "context", "model": "gru", **EMPTY, "flip_gain": -0.8, "flip_gain_cut": 0.8},
        {"task": "categorical-3", "model": "gru", **EMPTY},
    ]
    return pd.DataFrame(rows).assign(dimension_expected=1)


def drawn(axes, place):
    """Return the values of a panel near the place of a word."""
    points = [(x, y) for line in axes.lines for x, y in zip(*line.get_data(), strict=True)]
    near = [y for x, y in points if abs(x - place) < 0.45 and np.isfinite(y)]
    return sorted(near)


def test_a_panel_per_task_that_has_such_words(runs):
    figure = overview.modifier_gains(runs)
    panels = {ax.get_title(loc="left") or ax.get_title(): ax for ax in figure.axes}
    assert set(panels) == {"yelp", "context"}
    names = [label.get_text() for label in panels["yelp"].get_xticklabels()]
    assert names == ["the, a", "very", "but", "never", "not", "isn't"]
    assert drawn(panels["yelp"], 4) == [0.3, 0.9]
    assert drawn(panels["context"], 4) == [-0.8, 0.8]
    assert 0.95 in drawn(panels["yelp"], 0)
    segments = [s for bars in panels["yelp"].collections for s in bars.get_segments()]
    ends = [np.sort(segment[:, 1]).tolist() for segment in segments if segment.size]
    assert [0.1, 0.5] in ends


def test_without_such_words_the_figure_says_so(runs):
    figure = overview.modifier_gains(runs[runs["task"] == "categorical-3"])
    assert "No task has words" in figure.axes[0].texts[0].get_text()
