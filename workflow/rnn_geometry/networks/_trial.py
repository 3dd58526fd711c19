"""A cell on trial: its copies, what it is given, and how a fault is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor

from rnn_geometry.errors import UserError
from rnn_geometry.networks.cells import Cell

Result = TypeVar("Result")
# The order of torch's own cells.
SWAPPED = (["x", "h"], ["input", "hx"], ["input", "h"], ["input", "state"], ["inputs", "state"])


class Trial:
    """A cell in the states in which it is used.

    Attributes
    ----------
    single, again, other
        As it is trained; made once more; and with weights of another seed.
    double
        As it is analysed.
    """

    single: Cell
    again: Cell
    other: Cell
    double: Cell

    def __init__(self, name: str, input_size: int, hidden_size: int):
        self.name, self.input_size, self.hidden_size = name, input_size, hidden_size

    def states(self, rows: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
        """Return states (rows, S)."""
        return 0.5 * _draw(rows, self.single.state_size, seed=seed).to(dtype)

    def words(self, *shape: int, seed: int = 1, dtype: torch.dtype = torch.float64) -> Tensor:
        """Return word vectors (*shape, E)."""
        return _draw(*shape, self.input_size, seed=seed).to(dtype)

    def calls(self, fault: str, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call what a user wrote; whatever it raises becomes a sentence."""
        try:
            return function(*arguments)
        except UserError:
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            reason = " ".join(str(error).split())[:120]
            raise broken(
                self, f"{fault} ({type(error).__name__}: {reason})", self._remedy(function)
            ) from error

    def _remedy(self, function: Callable[..., Any]) -> str:
        """Return what to do about a call that failed."""
        if isinstance(function, Cell):
            names = list(inspect.signature(type(function).forward).parameters)[1:3]
            if names in SWAPPED:
                return f"in place of forward({', '.join(names)}) define forward(h, x)"
        return "mend it"


def _draw(*shape: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def broken(trial: Trial, fault: str, remedy: str) -> UserError:
    """Return what to say of a cell: what is wrong, and the way on."""
    return UserError(f"cell {trial.name}: {fault}; {remedy}.")
