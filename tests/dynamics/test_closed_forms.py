"""Closed forms of torch's own cells and layers against differentiation of the module itself."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

from rnn_geometry.dynamics import closed_forms
from rnn_geometry.dynamics.jacobians import jacobians
from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import torch_step

E, H, N = 3, 5, 7
KINDS = [
    *((kind, {}) for kind in (nn.RNNCell, nn.GRUCell, nn.LSTMCell, nn.RNN, nn.GRU, nn.LSTM)),
    *((kind, {"nonlinearity": "relu"}) for kind in (nn.RNNCell, nn.RNN)),
    *((kind, {"batch_first": True}) for kind in (nn.RNN, nn.GRU, nn.LSTM)),
]


def draw(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def made(kind, **options):
    """Return a module whose weights, both biases among them, are far from zero."""
    module = kind(E, H, **options)
    with torch.no_grad():
        for seed, weight in enumerate(module.parameters()):
            weight.copy_(draw(*weight.shape, seed=seed) / 2)
    return module


def given(step):
    return draw(N, step.state_size, seed=8), draw(N, E, seed=9)


def differentiated(step, h, x):
    """Return dF/dh and dF/dx of a step that works in float64, row by row."""
    rows = [
        torch.autograd.functional.jacobian(lambda h, x: step(h[None], x[None])[0], pair)
        for pair in zip(h, x)
    ]
    return [torch.stack(parts) for parts in zip(*rows)]


def assert_exact(module, closed):
    """A step has a closed form or not, and the Jacobians of the module in both cases."""
    step = torch_step(module)
    assert (step.jacobians is not None) == closed
    h, x = given(step)
    found = jacobians(step, h, x)
    for one, other in zip(found, differentiated(torch_step(module.double()), h, x)):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
def test_one_layer_has_a_closed_form_that_is_its_derivative(kind, options, bias, dtype):
    assert_exact(made(kind, bias=bias, dtype=dtype, **options), closed=True)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning")
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        *((kind, {"num_layers": 2}) for kind in (nn.RNN, nn.GRU, nn.LSTM)),
        (nn.LSTM, {"proj_size": 2}),
        (nn.LSTM, {"proj_size": 4, "num_layers": 2}),
    ],
    ids=str,
)
def test_several_layers_and_projections_are_differentiated(kind, options):
    assert_exact(made(kind, **options), closed=False)


class Doubling(nn.GRUCell):
    def forward(self, input, hx=None):
        return 2 * super().forward(input, hx)


class Documented(nn.GRU):
    """Adds nothing that is called."""

    def describe(self):
        return "mine"


def with_own_forward(module):
    plain = module.forward
    module.forward = lambda *given: plain(*given) / 2
    return module


def test_a_forward_of_your_own_is_differentiated():
    assert_exact(made(Doubling), closed=False)
    step = torch_step(with_own_forward(made(nn.RNNCell, dtype=torch.float64)))
    assert step.jacobians is None
    h, x = given(step)
    torch.testing.assert_close(jacobians(step, h, x)[0], differentiated(step, h, x)[0])


def test_a_subclass_with_the_forward_of_torch_is_as_torch_has_it():
    assert_exact(made(Documented), closed=True)


@pytest.mark.parametrize("kind", [nn.GRUCell, nn.RNNCell])
def test_hooks_are_differentiated(kind):
    module = made(kind, dtype=torch.float64)
    module.register_forward_hook(lambda module, inputs, found: found / 2)
    assert_exact(module, closed=False)


def test_hooks_that_come_later_are_differentiated_too():
    module = made(nn.GRUCell, dtype=torch.float64)
    step = torch_step(module)
    h, x = given(step)
    free = jacobians(step, h, x)
    module.register_forward_hook(lambda module, inputs, found: found / 2)
    for one, other in zip(jacobians(step, h, x), free):
        torch.testing.assert_close(one, other / 2, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "alter", [parametrizations.weight_norm, parametrizations.orthogonal, prune.identity]
)
@pytest.mark.parametrize(("kind", "name"), [(nn.GRUCell, "weight_hh"), (nn.LSTM, "weight_hh_l0")])
def test_weights_that_are_computed_are_read_as_they_are(kind, name, alter):
    module = made(kind, dtype=torch.float64)
    alter(module, name)
    step = torch_step(module)
    assert step.jacobians is not None or alter is prune.identity
    h, x = given(step)
    for one, other in zip(jacobians(step, h, x), differentiated(step, h, x)):
        torch.testing.assert_close(one, other.detach(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTMCell])
def test_training_changes_the_closed_form(kind):
    module = made(kind, dtype=torch.float64)
    step = torch_step(module)
    h, x = given(step)
    before = jacobians(step, h, x)[0]
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(0.5)
    after = jacobians(step, h, x)
    assert (before - after[0]).abs().max() > 0.01
    for one, other in zip(after, differentiated(step, h, x)):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_a_formula_that_is_not_that_of_the_module_is_not_used(monkeypatch):
    def doubled(*parts):
        return tuple(2 * matrices for matrices in right(*parts))

    right = closed_forms.gru_jacobians
    monkeypatch.setattr(closed_forms, "gru_jacobians", doubled)
    assert_exact(made(nn.GRU), closed=False)


def test_at_the_kink_of_relu_the_slope_is_that_of_torch():
    step = torch_step(made(nn.RNNCell, nonlinearity="relu", bias=False, dtype=torch.float64))
    h, x = torch.zeros(2, H, dtype=torch.float64), torch.zeros(2, E, dtype=torch.float64)
    for one, other in zip(step.jacobians(h, x), differentiated(step, h, x)):
        assert one.abs().max() == other.abs().max() == 0


@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM, nn.RNNCell])
def test_a_search_is_the_same_in_closed_form_and_differentiated(kind):
    step = torch_step(made(kind))
    h = given(step)[0]
    found = project_to_slow_manifold(step, h, np.zeros(E), min_tau=1.0)
    spectra = linearize(step, h, np.zeros(E))
    step.formula_holds = False
    other = project_to_slow_manifold(step, h, np.zeros(E), min_tau=1.0)
    np.testing.assert_allclose(found.points, other.points, atol=1e-9)
    np.testing.assert_allclose(
        spectra.recurrent_jacobian, linearize(step, h, np.zeros(E)).recurrent_jacobian, atol=1e-12
    )
