"""Jacobians by the structure of a step against plain differentiation, and where there is none."""

import numpy as np
import pytest
import torch
from packaging.version import Version
from torch import nn

from rnn_geometry.dynamics import _derivatives as derivatives
from rnn_geometry.dynamics import _structure
from rnn_geometry.dynamics._calls import PrivateStep
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.networks.make import make_cell

E, H = 3, 24
torch.manual_seed(0)
W, A = torch.randn(H, H, dtype=torch.float64) / 4, torch.randn(E, H, dtype=torch.float64)
GRU, LSTM = nn.GRUCell(E, H).double(), nn.LSTMCell(E, H).double()
LAYER, TWO = nn.GRU(E, H).double(), nn.GRU(E, H // 2, 2).double()
JOINED, NORM = nn.Linear(E + H, H).double(), nn.LayerNorm(H).double()


def own(name):
    cell = make_cell(name, E, H).double()
    cell.reset_parameters(torch.Generator().manual_seed(0))
    return lambda h, x: cell(h, x)


def squared(h, x):
    return torch.tanh((h[:, :, None] * h[:, None]) @ h[:, :, None])[:, :, 0]


def many_substeps(h, x):
    for _ in range(700):
        h = h + 1e-4 * torch.tanh(h)
    return h @ W


# Torch 2.5 multiplies an einsum the other way round, so that its structure is not seen.
NEW = Version(torch.__version__) >= Version("2.13")
# Steps of states of H entries, and whether they have a structure.
STEPS = {
    **{name: (own(name), True) for name in ("vanilla", "gru", "ugrnn")},
    "weights on the right": (lambda h, x: torch.tanh(h @ W + x @ A), True),
    "einsum": (lambda h, x: torch.tanh(torch.einsum("ts,ns->nt", W, h) + x @ A), NEW),
    "matrix times columns": (lambda h, x: torch.tanh((W @ h[:, :, None])[:, :, 0]), True),
    "rates": (lambda h, x: h + 0.1 * (torch.tanh(h) @ W - h + x @ A), True),
    "rates of a part": (lambda h, x: 0.9 * h + torch.tanh(h[:, 2:5]) @ W[:3], True),
    "reversed": (lambda h, x: torch.tanh(h.flip(1) @ W), True),
    "two products": (lambda h, x: torch.tanh(h @ W) * torch.sigmoid(h @ W.T), True),
    "relu": (lambda h, x: torch.relu(h @ W + x @ A), True),
    "a cell of torch": (lambda h, x: GRU(x, h), True),
    "a layer of torch": (lambda h, x: LAYER(x[None], h[None])[1][0], True),
    "joined input": (lambda h, x: torch.tanh(JOINED(torch.cat([x, h], 1))), True),
    "no product": (lambda h, x: torch.sin(1.5 * h) + h.roll(1, 1), True),
    "the state itself": (lambda h, x: h, True),
    "the input alone": (lambda h, x: x @ A + 0 * h, True),
    "in place": (lambda h, x: h.mul_(0.5).add_(torch.tanh(h @ W)), True),
    "layer norm": (lambda h, x: torch.tanh(NORM(h @ W)), False),
    "two layers": (lambda h, x: torch.cat(list(two(h, x)), 1), False),
    "reset before": (own("gru_reset_before"), False),
    "columns": (lambda h, x: torch.tanh((W.T @ h.T).T), False),
    "a product of states": (squared, False),
    "many substeps": (many_substeps, False),
    "single precision": (lambda h, x: torch.tanh(h.float() @ W.float()).double(), False),
}


def two(h, x):
    return TWO(x[None], h.view(len(h), 2, -1).transpose(0, 1).contiguous())[1]


def draw(rows, size=H, seed=1):
    draw = np.random.default_rng(seed)
    return (torch.from_numpy(draw.normal(size=(rows, width))) for width in (size, E))


def private(step):
    return PrivateStep(step, writes=True)


def plain(step, h, x):
    return derivatives._differentiate(private(step), h, x, (True, False))[0]


def assert_right(step, h, x, atol=1e-12):
    found = derivatives.recurrent_jacobian(step, h, x)
    torch.testing.assert_close(found, plain(step.step, h, x), rtol=0, atol=atol, equal_nan=True)


@pytest.mark.parametrize(("step", "structured"), STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("rows", [2, 40])
def test_jacobians_are_those_of_plain_differentiation(step, structured, rows):
    step = private(step)
    with torch.no_grad():
        for count in (rows, 1, 70):
            assert_right(step, *draw(count, seed=count))
    assert (step.structure is not None) == structured


def test_an_lstm_takes_two_passes_for_its_two_parts():
    step = private(lambda h, x: torch.cat(LSTM(x, h.chunk(2, 1)), 1))
    assert_right(step, *draw(40, 2 * H))
    assert len(step.structure.colours) == 2
    assert step.structure.products[0].stop == H


def test_few_passes_serve_all_entries(monkeypatch):
    step, passes = private(STEPS["gru"][0]), []
    derivatives.recurrent_jacobian(step, *draw(40))
    count = torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: passes.append(1) or count(*a, **k))
    derivatives.recurrent_jacobian(step, *draw(40))
    assert len(passes) == 2  # one for the entries, one that compares


@pytest.mark.parametrize("rows", [1, 3, 31])
def test_a_structure_is_found_from_few_points_too(rows):
    step = private(STEPS["relu"][0])
    assert_right(step, *draw(rows))
    assert step.structure is not None
    assert_right(step, *draw(40))


@pytest.mark.parametrize("rows", [5, 40])
def test_defaults_of_the_caller_do_not_hide_a_structure(rows):
    step, (h, x) = private(STEPS["gru"][0]), draw(rows)
    kept = torch.get_default_dtype()
    torch.set_default_dtype(torch.float16)
    try:
        with torch.device("meta"):
            assert_right(step, h, x)
    finally:
        torch.set_default_dtype(kept)
    assert step.structure is not None


@pytest.mark.parametrize("step", [STEPS["gru"][0], STEPS["reset before"][0]])
def test_no_points_have_no_jacobians(step):
    step = private(step)
    assert derivatives.recurrent_jacobian(step, *draw(0)).shape == (0, H, H)
    assert_right(step, *draw(3))


@pytest.mark.parametrize("rows", [1, 5, 255, 256, 300])
def test_points_that_are_repeated_stay_apart(rows):
    cell = make_cell("gru_reset_before", E, H).double()
    cell.reset_parameters(torch.Generator().manual_seed(0))
    h, x = draw(rows)
    step = private(lambda h, x: cell(h, x))
    with torch.no_grad():
        for found, expected in zip(derivatives.both_jacobians(step, h, x), cell.jacobians(h, x)):
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


# What the points at which one looks do not show


def couples_far_out(h, x):
    return torch.tanh(h @ W) + torch.relu(h.roll(1, 1) - 10)


def test_points_of_another_structure_are_differentiated_one_by_one():
    step = private(couples_far_out)
    h, x = draw(40)
    assert_right(step, h, x)
    h[:5] *= 100
    assert_right(step, h, x)
    assert step.structure is not None
    assert_right(step, 100 * h, x)
    assert step.structure is None


def test_units_of_very_different_size_do_not_hide_another_structure():
    scale = 10 ** torch.linspace(-13, 0, H, dtype=torch.float64)
    last = torch.eye(H, dtype=torch.float64)[-1]

    def couples_the_last(h, x):
        h = h / scale
        return scale * (torch.tanh(h @ W) + last * torch.relu(h.roll(1, 1) - 10))

    step, (h, x) = private(couples_the_last), draw(40)
    derivatives.recurrent_jacobian(step, h * scale, x)
    h[:5, -2] = 20
    found = derivatives.recurrent_jacobian(step, h * scale, x)
    expected = plain(couples_the_last, h * scale, x)
    torch.testing.assert_close(found * scale, expected * scale, rtol=0, atol=1e-12)
    assert step.structure is not None


def multiplies_more_far_out(h, x):
    found = torch.tanh(h @ W)
    return found + 0.1 * h @ W.T if h.abs().max() > 50 else found


def test_so_are_those_of_another_graph():
    step = private(multiplies_more_far_out)
    h, x = draw(40)
    assert_right(step, h, x)
    assert step.structure is not None
    assert_right(step, 100 * h, x)


def test_points_that_are_not_finite_stay_so():
    step = private(lambda h, x: torch.sqrt(h @ W))
    assert_right(step, *draw(40))


class OwnBackward(torch.autograd.Function):
    """tanh(h W)."""

    @staticmethod
    def forward(ctx, h):
        ctx.save_for_backward(h)
        return torch.tanh(h @ W)

    @staticmethod
    def backward(ctx, gradient):
        (h,) = ctx.saved_tensors
        return (gradient * (1 - torch.tanh(h @ W) ** 2)) @ W.T


def test_functions_with_a_backward_of_their_own_are_differentiated():
    step = private(lambda h, x: OwnBackward.apply(h))
    assert_right(step, *draw(40))
    assert step.structure is None


def test_what_fails_while_one_looks_is_differentiated(monkeypatch):
    def fails(*given):
        raise AttributeError("no metadata in this torch")

    monkeypatch.setattr(_structure, "Graph", fails)
    step = private(STEPS["gru"][0])
    assert_right(step, *draw(40))
    assert step.structure is None


def test_a_search_is_that_of_the_closed_form():
    cell = make_cell("gru", E, H)
    cell.reset_parameters(torch.Generator().manual_seed(3))
    starts, x = (part.numpy() for part in draw(60))
    double = cell.double()
    closed = project_to_slow_manifold(cell, starts, x[0], min_tau=1.0)
    found = project_to_slow_manifold(lambda h, x: double(h, x), starts, x[0], min_tau=1.0)
    np.testing.assert_array_equal(found.status, closed.status)
    np.testing.assert_allclose(found.points, closed.points, atol=1e-9)
