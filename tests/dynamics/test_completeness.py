"""Roots that starts do not lead to: found between the others, or missed for certain."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.completeness import completed_skeleton, search_between
from rnn_geometry.dynamics.fixed_points import degree, distinct_roots, find_fixed_points, skeleton

TWIST = 0.05 * truth.tensor(np.random.default_rng(0).normal(size=(3, 3)))


def flip_flop(h, x):
    """Three bits that are held: 8 stable roots, 12 + 6 + 1 unstable ones."""
    return torch.tanh(2 * h)


def coupled(h, x):
    """The same, but no bit is free of the others."""
    return torch.tanh(2 * h + h @ TWIST + 0.02)


# What a network visits: states near its stable roots.
STARTS = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)]) * 0.9


@pytest.mark.parametrize("step", [flip_flop, coupled])
def test_all_27_roots_of_a_flip_flop_are_found_between_its_8_states(step):
    found = find_fixed_points(step, STARTS, truth.NOTHING)
    few = skeleton(step, found, truth.NOTHING, radius=1e-3)
    assert len(few.roots) == 8
    assert (few.degree, few.certainly_missing) == (8, True)
    repeated = find_fixed_points(step, np.tile(STARTS, (2, 1)), truth.NOTHING)
    assert skeleton(step, repeated, truth.NOTHING, radius=1e-3).unseen == 0.0
    more = search_between(step, found, truth.NOTHING, radius=1e-3)
    full = skeleton(step, more, truth.NOTHING, radius=1e-3)
    assert np.bincount(full.unstable).tolist() == [8, 12, 6, 1]
    assert (full.degree, full.certainly_missing) == (1, False)
    np.testing.assert_array_equal(more.points[:8], found.points)
    assert len(more.points) == len(full.ids)


def test_one_root_that_is_missing_is_missed():
    starts = np.array([[i, j, k] for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)])
    for left_out in range(27):
        kept = np.delete(0.957 * starts, left_out, axis=0)
        found = find_fixed_points(flip_flop, kept, truth.NOTHING)
        bones = skeleton(flip_flop, found, truth.NOTHING, radius=1e-3)
        assert len(bones.roots) == 26
        assert bones.certainly_missing


def test_a_round_takes_at_most_so_many_starts_and_none_takes_none():
    found = find_fixed_points(flip_flop, STARTS, truth.NOTHING)
    more = search_between(
        flip_flop, found, truth.NOTHING, radius=1e-3, rounds=1, most_starts=5, seed=3
    )
    again = search_between(
        flip_flop, found, truth.NOTHING, radius=1e-3, rounds=1, most_starts=5, seed=3
    )
    assert len(more.points) == 13
    np.testing.assert_array_equal(more.points, again.points)
    none = search_between(flip_flop, found, truth.NOTHING, radius=1e-3, rounds=0)
    np.testing.assert_array_equal(none.points, found.points)


def test_a_search_without_roots_or_with_one_has_no_segments():
    for step, count in ((lambda h, x: h + 1.0, 0), (lambda h, x: 0.5 * h, 1)):
        found = find_fixed_points(step, np.ones((2, 1)), truth.NOTHING, max_iterations=5)
        more = search_between(step, found, truth.NOTHING, radius=1e-3)
        assert len(distinct_roots(more.points, more.status, 1e-3)[1]) == count
        assert len(more.points) == 2


@pytest.mark.parametrize("step", [flip_flop, coupled])
def test_a_search_goes_on_until_the_degree_is_one_and_no_further(step):
    found = find_fixed_points(step, STARTS, truth.NOTHING)
    near = truth.draw((40, 3))
    few, bones, more = (
        completed_skeleton(step, found, truth.NOTHING, near, radius=1e-3, rounds=rounds)
        for rounds in (0, 20, 40)
    )
    assert (few.degree, bones.degree) == (8, 1)
    np.testing.assert_array_equal(bones.roots, more.roots)
    assert 8 < len(bones.roots) <= 27
    np.testing.assert_array_equal(bones.ids, np.arange(8))
    np.testing.assert_array_equal(bones.basins, np.arange(len(bones.roots)) < 8)
    first = skeleton(step, found, truth.NOTHING, radius=1e-3)
    assert (bones.unseen, bones.ghosts) == (first.unseen, first.ghosts)


def test_a_search_of_degree_one_and_one_without_rounds_start_nowhere_else():
    every = np.stack(np.meshgrid(*[[-0.957, 0, 0.957]] * 3), axis=-1).reshape(-1, 3)
    for starts, options in ((every, {}), (every[1:], {"rounds": 0})):
        found = find_fixed_points(flip_flop, starts, truth.NOTHING)
        plain = skeleton(flip_flop, found, truth.NOTHING, radius=1e-3)
        bones = completed_skeleton(
            flip_flop, found, truth.NOTHING, truth.draw((9, 3)), radius=1e-3, **options
        )
        for name in ("roots", "basins", "unstable", "ids"):
            np.testing.assert_array_equal(getattr(bones, name), getattr(plain, name))
        assert bones.degree == plain.degree


def test_further_starts_come_from_states_and_from_segments_in_turn():
    found = find_fixed_points(flip_flop, STARTS, truth.NOTHING)
    near = 0.9 * STARTS  # states that lead to no new root
    common = {"radius": 1e-3, "most_starts": 8}
    once = completed_skeleton(flip_flop, found, truth.NOTHING, near, rounds=1, **common)
    assert len(once.roots) == 8
    twice = completed_skeleton(flip_flop, found, truth.NOTHING, near, rounds=2, **common)
    assert len(twice.roots) > 8


@pytest.mark.parametrize(
    ("eigenvalues", "expected"),
    [
        ([[0.5, 0.2]], 1),
        ([[1.5, 0.2]], -1),
        ([[1.5, 1.2]], 1),
        ([[1.5 + 1j, 1.5 - 1j]], 1),
        ([[1 + 1j, 1 - 1j]], 1),
        ([[-3.0, 0.2]], 1),
        ([[0.2], [1.5], [0.3]], 1),
        (np.zeros((0, 3)), 0),
    ],
)
def test_the_degree_counts_real_modes_above_one(eigenvalues, expected):
    assert degree(np.asarray(eigenvalues)) == expected


@pytest.mark.parametrize("name", ["gru", "lstm", "ugrnn", "vanilla"])
def test_the_degree_of_bounded_cells_is_one(name):
    from rnn_geometry.networks.make import make_cell

    cell = make_cell(name, 2, 2)
    cell.reset_parameters(torch.Generator().manual_seed(0))
    with torch.no_grad():
        cell.weight_hh.mul_(2.5)
    found = find_fixed_points(cell, truth.draw((300, cell.state_size)), np.zeros(2))
    more = search_between(cell, found, np.zeros(2), radius=1e-3)
    assert skeleton(cell, more, np.zeros(2), radius=1e-3).degree == 1


@pytest.mark.parametrize("states", [[], [[0.0]]])
def test_a_search_that_has_one_root_and_no_further_start_ends(states):
    doubled, x = (lambda h, x: torch.tanh(2 * h)), torch.zeros(1)
    found = find_fixed_points(doubled, torch.zeros(1, 1), x)
    starts = torch.tensor(states).reshape(-1, 1)
    bones = completed_skeleton(doubled, found, x, starts, radius=1e-3)
    assert (bones.degree, bones.roots.tolist()) == (-1, [[0.0]])


def test_where_one_root_has_no_segments_the_search_goes_on_from_states():
    doubled, x = (lambda h, x: torch.tanh(2 * h)), torch.zeros(1)
    found = find_fixed_points(doubled, torch.zeros(1, 1), x)
    states = torch.tensor([[0.0], [1.0], [-1.0]])
    bones = completed_skeleton(doubled, found, x, states, radius=1e-3, most_starts=1)
    assert (bones.degree, len(bones.roots)) == (1, 3)
