"""What an explorer calls its task, and the network that it opens with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rnn_geometry.tasks.theory import structure_of

GATED = ("gru", "gru_reset_before", "lstm", "ugrnn")  # in the order in which a page opens with one
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NAMES = {
    "unordered": "unordered classes",
    "plane": "ordered classes",
    "line": "classes along a line",
    "labels": "independent labels",
}


class _Recorded(Protocol):
    @property
    def cell(self) -> str: ...


def title_of(meta: Mapping[str, Any]) -> str:
    """Return what a person calls a task, such as `Three unordered classes`.

    Parameters
    ----------
    meta
        meta.json of the task.
    """
    kind, count = structure_of(meta), int(meta["classes"])
    if kind.name not in NAMES:
        return kind.title
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    name = NAMES[kind.name].replace("labels", "label") if count == 1 else NAMES[kind.name]
    return f"{number} {name}".capitalize()


def opening_network(records: Sequence[_Recorded]) -> int:
    """Return the place of the network that a page opens with: a gated one, a GRU if there is one.

    Parameters
    ----------
    records
        With the cell of each.
    """
    rank = {cell: i for i, cell in enumerate(GATED)}
    kinds = [record.cell.split("-")[0] for record in records]
    return min(range(len(kinds)), key=lambda i: (rank.get(kinds[i], len(rank)), i))
