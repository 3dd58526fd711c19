"""What matplotlib does over and over while it draws, done once. Not a byte of a figure differs.

Each is left alone where another matplotlib has it elsewhere: slower, and as good.
"""

from __future__ import annotations

import contextlib
import copy
import functools
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from matplotlib import cbook, streamplot, text
from matplotlib.axis import Axis, Tick
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontManager, FontProperties, fontManager
from matplotlib.legend import Legend
from matplotlib.offsetbox import HPacker, PackerBase, VPacker
from matplotlib.ticker import NullLocator

MARKS = ("tick1line", "tick2line", "gridline", "label1", "label2")  # artists of a tick
KNOWN, IN_FORCE = "_known_in_this_draw", "_quicker"


@contextlib.contextmanager
def quicker() -> Iterator[None]:
    """Let matplotlib draw for a third less."""
    with contextlib.ExitStack() as changed:
        if not hasattr(Axis, IN_FORCE):
            setattr(Axis, IN_FORCE, True)
            changed.callback(delattr, Axis, IN_FORCE)
            for owner, name, made in _CHANGES:
                before = vars(owner).get(name)
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


class _MinorTicks:
    """The minor ticks of an axis, made once it has any: axes come with one that is not drawn."""

    def __init__(self, before: Any) -> None:
        self._before = before

    def __get__(self, axis: Axis | None, kind: type) -> Any:
        if axis is None:
            return self
        if isinstance(axis.get_minor_locator(), NullLocator):
            return []
        made = self._before.__get__(axis, kind)
        for tick in made:
            tick.set_clip_path(axis.axes.patch)
        return made


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


def _once_a_draw(before: Callable[..., Any]) -> Callable[..., Any]:
    """Return what draws or measures an axis and looks for its ticks once, not twice or thrice."""

    @functools.wraps(before)
    def draw(self: Axis, *arguments: Any, **options: Any) -> Any:
        vars(self)[KNOWN] = {}
        try:
            return before(self, *arguments, **options)
        finally:
            del vars(self)[KNOWN]

    return draw


def _known_in_draw(before: Callable[..., Any]) -> Callable[..., Any]:
    """Return what an axis finds, kept while it is drawn or measured."""

    def quick(self: Axis, *arguments: Any) -> Any:
        known = vars(self).get(KNOWN)
        if known is None:
            return before(self, *arguments)
        if before not in known:
            known[before] = before(self, *arguments)
        return known[before]

    return quick


def _measured_once(before: Callable[..., None]) -> Callable[..., None]:
    """Return what draws a legend whose boxes in boxes are measured once, and not at every level."""

    @functools.wraps(before)
    def draw(self: Legend, renderer: Any) -> None:
        _BOXES.append({})
        try:
            before(self, renderer)
        finally:
            _BOXES.pop()

    return draw


def _known_in_legend(before: Callable[..., Any]) -> Callable[..., Any]:
    """Return what measures a box of a legend, kept while that is drawn."""

    def quick(self: PackerBase, renderer: Any) -> Any:
        if not _BOXES:
            return before(self, renderer)
        if self not in _BOXES[-1]:
            _BOXES[-1][self] = before(self, renderer)
        return _BOXES[-1][self]

    return quick


_BOXES: list[dict[PackerBase, Any]] = []  # of legends that are drawn now


def _with_known_fonts(before: Callable[..., list]) -> Callable[..., list]:
    """Return what looks for the files of a font once while a figure is made."""
    known: dict[tuple, list] = {}

    def quick(self: FontManager, prop: Any, *arguments: Any, **options: Any) -> list:
        if arguments or options or not isinstance(prop, FontProperties):
            return before(self, prop, *arguments, **options)
        key = tuple(vars(prop).values())
        if key not in known:
            known[key] = before(self, prop)
        return known[key]

    return quick


def _with_known_sizes(before: Callable[..., tuple]) -> Callable[..., tuple]:
    """Return what measures a text once in a process, and not once a picture."""

    def quick(renderer: Any, said: str, prop: FontProperties, ismath: Any, dpi: float) -> tuple:
        measure = renderer.get_text_width_height_descent
        if ismath or not hasattr(measure, "__func__"):
            return before(renderer, said, prop, ismath, dpi)
        files = tuple(fontManager._find_fonts_by_props(prop))
        dots = (dpi, getattr(renderer, "dpi", None))
        key = (measure.__func__, said, *dots, *files, *vars(prop).values())
        if key not in _SIZES:
            _SIZES[key] = before(renderer, said, prop, ismath, dpi)
        return _SIZES[key]

    return quick


_SIZES: dict[tuple, tuple] = {}


def _with_known_places(before: Callable[..., Any]) -> Callable[..., Any]:
    """Return what gives a font that places the letters of a text once in a process."""

    def quick(self: RendererAgg, prop: FontProperties) -> _Placing:
        files = tuple(fontManager._find_fonts_by_props(prop))
        return _Placing(before(self, prop), (prop.get_size_in_points(), self.dpi, *files))

    return quick


class _Placing:
    """A font of some size that knows where the letters of texts go."""

    def __init__(self, font: Any, key: tuple) -> None:
        self._font, self._key = font, key

    def __getattr__(self, name: str) -> Any:
        return getattr(self._font, name)

    def _layout(self, said: str, **options: Any) -> Any:
        key = (said, *self._key, *options.items())
        try:
            if key not in _PLACES:
                _PLACES[key] = list(self._font._layout(said, **options))
            return _PLACES[key]
        except TypeError:  # an option that is a list
            return self._font._layout(said, **options)


_PLACES: dict[tuple, Any] = {}


def _plain_numbers(before: Callable[..., Any]) -> Callable[..., Any]:
    """Return what looks up a value between four places of a grid, as numbers of Python.

    The numbers of an array cost five times as much, and stream lines look tens of thousands up.
    """
    known: dict[int, tuple[Any, list]] = {}

    def quick(grid: Any, x: Any, y: Any) -> Any:
        if isinstance(x, np.ndarray) or not isinstance(grid, np.ma.MaskedArray):
            return before(grid, x, y)
        if id(grid) not in known:
            known[id(grid)] = grid, grid.tolist()
        rows = known[id(grid)][1]
        i, j = int(y), int(x)
        low, high = rows[i], rows[min(i + 1, len(rows) - 1)]
        k = min(j + 1, len(low) - 1)
        corners = low[j], low[k], high[j], high[k]
        if None in corners:  # masked: the line ends
            return before(grid, x, y)
        across, up = x - j, y - i
        below = corners[0] * (1 - across) + corners[1] * across
        above = corners[2] * (1 - across) + corners[3] * across
        return below * (1 - up) + above * up

    return quick


def _bounds(before: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    """Return what looks for the part of a picture with anything on it, byte after byte."""
    return lambda picture: before(np.ascontiguousarray(picture))


_CHANGES: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (Axis, "get_major_ticks", _more_ticks("get_majorticklocs", "majorTicks")),
    (Axis, "get_minor_ticks", _more_ticks("get_minorticklocs", "minorTicks")),
    (Axis, "minorTicks", _MinorTicks),
    (Axis, "draw", _once_a_draw),
    (Axis, "get_tightbbox", _once_a_draw),
    (Axis, "_update_ticks", _known_in_draw),
    (Axis, "_get_ticklabel_bboxes", _known_in_draw),
    (Legend, "draw", _measured_once),
    (HPacker, "_get_bbox_and_child_offsets", _known_in_legend),
    (VPacker, "_get_bbox_and_child_offsets", _known_in_legend),
    (FontManager, "_find_fonts_by_props", _with_known_fonts),
    (RendererAgg, "_prepare_font", _with_known_places),
    (text, "get_font", _with_known_tables),
    (text, "_get_text_metrics_with_cache", _with_known_sizes),
    (streamplot, "interpgrid", _plain_numbers),
    (cbook, "_get_nonzero_slices", _bounds),
)
