"""CPU seconds per rule of a finished run, and the share that goes to start-up, imports and Snakemake.

    python benchmarks/workflow.py --configfile config/config.yaml --cores 2

runs the configuration in an empty copy of the project with every job's process accounted by the operating system, and
prints per rule: jobs, CPU seconds, CPU seconds a job, and the part of them that a job spends on imports.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
# What a script of each rule imports before it works.
IMPORTS = {
    "prepare": "import rnn_geometry.tasks, pyarrow.parquet",
    "word_statistics": "import rnn_geometry.word_statistics, sklearn.linear_model, pyarrow.parquet",
    "train": "import rnn_geometry.runs, pyarrow.parquet",
    "slow_points": "import rnn_geometry.runs, pyarrow.parquet",
    "linearize": "import rnn_geometry.runs, pyarrow.parquet",
    "geometry": "import rnn_geometry.geometry",
    "intrinsic_dimension": "import rnn_geometry.tables, rnn_geometry.dimension, skdim",
    "tabulate": "import rnn_geometry.tables",
    "plot_network": "import rnn_geometry.plotting.network, pyarrow.parquet",
    "plot_gallery": "import rnn_geometry.plotting.gallery",
    "plot_overview": "import rnn_geometry.plotting.overview, rnn_geometry.plotting.intrinsic, pandas, seaborn",
    "plot_task": "import rnn_geometry.plotting.task_figures",
    "plot_headline": "import rnn_geometry.plotting.headline",
    "plot_sweeps": "import rnn_geometry.plotting.sweeps",
    "portray": "import rnn_geometry.portrait, pyarrow.parquet",
    "hold_inputs": "import rnn_geometry.hold_comparison, pyarrow.parquet",
    "explore": "import rnn_geometry.explorer",
    "judge": "import rnn_geometry.claims_page",
    "start_page": "import rnn_geometry.start_page",
}


def cpu_of(command: list[str], **options) -> tuple[float, float]:
    """Run a command and its children; return their CPU seconds and the wall seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - started


def import_seconds(environment: dict[str, str]) -> dict[str, float]:
    """Return the median CPU seconds, of three, that a job of each rule spends on start-up and imports."""
    seconds = {}
    for rule, statement in IMPORTS.items():
        seconds[rule] = sorted(cpu_of([sys.executable, "-c", statement], env=environment)[0] for _ in range(3))[1]
    return seconds


def jobs_of(results: Path) -> dict[str, list[float]]:
    """Return the CPU seconds of every job by rule, as Snakemake's benchmark files hold them."""
    jobs = defaultdict(list)
    for path in sorted((results / "benchmarks").rglob("*.tsv")):
        rule = path.relative_to(results / "benchmarks").parts[0].removesuffix(".tsv")
        with open(path, newline="") as handle:
            for row in csv.DictReader(handle, delimiter="\t"):
                jobs[rule].append(float(row["s"]))
    return jobs


def main() -> None:
    """Run the configuration and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configfile", default="config/config.yaml")
    parser.add_argument("--cores", default="2")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("Snakefile", "workflow", "config", "profiles", "envs"):
            source = PROJECT / name
            shutil.copytree(source, root / name) if source.is_dir() else shutil.copy2(source, root / name)
        environment = {**os.environ, "PYTHONPATH": str(root / "workflow"), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "snakemake", "--cores", arguments.cores, "--quiet", "all"]
        cpu, wall = cpu_of([*command, "--configfile", arguments.configfile], cwd=root, env=environment)
        results = next(root.glob("results*"))
        jobs, imports = jobs_of(results), import_seconds(environment)
        networks = len(list((results / "runs").rglob("model.safetensors")))
        plan = cpu_of([*command, "-n", "--configfile", arguments.configfile], cwd=root, env=environment)[0]
        print_table(jobs, imports, networks, cpu, wall, plan)


def print_table(jobs, imports, networks: int, cpu: float, wall: float, plan: float) -> None:
    """Print a row per rule and the totals."""
    print(f"{'rule':20s} {'jobs':>5s} {'wall s':>8s} {'s a job':>8s} {'imports s a job':>16s}")
    for rule, seconds in sorted(jobs.items(), key=lambda item: -sum(item[1])):
        mean = sum(seconds) / len(seconds)
        print(f"{rule:20s} {len(seconds):5d} {sum(seconds):8.1f} {mean:8.2f} {imports[rule]:16.2f}")
    start = sum(len(seconds) * imports[rule] for rule, seconds in jobs.items())
    print(f"whole run: {wall:.0f} s wall, {cpu:.0f} CPU s, {cpu / networks:.1f} CPU s a network ({networks} networks)")
    print(
        f"start-up and imports of jobs {start:.0f} CPU s ({start / cpu:.0%}); one dry run of snakemake {plan:.1f} CPU s"
    )


if __name__ == "__main__":
    main()
