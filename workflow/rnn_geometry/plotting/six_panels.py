"""Six panels below a title: the frame of what a network without classes shows at a glance."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import literal

SIZE, DPI = (15.0, 8.6), 100


def six_panels(
    title: str, facts: str, *, left: float, right: float, bottom: float, gap: float
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a title, a few facts at the right, and axes in two rows of three.

    Parameters
    ----------
    title
        Which network it is.
    facts
        A few numbers of it.
    left, right, bottom
        Edges of the axes, in shares of the figure.
    gap
        Between columns, in widths of axes.
    """
    figure = Figure(figsize=SIZE, dpi=DPI)
    figure.text(0.015, 0.972, literal(title), fontsize=13, weight="bold", va="center")
    look = {"fontsize": 10, "va": "center", "ha": "right", "color": style.GREY}
    figure.text(0.985, 0.972, facts, **look)
    edges = {"left": left, "right": right, "top": 0.91, "bottom": bottom}
    cells = figure.add_gridspec(2, 3, wspace=gap, hspace=0.33, **edges)
    return figure, [figure.add_subplot(cell) for cell in cells]
