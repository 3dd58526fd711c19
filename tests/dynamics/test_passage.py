"""Moves along a path and the linearised step: of maps whose Jacobian is known at every place."""

import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.passage import passage


def run(step, start, words):
    path = [torch.as_tensor(start, dtype=torch.float64)[None]]
    for _ in range(words):
        path.append(step(path[-1], None))
    return torch.cat(path)


def test_a_linear_step_carries_every_move_and_so_does_any_other_place():
    turn = torch.tensor([[0.0, -0.9], [0.9, 0.0]], dtype=torch.float64)
    step = lambda h, x: h @ turn.T  # noqa: E731
    found = passage(step, run(step, [1.0, 0.0], 9), torch.zeros(1))
    assert found.r2() == pytest.approx(1)
    assert found.misplaced_r2() == pytest.approx(1)
    assert found.gains == pytest.approx(np.full(8, 0.9))
    assert found.turns == pytest.approx(np.full(8, np.pi / 2))


def test_a_step_that_changes_along_the_path_is_carried_by_its_own_places_alone():
    """From near 0, where moves grow by half, to near pi, where they halve."""
    step = lambda h, x: h + 0.5 * torch.sin(h)  # noqa: E731
    path = run(step, [0.01], 20)
    found = passage(step, path, torch.zeros(1))
    middles = ((path[1:] + path[:-1]) / 2).numpy()
    assert found.jacobians[:, 0] == pytest.approx(1 + 0.5 * np.cos(middles))
    assert found.r2() > 0.99
    assert found.misplaced_r2() < 0.8
    assert found.gains[0] == pytest.approx(1.5, abs=1e-3)


def test_what_rests_has_no_gain_and_a_short_path_is_refused():
    found = passage(lambda h, x: h, torch.ones(5, 2), torch.zeros(1))
    assert np.isnan(found.gains).all()
    assert np.isnan(found.turns).all()
    assert np.isnan(found.r2())
    with pytest.raises(ValueError, match=r"path is \(3, 2\); accepted are at least 4 states"):
        passage(lambda h, x: h, torch.ones(3, 2), torch.zeros(1))
