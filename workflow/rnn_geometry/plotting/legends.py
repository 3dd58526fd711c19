"""Legends that say what they leave out."""

from __future__ import annotations

from collections.abc import Sequence

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
