"""Coming to rest under x*: modes of a network whose eigenvalues are known."""

import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.relaxation import relaxation
from rnn_geometry.networks.make import make_cell


def turning(modulus, angle, decay):
    """Return a matrix with one turning pair and one mode that only decays."""
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix = torch.zeros(3, 3, dtype=torch.float64)
    matrix[:2, :2], matrix[2, 2] = modulus * torch.tensor(turn), decay
    basis = torch.randn(3, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return basis @ matrix @ torch.linalg.inv(basis), basis


def test_modes_of_a_linear_network_are_found():
    matrix, _ = turning(0.9, 0.4, 0.5)
    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    found = relaxation(lambda h, x: h @ matrix.T + x, torch.zeros(3), x, words=12)
    rest = torch.linalg.solve(torch.eye(3, dtype=torch.float64) - matrix, x)
    assert np.allclose(found.limit, rest)
    assert found.residual < 1e-11
    assert np.allclose(np.abs(found.eigenvalues), [0.9, 0.9, 0.5])
    assert np.allclose(found.angles, [0.4, 0.4, 0])
    assert np.allclose(found.tau[0], -1 / np.log(0.9))
    assert np.allclose(found.linear_path(), found.path)
    assert found.linear_r2() == pytest.approx(1)
    assert found.weights.sum() == pytest.approx(1)


def test_modes_that_carry_the_time_are_those_the_start_lies_along():
    matrix, basis = turning(0.9, 0.4, 0.5)
    for start, carrying in ((basis[:, 2], {2}), (basis[:, 0], {0, 1})):
        found = relaxation(lambda h, x: h @ matrix.T, start, torch.zeros(1), words=5)
        assert set(found.carrying(0.999).tolist()) == carrying


def test_a_network_that_never_rests_is_linearised_at_the_nearest_fixed_point():
    """A circle that draws states in, round a point that drives them away by 1.2, turned by .4."""
    turn = torch.tensor([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])

    def circling(h, x):
        return h @ turn.to(h).T * (1.2 - 0.2 * h.square().sum(1, keepdim=True))

    found = relaxation(circling, torch.tensor([0.3, 0.0]), torch.zeros(1), words=5, most_words=200)
    assert found.residual > 0.3
    assert np.allclose(found.limit, 0, atol=1e-6)
    assert np.allclose(np.abs(found.eigenvalues), 1.2)
    assert np.allclose(found.angles, 0.4)


def test_what_has_no_fixed_point_is_linearised_where_it_ends():
    found = relaxation(lambda h, x: h + 1, torch.zeros(1), torch.zeros(1), words=5, most_words=50)
    assert found.residual == 1
    assert found.limit.tolist() == [55]
    with pytest.raises(ValueError, match="words is 0"):
        relaxation(lambda h, x: h, torch.zeros(1), torch.zeros(1), words=0)


def test_a_gru_comes_to_rest():
    cell = make_cell("gru", 3, 6)
    cell.reset_parameters(torch.Generator().manual_seed(0))
    found = relaxation(cell, torch.zeros(6), torch.full((3,), 1 / 3), words=15)
    assert found.residual < 1e-9
    assert found.path.shape == (16, 6)
    late = relaxation(cell, found.path[10], torch.full((3,), 1 / 3), words=5)
    assert late.linear_r2() > 0.95
