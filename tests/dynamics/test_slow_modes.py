"""Slow modes found iteratively, against dense spectra.

Planted spectra, oscillations far from 1, proofs and audits.
"""

import ground_truths as truth
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_geometry.dynamics._audit import compare_modes
from rnn_geometry.dynamics._mode_finder import ModeFinder
from rnn_geometry.dynamics.results import Route
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.spectrum import decompose, is_slow, time_constants
from rnn_geometry.networks.make import make_cell

SIZE = 40  # above DENSE_SIZE


def planted(slow, seed=0, size=SIZE, spread=0.02):
    """Return 12 matrices with eigenvalues `slow` (and conjugates), a fast rest, in skewed bases."""
    generator = np.random.default_rng(seed)
    blocks = []
    for value in slow:
        value = complex(value)
        plane = [[value.real, value.imag], [-value.imag, value.real]]
        blocks.append(np.array(plane if value.imag else [[value.real]]))
    used = sum(map(len, blocks))
    diagonal = np.zeros((size, size))
    place = 0
    for block in [*blocks, *([[0.7 * generator.uniform(-1, 1)]] for _ in range(size - used))]:
        block = np.asarray(block)
        diagonal[place : place + len(block), place : place + len(block)] = block
        place += len(block)
    basis = np.linalg.qr(generator.normal(size=(size, size)))[0]
    matrices = []
    for _ in range(12):
        turned = basis + spread * generator.normal(size=(size, size)) / size**0.5
        matrices.append(turned @ diagonal @ np.linalg.inv(turned))
    return np.array(matrices)


class Linear:
    """A step whose Jacobian at point i is matrix i: the first entry of x says which."""

    def __init__(self, matrices):
        self.matrices = truth.tensor(matrices)

    def __call__(self, h, x):
        return (self.matrices[x[:, 0].long()] @ h[:, :, None])[:, :, 0]

    def jacobians(self, h, x):
        return self.matrices[x[:, 0].long()], h.new_zeros(len(h), h.shape[1], 1)


def modes_of(matrices, **options):
    count = len(matrices)
    points, which = np.zeros((count, matrices.shape[1])), np.arange(count, dtype=float)[:, None]
    return slow_modes(Linear(matrices), points, which, **options)


def assert_equal_to_dense(found, matrices, min_tau=25.0):
    full = decompose(matrices)
    for row in range(len(matrices)):
        slow = is_slow(full.eigenvalues[row], min_tau)
        count = found.count[row]
        assert count == slow.sum()
        np.testing.assert_allclose(
            found.eigenvalues[row, :count], full.eigenvalues[row][slow], atol=1e-7
        )
        assert not found.eigenvalues[row, count:].any()
        right, left = found.right[row, :, :count], found.left[row, :count]
        np.testing.assert_allclose(np.linalg.norm(right, axis=0), 1)
        np.testing.assert_allclose(left @ right, np.eye(count), atol=1e-8)
        values = found.eigenvalues[row, :count]
        np.testing.assert_allclose(matrices[row] @ right, right * values, atol=1e-4)
        np.testing.assert_allclose(left @ matrices[row], values[:, None] * left, atol=2e-3)
        np.testing.assert_allclose(found.tau[row, :count], time_constants(values))


@pytest.mark.parametrize(
    "slow",
    [
        [0.99],
        [1.02, 0.995, 0.97],
        [0.99 + 0.01j],
        [1.0, 1.0001, 0.9999],
        [0.999, 0.998, 0.997, 0.996, 0.99, 0.98],
        [],
    ],
    ids=["one", "growing", "pair", "at the shift", "six", "none"],
)
def test_planted_modes_are_found_with_their_vectors(slow):
    matrices = planted(slow)
    found = modes_of(matrices)
    assert_equal_to_dense(found, matrices)
    assert (found.route == Route.ITERATIVE).mean() > 0.5
    assert (found.audit.missed, found.audit.spurious, found.audit.failed) == (0, 0, False)


def test_points_with_different_numbers_of_modes_share_a_batch():
    matrices = np.concatenate(
        [planted(slow) for slow in ([0.99], [1.02, 0.995, 0.97], [], [0.99 + 0.01j])]
    )
    found = modes_of(matrices, audit=0.0)
    assert_equal_to_dense(found, matrices)
    assert found.count.tolist() == [1] * 12 + [3] * 12 + [0] * 12 + [2] * 12
    assert (found.route == Route.ITERATIVE).mean() > 0.5


@pytest.mark.parametrize(
    "far",
    [-0.98, 0.98j, 1.3, 0.75 + 0.65j],
    ids=["flip", "quarter turn", "grows fast", "slow turn"],
)
def test_modes_far_from_one_are_not_missed(far):
    matrices = planted([0.99, far])
    assert_equal_to_dense(modes_of(matrices, audit=0.0), matrices)


@settings(max_examples=15, deadline=None)
@given(
    taus=st.lists(
        st.floats(26, 5000), min_size=1, max_size=4, unique_by=lambda tau: round(4 * np.log(tau))
    ),
    seed=st.integers(0, 1000),
)
def test_any_planted_time_constants_come_back(taus, seed):
    matrices = planted(np.exp(-1 / np.array(taus)), seed)
    found = modes_of(matrices, audit=0.0)
    np.testing.assert_array_equal(found.count, len(taus))
    np.testing.assert_allclose(found.tau, np.tile(np.sort(taus)[::-1], (12, 1)), rtol=1e-2)


@pytest.mark.parametrize("memory_mb", [0.1, 1.0])
def test_chunks_do_not_matter(memory_mb):
    matrices = planted([1.01, 0.99, 0.97])
    one, other = modes_of(matrices), modes_of(matrices, memory_mb=memory_mb)
    np.testing.assert_array_equal(one.count, other.count)
    np.testing.assert_allclose(one.tau, other.tau, rtol=1e-6)
    np.testing.assert_allclose(one.right, other.right, atol=1e-6)


def test_the_gap_is_the_ratio_of_time_constants_at_the_cut():
    matrices = planted([np.exp(-1 / 200), np.exp(-1 / 50), np.exp(-1 / 20)])
    np.testing.assert_allclose(modes_of(matrices).gap, 50 / 20, rtol=1e-3)
    np.testing.assert_allclose(modes_of(planted([np.exp(-1 / 20)])).gap, 25 / 20, rtol=1e-3)


def test_spectra_without_a_gap_take_the_dense_route():
    matrices = planted(np.exp(-1 / np.geomspace(60, 4, 30)))
    found = modes_of(matrices)
    assert (found.route == Route.DENSE).all()
    assert_equal_to_dense(found, matrices)


def test_a_failed_audit_recomputes_everything(monkeypatch):
    matrices = planted([0.99, 0.98])
    honest = ModeFinder.modes

    def blind(self, *arguments):
        batch = honest(self, *arguments)
        batch.count[:] = 1
        return batch

    monkeypatch.setattr(ModeFinder, "modes", blind)
    found = modes_of(matrices, audit=0.1)
    assert found.audit.failed
    assert found.audit.missed == found.audit.points == 1
    assert (found.route == Route.DENSE).all()
    assert_equal_to_dense(found, matrices)
    assert modes_of(matrices, audit=0.0).count.tolist() == [1] * 12


def test_spectra_are_compared_with_a_margin_at_the_cut():
    full = np.exp(-1 / np.array([100.0, 25.1, 24.9, 3.0]))
    assert compare_modes(full[:1], full, 25.0) == (0, 0, 0.0)
    assert compare_modes(full[:3], full, 25.0) == (0, 0, 0.0)
    assert compare_modes(full[1:2], full, 25.0)[:2] == (1, 0)
    assert compare_modes(np.exp(-1 / np.array([100.5, 60.0])), full, 25.0)[:2] == (0, 1)
    assert compare_modes(np.exp(-1 / np.array([100.5])), full, 25.0)[2] == pytest.approx(
        0.005, rel=1e-3
    )


@pytest.mark.parametrize("name", ["gru", "lstm", "ugrnn"])
def test_trained_like_cells_agree_with_dense_spectra(name):
    cell = make_cell(name, 2, 48)
    cell.reset_parameters(torch.Generator().manual_seed(1))
    with torch.no_grad():
        gate = cell.bias[cell.hold_gate * 48 : (cell.hold_gate + 1) * 48]
        gate[:4] = torch.tensor([3.5, 4.0, 4.5, 6.0])
    points = truth.draw((25, cell.state_size))
    found = slow_modes(cell, points, np.zeros(2), audit=1.0)
    assert (found.count > 0).all()
    assert (found.audit.points, found.audit.missed, found.audit.spurious) == (25, 0, 0)
    assert found.audit.tau_error < 1e-4


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="min_tau"):
        modes_of(planted([0.99]), min_tau=-1)
    broken = planted([0.99])
    broken[3, 0, 0] = np.nan
    with pytest.raises(ValueError, match="Jacobian"):
        modes_of(broken)
