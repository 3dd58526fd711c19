"""Points that follow anchors: the same as points that are looked at alone."""

import numpy as np
import torch

from rnn_geometry.dynamics import _anchors, _projection, _subspaces
from rnn_geometry.dynamics._anchors import SharedFactors, spread_out
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.networks.cells import GRU


def holding(size=32, slow=2, seed=0):
    """Return a GRU that holds a few directions, and 100 states at which it is started."""
    draw = torch.Generator().manual_seed(seed)
    cell = GRU(3, size).double()
    basis = torch.linalg.qr(torch.randn(size, size, generator=draw, dtype=torch.float64))[0]
    rates = torch.full((size,), 0.3, dtype=torch.float64)
    rates[:slow] = 1.05
    with torch.no_grad():
        cell.weight_hh[: 2 * size] = 0.05 * torch.randn(2 * size, size, generator=draw)
        cell.weight_hh[2 * size :] = basis @ torch.diag(rates) @ basis.T
        cell.bias[:size] = 4.0
    h = 0.5 * torch.randn(100, slow, generator=draw, dtype=torch.float64) @ basis[:, :slow].T
    return cell, h + 0.01 * torch.randn(100, size, generator=draw, dtype=torch.float64)


def test_points_that_follow_anchors_end_where_they_would_alone(monkeypatch):
    cell, h = holding()
    followed = []
    honest = _projection.Projection._following

    def watched(self, walk, system):
        found, good = honest(self, walk, system)
        followed.append(int(good.sum()))
        return found, good

    monkeypatch.setattr(_projection.Projection, "_following", watched)
    together = project_to_slow_manifold(cell, h, torch.zeros(3), min_tau=10, audit=1.0)
    assert followed
    assert followed[0] > 90
    monkeypatch.setattr(_projection, "FEWEST", 1000)
    alone = project_to_slow_manifold(cell, h, torch.zeros(3), min_tau=10, audit=1.0)
    assert len(followed) == 1
    assert (together.status == alone.status).all()
    assert (together.slow_modes == alone.slow_modes).all()
    np.testing.assert_allclose(together.points, alone.points, atol=1e-4)
    assert not together.modes.audit.failed
    assert together.modes.audit.missed == 0
    assert np.median(together.fast_q) < 1e-11


def test_few_anchors_serve_as_many_points(monkeypatch):
    cell, h = holding()
    many = project_to_slow_manifold(cell, h, torch.zeros(3), min_tau=10)
    monkeypatch.setattr(_anchors, "MOST", 4)
    made = []
    monkeypatch.setattr(
        _anchors, "spread_out", lambda h, count: made.append(count) or spread_out(h, count)
    )
    few = project_to_slow_manifold(cell, h, torch.zeros(3), min_tau=10, audit=1.0)
    assert made == [4]
    np.testing.assert_allclose(few.points, many.points, atol=1e-4)
    assert not few.modes.audit.failed
    assert few.modes.audit.missed == 0


def test_points_whose_anchors_mislead_are_looked_at_alone(monkeypatch):
    cell, h = holding()
    monkeypatch.setattr(_projection, "FEWEST", 1000)
    alone = project_to_slow_manifold(cell, h, torch.zeros(3), min_tau=10)
    monkeypatch.undo()
    monkeypatch.setattr(
        SharedFactors, "columns32", lambda self, rows: torch.full_like(rows, torch.nan)
    )
    misled = project_to_slow_manifold(cell, h, torch.zeros(3), min_tau=10)
    assert (misled.status == alone.status).all()
    np.testing.assert_allclose(misled.points, alone.points, atol=1e-8)


def test_the_budget_of_memory_does_not_change_what_follows():
    cell, h = holding()
    one, other = (
        project_to_slow_manifold(cell, h, torch.zeros(3), min_tau=10, memory_mb=memory)
        for memory in (1, 64)
    )
    assert (one.status == other.status).all()
    assert (one.slow_modes == other.slow_modes).all()
    np.testing.assert_allclose(one.points, other.points, atol=1e-6)


def test_anchors_are_spread_and_points_know_the_nearest():
    h = torch.randn(50, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    rows, nearest = spread_out(h, 10)
    assert len(set(rows.tolist())) == 10
    assert torch.equal(nearest, torch.cdist(h.float(), h.float()[rows]).argmin(1))


def test_shared_factors_solve_as_factors_of_their_own():
    draw = torch.Generator().manual_seed(0)
    matrices = 0.1 * torch.randn(2, 6, 6, generator=draw, dtype=torch.float64)
    own = _subspaces.Factors(matrices)
    groups = torch.tensor([1, 1, 0])
    one = torch.eye(6).expand(2, -1, -1)
    shared = SharedFactors(own.rows32(one).contiguous(), groups, own.shift[groups])
    rows = torch.randn(3, 2, 6, generator=draw)
    for name in ("columns32", "rows32"):
        expected = getattr(own.only(groups), name)(rows)
        torch.testing.assert_close(getattr(shared, name)(rows), expected)
    assert torch.equal(shared.only(torch.tensor([2])).groups, torch.tensor([0]))
