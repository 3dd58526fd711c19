"""How far seeds of one cell are from each other along a series: a table, and verdicts on it.

    python benchmarks/degeneracy.py RESULTS FOLDER

RESULTS is a folder of results of config/degeneracy.yaml. degeneracy.csv, degeneracy_distances.csv
and claims_degeneracy.csv go to FOLDER. docs/universality.md says what came out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from rnn_geometry.claims.judge import judged_units
from rnn_geometry.claims.measured import checked_measured_claims, judged_series
from rnn_geometry.claims.values import units_of_claims
from rnn_geometry.config.load import read_claims
from rnn_geometry.geometry.degeneracy import DEGENERACY, degeneracy_rows, seed_distances
from rnn_geometry.store.columns import read_frame

PROJECT = Path(__file__).parents[1]
CLAIMS = "config/claims_degeneracy.yaml"
DIGITS = 5


def tables_of(results: Path) -> dict[str, pd.DataFrame]:
    """Return a row per series, cell and seed, and one per network: how far its seeds are."""
    pairs = pd.read_csv(results / "tables/distances.csv").to_dict("records")
    runs = read_frame("runs", results / "tables/runs.csv")
    keys = zip(runs["task"], runs["cell"], runs["seed"], strict=True)
    reasons = dict(zip(keys, runs["not_judged"].fillna(""), strict=True))
    rows = pd.DataFrame(degeneracy_rows(pairs, reasons), columns=[*DEGENERACY])
    accuracy = runs.set_index(["task", "cell", "seed"])["test_accuracy"]
    whole = [
        {"measure": measure, **key._asdict(), "distance": distance}
        for measure, own in seed_distances(pairs).items()
        for key, distance in own.items()
    ]
    seen = [float(accuracy[one["task"], one["cell"], one["seed"]]) for one in whole]
    return {"degeneracy": rows, "degeneracy_distances": pd.DataFrame(whole).assign(accuracy=seen)}


def main(results: str, folder: str) -> None:
    """Write the tables, and the verdicts where the claims are there."""
    tables = tables_of(Path(results))
    if (PROJECT / CLAIMS).exists():
        checked = checked_measured_claims("degeneracy")
        claims = read_claims(CLAIMS, str(PROJECT), key="claims_degeneracy", checked=checked)
        frame, keys = judged_series(tables["degeneracy"])
        units = units_of_claims(claims, frame, None, keys)
        tables["claims_degeneracy"] = judged_units(claims, units)
    for name, table in tables.items():
        table.to_csv(Path(folder) / f"{name}.csv", index=False, float_format=f"%.{DIGITS}g")


if __name__ == "__main__":
    main(*sys.argv[1:])
