"""Cost of the estimators: geometry and claims of 1,000 networks from their files.

    OMP_NUM_THREADS=1 python benchmarks/claims.py --results results/battery

Networks of a finished results folder take turns until there are --networks of them; each is read
from disk every time. Geometry is computed in --processes processes, as many as jobs run at once on
as many cores. Intrinsic-dimension estimators are no part of it: `dimension.csv` is read as it is.
Prints wall seconds and the ratio to the limit of 120 s.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import time
from functools import partial
from pathlib import Path

import pandas as pd

from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.networks import networks_table
from rnn_geometry.config.load import read_claims
from rnn_geometry.geometry.network import LARGE, network_geometry
from rnn_geometry.stages.tabulate import runs_table
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import read_sentences
from rnn_geometry.tasks.synthetic import totals_of

PROJECT = Path(__file__).resolve().parents[1]
ARRAYS = ("states", "slow_points", "fixed_points", "linearization")
LIMIT = 120.0
TEXT = {
    "task": str,
    "model": str,
    "cell": str,
    "l2": str,
    "control": str,
    "value": str,
    "sweep": str,
}


def geometry_of(folder: Path, results: Path) -> dict:
    """Return the numbers of one network from its files."""
    run = formats.read_json(folder / "run.json")
    data = results / "data" / run["task"]
    meta = formats.read_json(data / "meta.json")
    predicted = formats.read_json(data / "word_statistics.json")["dimension_predicted"]
    arrays = [formats.read_npz(folder / f"{name}.npz", skip=LARGE) for name in ARRAYS]
    totals = (
        totals_of(meta, read_sentences(data / "test.parquet"))
        if meta["kind"] == "synthetic"
        else None
    )
    integration = formats.read_json(folder / "integration.json")
    return network_geometry(
        run, *arrays, integration, {**meta, "dimension_predicted": predicted}, totals
    )


def as_many(numbers: list[dict]) -> list[dict]:
    """Give networks that were read again a seed of their own, so that claims count them all."""
    return [{**row, "seed": row["seed"] + 1000 * i} for i, row in enumerate(numbers)]


def main() -> None:
    """Time both stages and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=PROJECT / "results/battery")
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in (arguments.results / "runs").rglob("integration.json"))
    if not folders:
        raise SystemExit(
            f"{arguments.results} holds no finished network; run config/battery.yaml first."
        )
    chosen = list(itertools.islice(itertools.cycle(folders), arguments.networks))
    started = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(arguments.processes) as pool:
        numbers = as_many(
            pool.map(partial(geometry_of, results=arguments.results), chosen, chunksize=10)
        )
    geometry = time.perf_counter() - started
    rows = judge(numbers, arguments.results)
    both = time.perf_counter() - started
    print(f"{len(chosen)} networks, {len(folders)} of them different; {rows} verdicts")
    print(f"  geometry {geometry:8.1f} s in {arguments.processes} processes")
    print(f"  claims   {both - geometry:8.1f} s")
    print(f"  both     {both:8.1f} s, {both / LIMIT:.2f} of the limit, {LIMIT:.0f} s")


def judge(numbers: list[dict], results: Path) -> int:
    """Make runs.csv and claims.csv of the networks in memory; return the number of verdicts."""
    claims = read_claims("config/claims.yaml", str(PROJECT))
    tasks, dimension, sweeps = (
        pd.read_csv(results / f"tables/{name}.csv", dtype=TEXT)
        for name in ("tasks", "dimension", "sweeps")
    )
    statistics = {
        task: formats.read_json(results / f"data/{task}/word_statistics.json")
        for task in tasks["task"]
    }
    runs = pd.DataFrame(runs_table(numbers, statistics))
    keys = runs[["task", "model", "l2", "seed"]].to_numpy().tolist()
    return len(claims_table(claims, networks_table(runs, tasks, dimension), sweeps, keys))


if __name__ == "__main__":
    main()
