"""The figure of the manifold during training: which steps, where, and the table beside it."""

from dataclasses import replace

import numpy as np
import pytest
from explorer_run import fake_snapshots
from fake_run import fake_network

from rnn_geometry.plotting import style
from rnn_geometry.plotting.arrays import with_snapshots
from rnn_geometry.plotting.data import figure_data
from rnn_geometry.plotting.training import drawn_box, shown_steps, told, training_manifold

STEPS = (0, 5, 20, 80)


def followed(model, **given):
    network = fake_network("categorical", 4, model)
    return replace(network, snapshots=fake_snapshots(network, **given))


@pytest.fixture(scope="module")
def networks():
    return [followed("vanilla"), fake_network("categorical", 4, "lstm"), followed("gru")]


@pytest.fixture(scope="module")
def figure(networks):
    return training_manifold(networks)


def drawn(ax, label):
    (found,) = (dots for dots in ax.collections if dots.get_label() == label)
    return np.asarray(found.get_offsets())


def test_a_row_a_followed_network_and_a_panel_a_step_at_the_width_of_a_page(figure):
    assert figure.get_figwidth() == style.TWO_COLUMNS
    titles = [ax.get_title().splitlines() for ax in figure.axes]
    assert [title[0] for title in titles] == [f"step {step}" for step in STEPS] * 2
    assert [title[1] for title in titles[:3]] == [
        "acc. 0.30, one point",
        "acc. 0.50, no gap",
        "acc. 0.70, dim. 1.3",
    ]
    written = {text.get_text() for text in figure.texts}
    assert {"vanilla", "GRU"} <= written
    assert "LSTM" not in written


def test_points_are_drawn_along_the_components_of_the_trained_network(figure, networks):
    for row, network in enumerate((networks[0], networks[2])):
        axes = figure.axes[4 * row : 4 * row + 4]
        last = drawn(axes[-1], "slow points")
        known = network.project(network.points, 2)
        assert np.abs(last[:, None] - known[None]).max(axis=2).min(axis=1).max() < 1e-3
        limits = {(ax.get_xlim(), ax.get_ylim()) for ax in axes}
        assert len(limits) == 1
        assert len(drawn(axes[0], "final states")) == 30


def test_the_box_of_a_row_holds_all_its_steps():
    network = followed("gru")
    found = network.snapshots
    assert found is not None
    low, high = drawn_box(found, np.arange(4))
    inside = (found.points[:, :, :2] >= low) & (found.points[:, :, :2] <= high)
    assert inside.all(axis=2).mean() > 0.98


def test_many_steps_are_thinned_and_few_are_all_drawn():
    network = fake_network("categorical", 4, "gru")
    many = fake_snapshots(network, steps=tuple(range(0, 50, 2)), kept=48)
    chosen = shown_steps(many)
    assert len(chosen) == 6
    assert (chosen[0], chosen[-1]) == (0, 24)
    assert shown_steps(fake_snapshots(network, steps=(0, 9), kept=9)).tolist() == [0, 1]


def test_the_table_beside_it_tells_step_and_class_of_every_dot(figure, networks):
    header, rows = figure_data(figure)
    table = [dict(zip(header, row, strict=True)) for row in rows]
    assert {row["network"] for row in table} == {"vanilla", "GRU"}
    assert {row["step"] for row in table} == set(STEPS)
    assert {row["class"] for row in table} <= set(networks[0].class_names)
    last = [row for row in table if (row["network"], row["step"]) == ("GRU", 80)]
    told_of_step = [[row["loss"], row["accuracy"]] for row in last]
    np.testing.assert_allclose(told_of_step, [[0.2, 0.9]] * len(last))
    finals = [row for row in last if row["series"] == "final states"]
    found = networks[2].snapshots
    np.testing.assert_allclose([row["component_2"] for row in finals], found.final[-1, :, 1])


def test_a_step_without_dimension_is_told(networks):
    found = networks[0].snapshots
    assert told(found, 1).endswith("no gap")
    assert told(found, 3) == "acc. 0.90, dim. 2.0"


def test_snapshots_are_read_for_the_networks_that_have_them(networks, tmp_path):
    network = networks[0]
    who = vars(network.record)
    folder = tmp_path / "runs/{task}/{model}/l2-{l2}/seed-{seed}".format(**who)
    folder.mkdir(parents=True)
    network.snapshots.write(folder)
    bare = [replace(one, snapshots=None) for one in networks]
    read = with_snapshots(bare, [str(folder / "snapshots.npz")])
    assert [one.snapshots is not None for one in read] == [True, False, False]
    np.testing.assert_array_equal(read[0].snapshots.points, network.snapshots.points)
