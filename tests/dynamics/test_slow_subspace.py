"""Random turns of a slow subspace, and real axes of complex modes."""

import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.slow_subspace import DRAWS, Subspace, of_modes, turned_axes


def test_turned_axes_keep_their_lengths_in_what_is_seen_and_in_the_rest():
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(10, 3)) * np.repeat([0.2, 3.0], 5)[:, None])[0].T
    seen = np.arange(10) < 5
    turned = turned_axes(axes, seen, draws=400, seed=1)
    for part in (seen, ~seen):
        expected = np.broadcast_to(axes[:, part] @ axes[:, part].T, (400, 3, 3))
        products = turned[:, :, part] @ np.swapaxes(turned[:, :, part], 1, 2)
        np.testing.assert_allclose(products, expected, atol=1e-12)
    assert abs(turned.mean(axis=0)).max() < 0.15, "no direction is favoured"
    few = turned_axes(axes, np.arange(10) < 2, draws=2, seed=1)  # fewer entries than axes
    np.testing.assert_allclose(
        few @ np.swapaxes(few, 1, 2), np.tile(np.eye(3), (2, 1, 1)), atol=1e-12
    )


def test_real_axes_of_a_complex_pair_project_on_its_plane():
    rng = np.random.default_rng(1)
    basis = rng.normal(size=(5, 5))
    block = np.diag([0.99, 0.99, 0.5, 0.4, 0.3])
    block[:2, :2] = 0.99 * np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])
    values, right = np.linalg.eig(basis @ block @ np.linalg.inv(basis))
    order = np.argsort(-abs(values), kind="stable")
    right = right[:, order]
    axes, readings = of_modes(right, np.linalg.inv(right), 2)
    projection = axes.T @ readings
    plane = basis[:, :2] @ np.linalg.inv(basis)[:2]
    np.testing.assert_allclose(projection, plane, atol=1e-12)


def test_moves_elsewhere_are_as_long_and_use_every_turn():
    slow = Subspace.make(
        np.eye(12)[:3], np.zeros(12), np.ones((3, 12)), np.zeros(3), multi_label=False, seed=0
    )
    amounts = torch.from_numpy(np.random.default_rng(0).normal(size=(2 * DRAWS, 3)))
    elsewhere = slow.moved_elsewhere(amounts)
    torch.testing.assert_close(elsewhere.norm(dim=1), slow.moved(amounts).norm(dim=1))
    again = slow.moved_elsewhere(amounts[:1].expand(2 * DRAWS, -1))
    assert len(torch.unique(again.round(decimals=9), dim=0)) == DRAWS


def test_axes_that_are_not_orthonormal_are_refused():
    with pytest.raises(ValueError, match="axes must be orthonormal"):
        Subspace.make(
            2 * np.eye(3)[:1], np.zeros(3), np.ones((2, 3)), np.zeros(2), multi_label=True, seed=0
        )
