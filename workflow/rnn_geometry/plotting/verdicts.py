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
from rnn_geometry.plotting.text import cut_names, literal, said_model, said_task

COLOURS = style.VERDICTS
INKS = {"holds": "white", "fails": "black", "undecided": "black", "uninformative": "black"}
CELL, ROW, GAP = 0.3, 0.21, 0.12  # inches: a square, a line of the grid, the space between tasks
LEFT, LINE, ENTRY = 1.75, 0.16, 1.3  # inches: names of claims, a line of the legend, an entry of it

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
    natural = LEFT + width + 0.15
    page = style.ONE_COLUMN if natural <= style.ONE_COLUMN else style.TWO_COLUMNS
    scale = min(1.0, page / natural)  # of a grid wider than a page, letters and all
    columns, rows = _shape_of_legend(handles, page / scale)
    above = _height_of_names(cell for _, cell in places)
    top, bottom = above + 0.4, 0.2 + LINE * rows
    inches = top + height + bottom
    figure = Figure(figsize=(page, inches * scale))
    box = (LEFT * scale / page, bottom / inches, width * scale / page, height / inches)
    axes = figure.add_axes(box)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    _draw_claims(axes, group, places, scale)
    _name_columns(axes, group, places, middles, scale)
    figure.legend(handles=handles, loc="lower right", ncols=columns, fontsize=6.5 * scale)
    look = {"va": "top", "weight": "bold", "fontsize": 8}
    figure.text(0.06 / page, 1 - 0.05 / inches, group["title"], **look)
    return figure


def _draw_claims(axes, group: Mapping[str, Any], places, scale: float) -> None:
    """Draw a row of squares per claim, with its name."""
    for i, claim in enumerate(group["claims"]):
        look = EXPLORATORY if claim.get("exploratory") else {}
        look = {**look, "ha": "right", "va": "center", "fontsize": 7 * scale}
        axes.text(-0.08, (i + 0.5) * ROW, claim["name"], **look)
        for key, row in claim["entries"].items():
            _square(axes, places[key], i * ROW, row, scale)


def _name_columns(axes, group: Mapping[str, Any], places, middles, scale: float) -> None:
    """Name cells upright above their columns, and above them their tasks."""
    look: dict[str, Any] = {"ha": "center", "va": "bottom"}
    for (_, cell), x in places.items():
        upright = {**look, "rotation": 90, "fontsize": 6.5 * scale, "color": style.GREY}
        axes.text(x + CELL / 2, -0.05, literal(said_model(cell), MODEL), **upright)
    above = _height_of_names(cell for _, cell in places)
    names = cut_names([said_task(task) for task in group["tasks"]], TASK)
    for task, name in zip(group["tasks"], names, strict=True):
        axes.text(middles[task], -above, name, fontsize=7 * scale, weight="bold", **look)


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
    for task, name in zip(group["tasks"], map(said_task, group["tasks"]), strict=True):
        start = x
        for cell in group["cells"][task]:
            places[(task, cell)] = x
            x += CELL
        x = max(x, start + 0.068 * min(len(name), TASK) + 0.1)  # room for its name
        middles[task] = (start + x) / 2
        x += GAP
    return max(x - GAP, CELL), places, middles


def _square(axes, x: float, y: float, row: Mapping[str, Any], scale: float) -> None:
    verdict = row["verdict"]
    look = {"color": COLOURS[verdict], "lw": 0, "label": verdict}
    axes.add_patch(Rectangle((x, y), CELL - 0.02, ROW - 0.02, **look))
    look = {"ha": "center", "va": "center", "color": INKS[verdict], "linespacing": 0.9}
    lines = row["hits"].replace(" ", "\n")  # networks that are not judged stand below
    size = (4.5 if "\n" in lines else 6) * scale
    axes.text(x + (CELL - 0.02) / 2, y + (ROW - 0.02) / 2, lines, fontsize=size, **look)
