"""Claims about tables that scripts of `benchmarks/` make, and the rows that they are judged on.

`readout_word`: what a read-out word changes, a row per network. `degeneracy`: how far seeds of a
cell are from each other along a series, a row per series, cell and seed; a series stands for the
structure of a task. The rule is that of all claims (`judge`). Light on purpose, like `file`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rnn_geometry.claims._others import Subject, checked_claims_about
from rnn_geometry.claims.file import NUMBERS
from rnn_geometry.identity import Network
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.store.columns import Columns
from rnn_geometry.tasks.structures import STRUCTURES

if TYPE_CHECKING:
    import pandas as pd

# Where the columns of a table are declared. By name: what declares columns also computes them.
KINDS = {
    "readout_word": "rnn_geometry.geometry.readout_word:READOUT_WORD",
    "degeneracy": "rnn_geometry.geometry.degeneracy:DEGENERACY",
}
SERIES = ("classes", "units", "l2")  # of degeneracy
COUNTED = ("seed", "values")  # numbers that say which row it is
OWN_L2 = "own"  # L2 of a row over several networks


def columns_of(kind: str) -> Columns:
    """Return the columns of a table that claims are about.

    Parameters
    ----------
    kind
        A name in KINDS.
    """
    module, _, name = KINDS[kind].partition(":")
    return getattr(import_module(module), name)


def measures(kind: str) -> list[str]:
    """Return what a claim about such a table may be about.

    Parameters
    ----------
    kind
        A name in KINDS.
    """
    numbers = [column.name for column in columns_of(kind).values() if column.kind in NUMBERS]
    return [name for name in numbers if name not in COUNTED]


def checked_measured_claims(kind: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what checks the claims of a file that satisfies the schema of claims.

    Parameters
    ----------
    kind
        A name in KINDS.

    Returns
    -------
    callable
        From what a file holds to the checked file, as `file.checked_claims`; it refuses what such
        a table cannot tell in one sentence.
    """
    structures = SERIES if kind == "degeneracy" else tuple(STRUCTURES)
    subject = Subject(structures, (*CELLS,), measures(kind), (f"a number of {kind}.csv",))
    return partial(checked_claims_about, subject)


def judged_series(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Network]]:
    """Return a row per series, cell and seed with all that the rule asks of a network.

    Parameters
    ----------
    table
        degeneracy.csv.

    Returns
    -------
    frame
        Its columns, and names of networks: a series is a task and a structure, a cell a model.
    keys
        Of all rows.
    """
    names = {"task": table["series"], "model": table["cell"], "l2": OWN_L2, "seed": table["seed"]}
    known = {"structure": table["series"], "control": None, "imported": 0, "data_seed": 0}
    known |= {"dimension_expected": float("nan"), "slow_no_gap": float("nan")}
    frame = table.assign(**names, **known, **{f"file_{key}": own for key, own in names.items()})
    rows = frame[list(names)].itertuples(index=False, name=None)
    return frame, [Network(*row) for row in rows]
