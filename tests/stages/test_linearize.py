"""What the scripts of the workflow do between files.

Methods of the configuration, words shown, arrays kept.
"""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.networks.make import make_cell
from rnn_geometry.stages import slow_points as runs
from rnn_geometry.stages.linearize import chosen_words, one_word_kicks, read_modes, spectrum_sample
from rnn_geometry.tasks.sentences import Sentences

ANALYSIS = {"audit": 0.5, "memory_mb": 128, "relax_steps": 2, "rounds": 6, "min_gap": 2.0}


@pytest.mark.parametrize("method", ["manifold", "damped", "adam"])
def test_every_method_gives_points_with_their_slow_modes(method):
    cell = truth.hold_units(make_cell("gru", 2, 12), held=2)
    starts, x = truth.draw((20, 12)), torch.zeros(2, dtype=torch.float64)
    found = runs.find_slow_points(cell, starts, x, {**ANALYSIS, "method": method}, 12.5, 0)
    assert found.slow_modes.tolist() == found.modes.count.tolist() == [2] * 20
    assert found.modes.audit.points == 10
    assert np.isfinite(found.gap).all()
    assert np.isnan(found.fast_q).all() == (method != "manifold")


def test_kept_modes_are_cut_to_eight_and_read_back():
    values = np.exp(-1 / np.geomspace(900, 30, 11))
    matrix = np.diag(np.concatenate([values, np.full(19, 0.3)]))
    found = slow_modes(truth.linear_step(matrix), np.zeros((6, 30)), truth.NOTHING, min_tau=12.5)
    kept = runs.kept_modes(found)
    assert kept.count.tolist() == [11] * 6
    assert kept.right.shape == (6, 30, 8)
    again = read_modes(kept, np.array([4, 1]))
    assert again.count.tolist() == [8, 8]
    np.testing.assert_allclose(again.eigenvalues[0], values[:8], rtol=1e-6)
    assert again.audit == found.audit


def test_the_sample_and_its_centre_are_of_points_that_converged():
    points = np.arange(10.0)[:, None]
    status = np.array([0, 3, 0, 1, 0, 3, 0, 0, 3, 3])
    index, centre = spectrum_sample(points, status, 3)
    assert index.tolist() == [0, 4, 7]  # their mean is 3.8
    assert index[centre] == 4
    index, centre = spectrum_sample(points, np.full(10, 3), 2)  # none converged: all stand for them
    assert index.tolist() == [0, 4, 9]
    assert index[centre] == 4


def test_words_of_a_text_are_the_frequent_and_the_telling():
    # Words 2 and 3 are frequent and say nothing; 4 and 5 are rarer and each belongs to a class; 6
    # is too rare to tell.
    rows = [[2, 3, 2, 3, 4]] * 6 + [[2, 3, 3, 2, 5]] * 6 + [[6, 7, 7]] + [[7, 7, 0, 1]] * 3
    labels = np.array([0] * 6 + [1] * 6 + [0] + [0, 1, 1])
    test, meta = Sentences.from_lists(rows, labels), {"kind": "text", "classes": 2}
    assert chosen_words(meta, test, 8, 4).tolist() == [2, 3, 4, 5]
    assert chosen_words(meta, test, 8, 1).tolist() == [2]
    many = Sentences.from_lists(rows, np.stack([labels, 1 - labels], 1).astype(np.int8))
    assert chosen_words(meta, many, 8, 4).tolist() == [2, 3, 4, 5]
    assert chosen_words({"kind": "synthetic"}, test, 8, 4).tolist() == list(range(8))


def test_kicks_are_those_of_one_word():
    words = truth.draw((2, 2), 1)
    kicks = one_word_kicks(
        truth.mixed_step, truth.draw((3, 3)), torch.zeros(2, dtype=torch.float64), words
    )
    rest = truth.mixed_step(truth.draw((3, 3)), torch.zeros(3, 2, dtype=torch.float64))
    torch.testing.assert_close(kicks, truth.mixed_step(truth.draw((3, 3)), words[[0, 1, 0]]) - rest)
