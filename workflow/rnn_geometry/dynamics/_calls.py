"""Calls of a step, of its closed form and of its derivatives: every fault is one sentence.

What a step does on the three rows that are tried says little of the thousands that follow, so that
every call is judged. A lack of memory stays the error that it is.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

import torch
from torch import Tensor, nn

from rnn_geometry.dynamics._checks import refusal
from rnn_geometry.dynamics._copies import OutOfInference
from rnn_geometry.dynamics.step import Step
from rnn_geometry.errors import lacks_memory, told

if TYPE_CHECKING:
    from rnn_geometry.dynamics._structure import Structure

NO_GRADIENT = (
    "The step is not differentiable: its result carries no gradient with respect to h or x."
)


class PrivateStep:
    """A step that shares no tensor with an analysis: it can write into what it takes and returns.

    `jacobians` is None where the step has no closed form, or has hooks, which no formula knows of.
    """

    def __init__(self, step: Step, writes: bool):
        self.step, self.writes = step, writes
        self.inferred = False  # whether it uses tensors that were made in inference mode
        self.looks = 0  # for a structure
        self.structure: Structure | None = None
        self.state_size = getattr(step, "state_size", None)
        self.input_size = getattr(step, "input_size", None)
        closed = None if hooked(step) else getattr(step, "jacobians", None)
        self.jacobians = None if closed is None else lambda h, x: closed_form(closed, h, x)
        self.products: Any = None  # products with J that do not make it, see `System`

    def __call__(self, h: Tensor, x: Tensor) -> Tensor:
        """Return F(h, x), (n, S); ValueError where the step fails or returns anything else."""
        try:
            with OutOfInference() if self.inferred else nullcontext():
                result = self.step(self._own(h), self._own(x))
        except Exception as error:
            if not self.inferred and "nference tensor" in str(error):
                self.inferred = True
                return self(h, x)
            fail(f"The step failed on {_given(h, x)}", error, self._hint(h, x, str(error)))
        self._check(result, h, x)
        # A gradient knows by itself when a result was overwritten.
        return result if torch.is_grad_enabled() else result.clone()

    def _own(self, value: Tensor) -> Tensor:
        """Return a copy of what can be written into."""
        # torch refuses to write into a variable; a copy would change the order in which parts of
        # its gradient are added.
        variable = torch.is_grad_enabled() and value.requires_grad
        return value if variable and not self.writes else value.clone()

    def _check(self, result: Any, h: Tensor, x: Tensor) -> None:
        """Refuse what is no new state."""
        if not isinstance(result, Tensor):
            raise refusal(
                f"The step must return a tensor, it returned {type(result).__name__}"
                f"{'; return torch.cat(state, -1) of several parts' * isinstance(result, tuple)}."
            )
        if result.is_nested or result.layout != torch.strided or result.device != h.device:
            kind = "a nested tensor" if result.is_nested else f"{result.layout} on {result.device}"
            raise refusal(
                f"The step must return a dense tensor on {h.device} as its states are, "
                f"it returned {kind}."
            )
        if result.shape != h.shape:
            raise refusal(
                f"The step must return a state of shape {tuple(h.shape)}, "
                f"it returned {tuple(result.shape)}{self._hint(h, x)}"
            )
        if result.dtype != torch.float64:
            raise refusal(
                "The step must return torch.float64 for float64 states, "
                f"it returned {result.dtype}."
            )

    def _hint(self, h: Tensor, x: Tensor, reason: str = "") -> str:
        """Return a likely cause of a failure."""
        size, entries = self.state_size, self.input_size
        if type(size) is int and 2 * h.shape[1] == size:
            return (
                f"; the state has {size} entries, h of all layers and c of an LSTM: layer_states "
                "collects them."
            )
        if (
            type(size) is int
            and type(entries) is int
            and (h.shape[1], x.shape[1])
            != (
                size,
                entries,
            )
        ):
            return f"; it takes states of {size} and inputs of {entries} entries."
        if "dtype" in reason or "scalar type" in reason:
            return "; all that it uses must be float64, as with module.double()."
        try:
            swapped = h.shape[1] != x.shape[1] and (
                self.step(self._own(x), self._own(h)).shape == h.shape
            )
        except Exception:
            swapped = False
        return "; it seems to take (x, h): pass lambda h, x: step(x, h)." if swapped else "."


def hooked(step: Any) -> bool:
    """Say whether torch calls anything before or after a module, or a part of it."""
    parts = step.modules() if isinstance(step, nn.Module) else ()
    return any(
        vars(part).get(name) for part in parts for name in ("_forward_hooks", "_forward_pre_hooks")
    )


def _given(h: Tensor, x: Tensor) -> str:
    """Return what a step was given."""
    gradients = torch.is_grad_enabled() and (h.requires_grad or x.requires_grad)
    return (
        f"float64 states {tuple(h.shape)} and inputs {tuple(x.shape)}"
        f"{' that need gradients' * gradients}"
    )


def fail(what: str, error: Exception, hint: str = ".") -> NoReturn:
    """Say what failed for an error in code of the caller's."""
    if lacks_memory(error):
        raise error
    text = told(error, 200)
    if "numpy" in text and "requires grad" in text:
        hint = "; use functions of torch in place of those of numpy."
    raise refusal(f"{what}: {text.removesuffix('.')}{hint}") from error


def closed_form(jacobians: Any, h: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a method `jacobians` of a step says, float64 (n, S, S) and (n, S, E)."""
    try:
        with torch.no_grad():
            found = jacobians(h.clone(), x.clone())
    except Exception as error:
        fail(f"step.jacobians failed on {_given(h, x)}", error)
    expected = (*h.shape, h.shape[1]), (*h.shape, x.shape[1])
    pair = isinstance(found, tuple | list) and len(found) == len(expected)
    if not (pair and all(isinstance(part, Tensor) for part in found)):
        parts = found if isinstance(found, tuple | list) else (found,)
        kinds = ", ".join(type(part).__name__ for part in parts)
        raise refusal(
            f"step.jacobians must return two tensors of shapes {expected[0]} and {expected[1]}, "
            f"it returned {kinds}."
        )
    shapes = tuple(tuple(part.shape) for part in found)
    if shapes != expected:
        raise refusal(f"step.jacobians returned the shapes {shapes}, expected {expected}.")
    return found[0].double(), found[1].double()


def gradients_of(
    result: Tensor, variables: list[Tensor], weights: Tensor | None = None, *, again: bool = False
) -> tuple[Tensor | None, ...]:
    """Return the gradients of a result; `again` keeps what the next call needs."""
    if isinstance(result, Tensor) and not result.requires_grad:
        raise refusal(NO_GRADIENT)
    try:
        return torch.autograd.grad(
            result, variables, weights, retain_graph=again, allow_unused=True
        )
    except Exception as error:
        fail("The derivatives of the step cannot be computed", error)
