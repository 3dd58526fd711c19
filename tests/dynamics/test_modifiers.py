"""Modifiers of a planted network.

A line that integrates, and a fast unit that turns or doubles the next words.
"""

import pytest
import torch

from rnn_geometry.dynamics import modifiers
from rnn_geometry.geometry.integration import MODIFIERS

FLIP, DOUBLE, GOOD, BAD, NEUTRAL = range(5)
WORDS = torch.eye(5, dtype=torch.float64)
VALUE = torch.tensor([0.0, 0, 1, -1, 0], dtype=torch.float64)


def step(h, x, *, flip=-1.0, double=2.0, memory=0.3):
    """State (score, flipped, doubled).

    The score gains the word's value times what the two fast units say.
    """
    factor = (1 + (flip - 1) * h[:, 1]) * (1 + (double - 1) * h[:, 2])
    score = h[:, 0] + factor * (x @ VALUE)
    return torch.stack(
        [score, memory * h[:, 1] + x[:, FLIP], memory * h[:, 2] + x[:, DOUBLE]], dim=1
    )


def numbers(network=step):
    points = torch.zeros(4, 3, dtype=torch.float64)
    points[:, 0] = torch.linspace(-2, 2, 4)
    axes = torch.tensor([[1.0, 0, 0]], dtype=torch.float64)
    evidence = WORDS[[GOOD, BAD]]
    return modifiers.modifier_numbers(
        network, points, WORDS[NEUTRAL], WORDS[FLIP], WORDS[DOUBLE], evidence, axes, 3 * axes
    )


def test_a_network_that_turns_and_doubles():
    found = numbers()
    assert found["flip_gain"] == pytest.approx(-1)
    assert found["double_gain"] == pytest.approx(2)
    assert found["modifier_lasting"] == pytest.approx(0.3**10)
    assert found["evidence_lasting"] == pytest.approx(1)
    assert found["modifier_along"] == 0
    assert found["evidence_along"] == 1
    assert tuple(found) == tuple(MODIFIERS)


def test_a_network_that_does_not_listen_to_modifiers():
    found = numbers(lambda h, x: step(h, x, flip=1.0, double=1.0))
    assert (found["flip_gain"], found["double_gain"]) == pytest.approx((1, 1))


def test_a_modifier_that_is_remembered():
    assert numbers(lambda h, x: step(h, x, memory=0.99))["modifier_lasting"] == pytest.approx(
        0.99**10
    )


def test_a_modifier_that_is_evidence_lies_along_the_line():
    def as_evidence(h, x):
        return torch.stack(
            [h[:, 0] + x.sum(dim=1) - x[:, NEUTRAL], h[:, 1] * 0, h[:, 2] * 0], dim=1
        )

    found = numbers(as_evidence)
    assert found["modifier_along"] == 1
    assert found["flip_gain"] == pytest.approx(1)
