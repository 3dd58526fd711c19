"""Figures of input-output dimension and robustness draw the numbers of the table."""

import numpy as np
import pandas as pd
import pytest
from fake_run import fake_runs

from rnn_geometry.plotting import manifold_numbers as numbers
from rnn_geometry.plotting.text import said_task


@pytest.fixture(scope="module")
def runs():
    return pd.DataFrame(fake_runs())


def drawn(ax):
    """Return the heights of all lines of networks, sorted."""
    lines = [line for line in ax.lines if line.get_linestyle() != "--"]
    heights = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in lines])
    return np.sort(heights[np.isfinite(heights)])


def test_singular_values_are_relative_and_none_is_lost(runs):
    figure = numbers.singular_values_by_task(runs)
    for ax in figure.axes:
        title = ax.get_title() or ax.get_title(loc="left")
        rows = runs[[said_task(task) == title.split("\n")[0] for task in runs["task"]]]
        assert len(rows)
        values = rows[[f"io_value_{i}" for i in range(2, 9)]].astype(float).to_numpy().ravel()
        expected = np.clip(values[np.isfinite(values)], numbers.LEAST, None)
        np.testing.assert_allclose(drawn(ax), np.sort([*expected, *np.ones(len(rows))]))


def test_the_cut_is_drawn_and_the_expected_dimension_is_grey(runs):
    ax = numbers.singular_values_by_task(runs).axes[0]
    assert [line.get_ydata()[0] for line in ax.lines if line.get_linestyle() == "--"] == [0.1]
    assert len(ax.patches) == 1


def test_every_strength_of_noise_is_drawn(runs):
    figure = numbers.robustness_by_task(runs)
    tasks = runs["task"].nunique()
    for row, (measure, *_) in enumerate(numbers.ROWS):
        found = np.concatenate([drawn(ax) for ax in figure.axes[row * tasks : (row + 1) * tasks]])
        values = runs[[f"{measure}{suffix}" for suffix in numbers.NOISE]].astype(float).to_numpy()
        np.testing.assert_allclose(np.sort(found), np.sort(values[np.isfinite(values)]))
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["1%", "3%", "10%"]


def test_networks_without_numbers_are_left_out(runs):
    none = runs.assign(**dict.fromkeys([f"io_value_{i}" for i in range(2, 9)]))
    for ax in numbers.singular_values_by_task(none).axes:
        assert len(drawn(ax)) == 0


@pytest.mark.parametrize(("held", "begins"), [(0.87, 0.8), (0.6, 0.5), (0.3, -0.03)])
def test_what_is_held_by_all_networks_is_not_drawn_as_a_line_at_the_top(runs, held, begins):
    same = runs.assign(**{f"noise_hold_r2{suffix}": held for suffix in numbers.NOISE})
    ax = numbers.robustness_by_task(same).axes[runs["task"].nunique()]
    assert ax.get_ylim()[0] == pytest.approx(begins)
