"""The grid of verdicts as a figure.

Claims by tasks and cells in four colours, a mark where a control meets one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from rnn_geometry.claims.grid import MARK
from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names, literal

COLOURS = style.VERDICTS
INKS = {"holds": "white", "fails": "black", "undecided": "black", "uninformative": "black"}
CELL, ROW, GAP = 0.3, 0.21, 0.12  # inches: a square, a line of the grid, the space between tasks
LINE, ENTRY = 0.2, 1.5  # inches: a line of the legend, room for an entry of it

EXPLORATORY: dict[str, Any] = {"color": style.GREY, "style": "italic"}
TASK, MODEL, LETTER = 24, 14, 0.058  # letters of names of tasks and models; inches of a letter


@style.styled
def verdict_grid(group: Mapping[str, Any]) -> Figure:
    """Draw one grid of `claims_page.groups`.

    Rows are claims; columns cells by task; inside met / networks.
    """
    width, places, middles = _columns(group)
    height = ROW * len(group["claims"])
    handles = _legend(group)
    columns, rows = _shape_of_legend(handles, 1.9 + width)
    above = _height_of_names(cell for _, cell in places)
    left, top, bottom = 1.75, above + 0.45, 0.25 + LINE * rows
    figure = Figure(figsize=(left + width + 0.15, top + height + bottom))
    axes = figure.add_axes(
        (
            left / (left + width + 0.15),
            bottom / (top + height + bottom),
            width / (left + width + 0.15),
            height / (top + height + bottom),
        )
    )
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    for i, claim in enumerate(group["claims"]):
        look = EXPLORATORY if claim.get("exploratory") else {}
        axes.text(
            -0.08, (i + 0.5) * ROW, claim["name"], ha="right", va="center", fontsize=8, **look
        )
        for key, row in claim["entries"].items():
            _square(axes, places[key], i * ROW, row)
    for (_, cell), x in places.items():
        axes.text(
            x + CELL / 2,
            -0.05,
            literal(cell, MODEL),
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=7,
            color=style.GREY,
        )
    names = dict(zip(group["tasks"], cut_names(group["tasks"], TASK), strict=True))
    for task, x in middles.items():
        axes.text(x, -above, names[task], ha="center", va="bottom", fontsize=8, weight="bold")
    figure.legend(handles=handles, loc="lower right", ncols=columns)
    figure.text(
        0.005,
        1 - 0.06 / (top + height + bottom),
        group["title"],
        va="top",
        weight="bold",
        fontsize=10,
    )
    return figure


def _legend(group: Mapping[str, Any]) -> list[Patch]:
    """Return what colours, marks and slanted names are."""
    handles = [Patch(color=colour, label=name) for name, colour in COLOURS.items()]
    handles.append(Patch(color="none", label=f"{MARK} a control meets it too"))
    if any(claim.get("exploratory") for claim in group["claims"]):
        handles.append(Patch(color="none", label="italic: exploratory"))
    return handles


def _shape_of_legend(handles: list[Patch], inches: float) -> tuple[int, int]:
    """Return columns and rows of the legend of a figure so wide."""
    columns = min(len(handles), max(1, int(inches / ENTRY)))
    return columns, -(-len(handles) // columns)


def _height_of_names(cells: Iterable[str]) -> float:
    """Return the inches that upright names of models take."""
    return max(0.7, 0.12 + LETTER * max((min(len(cell), MODEL) for cell in cells), default=0))


def _columns(
    group: Mapping[str, Any],
) -> tuple[float, dict[tuple[str, str], float], dict[str, float]]:
    """Return the width in inches, the left end of every (task, cell), the middle of every task."""
    x, places, middles = 0.0, {}, {}
    for task in group["tasks"]:
        start = x
        for cell in group["cells"][task]:
            places[(task, cell)] = x
            x += CELL
        x = max(x, start + 0.075 * min(len(task), TASK) + 0.1)  # room for its name
        middles[task] = (start + x) / 2
        x += GAP
    return x, places, middles


def _square(axes, x: float, y: float, row: Mapping[str, Any]) -> None:
    verdict = row["verdict"]
    axes.add_patch(Rectangle((x, y), CELL - 0.02, ROW - 0.02, color=COLOURS[verdict], lw=0))
    look = {"ha": "center", "va": "center", "color": INKS[verdict], "linespacing": 0.9}
    lines = row["hits"].replace(" ", "\n")  # networks that are not judged stand below
    size = 4.5 if "\n" in lines else 6
    axes.text(x + (CELL - 0.02) / 2, y + (ROW - 0.02) / 2, lines, fontsize=size, **look)
