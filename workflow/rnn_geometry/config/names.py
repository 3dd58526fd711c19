"""Names of tasks, models and sweeps, which become names of files and values of tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rnn_geometry.errors import UserError, quoted

LONGEST_NAME = 200  # bytes: names become names of files, to which endings are added
# What pandas reads as an empty value of a table, in lower case; and what figures beside the folder
# of a task end in.
EMPTY_VALUES, FIGURE_ENDINGS = ("na", "nan", "null", "none"), (".png", ".pdf", ".svg")


def check_name(name: str, key: str) -> None:
    """Refuse what cannot be the name of a file and a value of a table.

    Parameters
    ----------
    name
        The name.
    key
        The key that states it, for the sentence.

    Raises
    ------
    UserError
        If it holds other characters, or would be taken for an empty value or a figure's file.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or len(name) > LONGEST_NAME:
        accepted = f"at most {LONGEST_NAME} letters, digits, '.', '_' and '-'"
        raise UserError(f"config key {key}: {quoted(name)} is no name: accepted are {accepted}.")
    if name.lower() in EMPTY_VALUES:
        raise UserError(
            f"config key {key}: '{name}' is no name: tables would take it for an empty value; "
            "give another."
        )
    if name.lower().endswith(FIGURE_ENDINGS):
        raise UserError(
            f"config key {key}: '{name}' is no name: it ends like the file of a figure; give "
            "another."
        )


def check_distinct(names: Iterable[str], key: str) -> None:
    """Refuse names that differ in case alone: some file systems take them for one.

    Parameters
    ----------
    names
        The names.
    key
        The key that states them, for the sentence.

    Raises
    ------
    UserError
        For the first such pair.
    """
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(name.lower(), name)
        if other != name:
            raise UserError(
                f"config key {key}: '{other}' and '{name}' differ in upper and lower case alone; "
                "rename one."
            )
