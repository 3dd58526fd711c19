"""What a column of a table is, which tables there are, and how one is read.

Columns are declared beside the measure that gives them, as `COLUMNS = columns(Column(...), ...)`.
Light on purpose: a configuration is held against their names while the Snakefile is parsed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_geometry.errors import UserError, imported

if TYPE_CHECKING:
    import pandas as pd

# `word`: text of a data set, in which `null` or `NA` is a word like others. `list`: in no table.
KINDS = ("number", "count", "flag", "text", "word", "list")


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name
        Its name in the header.
    meaning
        What it says, in words; docs/tables.md is made of them.
    unit
        Unit of its numbers; empty where they have none.
    kind
        One of KINDS: a number, an integer (count), 0 or 1 (flag), text, or text of a data set.

    Examples
    --------
    >>> Column("tau_1", "longest time constant", "words").again("_final", "of final states").name
    'tau_1_final'
    """

    name: str
    meaning: str
    unit: str = ""
    kind: str = "number"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.name}: kind is {self.kind!r}; accepted are {KINDS}.")

    def again(self, suffix: str, of: str) -> Column:
        """Return the column of the same number of something else.

        Parameters
        ----------
        suffix
            What the name ends in.
        of
            Of what the number is, such as `of the final states`.

        Returns
        -------
        Column
            With the same unit and kind.
        """
        return replace(self, name=self.name + suffix, meaning=f"`{self.name}` {of}")


Columns = dict[str, Column]


def columns(*parts: Column | Mapping[str, Column]) -> Columns:
    """Return columns by name, in order.

    Parameters
    ----------
    parts
        Columns, and columns by name.

    Raises
    ------
    ValueError
        If two have the same name.
    """
    found: Columns = {}
    for part in parts:
        for column in [part] if isinstance(part, Column) else part.values():
            if column.name in found:
                raise ValueError(f"the column {column.name} is declared twice")
            found[column.name] = column
    return found


# Where the columns of each table are put together; named, since some of these modules are heavy.
TABLES = {
    "runs": "rnn_geometry.geometry.tables:RUNS",
    "dimension": "rnn_geometry.geometry.tables:DIMENSION",
    "tasks": "rnn_geometry.geometry.tables:TASKS",
    "predictions": "rnn_geometry.geometry.tables:PREDICTIONS",
    "words": "rnn_geometry.geometry.tables:WORDS",
    "hold_inputs": "rnn_geometry.geometry.tables:HOLD_INPUTS",
    "sweeps": "rnn_geometry.geometry.tables:SWEEPS",
    "claims": "rnn_geometry.claims.table:COLUMNS",
    "multiverse": "rnn_geometry.claims.multiverse:COLUMNS",
    "networks": "rnn_geometry.geometry.tables:NETWORKS",
    "forecast": "rnn_geometry.geometry.forecast:NETWORKS",
    "forecast_scores": "rnn_geometry.claims.forecast:SCORES",
    "forecast_sets": "rnn_geometry.geometry.forecast:SETS",
}


def table_columns(table: str) -> Columns:
    """Return the columns of a table.

    Parameters
    ----------
    table
        A name in TABLES.

    Returns
    -------
    dict of Column
        By name, in the order of the header.
    """
    module, _, name = TABLES[table].partition(":")
    return getattr(importlib.import_module(module), name)


def read_frame(table: str, path: str | Path) -> pd.DataFrame:
    """Read a table as a frame.

    Parameters
    ----------
    table
        A name in TABLES, which says what kinds its columns are of.
    path
        The CSV file.

    Returns
    -------
    pandas.DataFrame
        Text as str, an empty cell as NaN; all else as pandas finds it.
    """
    read_csv = imported("pandas", "plots").read_csv
    kinds = {column.kind for column in table_columns(table).values()}
    text = [c.name for c in table_columns(table).values() if c.kind in ("text", "word")]
    return read_csv(path, dtype=dict.fromkeys(text, str), keep_default_na="word" not in kinds)


def check_numbers(
    where: str, found: Iterable[str], declared: Iterable[str], kept: Iterable[str] = ()
) -> None:
    """Hold the names of numbers against those declared.

    Parameters
    ----------
    where
        What holds the numbers, in words.
    found
        Names of the numbers.
    declared
        Names of columns, each of which must be there.
    kept
        Names that may be there too, and reach no table.

    Raises
    ------
    UserError
        For a number that no column declares, which would be lost, and for a column without one.
    """
    found, declared = set(found), set(declared)
    for name in sorted(found - declared - set(kept)):
        raise UserError(
            f"{where}: no column declares '{name}'; add it to COLUMNS or FILE_ONLY of its measure."
        )
    for name in sorted(declared - found):
        raise UserError(
            f"{where}: '{name}' is missing, which a column of a table declares; delete the file "
            "and run again."
        )


def learned(run: Mapping[str, Any]) -> bool | None:
    """Tell whether a network has learned its task: it is beyond the best constant answer.

    Parameters
    ----------
    run
        A row of runs.csv, as text or read, or geometry.json with `learned_above` of its task.

    Returns
    -------
    bool or None
        None where no accuracy could tell: a test split of one class, or of a few sentences.

    Examples
    --------
    >>> learned({"test_accuracy": 0.6, "learned_above": 0.52})
    True
    >>> learned({"test_accuracy": 1.0, "learned_above": None}) is None
    True
    """
    limit = run["learned_above"]
    if limit is None or limit == "" or limit != limit:
        return None
    return float(run["test_accuracy"]) > float(limit)
