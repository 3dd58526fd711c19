"""The figure of causal tests shows every network beside its controls and chance."""

import numpy as np
import pandas as pd
from fake_run import fake_runs

from rnn_geometry.plotting.causes import TESTS, causes_by_task


def drawn_heights(ax):
    """Return the heights of all points of a panel, chance left out."""
    lines = [line for line in ax.lines if line.get_linestyle() != "--"]
    return np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in lines])


def test_every_number_is_a_point_and_a_missing_one_is_none():
    runs = pd.DataFrame(fake_runs())
    for ax, (column, title, label, _) in zip(causes_by_task(runs).axes, TESTS, strict=True):
        assert (ax.get_ylabel(), ax.get_title(loc="left")) == (label, title)
        names = [column, f"{column}_random", f"{column}_untrained"]
        expected = runs[names].astype(float).to_numpy().ravel()
        found = drawn_heights(ax)
        assert np.isnan(found).sum() == np.isnan(expected).sum()
        np.testing.assert_allclose(
            np.sort(found[np.isfinite(found)]), np.sort(expected[np.isfinite(expected)])
        )


def test_chance_is_drawn_at_every_task():
    runs = pd.DataFrame(fake_runs())
    tasks = sorted(runs["task"].unique())
    for ax, (*_, chance) in zip(causes_by_task(runs).axes, TESTS, strict=True):
        found = sorted(line.get_ydata()[0] for line in ax.lines if line.get_linestyle() == "--")
        levels = runs.groupby("task")[chance].mean() if isinstance(chance, str) else chance
        expected = sorted(levels) if isinstance(chance, str) else [chance] * len(tasks)
        np.testing.assert_allclose(found, expected)


def test_points_stand_at_their_task():
    runs = pd.DataFrame(fake_runs())
    panel = causes_by_task(runs).axes[0]
    for line in panel.lines:
        places = np.asarray(line.get_xdata(), dtype=float)
        assert (abs(places - places.round()) < 0.5).all()
    last = causes_by_task(runs).axes[-1]
    assert len(last.get_xticks()) == runs["task"].nunique()


def test_titles_say_where_filled_marks_are_expected_as_networks_of_the_paper_have_them():
    for column, title, *_ in TESTS:
        assert title.endswith("low" if column == "ablation_accuracy" else "high")


def test_a_network_is_tied_to_its_own_control():
    runs = pd.DataFrame(fake_runs())
    for ax, (column, *_) in zip(causes_by_task(runs).axes, TESTS, strict=True):
        ends = [part for lines in ax.collections for part in lines.get_segments()]
        pairs = runs[[column, f"{column}_random"]].astype(float).dropna().to_numpy()
        found = np.array([end[:, 1] for end in ends if np.isfinite(end).all()])
        np.testing.assert_allclose(np.sort(found, axis=0), np.sort(pairs, axis=0))
