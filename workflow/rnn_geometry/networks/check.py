"""Whether a cell of a user's own can be trained and analysed: every fault is one sentence.

A training and an analysis take for granted that a cell is a fixed, differentiable map h' = F(h, x)
of every row by itself, the same in float32 and float64. A cell that is not would fail after hours,
or end in tables that mean nothing.
"""

from __future__ import annotations

import contextlib
import copy
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.networks._gradients import check_gradients, check_jacobians, check_training
from rnn_geometry.networks._trial import Trial, broken
from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.imported import read_asked
from rnn_geometry.networks.make import build_cell, cell_class, check_sizes
from rnn_geometry.networks.transformer import has_no_step

ROWS, WORDS = 3, 4
# Relative differences that rounding explains.
EXACT, SINGLE = 1e-9, 1e-3


def check_cell(
    cell: type[Cell] | str, *, input_size: int = 5, hidden_size: int = 8, **options: Any
) -> None:
    """Refuse a cell that the workflow could not train or analyse.

    Parameters
    ----------
    cell : type or str
        A subclass of `rnn_geometry.Cell`, or a cell by its name in configurations.
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H.
    **options
        `cell_options` of a configuration.

    Raises
    ------
    UserError
        With one sentence that says what is wrong and what to do.

    Examples
    --------
    >>> check_cell("gru")
    >>> class Leaky(Cell):
    ...     def forward(self, h, x):
    ...         return 0.9 * h.detach() + x.mean(1, keepdim=True)
    >>> check_cell(Leaky)
    Traceback (most recent call last):
    rnn_geometry.errors.UserError: cell Leaky: ...
    """
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(), _empty_memory_is_nan():
        warnings.simplefilter("ignore")
        trial = _trial(cell, input_size, hidden_size, options)
        for check in BEFORE_A_STEP if has_no_step(trial.single) else CHECKS:
            check(trial)


@contextlib.contextmanager
def _empty_memory_is_nan() -> Iterator[None]:
    """Let `torch.empty` hold NaN, so that a weight that nobody draws is seen."""
    before = torch.are_deterministic_algorithms_enabled()
    only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=only_warns)


def _trial(cell: type[Cell] | str, input_size: int, hidden_size: int, options: dict) -> Trial:
    """Return the cell in the states in which it is used, once its weights can be drawn."""
    kind = cell_class(cell) if isinstance(cell, str) else cell
    if not (isinstance(kind, type) and issubclass(kind, Cell)):
        raise UserError(
            f"check_cell: {quoted(cell)} is no subclass of rnn_geometry.Cell; pass one."
        )
    name = cell if isinstance(cell, str) else cell.__name__
    check_sizes(name, input_size, hidden_size)

    def made(weights: int, world: int) -> Cell:
        torch.manual_seed(world)
        generator = torch.Generator().manual_seed(weights)
        return build_cell(kind, input_size, hidden_size, generator, options)

    trial = Trial(name, input_size, hidden_size)
    trial.single = trial.calls("__init__ and reset_parameters fail", made, 0, 1)
    trial.again = trial.calls("__init__ and reset_parameters fail", made, 0, 2)
    trial.other = trial.calls("__init__ and reset_parameters fail", made, 1, 1)
    return trial


def _check_sizes(trial: Trial) -> None:
    cell = trial.single
    for key in ("input_size", "hidden_size"):
        if getattr(cell, key, None) != getattr(trial, key):
            raise broken(
                trial, f"its {key} is {getattr(cell, key, None)}", "pass both sizes to super()"
            )
    size = getattr(cell, "state_size", None)
    if type(size) is not int or size < trial.hidden_size:
        raise broken(
            trial,
            f"its state_size is {quoted(size)}, less than the {trial.hidden_size} hidden units "
            "that the readout sees",
            "pass state_size to super().__init__",
        )


def _check_registered(trial: Trial) -> None:
    """Refuse tensors and modules that torch does not know of: nothing moves or saves them."""
    known = set(vars(nn.Module()))
    for module in trial.single.modules():
        for key, value in vars(module).items():
            if key not in known and _holds(value, (Tensor, nn.Module)):
                raise broken(
                    trial,
                    f"its attribute {quoted(key)} holds tensors or modules that are not registered",
                    "use nn.Parameter, register_buffer or nn.ModuleList",
                )
    for key, weight in trial.single.named_parameters():
        if not weight.requires_grad:
            raise broken(
                trial, f"its weight {quoted(key)} has no gradient", "make it a buffer instead"
            )


def _holds(value: Any, kinds: tuple[type, ...], depth: int = 3) -> bool:
    """Tell whether a value is, or contains, one of some kinds."""
    if isinstance(value, kinds):
        return True
    if isinstance(value, dict):
        value = list(value.values())
    return (
        depth > 0
        and isinstance(value, (list, tuple, set))
        and any(_holds(item, kinds, depth - 1) for item in value)
    )


def _check_weights(trial: Trial) -> None:
    """Refuse weights that do not follow from the generator, and from it alone."""
    one, two, other = (_tensors(cell) for cell in (trial.single, trial.again, trial.other))
    for key, tensor in one.items():
        if tensor.shape != two[key].shape or not torch.equal(tensor, two[key]):
            unset = not bool(torch.isfinite(tensor).all())
            fault = "is not set" if unset else "is not drawn from the generator"
            raise broken(
                trial,
                f"its weight {quoted(key)} {fault}",
                "set all of them in reset_parameters(generator), each with generator=generator",
            )
        if not bool(torch.isfinite(tensor).all()):
            raise broken(
                trial,
                f"its weight {quoted(key)} is not finite at the beginning",
                "set it in reset_parameters",
            )
    drawn = [key for key, _ in trial.single.named_parameters()]
    if drawn and all(torch.equal(one[key], other[key]) for key in drawn):
        raise broken(
            trial,
            "its weights are the same for every seed",
            "draw them in reset_parameters(generator) with generator=generator",
        )


def _tensors(cell: Cell) -> dict[str, Tensor]:
    return {**dict(cell.named_parameters()), **dict(cell.named_buffers())}


def _check_copy(trial: Trial) -> None:
    """Make the copy in double precision that the analysis works on."""

    def copied() -> Cell:
        return copy.deepcopy(trial.single).double().eval().requires_grad_(False)

    trial.double = trial.calls("it cannot be copied (copy.deepcopy)", copied)
    shared = {id(weight) for weight in trial.single.parameters()}
    if any(id(weight) in shared for weight in trial.double.parameters()):
        raise broken(trial, "a copy shares its weights", "leave __deepcopy__ to torch")


def _check_start(trial: Trial) -> None:
    """Check the initial state for one word of every row, and for many."""
    for x in (trial.words(ROWS), trial.words(ROWS, WORDS)):
        h = trial.calls("initial_state fails", trial.double.initial_state, x)
        _check_state(trial, "initial_state", h, (ROWS, trial.double.state_size), torch.float64)
        alone = trial.calls("initial_state fails", trial.double.initial_state, x[1:2])
        if not _close(h[1:2], alone, EXACT):
            raise broken(trial, "initial_state depends on the other rows", "let it see its own row")


def _check_state(
    trial: Trial, what: str, h: Any, shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    plain = isinstance(h, Tensor) and not h.is_nested
    if not plain or tuple(h.shape) != shape:
        got = tuple(h.shape) if plain else type(h).__name__
        raise broken(trial, f"{what} returns {got} for {shape}", "return one flat state a row")
    if h.layout != torch.strided or h.device.type != "cpu":
        raise broken(trial, f"{what} returns no dense tensor", "return one as h is")
    if h.dtype != dtype:
        raise broken(
            trial,
            f"{what} returns {h.dtype} where h and x are {dtype}".replace("torch.", ""),
            "make constants with h.new_tensor or register_buffer",
        )
    if not bool(torch.isfinite(h).all()):
        raise broken(trial, f"{what} returns NaN or infinity", "keep its result finite")


def _check_step(trial: Trial) -> None:
    """Check one step in both precisions: a fixed map, of every row by itself."""
    for cell, dtype in ((trial.single, torch.float32), (trial.double, torch.float64)):
        h, x = trial.states(ROWS, dtype=dtype), trial.words(ROWS, dtype=dtype)
        kept = h.clone(), x.clone()
        with torch.no_grad():
            precision = str(dtype).removeprefix("torch.")
            after = trial.calls(f"forward fails in {precision}", cell, h, x)
            _check_state(trial, "forward", after, (ROWS, cell.state_size), dtype)
            first = after.clone()
            trial.calls("forward fails", cell, -h, -x)
            second = trial.calls("forward fails", cell, h, x)
        if not (torch.equal(h, kept[0]) and torch.equal(x, kept[1])):
            raise broken(trial, "forward writes into h or x", "make new tensors, as with h + 1")
        if not torch.equal(first, second):
            raise broken(
                trial,
                "forward gives two results for the same h and x",
                "leave out noise, dropout, and what it remembers between calls",
            )


def _check_rows(trial: Trial) -> None:
    cell = trial.double
    h, x = trial.states(ROWS), trial.words(ROWS)
    with torch.no_grad():
        together = cell(h, x)
        for i in range(ROWS):
            alone = trial.calls("forward fails on one row", cell, h[i : i + 1], x[i : i + 1])
            if alone.shape != together[:1].shape or not _close(together[i : i + 1], alone, EXACT):
                raise broken(
                    trial,
                    "the result of a row depends on the other rows of its batch",
                    "let no batch norm, mean or softmax run along the batch",
                )


def _check_modes(trial: Trial) -> None:
    """Refuse a cell that is another map while it is trained."""
    h, x = trial.states(ROWS), trial.words(ROWS)
    with torch.no_grad():
        evaluated = trial.double(h, x)
        trained = trial.calls("forward fails", copy.deepcopy(trial.double).train(), h, x)
    if not _close(evaluated, trained, EXACT):
        raise broken(
            trial, "train() and eval() give two results", "leave out dropout and `self.training`"
        )


def _check_unroll(trial: Trial) -> None:
    """Check that reading a text is the step, word by word, and that the readout sees h."""
    for cell, dtype, rounding in (
        (trial.double, torch.float64, EXACT),
        (trial.single, torch.float32, SINGLE),
    ):
        x, h0 = trial.words(ROWS, WORDS, dtype=dtype), trial.states(ROWS, dtype=dtype)
        for start in (None, h0):
            with torch.no_grad():
                expected = Cell.unroll(cell, x, None if start is None else start.clone())
                found = trial.calls("unroll fails", cell.unroll, x, start)
                _check_state(trial, "unroll", found, tuple(expected.shape), dtype)
            if not _close(found, expected, rounding):
                begun = "" if start is None else " from a state h0"
                raise broken(
                    trial, f"unroll{begun} is not the step word by word", "leave it to Cell"
                )
        with torch.no_grad():
            seen = trial.calls("outputs fails", cell.outputs, x)
            states = Cell.unroll(cell, x)
        readable = states[..., : trial.hidden_size]
        if not isinstance(seen, Tensor) or not _close(seen, readable, rounding):
            raise broken(
                trial,
                "outputs or output is not the first hidden_size entries of the state",
                "put what the readout sees first and leave both to Cell",
            )


def _close(found: Tensor, expected: Tensor, rounding: float) -> bool:
    """Tell whether two tensors are the same but for rounding."""
    if found.shape != expected.shape:
        return False
    scale = float(expected.abs().max().clamp(min=1)) if expected.numel() else 1.0
    return bool((found - expected).abs().max() <= rounding * scale)


# In this order: later ones take for granted what earlier ones found right.
BEFORE_A_STEP: tuple[Callable[[Trial], None], ...] = (
    _check_sizes,
    _check_registered,
    _check_weights,
    _check_copy,
)
CHECKS: tuple[Callable[[Trial], None], ...] = (
    *BEFORE_A_STEP,
    _check_start,
    _check_step,
    _check_rows,
    _check_modes,
    _check_unroll,
    check_gradients,
    check_jacobians,
    check_training,
)


def main(request: str, answer: str) -> None:
    """Check the cells that `networks.checked` asks for, and write what is wrong with each.

    Parameters
    ----------
    request
        A JSON file: by model, what to check.
    answer
        Where to write, by model, a sentence or null.
    """
    found: dict[str, str | None] = {}
    for name, facts in json.loads(Path(request).read_text(encoding="utf-8")).items():
        try:
            if "weights" in facts:
                read_asked(facts)
            else:
                sizes = {key: facts[key] for key in ("input_size", "hidden_size")}
                check_cell(facts["cell"], **sizes, **facts["options"])
            found[name] = None
        except UserError as error:
            found[name] = str(error)
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
