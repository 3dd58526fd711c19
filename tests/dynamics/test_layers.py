"""Steps and states of torch's own layers and cells, altered in every way that torch offers."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune, rnn

from rnn_geometry.dynamics.linearization import linearize
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import layer_states, torch_step

E, H = 3, 5
LAYERS, CELLS = (nn.RNN, nn.GRU, nn.LSTM), (nn.RNNCell, nn.GRUCell, nn.LSTMCell)
TEXTS = torch.from_numpy(np.random.default_rng(0).normal(size=(4, 6, E)))
X = np.zeros(E)


def pruned(module, name):
    return prune.random_unstructured(module, name, 0.5)


def weight_normed(module, name):
    return parametrizations.weight_norm(module, name)


def weight_normed_by_a_hook(module, name):
    return nn.utils.weight_norm(module, name)


def spectral_normed(module, name):
    return parametrizations.spectral_norm(module, name)


def spectral_normed_by_a_hook(module, name):
    return nn.utils.spectral_norm(module, name)


def pruned_for_good(module, name):
    return prune.remove(pruned(module, name), name)


def doubled_by_a_hook(module, name):
    def double(module, inputs):
        with torch.no_grad():
            getattr(module, name).clamp_(-0.1, 0.1)

    module.register_forward_pre_hook(double)
    return module


def frozen(module, name):
    return module.requires_grad_(False)


def untouched(module, name):
    return module


ALTERED = [
    *(pruned, pruned_for_good, weight_normed, spectral_normed, spectral_normed_by_a_hook),
    *(weight_normed_by_a_hook, doubled_by_a_hook, frozen, untouched),
]
IGNORED = pytest.mark.filterwarnings(
    "ignore:`torch.nn.utils.weight_norm` is deprecated:FutureWarning",
    "ignore:LSTM with projections is not supported with oneDNN:UserWarning",
    "ignore:dropout option adds dropout after all but last:UserWarning",
)


def reference(layer, texts):
    """Return the states (B, T, H) that a layer itself returns in float64, in evaluation mode."""
    # In this order: spectral norm takes a step of its power method wherever training reads it.
    with torch.no_grad():
        found = layer.eval().double()(texts if layer.batch_first else texts.transpose(0, 1))[0]
    return found if layer.batch_first else found.transpose(0, 1)


def inputs_of(layer):
    return TEXTS if layer.batch_first else TEXTS.transpose(0, 1)


@IGNORED
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("alter", ALTERED)
@pytest.mark.parametrize("kind", LAYERS)
def test_an_altered_layer_is_what_it_is(kind, alter, first):
    torch.manual_seed(0)
    layer = alter(kind(E, H, batch_first=first), "weight_hh_l0")
    step = torch_step(layer)
    states = layer_states(layer, inputs_of(layer))
    before = {name: weight.clone() for name, weight in layer.state_dict().items()}
    found = project_to_slow_manifold(step, states[:, -1], X, min_tau=1.0)
    spectra = linearize(step, states[:, -1], X)
    assert all(torch.equal(weight, before[name]) for name, weight in layer.state_dict().items())
    assert all(weight.grad is None for weight in layer.parameters())
    expected = reference(layer, TEXTS)
    np.testing.assert_allclose(states[..., :H], expected, atol=1e-6)
    again = torch_step(layer)  # of the weights that hooks have left
    assert found.points.shape == states[:, -1].shape
    np.testing.assert_allclose(
        spectra.recurrent_jacobian, linearize(again, states[:, -1], X).recurrent_jacobian, atol=1e-6
    )


@IGNORED
@pytest.mark.parametrize("alter", ALTERED)
@pytest.mark.parametrize("kind", CELLS)
def test_an_altered_cell_is_what_it_is(kind, alter):
    torch.manual_seed(0)
    cell = alter(kind(E, H), "weight_hh").double().eval()
    size = 2 * H if kind is nn.LSTMCell else H
    states = torch.from_numpy(np.random.default_rng(1).normal(size=(4, size)))
    with torch.no_grad():
        found = cell(TEXTS[:, 0], states.chunk(2, -1) if size > H else states)
    expected = torch.cat(found, -1) if size > H else found
    step = torch_step(cell)
    torch.testing.assert_close(step(states, TEXTS[:, 0]), expected)
    collected = layer_states(cell, TEXTS)
    torch.testing.assert_close(collected[:, 0], step(torch.zeros_like(states), TEXTS[:, 0]))
    shifted = linearize(step, states, TEXTS[:, 0])
    moved = 1e-6 * torch.ones_like(states)
    change = (step(states + moved, TEXTS[:, 0]) - step(states - moved, TEXTS[:, 0])) / 2e-6
    np.testing.assert_allclose(shifted.recurrent_jacobian.sum(2), change.detach(), atol=1e-7)


@IGNORED
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (nn.RNN, {"nonlinearity": "relu"}),
        (nn.RNN, {"bias": False}),
        (nn.GRU, {"bias": False}),
        (nn.GRU, {"dropout": 0.5}),
        (nn.GRU, {"num_layers": 3, "dropout": 0.5}),
        (nn.RNN, {"num_layers": 2, "nonlinearity": "relu"}),
        (nn.LSTM, {"num_layers": 2, "bias": False}),
        (nn.LSTM, {"proj_size": 2}),
        (nn.LSTM, {"proj_size": 2, "num_layers": 2}),
        (nn.GRU, {"dtype": torch.float64}),
        (nn.LSTM, {"dtype": torch.float16}),
        (nn.GRU, {"dtype": torch.bfloat16}),
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [True, False])
def test_states_of_layers_of_other_settings(kind, options, first):
    torch.manual_seed(0)
    layer = kind(E, H, batch_first=first, **options)
    states = layer_states(layer, inputs_of(layer))
    layers, width = options.get("num_layers", 1), options.get("proj_size", H)
    last = states[..., (layers - 1) * width : layers * width]
    np.testing.assert_allclose(last, reference(layer, TEXTS), atol=1e-9)
    spectra = linearize(torch_step(layer), states[:, -1], X)
    assert spectra.eigenvalues.shape == states[:, -1].shape
    if kind is nn.LSTM:
        with torch.no_grad():
            ends = layer(inputs_of(layer))[1]
        flat = torch.cat([end.transpose(0, 1).flatten(1) for end in ends], -1)
        np.testing.assert_allclose(states[:, -1], flat, atol=1e-9)


def test_an_altered_layer_does_not_fail_at_random():
    """Cells rebuilt from names read memory that was never set: three calls, three results."""
    torch.manual_seed(0)
    layer = pruned(nn.GRU(E, H), "weight_hh_l0")
    states = torch.ones(2, H, dtype=torch.float64)
    first = linearize(torch_step(layer), states, X).recurrent_jacobian
    for _ in range(3):
        np.testing.assert_array_equal(
            linearize(torch_step(layer), states, X).recurrent_jacobian, first
        )


# Layers whose steps are not what they do over a text


class DoublesAtTheEnd(nn.GRU):
    def forward(self, input, hx=None):
        found, last = super().forward(input, hx)
        return 2 * found, 2 * last


class DoublesItsState(nn.LSTM):
    def forward(self, input, hx=None):
        found, (h, c) = super().forward(input, hx)
        return found, (2 * h, c)


class ReturnsItsStateAlone(nn.RNN):
    def forward(self, input, hx=None):
        return super().forward(input, hx)[1]


class TakesNoState(nn.GRU):
    def forward(self, input):
        return super().forward(input)


class CellOfOtherShape(nn.GRUCell):
    def forward(self, input, hx=None):
        return super().forward(input, hx)[:, :1]


def doubled_after(layer):
    layer.register_forward_hook(lambda module, inputs, found: (found[0], 2 * found[1]))
    return layer


def halved_before(layer):
    layer.register_forward_pre_hook(lambda module, given: (given[0], 0.5 * given[1]))
    return layer


@pytest.mark.parametrize(
    "layer",
    [
        *(DoublesAtTheEnd(E, H), DoublesItsState(E, H), ReturnsItsStateAlone(E, H)),
        *(TakesNoState(E, H), CellOfOtherShape(E, H)),
        *(doubled_after(nn.GRU(E, H)), halved_before(nn.RNN(E, H))),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_that_is_no_chain_of_steps_is_refused(layer):
    with pytest.raises(ValueError, match=r"own step\(h, x\)") as error:
        torch_step(layer)
    assert len(str(error.value)) <= 300
    with pytest.raises(ValueError, match=r"own step\(h, x\)"):
        layer_states(layer, TEXTS)


class Leaky(nn.GRU):
    """A formula of its own, word by word."""

    def forward(self, input, hx):
        states = []
        for word in input:
            hx = torch.tanh(hx @ self.weight_hh_l0[:H].T + word @ self.weight_ih_l0[:H].T)
            states.append(hx[0])
        return torch.stack(states), hx


class DoublingCell(nn.GRUCell):
    def forward(self, input, hx=None):
        return 2 * super().forward(input, hx)


def test_a_forward_of_your_own_is_what_is_analysed():
    torch.manual_seed(0)
    layer, cell = Leaky(E, H), DoublingCell(E, H)
    states, words = torch.randn(4, H), torch.randn(4, E)
    mine = torch.tanh(states @ layer.weight_hh_l0[:H].T + words @ layer.weight_ih_l0[:H].T)
    torch.testing.assert_close(torch_step(layer)(states, words), mine)
    torch.testing.assert_close(
        torch_step(cell)(states, words), 2 * nn.GRUCell.forward(cell, words, states)
    )
    hooked = nn.GRUCell(E, H)
    hooked.load_state_dict(cell.state_dict())
    hooked.register_forward_hook(lambda module, inputs, found: 2 * found)
    torch.testing.assert_close(torch_step(hooked)(states, words), torch_step(cell)(states, words))
    np.testing.assert_allclose(
        linearize(torch_step(hooked), states, words).recurrent_jacobian,
        linearize(torch_step(cell), states, words).recurrent_jacobian,
    )


def test_training_the_layer_trains_its_step():
    layer = weight_normed(nn.GRU(E, H), "weight_hh_l0")
    step = torch_step(layer)
    before = linearize(step, np.zeros((1, H)), X).recurrent_jacobian
    with torch.no_grad():
        layer.parametrizations["weight_hh_l0"].original0.mul_(2.0)
    after = linearize(step, np.zeros((1, H)), X).recurrent_jacobian
    assert np.abs(before - after).max() > 0.01
    expected = linearize(torch_step(copy.deepcopy(layer)), np.zeros((1, H)), X)
    np.testing.assert_allclose(after, expected.recurrent_jacobian)


class Tagged(nn.Module):
    """A module with plain tensors, of which one was computed."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.eye(H))
        self.half = 0.5 * self.weight
        self.constant = torch.full((H,), 0.25)

    def forward(self, h, x):
        return torch.tanh(h @ self.half + self.constant)


def test_plain_tensors_of_a_module_are_copied_and_converted():
    found = linearize(Tagged(), np.zeros((1, H)), X)
    np.testing.assert_allclose(
        found.recurrent_jacobian[0], np.eye(H) * 0.5 * (1 - np.tanh(0.25) ** 2)
    )


def test_a_module_that_cannot_be_copied_is_told():
    layer = nn.GRU(E, H)
    layer.lock = (step for step in ())
    with pytest.raises(ValueError, match="cannot be copied"):
        torch_step(layer)


# States of layers


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (TEXTS[..., :2], r"must have shape \(B, T, 3\)"),
        (TEXTS[0], r"must have shape \(B, T, 3\)"),
        (TEXTS[:0], "a text and a word"),
        (TEXTS * np.nan, "row 0 holds NaN"),
        (rnn.pack_padded_sequence(TEXTS, [6, 5, 4, 3], batch_first=True), "packed"),
    ],
    ids=["entries", "one text", "none", "nan", "packed"],
)
def test_inputs_that_are_no_texts_are_named(inputs, message):
    with pytest.raises(ValueError, match=message):
        layer_states(nn.LSTM(E, H, batch_first=True), inputs)


def test_states_of_a_layer_are_those_that_its_step_takes():
    torch.manual_seed(0)
    lstm = nn.LSTM(E, H, batch_first=True)
    states = layer_states(lstm, TEXTS.float().numpy())
    assert states.dtype == torch.float64
    assert not states.requires_grad
    step = torch_step(lstm.double())
    torch.testing.assert_close(step(states[:, 2], TEXTS[:, 3]), states[:, 3], atol=1e-6, rtol=0)
    found = project_to_slow_manifold(step, states.flatten(0, 1), X)
    assert found.points.shape == (24, 2 * H)
