"""The one order of tasks in figures and on pages: that of the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rnn_geometry.claims.order import natural_order
from rnn_geometry.identity import base_task

if TYPE_CHECKING:
    import pandas as pd


def rows_in_order(table: pd.DataFrame, known: Sequence[str]) -> pd.DataFrame:
    """Return a table with the rows of tasks in the order of the configuration.

    Parameters
    ----------
    table
        With `task`; rows of a task stay in their order.
    known
        Names of tasks as they are configured.
    """
    order = tasks_in_order(table["task"], known)
    return table.iloc[table["task"].map(order.index).argsort(kind="stable")]


def tasks_in_order(names: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return tasks in the order of the configuration, others after them by name.

    Parameters
    ----------
    names
        Of tasks, some of them more than once.
    known
        Names of tasks as they are configured.

    Examples
    --------
    >>> tasks_in_order(["b", "z-10", "z-2", "a-data201"], ["b", "a"])
    ['b', 'a-data201', 'z-2', 'z-10']
    """
    bases = [*dict.fromkeys(map(base_task, known))]

    def place(name: str) -> tuple[int, str]:
        base = base_task(name)
        return bases.index(base) if base in bases else len(bases), natural_order(name)

    return sorted(set(names), key=place)
