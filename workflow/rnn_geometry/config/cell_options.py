"""The options of built-in cells, held against what they accept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_geometry.config.schema import _accepted, _shown
from rnn_geometry.errors import UserError
from rnn_geometry.networks.registry import CELLS, CellEntry

PAIRS = (("smallest_radius", "largest_radius"), ("shortest_step", "longest_step"))


def check_cell_options(name: str, model: Mapping[str, Any]) -> None:
    """Refuse options that a built-in cell does not know or accept.

    Those of a cell of your own are checked with its class.

    Parameters
    ----------
    name
        Of the model in `models` of a configuration.
    model
        Its keys, with defaults.

    Raises
    ------
    UserError
        With the key, and what is accepted.
    """
    cell = CELLS.get(model["cell"])
    if cell is None:
        return
    for option, value in model["cell_options"].items():
        key = f"config key models.{name}.cell_options.{option}"
        if option not in cell.options:
            raise UserError(f"{key}: unknown key; {_accepted(option, cell.options)}.")
        limit = cell.limits.get(option)
        if type(value) not in (int, float):
            raise UserError(
                f"{key}: {_shown(value)} is not accepted; accepted is a number such as 0.5."
            )
        if limit is not None and not limit.accepts(value):
            raise UserError(f"{key}: {_shown(value)} is not accepted; accepted is {limit.words()}.")
    _check_order(name, cell, model["cell_options"])
    _check_heads(name, cell, model)


def _check_order(name: str, cell: CellEntry, options: Mapping[str, Any]) -> None:
    """Refuse a smallest value above the largest, one of which may be the default."""
    for low, high in PAIRS:
        if low in cell.options:
            least, most = (options.get(key, cell.limits[key].default) for key in (low, high))
            if least >= most:
                raise UserError(
                    f"config key models.{name}.cell_options.{low}: {least} is not below {high},"
                    f" which is {most}; accepted is a smaller one."
                )


def _check_heads(name: str, cell: CellEntry, model: Mapping[str, Any]) -> None:
    """Refuse heads that do not share out the units."""
    if "head_size" in cell.options:
        size = model["cell_options"].get("head_size", cell.limits["head_size"].default)
        units = model["hidden_size"]
        if units % size:
            divisors = [str(n) for n in range(1, units + 1) if units % n == 0]
            raise UserError(
                f"config key models.{name}.cell_options.head_size: {size} does not divide"
                f" hidden_size {units}; accepted are {', '.join(divisors[:-1])} and {divisors[-1]}."
            )
