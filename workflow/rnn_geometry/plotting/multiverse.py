"""How many analyses agree with each verdict: one map of claims and cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.text import cut_names

NAME = 28  # letters of a claim, a task or a model
ALONG, ACROSS, MARGIN = 0.17, 0.2, 2.6  # inches of a column, a row and the names
SIGNS = {"holds": "●", "fails": "○"}  # other verdicts have none


@style.styled
def agreement_map(multiverse: pd.DataFrame) -> Figure:
    """Draw a square per claim and cell: the share of analyses that agree with the verdict.

    Parameters
    ----------
    multiverse
        multiverse.csv.
    """
    claims = list(dict.fromkeys(multiverse["claim"]))
    cells = sorted(
        set(zip(multiverse["task"], multiverse["cell"], strict=True)),
        key=lambda cell: tuple(map(style.natural_order, cell)),
    )
    width, height = ALONG * len(cells) + MARGIN, ACROSS * len(claims) + MARGIN
    figure = Figure(figsize=(max(width, 4.5), max(height, 2.8)), layout="constrained")
    ax = figure.subplots()
    table = np.full((len(claims), len(cells)), np.nan)
    for row in multiverse.to_dict("records"):
        line, place = claims.index(row["claim"]), cells.index((row["task"], row["cell"]))
        table[line, place] = row["agree"]
        colour = "white" if row["agree"] < 0.5 else "black"
        sign = SIGNS.get(row["verdict"], "")
        ax.text(place, line, sign, color=colour, ha="center", va="center", size=6)
    drawn = ax.imshow(table, vmin=0, vmax=1, cmap="cividis", aspect="auto")
    _name(ax, cells, claims)
    figure.colorbar(drawn, ax=ax, label="analyses that agree", shrink=0.8, pad=0.01)
    return figure


def _name(ax, cells: list[tuple[str, str]], claims: list[str]) -> None:
    """Name rows and columns; a line stands between tasks."""
    ax.set_yticks(range(len(claims)), cut_names(claims, NAME))
    names = [f"{task} {model}" for task, model in cells]
    ax.set_xticks(range(len(cells)), cut_names(names, NAME), rotation=90)
    for place in range(1, len(cells)):
        if cells[place][0] != cells[place - 1][0]:
            ax.axvline(place - 0.5, color=style.INK, lw=0.6)
    ax.tick_params(length=0)
