"""The dynamics as a library: the README's example, and steps made of torch's own modules."""

import re

import numpy as np
import pytest
import torch
from conftest import PROJECT
from torch import nn

from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import torch_step


def test_the_example_of_the_readme_runs(capsys):
    text = (PROJECT / "README.md").read_text()
    code = re.search(r"## As a library.*?```python\n(.*?)```", text, re.DOTALL).group(1)
    names = {}
    exec(code, names)
    found = names["found"]
    assert found.points.shape == (500, 64)
    assert capsys.readouterr().out.startswith("(500, 64)")
    assert all(
        weight.dtype == torch.float32 and weight.requires_grad
        for weight in names["gru"].parameters()
    )
    assert all(weight.grad is None for weight in names["gru"].parameters())


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("layer", "options"),
    [(nn.RNN, {}), (nn.RNN, {"nonlinearity": "relu"}), (nn.GRU, {}), (nn.LSTM, {})],
)
def test_a_layer_of_torch_takes_the_same_steps(layer, options, bias):
    torch.manual_seed(0)
    module, words = layer(3, 5, batch_first=True, bias=bias, **options), torch.randn(4, 6, 3)
    step = torch_step(module)
    h = torch.zeros(4, 10 if layer is nn.LSTM else 5)
    for word in words.unbind(1):
        h = step(h, word)
    outputs, last = module(words)
    torch.testing.assert_close(h[:, :5], outputs[:, -1])
    if layer is nn.LSTM:
        torch.testing.assert_close(h[:, 5:], last[1][0])
    assert step.module is module


def test_a_cell_of_torch_is_analysed_without_being_changed():
    torch.manual_seed(0)
    cell = nn.LSTMCell(3, 16)
    before = {name: value.clone() for name, value in cell.state_dict().items()}
    states = torch.randn(12, 32, requires_grad=True)
    found = project_to_slow_manifold(torch_step(cell), states, torch.zeros(3))
    full = linearize(torch_step(cell), found.points, torch.zeros(3))
    assert found.modes.count.tolist() == (full.tau > 25).sum(1).tolist()
    assert all(torch.equal(value, before[name]) for name, value in cell.state_dict().items())
    assert states.grad is None
    assert cell.weight_hh.requires_grad


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Linear(2, 2), "Linear is no recurrent module"),
        (nn.GRU(2, 2, bidirectional=True), "two directions.*without `_reverse`"),
        (nn.GRU, "GRU is no recurrent module of torch .*made with its sizes"),
        (nn.GRU(2, 2, device="meta"), "meta device"),
    ],
)
def test_other_modules_are_refused(module, message):
    with pytest.raises(ValueError, match=message):
        torch_step(module)


def test_many_inputs_at_once():
    torch.manual_seed(0)
    step, states, inputs = (
        torch_step(nn.GRUCell(3, 30)),
        torch.randn(8, 30),
        0.1 * torch.randn(8, 3),
    )
    together = project_to_slow_manifold(step, states, inputs)
    for row in range(8):
        alone = project_to_slow_manifold(step, states[row : row + 1], inputs[row])
        np.testing.assert_allclose(alone.points[0], together.points[row], atol=1e-5)
