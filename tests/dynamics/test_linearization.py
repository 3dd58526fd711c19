"""Jacobians, spectra and word effects against closed forms and automatic differentiation."""

import subprocess
import sys

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.jacobians import jacobians
from rnn_geometry.dynamics.linearization import linearize, word_effects
from rnn_geometry.dynamics.spectrum import decompose, integration_modes, stability, time_constants
from rnn_geometry.networks.make import make_cell
from rnn_geometry.networks.registry import CELLS


def assert_decomposed(linear, matrices):
    rebuilt = linear.right * linear.eigenvalues[:, None, :] @ linear.left
    np.testing.assert_allclose(rebuilt, matrices, atol=1e-10)
    np.testing.assert_allclose(
        linear.left @ linear.right,
        np.tile(np.eye(len(matrices[0])), (len(matrices), 1, 1)),
        atol=1e-10,
    )


# Jacobians


def test_jacobians_of_an_arbitrary_step_equal_autograd_point_by_point():
    h, x = truth.draw((5, 3)), truth.draw((5, 2), 1)
    recurrent, inputs = jacobians(truth.mixed_step, h, x)
    for row in range(5):
        expected = torch.autograd.functional.jacobian(
            lambda a, b: truth.mixed_step(a[None], b[None])[0], (h[row], x[row])
        )
        torch.testing.assert_close(recurrent[row], expected[0])
        torch.testing.assert_close(inputs[row], expected[1])


@pytest.mark.parametrize("name", CELLS)
def test_closed_forms_are_used_and_agree_with_differentiation(name):
    cell = make_cell(name, 3, 8).double()
    cell.reset_parameters(torch.Generator().manual_seed(0))
    h, x = truth.draw((7, cell.state_size)), truth.draw((7, 3), 1)
    closed, differentiated = jacobians(cell, h, x), jacobians(lambda h, x: cell(h, x), h, x)
    for one, other in zip(closed, differentiated, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)
    assert all(weight.grad is None for weight in cell.parameters())


def test_jacobians_do_not_depend_on_the_memory_budget():
    h, x = truth.draw((9, 3)), truth.draw(2, 1)
    for one, other in zip(
        jacobians(truth.mixed_step, h, x),
        jacobians(truth.mixed_step, h, x, memory_mb=1e-4),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-15)


def test_a_step_that_ignores_its_input_has_no_input_jacobian():
    recurrent, inputs = jacobians(truth.tanh_step(), np.zeros((2, 1)), np.zeros(4))
    assert inputs.shape == (2, 1, 4)
    assert not inputs.any()
    np.testing.assert_allclose(recurrent, 1.5)


def test_a_closed_form_of_wrong_shape_is_refused():
    class Wrong:
        def __call__(self, h, x):
            return h

        def jacobians(self, h, x):
            return h, x

    with pytest.raises(ValueError, match=r"step.jacobians returned"):
        jacobians(Wrong(), np.zeros((2, 3)), np.zeros(1))


def test_differentiation_does_not_import_the_compiler():
    code = (
        "import sys, torch; from rnn_geometry.dynamics.linearization import linearize;"
        "linearize(lambda h, x: torch.tanh(h), torch.zeros(2, 2), torch.zeros(1));"
        "print('torch._dynamo' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
        == "False"
    )


# Spectra


@pytest.mark.parametrize("kind", ["normal", "non-normal"])
def test_time_constants_of_a_linear_network(kind):
    matrix = truth.linear_matrix(kind)
    linear = linearize(truth.linear_step(matrix), truth.draw((4, 6)), truth.NOTHING)
    np.testing.assert_allclose(linear.eigenvalues, np.tile(truth.EIGENVALUES, (4, 1)), rtol=1e-6)
    np.testing.assert_allclose(linear.tau, np.tile(truth.TAU, (4, 1)), rtol=1e-6)
    assert_decomposed(linear, np.tile(matrix, (4, 1, 1)))
    assert integration_modes(linear.eigenvalues, 25.0).tolist() == [2] * 4
    assert integration_modes(linear.eigenvalues, 12.5).tolist() == [3] * 4
    assert stability(linear.eigenvalues).tolist() == [0] * 4


def test_the_order_is_by_modulus_with_the_positive_imaginary_part_first():
    turn = 0.9 * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    matrix = np.zeros((5, 5))
    matrix[:2, :2], matrix[2:4, 2:4], matrix[4, 4] = 0.5 * turn, turn, 0.95
    modes = decompose(matrix[None])
    expected = [0.95, 0.9 * np.exp(1j), 0.9 * np.exp(-1j), 0.45 * np.exp(1j), 0.45 * np.exp(-1j)]
    np.testing.assert_allclose(modes.eigenvalues[0], expected, atol=1e-12)
    largest = np.take_along_axis(modes.right, np.abs(modes.right).argmax(1)[:, None], 1)
    assert (largest.real > 0).all()
    np.testing.assert_allclose(largest.imag, 0, atol=1e-15)
    np.testing.assert_allclose(np.linalg.norm(modes.right, axis=1), 1)


def test_a_defective_jacobian_stays_finite_and_is_reported():
    matrices = np.array(
        [[[0.5, 1.0], [0.0, 0.5]], [[0.0, 1.0], [0.0, 0.0]], [[0.5, 0.0], [0.0, 0.5]]]
    )
    modes = decompose(matrices)
    assert all(np.isfinite(part).all() for part in modes)
    assert (modes.condition > 1e12).tolist() == [True, True, False]
    with pytest.raises(ValueError, match="point 1"):
        decompose(np.array([np.eye(2), np.full((2, 2), np.nan)]))


def test_time_constants_at_the_limits():
    tau = time_constants(np.array([0, 1, -1, 1j, 1 + 1e-12, np.exp(-0.1), np.exp(0.1)]))
    np.testing.assert_allclose(tau, [0, 1e5, 1e5, 1e5, 1e5, 10, 10])
    assert time_constants(np.array([1.0]), cap=50) == 50
    assert integration_modes(np.array([[1.2, -1.5, 0.1], [0, 0, 0]]), 25).tolist() == [2, 0]


def test_points_and_inputs_are_kept():
    points = truth.draw((3, 3)).float().requires_grad_()
    linear = linearize(truth.mixed_step, points, np.zeros(2))
    np.testing.assert_array_equal(linear.points, points.detach().double())
    assert (linear.recurrent_jacobian.shape, linear.input_jacobian.shape) == ((3, 3, 3), (3, 3, 2))
    linear.points[:] = 9
    assert points.abs().max() < 2


# Words


def test_word_effects_of_a_linear_network_are_its_input_weights():
    inputs, readout, words = (
        np.random.default_rng(1).normal(size=(6, 2)),
        truth.draw((3, 6)),
        truth.draw((4, 2), 2),
    )
    step, hold = truth.linear_step(np.eye(6), inputs), np.array([0.3, -0.2])
    effects, std, moves = word_effects(step, truth.draw((9, 6)), hold, words, readout)
    np.testing.assert_allclose(effects, (words.numpy() - hold) @ inputs.T @ readout.numpy().T)
    np.testing.assert_allclose(std, 0, atol=1e-14)
    np.testing.assert_allclose(moves, np.linalg.norm(words.numpy() @ inputs.T, axis=1))


def test_word_effects_average_over_points_in_any_batches(monkeypatch):
    points, words, readout = truth.draw((9, 3)), truth.draw((5, 2), 2), truth.draw((4, 3), 3)
    expected = word_effects(truth.mixed_step, points, np.zeros(2), words, readout)
    after = truth.mixed_step(points, words[3].expand(9, -1))
    change = (after - truth.mixed_step(points, torch.zeros(9, 2, dtype=torch.float64))) @ readout.T
    np.testing.assert_allclose(expected.effects[3], change.mean(0))
    np.testing.assert_allclose(expected.std[3], change.std(0, correction=0))
    np.testing.assert_allclose(expected.moves[3], (after - points).norm(dim=1).mean())
    monkeypatch.setattr("rnn_geometry.dynamics.linearization.ROWS_AT_ONCE", 20)
    for one, other in zip(
        word_effects(truth.mixed_step, points, np.zeros(2), words, readout), expected, strict=True
    ):
        np.testing.assert_allclose(one, other)


def test_no_words_and_wrong_shapes():
    empty = word_effects(
        truth.mixed_step, truth.draw((2, 3)), np.zeros(2), np.empty((0, 2)), np.ones((4, 3))
    )
    assert [part.shape for part in empty] == [(0, 4), (0, 4), (0,)]
    with pytest.raises(ValueError, match="readout"):
        word_effects(
            truth.mixed_step, truth.draw((2, 3)), np.zeros(2), np.ones((1, 2)), np.ones((4, 5))
        )
