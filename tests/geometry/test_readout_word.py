"""A read-out word: planted logits whose answers, and whose dependence on counts, are known."""

import numpy as np
import pytest

from rnn_geometry.geometry.readout_word import counts_r2, readout_word_numbers

RNG = np.random.default_rng(1)
COUNTS = RNG.integers(0, 9, (400, 4))
SCORES = COUNTS[:, :3] - COUNTS[:, :3].mean(axis=1, keepdims=True)
LABELS = SCORES.argmax(axis=1)


def test_a_readout_that_the_last_word_scales_is_a_plain_one_after_the_read_out_word():
    scale = RNG.choice([0.2, 3.0], (400, 1))  # of the word that was read last
    found = readout_word_numbers(COUNTS, scale * SCORES, SCORES, LABELS)
    assert found["decisions_kept"] == found["accuracy_last"] == found["accuracy_read"] == 1
    assert found["counts_r2_last"] < 0.7
    assert found["counts_r2_read"] == pytest.approx(1)
    assert found["counts_missed_ratio"] == pytest.approx(0, abs=1e-9)


def test_answers_that_the_read_out_word_changes_are_counted():
    changed = SCORES.copy()
    changed[:100] = -changed[:100]
    found = readout_word_numbers(COUNTS, SCORES, changed, LABELS)
    assert found["decisions_kept"] == found["accuracy_read"] == 0.75


def test_counts_tell_nothing_of_noise():
    assert counts_r2(COUNTS, RNG.normal(size=(400, 3))) < 0.05


def test_what_counts_tell_wholly_has_no_ratio():
    found = readout_word_numbers(COUNTS, 1.0 * SCORES, 2.0 * SCORES, LABELS)
    assert found["counts_missed_ratio"] is None


def test_logits_that_do_not_vary_have_no_share():
    found = readout_word_numbers(COUNTS, SCORES, np.zeros_like(SCORES), LABELS)
    assert found["counts_r2_read"] is None
