"""How far seeds of one cell are from each other along a series: tables, verdicts and a figure.

    python benchmarks/degeneracy.py RESULTS FOLDER
    python benchmarks/degeneracy.py draw

RESULTS is a folder of results of config/degeneracy.yaml. degeneracy.csv, degeneracy_distances.csv
and claims_degeneracy.csv go to FOLDER, docs/data, from which the figure of docs/universality.md is
drawn. A network that is not right in 95 of 100 test sentences is not judged.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.judged import NOT_LEARNED
from rnn_geometry.claims.measured import checked_measured_claims, judged_series
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.geometry.degeneracy import (
    DEGENERACY,
    degeneracy_rows,
    seed_distances,
    values_of,
)
from rnn_geometry.geometry.universality import MEASURES
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages.costs import cost_table
from rnn_geometry.plotting import style
from rnn_geometry.stages.document_claims import ON_PAGE
from rnn_geometry.store.artifacts import Record

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
CLAIMS, KEY = "config/claims_degeneracy.yaml", "claims_degeneracy"
ENOUGH = 0.95
AXES = {"classes": "classes", "units": "units", "l2": "L2"}
SHOWN = ("procrustes", "slow_modes", "io_angle")


def accuracies(results: Path) -> dict[tuple[str, str, int], float]:
    """Return the test accuracy of every network, by task, cell and seed."""
    found = {}
    for file in sorted((results / "runs").rglob("run.json")):
        record = Record.read(file)
        task, seed = file.parts[-5], int(file.parts[-2].removeprefix("seed-"))
        found[task, record.cell, seed] = float(record.test_accuracy)
    return found


def tables_of(results: Path) -> dict[str, pd.DataFrame]:
    """Return a row per series, cell and seed, and one per network: how far its seeds are."""
    files = sorted((results / "tables/distances").glob("*.csv"))
    pairs = pd.concat([pd.read_csv(file) for file in files]).to_dict("records")
    right = accuracies(results)
    reasons = {key: "" if share >= ENOUGH else NOT_LEARNED for key, share in right.items()}
    rows = pd.DataFrame(degeneracy_rows(pairs, reasons), columns=[*DEGENERACY])
    whole = [
        {"measure": measure, **key._asdict(), "distance": distance}
        for measure, own in seed_distances(pairs).items()
        for key, distance in own.items()
    ]
    seen = [right[one["task"], one["cell"], one["seed"]] for one in whole]
    return {"degeneracy": rows, "degeneracy_distances": pd.DataFrame(whole).assign(accuracy=seen)}


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of CLAIMS judged on rows of degeneracy.csv."""
    checked = checked_measured_claims("degeneracy")
    claims = read_claims(CLAIMS, str(PROJECT), key=KEY, checked=checked)
    frame, keys = judged_series(rows)
    return judged_units(claims, units_of_claims(claims, frame, None, keys))


def costs_of(results: Path) -> pd.DataFrame:
    """Return a row per rule: jobs, CPU seconds and networks."""
    whole = results / "benchmarks"
    own = [str(file.relative_to(whole))[:-4] for file in whole.rglob("*.tsv")]
    costs = pd.DataFrame(cost_table(whole, own)).drop(columns="memory_mb").round(1)
    return costs.assign(networks=len(accuracies(results)))


def main(results: str, folder: str) -> None:
    """Write the tables of a folder of results, and the verdicts on them."""
    tables = tables_of(Path(results))
    tables["claims_degeneracy"] = verdicts(tables["degeneracy"])
    tables["degeneracy_costs"] = costs_of(Path(results))
    for name, table in tables.items():
        table.to_csv(Path(folder) / f"{name}.csv", index=False, float_format="%.6g")


@style.styled
def draw(distances: pd.DataFrame) -> Figure:
    """Draw distances between seeds, over series by measures: medians, a point per network."""
    figure = Figure(figsize=(style.TWO_COLUMNS, 4.6), layout="constrained")
    panels = figure.subplots(len(SHOWN), len(AXES), sharex="col", sharey="row")
    for row, measure in zip(panels, SHOWN, strict=True):
        mine = distances[distances["measure"] == measure]
        for axes, series in zip(row, AXES, strict=True):
            _draw_series(axes, mine, series)
        row[0].set_ylabel(MEASURES[measure], fontsize=7)
    for axes, series in zip(panels[-1], AXES, strict=True):
        axes.set_xlabel(AXES[series])
    panels[0][0].legend(fontsize=6)
    return figure


def _draw_series(axes, distances: pd.DataFrame, series: str) -> None:
    places = values_of(series, distances["task"].unique())
    values = {task: value for value, task in places}
    known = distances[distances["task"].isin(values)]
    known = known.assign(value=known["task"].map(values))
    for cell in ("gru", "lstm"):
        colour, mark = style.MODELS[cell]
        own = known[(known["cell"] == cell) & (known["untrained"] == 0)]
        axes.plot(own["value"], own["distance"], ".", color=colour, ms=3, alpha=0.5)
        middle = own.groupby("value")["distance"].median()
        look = {"color": colour, "marker": mark, "ms": 4, "lw": 1.2, "label": CELLS[cell].label}
        axes.plot(middle.index, middle, **look)
    axes.set_yscale("log")
    if series != "classes":
        axes.set_xscale("log")
    ticks = [value for value, _ in places]
    axes.set_xticks(ticks, [f"{value:g}" for value in ticks])
    axes.minorticks_off()


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        drawn = draw(pd.read_csv(DOCS / "data/degeneracy_distances.csv"))
        style.save(drawn, DOCS / "figures/degeneracy", **ON_PAGE)
    else:
        main(*sys.argv[1:])
