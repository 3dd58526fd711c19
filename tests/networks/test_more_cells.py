"""Cells in modules of their own: equations written out, starts, what depends on their code."""

import math
from inspect import signature

import numpy as np
import pytest
import torch
from conftest import PROJECT

from rnn_geometry.config.pipeline import STAGES
from rnn_geometry.networks.check import check_cell
from rnn_geometry.networks.make import cell_class, make_cell
from rnn_geometry.networks.more_cells.diagonal import recurrence
from rnn_geometry.networks.more_cells.entries import ENTRIES, code_of_cell
from rnn_geometry.networks.registry import CELLS, is_gated
from rnn_geometry.store.fingerprint import reached_modules

E, H = 4, 8
PACKAGE = PROJECT / "workflow/rnn_geometry"
SINGLE = [entry.name for entry in ENTRIES if not entry.name.endswith("-2-layers")]
STACKED = [f"{name}-2-layers" for name in ("gru", "lstm", "leaky", "mingru", "lru", "slstm")]
FLAT = ("mingru", "lru", "rg_lru", "mamba")  # whose Jacobian does not depend on the state


def drawn(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def random_cell(name, size=H, **options):
    """Return a cell whose weights are all far from zero."""
    cell = make_cell(name, E, size, **options).double().requires_grad_(False)
    for i, weight in enumerate(cell.parameters()):
        weight.copy_(0.5 * drawn(*weight.shape, seed=i))
    return cell


def fresh_cell(name, size=2000, **options):
    cell = make_cell(name, E, size).requires_grad_(False)
    cell.reset_parameters(torch.Generator().manual_seed(0), **options)
    return cell


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def normed(value, scale):
    return scale * (value - value.mean()) / np.sqrt(value.var() + 1e-5)


def leaky(h, x, p):
    drive = p["weight_hh"] @ h + p["weight_ih"] @ x + p["bias"]
    return (1 - p["leak"]) * h + p["leak"] * np.tanh(drive)


def relu(h, x, p):
    return np.maximum(p["weight_hh"] @ h + p["weight_ih"] @ x + p["bias"], 0)


def mingru(h, x, p):
    z, candidate = np.split(p["weight_ih"] @ x + p["bias"], 2)
    return (1 - sigmoid(z)) * h + sigmoid(z) * candidate


def lru(h, x, p):
    eigenvalues = np.exp(-np.exp(p["nu"]) + 1j * np.exp(p["theta"]))
    real, imag = np.split(p["weight_ih"], 2)
    now, before = (real + 1j * imag) @ x, h[:H] + 1j * h[H:]
    after = eigenvalues * before + np.exp(p["gamma"]) * now
    return np.concatenate([after.real, after.imag])


def rg_lru(h, x, p):
    r, i, candidate = np.split(p["weight_ih"] @ x + p["bias"], 3)
    a = np.exp(-8 * sigmoid(r) * np.log(1 + np.exp(p["decay"])))
    return a * h + np.sqrt(1 - a**2) * sigmoid(i) * candidate


def lstm_norm(h, x, p):
    hidden, c = np.split(h, 2)
    recurrent = normed(p["weight_hh"] @ hidden, p["scale_hh"])
    i, f, g, o = np.split(recurrent + normed(p["weight_ih"] @ x, p["scale_ih"]) + p["bias"], 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    shown = normed(c, p["scale_memory"]) + p["shift_memory"]
    return np.concatenate([sigmoid(o) * np.tanh(shown), c])


def slstm(h, x, p):
    hidden, c, n = np.split(h, 3)
    i, f, z, o = np.split(p["weight_hh"] @ hidden + p["weight_ih"] @ x + p["bias"], 4)
    c, n = sigmoid(f) * c + np.exp(i) * np.tanh(z), sigmoid(f) * n + np.exp(i)
    return np.concatenate([sigmoid(o) * c / n, c, n])


def mamba(h, x, p):
    units, memories = p["decay"].shape
    drive, state = p["weight_ih"] @ x, h[units:].reshape(units, memories)
    u, r, b, c = np.split(drive, np.cumsum([units, p["weight_step"].shape[1], memories]))
    step = np.log(1 + np.exp(p["weight_step"] @ r + p["bias_step"]))
    state = np.exp(-np.exp(p["decay"]) * step[:, None]) * state + np.outer(step * u, b)
    return np.concatenate([state @ (c + p["bias_read"]), state.ravel()])


def mlstm(h, x, p, size=4):
    units = len(h) // (size + 2)
    heads = units // size
    drive = p["weight_ih"] @ x + p["bias"]
    v, k, q, o = np.split(drive[: 4 * units], 4)
    opened, keep = np.exp(drive[-2 * heads : -heads]), sigmoid(drive[-heads:])
    memory, normaliser = h[units : units * (1 + size)].reshape(heads, size, size), h[-units:]
    shown, held, counted = [], [], []
    for head in range(heads):
        of = slice(head * size, (head + 1) * size)
        key = opened[head] * k[of] / np.sqrt(size)
        held.append(keep[head] * memory[head] + np.outer(v[of], key))
        counted.append(keep[head] * normaliser[of] + key)
        shown.append(held[-1] @ q[of] / max(abs(counted[-1] @ q[of]), 1))
    return np.concatenate([sigmoid(o) * np.ravel(shown), np.ravel(held), np.ravel(counted)])


STEPS = {f.__name__: f for f in (leaky, relu, mingru, lru, rg_lru, lstm_norm, slstm, mamba, mlstm)}


def test_every_cell_has_its_equation_here():
    assert sorted(STEPS) == sorted(SINGLE)


@pytest.mark.parametrize("name", SINGLE)
def test_equal_to_a_loop_of_the_equations(name):
    cell, x = random_cell(name), drawn(9, E, seed=9)
    weights = {key: value.numpy() for key, value in cell.state_dict().items()}
    h = np.zeros(cell.state_size)
    for word, state in zip(x.numpy(), cell.unroll(x[None])[0].numpy(), strict=True):
        h = STEPS[name](h, word, weights)
        np.testing.assert_allclose(state, h, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", [*SINGLE, *STACKED])
def test_a_user_could_have_handed_it_in(name):
    check_cell(name)


@pytest.mark.parametrize("name", STACKED)
def test_the_upper_layer_reads_what_the_lower_puts_out(name):
    cell, x = random_cell(name), drawn(2, 6, E, seed=9)
    lower, upper = cell.cells()
    below = lower.unroll(x)
    expected = torch.cat([upper.unroll(lower.output(below)), below], -1)
    torch.testing.assert_close(cell.unroll(x), expected, rtol=1e-12, atol=1e-12)
    assert is_gated(name) == is_gated(name.removesuffix("-2-layers"))


def test_options_reach_both_layers():
    assert [float(layer.leak) for layer in random_cell("leaky-2-layers", leak=0.5).cells()] == [
        0.5,
        0.5,
    ]
    held = fresh_cell("gru-2-layers", 8, hold_bias=30.0)
    assert all(layer.bias[8:16].min() > 29 for layer in held.cells())


@pytest.mark.parametrize("name", FLAT)
def test_the_jacobian_of_a_diagonal_cell_is_the_same_everywhere(name):
    cell, x = random_cell(name), drawn(1, E, seed=3)
    far, near = (
        cell.jacobians(scale * drawn(1, cell.state_size, seed=4), x)[0] for scale in (100.0, 0.1)
    )
    assert torch.equal(far, near)
    # A linear solve gives the one fixed point.
    point = torch.linalg.solve(
        torch.eye(len(far[0])) - far[0], cell(torch.zeros(1, len(far[0])), x)[0]
    )
    torch.testing.assert_close(cell(point[None], x)[0], point)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_gradients_of_a_recurrence(dtype):
    keep, drive, h0 = (
        drawn(*shape, seed=i).to(dtype).requires_grad_()
        for i, shape in enumerate([(2, 4, 3), (2, 4, 3), (2, 3)])
    )
    assert torch.autograd.gradcheck(recurrence, (keep, drive, h0))
    shared = (0.5 * drawn(3, seed=5)).to(dtype).requires_grad_()
    assert torch.autograd.gradcheck(recurrence, (shared, drive, h0))


def test_a_mingru_starts_with_memories_of_two_words_to_the_longest():
    words = 1 / torch.sigmoid(fresh_cell("mingru", longest_memory=50.0).bias[:2000])
    assert 2 <= float(words.min()) < 2.1
    assert 48 < float(words.max()) <= 50.01
    assert abs(float(words.log().mean()) - (math.log(2) + math.log(50)) / 2) < 0.05


def test_an_lru_starts_on_a_ring():
    cell = fresh_cell("lru", smallest_radius=0.5, largest_radius=0.9, largest_phase=1.0)
    eigenvalues = cell.eigenvalues()
    square = eigenvalues.abs() ** 2
    assert 0.25 <= float(square.min()) + 1e-4 < 0.27
    assert 0.79 < float(square.max()) <= 0.8101
    assert abs(float(square.mean()) - 0.53) < 0.02
    assert 0 <= float(eigenvalues.angle().min()) < float(eigenvalues.angle().max()) <= 1
    torch.testing.assert_close(torch.exp(cell.gamma) ** 2, 1 - square)
    assert abs(float(cell.weight_ih.std()) - (2 * E) ** -0.5) < 0.02


def test_an_rg_lru_starts_between_its_radii():
    radius = torch.exp(-torch.nn.functional.softplus(fresh_cell("rg_lru").decay))
    assert 0.9 <= float(radius.min()) + 1e-4 < 0.91
    assert 0.998 < float(radius.max()) <= 0.9991


def test_an_slstm_reads_a_running_mean():
    cell = random_cell("slstm")
    cell.weight_hh.zero_(), cell.weight_ih.zero_()
    cell.weight_ih[2 * H : 3 * H, 0] = 1  # the candidate sees the word, the gates do not
    cell.bias.zero_()
    cell.bias[H : 2 * H] = 40  # nothing is forgotten
    cell.bias[3 * H :] = 40  # all is put out
    x = drawn(1, 7, E, seed=9)
    expected = torch.tanh(x[0, :, :1]).cumsum(0) / torch.arange(1, 8)[:, None]
    torch.testing.assert_close(cell.outputs(x)[0], expected.expand(7, H))


def test_a_mamba_without_words_forgets_at_its_rates():
    cell = fresh_cell("mamba", 8, shortest_step=0.01, longest_step=0.02)
    matrix = cell.jacobians(torch.zeros(1, 40), torch.zeros(1, E))[0][0].double()
    steps = torch.nn.functional.softplus(cell.bias_step)
    assert 0.01 <= float(steps.min()) + 1e-6 < float(steps.max()) < 0.0201
    expected = torch.exp(-steps[:, None] * torch.arange(1, 5)).double()
    torch.testing.assert_close(matrix[8:, 8:], torch.diag(expected.flatten()))
    assert float(matrix[:, :8].abs().max()) == 0  # what is read is no memory
    torch.testing.assert_close(matrix[:8, 8:12][0], expected[0])  # and is their sum, at first


def test_an_mlstm_finds_a_value_again_by_its_key():
    cell = random_cell("mlstm", 4)
    memory, key = drawn(4, 4, seed=5), drawn(4, seed=6)
    state = torch.cat([torch.zeros(4).double(), memory.flatten(), 2 * key])
    cell.weight_ih.zero_()
    cell.bias.zero_()
    cell.bias[8:12] = key / (key @ key)  # the query; nothing is added, for v and k are zero
    cell.bias[12:16], cell.bias[-1] = 40, 40  # all is put out, nothing is forgotten
    shown = cell(state[None], torch.zeros(1, E).double())[0, :4]
    torch.testing.assert_close(shown, memory @ key / (key @ key) / 2)  # n q = 2
    eigenvalues = torch.linalg.eigvals(cell.jacobians(state[None], torch.zeros(1, E).double())[0])
    assert sorted(eigenvalues.abs().round(decimals=6).flatten().tolist()) == [0] * 4 + [1] * 20


def test_a_layer_norm_is_blind_to_the_length_of_a_word():
    cell, x, h = random_cell("lstm_norm", 40), drawn(1, E, seed=9), drawn(1, 80, seed=8)
    torch.testing.assert_close(cell(h, 1000 * x), cell(h, 100 * x), rtol=1e-5, atol=1e-7)


def test_networks_of_other_cells_do_not_depend_on_these_modules():
    for stage in STAGES.values():
        reached = reached_modules(PACKAGE / f"stages/{stage.module}.py", PACKAGE)
        assert not [name for name in reached if "more_cells" in name], stage.module
        assert "rnn_geometry.networks" not in reached


def test_networks_of_these_cells_depend_on_their_own_module():
    codes = {name: code_of_cell(name) for name in CELLS}
    assert codes["gru"] is codes["lstm"] is None
    assert len({codes[name] for name in SINGLE}) == len(SINGLE)
    assert codes["mingru-2-layers"] not in (codes["mingru"], codes["lru-2-layers"])


@pytest.mark.parametrize("entry", [CELLS[name] for name in SINGLE], ids=SINGLE)
def test_stated_defaults_are_those_of_the_class_and_are_accepted(entry):
    kind = cell_class(entry.name)
    known = signature(kind).parameters | signature(kind.reset_parameters).parameters
    for option, limit in entry.limits.items():
        assert known[option].default == limit.default
        assert limit.accepts(known[option].default)
