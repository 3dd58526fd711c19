"""How many analyses agree with each verdict: one map of claims and cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names, said_model, said_task, tick_places

NAME = 28  # letters of a claim, a task or a model
ACROSS, MARGIN = 0.16, 1.7  # inches of a row, and of the names below
MOST_NAMES = 60  # of columns
FEW_CELLS = 10  # in a column of a journal
SIGNS = {"holds": "●", "fails": "○"}  # other verdicts have none


@style.styled
def agreement_map(multiverse: pd.DataFrame, order: Sequence[str]) -> Figure:
    """Draw a square per claim and cell: the share of analyses that agree with the verdict.

    Parameters
    ----------
    multiverse
        multiverse.csv.
    order
        Its tasks, as they stand beside each other.
    """
    claims = list(dict.fromkeys(multiverse["claim"]))
    cells = sorted(
        set(zip(multiverse["task"], multiverse["cell"], strict=True)),
        key=lambda cell: (order.index(cell[0]), style.natural_order(cell[1])),
    )
    width = style.ONE_COLUMN if len(cells) <= FEW_CELLS else style.TWO_COLUMNS
    height = ACROSS * len(claims) + MARGIN
    figure = Figure(figsize=(width, max(height, 2.8)), layout="constrained")
    ax = figure.subplots()
    table = np.full((len(claims), len(cells)), np.nan)
    for row in multiverse.to_dict("records"):
        line, place = claims.index(row["claim"]), cells.index((row["task"], row["cell"]))
        table[line, place] = row["agree"]
        colour = "white" if row["agree"] < 0.5 else "black"
        sign = SIGNS.get(row["verdict"], "")
        ax.text(place, line, sign, color=colour, ha="center", va="center", size=style.SMALLEST)
    drawn = ax.imshow(table, vmin=0, vmax=1, cmap="cividis", aspect="auto", label="share")
    _name(ax, cells, claims)
    figure.colorbar(drawn, ax=ax, label="analyses that agree", shrink=0.8, pad=0.01)
    return figure


def _name(ax, cells: list[tuple[str, str]], claims: list[str]) -> None:
    """Name rows and columns; a line stands between tasks."""
    ax.set_yticks(range(len(claims)), cut_names(claims, NAME))
    names = cut_names([f"{said_task(task)}, {said_model(model)}" for task, model in cells], NAME)
    places, _ = tick_places(len(cells), MOST_NAMES)
    ax.set_xticks(places, [names[i] for i in places], rotation=90)
    for place in range(1, len(cells)):
        if cells[place][0] != cells[place - 1][0]:
            ax.axvline(place - 0.5, color=style.INK, lw=0.6)
    ax.tick_params(length=0)
