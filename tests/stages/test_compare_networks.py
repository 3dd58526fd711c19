"""What is compared of networks: copies in other coordinates are alike by every measure."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.geometry.universality import MEASURES
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.classifier import Classifier
from rnn_geometry.stages.compare_networks import Shared, distance_matrices, sketch
from rnn_geometry.stages.integration import Probe
from rnn_geometry.tasks.sentences import Sentences

L, UNITS = 12, 4
RNG = np.random.default_rng(0)
ROWS = [RNG.integers(0, 6, size=L) for _ in range(100)]
TEXTS = Sentences.from_lists(ROWS, np.zeros(100))
SHARED = Shared(TEXTS, np.arange(6), np.array([5, 1, 2, 3, 4, 5]), L, seed=3)
TURN = np.linalg.qr(np.random.default_rng(8).normal(size=(UNITS, UNITS)))[0]


class Leaky(Cell):
    """h' = left h + x: an integrator at 1, an echo of the last words far below it."""

    left = 1.0

    def forward(self, h, x):
        return self.left * h + x


def sketched(turn=None, left=1.0, gain=1.0):
    """Return the sketch of a network, in coordinates that are turned."""
    turn = torch.from_numpy(np.eye(UNITS) if turn is None else turn)
    cell = Leaky(UNITS, UNITS)
    cell.left = left
    words, readout = truth.draw((6, UNITS), 1) @ turn, gain * truth.draw((3, UNITS), 2) @ turn
    network = Classifier(words, cell, 3, readout_bias=False, trainable_words=False).double()
    with torch.no_grad():
        network.readout.weight.copy_(readout)
        states = network.states(torch.from_numpy(np.stack(ROWS))).numpy()
    places = states[:, ::3].reshape(-1, UNITS)
    start = places, np.zeros(UNITS), states[:, -1], 2
    return sketch(Probe.make(network, *start, multi_label=False), SHARED, min_tau=L / 2)


def distance(measure, *pair):
    return distance_matrices(pair, seed=0)[measure][0, 1]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_network_in_other_coordinates_is_at_zero(measure):
    assert distance(measure, sketched(), sketched(TURN)) == pytest.approx(0, abs=1e-3)


def test_an_echo_is_as_far_from_an_integrator_as_its_modes():
    one, other = sketched(), sketched(TURN, left=0.3)
    found = {name: matrix[0, 1] for name, matrix in distance_matrices((one, other), 0).items()}
    assert found["slow_modes"] == pytest.approx(UNITS**0.5)  # the echo has none
    # G_k = .3^k G: |G - G'| / sqrt(|G| |G'|) over 13 lags.
    powers = 0.3 ** np.arange(L + 1)
    norms = np.linalg.norm(1 - powers), (13 * (powers**2).sum()) ** 0.25
    assert found["io"] == pytest.approx(norms[0] / norms[1])
    cosine = powers.sum() / (13 * (powers**2).sum()) ** 0.5
    assert found["io_angle"] == pytest.approx(np.arccos(cosine))
    assert found["procrustes"] > 0.3 < found["cka"]


def test_a_stronger_readout_counts_in_outputs_alone():
    one, other = sketched(), sketched(gain=4.0)
    found = {name: matrix[0, 1] for name, matrix in distance_matrices((one, other), 0).items()}
    assert found.pop("io") == pytest.approx(3 / 2)
    assert max(found.values()) < 1e-3


def test_states_are_those_after_the_same_words_of_the_same_texts():
    one, other = sketched(), sketched(TURN)
    np.testing.assert_allclose(one.states @ TURN, other.states, atol=1e-4)
    assert len(one.states) == 1000


def test_a_response_that_overflows_has_no_distance():
    one, other = sketched(), sketched()._replace(response=None)
    found = distance_matrices((one, other, one), seed=0)
    for name in ("io", "io_angle"):
        assert np.isnan(found[name][0, 1])
        assert found[name][0, 2] == 0
    assert not np.isnan(found["procrustes"]).any()
