"""The figure of distances between networks."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from rnn_geometry.geometry.universality import MEASURES
from rnn_geometry.plotting.alike import has_distances, networks_alike
from rnn_geometry.plotting.data import figure_data

MODELS = ("vanilla", "gru", "own")


def table(seeds=2, models=MODELS):
    """Return distances of networks on a line: seeds .1 apart, models 1 apart; untrained 9 off."""
    networks = [
        (m, "1e-4", s, flag, 9 * flag + i + 0.1 * s)
        for flag in (0, 1)
        for i, m in enumerate(models)
        for s in range(seeds)
    ]
    names = ("model", "l2", "seed", "untrained")
    return pd.DataFrame(
        {
            "measure": measure,
            **{f"{name}_a": value for name, value in zip(names, a)},
            **{f"{name}_b": value for name, value in zip(names, b)},
            "distance": abs(a[-1] - b[-1]),
        }
        for measure in MEASURES
        for a, b in combinations(networks, 2)
    )


def drawn(distances):
    header, rows = figure_data(networks_alike(distances))
    return pd.DataFrame(rows, columns=list(header))


def test_the_matrix_is_in_the_order_of_models_and_the_map_keeps_distances():
    shown = drawn(table())
    assert sorted(set(shown["panel"])) == list("abcdefgh")
    one = shown[shown["panel"] == "a"]
    matrix = one.pivot(index="y", columns="x", values="value").to_numpy(float)[::-1]
    places = np.array([0, 0.1, 1, 1.1, 2, 2.1])
    np.testing.assert_allclose(matrix, np.abs(places[:, None] - places), atol=1e-9)
    on_map = shown[shown["panel"] == "b"].groupby("series", sort=False)["x"].apply(list)
    assert list(on_map.index) == ["vanilla", "GRU", "own"]
    x = np.concatenate(on_map.to_list()).astype(float)
    np.testing.assert_allclose(np.abs(x - x[0]), places, atol=1e-6)


def test_untrained_networks_are_not_drawn():
    assert drawn(table())["value"].replace("", np.nan).astype(float).max() == pytest.approx(2.1)


def test_a_network_without_distances_by_a_measure_is_missing_there_alone():
    distances = table()
    gone = (distances["measure"] == "io") & (distances["model_a"] == "vanilla")
    gone &= (distances["seed_a"] == 0) & (distances["untrained_a"] == 0)
    distances.loc[gone, "distance"] = np.nan
    shown = drawn(distances)
    assert (shown["panel"] == "a").sum() == 36
    assert (shown["panel"] == "g").sum() == 25


@pytest.mark.parametrize(("seeds", "models", "enough"), [(2, ("gru",), False), (3, ("gru",), True)])
def test_two_networks_are_too_few(seeds, models, enough):
    assert has_distances(table(seeds, models)) is enough
    assert not has_distances(table().iloc[:0])


def test_models_of_two_strengths_are_kept_apart():
    distances = table(models=("gru", "own"))
    distances.loc[distances["model_a"] == "own", "l2_a"] = "1e-2"
    distances.loc[distances["model_b"] == "own", "l2_b"] = "1e-2"
    assert len(drawn(distances)) == 4 * (16 + 4)


def test_it_says_which_task_it_is_about():
    figure = networks_alike(table(), "categorical-3")
    assert "3 unordered classes" in [text.get_text() for text in figure.texts]


def test_marks_that_lie_on_each_other_show_through_and_are_counted():
    distances = table(seeds=1, models=("vanilla", "gru", "lstm", "ugrnn"))
    near = {"gru", "lstm", "ugrnn"}
    same = [a in near and b in near for a, b in zip(distances["model_a"], distances["model_b"])]
    away = np.where(distances["untrained_a"] == distances["untrained_b"], 1.0, 9.0)
    distances["distance"] = np.where(same, 0.0, away)
    one = networks_alike(distances).axes[1]
    assert [text.get_text() for text in one.texts if text.get_gid() != "letter"] == ["3"]
    assert {line.get_markerfacecolor() for line in one.lines} == {"none"}
    apart = networks_alike(table(seeds=1)).axes[1]
    assert [text.get_text() for text in apart.texts if text.get_gid() != "letter"] == []
