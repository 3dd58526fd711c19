"""Steps with one Jacobian everywhere; exact fixed points of rectified steps, region by region."""

from itertools import product

import numpy as np
import pytest
import torch
from ground_truths import NOTHING, draw, linear_matrix, tensor

from rnn_geometry.dynamics.affine import affine_fixed_point, jacobian_spread
from rnn_geometry.dynamics.completeness import completed_skeleton
from rnn_geometry.dynamics.fixed_points import find_fixed_points
from rnn_geometry.networks.make import make_cell

SIZE = 6


def cell_of(name):
    cell = make_cell(name, 4, SIZE).double().requires_grad_(False)
    cell.reset_parameters(torch.Generator().manual_seed(1))
    for i, weight in enumerate(cell.parameters()):  # biases, too
        weight.add_(0.1 * draw(weight.shape, seed=i))
    return cell


@pytest.mark.parametrize("name", ["mingru", "lru", "rg_lru"])
def test_a_linear_solve_is_what_the_search_finds(name):
    cell = cell_of(name)
    x, states = draw((4,), seed=8), 3 * draw((20, cell.state_size), seed=9)
    assert jacobian_spread(cell, states, x) == 0
    point = affine_fixed_point(cell, states, x)
    found = find_fixed_points(cell, states, x)
    assert (found.status == 0).all()
    assert np.abs(found.points - point).max() < 1e-5 * np.abs(point).max()


@pytest.mark.parametrize("name", ["gru", "leaky", "relu", "slstm", "lstm_norm", "mingru-2-layers"])
def test_other_cells_are_refused(name):
    cell = cell_of(name)
    states = 3 * draw((20, cell.state_size), seed=9)
    assert jacobian_spread(cell, states, draw((4,), seed=8)) > 1e-4
    with pytest.raises(ValueError, match="differs over the states"):
        affine_fixed_point(cell, states, draw((4,), seed=8))


def test_a_planted_map():
    matrix, shift = 0.9 * linear_matrix("non-normal"), draw((6,), seed=3)
    found = affine_fixed_point(lambda h, x: h @ tensor(matrix).T + shift, draw((3, 6)), NOTHING)
    expected = np.linalg.solve(np.eye(6) - matrix, shift.numpy())
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("rows", [1, 3])
def test_states_in_one_place_are_refused(rows):
    with pytest.raises(ValueError, match="two places"):
        affine_fixed_point(lambda h, x: 0.5 * h, torch.ones(rows, 2), NOTHING)


def test_a_line_of_fixed_points_is_refused():
    with pytest.raises(ValueError, match="eigenvalue of 1"):
        affine_fixed_point(lambda h, x: h * tensor([1.0, 0.5]) + 1, draw((3, 2)), NOTHING)


def rectified_fixed_points(weight, bias):
    """Return all fixed points (k, H) of h' = relu(W h + b): one a region of signs at most.

    In the region where the units D are on, h = D (W h + b): a linear solve, and a fixed point if
    the units that are on are those.
    """
    found = []
    for signs in product((0.0, 1.0), repeat=len(bias)):
        on = np.array(signs)
        h = np.linalg.solve(np.eye(len(bias)) - on[:, None] * weight, on * bias)
        if np.array_equal(weight @ h + bias > 0, on > 0):
            found.append(h)
    return np.array(found)


def rectified(weight, bias):
    cell = make_cell("relu", 1, len(bias)).double().requires_grad_(False)
    cell.weight_ih.zero_()
    for name, value in (("weight_hh", weight), ("bias", bias)):
        getattr(cell, name).copy_(tensor(value))
    return cell


def competing(size, rng):
    """Units that hold themselves and put all others out, a little unlike each other."""
    noise = 0.02 * rng.normal(size=(size, size + 1))
    return 1.3 * np.eye(size) - 0.8 + noise[:, 1:], 1 + noise[:, 0]


@pytest.mark.parametrize(("size", "known"), [(2, 3), (3, 7), (4, 15)])
def test_the_search_finds_the_fixed_points_of_every_region(size, known):
    rng = np.random.default_rng(size)
    weight, bias = competing(size, rng)
    points = rectified_fixed_points(weight, bias)
    assert len(points) == known  # one for every set of units that are on: the faces of a simplex
    starts, step = rng.uniform(0, 2, size=(200, size)), rectified(weight, bias)
    found = find_fixed_points(step, starts, NOTHING)  # alone it misses one of the 15
    bones = completed_skeleton(step, found, NOTHING, starts, radius=1e-3)
    assert bones.degree == 1
    distance = np.linalg.norm(bones.roots[:, None] - points[None], axis=2)
    assert distance.min(axis=1).max() < 1e-5  # what is found is one of them
    assert distance.min(axis=0).max() < 1e-5  # and all are found


@pytest.mark.parametrize("seed", range(4))
def test_what_is_found_in_a_random_rectified_network_is_a_fixed_point(seed):
    rng = np.random.default_rng(seed)
    weight, bias = rng.normal(size=(SIZE, SIZE)) / 2, rng.normal(size=SIZE) / 2
    found = find_fixed_points(rectified(weight, bias), 4 * rng.random((100, SIZE)), NOTHING)
    points = rectified_fixed_points(weight, bias)
    distance = np.linalg.norm(found.points[found.status == 0][:, None] - points[None], axis=2)
    assert distance.min(axis=1).max() < 1e-5
    assert distance.min(axis=0).max() < 1e-5
