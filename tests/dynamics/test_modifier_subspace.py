"""The modifier subspace of planted networks: known directions, how long they last, and the cut."""

import numpy as np
import pytest
import torch

from rnn_geometry.dynamics import modifier_subspace as subspace
from rnn_geometry.geometry.integration import MODIFIER_SUBSPACE

FLIP, DOUBLE, GOOD, BAD, NEUTRAL = range(5)
WORDS = torch.eye(5, dtype=torch.float64)
VALUE = torch.tensor([0.0, 0, 1, -1, 0], dtype=torch.float64)
SIZE = 8
BASIS = torch.from_numpy(np.linalg.qr(np.random.default_rng(0).normal(size=(SIZE, SIZE)))[0])
SCORE, FLIPPED, DOUBLED = BASIS[:3]  # directions of the state, at right angles
AXES = SCORE[None]
POINTS = torch.linspace(-2, 2, 4, dtype=torch.float64)[:, None] * SCORE
MEMORY = np.exp(-1 / 3)  # of the fast directions: 1/e after three words


def planted(h, x):
    """A score that integrates; two fast directions turn and double what a word adds to it."""
    factor = (1 - 2 * h @ FLIPPED) * (1 + h @ DOUBLED)
    score = h @ SCORE + factor * (x @ VALUE)
    fast = [MEMORY * (h @ u) + x[:, i] for u, i in ((FLIPPED, FLIP), (DOUBLED, DOUBLE))]
    return score[:, None] * SCORE + fast[0][:, None] * FLIPPED + fast[1][:, None] * DOUBLED


def along_the_manifold(h, x):
    """A near miss: the modifier is a long step along the line, far out on which words turn."""
    score = h @ SCORE
    value = torch.where(score.abs() > 50, -1.0, 1.0) * (x @ VALUE)
    return (score + value + 100 * (x[:, FLIP] + x[:, DOUBLE]))[:, None] * SCORE


def numbers(network, axes=AXES, seed=0):
    evidence = WORDS[[GOOD, BAD]]
    known = (WORDS[NEUTRAL], WORDS[FLIP], WORDS[DOUBLE], evidence, axes, 3 * AXES)
    return subspace.subspace_numbers(network, POINTS, *known, seed=seed)


def test_modifiers_through_directions_that_pass():
    found, several = numbers(planted), [numbers(planted, seed=seed) for seed in range(24)]
    # Of ten random directions a machine with other signs in its decompositions draws ten others.
    randomly = [name for name in found if name.endswith("_random")]
    found |= {name: float(np.mean([one[name] for one in several])) for name in randomly}
    assert found == {
        "modifier_dimension": 2,
        "modifier_words": pytest.approx(3),
        "flip_gain_cut": pytest.approx(1),
        "double_gain_cut": pytest.approx(1),
        "flip_gain_random": pytest.approx(-1, abs=0.7),
        "double_gain_random": pytest.approx(2, abs=0.8),
    }
    assert list(found) == list(MODIFIER_SUBSPACE)


def test_the_subspace_is_that_of_the_planted_directions():
    found = subspace.modifier_subspace(planted, POINTS, WORDS[NEUTRAL], WORDS[:2], AXES)
    torch.testing.assert_close(found.T @ found, BASIS[1:3].T @ BASIS[1:3])
    one = subspace.modifier_subspace(planted, POINTS, WORDS[NEUTRAL], WORDS[[FLIP]], AXES)
    torch.testing.assert_close((one @ FLIPPED).abs(), torch.ones(1, dtype=torch.float64))


def test_modifiers_along_the_manifold_are_not_cut():
    found = numbers(along_the_manifold)
    assert found["modifier_dimension"] == 0
    assert found["modifier_words"] is None
    for name in ("flip_gain_cut", "flip_gain_random", "double_gain_cut"):
        assert found[name] == pytest.approx(-1)


def test_what_lies_along_the_manifold_is_kept():
    """With the flipped direction among the axes, the cut leaves `not` as it is."""
    found = numbers(planted, axes=BASIS[:2])
    assert found["modifier_dimension"] == 1
    assert found["flip_gain_cut"] == pytest.approx(-1)
    assert found["double_gain_cut"] == pytest.approx(1)


def test_a_change_that_never_passes_is_followed_for_fifty_words():
    def kept(h, x):
        return h + x[:, [FLIP]] * FLIPPED

    known = (POINTS, WORDS[NEUTRAL], WORDS[[FLIP]], FLIPPED[None])
    assert subspace.words_until_gone(kept, *known) == subspace.LONGEST
    assert subspace.words_until_gone(kept, *known[:3], AXES[:0]) is None


def test_the_gain_of_nothing_cut_is_the_gain():
    from rnn_geometry.dynamics.modifiers import modifier_gain

    known = (WORDS[NEUTRAL], WORDS[FLIP], WORDS[[GOOD, BAD]], AXES)
    drifting = lambda h, x: planted(1.01 * h, x)  # noqa: E731 - a step
    cut = subspace.gain_without(drifting, POINTS, *known, AXES[:0])
    assert cut == pytest.approx(modifier_gain(drifting, POINTS, *known), abs=1e-12)
    turned = subspace.gain_without(planted, POINTS, *known, FLIPPED[None], BASIS[[5]])
    assert turned == pytest.approx(-1)
