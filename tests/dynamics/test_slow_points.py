"""Slow points and exact fixed points.

Manifolds and roots that are known, bad input, and what must not matter.
"""

import ground_truths as truth
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_geometry.dynamics._mode_finder import DENSE_SIZE
from rnn_geometry.dynamics.fixed_points import distinct_roots, find_fixed_points, skeleton
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.results import Route, Status
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.spectrum import fast_part, stability
from rnn_geometry.geometry.dimension import participation_ratio
from rnn_geometry.networks.make import make_cell

SEARCHES = [project_to_slow_manifold, find_fixed_points]
GATED = ["gru", "gru_reset_before", "lstm", "ugrnn"]


def roots_of(step, starts):
    """Return the distinct roots of a step, and the result of the search."""
    found = find_fixed_points(step, starts, truth.NOTHING)
    return distinct_roots(found.points, found.status, 1e-4)[1], found


def integrator(size=12, seed=0, slow=3):
    """A vanilla cell with a few slow modes, the rest fast, weakly coupled, in a rotated basis."""
    generator = np.random.default_rng(seed)
    basis = np.linalg.qr(generator.normal(size=(size, size)))[0]
    scales = np.concatenate(
        [np.linspace(0.985, 1.0, slow), generator.uniform(-0.5, 0.5, size - slow)]
    )
    cell = make_cell("vanilla", 2, size)
    with torch.no_grad():
        weights = basis * scales @ basis.T + 0.02 * generator.normal(size=(size, size)) / size**0.5
        cell.weight_hh.copy_(torch.from_numpy(weights))
        cell.weight_ih.copy_(torch.from_numpy(generator.normal(size=(size, 2))))
    return cell


def draw(shape, seed=0):
    """Starts near zero, where the integrator's time constants are long."""
    return 0.2 * truth.draw(shape, seed)


# Ground truths


def test_all_roots_of_one_unit_are_found_with_their_slopes():
    roots, found = roots_of(truth.tanh_step(), truth.draw((40, 1)))
    order = np.argsort(roots[:, 0])
    np.testing.assert_allclose(roots[order, 0], [-truth.ROOT, 0, truth.ROOT], atol=1e-8)
    slopes = linearize(truth.tanh_step(), roots[order], truth.NOTHING).eigenvalues
    np.testing.assert_allclose(slopes[:, 0].real, [truth.SLOPE, 1.5, truth.SLOPE], atol=1e-6)
    assert stability(slopes).tolist() == [0, 1, 0]
    assert found.q.max() < 1e-20


def test_two_units_have_four_stable_points_four_saddles_and_a_repeller():
    roots, _ = roots_of(truth.tanh_step(), truth.draw((200, 2)))
    unstable = stability(linearize(truth.tanh_step(), roots, truth.NOTHING).eigenvalues)
    assert np.bincount(unstable).tolist() == [4, 4, 1]


def test_a_ghost_is_told_apart_from_the_root():
    roots, found = roots_of(truth.tanh_step(bias=0.35), truth.draw((60, 1)))
    assert roots.shape == (1, 1)
    assert roots[0, 0] == pytest.approx(truth.SHIFTED_ROOT, abs=1e-3)
    ghosts = found.status == Status.GHOST
    assert ghosts.any()
    assert set(found.status) == {Status.CONVERGED, Status.GHOST}
    np.testing.assert_allclose(found.points[ghosts, 0], truth.SHIFTED_GHOST, atol=1e-3)
    assert found.q[ghosts].min() > 4e-3


@pytest.mark.parametrize(("size", "count"), [(2, 3), (3, 3), (4, 9)])
def test_all_roots_of_the_rolled_network_are_found(size, count):
    roots, found = roots_of(truth.rolled_step(size), truth.draw((400, size)))
    assert len(roots) == count
    assert found.q[found.status == Status.CONVERGED].max() < 1e-20
    step = truth.rolled_step(size)
    for _ in range(3):  # stable and unstable alike: a root stays where it is
        np.testing.assert_allclose(step(torch.from_numpy(roots), None).numpy(), roots, atol=1e-10)


@pytest.mark.parametrize("size", [10, 48])  # decomposed densely, and iteratively
@pytest.mark.parametrize("name", GATED)
def test_held_units_are_kept_and_counted(name, size):
    cell = truth.hold_units(make_cell(name, 2, size), held=3)
    starts = truth.draw((20, cell.state_size))
    found = project_to_slow_manifold(cell, starts, np.zeros(2))
    memory = cell.state_size - cell.hidden_size
    np.testing.assert_allclose(
        found.points[:, memory : memory + 3], starts[:, memory : memory + 3], atol=1e-10
    )
    assert np.abs(found.points[:, memory + 3 :]).max() < 1e-6
    assert found.slow_modes.tolist() == [3] * 20
    tau = linearize(cell, found.points[:1], np.zeros(2)).tau[0]
    np.testing.assert_allclose(tau[3:size], 0.7615, atol=1e-4)
    np.testing.assert_allclose(tau[size:], 0, atol=1e-12)
    assert (
        found.modes.route.tolist()
        == [Route.DENSE if cell.state_size <= DENSE_SIZE else Route.ITERATIVE] * 20
    )


def test_a_ring_stays_a_ring():
    angle = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    starts = ring * np.random.default_rng(0).uniform(0.8, 1.2, (50, 1)) + [0, 0, 0.2]
    found = project_to_slow_manifold(truth.ring_step, starts, truth.NOTHING)
    np.testing.assert_allclose(found.points, ring, atol=1e-7)
    assert participation_ratio(found.points) == pytest.approx(2, abs=0.1)
    assert (found.status == Status.CONVERGED).all()
    eigenvalues = linearize(truth.ring_step, found.points, truth.NOTHING).eigenvalues
    np.testing.assert_allclose(eigenvalues, np.tile([1, 0.6, 0.6], (50, 1)), atol=1e-6)


def test_slow_directions_stay_and_fast_ones_vanish():
    found = project_to_slow_manifold(
        truth.linear_step(np.diag([0.999, 0.1])), truth.draw((30, 2)), truth.NOTHING
    )
    assert np.abs(found.points[:, 1]).max() < 1e-6
    np.testing.assert_allclose(
        found.points[:, 0], truth.draw((30, 2))[:, 0] * 0.999**2, rtol=1e-9
    )  # relaxed twice
    assert found.fast_q.max() < 1e-12
    assert (found.slow_modes == 1).all()


# What is reported


def test_every_column_belongs_to_the_point_returned():
    starts = draw((50, 12))
    cell = integrator()
    for search in SEARCHES:
        found = search(cell, starts, np.zeros(2))
        points = torch.from_numpy(found.points)
        with torch.no_grad():
            r = points - integrator().double()(points, torch.zeros(50, 2, dtype=torch.float64))
        np.testing.assert_allclose(found.q, (r**2).sum(1) / 2, rtol=1e-9, atol=1e-28)
        np.testing.assert_allclose(found.displacement, (points - starts).norm(dim=1))
        assert found.points.dtype == np.float64
        assert found.status.dtype == np.int8


@pytest.mark.parametrize("size", [12, 40])
def test_the_fast_residual_vanishes_and_the_slow_one_stays(size):
    cell, starts = integrator(size), draw((60, size))
    found = project_to_slow_manifold(cell, starts, np.zeros(2))
    assert (found.status == Status.CONVERGED).all()
    for row in range(0, 60, 7):
        matrix = linearize(cell, found.points[row : row + 1], np.zeros(2)).recurrent_jacobian[0]
        point = torch.from_numpy(found.points[row : row + 1])
        with torch.no_grad():
            r = (point - cell.double()(point, torch.zeros(1, 2, dtype=torch.float64)))[0].numpy()
        fast_q, count = fast_part(matrix, r, 25.0)
        assert count == found.slow_modes[row]
        if count == found.held_modes[row]:
            assert fast_q < 1e-12
        assert found.q[row] > 1e3 * found.fast_q[row]
    assert np.bincount(found.held_modes).argmax() == 3
    assert found.modes.count.tolist() == found.slow_modes.tolist()


def test_modes_can_be_left_out():
    full = project_to_slow_manifold(integrator(40), draw((30, 40)), np.zeros(2))
    bare = project_to_slow_manifold(integrator(40), draw((30, 40)), np.zeros(2), modes=False)
    np.testing.assert_array_equal(bare.points, full.points)
    assert bare.modes is None
    assert set(bare.slow_modes) == {-1}
    assert np.isnan(bare.gap).all()
    np.testing.assert_array_equal(bare.held_modes, full.held_modes)


def test_a_network_without_a_gap_is_called_that():
    values = np.exp(-1 / np.geomspace(60, 4, 30))  # time constants 10 % apart
    found = project_to_slow_manifold(
        truth.linear_step(np.diag(values)), truth.draw((40, 30)), truth.NOTHING
    )
    assert (found.status == Status.NO_GAP).all()
    assert found.gap.max() < 1.5
    gapped = np.concatenate([values[:9], values[20:]])
    found = project_to_slow_manifold(
        truth.linear_step(np.diag(gapped)), truth.draw((40, 19)), truth.NOTHING
    )
    assert (found.status == Status.CONVERGED).all()


TOLERANCE = 1e-4  # stated: of the starts' root-mean-square norm


def fast_residual(step, found, starts):
    """Return the residual outside as many slow modes as were held, by full spectra, in that norm.

    Of points of which none was held (fixed damping): outside the modes above the cut.
    """
    scale = np.sqrt((np.asarray(starts) ** 2).sum(axis=1).mean())
    parts = []
    for row, point in enumerate(torch.from_numpy(found.points)[:, None]):
        with torch.no_grad():
            r = (point - step(point, torch.zeros(1, 2).double()))[0].numpy()
        jacobian = torch.autograd.functional.jacobian(
            lambda h: step(h[None], torch.zeros(1, 2).double())[0], point[0]
        )
        values, right = np.linalg.eig(jacobian.numpy())
        fast = np.argsort(-np.abs(values))[found.held_modes[row] or found.slow_modes[row] :]
        parts.append(np.linalg.norm(right[:, fast] @ (np.linalg.inv(right)[fast] @ r)))
    return np.array(parts) / scale


def spread_out_cell(size=40, slowest=60, fastest=3):
    """A tanh cell in a rotated basis whose time constants, a tenth apart, leave no gap."""
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(size, size)))[0]
    rates = np.exp(-1 / np.geomspace(slowest, fastest, size))
    weights = truth.tensor(basis * rates @ basis.T)
    return lambda h, x: torch.tanh(h @ weights.T)


def test_without_a_gap_points_count_where_their_fast_residual_vanishes_if_none_is_asked_for():
    step, starts = spread_out_cell(), 0.3 * truth.draw((30, 40))
    asked = project_to_slow_manifold(step, starts, truth.NOTHING)
    assert (asked.status == Status.NO_GAP).all()
    assert (fast_residual(step, asked, starts) > TOLERANCE).all()
    found = project_to_slow_manifold(step, starts, truth.NOTHING, min_gap=None, rounds=20)
    counted = found.status == Status.CONVERGED
    assert counted.mean() > 0.6  # the others say OFF_MANIFOLD
    assert (found.gap < 2).all()
    assert fast_residual(step, found, starts)[counted].max() < TOLERANCE


def test_where_there_is_a_gap_it_does_not_matter_whether_one_is_asked_for():
    asked = project_to_slow_manifold(integrator(40), draw((30, 40)), np.zeros(2))
    found = project_to_slow_manifold(integrator(40), draw((30, 40)), np.zeros(2), min_gap=None)
    assert (asked.status == Status.CONVERGED).all()
    for name in ("points", "status", "fast_q", "held_modes", "iterations", "gap"):
        np.testing.assert_array_equal(getattr(found, name), getattr(asked, name))
    residual = fast_residual(integrator(40).double(), found, draw((30, 40)))
    assert residual.max() < TOLERANCE


@pytest.mark.parametrize("name", GATED)
def test_an_untrained_network_gets_no_manifold_by_asking_for_no_gap(name):
    cell = make_cell(name, 2, 40)
    cell.reset_parameters(torch.Generator().manual_seed(0))
    found = project_to_slow_manifold(
        cell, truth.draw((30, cell.state_size)), np.zeros(2), min_gap=None
    )
    assert set(found.slow_modes) == set(found.held_modes) == {0}
    assert np.ptp(found.points, axis=0).max() < 1e-3  # its one fixed point


@pytest.mark.parametrize(("min_tau", "gapped", "continuous"), [(25.0, 5, 15), (15.0, 5, 21)])
def test_of_a_continuum_the_dimension_is_that_of_the_cut(min_tau, gapped, continuous):
    rates = np.exp(-1 / np.geomspace(60, 4, 30))
    for kept, slow in ((np.r_[0:5, 25:30], gapped), (np.r_[0:30], continuous)):
        step = truth.linear_step(np.diag(rates[kept]))
        starts = truth.draw((60, len(kept)))
        found = project_to_slow_manifold(step, starts, truth.NOTHING, min_tau=min_tau, min_gap=None)
        assert (found.status == Status.CONVERGED).all()
        lengths = np.linalg.svd(found.points, compute_uv=False)
        assert (lengths > 1e-4 * lengths[0]).sum() == slow


def test_a_search_that_diverges_keeps_its_last_good_iterate():
    def step(h, x):
        return torch.where(h > 1, h * 1e200, 0.5 * h)

    found = project_to_slow_manifold(step, truth.tensor([[0.5], [3.0], [1e200]]), truth.NOTHING)
    assert found.status.tolist() == [Status.CONVERGED, Status.DIVERGED, Status.DIVERGED]
    assert np.isfinite(found.points).all()
    assert found.points[2, 0] == 1e200
    assert find_fixed_points(step, truth.tensor([[1e200]]), truth.NOTHING).status.tolist() == [
        Status.DIVERGED
    ]


def test_a_search_cut_short_says_so():
    for limit, status in ((1, Status.MAX_ITERATIONS), (50, Status.CONVERGED)):
        found = find_fixed_points(
            truth.tanh_step(), truth.tensor([[0.6]]), truth.NOTHING, max_iterations=limit
        )
        assert found.status.tolist() == [status]


def test_a_point_that_finds_no_manifold_is_its_relaxed_start():
    def step(h, x):  # it jumps across zero, and so has no fixed point
        return 0.3 * h - torch.sign(h)

    found = project_to_slow_manifold(step, truth.draw((20, 2)), truth.NOTHING, relax_steps=1)
    lost = found.status == Status.OFF_MANIFOLD
    assert lost.all()
    expected = step(truth.draw((20, 2)), None).numpy()
    np.testing.assert_allclose(found.points[lost], expected[lost], rtol=1e-14)


def test_roots_are_numbered_by_first_appearance_and_others_left_out():
    points = np.array([[5.0], [1.0], [1.05], [9.0], [1.1], [5.0]])
    ids, roots = distinct_roots(points, np.array([0, 0, 0, Status.GHOST, 0, 0]), radius=0.06)
    assert ids.tolist() == [0, 1, 1, -1, 1, 0]
    assert roots.tolist() == [[5.0], [1.0]]
    ids, roots = distinct_roots(points, np.full(6, Status.GHOST), radius=0.06)
    assert (set(ids), roots.shape) == ({-1}, (0, 1))


def test_the_skeleton_counts_basins_ghosts_and_what_it_may_have_missed():
    starts = truth.tensor([[0.9], [0.8], [0.0], [-0.7], [-0.9], [0.95]])
    found = find_fixed_points(truth.tanh_step(), starts, truth.NOTHING)
    bones = skeleton(truth.tanh_step(), found, truth.NOTHING, radius=1e-3)
    np.testing.assert_allclose(bones.roots[:, 0], [truth.ROOT, 0, -truth.ROOT], atol=1e-8)
    assert (bones.basins.tolist(), bones.unstable.tolist()) == ([3, 1, 2], [0, 1, 0])
    assert bones.ids.tolist() == [0, 0, 1, 2, 2, 0]
    assert (bones.ghosts, bones.unseen) == (0, 1 / 6)
    shifted = truth.tanh_step(bias=0.35)
    found = find_fixed_points(shifted, truth.tensor([[truth.SHIFTED_GHOST]]), truth.NOTHING)
    bones = skeleton(shifted, found, truth.NOTHING, radius=1e-3)
    assert (len(bones.roots), bones.ghosts, bones.ids.tolist()) == (0, 1, [-1])
    assert np.isnan(bones.unseen)


# What must not matter


def assert_same(found, expected, rows=slice(None), rotation=None, atol=1e-9):
    points = expected.points[rows] if rotation is None else expected.points[rows] @ rotation
    np.testing.assert_array_equal(found.status, expected.status[rows])
    np.testing.assert_allclose(found.points, points, rtol=1e-6, atol=atol)
    # q = |r|^2 / 2 of a point that is `atol` away differs by |r| atol.
    slack = atol * (1e-3 + np.sqrt(2 * expected.q[rows]))
    assert (np.abs(found.q - expected.q[rows]) <= 1e-6 * expected.q[rows] + slack).all()


@pytest.mark.parametrize("size", [12, 40])  # decomposed densely, and iteratively
@pytest.mark.parametrize("search", SEARCHES)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), memory_mb=st.floats(1e-4, 0.2))
def test_order_and_chunk_size_do_not_matter(search, size, seed, memory_mb):
    starts, order = draw((15, size), seed), np.random.default_rng(seed).permutation(15)
    expected = search(integrator(size), starts, np.zeros(2))
    chunked = search(integrator(size), starts, np.zeros(2), memory_mb=memory_mb)
    assert_same(chunked, expected)
    np.testing.assert_array_equal(chunked.slow_modes, expected.slow_modes)
    np.testing.assert_array_equal(chunked.iterations, expected.iterations)
    assert_same(search(integrator(size), starts[order], np.zeros(2)), expected, order, atol=1e-6)


@pytest.mark.parametrize("search", SEARCHES)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_rotated_state_space_gives_rotated_points(search, seed):
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    turn, starts = truth.tensor(rotation), truth.draw((15, 3), seed)

    def rotated(h, x):
        return truth.mixed_step(h @ turn.T, x) @ turn

    expected = search(truth.mixed_step, starts, np.zeros(2))
    assert_same(search(rotated, starts @ turn, np.zeros(2)), expected, rotation=rotation, atol=1e-5)


@pytest.mark.parametrize("search", SEARCHES)
def test_single_and_duplicated_starts(search):
    starts = draw((6, 12))
    expected = search(integrator(), starts, np.zeros(2))
    assert_same(
        search(integrator(), starts.repeat(2, 1), np.zeros(2)), expected, [*range(6), *range(6)]
    )
    assert_same(search(integrator(), starts[:1], np.zeros((1, 2))), expected, [0])


@pytest.mark.parametrize("search", SEARCHES)
def test_inputs_of_their_own_for_every_start(search):
    starts, inputs = draw((6, 12)), 0.1 * truth.draw((6, 2), 1)
    together = search(integrator(), starts, inputs)
    for row in range(6):
        assert_same(search(integrator(), starts[row : row + 1], inputs[row]), together, [row])


@pytest.mark.parametrize("search", SEARCHES)
def test_the_callers_things_are_left_alone(search):
    cell, starts, x = integrator(), truth.draw((8, 12)).requires_grad_(), torch.zeros(2)
    before, kept = (
        {name: value.clone() for name, value in cell.state_dict().items()},
        starts.detach().clone(),
    )
    search(cell, starts, x)
    assert all(
        torch.equal(value, before[name]) and value.dtype == torch.float32
        for name, value in cell.state_dict().items()
    )
    assert all(weight.requires_grad and weight.grad is None for weight in cell.parameters())
    assert torch.equal(starts, kept)
    assert starts.requires_grad
    assert starts.grad is None
    assert cell.training
    assert torch.is_grad_enabled()


# Bad input

BAD = [
    (truth.mixed_step, np.zeros(3), np.zeros(2), r"states must have shape \(n, S\)"),
    (truth.mixed_step, np.zeros((2, 4, 3)), np.zeros(2), r"pass states\.reshape\(-1, 3\)"),
    (truth.mixed_step, np.zeros((0, 3)), np.zeros(2), "n >= 1"),
    (
        truth.mixed_step,
        np.array([[0, 0, 0], [0, np.nan, 0]]),
        np.zeros(2),
        "states must be finite: row 1",
    ),
    (truth.mixed_step, np.zeros((4, 3)), np.full(2, np.inf), "x must be finite"),
    (truth.mixed_step, np.zeros((4, 3)), np.zeros((3, 2)), "with n = 4"),
    (truth.mixed_step, np.zeros((4, 3)), np.zeros(5), "step failed"),
    (lambda h, x: h[:, :2], np.zeros((4, 3)), np.zeros(2), r"shape \(3, 3\), it returned \(3, 2\)"),
    (lambda h, x: h.mean(0, keepdim=True), np.zeros((4, 3)), np.zeros(2), r"returned \(1, 3\)"),
    (lambda h, x: h.float(), np.zeros((4, 3)), np.zeros(2), "torch.float32"),
    (lambda h, x: h.numpy(), np.zeros((4, 3)), np.zeros(2), "ndarray"),
    (lambda h, x: h.detach(), np.zeros((4, 3)), np.zeros(2), "not differentiable"),
]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(("step", "states", "x", "message"), BAD, ids=[row[3][:12] for row in BAD])
def test_bad_input_is_named(search, step, states, x, message):
    with pytest.raises(ValueError, match=message):
        search(step, states, x)


def test_bad_options_are_named():
    for options in (
        {"relax_steps": 4},
        {"rounds": 0},
        {"min_gap": 0.5},
        {"min_tau": 0},
        {"memory_mb": 0},
    ):
        with pytest.raises(ValueError, match=next(iter(options))):
            project_to_slow_manifold(truth.mixed_step, truth.draw((2, 3)), np.zeros(2), **options)
