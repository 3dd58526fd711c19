"""Input-output dimension and distance of systems whose responses are known."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.input_output import LinearResponse, io_distance, linear_response
from rnn_geometry.geometry.input_output import effective_dimension

ROTATION = np.linalg.qr(np.random.default_rng(5).normal(size=(6, 6)))[0]


def response(matrix, inputs, readout):
    """Return the response of h' = A h + B x at one point to words that are unit vectors."""
    words = np.eye(inputs.shape[1])
    step = truth.linear_step(matrix, inputs)
    start, hold = np.zeros((1, len(matrix))), np.zeros(len(words))
    return linear_response(step, start, hold, words, np.ones(len(words)), readout)


def dimension(*system, horizon=25):
    return effective_dimension(response(*system).singular_values(horizon)[0])


def integrators(kept=2, size=6):
    """Return A with some modes that are kept, and others that last two words."""
    return np.diag(np.where(np.arange(size) < kept, 0.99, np.exp(-1 / 2)))


@pytest.mark.parametrize("horizon", [0, 3, 40])
@pytest.mark.parametrize("sizes", [(5, 2, 3), (3, 4, 7)])
def test_values_are_those_of_the_whole_matrix(sizes, horizon):
    size, outputs, words = sizes
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(size, size)) / size**0.5
    inputs, readout = rng.normal(size=(size, words)), rng.normal(size=(outputs, size))
    found = response(matrix, inputs, readout)
    markov = found.markov(2 * horizon + 1)[0]
    explicit = np.block([[markov[i + j] for j in range(horizon + 1)] for i in range(horizon + 1)])
    power = np.linalg.matrix_power(matrix, 2 * horizon)
    expected = readout @ power @ inputs / words**0.5
    np.testing.assert_allclose(markov[-1], expected, rtol=1e-10, atol=1e-14)
    values = found.singular_values(horizon)[0]
    whole = np.linalg.svd(explicit, compute_uv=False)[: len(values)]
    np.testing.assert_allclose(values, whole, rtol=1e-10, atol=1e-13 * whole[0])


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_as_many_dimensions_as_integrate(kept):
    inputs, readout = np.eye(6), np.eye(6)
    assert dimension(integrators(kept), inputs, readout) == kept
    # Over no words at all everything that is read counts.
    assert dimension(integrators(kept), inputs, readout, horizon=0) == 6


def test_units_that_nobody_reads_or_writes_do_not_count():
    matrix, everything = integrators(4), np.eye(6)
    unread, unwritten = np.eye(6)[:2], np.eye(6)[:, 1:3]
    assert dimension(matrix, everything, everything) == 4
    assert dimension(matrix, everything, unread) == 2
    assert dimension(matrix, unwritten, unread) == 1


def test_a_network_without_a_gap_is_judged():
    # Time constants 60, 45, .. without a gap: the words write to the first two modes alone.
    matrix = np.diag(np.exp(-1 / np.array([60.0, 45, 34, 25, 19, 14])))
    inputs = np.eye(6)[:, :2]
    assert dimension(matrix, inputs, np.ones((1, 6))) == 1
    assert dimension(matrix, inputs, np.eye(6)) == 2


def test_weights_and_the_state_of_no_word_count():
    matrix, readout = integrators(), np.eye(6)
    step = truth.linear_step(matrix, np.eye(6)[:, :2])
    words, hold = np.array([[2.0, 1], [1, 2], [1, 1]]), np.array([1.0, 1])
    found = linear_response(step, np.zeros((1, 6)), hold, words, [3, 0, 1], readout)
    expected = np.zeros((6, 3))
    expected[0, 0] = 0.75**0.5
    np.testing.assert_allclose(found.inputs[0].numpy(), expected, atol=1e-12)


def test_every_point_has_its_own_response():
    points, words = truth.draw((3, 3)), truth.draw((4, 2), 1)
    hold, readout = torch.zeros(2), np.eye(3)
    found = linear_response(truth.mixed_step, points, hold, words, np.ones(4), readout)
    alone = [
        linear_response(truth.mixed_step, points[[i]], hold, words, np.ones(4), readout)
        for i in range(3)
    ]
    expected = np.concatenate([one.singular_values(5) for one in alone])
    np.testing.assert_allclose(found.singular_values(5), expected, rtol=1e-9)
    assert not np.allclose(expected[0], expected[1], rtol=0.01)


def test_a_response_that_overflows_is_no_number():
    eye = torch.eye(2, dtype=torch.float64)
    explosive = LinearResponse(1e200 * eye[None], eye[None], eye)
    assert np.isnan(explosive.singular_values(3)).all()


def test_networks_in_other_coordinates_and_of_other_size_are_the_same():
    rng = np.random.default_rng(1)
    matrix, inputs, readout = integrators(), rng.normal(size=(6, 3)), rng.normal(size=(2, 6))
    one = response(matrix, inputs, readout).markov(20)[0]
    turned = ROTATION @ matrix @ ROTATION.T, ROTATION @ inputs, readout @ ROTATION.T
    assert io_distance(one, response(*turned).markov(20)[0]) < 1e-12
    # Four more units: two unread, and two that nobody writes to.
    larger = np.diag([*np.diag(matrix), 0.99, 0.9, 0.99, 0.9])
    written = np.concatenate([inputs, rng.normal(size=(2, 3)), np.zeros((2, 3))])
    read = np.concatenate([readout, np.zeros((2, 2)), rng.normal(size=(2, 2))], axis=1)
    assert io_distance(one, response(larger, written, read).markov(20)[0]) < 1e-12


def test_networks_that_answer_otherwise_are_apart():
    rng = np.random.default_rng(1)
    matrix, inputs, readout = integrators(), rng.normal(size=(6, 3)), rng.normal(size=(2, 6))
    one = response(matrix, inputs, readout).markov(20)[0]
    forgets = response(0.9 * matrix, inputs, readout).markov(20)[0]
    assert 0.3 < io_distance(one, forgets) == io_distance(forgets, one)
    assert io_distance(one, -one) == pytest.approx(2)
    assert io_distance(one, 4 * one) == pytest.approx(1.5)
    apart = np.zeros((2, 1, 1, 2))
    apart[0, 0, 0, 0] = apart[1, 0, 0, 1] = 3
    assert io_distance(*apart) == pytest.approx(2**0.5)
    assert io_distance(one, 0 * one) == np.inf


def test_what_does_not_fit_is_refused():
    step, words = truth.linear_step(np.eye(2), np.eye(2)), np.eye(2)
    start, hold = np.zeros((1, 2)), np.zeros(2)
    with pytest.raises(ValueError, match="weights must be 0 or more, and not all 0"):
        linear_response(step, start, hold, words, [0, 0], np.eye(2))
    with pytest.raises(ValueError, match="weights"):
        linear_response(step, start, hold, words, [1, 1, 1], np.eye(2))
    with pytest.raises(ValueError, match="horizon"):
        response(np.eye(2), np.eye(2), np.eye(2)).singular_values(-1)
    with pytest.raises(ValueError, match="other"):
        io_distance(np.ones((2, 1, 1)), np.ones((2, 1, 2)))
