"""Steps h' = F(h, x) on one flat state, and torch's own modules made into them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnn_geometry.dynamics import closed_forms, gated
from rnn_geometry.dynamics._checks import memory, refusal, whole
from rnn_geometry.dynamics._copies import isolated, private_double, private_module, wrapped
from rnn_geometry.dynamics._tensors import real_tensor
from rnn_geometry.dynamics.gated import Gated, WithMemory

Array = np.ndarray | Tensor
# Takes states (n, S) and inputs (n, E) to states (n, S); rows do not depend on each other.
Step = Callable[[Tensor, Tensor], Tensor]

# Square matrices of doubles alive per point at once: the Jacobian, its closed-form terms, products,
# factors.
WORKSPACE_MATRICES = 8
CHUNK_MB = 128.0  # default memory budget

CELLS = (nn.RNNCell, nn.GRUCell, nn.LSTMCell)
LAYERS = (nn.RNN, nn.GRU, nn.LSTM)
# A step made of a module is compared with the module on so many rows and words, in float64 up to
# CLOSE, in its own precision up to LOOSE of the largest entry.
TRIED_ROWS, TRIED_WORDS = 3, 3
CLOSE = 1e-6
LOOSE = {torch.float32: 1e-4, torch.float64: CLOSE}


class TorchStep(nn.Module):
    """One step of a torch cell or layer, which is called as it is: with its hooks and its forward.

    The flat state is h, and (h, c) of an LSTM; of several layers h of the first comes first, then h
    of the others, then all c. Jacobians are those of a formula where there is one (`jacobians`).

    Parameters
    ----------
    module : nn.Module
        RNNCell, GRUCell, LSTMCell, RNN, GRU or LSTM. Shared, not copied.
    """

    def __init__(self, module: nn.RNNCellBase | nn.RNNBase):
        super().__init__()
        self.module = module
        self.input_size, hidden = int(module.input_size), int(module.hidden_size)
        self.layers = int(getattr(module, "num_layers", 1))
        self.batch_first = bool(getattr(module, "batch_first", True))
        widths = [int(getattr(module, "proj_size", 0)) or hidden]
        if isinstance(module, nn.LSTM | nn.LSTMCell):
            widths.append(hidden)
        self.widths = [self.layers * width for width in widths]
        self.state_size = sum(self.widths)
        self.formula_holds = True  # until it is compared with the module

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        """Return the next states (n, S) from states h (n, S) and inputs x (n, E)."""
        if isinstance(self.module, CELLS):
            parts = h.split(self.widths, -1)
            found = self.module(x, parts if len(parts) > 1 else h)
            return torch.cat(found, -1) if len(parts) > 1 else found
        return self.run(x[:, None], h)

    @property
    def jacobians(self) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None:
        """The closed form (h (n, S), x (n, E)) -> (dF/dh, dF/dx), or None where there is none.

        There is one for a cell or a single layer without projection whose forward is torch's own.
        It reads the weights through the module, so that parametrisations count.
        """
        kind = next(kind for kind in CELLS + LAYERS if isinstance(self.module, kind))
        plain = type(self.module).forward is kind.forward and "forward" not in vars(self.module)
        single = self.layers == 1 and len(set(self.widths)) == 1
        same = self.widths[0] == self.module.hidden_size
        return self._closed_form if self.formula_holds and plain and single and same else None

    def _closed_form(self, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return dF/dh (n, S, S) and dF/dx (n, S, E) by the formula of the module's kind."""
        of_states, drives, w, a = self._at(h, x)
        return getattr(closed_forms, f"{self._kind}_jacobians")(*of_states, *drives, w, a)

    @property
    def products(self) -> Callable[[Tensor, Tensor], Gated | WithMemory] | None:
        """What multiplies by dF/dh without making it, (h, x) -> Gated or WithMemory, or None."""
        return None if self.jacobians is None else self._products

    def _products(self, h: Tensor, x: Tensor) -> Gated | WithMemory:
        """Return the products with dF/dh by the formula of the module's kind."""
        of_states, drives, w, _ = self._at(h, x)
        return getattr(gated, f"{self._kind}_products")(*of_states, *drives, w)

    @property
    def _kind(self) -> str:
        """The formula's name."""
        module: Any = self.module
        if isinstance(module, nn.LSTM | nn.LSTMCell):
            return "lstm"
        if isinstance(module, nn.GRU | nn.GRUCell):
            return "gru"
        relu = "relu" in str(getattr(module, "mode", module.nonlinearity)).lower()
        return "relu" if relu else "tanh"

    def _at(self, h: Tensor, x: Tensor) -> tuple[list[Tensor], tuple[Tensor, Tensor], Any, Any]:
        """Return what formulas need: the part of the state, both drives, the weights W and A."""
        end = "" if isinstance(self.module, CELLS) else "_l0"
        w, a = (getattr(self.module, name + end) for name in ("weight_hh", "weight_ih"))
        hidden = h[:, : self.widths[0]]
        of_states = {"lstm": [h[:, self.widths[0] :]], "gru": [h]}.get(self._kind, [])
        return of_states, (self._drive(x, "ih" + end), self._drive(hidden, "hh" + end)), w, a

    def _drive(self, value: Tensor, name: str) -> Tensor:
        """Return W value + b, (n, GH), of the weights whose names end in `name`."""
        bias = getattr(self.module, f"bias_{name}", None)
        return nn.functional.linear(value, getattr(self.module, f"weight_{name}"), bias)

    def run(self, words: Tensor, h: Tensor) -> Tensor:
        """Return the states (n, S) of a layer after all words (n, T, E)."""
        parts = [
            part.reshape(len(h), self.layers, -1).transpose(0, 1).contiguous()
            for part in h.split(self.widths, -1)
        ]
        words = words if self.batch_first else words.transpose(0, 1)
        # cuDNN gives no gradients in evaluation mode.
        with torch.backends.cudnn.flags(enabled=False) if h.is_cuda else nullcontext():
            found = self.module(words, tuple(parts) if len(parts) > 1 else parts[0])[1]
        ends = found if len(parts) > 1 else (found,)
        return torch.cat([end.transpose(0, 1).reshape(len(h), -1) for end in ends], -1)


@isolated()
def torch_step(module: nn.Module) -> TorchStep:
    """Return one step of a recurrent module of torch.

    The module itself is called, so that pruning, weight norm, hooks and a forward of your own are
    in the step. When the step is made it is compared with the module on a few random states and
    words: a layer must make of several words what the step makes of them one by one.

    Parameters
    ----------
    module : nn.Module
        RNNCell, GRUCell or LSTMCell, or an RNN, GRU or LSTM of one direction, of any number of
        layers, also with a projection, compiled or in DataParallel too. The step shares its
        weights; every analysis works on a copy of them.

    Returns
    -------
    TorchStep
        A step h' = F(h, x) in evaluation mode. An LSTM's flat state is (h, c), S = 2H; of several
        layers it is h of all layers, then c of all layers.

    Raises
    ------
    ValueError
        For another module, two directions, weights that are not finite, and a module that does not
        agree with the step.

    Examples
    --------
    >>> step = torch_step(nn.LSTM(input_size=3, hidden_size=8))
    >>> step(torch.zeros(5, 16), torch.zeros(5, 3)).shape
    torch.Size([5, 16])
    """
    module = _bare(module)
    if not isinstance(module, CELLS + LAYERS):
        name = module.__name__ if isinstance(module, type) else type(module).__name__
        raise refusal(
            f"{name} is no recurrent module of torch (RNN, GRU, LSTM or a cell of them, made with "
            "its sizes); pass your own step(h, x) instead."
        )
    if getattr(module, "bidirectional", False):
        raise refusal(
            f"{type(module).__name__} reads in two directions, and its states are no steps in one "
            "direction; copy the weights without `_reverse` to a one-way layer and pass that."
        )
    if any(weight.is_meta for weight in module.parameters()):
        raise refusal("The weights of the module lie on the meta device; load them first.")
    for name, weight in module.named_parameters():
        if not weight.isfinite().all():
            raise refusal(
                f"{name} of {type(module).__name__} holds NaN or infinity; load weights of a "
                "training that has not diverged."
            )
    step = TorchStep(module)
    _compare(step)
    return step


def _bare(module: Any) -> Any:
    """Return the recurrent module within wrappers of torch, unless hooks on them do more."""
    if isinstance(module, TorchStep):
        return module.module
    *outer, inner = wrapped(module)
    around = (vars(part) for part in outer if isinstance(part, nn.Module))
    more = any(part["_forward_hooks"] or part["_forward_pre_hooks"] for part in around)
    return inner if isinstance(inner, CELLS + LAYERS) and not more else module


def _compare(step: TorchStep) -> None:
    """Refuse a step that does not agree with its module, in float64 and in the module's dtype."""
    name, dtype = type(step.module).__name__, next(step.module.parameters()).dtype
    own, double = private_module(step), private_double(step)
    try:
        expected = _stepped(double, torch.float64)
        whole = _at_once(double, torch.float64)
    except Exception as error:
        raise refusal(
            f"{name} does not take (input, state) as torch's own do ({error}); "
            "pass your own step(h, x)."
        ) from error
    results = [(whole, CLOSE)]
    if dtype in LOOSE:  # lower precision need not even run everywhere
        with warnings.catch_warnings():  # about kernels
            warnings.simplefilter("ignore")
            results.append((_at_once(own, dtype).double(), LOOSE[dtype]))
    for found, share in results:
        if found.shape != expected.shape or not _near(found, expected, share):
            raise refusal(
                f"A step of {name} is not what {name} does over several words, as where its "
                "forward or a hook changes what it returns; pass your own step(h, x)."
            )
    step.formula_holds = _formula_holds(double)


def _formula_holds(step: TorchStep) -> bool:
    """Say whether a step in float64 has a closed form that is what differentiating it gives."""
    if step.jacobians is None:
        return False
    h, words = _drawn(step, torch.float64)
    x, weights = words[:, 0].requires_grad_(), h.flip(0).clone()
    try:
        with torch.enable_grad():
            gradients = torch.autograd.grad(step(h.requires_grad_(), x), (h, x), weights)
        found = [(weights[:, None] @ matrices)[:, 0] for matrices in step.jacobians(h, x)]
    except Exception:  # a hook detaches, a weight has another name
        return False
    return all(_near(one, other, CLOSE) for one, other in zip(found, gradients))


def _near(found: Tensor, expected: Tensor, share: float) -> bool:
    """Say whether states agree up to a share of the largest entry."""
    return bool((found - expected).abs().max() <= share * expected.abs().max().clamp(min=1))


def _drawn(step: TorchStep, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return random states (n, S) and words (n, T, E), the same in every precision."""
    draw, device = np.random.default_rng(0), next(step.parameters()).device
    shapes = (TRIED_ROWS, step.state_size), (TRIED_ROWS, TRIED_WORDS, step.input_size)
    h, words = (torch.from_numpy(draw.normal(size=shape)).to(device, dtype) for shape in shapes)
    return h, words


def _stepped(step: TorchStep, dtype: torch.dtype) -> Tensor:
    """Return the states (n, T, S) after words that are read one by one."""
    h, words = _drawn(step, dtype)
    return torch.stack([h := step(h, word) for word in words.unbind(1)], 1)


def _at_once(step: TorchStep, dtype: torch.dtype) -> Tensor:
    """Return the same states, each of words that a layer reads at once; a cell has none such."""
    if isinstance(step.module, CELLS):
        return _stepped(step, dtype)
    h, words = _drawn(step, dtype)
    return torch.stack([step.run(words[:, : t + 1], h) for t in range(TRIED_WORDS)], 1)


@isolated()
def layer_states(layer: nn.Module, inputs: Array) -> Tensor:
    """Return the flat states of a layer of torch after every word of some texts.

    What the layer itself returns lacks the c of an LSTM, and all layers but the last.

    Parameters
    ----------
    layer : nn.Module
        RNN, GRU or LSTM, or a cell of them, as `torch_step` takes it.
    inputs : (B, T, E)
        The words of B texts, as the layer takes them: (T, B, E) for a layer without batch_first.

    Returns
    -------
    (B, T, S) float64
        States after each word, from zero states; the texts come first whatever the layer says.
        Those of words that only pad a text must be left out by you.

    Raises
    ------
    ValueError
        As `torch_step` does, and for inputs of another shape.

    Examples
    --------
    >>> lstm = nn.LSTM(input_size=3, hidden_size=8, batch_first=True)
    >>> layer_states(lstm, torch.zeros(4, 6, 3)).shape
    torch.Size([4, 6, 16])
    """
    if isinstance(inputs, nn.utils.rnn.PackedSequence):
        raise refusal(
            "inputs are packed; pass what pad_packed_sequence returns, and leave out the states "
            "after the end of each text."
        )
    step = private_double(torch_step(layer))
    shape = ("B", "T", step.input_size) if step.batch_first else ("T", "B", step.input_size)
    words = real_tensor("inputs", inputs, shape, device=next(step.parameters()).device)
    words = words if step.batch_first else words.transpose(0, 1)
    if 0 in words.shape[:2]:
        raise refusal(f"inputs must hold a text and a word, got the shape {tuple(words.shape)}.")
    h = words.new_zeros(len(words), step.state_size)
    return torch.stack([h := step(h, word) for word in words.unbind(1)], 1)


def budget(memory_mb: float | None) -> float:
    """Return the memory that the workspace of a chunk of points may take.

    Parameters
    ----------
    memory_mb : float or None
        MB asked for. None: what is fastest on a CPU, small chunks that stay in its cache.

    Returns
    -------
    float
        MB.

    Raises
    ------
    ValueError
        For a budget that is not above 0.
    """
    return CHUNK_MB if memory_mb is None else memory(memory_mb)


def chunk_length(state_size: int, input_size: int, memory_mb: float) -> int:
    """Return how many points are worked on at once, a function of what is passed and nothing else.

    Parameters
    ----------
    state_size : int
        Entries S of a state.
    input_size : int
        Entries E of an input.
    memory_mb : float
        Budget in MB.

    Returns
    -------
    int
        Points, at least 1.

    Raises
    ------
    ValueError
        For sizes that are no whole numbers from 1, and a budget that is not above 0.

    Examples
    --------
    >>> chunk_length(state_size=64, input_size=3, memory_mb=16)
    61
    """
    state_size = whole("state_size", state_size, low=1)
    input_size = whole("input_size", input_size)
    memory_mb = memory(memory_mb)
    per_point = 8 * WORKSPACE_MATRICES * state_size * (state_size + input_size)
    return max(1, int(memory_mb * 2**20 // per_point))
