"""Values of sweeps: which are accepted, and how they stand in names and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rnn_geometry.errors import UserError, in_part, quoted

CELL_OPTION = "cell_options."  # one option of a cell, as cell_options.leak


def check_over(over: str, key: str, options: Iterable[str] = ()) -> None:
    """Refuse to vary what no network depends on, and options of a cell without their prefix.

    Parameters
    ----------
    over
        What a sweep varies.
    key
        The key of the sweep, for the sentence.
    options
        Names of the options of its cells.

    Raises
    ------
    UserError
        For either.
    """
    if over == "name":
        raise UserError(f"config key {key}.over: a name is no setting that can be varied.")
    if over in ("seed", "seeds", "cell", "cells", "model", "models", "task", "tasks"):
        raise UserError(
            f"config key {key}.over: {over} is no setting that a sweep varies; write what "
            "is to be compared into seeds, cells and tasks of the configuration, without a sweep."
        )
    if over == CELL_OPTION.rstrip("."):
        raise UserError(
            f"config key {key}.over: name one option of the cell, as {CELL_OPTION}leak, and its "
            "values."
        )
    if over in options:
        raise UserError(
            f"config key {key}.over: {over} is an option of a cell; write {CELL_OPTION}{over}."
        )


def check_value(value: Any, key: str) -> None:
    """Refuse a value of a sweep that makes no name of a task.

    Parameters
    ----------
    value
        One of its values.
    key
        The key of the sweep, for the sentence.

    Raises
    ------
    UserError
        For a mapping, and a list of lists of lists.
    """
    entries = value if isinstance(value, list) else [value]
    entries = [
        part for entry in entries for part in (entry if isinstance(entry, list) else [entry])
    ]
    if any(isinstance(entry, (list, Mapping)) for entry in entries):
        raise UserError(
            f"config key {key}.values: {quoted(value)} makes no name of a task; write a task with "
            "a name for each value in tasks, and no sweep."
        )


def written(value: Any) -> str:
    """Return a value of a sweep as it stands in names and tables.

    Parameters
    ----------
    value
        One of its values. Hyphens join the entries of a list, points those of a list in it.
    """
    if value is None:
        return "none"  # as Python writes it, tables would read it as an empty value
    if not isinstance(value, list):
        return str(value)
    groups = (".".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    return "-".join(groups)


def in_name(value: Any) -> str:
    """Return a value as part of the name of a task; classes in a list may hold blanks and more.

    Parameters
    ----------
    value
        One that `check_value` accepts.
    """
    shown = written(value)
    return re.sub(r"[^A-Za-z0-9._-]+", "_", shown) if isinstance(value, list) else shown


def decimal(value: Any, key: str) -> str:
    """Return an L2 strength as it is written.

    Parameters
    ----------
    value
        One of the values of a sweep.
    key
        The key of the sweep, for the sentence.

    Raises
    ------
    UserError
        For what is no quoted decimal number.
    """
    if isinstance(value, str) and re.fullmatch(r"[0-9]+([.][0-9]+)?(e-?[0-9]{1,2})?", value):
        return value
    raise UserError(
        f"config key {key}.values: {in_part(repr(value))} is not accepted; accepted is a "
        "quoted decimal number such as '3e-4'."
    )
