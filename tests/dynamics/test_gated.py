"""Products with J that do not make it, against J itself."""

import pytest
import torch
from torch import nn

from rnn_geometry.dynamics._system import System
from rnn_geometry.dynamics.step import torch_step
from rnn_geometry.networks.cells import GRU, LSTM, UGRNN, VanillaRNN

STEPS = {
    "vanilla": lambda: VanillaRNN(3, 7),
    "gru": lambda: GRU(3, 7),
    "ugrnn": lambda: UGRNN(3, 7),
    "lstm": lambda: LSTM(3, 7),
    "torch tanh": lambda: torch_step(nn.RNN(3, 7, batch_first=True)),
    "torch relu": lambda: torch_step(nn.RNNCell(3, 7, nonlinearity="relu")),
    "torch GRU": lambda: torch_step(nn.GRUCell(3, 7)),
    "torch LSTM": lambda: torch_step(nn.LSTM(3, 7, batch_first=True)),
}


def drawn(step, count=5, seed=0):
    """Return a step with random weights, states and inputs."""
    draw = torch.Generator().manual_seed(seed)
    for weight in step.parameters():
        nn.init.normal_(weight, std=0.5, generator=draw)
    h = torch.randn(count, step.state_size, generator=draw, dtype=torch.float64)
    return step, h, torch.randn(count, step.input_size, generator=draw, dtype=torch.float64)


@pytest.mark.parametrize("name", STEPS)
def test_products_are_those_with_the_jacobian(name):
    system, h = System.of(*drawn(STEPS[name]()))
    assert system.step.products is not None
    linear, matrices = system.linear(h), system.recurrent_jacobian(h)
    columns, rows = torch.randn(5, h.shape[1], 2).double(), torch.randn(5, 3, h.shape[1]).double()
    torch.testing.assert_close(linear.right(columns), matrices @ columns)
    torch.testing.assert_close(linear.left(rows), rows @ matrices)
    some = torch.tensor([3, 0])
    torch.testing.assert_close(linear.only(some).left(rows[some]), rows[some] @ matrices[some])


class Shorter(GRU):
    """A GRU with another forward, and its Jacobians, that inherits products."""

    def forward(self, h, x):
        return 0.5 * super().forward(h, x)

    def jacobians(self, h, x):
        return tuple(0.5 * part for part in super().jacobians(h, x))


class Other(GRU):
    """A GRU whose method of that name is something else."""

    def products(self):
        return []


@pytest.mark.parametrize("kind", [Shorter, Other])
def test_products_of_another_map_are_not_used(kind):
    system, h = System.of(*drawn(kind(3, 7)))
    assert system.step.products is None
    torch.testing.assert_close(system.linear(h).matrices, system.recurrent_jacobian(h))


def test_hooks_switch_products_off():
    step, h, x = drawn(GRU(3, 7))
    step.register_forward_hook(lambda module, given, result: 0.5 * result)
    assert System.of(step, h, x)[0].step.products is None
