"""Effects of words on slow modes, and checks of the linearisation, against closed forms."""

import copy
from dataclasses import replace

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.jacobians import jacobians
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.word_modes import linear_prediction, rollout_error, word_mode_effects
from rnn_geometry.networks.make import make_cell

INPUTS = np.random.default_rng(1).normal(size=(6, 2))
HOLD = np.array([0.3, -0.2])
SMALL = 1e-4  # MB: one point and few words at a time


def linear_network(kind="non-normal"):
    """Return h' = U h + B x, of two slow modes, points, words, and the projection on slow modes."""
    matrix = truth.linear_matrix(kind)
    values, right = np.linalg.eig(matrix)
    slow = np.argsort(-values)[:2]
    projection = right[:, slow] @ np.linalg.inv(right)[slow]
    return (
        truth.linear_step(matrix, INPUTS),
        truth.draw((5, 6)).numpy(),
        truth.draw((4, 2), 2).numpy(),
        projection,
    )


def settled_cell(name, points=3):
    """Return a cell, the hold input (points, 2) and the fixed points under it."""
    cell = make_cell(name, 2, 5).double()
    cell.reset_parameters(torch.Generator().manual_seed(0))
    hold = 2 * truth.draw((points, 2), 4)
    states = torch.zeros(points, cell.state_size, dtype=torch.float64)
    with torch.no_grad():
        for _ in range(3000):
            states = cell(states, hold)
    return cell, states, hold


def assert_same(one, other, rtol=1e-10):
    for name in one._fields:
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=rtol, atol=1e-13, err_msg=name
        )


# Effects on the slow modes


@pytest.mark.parametrize("kind", ["normal", "non-normal"])
def test_mode_effects_of_a_linear_network(kind):
    step, points, words, projection = linear_network(kind)
    modes = slow_modes(step, points, HOLD, min_tau=25)
    found = word_mode_effects(step, points, HOLD, words, modes)
    moves = (words - HOLD) @ INPUTS.T
    assert found.effects.shape == (5, 4, 2)
    np.testing.assert_allclose(
        found.effects, np.einsum("nks,ws->nwk", modes.left, moves), atol=1e-12
    )
    for point, effects in enumerate(found.effects):
        np.testing.assert_allclose(modes.right[point] @ effects.T, projection @ moves.T, atol=1e-12)
    np.testing.assert_allclose(
        found.along, np.linalg.norm(moves @ projection.T, axis=1), rtol=1e-10
    )
    np.testing.assert_allclose(
        found.across, np.linalg.norm(moves - moves @ projection.T, axis=1), rtol=1e-10
    )


def test_a_pair_of_complex_modes_moves_the_state_by_a_real_amount():
    turn = 0.99 * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    matrix = np.zeros((3, 3))
    matrix[:2, :2], matrix[2, 2] = turn, 0.2
    step = truth.linear_step(matrix, np.array([[3.0], [4.0], [7.0]]))
    found = word_mode_effects(
        step,
        np.zeros((1, 3)),
        np.zeros(1),
        np.ones((1, 1)),
        slow_modes(step, np.zeros((1, 3)), np.zeros(1)),
    )
    np.testing.assert_allclose(found.effects[0, 0, 0], found.effects[0, 0, 1].conj(), atol=1e-12)
    np.testing.assert_allclose(np.abs(found.effects), 5 / np.sqrt(2))
    np.testing.assert_allclose([found.along[0], found.across[0]], [5, 7])


def test_mode_effects_average_lengths_and_not_coefficients():
    # The Jacobian is the same at both points and the input weights are opposite: signed means would
    # vanish.
    def step(h, x):
        return 0.99 * h + torch.sign(h.detach()) * x

    points = np.array([[1.0], [-1.0]])
    modes = slow_modes(step, points, np.zeros(1))
    found = word_mode_effects(step, points, np.zeros(1), np.array([[2.0]]), modes)
    np.testing.assert_allclose(found.effects[:, 0, 0], [2, -2])
    np.testing.assert_allclose([found.along[0], found.across[0]], [2, 0], atol=1e-14)


def test_modes_beyond_count_are_not_read():
    step, points, words, _ = linear_network()
    modes = slow_modes(step, points, HOLD, min_tau=25)
    moves = (words - HOLD) @ INPUTS.T
    none = word_mode_effects(step, points, HOLD, words, replace(modes, count=np.zeros(5, np.int64)))
    assert not none.effects.any()
    assert not none.along.any()
    np.testing.assert_allclose(none.across, np.linalg.norm(moves, axis=1))
    some = word_mode_effects(
        step, points, HOLD, words, replace(modes, count=np.array([2, 1, 0, 2, 1]))
    )
    assert (some.effects != 0).all(1).sum(1).tolist() == [2, 1, 0, 2, 1]


def test_single_precision_modes_give_single_precision_effects():
    step, points, words, _ = linear_network()
    modes = slow_modes(step, points, HOLD, min_tau=25)
    short = replace(
        modes, right=modes.right.astype(np.complex64), left=modes.left.astype(np.complex64)
    )
    found, exact = (word_mode_effects(step, points, HOLD, words, some) for some in (short, modes))
    assert (found.effects.dtype, exact.effects.dtype, found.along.dtype) == (
        np.complex64,
        np.complex128,
        np.float64,
    )
    np.testing.assert_allclose(found.effects, exact.effects, atol=1e-5)


# One step


def test_the_prediction_is_exact_for_a_linear_network():
    step, points, words, _ = linear_network()
    readout = truth.draw((3, 6), 5).numpy()
    found = linear_prediction(step, points, HOLD, words, readout)
    assert found.relative_error.max() < 1e-12
    assert abs(found.r2 - 1) < 1e-12
    expected = (words - HOLD) @ INPUTS.T @ readout.T
    np.testing.assert_allclose(found.logit_true, expected, atol=1e-12)
    np.testing.assert_allclose(found.logit_predicted, expected, atol=1e-12)


def test_the_prediction_equals_an_explicit_loop():
    points, words, readout = truth.draw((6, 3)), truth.draw((4, 2), 2), truth.draw((5, 3), 3)
    hold = truth.draw((6, 2), 4)
    found = linear_prediction(truth.mixed_step, points, hold, words, readout)
    inputs = jacobians(truth.mixed_step, points, hold)[1]
    trues, predictions = [], []
    for word in words:
        trues.append(truth.mixed_step(points, word.expand(6, -1)) - truth.mixed_step(points, hold))
        predictions.append(torch.einsum("nse,ne->ns", inputs, word - hold))
    true, predicted = torch.stack(trues), torch.stack(predictions)
    miss = (true - predicted).norm(dim=2)
    np.testing.assert_allclose(found.relative_error, (miss / true.norm(dim=2)).mean(1))
    np.testing.assert_allclose(found.logit_true, true.mean(1) @ readout.T)
    np.testing.assert_allclose(found.logit_predicted, predicted.mean(1) @ readout.T)
    np.testing.assert_allclose(found.r2, 1 - miss.square().sum() / true.square().sum())
    assert found.r2 < 0.99


@pytest.mark.parametrize("name", ["vanilla", "gru", "lstm"])
def test_the_error_of_the_prediction_is_linear_in_the_word(name):
    cell, points, hold = settled_cell(name, 1)
    words, readout = truth.draw((4, 2), 2), np.ones((1, cell.state_size))
    sizes = np.array([1e-2, 5e-3, 2.5e-3])
    errors = [
        linear_prediction(cell, points, hold[0], hold[0] + size * words, readout).relative_error
        for size in sizes
    ]
    np.testing.assert_allclose(errors[1] / errors[0], 0.5, rtol=0.02)
    np.testing.assert_allclose(errors[2] / errors[0], 0.25, rtol=0.02)


def test_words_that_change_nothing_have_no_relative_error():
    points, readout = truth.draw((5, 6)), np.ones((3, 6))
    cell = make_cell("gru", 2, 6)
    cell.reset_parameters(torch.Generator().manual_seed(0))
    # Batches of other sizes round differently: the word that equals the hold input must not turn
    # that into an effect.
    found = linear_prediction(cell, points, HOLD, np.array([HOLD, [0.5, 0.5]]), readout)
    assert np.isnan(found.relative_error).tolist() == [True, False]
    assert not found.logit_true[0].any()
    assert np.isfinite(found.r2)
    deaf = linear_prediction(truth.tanh_step(), points, HOLD, np.ones((2, 2)), readout)
    assert np.isnan(deaf.relative_error).all()
    assert np.isnan(deaf.r2)
    one = linear_prediction(
        truth.mixed_step, truth.draw((2, 3)), [[0.1, 0.2], [0.5, 0.5]], [[0.5, 0.5]], np.eye(3)
    )
    alone = linear_prediction(
        truth.mixed_step, truth.draw((2, 3))[:1], [0.1, 0.2], [[0.5, 0.5]], np.eye(3)
    )
    np.testing.assert_allclose(one.relative_error, alone.relative_error)
    np.testing.assert_allclose(one.logit_true, alone.logit_true / 2)


# Many steps


@pytest.mark.parametrize(
    ("kind", "rounding"), [("normal", 1e-12), ("non-normal", 1e-8)]
)  # the latter has norm 150
def test_rollouts_of_a_linear_network_are_exact_although_it_drifts(kind, rounding):
    step, points, _, _ = linear_network(kind)
    found = rollout_error(step, points, HOLD, truth.draw((5, 6), 3))
    assert found.steps.tolist() == [1, 2, 5, 10, 25]
    assert found.per_point.shape == (5, 5)
    assert max(found.relative_error.max(), found.per_point.max(), found.drift.max()) < rounding


def test_rollouts_equal_an_explicit_loop_in_the_order_asked_for():
    points, hold, displacement = (
        truth.draw((4, 3)),
        truth.draw((4, 2), 1),
        0.1 * truth.draw((4, 3), 2),
    )
    found = rollout_error(truth.mixed_step, points, hold, displacement, steps=[7, 1, 3])
    matrices, rest = jacobians(truth.mixed_step, points, hold)[0], truth.mixed_step(points, hold)
    for row, errors in enumerate(found.per_point):
        medians = []
        for start in (points + displacement, points):
            true = linear = start
            for _ in range([7, 1, 3][row]):
                true = truth.mixed_step(true, hold)
                linear = rest + torch.einsum("nst,nt->ns", matrices, linear - points)
            expected = ((true - linear).norm(dim=1) / displacement.norm(dim=1)).numpy()
            medians.append(np.median(expected))
            if start is not points:
                np.testing.assert_allclose(errors, expected)
        np.testing.assert_allclose(
            [found.relative_error[row], found.drift[row]], medians, atol=1e-14
        )


@pytest.mark.parametrize("name", ["vanilla", "gru", "lstm"])
def test_the_error_of_rollouts_is_linear_in_the_displacement(name):
    cell, points, hold = settled_cell(name)
    displacement = 1e-2 * truth.draw(points.shape, 3)
    errors = [rollout_error(cell, points, hold, displacement * size) for size in (1, 0.5, 0.25)]
    np.testing.assert_allclose(errors[1].per_point / errors[0].per_point, 0.5, rtol=0.05)
    np.testing.assert_allclose(errors[2].relative_error / errors[0].relative_error, 0.25, rtol=0.05)
    assert errors[2].drift.max() < 1e-10


def test_points_without_displacement_do_not_count():
    points, displacement = truth.draw((3, 3)), 0.1 * truth.draw((3, 3), 2)
    displacement[1] = 0
    found = rollout_error(truth.mixed_step, points, np.zeros(2), displacement)
    assert np.isnan(found.per_point).all(0).tolist() == [False, True, False]
    np.testing.assert_allclose(found.relative_error, found.per_point[:, [0, 2]].mean(1))
    nothing = rollout_error(truth.mixed_step, points, np.zeros(2), 0 * displacement)
    assert np.isnan(nothing.relative_error).all()
    assert np.isnan(nothing.drift).all()


def test_a_run_that_overflows_has_an_infinite_error():
    found = rollout_error(
        lambda h, x: h**3, np.array([[0.0], [1.0]]), truth.NOTHING, np.full((2, 1), 1e30)
    )
    assert found.per_point[0].max() < np.inf
    assert np.isinf(found.per_point[-1]).all()


# All of them


def test_results_do_not_depend_on_the_memory_budget():
    points, words, hold = truth.draw((9, 3)), truth.draw((7, 2), 2), truth.draw((9, 2), 3)
    modes = slow_modes(truth.mixed_step, points, hold, min_tau=2)
    assert modes.count.any()
    for call in (
        lambda mb: word_mode_effects(truth.mixed_step, points, hold, words, modes, memory_mb=mb),
        lambda mb: linear_prediction(
            truth.mixed_step, points, hold, words, np.eye(3), memory_mb=mb
        ),
        lambda mb: rollout_error(truth.mixed_step, points, hold, 0.1 * points, memory_mb=mb),
    ):
        assert_same(call(128), call(SMALL))
        assert_same(call(128), call(5e-3))


def test_a_step_may_return_any_memory_layout():
    def transposed(h, x):
        return truth.mixed_step(h, x).T.contiguous().T

    points, words = truth.draw((4, 3)), truth.draw((5, 2), 2)
    for call in (
        lambda step: linear_prediction(step, points, np.zeros(2), words, np.eye(3)),
        lambda step: rollout_error(step, points, np.zeros(2), 0.1 * points),
    ):
        assert_same(call(transposed), call(truth.mixed_step))


def test_every_point_has_its_own_hold_input():
    points, words, hold = truth.draw((4, 3)), truth.draw((5, 2), 2), truth.draw((4, 2), 3)
    modes = slow_modes(truth.mixed_step, points, hold, min_tau=1)
    whole = word_mode_effects(truth.mixed_step, points, hold, words, modes)
    rolled = rollout_error(truth.mixed_step, points, hold, 0.1 * points)
    along = []
    for row in range(4):
        one = slice(row, row + 1)
        own = replace(modes, count=modes.count[one], right=modes.right[one], left=modes.left[one])
        alone = word_mode_effects(truth.mixed_step, points[one], hold[row], words, own)
        np.testing.assert_allclose(whole.effects[one], alone.effects)
        along.append(alone.along)
        single = rollout_error(truth.mixed_step, points[one], hold[row], 0.1 * points[one])
        np.testing.assert_allclose(rolled.per_point[:, one], single.per_point)
    np.testing.assert_allclose(whole.along, np.mean(along, 0))


def test_no_words():
    step, points, _, _ = linear_network()
    modes = slow_modes(step, points, HOLD)
    found = word_mode_effects(step, points, HOLD, np.empty((0, 2)), modes)
    assert [part.shape for part in found] == [(5, 0, 2), (0,), (0,)]
    empty = linear_prediction(step, points, HOLD, np.empty((0, 2)), np.ones((3, 6)))
    assert [part.shape for part in empty[:3]] == [(0,), (0, 3), (0, 3)]
    assert np.isnan(empty.r2)


def test_the_callers_things_are_not_touched():
    cell = make_cell("gru", 2, 5).train()
    cell.reset_parameters(torch.Generator().manual_seed(0))
    points, words = (
        truth.draw((3, 5)).float().requires_grad_(),
        truth.draw((4, 2), 2).requires_grad_(),
    )
    hold, displacement, readout = HOLD.copy(), truth.draw((3, 5), 3).numpy(), np.ones((2, 5))
    modes = slow_modes(cell, points, hold, min_tau=1)
    things = (
        cell.state_dict(),
        points,
        words,
        hold,
        displacement,
        readout,
        modes.left,
        modes.right,
        modes.count,
    )
    before = copy.deepcopy(things)
    results = (
        word_mode_effects(cell, points, hold, words, modes),
        linear_prediction(cell, points, hold, words, readout),
        rollout_error(cell, points, hold, displacement),
    )
    for name, weight in before[0].items():
        assert torch.equal(things[0][name], weight)
        assert things[0][name].dtype == weight.dtype
    for now, then in zip(things[1:], before[1:], strict=True):
        assert (now == then).all()
    assert cell.training
    assert all(
        weight.requires_grad and weight.grad is None
        for weight in (*cell.parameters(), points, words)
    )
    assert all(isinstance(part, np.ndarray | float) for result in results for part in result)


def test_what_does_not_fit_is_named():
    step, points, words, _ = linear_network()
    modes, readout = slow_modes(step, points, HOLD), np.ones((3, 6))
    with pytest.raises(ValueError, match=r"word_vectors must have shape \(W, 2\), got \(4, 3\)"):
        word_mode_effects(step, points, HOLD, np.ones((4, 3)), modes)
    with pytest.raises(ValueError, match="word_vectors must be finite"):
        linear_prediction(step, points, HOLD, words * np.nan, readout)
    with pytest.raises(ValueError, match=r"modes.right must have shape \(2, 6, K\)"):
        word_mode_effects(step, points[:2], HOLD, words, modes)
    with pytest.raises(ValueError, match=r"modes.left must have shape \(5, 2, 6\)"):
        word_mode_effects(step, points, HOLD, words, replace(modes, left=modes.left[:, :1]))
    with pytest.raises(ValueError, match=r"modes.count must have shape \(5,\)"):
        word_mode_effects(step, points, HOLD, words, replace(modes, count=modes.count[:3]))
    for count in (-1, 3):
        with pytest.raises(ValueError, match=f"modes.count .* row 0 holds {count}"):
            word_mode_effects(step, points, HOLD, words, replace(modes, count=np.full(5, count)))
    with pytest.raises(ValueError, match=r"readout must have shape \(C, 6\), got \(3, 5\)"):
        linear_prediction(step, points, HOLD, words, np.ones((3, 5)))
    with pytest.raises(ValueError, match=r"displacement must have shape \(5, 6\), got \(6,\)"):
        rollout_error(step, points, HOLD, np.ones(6))
    with pytest.raises(ValueError, match="displacement must be real"):
        rollout_error(step, points, HOLD, np.ones((5, 6)) * 1j)
    for steps in ((), (0, 1), (1.5,), 3):
        with pytest.raises(ValueError, match="steps must"):
            rollout_error(step, points, HOLD, np.ones((5, 6)), steps=steps)
    with pytest.raises(ValueError, match="memory_mb must be above 0"):
        rollout_error(step, points, HOLD, np.ones((5, 6)), memory_mb=0)
