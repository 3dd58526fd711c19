"""Scores on the manifold of planted networks.

Read off it, at right angles, and one label without the others.
"""

import numpy as np
import pytest

from rnn_geometry.geometry import scores

SENTENCES, STATE = 800, 16


def planted(directions, *, noise=0.0, seed=0):
    """Return final states that hold scores (m, D) along directions (D, S), slow points, scores."""
    rng = np.random.default_rng(seed)
    totals = rng.normal(size=(SENTENCES, len(directions)))
    final = 2 + totals @ directions + noise * rng.normal(size=(SENTENCES, directions.shape[1]))
    return final, final[:300], totals


def directions(count, angle=90):
    axes = np.linalg.qr(np.random.default_rng(5).normal(size=(STATE, STATE)))[0][:count]
    if count == 2:
        turn = np.radians(angle)
        axes[1] = np.cos(turn) * axes[0] + np.sin(turn) * axes[1]
    return axes


def test_scores_that_are_kept_are_read_off():
    axes = directions(2)
    final, points, totals = planted(axes, noise=0.01)
    found = scores.score_geometry(final, points, totals, np.zeros((SENTENCES, 5)), 2, False)
    assert found["score_r2"] == pytest.approx(1, abs=0.01)
    assert found["score_r2"] == min(found["score_r2_all"])
    assert found["score_angle"] == pytest.approx(90, abs=1)
    assert found["label_crosstalk"] is None


def test_a_score_that_is_not_kept_is_missed():
    axes = directions(2)
    final, points, totals = planted(axes)
    totals[:, 1] = np.random.default_rng(1).normal(size=SENTENCES)
    found = scores.score_geometry(final, points, totals, np.zeros((SENTENCES, 5)), 2, False)
    assert found["score_r2_all"][0] > 0.99
    assert found["score_r2"] == found["score_r2_all"][1] < 0.05


def test_only_differences_of_class_scores_are_asked_for():
    counts = np.random.default_rng(2).normal(size=(SENTENCES, 3))
    differences = counts - counts.mean(
        axis=1, keepdims=True
    )  # the total number of words is nowhere in the state
    axes = np.linalg.svd(np.eye(3) - 1 / 3)[2][:2]
    final = differences @ axes.T @ directions(2)
    found = scores.score_geometry(final, final, counts, np.zeros((SENTENCES, 3)), 2, False)
    assert found["score_r2"] == pytest.approx(1)
    as_labels = scores.score_geometry(
        final, final, counts, np.random.default_rng(0).normal(size=(SENTENCES, 3)), 2, True
    )
    assert as_labels["score_r2"] < 0.8


def test_directions_that_are_not_at_right_angles():
    # States at 40 degrees: the slopes that read the scores off stand at 40 degrees as well.
    final, points, totals = planted(directions(2, angle=40))
    found = scores.score_geometry(final, points, totals, np.zeros((SENTENCES, 5)), 2, False)
    assert found["score_angle"] == pytest.approx(40, abs=1)


def test_crosstalk_is_the_share_that_another_score_moves():
    rng = np.random.default_rng(0)
    totals = rng.normal(size=(20_000, 3))
    clean = np.tanh(totals) * 4
    assert scores.label_crosstalk(clean, totals) < 0.02
    mixed = clean + 0.3 * clean.std() * totals[:, [1, 2, 0]]
    assert scores.label_crosstalk(mixed, totals) == pytest.approx(
        0.3 / np.sqrt(1 + 0.3**2), abs=0.03
    )


def test_what_does_not_vary_is_none():
    totals = np.random.default_rng(0).normal(size=(50, 2))
    assert scores.label_crosstalk(np.zeros((50, 2)), totals) is None
    assert scores.column_r2(np.zeros((5, 1)), np.ones((5, 1))) == [None]
    found = scores.score_geometry(
        np.zeros((50, 4)), np.ones((9, 4)), 0 * totals, np.zeros((50, 5)), 2, False
    )
    assert found["score_r2"] is None
    assert found["score_angle"] is None
