"""Measures of integration on systems that do integrate, that forget, and that do neither."""

import ground_truths as truth
import numpy as np
import pytest
import torch

from rnn_geometry.dynamics import integration

X = torch.zeros(2, dtype=torch.float64)
EYE = torch.eye(2, dtype=torch.float64)


def integrator(h, x):
    """A perfect integrator: h' = h + x."""
    return h + x


def forgetter(h, x):
    """h' = h / 2 + x: the last words only."""
    return 0.5 * h + x


def saturating(h, x):
    """A word's effect depends on the place: h' = h + x (1 - h^2)."""
    return h + x * (1 - h**2)


def test_an_integrator_holds_and_a_forgetter_does_not():
    states = truth.draw((50, 2))
    assert integration.hold_r2(integrator, states, X, EYE, 40) == 1.0
    left = integration.hold_r2(forgetter, states, X, EYE, 1)
    mean = states.mean(dim=0)
    expected = 1 - float((0.5 * states).square().sum() / (states - mean).square().sum())
    assert left == pytest.approx(expected)
    assert integration.hold_r2(forgetter, states, X, EYE, 40) < 0.01
    assert integration.hold_r2(integrator, torch.ones(5, 2, dtype=torch.float64), X, EYE, 3) is None


def test_effects_are_what_stays_after_the_word():
    words = truth.draw((3, 1, 2), 1)
    points = truth.draw((4, 2), 2)
    kept = integration.sequence_effects(integrator, points, X, words, EYE)
    torch.testing.assert_close(kept, words.expand(3, 4, 2))
    gone = integration.sequence_effects(forgetter, points, X, words, EYE, settle=3)
    torch.testing.assert_close(gone, words.expand(3, 4, 2) / 8)


def test_sequences_are_read_in_order_and_in_blocks(monkeypatch):
    monkeypatch.setattr("rnn_geometry.dynamics._runs.ROWS_AT_ONCE", 5)
    words, points = truth.draw((7, 2, 2), 1), truth.draw((3, 2), 2)
    effects = integration.sequence_effects(forgetter, points, X, words, EYE, settle=0)
    expected = (0.5 * words[:, 0] + words[:, 1])[:, None].expand(7, 3, 2)
    torch.testing.assert_close(effects, expected)


def test_position_independence_tells_place_from_word():
    words = truth.draw((6, 1, 2), 1)
    points = truth.draw((20, 2), 2)
    same = integration.sequence_effects(integrator, points, X, words, EYE).numpy()
    assert integration.position_independence(same) == pytest.approx(1.0)
    varied = integration.sequence_effects(saturating, points, X, words, EYE).numpy()
    assert 0.3 < integration.position_independence(varied) < 0.95
    only_place = np.broadcast_to(np.random.default_rng(0).normal(size=(1, 9, 2)), (4, 9, 2))
    assert integration.position_independence(only_place) == pytest.approx(0.0, abs=1e-12)
    assert integration.position_independence(np.zeros((3, 4, 2))) is None


def after(step, times, points=None, words=None):
    """Return effects of words at points, a number of words of x* later, (W, n, k) each."""
    points = truth.draw((20, 2), 2) if points is None else points
    words = truth.draw((6, 2), 1) if words is None else words
    return integration.effects_over_time(step, points, X, words, EYE, times).numpy()


def test_effects_over_time_are_those_of_sequences():
    points, words = truth.draw((4, 2), 2), truth.draw((3, 2), 1)
    found = after(forgetter, [0, 3, 7], points, words)
    for settle, effects in zip((0, 3, 7), found, strict=True):
        alone = integration.sequence_effects(
            forgetter, points, X, words[:, None], EYE, settle=settle
        )
        np.testing.assert_allclose(effects, alone, rtol=1e-12, atol=1e-15)
    with pytest.raises(ValueError, match=r"passed must hold whole numbers in rising order"):
        after(forgetter, [3, 0])


@pytest.mark.parametrize("left", [1.0, 0.97, 0.9, 0.5])
def test_a_leak_loses_what_it_loses_in_the_delay(left):
    def leaky(h, x):
        return left * h + x

    effects = after(leaky, [0, 12])
    assert integration.delayed_independence(*effects) == pytest.approx(left**24)
    assert integration.delayed_share(*effects) == pytest.approx(left**12)


def test_an_echo_is_the_same_everywhere_and_worth_nothing():
    """The last three words, exactly, wherever they are read: h is a queue of them."""

    def echo(h, x):
        return torch.cat([x, h[:, :-2]], dim=1)

    seen = torch.eye(6, dtype=torch.float64)
    points, words = truth.draw((20, 6), 2), truth.draw((5, 2), 1)
    soon, late = integration.effects_over_time(echo, points, X, words, seen, [0, 12]).numpy()
    assert integration.position_independence(soon) == pytest.approx(1)
    assert integration.delayed_independence(soon, late) == 0
    assert integration.delayed_share(soon, late) == 0


def test_effects_that_depend_on_the_place_are_not_independent_of_it():
    def turning(h, x):
        """What a word does has the sign of the place."""
        return h + x * torch.sign(h)

    points = torch.cat([truth.draw((20, 2), 2), -truth.draw((20, 2), 2)])
    effects = after(turning, [0, 12], points)
    assert integration.delayed_independence(*effects) < 0.05
    saturated = after(saturating, [0, 12])
    assert 0.3 < integration.delayed_independence(*saturated) < 0.95


def test_effects_that_grow_are_not_worth_more_than_all():
    def growing(h, x):
        return 1.1 * h + x

    effects = after(growing, [0, 12])
    assert integration.delayed_independence(*effects) == pytest.approx(1)
    assert integration.delayed_share(*effects) == pytest.approx(1.1**12)


def test_delayed_effects_without_variance_are_none():
    nothing = np.zeros((3, 4, 2))
    assert integration.delayed_independence(nothing, nothing) is None
    assert integration.delayed_share(nothing, nothing) is None
    assert integration.delayed_share(np.zeros((0, 4, 2)), np.zeros((0, 4, 2))) is None
