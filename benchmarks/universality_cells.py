"""How far many cells are from each other: small tables of a run, and the figure made of them.

    python benchmarks/universality_cells.py keep RESULTS FOLDER
    python benchmarks/universality_cells.py draw

RESULTS is a folder of results of config/universality_cells.yaml; FOLDER is docs/data, from which
the figure of docs/universality.md is drawn. Kept of the distances are those that its numbers are
made of: between trained networks, between untrained ones, and of each from itself before training.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages.costs import cost_table
from rnn_geometry.plotting import style
from rnn_geometry.plotting.alike import SHADES
from rnn_geometry.stages.document_claims import ON_PAGE

DOCS = Path(__file__).parents[1] / "docs"
KEPT = {
    "universality": "universality_cells",
    "neighbours": "neighbours_cells",
    "claims_universality": "claims_universality_cells",
}
RUNS = (
    *("task", "model", "cell", "l2", "seed", "control", "imported", "not_judged"),
    *("data_seed", "dimension_expected", "test_accuracy"),
)
SIDES = ("model", "l2", "seed")
NOT_TABLES = ("judge", "plot_", "portray")  # rules that only other targets ask for
DIGITS = "%.6g"
PANELS = {
    "procrustes": "a  Shape of states (radians)",
    "io": "b  What inputs do to outputs (of the responses)",
}


def asked_for(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that tables and verdicts are made of."""
    alike = pairs["untrained_a"] == pairs["untrained_b"]
    same = np.logical_and.reduce([pairs[f"{key}_a"] == pairs[f"{key}_b"] for key in SIDES])
    return pairs[alike | same]


def keep(results: str, folder: str) -> None:
    """Write the tables, distances and costs of a run with few digits."""
    tables, target = Path(results) / "tables", Path(folder)
    for name, kept in KEPT.items():
        table = pd.read_csv(tables / f"{name}.csv", dtype={"l2": str})
        table.to_csv(target / f"{kept}.csv", index=False, float_format="%.10g")
    text = {f"l2_{side}": str for side in "ab"}
    pairs = asked_for(pd.read_csv(tables / "distances.csv", dtype=text))
    packed = {"method": "gzip", "mtime": 0}
    path = target / "distances_cells.csv.gz"
    pairs.to_csv(path, index=False, float_format=DIGITS, compression=packed)
    whole = Path(results) / "benchmarks"
    names = [str(file.relative_to(whole))[:-4] for file in whole.rglob("*.tsv")]
    tasks = set(pairs["task"])
    own = [name for name in names if "/" not in name or tasks & set(name.split("/"))]
    own = [name for name in own if not name.startswith(NOT_TABLES)]
    costs = pd.DataFrame(cost_table(whole, own)).drop(columns="memory_mb").round(1)
    runs = pd.read_csv(tables / "runs.csv", dtype={"l2": str})[[*RUNS]]
    runs.to_csv(target / "networks_universality_cells.csv", index=False)
    costs.assign(networks=len(runs)).to_csv(target / "universality_cells_costs.csv", index=False)


def between_cells(pairs: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return median distances of trained networks of two cells; of two seeds on the diagonal."""
    known = pairs[(pairs["measure"] == measure) & (pairs["untrained_a"] == 0)]
    known = known[known["untrained_b"] == 0]
    turned = known.rename(columns={"cell_a": "cell_b", "cell_b": "cell_a"})
    both = pd.concat([known, turned])
    medians = both.pivot_table("distance", "cell_a", "cell_b", "median")
    order = [name for name in CELLS if name in medians.index]
    return medians.loc[order, order]


def draw_panel(figure: Figure, axes, medians: pd.DataFrame, title: str) -> None:
    """Draw one matrix with its numbers; shades are of logarithms, for distances are many sizes."""
    values = medians.to_numpy()
    norm = LogNorm(values.min(), values.max())
    shown = axes.imshow(values, cmap=SHADES, norm=norm)
    for (i, j), value in np.ndenumerate(values):
        text = f"{value:.2f}".lstrip("0") if value < 9.95 else f"{value:.0f}"
        look = {"ha": "center", "va": "center", "fontsize": 5}
        look |= {"color": "white" if norm(value) > 0.5 else "black"}
        axes.text(j, i, text, weight="bold" if i == j else "normal", **look)
    names = [CELLS[name].label for name in medians.index]
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.tick_params(length=0)
    axes.set_title(title, fontsize=8, loc="left")
    bar = figure.colorbar(shown, ax=axes, orientation="horizontal", pad=0.02, aspect=30)
    bar.set_label("median distance", fontsize=6)
    bar.ax.tick_params(labelsize=6, which="both")


@style.styled
def draw(pairs: pd.DataFrame) -> Figure:
    """Draw a matrix for each of two measures."""
    figure = Figure(figsize=(style.TWO_COLUMNS, 4.3), layout="constrained")
    for axes, (measure, title) in zip(figure.subplots(1, 2), PANELS.items(), strict=True):
        draw_panel(figure, axes, between_cells(pairs, measure), title)
    return figure


if __name__ == "__main__":
    if sys.argv[1] == "keep":
        keep(*sys.argv[2:])
    else:
        drawn = draw(pd.read_csv(DOCS / "data/distances_cells.csv.gz"))
        style.save(drawn, DOCS / "figures/cells_alike", **ON_PAGE)
