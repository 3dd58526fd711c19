"""What people pass to the dynamics: steps that break an assumption, odd arrays, odd options."""

import contextlib
import dataclasses
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from torch import nn

from rnn_geometry.dynamics import descent, flow, integration, modifiers, spectrum, step
from rnn_geometry.dynamics.completeness import search_between
from rnn_geometry.dynamics.fixed_points import distinct_roots, find_fixed_points, skeleton
from rnn_geometry.dynamics.jacobians import jacobians
from rnn_geometry.dynamics.linearization import linearize, word_effects
from rnn_geometry.dynamics.results import spread
from rnn_geometry.dynamics.slow_modes import slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold
from rnn_geometry.dynamics.word_modes import linear_prediction, rollout_error, word_mode_effects
from rnn_geometry.networks.make import make_cell
from rnn_geometry.networks.registry import CELLS

S, E = 3, 2
STATES = np.random.default_rng(0).normal(size=(5, S))
X = np.array([0.3, -0.2])
WORDS = np.random.default_rng(1).normal(size=(4, E))
READOUT = np.random.default_rng(2).normal(size=(2, S))
AXES = np.eye(S)[:2]
INTO = torch.tensor(np.random.default_rng(3).normal(size=(E, S)))


def halved(h, x):
    """h' = tanh(h / 2 + B x)."""
    return torch.tanh(0.5 * h + x @ INTO)


SINGLE = nn.GRUCell(E, S)
MODES = slow_modes(halved, STATES, X, min_tau=1.0)

# Every public function that takes a step, states and an input, as what it returns in arrays.
CALLS = {
    "jacobians": lambda f, h, x: jacobians(f, h, x),
    "linearize": lambda f, h, x: linearize(f, h, x),
    "word_effects": lambda f, h, x: word_effects(f, h, x, WORDS, READOUT),
    "slow_modes": lambda f, h, x: slow_modes(f, h, x),
    "project": lambda f, h, x: project_to_slow_manifold(f, h, x),
    "find_fixed_points": lambda f, h, x: find_fixed_points(f, h, x),
    "relax": lambda f, h, x: descent.relax(f, h, x),
    "gauss_newton": lambda f, h, x: descent.damped_gauss_newton(f, h, x),
    "adam": lambda f, h, x: descent.adam_search(f, h, x, max_steps=3),
    "word_mode_effects": lambda f, h, x: word_mode_effects(f, h, x, WORDS, MODES),
    "linear_prediction": lambda f, h, x: linear_prediction(f, h, x, WORDS, READOUT),
    "rollout_error": lambda f, h, x: rollout_error(f, h, x, 0.1 + 0 * STATES),
    "hold": lambda f, h, x: integration.hold(f, h, x, 3),
    "hold_r2": lambda f, h, x: integration.hold_r2(f, h, x, READOUT, 3),
    "sequences": lambda f, h, x: integration.sequence_effects(f, h, x, WORDS[:, None], READOUT),
    "gain": lambda f, h, x: modifiers.modifier_gain(f, h, x, WORDS[0], WORDS, READOUT),
    "lasting": lambda f, h, x: modifiers.lasting_share(f, h, x, WORDS),
    "along": lambda f, h, x: modifiers.share_along(f, h, x, WORDS, AXES),
    "numbers": lambda f, h, x: modifiers.modifier_numbers(
        f, h, x, WORDS[0], WORDS[1], WORDS, AXES, READOUT
    ),
    "kicks": lambda f, h, x: flow.word_kicks(f, h, x, WORDS, AXES),
}
FLOW = {"plane_flow": lambda f, h, x: flow.plane_flow(f, np.zeros(S), AXES, h, x)}
BETWEEN = {
    "between": lambda f, h, x: search_between(f, find_fixed_points(f, h, x), x, radius=1e-3),
    "skeleton": lambda f, h, x: skeleton(f, find_fixed_points(f, h, x), x, radius=1e-3),
}
ALL = CALLS | FLOW | BETWEEN
# Those that use the values of a step alone.
NO_GRADIENTS = {
    *("relax", "hold", "hold_r2", "sequences", "gain", "lasting", "along", "numbers", "kicks"),
    *("word_effects", "plane_flow"),
}


def numbers(value):
    """Return all arrays and numbers of a result, in order."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [one for part in value for one in numbers(part)]
    return [] if value is None else [np.asarray(value)]


def assert_same(found, expected, rtol=0.0):
    pairs = list(zip(numbers(found), numbers(expected), strict=True))
    assert pairs or found is expected is None
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol)


def one_sentence(error):
    text = str(error.value)
    assert len(text) <= 300
    assert "\n" not in text
    return text


# Steps that write into what they are given, or return what they keep


def writes_state(h, x):
    return torch.tanh(h.mul_(0.5).add_(x @ INTO))


def writes_input(h, x):
    result = torch.tanh(0.5 * h + x @ INTO)
    x.detach().zero_()
    return result


def writes_by_numpy(h, x):
    result = halved(h, x)
    h.detach().numpy()[:] = 7
    return result


KEPT = {}


def returns_what_it_keeps(h, x):
    if torch.is_grad_enabled():
        return halved(h, x)
    kept = KEPT.setdefault(tuple(h.shape), torch.zeros_like(h))
    return kept.copy_(halved(h, x))


WRITERS = [writes_state, writes_input, writes_by_numpy, returns_what_it_keeps]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_a_step_that_writes_into_its_arguments_gives_the_right_result(call, writer):
    states, x = torch.from_numpy(STATES.copy()), torch.from_numpy(X.copy())
    assert_same(call(writer, states, x), call(halved, STATES, X))
    np.testing.assert_array_equal(states, STATES)
    np.testing.assert_array_equal(x, X)


def test_halving_in_place_relaxes_to_an_eighth():
    found = descent.relax(lambda h, x: h.mul_(0.5), torch.ones(1, 1), torch.zeros(1))
    assert found.points.tolist() == [[0.125]]
    assert found.q.tolist() == [0.0625**2 / 2]


class WritingClosedForm(nn.Module):
    """Halves, with Jacobians that write into the states they are given."""

    def forward(self, h, x):
        return h.mul_(0.5)

    def jacobians(self, h, x):
        matrices = torch.diag_embed(torch.full_like(h, 0.5))
        h.zero_()
        return matrices, h.new_zeros(*h.shape, x.shape[1])


def test_a_closed_form_that_writes_finds_the_one_root():
    found = find_fixed_points(WritingClosedForm(), STATES, X)
    assert np.abs(found.points).max() < 1e-10
    assert found.iterations.min() > 0


# Order of arguments


MODULES = [
    *(kind(2, 2) for kind in (nn.RNNCell, nn.GRUCell, nn.LSTMCell, nn.RNN, nn.GRU, nn.LSTM)),
    *(kind(2, 3) for kind in (nn.RNNCell, nn.GRUCell, nn.LSTMCell, nn.RNN, nn.GRU, nn.LSTM)),
]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_bare_module_of_torch_is_sent_to_torch_step(module):
    for size in (2, 3):
        with pytest.raises(ValueError, match=r"torch_step\(module\)") as error:
            project_to_slow_manifold(module, np.ones((4, size)), np.zeros(2))
        one_sentence(error)


class InputFirst(nn.Module):
    """Takes (input, hx), as cells of other libraries do."""

    def forward(self, input, hx):
        return torch.tanh(0.5 * hx + input)


def named_first(x, h):
    return torch.tanh(0.5 * h + x)


def mem_second(input_, mem):
    return torch.tanh(0.5 * mem + input_)


@pytest.mark.parametrize("swapped", [InputFirst(), named_first, mem_second])
def test_a_step_that_names_its_input_first_is_refused_even_where_sizes_agree(swapped):
    with pytest.raises(ValueError, match="takes the state first") as error:
        find_fixed_points(swapped, np.ones((2, 2)), np.zeros(2))
    one_sentence(error)


def test_names_that_say_nothing_are_accepted():
    expected = linearize(halved, STATES, X)
    for quiet in (lambda a, b: halved(a, b), lambda x, u: halved(x, u), lambda *a: halved(*a)):
        assert_same(linearize(quiet, STATES, X), expected)


@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_arguments_that_only_fit_when_exchanged_are_told(call):
    with pytest.raises(ValueError, match=r"lambda h, x: step\(x, h\)") as error:
        call(lambda a, b: halved(b, a), STATES, X)
    one_sentence(error)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (None, "function step"),
        (nn.GRUCell, "function step"),
        ("gru", "function step"),
        (lambda h: h, "failed"),
        (lambda h, x: (h, x), r"torch.cat\(state, -1\)"),
        (lambda h, x: None, "NoneType"),
        (lambda h, x: h @ torch.ones(3, 3), "failed"),
        (lambda h, x: h["state"], "failed"),
        (lambda h, x: SINGLE(x, h), r"module.double\(\)"),
        (lambda h, x: h.squeeze(0) if len(h) == 1 else h / 2, "not one alone"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_is_no_step_is_named(step, message):
    for call in (CALLS["relax"], CALLS["project"], CALLS["numbers"]):
        with pytest.raises(ValueError, match=message) as error:
            call(step, STATES, X)
        one_sentence(error)


@pytest.mark.parametrize(
    "lstm", [step.torch_step(nn.LSTM(2, 3)), step.torch_step(nn.LSTMCell(2, 3))]
)
def test_the_h_of_an_lstm_without_its_c_is_told(lstm):
    with pytest.raises(ValueError, match=r"has 6 entries, .* layer_states") as error:
        project_to_slow_manifold(lstm, np.zeros((4, 3)), np.zeros(2))
    one_sentence(error)
    with pytest.raises(ValueError, match="states of 6 and inputs of 2"):
        project_to_slow_manifold(lstm, np.zeros((4, 6)), np.zeros(5))


def test_so_is_that_of_a_cell_of_ours():
    with pytest.raises(ValueError, match="has 8 entries, h of all layers and c of an LSTM"):
        linearize(make_cell("lstm", 2, 4), np.zeros((4, 4)), np.zeros(2))


# Where the caller stands


@contextlib.contextmanager
def default_dtype(dtype):
    kept = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(kept)


SURROUNDINGS = {
    "inference": torch.inference_mode,
    "no_grad": torch.no_grad,
    "disabled": lambda: torch.set_grad_enabled(False),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "float16": lambda: default_dtype(torch.float16),
    "float64": lambda: default_dtype(torch.float64),
    "meta": lambda: torch.device("meta"),
}


@pytest.mark.parametrize("around", SURROUNDINGS.values(), ids=SURROUNDINGS)
@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_surroundings_do_not_matter(call, around):
    expected = call(halved, STATES, X)
    states = torch.from_numpy(STATES.copy())
    with around():
        assert_same(call(halved, states, X), expected)


@pytest.mark.parametrize("around", SURROUNDINGS.values(), ids=SURROUNDINGS)
@pytest.mark.parametrize("size", [6, 40])
def test_they_do_not_matter_to_modules_either(around, size):
    torch.manual_seed(0)
    layer, states = nn.GRU(2, size), torch.randn(40, size, dtype=torch.float64)
    expected = project_to_slow_manifold(step.torch_step(layer), states, X)
    with around():
        found = project_to_slow_manifold(step.torch_step(layer), states.clone(), X)
    assert_same(found, expected)


def test_a_module_and_states_made_in_inference_mode():
    torch.manual_seed(0)
    outside = nn.GRU(E, S)
    with torch.inference_mode():
        inside = nn.GRU(E, S)
        for one, other in zip(inside.parameters(), outside.parameters()):
            one.copy_(other)
        states = torch.from_numpy(STATES).clone()
        found = project_to_slow_manifold(step.torch_step(inside), states, X)
        collected = step.layer_states(inside, torch.ones(4, 2, E))
    assert_same(found, project_to_slow_manifold(step.torch_step(outside), STATES, X))
    assert_same(collected, step.layer_states(outside, torch.ones(4, 2, E)))


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_step_that_holds_tensors_made_in_inference_mode(name):
    torch.manual_seed(0)
    outside = nn.GRUCell(E, S).double()
    expected = ALL[name](lambda h, x: outside(x, h @ INTO.T @ INTO), STATES, X)
    with torch.inference_mode():
        inside, matrix = nn.GRUCell(E, S).double(), INTO.clone()
        inside.load_state_dict(outside.state_dict())
        found = ALL[name](lambda h, x: inside(x, h @ matrix.T @ matrix), STATES, X)
    assert_same(found, expected, 1e-9)
    assert_same(ALL[name](lambda h, x: inside(x, h @ matrix.T @ matrix), STATES, X), expected, 1e-9)


# Assumptions about a step


class Counter:
    """Keeps a state of its own."""

    def __init__(self):
        self.calls = 0

    def __call__(self, h, x):
        self.calls += 1
        return halved(h, x) + 0.01 * self.calls


class OwnGenerator:
    """Draws from a generator of its own."""

    def __init__(self):
        self.draw = np.random.default_rng(0)

    def __call__(self, h, x):
        return halved(h, x) + 0.01 * float(self.draw.normal())


class LastState:
    """Adds the mean of the states that it saw before."""

    def __init__(self):
        self.last = 0.0

    def __call__(self, h, x):
        before, self.last = self.last, float(h.detach().sum())
        return halved(h, x) + 0.01 * before


def norm_in_training(h, x):
    return nn.functional.batch_norm(halved(h, x), None, None, training=True)


BROKEN = {
    "dropout": (lambda h, x: nn.functional.dropout(halved(h, x), 0.5), "noisy"),
    "randn": (lambda h, x: halved(h, x) + 0.1 * torch.randn_like(h), "noisy"),
    "numpy": (lambda h, x: halved(h, x) + np.random.normal(), "noisy"),  # noqa: NPY002
    "counter": (Counter, "keeps a state"),
    "generator": (OwnGenerator, "keeps a state"),
    "last": (LastState, "keeps a state"),
    "mean": (lambda h, x: halved(h - h.mean(0), x), "depend on each other"),
    "sum": (lambda h, x: halved(h, x) + 0.1 * h.sum(), "depend on each other"),
    "softmax": (lambda h, x: torch.softmax(h, 0), "depend on each other"),
    "cumsum": (lambda h, x: halved(h.cumsum(0), x), "depend on each other"),
    "first": (lambda h, x: halved(h, x) + 0.1 * h[:1], "depend on each other"),
    "last row": (lambda h, x: halved(h, x) + 0.1 * h[-1:], "depend on each other"),
    "flip": (lambda h, x: halved(h, x.flip(0)) + 0.1 * h.flip(0), "depend on each other"),
    "batch norm": (norm_in_training, "depend on each other"),
}


@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
@pytest.mark.parametrize(("broken", "message"), BROKEN.values(), ids=BROKEN)
def test_a_step_that_breaks_an_assumption_is_told_which(call, broken, message):
    own = broken() if isinstance(broken, type) else broken
    kept, legacy = torch.random.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002
    with pytest.raises(ValueError, match=message) as error:
        call(own, STATES, X)
    one_sentence(error)
    if message != "noisy":
        assert torch.equal(torch.random.get_rng_state(), kept)
        assert (np.random.get_state()[1] == legacy).all()  # noqa: NPY002


@pytest.mark.parametrize(
    "module",
    [nn.Dropout(0.5), nn.BatchNorm1d(S), nn.RReLU(), nn.Identity()],
    ids=lambda module: type(module).__name__,
)
def test_modules_are_taken_in_evaluation_mode(module):
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.part = module

        def forward(self, h, x):
            return self.part(halved(h, x))

    own = Own().train()
    found = CALLS["hold"](own, STATES, X)
    assert module.training
    assert_same(found, CALLS["hold"](own.double().eval(), STATES, X))


QUIET = {
    "float32 inside": lambda h, x: halved(h, x).float().double(),
    "relu": lambda h, x: torch.relu(0.5 * h + x @ INTO),
    "kink at the start": lambda h, x: torch.relu(h) - torch.relu(-0.5 * h),
    "steep": lambda h, x: torch.tanh(1e4 * h),
    "jump": lambda h, x: 0.3 * h - torch.sign(h),
    "loop over rows": lambda h, x: torch.stack([halved(a, b) for a, b in zip(h, x)]),
    "huge": lambda h, x: 1e150 * halved(h, x),
    "tiny": lambda h, x: 1e-150 * halved(h, x),
    "not finite elsewhere": lambda h, x: torch.where(h > 50, math.nan, 0.5 * h),
    "modulo": lambda h, x: torch.remainder(h + 0.1, 1.0),
    "einsum": lambda h, x: torch.tanh(torch.einsum("ns,st->nt", h, torch.ones(3, 3).double() / 9)),
}


@pytest.mark.parametrize("quiet", QUIET.values(), ids=QUIET)
@pytest.mark.parametrize("count", [1, 2, 64, 1000])
def test_no_false_alarm(quiet, count):
    for states in (np.random.default_rng(4).normal(size=(count, S)), np.zeros((count, S))):
        jacobians(quiet, states, np.zeros(E))


@pytest.mark.parametrize("size", [12, 128])
@pytest.mark.parametrize("name", sorted(CELLS))
def test_no_false_alarm_for_cells(name, size):
    cell = make_cell(name, 4, size)
    cell.reset_parameters(torch.Generator().manual_seed(0))
    for scale in (0.0, 1.0, 100.0):
        states = scale * torch.randn(6, cell.state_size, generator=torch.Generator().manual_seed(1))
        jacobians(cell, states, torch.zeros(4))


@pytest.mark.parametrize("seed", range(8))
def test_no_false_alarm_where_states_run_away(seed):
    """States of a rectified network that grows differ by powers of ten, row by row and within."""
    rng = np.random.default_rng(seed)
    cell = make_cell("relu", 4, 8)
    cell.reset_parameters(torch.Generator().manual_seed(seed))
    with torch.no_grad():
        cell.weight_hh.mul_(3)
    for sizes in (10.0 ** rng.uniform(0, 16, (6, 1)), 10.0 ** rng.uniform(0, 16, (6, 8))):
        jacobians(cell, sizes * np.abs(rng.normal(size=(6, 8))), np.zeros(4))


class Doubled(type(make_cell("vanilla", E, S))):
    """Another formula with the Jacobians that it inherits."""

    def forward(self, h, x):
        return 2 * super().forward(h, x)


def half_detached(h, x):
    return torch.tanh(0.3 * h + 0.3 * h.detach() + x @ INTO)


def rounded_straight_through(h, x):
    value = torch.tanh(2 * h + x @ INTO)
    return value + (0.5 * value**2).detach()


def other_formula():
    cell = Doubled(E, S)
    cell.reset_parameters(torch.Generator().manual_seed(0))
    return cell


@pytest.mark.parametrize("wrong", [other_formula(), half_detached, rounded_straight_through])
@pytest.mark.parametrize("name", sorted(set(ALL) - NO_GRADIENTS))
def test_derivatives_that_are_not_those_of_the_values_are_told(name, wrong):
    with pytest.raises(ValueError, match="derivatives of the step") as error:
        ALL[name](wrong, STATES, X)
    one_sentence(error)


def test_searches_that_need_no_derivatives_do_not_ask_for_them():
    assert_same(
        CALLS["hold"](half_detached, STATES, X),
        CALLS["hold"](lambda h, x: torch.tanh(0.6 * h + x @ INTO), STATES, X),
        1e-12,
    )


# Arrays of other kinds

KINDS = {
    "frame": pd.DataFrame,
    "lists": lambda a: a.tolist(),
    "tuples": lambda a: tuple(map(tuple, a.tolist())),
    "tensors in a list": lambda a: [torch.tensor(row, requires_grad=True) for row in a],
    "arrays in a list": list,
    "objects": lambda a: a.astype(object),
    "big-endian": lambda a: a.astype(">f8"),
    "transposed": np.asfortranarray,
    "backwards": lambda a: a[::-1][::-1],
    "long double": lambda a: a.astype(np.longdouble),
    "read-only": lambda a: np.frombuffer(a.tobytes()).reshape(a.shape),
    "no mask": np.ma.masked_array,
    "matrix": scipy.sparse.csr_matrix,
    "sparse": lambda a: torch.from_numpy(a).to_sparse(),
    "csr": lambda a: torch.from_numpy(a).to_sparse_csr(),
    "gradient": lambda a: torch.tensor(a, requires_grad=True),
    "parameter": lambda a: nn.Parameter(torch.tensor(a)),
    "lazy conjugate": lambda a: torch.tensor(a + 0j).conj().real,
    "mixed frame": lambda a: pd.DataFrame(a).astype({0: object}),
}


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support:UserWarning")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_other_kinds_of_arrays_are_the_same_as_arrays(call, kind):
    assert_same(call(halved, kind(STATES), X), call(halved, STATES, X))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int64", "int8", "uint16", "bool"])
@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_other_dtypes_are_the_same_as_their_values(call, dtype):
    states, x = (3 * STATES).astype(dtype), np.array([1, 0], dtype)
    expected = call(halved, states.astype(float), x.astype(float))
    assert_same(call(halved, states, x), expected)
    if dtype != "uint16":
        assert_same(call(halved, torch.from_numpy(states), torch.from_numpy(x)), expected)
    assert_same(call(halved, states, pd.Series(x)), expected)


WRONG = {
    "none": None,
    "text": "states",
    "texts": np.full((5, S), "0.5"),
    "complex": STATES + 0j,
    "complex tensor": torch.from_numpy(STATES + 0j),
    "ragged": [[1.0, 2.0, 3.0], [1.0]],
    "mask": np.ma.masked_array(STATES, STATES > 0),
    "missing": pd.DataFrame(STATES).astype("Float64").mask(STATES > 0),
    "dates": np.zeros((5, S), "datetime64[s]"),
    "dictionary": {"h": 1},
    "module": nn.Linear(E, S),
    "empty": [],
    "meta": torch.zeros(5, S, device="meta"),
    "flat": STATES[0],
    "deep": STATES[None],
    "nan": np.where(STATES > 1, np.nan, STATES),
    "inf": np.where(STATES > 1, np.inf, STATES),
}


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_what_is_no_array_of_states_is_one_sentence(call, value):
    with pytest.raises(ValueError, match=r"states|seen") as error:
        call(halved, value, X)
    one_sentence(error)


@pytest.mark.parametrize("name", [name for name in WRONG if name not in ("flat", "deep", "empty")])
@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_what_is_no_input_is_one_sentence(call, name):
    with pytest.raises(ValueError, match="x ") as error:
        call(halved, STATES, WRONG[name])
    one_sentence(error)


OTHERS = {
    "word_vectors": lambda v: word_effects(halved, STATES, X, v, READOUT),
    "readout": lambda v: word_effects(halved, STATES, X, WORDS, v),
    "word_vectors of modes": lambda v: word_mode_effects(halved, STATES, X, v, MODES),
    "modes": lambda v: word_mode_effects(halved, STATES, X, WORDS, v),
    "word_vectors of prediction": lambda v: linear_prediction(halved, STATES, X, v, READOUT),
    "readout of prediction": lambda v: linear_prediction(halved, STATES, X, WORDS, v),
    "displacement": lambda v: rollout_error(halved, STATES, X, v),
    "steps": lambda v: rollout_error(halved, STATES, X, STATES, steps=v),
    "directions": lambda v: integration.hold_r2(halved, STATES, X, v, 3),
    "sequences": lambda v: integration.sequence_effects(halved, STATES, X, v, READOUT),
    "modifier": lambda v: modifiers.modifier_gain(halved, STATES, X, v, WORDS, READOUT),
    "words": lambda v: modifiers.lasting_share(halved, STATES, X, v),
    "axes": lambda v: modifiers.share_along(halved, STATES, X, WORDS, v),
    "origin": lambda v: flow.plane_flow(halved, v, AXES, STATES, X),
    "axes of a plane": lambda v: flow.plane_flow(halved, np.zeros(S), v, STATES, X),
    "vectors": lambda v: flow.word_kicks(halved, STATES, X, v, AXES),
    "inputs": lambda v: step.layer_states(nn.GRU(E, S), v),
    "true": lambda v: integration.r_squared(v, STATES),
    "effects": integration.position_independence,
    "at_once": lambda v: integration.delayed_independence(v, np.zeros((2, 3, 1))),
    "delayed": lambda v: integration.delayed_share(np.zeros((2, 3, 1)), v),
    "words over time": lambda v: integration.effects_over_time(halved, STATES, X, v, READOUT, [0]),
    "matrices": spectrum.decompose,
    "matrix": lambda v: spectrum.fast_part(v, STATES[0], 5.0),
    "r": lambda v: spectrum.fast_part(np.eye(S), v, 5.0),
    "points": lambda v: distinct_roots(v, np.zeros(5), 0.1),
    "status": lambda v: distinct_roots(STATES, v, 0.1),
    "found": lambda v: skeleton(halved, v, X, radius=0.1),
    "found between": lambda v: search_between(halved, v, X, radius=0.1),
    "rows": lambda v: spread(np.zeros(2), v, 3, 0.0),
}


@pytest.mark.parametrize("name", ["none", "text", "ragged", "dictionary", "module", "empty"])
@pytest.mark.parametrize("call", OTHERS.values(), ids=OTHERS)
def test_other_arguments_are_guarded_too(call, name):
    with pytest.raises(ValueError, match=r"must|given|hold|indices") as error:
        call(WRONG[name])
    one_sentence(error)


# Options

NO_NUMBERS = [None, "1", True, math.nan, math.inf, -1, [1], np.array([1.0, 2.0]), 1 + 0j]
NO_COUNTS = [*NO_NUMBERS, 1.5, 2.0, np.float64(2), Fraction(3, 2)]


def project(**options):
    return project_to_slow_manifold(halved, STATES, X, **options)


def between(**options):
    found = find_fixed_points(halved, STATES, X)
    return search_between(halved, found, X, **{"radius": 0.1, **options})


OPTIONS = {
    "min_tau": (project, NO_NUMBERS),
    "min_gap": (project, [0.5, *NO_NUMBERS[1:]]),  # None: no gap is asked for
    "audit": (project, [*NO_NUMBERS, 1.5]),
    "memory_mb": (project, [0, *NO_NUMBERS[1:]]),
    "relax_steps": (project, [*NO_COUNTS, 4]),
    "rounds": (project, [*NO_COUNTS, 0]),
    "seed": (project, NO_COUNTS),
    "modes": (project, [None, 1, "no", np.zeros(2)]),
    "tolerance": (lambda **o: find_fixed_points(halved, STATES, X, **o), [0, *NO_NUMBERS]),
    "max_iterations": (lambda **o: find_fixed_points(halved, STATES, X, **o), NO_COUNTS),
    "steps": (lambda **o: descent.relax(halved, STATES, X, **o), NO_COUNTS),
    "damping": (lambda **o: descent.damped_gauss_newton(halved, STATES, X, **o), NO_NUMBERS),
    "iterations": (lambda **o: descent.damped_gauss_newton(halved, STATES, X, **o), NO_COUNTS),
    "settled": (lambda **o: descent.damped_gauss_newton(halved, STATES, X, **o), NO_NUMBERS),
    "learning_rate": (lambda **o: descent.adam_search(halved, STATES, X, **o), NO_NUMBERS),
    "betas": (lambda **o: descent.adam_search(halved, STATES, X, **o), [*NO_NUMBERS, (0.9, 1)]),
    "eps": (lambda **o: descent.adam_search(halved, STATES, X, **o), NO_NUMBERS),
    "max_steps": (lambda **o: descent.adam_search(halved, STATES, X, **o), NO_COUNTS),
    "noise": (lambda **o: descent.adam_search(halved, STATES, X, **o), NO_NUMBERS),
    "words": (lambda **o: integration.hold(halved, STATES, X, **o), NO_COUNTS),
    "settle": (
        lambda **o: integration.sequence_effects(halved, STATES, X, WORDS[:, None], AXES, **o),
        NO_COUNTS,
    ),
    "radius": (between, NO_NUMBERS),
    "most_starts": (between, [0, *NO_COUNTS]),
    "cap": (lambda **o: spectrum.time_constants([0.5], **o), [0, *NO_NUMBERS[:4], -1]),
    "margin": (lambda **o: spectrum.stability([[0.5]], **o), NO_NUMBERS),
    "count": (lambda **o: flow.spread_rows(**o), NO_COUNTS),
    "state_size": (lambda **o: step.chunk_length(input_size=1, memory_mb=1, **o), NO_COUNTS),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_a_wrong_kind_are_named(name):
    call, values = OPTIONS[name]
    for value in values:
        with pytest.raises(ValueError, match=name) as error:
            call(**{name: value})
        one_sentence(error)


def test_numbers_of_numpy_and_torch_are_numbers():
    expected = project(min_tau=10, relax_steps=1, memory_mb=64)
    assert_same(project(min_tau=np.float32(10), relax_steps=np.int8(1), memory_mb=64.0), expected)
    assert_same(
        project(min_tau=torch.tensor(10), relax_steps=np.array(1), memory_mb=Fraction(64)), expected
    )


def test_spectra_take_what_is_complex():
    values = torch.tensor([0.5 + 0.5j, 0.99])
    expected = spectrum.time_constants(values.numpy())
    assert_same(spectrum.time_constants(values), expected)
    assert_same(spectrum.time_constants(values.tolist()), expected)
