"""The network that an explorer opens with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rnn_geometry.networks.registry import is_gated

FIRST = "gru"  # where there is one


class _Recorded(Protocol):
    @property
    def cell(self) -> str: ...


def opening_network(records: Sequence[_Recorded]) -> int:
    """Return the place of the network that a page opens with: a gated one, a GRU if there is one.

    Parameters
    ----------
    records
        With the cell of each.
    """
    cells = [record.cell for record in records]
    return min(range(len(cells)), key=lambda i: (cells[i] != FIRST, not is_gated(cells[i]), i))
