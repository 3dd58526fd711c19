"""Cells against equations, torch's own cells and differentiation; the classifier around them."""

import numpy as np
import pytest
import torch

from rnn_geometry.dynamics import jacobians
from rnn_geometry.errors import UserError
from rnn_geometry.networks import classifier as model
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.make import cell_class, make_cell, options_of
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import sha256

E, H, V, C = 4, 8, 7, 3
PARTS = {
    "lstm": 2,
    "lru": 2,
    "lstm_norm": 2,
    "slstm": 3,
    "mamba": 5,
    "mlstm": 6,
}  # of a layer's flat state
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}
OWN_CELL = """
import torch
from rnn_geometry.networks.cells import Cell

class MyCell(Cell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.recurrent = torch.nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.inputs = torch.nn.Parameter(torch.zeros(hidden_size, input_size))

    def forward(self, h, x):
        return torch.sin(h @ self.recurrent.T + x @ self.inputs.T)

class NotACell:
    pass
"""


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)).to(dtype)


def random_cell(name, dtype=torch.float64):
    """Return a cell whose weights are all far from zero and from the identity."""
    cell = make_cell(name, E, H).to(dtype).requires_grad_(False)
    for i, weight in enumerate(cell.parameters()):
        weight.copy_(0.5 * draw(*weight.shape, seed=i, dtype=dtype))
    return cell


def fresh_cell(name, seed=0, **options):
    cell = make_cell(name, E, H).requires_grad_(False)
    cell.reset_parameters(torch.Generator().manual_seed(seed), **options)
    return cell


def steps(cell, x, h):
    """Return the states (B, T, S) of a plain loop over `forward`."""
    states = []
    for t in range(x.shape[1]):
        h = cell(h, x[:, t])
        states.append(h)
    return torch.stack(states, 1)


def close(actual, expected, tolerance):
    """Hold tensors beside each other; rounding is a share of the largest entry of states."""
    scale = expected.abs().max().clamp(min=1)
    actual, expected = actual / scale, expected / scale
    torch.testing.assert_close(actual, expected, rtol=tolerance, atol=tolerance)


@pytest.fixture(
    params=[(name, dtype) for name in CELLS for dtype in TOLERANCE],
    ids=lambda pair: f"{pair[0]}-{pair[1]}",
)
def cell(request):
    return random_cell(*request.param)


@pytest.mark.parametrize("length", [1, 2, 7, 50])
def test_unroll_and_outputs_equal_the_step(cell, length):
    dtype = next(cell.parameters()).dtype
    x, h0 = draw(3, length, E, dtype=dtype), draw(3, cell.state_size, seed=1, dtype=dtype)
    states = cell.unroll(x)
    assert states.shape == (3, length, cell.state_size)
    close(states, steps(cell, x, torch.zeros_like(h0)), TOLERANCE[dtype])
    close(cell.unroll(x, h0), steps(cell, x, h0), TOLERANCE[dtype])
    assert not torch.allclose(cell.unroll(x, h0)[:, 0], states[:, 0])
    assert cell.outputs(x).shape == (3, length, H)
    close(cell.outputs(x), cell.output(states), TOLERANCE[dtype])


@pytest.mark.parametrize(
    ("name", "module", "options"),
    [
        ("vanilla", "RNN", {}),
        ("relu", "RNN", {"nonlinearity": "relu"}),
        ("gru", "GRU", {}),
        ("lstm", "LSTM", {}),
        ("vanilla-2-layers", "RNN", {}),
        ("gru-2-layers", "GRU", {}),
        ("lstm-2-layers", "LSTM", {}),
    ],
)
def test_equal_to_the_cell_of_torch(name, module, options):
    cell, x = random_cell(name), draw(2, 9, E, seed=9)
    layers = cell.cells() if name.endswith("-2-layers") else [cell]
    theirs = getattr(torch.nn, module)(E, H, len(layers), batch_first=True, **options)
    theirs = theirs.double().requires_grad_(False)
    for i, layer in enumerate(layers):
        getattr(theirs, f"weight_ih_l{i}").copy_(layer.weight_ih)
        getattr(theirs, f"weight_hh_l{i}").copy_(layer.weight_hh)
        getattr(theirs, f"bias_ih_l{i}").copy_(layer.bias)
        getattr(theirs, f"bias_hh_l{i}").zero_()
    expected, last = theirs(x)
    states = cell.unroll(x)
    close(cell.output(states), expected, 1e-12)
    if name == "lstm":
        close(states[:, -1, H:], last[1][0], 1e-12)


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def reset_before_step(h, x, w, a, b):
    """Gates in the order r, z, n: n = tanh(A x + b + W (r h)), h' = (1 - z) n + z h."""
    r = sigmoid(w[0] @ h + a[0] @ x + b[0])
    z = sigmoid(w[1] @ h + a[1] @ x + b[1])
    return (1 - z) * np.tanh(a[2] @ x + b[2] + w[2] @ (r * h)) + z * h


def ugrnn_step(h, x, w, a, b):
    """Gates in the order u, n: h' = u h + (1 - u) tanh(W h + A x + b)."""
    u = sigmoid(w[0] @ h + a[0] @ x + b[0])
    return u * h + (1 - u) * np.tanh(w[1] @ h + a[1] @ x + b[1])


@pytest.mark.parametrize(
    ("name", "step"), [("gru_reset_before", reset_before_step), ("ugrnn", ugrnn_step)]
)
def test_equal_to_a_loop_of_the_equations(name, step):
    cell, x = random_cell(name), draw(2, 9, E, seed=9)
    w = cell.weight_hh.numpy().reshape(-1, H, H)
    a = cell.weight_ih.numpy().reshape(-1, H, E)
    b = cell.bias.numpy().reshape(-1, H)
    for sentence, states in zip(x.numpy(), cell.unroll(x).numpy(), strict=True):
        h = np.zeros(H)
        for word, state in zip(sentence, states, strict=True):
            h = step(h, word, w, a, b)
            np.testing.assert_allclose(state, h, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CELLS)
def test_closed_form_jacobians(name):
    cell = random_cell(name)
    h, x = draw(3, cell.state_size, seed=1), draw(3, E, seed=2)
    recurrent, inputs = cell.jacobians(h, x)
    assert recurrent.shape == (3, cell.state_size, cell.state_size)
    assert inputs.shape == (3, cell.state_size, E)
    for i in range(3):
        by_h, by_x = torch.autograd.functional.jacobian(
            lambda h, x: cell(h[None], x[None])[0], (h[i], x[i])
        )
        close(recurrent[i], by_h, 1e-10)
        close(inputs[i], by_x, 1e-10)


@pytest.fixture
def own_cell(tmp_path, monkeypatch):
    (tmp_path / "module_of_a_user.py").write_text(OWN_CELL)
    monkeypatch.syspath_prepend(tmp_path)
    return "module_of_a_user:MyCell"


def test_a_cell_of_your_own(own_cell):
    cell = make_cell(own_cell, E, H)
    assert isinstance(cell, Cell)
    assert (cell.input_size, cell.hidden_size, cell.state_size) == (E, H, H)
    network = model.build_classifier({**NETWORK, "cell": own_cell}, VECTORS, seed=0)
    cell = network.cell
    assert all(0 < float(weight.detach().abs().max()) <= H**-0.5 for weight in cell.parameters())
    x = draw(2, 3, E, dtype=torch.float32)
    close(cell.unroll(x), steps(cell, x, torch.zeros(2, H)), 1e-6)
    close(cell.outputs(x), cell.unroll(x), 1e-6)
    h, x = draw(2, H), draw(2, E)
    slope = torch.cos(h @ cell.recurrent.T.double() + x @ cell.inputs.T.double())[
        :, :, None
    ].detach()
    recurrent, inputs = jacobians.jacobians(cell, h, x)
    close(recurrent, slope * cell.recurrent.detach().double(), 1e-12)
    close(inputs, slope * cell.inputs.detach().double(), 1e-12)
    with pytest.raises(UserError, match="hold_bias"):
        model.build_classifier(
            {**NETWORK, "cell": own_cell, "cell_options": {"hold_bias": 1.0}}, VECTORS, seed=0
        )


@pytest.mark.parametrize(
    "name",
    [
        "grru",
        "module_of_a_user:NotACell",
        "json:loads",
        "torch.nn:GRUCell",
    ],
)
def test_an_unknown_cell_lists_the_registry(own_cell, name):
    known = ", ".join(list(CELLS)[:12])  # the middle of a long sentence is left out
    with pytest.raises(UserError, match=f"unknown cell '{name}'; accepted are {known}"):
        make_cell(name, E, H)


@pytest.mark.parametrize("name", CELLS)
def test_an_unknown_cell_option_is_named(name):
    with pytest.raises(UserError, match=rf"cell_options of cell '{name}'.*no_such_option"):
        model.build_classifier(
            {**NETWORK, "cell": name, "cell_options": {"no_such_option": 1}}, VECTORS, seed=0
        )


def test_a_cell_without_hold_gate_has_no_hold_bias():
    with pytest.raises(UserError, match="hold_bias"):
        model.build_classifier(
            {**NETWORK, "cell": "vanilla", "cell_options": {"hold_bias": 1.0}}, VECTORS, seed=0
        )


@pytest.mark.parametrize(
    ("name", "gate", "default"),
    [("gru", 1, 0.0), ("gru_reset_before", 1, 0.0), ("ugrnn", 0, 1.0), ("lstm", 1, 1.0)],
)
def test_hold_bias_raises_the_bias_of_the_gate_that_holds(name, gate, default):
    low, usual, high = (
        fresh_cell(name, **options) for options in ({"hold_bias": 0.0}, {}, {"hold_bias": 30.0})
    )
    expected = torch.zeros_like(low.bias)
    expected[gate * H : (gate + 1) * H] = 1
    close(usual.bias - low.bias, default * expected, 1e-5)
    close(high.bias - low.bias, 30 * expected, 1e-5)
    assert torch.equal(low.weight_hh, high.weight_hh)
    h, x = (
        draw(3, high.state_size, seed=1, dtype=torch.float32),
        draw(3, E, seed=2, dtype=torch.float32),
    )
    held = high.jacobians(h, x)[0][:, -H:, -H:]  # of c for the LSTM, of h for the others
    close(held, torch.eye(H).expand(3, H, H), 1e-5)
    assert not torch.allclose(low.jacobians(h, x)[0][:, -H:, -H:], held, atol=0.1)


def test_vanilla_starts_near_the_identity():
    cell = fresh_cell("vanilla", recurrent_identity=0.9, input_scale=0.5)
    assert torch.equal(cell.weight_hh, 0.9 * torch.eye(H))
    close(cell.weight_ih, 5 * fresh_cell("vanilla").weight_ih, 1e-6)
    assert not cell.bias.any()


@pytest.mark.parametrize("name", CELLS)
def test_weights_follow_from_the_seed(name):
    torch.manual_seed(1)
    first = fresh_cell(name, seed=3)
    torch.manual_seed(2)
    again, other = fresh_cell(name, seed=3), fresh_cell(name, seed=4)
    for one, two in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, two)
    drawn = zip(first.parameters(), other.parameters(), strict=True)
    assert not all(torch.equal(one, two) for one, two in drawn)


NETWORK = {
    "cell": "gru",
    "hidden_size": H,
    "embedding_size": E,
    "cell_options": {},
    "readout_bias": True,
    "readout_scale": 1.0,
    "words": V,
    "classes": C,
    "fixed_embedding": True,
}
VECTORS = np.random.default_rng(8).normal(size=(V, E)).astype(np.float32)


def classifier_of(name, seed=0, fixed=True, **changes):
    settings = {**NETWORK, "cell": name, "fixed_embedding": fixed, **changes}
    return model.build_classifier(settings, VECTORS if fixed else None, seed=seed), settings


@pytest.mark.parametrize("name", CELLS)
def test_padding_does_not_reach_the_logits(name):
    network, _ = classifier_of(name)
    tokens, lengths = (
        torch.randint(V, (4, 8), generator=torch.Generator().manual_seed(0)),
        torch.tensor([1, 3, 8, 5]),
    )
    garbage = tokens.clone()
    for row, length in zip(garbage, lengths, strict=True):
        row[length:] = (row[length:] + 3) % V
    assert not torch.equal(garbage, tokens)
    logits = network(tokens, lengths)
    close(network(garbage, lengths), logits, 1e-6)
    for row, length, expected in zip(tokens, lengths, logits, strict=True):
        close(network.logits(network.states(row[None, :length])[0, -1]), expected, 1e-6)


def write_run(folder, settings):
    """Write what run.json says of the weights beside it."""
    weights = sha256(folder / "model.safetensors")
    formats.write_json(folder / "run.json", {"network": settings, "weights_sha256": weights})


@pytest.mark.parametrize("fixed", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", CELLS)
def test_a_saved_network_comes_back_to_the_bit(tmp_path, name, bias, fixed):
    network, settings = classifier_of(name, seed=5, fixed=fixed, readout_bias=bias)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.01)
    model.save_classifier(tmp_path / "model.safetensors", network)
    write_run(tmp_path, settings)
    back = model.load_classifier(tmp_path / "model.safetensors", tmp_path / "run.json")
    assert not back.training
    assert isinstance(back.embedding, torch.nn.Parameter) is not fixed
    assert back.state_dict().keys() == network.state_dict().keys()
    for key, value in network.state_dict().items():
        assert torch.equal(back.state_dict()[key], value), key
    tokens, lengths = torch.arange(V)[None], torch.tensor([V])
    assert torch.equal(back(tokens, lengths), network(tokens, lengths))


@pytest.mark.parametrize(
    "changes", [{"hidden_size": H + 1}, {"cell": "lstm"}, {"readout_bias": False}]
)
def test_weights_of_another_network_are_refused(tmp_path, changes):
    network, settings = classifier_of("gru")
    model.save_classifier(tmp_path / "model.safetensors", network)
    write_run(tmp_path, {**settings, **changes})
    with pytest.raises(
        UserError, match=r"model\.safetensors: its weights do not fit .*run\.json; delete both"
    ):
        model.load_classifier(tmp_path / "model.safetensors", tmp_path / "run.json")


@pytest.mark.parametrize("name", CELLS)
def test_the_analysis_works_on_a_copy(name):
    network, _ = classifier_of(name)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    cell = model.analysis_cell(network)
    assert not cell.training
    for weight, original in zip(cell.parameters(), network.cell.parameters(), strict=True):
        assert weight.dtype == torch.float64
        assert not weight.requires_grad
        assert torch.equal(weight, original.detach().double())
        weight.fill_(7)
    assert network.training
    for weight in network.parameters():
        assert weight.dtype == torch.float32
        assert weight.requires_grad
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", CELLS)
def test_the_readout_on_the_flat_state(name, bias):
    network, _ = classifier_of(name, readout_bias=bias)
    if bias:
        torch.nn.init.normal_(network.readout.bias, generator=torch.Generator().manual_seed(0))
    matrix, offset = network.readout_matrix(), network.readout_bias()
    size = network.cell.state_size
    assert matrix.shape == (C, size)
    layers = 2 if name.endswith("-2-layers") else 1
    assert size == layers * PARTS.get(name.removesuffix("-2-layers"), 1) * H
    assert torch.equal(matrix[:, :H], network.readout.weight.detach())
    assert not matrix[:, H:].any()
    assert bool(offset.any()) is bias
    state = draw(6, size, dtype=torch.float32)
    close(state @ matrix.T + offset, network.logits(state).detach(), 1e-5)


@pytest.mark.parametrize("entry", CELLS.values(), ids=list(CELLS))
def test_the_registry_tells_class_and_options(entry):
    cell = cell_class(entry.name)
    assert f"{cell.__module__}:{cell.__name__}" == entry.path
    assert options_of(cell).all == entry.options


def test_cells_are_told_apart_in_figures():
    assert len({(entry.colour, entry.marker) for entry in CELLS.values()}) == len(CELLS)
