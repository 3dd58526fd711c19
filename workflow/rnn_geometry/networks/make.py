"""A cell by its name, with its options: those of its class, and those of its initial weights."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from numbers import Integral
from typing import Any, NamedTuple

import torch

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.networks.cells import Cell, StackedCell
from rnn_geometry.networks.own import load_own
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.networks.sources import added_cells, is_own

SIZES = ("input_size", "hidden_size")


def make_cell(name: str, input_size: int, hidden_size: int, **options: Any) -> Cell:
    """Return a cell.

    Parameters
    ----------
    name
        A name in `registry.CELLS`, one that another package gives a cell, or a class of your own
        as `package.module:ClassName`.
    input_size
        Entries E of a word vector.
    hidden_size
        Units H.
    **options
        Keyword arguments of its class beyond the two sizes.

    Returns
    -------
    Cell
        Its weights are yet to be drawn (`reset_parameters`).

    Raises
    ------
    UserError
        For a name that is neither, sizes that are no whole numbers from 1, and an option that its
        class does not have.

    Examples
    --------
    >>> make_cell("lstm", input_size=3, hidden_size=8).state_size
    16
    """
    kind = cell_class(name)
    check_sizes(name, input_size, hidden_size)
    _refuse_unknown(name, options, options_of(kind).of_class)
    return kind(input_size, hidden_size, **options)


def cell_class(name: str) -> type[Cell]:
    """Return the class of a cell.

    Parameters
    ----------
    name
        See `make_cell`.

    Returns
    -------
    type
        A subclass of Cell.

    Raises
    ------
    UserError
        For a name that is neither built in nor a class of cells.
    """
    if not isinstance(name, str):
        raise UserError(f"the name of a cell is {quoted(name)}; accepted are {', '.join(CELLS)}.")
    if name in CELLS:
        module, _, attribute = CELLS[name].path.partition(":")
        return getattr(import_module(module), attribute)
    found = load_own(name) if is_own(name) else None
    if not (isinstance(found, type) and issubclass(found, Cell)):
        known = ", ".join([*CELLS, *added_cells()])
        raise UserError(
            f"unknown cell {quoted(name)}; accepted are {known}, or a subclass of "
            "rnn_geometry.Cell as folder/file.py:ClassName or package.module:ClassName."
        )
    return found


def check_sizes(name: str, input_size: Any, hidden_size: Any) -> None:
    """Refuse sizes of which no cell can be made.

    Parameters
    ----------
    name
        Of the cell.
    input_size, hidden_size
        Entries of a word vector, and units.

    Raises
    ------
    UserError
        For what is no whole number from 1.
    """
    for key, size in zip(SIZES, (input_size, hidden_size)):
        whole = isinstance(size, Integral) and not isinstance(size, bool)
        if not whole or size < 1:
            raise UserError(
                f"cell {name}: {key} is {quoted(size)}; accepted is a whole number from 1."
            )


class Options(NamedTuple):
    """Options that a class of cells takes; None: any.

    Attributes
    ----------
    of_class
        Keyword arguments of the class beyond the sizes.
    of_weights
        Those of `reset_parameters` beyond the generator.
    """

    of_class: tuple[str, ...] | None
    of_weights: tuple[str, ...] | None

    @property
    def all(self) -> tuple[str, ...] | None:
        """Those of either kind."""
        if self.of_class is None or self.of_weights is None:
            return None
        return tuple(dict.fromkeys([*self.of_class, *self.of_weights]))


def options_of(kind: type[Cell]) -> Options:
    """Return the options of a class of cells.

    Parameters
    ----------
    kind
        The class.

    Returns
    -------
    Options
        By what takes them.
    """
    ours = (Cell.__init__, StackedCell.__init__)  # `state_size` is for subclasses, not for people
    of_class = () if kind.__init__ in ours else _keywords(kind.__init__, 3)
    return Options(of_class, _keywords(kind.reset_parameters, 2))


def _keywords(function: Callable, first: int) -> tuple[str, ...] | None:
    """Return names of parameters from one on; None where any is taken."""
    parameters = list(inspect.signature(function).parameters.values())[first:]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return tuple(p.name for p in parameters if p.kind in named and p.name not in SIZES)


def build_cell(
    cell: str | type[Cell],
    input_size: int,
    hidden_size: int,
    generator: torch.Generator,
    options: Mapping[str, Any],
) -> Cell:
    """Return a cell with its weights drawn.

    Parameters
    ----------
    cell, input_size, hidden_size
        See `make_cell`; a class as well.
    generator
        Draws the weights.
    options
        `cell_options` of a configuration, of either kind.

    Returns
    -------
    Cell
        As it begins its training.

    Raises
    ------
    UserError
        For an unknown cell, and an option that it does not have.
    """
    kind = cell_class(cell) if isinstance(cell, str) else cell
    known = options_of(kind)
    _refuse_unknown(cell if isinstance(cell, str) else cell.__name__, options, known.all)
    of_class = _chosen(options, known.of_class, but=known.of_weights)
    made = kind(input_size, hidden_size, **of_class)
    made.reset_parameters(generator, **_chosen(options, known.of_weights, but=known.of_class))
    return made


def _chosen(
    options: Mapping[str, Any], known: tuple[str, ...] | None, but: tuple[str, ...] | None
) -> dict[str, Any]:
    """Return the options of one kind; one that takes any gets what the other does not name."""
    if known is None:
        return {name: value for name, value in options.items() if name not in (but or ())}
    return {name: value for name, value in options.items() if name in known}


def _refuse_unknown(name: str, options: Mapping[str, Any], known: tuple[str, ...] | None) -> None:
    unknown = [option for option in options if known is not None and option not in known]
    if unknown:
        raise UserError(
            f"cell_options of cell {quoted(name)}: {quoted(unknown[0])} is unknown; "
            f"accepted: {listed(known or ['none'])}."
        )
