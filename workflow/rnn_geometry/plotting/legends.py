"""Legends that say what they leave out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names, said_model, said_task

MOST_HANDLES = 32
NAME, TITLE, MOST_MODELS = 24, 20, 24  # letters of a model, of a task above a panel; models
ENTRY, LETTER, LINE = 0.42, 0.05, 0.135  # inches of an entry, of a letter in it, and of a line


def model_handles(models: Iterable[str], line: bool = False) -> list[Artist]:
    """Return the legend entries of models, in the order of all figures.

    Parameters
    ----------
    models
        Their names; may repeat.
    line
        Whether their networks are lines.
    """
    styles = style.model_styles(models)
    look = {"ls": "-" if line else "", "ms": 4.5, "mew": 0}
    handles = [
        Line2D([], [], color=colour, marker=marker, label=name, **look)
        for name, (colour, marker) in zip(said_models(styles), styles.values(), strict=True)
    ]
    return shown_handles(handles, MOST_MODELS)


def said_models(models: Iterable[str], limit: int = NAME) -> list[str]:
    """Return what readers call models, short enough for their place."""
    return cut_names([said_model(model) for model in models], limit)


def title_of_task(ax: Axes, task: str, dimension: float | None, limit: int = TITLE) -> None:
    """Write above a panel which task it is about, and below that its expected dimension.

    Parameters
    ----------
    ax
        The panel.
    task
        Its name.
    dimension
        Expected d; None or NaN where theory gives none.
    limit
        Letters that there is room for.
    """
    (name,) = cut_names([said_task(task)], limit)
    known = dimension is not None and dimension == dimension  # NaN is not itself
    ax.set_title(f"{name}\n(d = {dimension:.0f})" if known else name, fontsize=7, linespacing=1.1)


def legend_below(figure: Figure, handles: Sequence[Artist]) -> None:
    """Put one legend below all axes, where it covers no point; the figure grows with it."""
    inches = [ENTRY + LETTER * len(str(handle.get_label())) for handle in handles]
    columns, lines = shape_of_legend(inches, figure.get_figwidth())
    figure.set_figheight(figure.get_figheight() + LINE * max(lines - 2, 0))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)


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
