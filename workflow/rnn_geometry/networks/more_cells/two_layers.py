"""Two layers of any built-in cell, the upper one reading what the lower one has just put out.

`TwoGRU`, `TwoLSTM` and so on are made when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, wraps
from inspect import Parameter, signature
from typing import Any

import torch
from torch import nn

from rnn_geometry.networks.cells import Cell
from rnn_geometry.networks.make import cell_class, options_of
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.networks.torch_cells import Layers

LAYERS = 2


class TwoLayers(Layers):
    """Two layers of a built-in cell; the flat state holds the upper one's first.

    Parameters
    ----------
    input_size : int
        Entries E of a word vector.
    hidden_size : int
        Units H of a layer.
    **options
        Of the class of either layer.
    """

    of: str  # name of the cell

    def __init__(self, input_size: int, hidden_size: int, **options: Any):
        kind = cell_class(self.of)
        made = [kind(hidden_size if i else input_size, hidden_size, **options) for i in (0, 1)]
        Cell.__init__(self, input_size, hidden_size, LAYERS * made[0].state_size)
        self.layers = nn.ModuleList(made)

    def reset_parameters(self, generator: torch.Generator, **options: Any) -> None:
        """Draw the weights of either layer, the lower one first."""
        for layer in self.cells():
            layer.reset_parameters(generator, **options)


@cache
def __getattr__(name: str) -> type[TwoLayers]:
    """Return the class of two layers of a cell whose class bears the rest of the name."""
    for cell, entry in CELLS.items():
        if name == f"Two{entry.path.rpartition(':')[2]}":
            return _two_of(cell, name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


def _two_of(cell: str, name: str) -> type[TwoLayers]:
    """Return the class, whose options are those of the cell."""
    known = options_of(cell_class(cell))
    methods = {
        "__init__": _taking(TwoLayers.__init__, known.of_class or ()),
        "reset_parameters": _taking(TwoLayers.reset_parameters, known.of_weights or ()),
    }
    return type(name, (TwoLayers,), {"of": cell, "__module__": __name__, **methods})


def _taking(function: Callable[..., None], options: Iterable[str]) -> Callable[..., None]:
    """Return a method that says which options it takes."""

    @wraps(function)
    def called(*given: Any, **options: Any) -> None:
        function(*given, **options)

    stated = signature(function)
    places = [p for p in stated.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    named = [Parameter(option, Parameter.KEYWORD_ONLY) for option in options]
    called.__signature__ = stated.replace(parameters=[*places, *named])  # type: ignore
    return called
