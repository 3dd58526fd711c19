"""What a newcomer's attack brought out: steps that fail late, wrappers, hooks, what is no root."""

import functools
import math
import types

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from rnn_geometry import open_results
from rnn_geometry.dynamics import additivity, descent, flow, integration, modifiers, spectrum
from rnn_geometry.dynamics.completeness import search_between
from rnn_geometry.dynamics.fixed_points import degree, find_fixed_points, skeleton
from rnn_geometry.dynamics.jacobians import jacobians
from rnn_geometry.dynamics.linearization import linearize, word_effects
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.step import layer_states, torch_step
from rnn_geometry.errors import UserError
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.check import check_cell
from rnn_geometry.networks.make import make_cell

S, E = 4, 3
STATES = torch.from_numpy(np.random.default_rng(0).uniform(-1, 1, size=(6, S)))
X = torch.zeros(E, dtype=torch.float64)
WORDS, AXES = np.eye(E), np.eye(S)[:2]
W = torch.from_numpy(np.random.default_rng(1).normal(size=(S, S)) / 4)

# Those that use derivatives, then those that use values alone.
SEARCHES = {
    "jacobians": lambda f: jacobians(f, STATES, X),
    "linearize": lambda f: linearize(f, STATES, X),
    "slow_modes": lambda f: slow_modes(f, STATES, X),
    "project": lambda f: project_to_slow_manifold(f, STATES, X),
    "find_fixed_points": lambda f: find_fixed_points(f, STATES, X),
    "gauss_newton": lambda f: descent.damped_gauss_newton(f, STATES, X),
    "adam": lambda f: descent.adam_search(f, STATES, X, max_steps=3),
}
RUNS = {
    "relax": lambda f: descent.relax(f, STATES, X),
    "hold": lambda f: integration.hold(f, STATES, X, 2),
    "word_effects": lambda f: word_effects(f, STATES, X, WORDS, AXES),
    "plane_flow": lambda f: flow.plane_flow(f, STATES[0], AXES, STATES, X),
    "word_kicks": lambda f: flow.word_kicks(f, STATES, X, WORDS, AXES),
    "share_along": lambda f: modifiers.share_along(f, STATES, X, WORDS, AXES),
}


def smooth(h, x):
    """h' = tanh(W h)."""
    return torch.tanh(h @ W.T)


def slopes(step, h, x=X):
    """Return dF/dh (n, S, S) at states by central differences."""
    moves = 1e-6 * torch.eye(h.shape[1], dtype=torch.float64)
    with torch.no_grad():
        x = x.expand(len(h), -1)
        columns = [step(h + move, x) - step(h - move, x) for move in moves]
    return torch.stack(columns, -1) / 2e-6


def refused(call, *arguments, match, kind=ValueError):
    with pytest.raises(kind, match=match) as error:
        call(*arguments)
    assert len(str(error.value)) <= 300
    assert "\n" not in str(error.value)


# Every call of a step is judged, not only those on the rows that are tried


def late(other):
    """Return a step that does something else on more rows than are tried."""
    return lambda h, x: smooth(h, x) if len(h) <= 3 else other(smooth(h, x))


def too_many(h):
    raise RuntimeError("too many\nrows")


LATE = {
    "raises": (too_many, r"failed on float64 states \(\d+, 4\).*too many rows"),
    "shape": (lambda h: h[:, :2], r"state of shape \(\d+, 4\), it returned \(\d+, 2\)"),
    "rows": (lambda h: h[:1], "state of shape"),
    "dtype": (lambda h: h.float(), "must return torch.float64"),
    "tuple": (lambda h: (h, h), r"torch.cat\(state, -1\)"),
    "numpy": (lambda h: h.detach().numpy(), "it returned ndarray"),
    "sparse": (lambda h: h.to_sparse(), "dense tensor on cpu"),
}


@pytest.mark.parametrize(("other", "message"), LATE.values(), ids=LATE)
@pytest.mark.parametrize("call", (SEARCHES | RUNS).values(), ids=SEARCHES | RUNS)
def test_a_fault_beyond_the_rows_that_are_tried_is_one_sentence(call, other, message):
    refused(call, late(other), match=message)


@pytest.mark.parametrize("call", (SEARCHES | RUNS).values(), ids=SEARCHES | RUNS)
def test_a_lack_of_memory_stays_what_it_is(call):
    def no_room(h):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    refused(call, late(no_room), match="can't allocate memory", kind=RuntimeError)


@pytest.mark.filterwarnings("ignore:.*(Sparse|nested)")
@pytest.mark.parametrize(
    "kind",
    [
        lambda h: h.to_sparse(),
        lambda h: h.to_sparse_csr(),
        lambda h: torch.nested.nested_tensor(list(h)),
        lambda h: h.to("meta"),
    ],
    ids=["coo", "csr", "nested", "meta"],
)
def test_what_is_no_dense_tensor_beside_the_states_is_refused(kind):
    for call in (*SEARCHES.values(), *RUNS.values()):
        refused(call, lambda h, x: kind(h / 2), match="dense tensor on cpu")


def test_an_error_that_says_nothing_is_named():
    def silent(h, x):
        raise ZeroDivisionError

    refused(linearize, silent, STATES, X, match="ZeroDivisionError")


# Derivatives


class Backward(torch.autograd.Function):
    """h / 2, with a backward pass that fails."""

    @staticmethod
    def forward(ctx, h):
        return h / 2

    @staticmethod
    def backward(ctx, gradient):
        raise KeyError("of mine")


class OtherShape(Backward):
    """The same, with a gradient of another shape."""

    @staticmethod
    def backward(ctx, gradient):
        return gradient[:, :2]


def overwritten(h, x):
    kept = torch.exp(h)
    result = kept * 1
    kept.add_(1)
    return result


def by_numpy(h, x):
    return torch.from_numpy(np.tanh(h.numpy()))


def behind_numpy(h, x):
    return torch.from_numpy(np.tanh(h.detach().numpy()))


UNDIFFERENTIABLE = {
    "numpy": (by_numpy, "functions of torch in place of those of numpy"),
    "detached": (behind_numpy, "carries no gradient"),
    "no_grad": (torch.no_grad()(smooth), "carries no gradient"),
    "backward": (lambda h, x: Backward.apply(h), "derivatives .* cannot be computed: 'of mine'"),
    "shape": (lambda h, x: OtherShape.apply(h), "derivatives of the step cannot be computed"),
    "overwritten": (overwritten, "derivatives of the step cannot be computed"),
}


@pytest.mark.parametrize(("step", "message"), UNDIFFERENTIABLE.values(), ids=UNDIFFERENTIABLE)
@pytest.mark.parametrize("call", SEARCHES.values(), ids=SEARCHES)
def test_why_a_step_has_no_derivatives_is_told(call, step, message):
    refused(call, step, match=message)


@pytest.mark.parametrize("step", [by_numpy, behind_numpy])
@pytest.mark.parametrize("call", RUNS.values(), ids=RUNS)
def test_values_alone_need_none(call, step):
    call(step)


def fails(h, x):
    raise ArithmeticError


CLOSED = {
    "one": (lambda h, x: torch.zeros(len(h), S, S), "two tensors of shapes"),
    "three": (lambda h, x: (h, h, h), "two tensors of shapes"),
    "numpy": (lambda h, x: (np.zeros((len(h), S, S)),) * 2, "it returned ndarray, ndarray"),
    "None": (lambda h, x: None, "it returned NoneType"),
    "shapes": (lambda h, x: (h, x), "returned the shapes"),
    "raises": (fails, "jacobians failed on .*: ArithmeticError"),
}


@pytest.mark.parametrize(("closed", "message"), CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize("call", SEARCHES.values(), ids=SEARCHES)
def test_a_broken_closed_form_is_told(call, closed, message):
    step = functools.partial(smooth)
    step.jacobians = closed
    refused(call, step, match=message)


# Hooks, which no closed form knows of


def bounded(factor):
    return lambda module, given, result: result * factor


def drawn(name):
    cell = make_cell(name, E, S)
    cell.reset_parameters(torch.Generator().manual_seed(0))
    return cell


@pytest.mark.parametrize("factor", [1.02, 0.5])
@pytest.mark.parametrize("name", ["gru", "vanilla"])
def test_hooks_of_a_cell_are_differentiated(name, factor):
    cell = drawn(name)
    free = slopes(cell.double(), STATES)
    cell.register_forward_hook(bounded(factor))
    found = linearize(cell, STATES, X).recurrent_jacobian
    np.testing.assert_allclose(found, factor * free, atol=1e-8)


def test_a_pruned_cell_of_ours_is_what_it_computes():
    cell = drawn("vanilla").double()
    name = next(name for name, weight in cell.named_parameters() if weight.shape[-1] == S)
    prune.l1_unstructured(cell, name, 0.5)
    expected = slopes(cell, STATES)
    np.testing.assert_allclose(linearize(cell, STATES, X).recurrent_jacobian, expected, atol=1e-8)


# Wrappers


def compiled(module):
    return torch.compile(module, backend="eager")


WRAPPERS = {
    "parallel": nn.DataParallel,
    "averaged": torch.optim.swa_utils.AveragedModel,
    "compiled": compiled,
    "twice": lambda module: nn.DataParallel(nn.DataParallel(module)),
}
CALLERS = {"partial": functools.partial, "forward": lambda module: module.forward}


@pytest.mark.parametrize("wrap", (WRAPPERS | CALLERS).values(), ids=WRAPPERS | CALLERS)
def test_a_wrapped_cell_of_torch_is_no_step(wrap):
    for cell in (nn.GRUCell(S, S), nn.RNNCell(S, S)):
        refused(linearize, wrap(cell), STATES, torch.zeros(S), match=r"torch_step\(module\)")


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTMCell])
def test_torch_step_takes_what_is_wrapped(wrap, kind):
    module = kind(E, S)
    step, words = torch_step(wrap(module)), torch.ones(5, 2, E)
    h, x = torch.ones(2, step.state_size), torch.ones(2, E)
    torch.testing.assert_close(step(h, x), torch_step(module)(h, x))
    torch.testing.assert_close(layer_states(wrap(module), words), layer_states(module, words))
    torch.testing.assert_close(layer_states(step, words), layer_states(module, words))


def test_a_wrapper_with_a_hook_is_more_than_its_layer():
    wrapper = nn.DataParallel(nn.GRU(E, S))
    wrapper.register_forward_hook(lambda module, given, result: None)
    refused(torch_step, wrapper, match="DataParallel is no recurrent module")


class InputFirst(nn.Module):
    """Takes (x, h)."""

    def forward(self, x, h):
        return torch.tanh(h / 2 + x)

    def step(self, h, x):
        return self(x, h)


@pytest.mark.parametrize("wrap", (WRAPPERS | CALLERS).values(), ids=WRAPPERS | CALLERS)
def test_names_of_arguments_are_read_through_wrappers(wrap):
    refused(linearize, wrap(InputFirst()), STATES, torch.zeros(S), match="takes the state first")


def test_another_method_of_such_a_module_is_a_step():
    found = linearize(InputFirst().step, torch.zeros(1, S), torch.zeros(S))
    np.testing.assert_allclose(found.eigenvalues, 0.5)


# Modules that hold more than float parameters


class Unitary(nn.Module):
    """A complex linear network on (real, imaginary) parts."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(2, 2, dtype=torch.complex64) / 3)
        self.register_buffer("ones", torch.ones(2, 2, dtype=torch.complex64))

    def forward(self, h, x):
        z = torch.complex(h[:, :2], h[:, 2:]) @ (self.weight * self.ones).T
        return torch.cat([z.real, z.imag], 1)


def test_complex_weights_become_double_too():
    torch.manual_seed(0)
    module = Unitary()
    w = module.weight.detach().numpy().astype(complex)
    found = linearize(module, STATES, X).recurrent_jacobian[0]
    np.testing.assert_allclose(found, np.block([[w.real, -w.imag], [w.imag, w.real]]), atol=1e-12)
    assert module.weight.dtype == module.ones.dtype == torch.complex64


@pytest.mark.parametrize(
    "hold",
    [lambda w: [w], lambda w: (w,), lambda w: {0: w}, lambda w: [{0: w}, w]],
    ids=["list", "tuple", "dict", "nested"],
)
def test_tensors_in_lists_of_a_module_become_double(hold):
    weight = torch.eye(S) / 2

    def forward(self, h, x):
        first = self.held[0]
        return h @ (first[0] if isinstance(first, dict) else first)

    own = type("Own", (nn.Module,), {"forward": forward})()
    own.held = hold(weight)
    np.testing.assert_allclose(linearize(own, STATES, X).eigenvalues, 0.5)
    assert weight.dtype == torch.float32


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_a_scripted_module_is_a_step():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(S, S)

        def forward(self, h, x):
            return torch.tanh(self.inner(h))

    own = Own()
    found = linearize(torch.jit.script(own), STATES, X).recurrent_jacobian
    np.testing.assert_allclose(found, linearize(own, STATES, X).recurrent_jacobian, atol=1e-12)
    assert own.inner.weight.requires_grad


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRUCell])
def test_weights_that_are_not_finite_are_named(kind, value):
    module = kind(E, S)
    name = next(iter(dict(module.named_parameters())))
    getattr(module, name).data[0, 0] = value
    refused(torch_step, module, match=f"{name} of {kind.__name__} holds NaN")


def test_inside_a_transform_one_sentence_says_so():
    for transform in (torch.vmap, torch.func.jacrev):
        call = transform(lambda h: jacobians(smooth, h[None], X)[0])
        refused(call, STATES, match="transform of torch.func")


# What is no root, no direction, no eigenvalue, no size


OTHERS = {
    "project": lambda: project_to_slow_manifold(smooth, STATES, X, min_tau=1.0),
    "gauss_newton": lambda: descent.damped_gauss_newton(smooth, STATES, X),
    "adam": lambda: descent.adam_search(smooth, STATES, X),
    "relax": lambda: descent.relax(smooth, STATES, X),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_points_of_other_searches_are_no_roots(other):
    refused(lambda: skeleton(smooth, other(), X, radius=1e-6), match="no exact fixed points")
    refused(lambda: search_between(smooth, other(), X, radius=1e-6), match="no exact fixed points")


@pytest.mark.parametrize("radius", [0, 1e-9, 1e-3])
def test_roots_are_roots_for_any_radius(radius):
    found = find_fixed_points(smooth, STATES, X)
    assert (found.status == 0).all()
    assert len(skeleton(smooth, found, X, radius=radius).roots)


def test_a_skeleton_and_a_plane_have_one_input():
    found, inputs = find_fixed_points(smooth, STATES, X), X.expand(len(STATES), -1)
    refused(lambda: skeleton(smooth, found, inputs, radius=1e-3), match=r"x must have shape \(E,\)")
    call = functools.partial(flow.plane_flow, smooth, STATES[0], AXES, STATES)
    refused(call, inputs, match=r"x must have shape \(E,\)")


OBLIQUE = {
    "plane_flow": lambda axes: flow.plane_flow(smooth, STATES[0], axes, STATES, X),
    "word_kicks": lambda axes: flow.word_kicks(smooth, STATES, X, WORDS, axes),
    "share_along": lambda axes: modifiers.share_along(smooth, STATES, X, WORDS, axes),
    "modifier_numbers": lambda axes: modifiers.modifier_numbers(
        smooth, STATES, X, WORDS[0], WORDS[1], WORDS, axes, AXES
    ),
}


@pytest.mark.parametrize("call", OBLIQUE.values(), ids=OBLIQUE)
def test_axes_that_are_not_orthonormal_are_refused(call):
    for axes in (2 * AXES, np.ones((2, S)) / 2, AXES + 0.01):
        refused(call, axes, match="axes must be orthonormal")
    call(np.linalg.qr(np.ones((S, 2)) + np.eye(S)[:, :2])[0].T.astype(np.float32))


NOT_A_NUMBER = {
    "is_slow": lambda v: spectrum.is_slow(v, 5),
    "integration_modes": lambda v: spectrum.integration_modes(v, 5),
    "stability": spectrum.stability,
    "degree": degree,
}


@pytest.mark.parametrize("call", NOT_A_NUMBER.values(), ids=NOT_A_NUMBER)
def test_an_eigenvalue_that_is_nan_is_neither_stable_nor_fast(call):
    refused(call, np.array([[0.5, math.nan]]), match="got NaN")
    call(np.array([[0.5, math.inf]]))


@pytest.mark.parametrize(
    ("true", "predicted"),
    [([[math.nan]], [[0.0]]), ([[0.0]], [[math.inf]]), ([0.0, 1.0], [0.0, 1.0])],
)
def test_r_squared_is_of_finite_rows(true, predicted):
    refused(integration.r_squared, true, predicted, match="finite|shape")


def texts(tokens, offsets):
    return types.SimpleNamespace(tokens=np.array(tokens), offsets=np.array(offsets))


def test_an_empty_sentence_adds_nothing():
    kicks = np.array([[1.0], [10.0], [100.0]])
    sums = np.array([[1.0], [0], [110], [11], [0], [1], [10], [0]])
    sentences = texts([0, 1, 2, 0, 1, 0, 1], [0, 1, 1, 3, 5, 5, 6, 7, 7])
    assert additivity.additivity_r2(sentences, kicks, sums) == pytest.approx(1)
    assert additivity.additivity_r2_fitted(sentences, kicks, 3 * sums + 1) == pytest.approx(1)


@pytest.mark.parametrize(
    ("tokens", "offsets", "message"),
    [
        ([0, 7], [0, 1, 2], "rows of kicks"),
        ([0, -1], [0, 1, 2], "rows of kicks"),
        ([0, 1], [0, 1, 5], "rise up to the number of tokens"),
        ([0, 1], [0, 2, 1], "rise up to the number of tokens"),
    ],
)
def test_words_that_are_not_there_are_told(tokens, offsets, message):
    call = functools.partial(additivity.additivity_r2, texts(tokens, offsets))
    refused(call, np.ones((3, 1)), np.ones((2, 1)), match=message)


def test_numbers_too_large_for_a_float_are_infinite():
    huge = np.full((2, S), 10**400, dtype=object)
    refused(linearize, smooth, huge, X, match="states must be finite")
    call = functools.partial(slow_modes, smooth, STATES, X)
    refused(lambda: call(min_tau=10**400), match="min_tau must be above 0")


@pytest.mark.parametrize("size", [0, -3, 2.5, "a", None, True])
def test_sizes_of_which_no_cell_can_be_made_are_told(size):
    for sizes in ({"input_size": size, "hidden_size": 4}, {"input_size": 4, "hidden_size": size}):
        for call in (make_cell, check_cell):
            made = functools.partial(call, "gru", **sizes)
            refused(made, match="whole number from 1", kind=UserError)


def test_names_and_folders_of_another_kind_are_told():
    refused(make_cell, None, 3, 4, match="name of a cell", kind=UserError)
    for folder in (None, 3):
        refused(open_results, folder, match="accepted is a path", kind=UserError)


class Sparse(Cell):
    """Returns sparse states."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight = nn.Parameter(torch.zeros(hidden_size, hidden_size))

    def forward(self, h, x):
        return (h @ self.weight).to_sparse()


def test_a_cell_whose_states_are_sparse_is_told():
    refused(check_cell, Sparse, match="no dense tensor", kind=UserError)
