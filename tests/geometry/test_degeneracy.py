"""How far seeds are from each other along a series: planted distances whose change is known."""

from itertools import combinations

import pytest

from rnn_geometry.geometry.degeneracy import (
    DEGENERACY,
    SERIES,
    change_and_trend,
    degeneracy_rows,
    values_of,
)
from rnn_geometry.geometry.universality import MEASURES

TASKS = {
    "classes-2": 0.8, "classes-3": 0.4, "classes-4": 0.2, "classes-5": 0.1,
    "units-16": 0.4, "units-32": 0.4, "units-128": 0.4, "l2-3e-5": 0.1, "l2-3e-3": 0.9,
}  # fmt: skip
SEEDS = (0, 1, 2)


def pairs():
    """Return rows of distances.csv: seeds of a GRU as far as TASKS says, all else far away."""
    found = []
    for task, apart in TASKS.items():
        whole = [(cell, seed, u) for cell in ("gru", "lstm") for seed in SEEDS for u in (0, 1)]
        for a, b in combinations(whole, 2):
            same = a[0] == b[0] == "gru" and a[2] == b[2] == 0
            row = {"task": task, "distance": apart if same else 5.0}
            row |= dict(zip(("cell_a", "seed_a", "untrained_a"), a, strict=True))
            row |= dict(zip(("cell_b", "seed_b", "untrained_b"), b, strict=True))
            found += [row | {"measure": measure} for measure in MEASURES]
    return found


@pytest.fixture(scope="module")
def rows():
    made = degeneracy_rows(pairs(), {("units-32", "gru", 1): "not learned"})
    assert all(set(row) == set(DEGENERACY) for row in made)
    return {(row["series"], row["cell"], row["seed"]): row for row in made}


def test_distances_that_fall_at_every_step_have_the_trend_of_minus_one(rows):
    row = rows["classes", "gru", 0]
    assert row["io_change"] == pytest.approx(1 / 8)
    assert row["io_trend"] == pytest.approx(-1)
    assert row["values"] == 4


def test_distances_that_grow_are_above_one(rows):
    row = rows["l2", "gru", 2]
    assert (row["procrustes_change"], row["values"]) == (pytest.approx(9), 3)


def test_other_cells_and_untrained_networks_do_not_count(rows):
    assert rows["classes", "gru", 0]["io_change_untrained"] is None  # all as far: no trend
    assert rows["classes", "lstm", 0]["io_change"] is None


def test_a_series_in_random_order_falls_at_every_step_by_chance_alone(rows):
    drawn = [rows["classes", "gru", seed]["io_trend_random"] for seed in SEEDS]
    assert set(drawn) != {-1.0}


def test_a_network_that_does_not_learn_is_told_in_its_series_alone(rows):
    told = {key: row["not_judged"] for key, row in rows.items() if row["not_judged"]}
    assert told == {("units", "gru", 1): "not learned"}


def test_three_classes_stand_in_the_middle_of_every_series():
    assert [values_of(series, TASKS)[1][1] for series in ("classes", "l2")] == ["classes-3"] * 2
    assert values_of("units", TASKS)[2] == (64.0, "classes-3")
    assert all(len(values_of(series, TASKS)) >= 3 for series in SERIES)


def test_an_undefined_distance_has_no_change():
    change, trend = change_and_trend([1, 2, 3], [0.1, float("nan"), 0.3])
    assert change != change
    assert trend != trend
