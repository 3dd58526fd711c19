"""What a figure shows, as a table: every labelled line, set of dots, bar, arrow and map of values.

Artists without a label, such as frames and guides, are no data. Panels have the letters of
`style.letters`, or their place in the figure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.quiver import Quiver

from rnn_geometry.store.files import write_atomically

HEADER = ("panel", "title", "x_axis", "y_axis", "series", "item", "x", "y", "value", "to_x", "to_y")
MOST_CELLS = 40  # a side of a map of values; finer ones are thinned
_OWN = "_rnn_geometry_data"
Row = Sequence[Any]


def attach_data(figure: Figure, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Give a figure a table of its own, in place of what would be read from its artists.

    Parameters
    ----------
    figure
        Of one whose panels show the same points several times.
    header
        Names of columns.
    rows
        Values in that order.
    """
    setattr(figure, _OWN, (tuple(header), [tuple(row) for row in rows]))


def figure_data(figure: Figure) -> tuple[tuple[str, ...], list[Row]]:
    """Return the columns and rows of what a figure shows.

    Parameters
    ----------
    figure
        Drawn or not.

    Returns
    -------
    header
        HEADER, or that of `attach_data`. `item` counts the lines and arrows of a series; `value` is
        what a colour stands for; `to_x`, `to_y` are the ends of arrows and the upper ends of bars.
    rows
        One for a point.
    """
    own = getattr(figure, _OWN, None)
    if own is not None:
        return own
    rows: list[Row] = []
    for place, ax in enumerate(_panels(figure), start=1):
        about = (_letter(ax) or place, _title(ax), ax.get_xlabel(), ax.get_ylabel())
        rows += [(*about, *row) for row in _rows(ax)]
    return HEADER, rows


def save_data(figure: Figure, path: str | Path) -> None:
    """Write `figure_data` as CSV: its header alone where nothing is shown."""
    header, rows = figure_data(figure)
    write_atomically(path, lambda file: _write(file, header, rows))


def data_text(panels: Iterable[Axes], without: str = "") -> str:
    """Return what panels of one figure show, as CSV: a column a fact, axes give their names.

    Parameters
    ----------
    panels
        Of one figure. Of several that share no name of an axis, a column tells it.
    without
        Title of a panel that shows again what another one does.

    Returns
    -------
    str
        Empty where nothing is shown. Columns that would be empty are left out.

    Examples
    --------
    >>> axes = Figure().add_subplot(xlabel="step", ylabel="loss")
    >>> _ = axes.plot([0, 1], [2.0, 0.5], label="train")
    >>> data_text([axes])
    'series,step,loss\\ntrain,0,2\\ntrain,1,0.5\\n'
    """
    shown = [ax for ax in panels if not without or _title(ax) != without]
    named = {"x": {ax.get_xlabel() for ax in shown}, "y": {ax.get_ylabel() for ax in shown}}
    apart = [axis for axis, names in named.items() if len(names) > 1]
    rows: list[Row] = []
    for ax in shown:
        about = [{"x": ax.get_xlabel, "y": ax.get_ylabel}[axis]() for axis in apart]
        rows += [(*about, *row) for row in _rows(ax)]
    if not rows:
        return ""
    titles = [f"{axis}_axis" for axis in apart]
    titles += [next(iter(named[n])) if n in named and n not in apart else n for n in HEADER[4:]]
    first = len(apart) + 1  # behind the series the number of an item, 1 where there is one alone
    kept = [
        i
        for i in range(len(titles))
        if i in (first + 1, first + 2) or any(row[i] not in ("", 1) for row in rows)
    ]
    return csv_text([titles[i] for i in kept], [[row[i] for i in kept] for row in rows])


def csv_text(header: Sequence[str], rows: Iterable[Row]) -> str:
    """Return a table as CSV, numbers with six digits.

    Parameters
    ----------
    header
        Names of columns.
    rows
        Values in that order.

    Examples
    --------
    >>> csv_text(["word", "effect"], [("a, b", 0.5)])
    'word,effect\\n"a, b",0.5\\n'
    """
    text = StringIO()
    _write_to(text, header, rows)
    return text.getvalue()


def _write(file: str, header: Sequence[str], rows: Iterable[Row]) -> None:
    path = Path(file)
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as opened:
        _write_to(opened, header, rows)


def _write_to(opened: TextIO, header: Sequence[str], rows: Iterable[Row]) -> None:
    writer = csv.writer(opened, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(map(_written, rows))


def _written(row: Row) -> list[Any]:
    """Return numbers with six digits, nothing for what is missing, and texts on one line."""
    return [
        (f"{value:.6g}" if isfinite(value) else "")
        if isinstance(value, float)
        else " ".join(value.split())
        if type(value) is str and "\n" in value
        else value
        for value in row
    ]


def _panels(figure: Figure) -> Iterator[Axes]:
    """Return the axes of a figure without colour bars; axes inside others enlarge these."""
    yield from (ax for ax in figure.axes if ax.get_label() != "<colorbar>")


def _letter(ax: Axes) -> str:
    return next((t.get_text() for t in ax.texts if t.get_gid() == "letter"), "")


def _title(ax: Axes) -> str:
    places: tuple[Any, ...] = ("left", "center", "right")
    return next((found for place in places if (found := ax.get_title(loc=place))), "")


def _rows(ax: Axes) -> Iterator[Row]:
    counts: dict[str, int] = {}
    for artist in (*ax.lines, *ax.collections, *ax.patches, *ax.images):
        series = str(artist.get_label())
        if not series or series.startswith("_"):
            continue
        for kind, read in _READ.items():
            if isinstance(artist, kind):
                for item, *numbers in read(artist):
                    first = counts.get(series, 0)
                    yield (series, first + item, *numbers, *[""] * (5 - len(numbers)))
                counts[series] = counts.get(series, 0) + 1
                break


def _of_line(line: Line2D) -> Iterator[Row]:
    x, y = (np.asarray(line.get_data(orig=False)[i], dtype=float) for i in (0, 1))
    yield from ((1, *pair) for pair in zip(x.ravel().tolist(), y.ravel().tolist(), strict=True))


def _of_dots(dots: PathCollection) -> Iterator[Row]:
    places, values = np.ma.filled(dots.get_offsets(), np.nan), _values(dots)
    yield from ((1, *xy, v) for xy, v in zip(places.tolist(), _of_all(values, places), strict=True))


def _of_lines(lines: LineCollection) -> Iterator[Row]:
    segments = lines.get_segments()
    for i, (path, value) in enumerate(zip(segments, _of_all(_values(lines), segments)), start=1):
        yield from ((i, *xy, value) for xy in np.asarray(path).tolist())


def _of_arrows(arrows: Quiver) -> Iterator[Row]:
    starts = np.asarray(arrows.XY)
    ends = starts + np.column_stack([np.ravel(arrows.U), np.ravel(arrows.V)])
    values = _of_all(_values(arrows), starts)
    for start, end, value in zip(starts.tolist(), ends.tolist(), values, strict=True):
        yield (1, *start, value, *end)


def _of_bar(bar: Rectangle) -> Iterator[Row]:
    x, low = float(bar.get_x() + bar.get_width() / 2), float(bar.get_y())
    yield (1, x, low, "", x, low + float(bar.get_height()))


def _of_map(image: AxesImage) -> Iterator[Row]:
    values = np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), np.nan)
    if values.ndim != 2:  # colours
        return
    left, right, low, high = image.get_extent()
    rows, columns = (np.unique(np.linspace(0, n - 1, MOST_CELLS).round()) for n in values.shape)
    for i in rows.astype(int):
        y = low + (i + 0.5) / values.shape[0] * (high - low)
        for j in columns.astype(int):
            yield (1, left + (j + 0.5) / values.shape[1] * (right - left), y, float(values[i, j]))


def _values(artist: Collection) -> np.ndarray | None:
    """Return what the colours of dots, lines or arrows stand for, None where they are plain."""
    found = artist.get_array()
    return None if found is None else np.ma.filled(np.ma.asarray(found, dtype=float), np.nan)


def _of_all(values: np.ndarray | None, items: Sequence | np.ndarray) -> list[Any]:
    return [""] * len(items) if values is None else np.ravel(values).tolist()


_READ: Mapping[type, Any] = {
    Line2D: _of_line,
    PathCollection: _of_dots,
    LineCollection: _of_lines,
    Quiver: _of_arrows,
    Rectangle: _of_bar,
    AxesImage: _of_map,
}
