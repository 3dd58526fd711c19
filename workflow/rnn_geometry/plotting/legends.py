"""Legends that say what they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from matplotlib.artist import Artist
from matplotlib.lines import Line2D

MOST_HANDLES = 32


def shown_handles(handles: Sequence[Artist], most: int = MOST_HANDLES) -> list[Artist]:
    """Return the handles that a legend has room for; the last one says how many more there are.

    Parameters
    ----------
    handles
        Of all entries.
    most
        Entries that there is room for.
    """
    if len(handles) <= most:
        return list(handles)
    more = len(handles) - most + 1
    return [*handles[: most - 1], Line2D([], [], ls="", label=f"… and {more} more")]


def shape_of_legend(inches: Sequence[float], width: float) -> tuple[int, int]:
    """Return the columns and lines of a legend, filled by column, that is no wider than its place.

    Parameters
    ----------
    inches
        Widths of the entries, in turn.
    width
        Inches of the place.

    Examples
    --------
    >>> shape_of_legend([1.0] * 5, 7.2), shape_of_legend([1.0] * 5, 2.5)
    ((5, 1), (2, 3))
    """
    for lines in range(1, len(inches) + 1):
        columns = ceil(len(inches) / lines)
        if sum(max(part) for part in _columns(inches, columns)) < width:
            return columns, lines
    return 1, len(inches)


def _columns(items: Sequence, columns: int) -> list:
    """Deal items into columns as a legend does: the first columns get one more."""
    short, longer = divmod(len(items), columns)
    ends = [i * short + min(i, longer) for i in range(columns + 1)]
    return [items[a:b] for a, b in pairwise(ends)]
