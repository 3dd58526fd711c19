"""A test that cells differ, against the exact one, and one that data seeds cannot fool."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from rnn_geometry.claims.cells import EXCHANGES, cells_p

CELLS, ALONE = np.repeat([0, 1], 10), np.zeros(20)


def met(*counts):
    return np.concatenate([np.arange(10) < count for count in counts])


@pytest.mark.parametrize("counts", [(9, 2), (7, 4), (5, 5), (10, 6)])
def test_two_cells_differ_as_fishers_test_says(counts):
    table = [[count, 10 - count] for count in counts]
    exact = fisher_exact(table).pvalue
    error = np.sqrt(exact * (1 - exact) / EXCHANGES)
    assert abs(cells_p(met(*counts), CELLS, ALONE, 0) - exact) <= 4 * error + 2 / EXCHANGES


def test_all_that_meet_or_none_differ_in_nothing():
    assert cells_p(met(10, 10), CELLS, ALONE, 0) == cells_p(met(0, 0), CELLS, ALONE, 0) == 1
    assert cells_p(np.zeros(0, dtype=bool), np.zeros(0), np.zeros(0), 0) == 1


def test_one_cell_of_four_is_found():
    cells = np.repeat(np.arange(4), 10)
    assert cells_p(met(10, 10, 10, 1), cells, np.zeros(40), 0) == 1 / (1 + EXCHANGES)


def test_networks_are_exchanged_within_data_seeds():
    # Every network of one data seed meets the claim, whatever its cell: cells do not differ.
    strata = np.tile(np.repeat([0, 1], 5), 2)
    assert cells_p(strata == 1, CELLS, strata, 0) == 1
    # Cells that lie in different data seeds cannot be told from these.
    assert cells_p(met(9, 0), CELLS, CELLS, 0) == 1


def test_p_is_uniform_where_cells_are_alike():
    rng = np.random.default_rng(0)
    cells, strata = np.repeat(np.arange(4), 10), np.tile(np.repeat(np.arange(5), 2), 4)
    ps = [cells_p(rng.random(40) < 0.5, cells, strata, seed) for seed in range(300)]
    assert np.mean(np.array(ps) <= 0.05) <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)
    assert np.mean(np.array(ps) <= 0.5) == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / 300) + 0.05)
