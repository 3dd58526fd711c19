"""The figure of docs/growth.md: what edits of the step cost, when growth comes, what it goes with.

python benchmarks/growth_figure.py [TABLE] [FIGURE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from rnn_geometry.plotting import style

DOCS = Path(__file__).parents[1] / "docs"
EDITS = {
    "whole": "as trained",
    "without outward": "no growth",
    "without inward": "no decay",
    "without all": "neither",
}
CONDITIONS = {
    "default": "default", "cell": "other cell", "l2": "L2", "length": "length", "loss": "loss",
    "scores": "scores asked",
    "state noise": "noise", "word noise": "noise", "long training": "long training",
}  # fmt: skip
MARKS = "osD^vP*X"


def edits(axes, table: pd.DataFrame) -> None:
    """Draw the weight of early words under each edit, a line per network."""
    whole = table[table["experiment"].isin(("default", "cell"))].assign(value="whole")
    rows = pd.concat([whole, table[table["experiment"] == "edit"]])
    lines = rows.pivot_table(index=["cell", "seed"], columns="value", values="primacy")
    for (cell, _), line in lines.iterrows():
        colour, mark = style.MODELS[cell]
        axes.plot(range(4), line[list(EDITS)], marker=mark, color=colour, ms=3.5, lw=0.8, mew=0)
    for cell in ("gru", "lstm", "ugrnn"):
        axes.plot([], [], color=style.MODELS[cell][0], marker=style.MODELS[cell][1], label=cell)
    axes.axhline(1, color=style.INK, ls="--", lw=1)
    axes.set_xticks(range(4), list(EDITS.values()), fontsize=7.5)
    axes.set_ylabel("early over late words")
    axes.legend(fontsize=7)


def course(axes, table: pd.DataFrame) -> None:
    """Draw errors and growth over training: medians of four networks, and all of them."""
    rows = table[table["experiment"].isin(("course", "default"))]
    for name, colour, label, sign in (
        ("rate_centre", style.PALETTE[0], "growth at the centre x 10", 10),
        ("test_accuracy", style.INK, "errors", None),
    ):
        values = 1 - rows[name] if sign is None else sign * rows[name]
        axes.plot(rows["step"], values, ".", color=colour, ms=3, alpha=0.6)
        median = values.groupby(rows["step"]).median()
        axes.plot(median.index, median, color=colour, lw=1.3, label=label)
    axes.axhline(0, color=style.GREY, lw=0.8)
    axes.set(xscale="log", xlabel="training step", ylim=(-0.55, 0.5))
    axes.legend(fontsize=7)


def balance(axes, table: pd.DataFrame) -> None:
    """Draw growth at the centre against decay at the edge, a point per network."""
    rows = table[table["experiment"].isin(CONDITIONS)]
    groups = rows["experiment"].map(CONDITIONS)
    for i, name in enumerate(dict.fromkeys(CONDITIONS.values())):
        some = rows[groups == name]
        axes.plot(
            100 * some["rate_edge"], 100 * some["rate_centre"], MARKS[i % len(MARKS)],
            ms=4, mew=0, alpha=0.85, color=style.PALETTE[i % len(style.PALETTE)], label=name,
        )  # fmt: skip
    axes.axhline(0, color=style.GREY, lw=0.8)
    axes.set(
        xlabel="edge: ln |λ| (% per word)", ylabel="centre: ln |λ| (% per word)", ylim=(-0.7, 8.5)
    )
    axes.legend(fontsize=6.5, ncols=2)


@style.styled
def draw(table: pd.DataFrame) -> Figure:
    """Draw the three panels."""
    figure = Figure(figsize=(style.TWO_COLUMNS, 2.9), layout="constrained")
    for axes, part in zip(figure.subplots(1, 3), (edits, course, balance), strict=True):
        part(axes, table)
        axes.set_title(TITLES[part.__name__], fontsize=8.5, loc="left")
    return figure


TITLES = {
    "edits": "a  Weight of early words",
    "course": "b  Over training",
    "balance": "c  Growth and decay",
}

if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]]
    source, target = given or (DOCS / "data" / "growth.csv", DOCS / "figures" / "growth")
    style.save(draw(pd.read_csv(source)), target, ("png",))
