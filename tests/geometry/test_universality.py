"""Tables of distances: cells that can be told, and cells that cannot."""

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT
from scipy.spatial.distance import cdist

from rnn_geometry.geometry.universality import (
    DISTANCES,
    MEASURES,
    NEIGHBOURS,
    TABLES,
    UNIVERSALITY,
    complete_rows,
    distance_rows,
    neighbour_rows,
    universality_rows,
)

CELLS = [cell for cell in ("gru", "lstm", "ugrnn") for _ in range(6)]
NETWORKS = [
    {"task": "t", "model": cell, "cell": cell, "l2": "1e-4", "seed": i}
    for i, cell in enumerate(CELLS)
]


def matrices(**apart):
    """Return distances in which cells are apart by so much after training, and not before it."""
    found = {}
    for i, measure in enumerate(MEASURES):
        rng = np.random.default_rng(i)
        cells = np.repeat(rng.normal(size=(3, 5)), 6, axis=0)
        points = [apart.get(measure, 0) * cells, np.full((18, 5), 50.0)]
        whole = np.concatenate(points) + rng.normal(size=(36, 5))
        found[measure] = cdist(whole, whole)
    return found


def by_measure(rows):
    return {row["measure"]: row for row in rows}


def test_cells_that_were_planted_are_told_and_others_are_not():
    told = by_measure(universality_rows(matrices(procrustes=9), NETWORKS))
    shape, io = told["procrustes"], told["io"]
    assert (shape["networks"], shape["cells"]) == (18, 3)
    assert (shape["nearest_own"], shape["nearest_own_p"], shape["pseudo_f_p"]) == (1, 0.001, 0.001)
    assert shape["other_cell"] > 3 * shape["same_cell"]
    assert shape["nearest_own_chance"] == pytest.approx(5 / 17)
    assert io["nearest_own_p"] > 0.05 < io["pseudo_f_p"]
    assert io["other_cell"] == pytest.approx(io["same_cell"], rel=0.1)
    for row in told.values():
        assert row["from_untrained"] > 50
        assert row["pseudo_f_p_untrained"] > 0.05


def test_of_each_network_it_is_told_beside_chance_and_the_untrained():
    rows = neighbour_rows(matrices(procrustes=9), NETWORKS)
    assert [row["seed"] for row in rows] == list(range(18))
    assert {row["procrustes_nearest_own"] for row in rows} == {1}
    assert all(row["procrustes_cell_ratio"] < 0.4 for row in rows)
    random = np.mean([row["procrustes_nearest_own_random"] for row in rows])
    assert 0 < random < 0.7
    for name in ("io_cell_ratio", "procrustes_cell_ratio_untrained"):
        assert np.mean([row[name] for row in rows]) == pytest.approx(1, abs=0.15)


def test_every_pair_stands_once():
    found = matrices()
    rows = distance_rows(found, NETWORKS)
    assert len(rows) == len(MEASURES) * 36 * 35 / 2
    one = next(r for r in rows if r["measure"] == "io" and r["untrained_b"] and r["seed_b"] == 3)
    assert (one["seed_a"], one["untrained_a"], one["cell_b"]) == (0, 0, "gru")
    assert one["distance"] == found["io"][0, 21]


@pytest.mark.parametrize("name", TABLES)
def test_rows_have_the_columns_that_are_declared(name):
    rows_of, declared = TABLES[name]
    assert declared in (DISTANCES, UNIVERSALITY, NEIGHBOURS)
    for row in rows_of(matrices(), NETWORKS):
        assert set(row) == set(declared)


def test_a_network_without_a_distance_is_left_out_and_the_others_stay():
    found = matrices(io=9)
    found["io"][4] = found["io"][:, 4] = np.nan
    row = by_measure(universality_rows(found, NETWORKS))["io"]
    assert (row["networks"], row["nearest_own"]) == (17, 1)
    rows = neighbour_rows(found, NETWORKS)
    assert rows[4]["io_nearest_own"] is rows[4]["io_cell_ratio"] is None
    assert rows[5]["io_nearest_own"] == 1
    assert complete_rows(found["io"]).tolist() == [i for i in range(36) if i != 4]


def test_one_network_tells_nothing():
    found = {name: matrix[np.ix_([0, 18], [0, 18])] for name, matrix in matrices().items()}
    row = by_measure(universality_rows(found, NETWORKS[:1]))["io"]
    assert (row["networks"], row["cells"], row["pseudo_f"], row["same_cell"]) == (1, 1, None, None)
    assert row["from_untrained"] > 50
    assert neighbour_rows(found, NETWORKS[:1])[0]["io_nearest_own"] is None


def test_the_only_network_of_its_cell_has_no_neighbour_of_its_own():
    chosen = [0, 1, 2, 3, 6]
    both = [*chosen, *(i + 18 for i in chosen)]
    found = {name: matrix[np.ix_(both, both)] for name, matrix in matrices(io=9).items()}
    rows = neighbour_rows(found, [NETWORKS[i] for i in chosen])
    assert [row["io_nearest_own"] for row in rows] == [1, 1, 1, 1, None]


def committed(task):
    """Return the distances of docs/universality.md as matrices, and the networks."""
    pairs = pd.read_csv(PROJECT / "docs/data/distances.csv.gz", dtype={"l2_a": str, "l2_b": str})
    found = {}
    for measure, part in pairs[pairs["task"] == task].groupby("measure", sort=False):
        size = round((1 + (1 + 8 * len(part)) ** 0.5) / 2)
        matrix = np.zeros((size, size))
        matrix[np.triu_indices(size, 1)] = part["distance"]
        found[measure] = matrix + matrix.T
    first = part.iloc[0]
    names = ("model", "l2", "seed", "cell")
    others = part[(part["seed_a"] == first["seed_a"]) & (part["model_a"] == first["model_a"])]
    others = others[(others["untrained_a"] == 0) & (others["untrained_b"] == 0)]
    sides = [first[[f"{name}_a" for name in names]].tolist()]
    sides += others[[f"{name}_b" for name in names]].to_numpy().tolist()
    return found, [{"task": task, **dict(zip(names, side, strict=True))} for side in sides]


@pytest.mark.parametrize("task", ["categorical-3", "multilabel-2", "ordered2d-5"])
def test_what_the_page_shows_follows_from_its_distances(task):
    found, known = committed(task)
    assert len(known) == 40
    for name, rows_of in (("universality", universality_rows), ("neighbours", neighbour_rows)):
        told = pd.read_csv(PROJECT / f"docs/data/{name}.csv", dtype={"l2": str})
        told = told[told["task"] == task].reset_index(drop=True)
        again = pd.DataFrame(rows_of(found, known))
        pd.testing.assert_frame_equal(
            again.astype(told.dtypes), told[list(again)], check_exact=False, rtol=1e-6, atol=1e-8
        )


def committed_cells():
    """Return the distances of eleven cells as matrices, NaN where not kept, and the networks."""
    text = {f"l2_{side}": str for side in "ab"}
    pairs = pd.read_csv(PROJECT / "docs/data/distances_cells.csv.gz", dtype=text)
    told = pd.read_csv(PROJECT / "docs/data/neighbours_cells.csv", dtype={"l2": str})
    networks = told[["task", "model", "cell", "l2", "seed"]].to_dict("records")
    places = {(one["model"], one["l2"], one["seed"]): i for i, one in enumerate(networks)}
    found = {}
    for measure, part in pairs.groupby("measure", sort=False):
        at = [
            [
                places[key] + len(networks) * untrained
                for *key, untrained in part[
                    [f"{name}_{side}" for name in ("model", "l2", "seed", "untrained")]
                ].itertuples(index=False, name=None)
                for key in [tuple(key)]
            ]
            for side in "ab"
        ]
        matrix = np.full((2 * len(networks),) * 2, np.nan)
        np.fill_diagonal(matrix, 0)
        matrix[at[0], at[1]] = matrix[at[1], at[0]] = part["distance"]
        found[measure] = matrix
    return found, networks, told


def test_what_the_page_shows_of_eleven_cells_follows_from_its_distances():
    found, networks, told = committed_cells()
    assert len(networks) == 110
    again = pd.DataFrame(neighbour_rows(found, networks))
    close = {"check_exact": False, "rtol": 1e-4, "atol": 1e-5}
    pd.testing.assert_frame_equal(again.astype(told.dtypes), told[list(again)], **close)
    whole = pd.read_csv(PROJECT / "docs/data/universality_cells.csv")
    again = pd.DataFrame(universality_rows(found, networks))
    pd.testing.assert_frame_equal(again.astype(whole.dtypes), whole[list(again)], **close)


def test_one_cell_sets_untrained_responses_apart_and_no_trained_ones():
    found, networks, told = committed_cells()
    ratio = "io_cell_ratio_untrained"
    assert (told.groupby("cell")[ratio].median() < 0.3).all()
    left = [i for i, one in enumerate(networks) if one["cell"] != "lstm_norm"]
    both = [*left, *(i + len(networks) for i in left)]
    without = {"io": found["io"][np.ix_(both, both)]}
    rows = pd.DataFrame(neighbour_rows(without, [networks[i] for i in left]))
    medians = rows.groupby("cell")[["io_cell_ratio", ratio]].median()
    assert medians.index[medians[ratio] < 0.75].tolist() == ["lru"]
    assert (medians["io_cell_ratio"] < 0.75).all()
