"""A broken cell is refused with one sentence; whatever is a fixed differentiable map passes."""

import pytest
import torch
from torch import nn

from rnn_geometry import check_cell
from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.networks.cells import GRU, LSTM, Cell, VanillaRNN
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.networks.transformer import CausalTransformer


class Plain(Cell):
    """h' = tanh(W h + A x), which all below break in one way or keep."""

    def __init__(self, input_size, hidden_size, state_size=None):
        super().__init__(input_size, hidden_size, state_size)
        self.recurrent = nn.Parameter(torch.zeros(self.state_size, self.state_size))
        self.inputs = nn.Parameter(torch.zeros(self.state_size, input_size))

    def forward(self, h, x):
        return torch.tanh(h @ self.recurrent.T + x @ self.inputs.T)


def with_forward(function, base=Plain):
    """Return a class whose step is a function of the cell, h, x and the plain step."""

    class Made(base):
        def forward(self, h, x):
            return function(self, h, x, super().forward)

    return Made


def with_methods(base=Plain, **methods):
    return type("Made", (base,), methods)


def with_start(function, base=Plain):
    """Return a class whose __init__ does something more."""

    class Made(base):
        def __init__(self, input_size, hidden_size):
            super().__init__(input_size, hidden_size)
            function(self, hidden_size)

    return Made


# --- cells that are right -------------------------------------------------------------------------


class Leaky(Plain):
    def __init__(self, input_size, hidden_size, leak=0.1, *, gain=1.0):
        super().__init__(input_size, hidden_size)
        self.leak, self.gain = leak, gain

    def forward(self, h, x):
        return (1 - self.leak) * h + self.leak * super().forward(self.gain * h, x)


class Initialised(Plain):
    def reset_parameters(self, generator, scale=0.5):
        with torch.no_grad():
            self.recurrent.copy_(scale * torch.eye(self.state_size))
            self.inputs.normal_(generator=generator)


class Layers(Cell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.layers = nn.ModuleList([nn.Linear(hidden_size + input_size, hidden_size)])
        self.norm = nn.LayerNorm(hidden_size)
        self.register_buffer("scale", torch.full((hidden_size,), 0.5))

    def forward(self, h, x):
        return h + self.scale * self.norm(self.layers[0](torch.cat([h, x], -1)))


class OfTorch(Cell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.cell = nn.GRUCell(input_size, hidden_size)

    def forward(self, h, x):
        return self.cell(x, h)


class TwoParts(Plain):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, 2 * hidden_size)


class Undrawn(CausalTransformer):
    def reset_parameters(self, generator):
        for weight in self.parameters():
            nn.init.normal_(weight)


RIGHT = {
    **CELLS,
    "plain": Plain,
    "leaky": Leaky,
    "initialised": Initialised,
    "layers": Layers,
    "of torch": OfTorch,
    "two parts": TwoParts,
    "relu": with_forward(
        lambda self, h, x, step: torch.relu(h @ self.recurrent.T + x @ self.inputs.T)
    ),
    "steep": with_forward(
        lambda self, h, x, step: torch.tanh(30 * (h @ self.recurrent.T + x @ self.inputs.T))
    ),
    "learned initial state": with_methods(
        base=with_start(lambda self, size: setattr(self, "h0", nn.Parameter(torch.zeros(size)))),
        initial_state=lambda self, x: self.h0.expand(len(x), -1).to(x.dtype),
    ),
    "float32 constant beside": with_forward(
        lambda self, h, x, step: step(h, x) + 0.1 * torch.ones(self.hidden_size)
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_cell_that_is_right_passes(name):
    check_cell(name if name in CELLS else RIGHT[name], input_size=3, hidden_size=4)


def test_a_network_without_a_step_is_checked_before_one_would_be_taken():
    """It stands in the place of a cell, and no analysis asks for its step."""
    check_cell(CausalTransformer, hidden_size=8, heads=2)
    with pytest.raises(UserError, match=r"its weight 'entry\.weight' is not drawn"):
        check_cell(Undrawn, hidden_size=8)


def test_options_reach_the_cell_and_its_weights():
    check_cell(Leaky, leak=0.5, gain=2)
    check_cell(Initialised, scale=0.9)
    check_cell("vanilla", recurrent_identity=0.5)


def test_a_check_leaves_the_state_of_torch_alone():
    before = torch.random.get_rng_state()
    check_cell(Plain)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not torch.are_deterministic_algorithms_enabled()


# --- cells that are not ---------------------------------------------------------------------------


class Rounding(torch.autograd.Function):
    """Rounds, and says that it does not: a straight-through estimator."""

    @staticmethod
    def forward(ctx, h):
        return torch.round(h * 4) / 4

    @staticmethod
    def backward(ctx, gradient):
        return gradient


def remembering(self, h, x, step):
    self.calls = getattr(self, "calls", 0) + 1
    return step(h, x) * (1 + 0.01 * self.calls)


def writing(self, h, x, step):
    after = step(h, x)
    h *= 0.5
    return after


def writing_x(self, h, x, step):
    x += 1
    return step(h, x - 1)


def shorter(self, x, h0=None):
    return Cell.unroll(self, x, h0)[:, 1:]


def other_unroll(self, x, h0=None):
    return 1.001 * Cell.unroll(self, x, h0)


def forgetful_unroll(self, x, h0=None):
    return Cell.unroll(self, x, None)


def truncated_unroll(self, x, h0=None):
    h, states = self.initial_state(x) if h0 is None else h0, []
    for word in x.unbind(1):
        h = self(h.detach(), word)
        states.append(h)
    return torch.stack(states, 1)


def writing_unroll(self, x, h0=None):
    return self.forward(None, None)


def wrong_jacobians(self, h, x):
    slope = (1 - self(h, x) ** 2)[:, :, None]
    return (slope * self.recurrent).transpose(1, 2), slope * self.inputs


def swapped_jacobians(self, h, x):
    slope = (1 - self(h, x) ** 2)[:, :, None]
    return slope * self.inputs, slope * self.recurrent


def wrong_inputs(self, h, x):
    slope = (1 - self(h, x) ** 2)[:, :, None]
    return slope * self.recurrent, 1.01 * slope * self.inputs


def unseeded(self, generator):
    with torch.no_grad():
        for weight in self.parameters():
            weight.normal_()


def reseeded(self, generator):
    torch.manual_seed(0)
    unseeded(self, generator)


def unset(self, generator):
    with torch.no_grad():
        self.recurrent.normal_(generator=generator)
        self.inputs.copy_(torch.empty(self.inputs.shape))


def undrawn(self, generator):
    with torch.no_grad():
        self.recurrent.copy_(torch.eye(self.state_size))


def endless(self, generator):
    with torch.no_grad():
        self.recurrent.normal_(generator=generator).div_(0)


class NoSuper(Cell):
    def __init__(self, input_size, hidden_size):
        self.weight = nn.Parameter(torch.zeros(hidden_size))


class Swapped(Plain):
    def __init__(self, input_size, hidden_size):
        super().__init__(hidden_size, input_size)


class WrongState(Plain):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.state_size = 2 * hidden_size


class SmallState(Plain):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, hidden_size - 1)


class Uncopyable(Plain):
    def __deepcopy__(self, memo):
        raise TypeError("cannot be copied")


class LikeTorch(Plain):
    def forward(self, x, h):
        return super().forward(h, x)


class Demanding(Plain):
    def __init__(self, input_size, hidden_size, leak):
        super().__init__(input_size, hidden_size)


BROKEN = {
    "state_size too large": (WrongState, "forward fails|initial_state"),
    "state_size too small": (SmallState, "state_size is .*, less than the"),
    "sizes swapped": (Swapped, "its input_size is 8; pass both sizes"),
    "no super": (NoSuper, r"__init__ .*fail"),
    "missing argument": (Demanding, "__init__ .*leak"),
    "no forward": (Cell, "must define forward"),
    "float32 in a product": (
        with_forward(lambda self, h, x, step: step(h @ torch.eye(self.hidden_size), x)),
        "forward fails in float64 .*dtype",
    ),
    "float32 result": (with_forward(lambda self, h, x, step: step(h, x).float()), "float32 where"),
    "float64 result": (with_forward(lambda self, h, x, step: step(h, x).double()), "float64 where"),
    "float32 inside": (
        with_forward(lambda self, h, x, step: step(h, x).float().to(h.dtype)),
        "less than double precision",
    ),
    "half inside": (
        with_forward(lambda self, h, x, step: step(h.half().to(h.dtype), x)),
        "gradient of forward|double precision",
    ),
    "detached": (
        with_forward(lambda self, h, x, step: step(h, x).detach()),
        "gradient of forward with respect to h is zero",
    ),
    "state detached": (
        with_forward(lambda self, h, x, step: step(h.detach(), x)),
        "gradient of forward with respect to h is zero",
    ),
    "word detached": (
        with_forward(lambda self, h, x, step: step(h, x.detach())),
        "gradient of forward with respect to x is zero",
    ),
    "half detached": (
        with_forward(lambda self, h, x, step: step(0.5 * (h + h.detach()), x)),
        "gradient of forward with respect to h is not that",
    ),
    "no_grad": (with_methods(forward=torch.no_grad()(Plain.forward)), "gradient of forward"),
    "numpy inside": (
        with_forward(lambda self, h, x, step: h + torch.from_numpy(step(h, x).detach().numpy())),
        "gradient of forward",
    ),
    "weights detached": (
        with_forward(lambda self, h, x, step: h @ self.recurrent.detach() + x @ self.inputs.T),
        "weight recurrent has no gradient",
    ),
    "weights half detached": (
        with_forward(
            lambda self, h, x, step: step(h, x) + h @ self.recurrent.data + x @ self.inputs.data.T
        ),
        "gradient of its weight (recurrent|inputs) is not that",
    ),
    "rounded": (
        with_forward(lambda self, h, x, step: torch.round(step(h, x) * 100) / 100),
        "gradient of forward with respect to h is zero",
    ),
    "rounded finely": (
        with_forward(lambda self, h, x, step: torch.round(step(h, x), decimals=7)),
        "gradient of forward with respect to h is zero",
    ),
    "rounded in part": (
        with_forward(lambda self, h, x, step: 0.5 * h + torch.round(2 * step(h, x))),
        "gradient of forward|smooth",
    ),
    "rounded with a straight gradient": (
        with_forward(lambda self, h, x, step: Rounding.apply(step(h, x))),
        "gradient of forward with respect to h is not that|not smooth",
    ),
    "threshold": (
        with_forward(lambda self, h, x, step: (step(h, x) > 0).to(h.dtype)),
        "gradient of forward",
    ),
    "rows mixed": (
        with_forward(lambda self, h, x, step: step(h - h.mean(0), x)),
        "depends on the other rows",
    ),
    "softmax along the batch": (
        with_forward(lambda self, h, x, step: torch.softmax(step(h, x), 0)),
        "depends on the other rows",
    ),
    "batch norm": (
        with_forward(
            lambda self, h, x, step: self.norm(step(h, x)),
            base=with_start(lambda self, size: setattr(self, "norm", nn.BatchNorm1d(size))),
        ),
        "two results|other rows|writes into",
    ),
    "noise": (
        with_forward(lambda self, h, x, step: step(h, x) + 0.01 * torch.randn_like(h)),
        "two results for the same h and x",
    ),
    "noise while training": (
        with_forward(lambda self, h, x, step: step(h, x) + self.training * torch.randn_like(h)),
        "two results for the same h and x",
    ),
    "dropout": (
        with_forward(
            lambda self, h, x, step: nn.functional.dropout(step(h, x), 0.5, self.training)
        ),
        "two results for the same h and x",
    ),
    "another map while training": (
        with_forward(lambda self, h, x, step: step(h, x) * (0.9 if self.training else 1)),
        r"train\(\) and eval\(\) give two results",
    ),
    "memory": (with_forward(remembering), "two results for the same h and x"),
    "writes into h": (with_forward(writing), "forward writes into h or x"),
    "writes into x": (with_forward(writing_x), "forward writes into h or x"),
    "wrong shape": (with_forward(lambda self, h, x, step: step(h, x)[:, :-1]), "forward returns"),
    "one more axis": (with_forward(lambda self, h, x, step: step(h, x)[None]), "forward returns"),
    "one row for all": (
        with_forward(lambda self, h, x, step: step(h, x).mean(0, keepdim=True)),
        "forward returns",
    ),
    "a pair": (with_forward(lambda self, h, x, step: (step(h, x), h)), "forward returns tuple"),
    "nothing": (with_forward(lambda self, h, x, step: None), "forward returns NoneType"),
    "arguments swapped": (
        with_forward(lambda self, h, x, step: step(x, h)),
        "forward fails in float32 .*; mend it",
    ),
    "the order of torch": (
        LikeTorch,
        r"forward fails .*; in place of forward\(x, h\) define forward\(h, x\)\.",
    ),
    "NaN": (with_forward(lambda self, h, x, step: torch.sqrt(step(h, x))), "NaN or infinity"),
    "divided by the norm of x": (
        with_forward(lambda self, h, x, step: step(h, x / x.norm(dim=1, keepdim=True))),
        "not finite at x = 0",
    ),
    "divided by the norm of h": (
        with_forward(lambda self, h, x, step: step(h / h.norm(dim=1, keepdim=True), x)),
        "unroll returns NaN|not finite at the initial state",
    ),
    "root of x": (
        with_forward(lambda self, h, x, step: step(h, x.abs().sqrt())),
        "gradient is not finite at x = 0",
    ),
    "raises": (with_forward(lambda self, h, x, step: 1 / 0), "ZeroDivisionError"),
    "exits": (with_forward(lambda self, h, x, step: exit(3)), "SystemExit"),
    "unroll shorter": (with_methods(unroll=shorter), "unroll returns"),
    "unroll of another step": (with_methods(unroll=other_unroll), "unroll is not the step"),
    "unroll without h0": (with_methods(unroll=forgetful_unroll), "unroll from a state h0"),
    "unroll detached": (with_methods(unroll=truncated_unroll), "gradient of its weight"),
    "unroll that raises": (with_methods(unroll=writing_unroll), "unroll fails"),
    "outputs of another part": (
        with_methods(base=TwoParts, output=lambda self, state: state[..., self.hidden_size :]),
        "outputs or output is not the first hidden_size",
    ),
    "initial state too short": (
        with_methods(initial_state=lambda self, x: x.new_zeros(len(x), 3)),
        "initial_state returns",
    ),
    "initial state without rows": (
        with_methods(initial_state=lambda self, x: x.new_zeros(self.state_size)),
        "initial_state returns",
    ),
    "initial state in float32": (
        with_methods(initial_state=lambda self, x: torch.zeros(len(x), self.state_size)),
        "initial_state returns float32",
    ),
    "initial state for one word alone": (
        with_methods(initial_state=lambda self, x: x @ self.inputs.T),
        "initial_state returns",
    ),
    "jacobians wrong": (with_methods(jacobians=wrong_jacobians), "wrong dF/dh"),
    "jacobians wrong for x": (with_methods(jacobians=wrong_inputs), "wrong dF/dx"),
    "jacobians swapped": (with_methods(jacobians=swapped_jacobians), "must return tensors"),
    "jacobians None": (with_methods(jacobians=lambda self, h, x: None), "must return tensors"),
    "jacobians inherited": (
        with_forward(lambda self, h, x, step: step(0.9 * h, x), base=VanillaRNN),
        "unroll is not|wrong dF/dh",
    ),
    "gates inherited": (
        with_methods(base=GRU, advance=lambda self, h, drive: 0.5 * GRU.advance(self, h, drive)),
        "unroll is not",
    ),
    "outputs inherited": (
        with_methods(
            base=LSTM,
            advance=lambda self, h, drive: 0.5 * LSTM.advance(self, h, drive),
            unroll=Cell.unroll,
        ),
        "outputs or output is not",
    ),
    "weights unseeded": (with_methods(reset_parameters=unseeded), "not drawn from the generator"),
    "weights of one seed": (with_methods(reset_parameters=reseeded), "same for every seed"),
    "weights not drawn": (with_methods(reset_parameters=undrawn), "same for every seed"),
    "weights not set": (with_methods(reset_parameters=unset), "'inputs' is not set"),
    "weights infinite": (with_methods(reset_parameters=endless), "'recurrent' is not (finite|set)"),
    "reset without generator": (
        with_methods(reset_parameters=lambda self: None),
        "reset_parameters fail",
    ),
    "buffer drawn at once": (
        with_start(lambda self, size: self.register_buffer("mask", torch.rand(size))),
        "'mask' is not drawn from the generator",
    ),
    "plain tensor": (
        with_start(lambda self, size: setattr(self, "scale", torch.ones(size))),
        "attribute 'scale' holds tensors",
    ),
    "hidden tensor": (
        with_start(lambda self, size: setattr(self, "_parts", {"a": [torch.ones(size)]})),
        "attribute '_parts' holds tensors",
    ),
    "modules in a list": (
        with_start(lambda self, size: setattr(self, "layers", [nn.Linear(size, size)])),
        "attribute 'layers' holds tensors or modules",
    ),
    "frozen": (
        with_start(lambda self, size: self.recurrent.requires_grad_(False)),
        "weight 'recurrent' has no gradient; make it a buffer",
    ),
    "unused": (
        with_start(lambda self, size: setattr(self, "more", nn.Parameter(torch.ones(size)))),
        "weight more has no gradient: it is not used",
    ),
    "uncopyable": (Uncopyable, "cannot be copied"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_cell_is_one_sentence(name):
    cell, sentence = BROKEN[name]
    with pytest.raises(UserError, match=sentence) as caught:
        check_cell(cell)
    told = str(caught.value)
    assert told.startswith("cell ")
    assert len(told) <= LONGEST
    assert ";" in told


@pytest.mark.parametrize("thing", [int, nn.GRUCell, Plain(2, 3), None])
def test_what_is_no_class_of_cells_is_refused(thing):
    with pytest.raises(UserError, match="is no subclass of"):
        check_cell(thing)


def test_unknown_options_are_refused_by_name():
    with pytest.raises(UserError, match=r"'lek' is unknown; accepted: leak, gain"):
        check_cell(Leaky, lek=1)
    with pytest.raises(UserError, match=r"'state_size' is unknown; accepted: hold_bias"):
        check_cell("gru", state_size=9)
