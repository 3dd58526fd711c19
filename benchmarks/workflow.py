"""CPU seconds per rule of a run, and the share that goes to start-up, imports and Snakemake.

    python benchmarks/workflow.py --configfile config/config.yaml --cores 2

runs the configuration in an empty copy of the project and prints per rule: jobs, CPU seconds as
Snakemake's benchmark files hold them, CPU seconds a job, and what a job spends on start-up and
imports (median of three). Snakemake's own seconds are what the operating system counts for its
process, and for the one that makes the report.

    python benchmarks/workflow.py --against ../older-checkout

runs the same configuration before in another checkout, with its own code, configuration files and
environment (its `.venv`, else this one), and prints both beside each other. Benchmark files look at
a job every half second, so that short jobs read low in both; the totals miss nothing.
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
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from rnn_geometry.config.pipeline import NETWORK_STAGES, STAGES

PROJECT = Path(__file__).resolve().parents[1]
# What the jobs of a stage import inside functions, beside its module.
LATER = {
    "prepare": "pyarrow.parquet",
    "word_statistics": "sklearn.linear_model, pyarrow.parquet",
    "train": "pyarrow.parquet",
    "slow_points": "pyarrow.parquet",
    "linearize": "pyarrow.parquet",
    "compare_hold_inputs": "pyarrow.parquet",
    "portray": "pyarrow.parquet",
    "intrinsic_dimension": "scipy.spatial.distance",
    "plot_network": "pyarrow.parquet",
    "plot_overview": "pandas",
    "plot_sweeps": "pandas",
    "judge": "pandas",
    "start_page": "pandas",
}
RENAMED = {"hold_inputs": "compare_hold_inputs"}  # rules of older checkouts
MODULES = {"prepare": "prepare_synthetic", **{name: stage.module for name, stage in STAGES.items()}}


@dataclass(frozen=True)
class Run:
    """What one run of a configuration took: CPU seconds but for `wall`."""

    jobs: dict[str, list[float]]
    imports: dict[str, float]
    own: dict[str, float]
    networks: int
    cpu: float
    wall: float


def imports_of(stage: str) -> str:
    """Return the statement that imports what a job of a stage needs."""
    names = [f"rnn_geometry.stages.{MODULES[stage]}"]
    names += ["rnn_geometry.stages.block"] if stage in NETWORK_STAGES else []
    names += [LATER[stage]] if stage in LATER else []
    return f"import {', '.join(names)}"


def cpu_of(command: list[str], **options) -> tuple[float, float]:
    """Run a command and its children; return their CPU seconds and the wall seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - started


def import_seconds(stages: Iterable[str], environment: dict[str, str]) -> dict[str, float]:
    """Return the median CPU seconds of three that a job of each stage takes to start and import."""
    return {
        stage: sorted(
            cpu_of([sys.executable, "-c", imports_of(stage)], env=environment)[0] for _ in range(3)
        )[1]
        for stage in stages
    }


def jobs_of(benchmarks: Path) -> dict[str, list[float]]:
    """Return the CPU seconds of every job by rule, as Snakemake's benchmark files hold them."""
    jobs = defaultdict(list)
    for path in sorted(benchmarks.rglob("*.tsv")):
        rule = path.relative_to(benchmarks).parts[0].removesuffix(".tsv")
        rule = RENAMED.get(rule, rule)
        with open(path, newline="") as handle:
            for row in csv.DictReader(handle, delimiter="\t"):
                jobs[rule].append(0.0 if row["cpu_time"] == "NA" else float(row["cpu_time"]))
    return jobs


# Runs Snakemake as its command does; at the end the CPU seconds of this process alone are written
# to a file.
ACCOUNTED = """
import atexit, os, resource, sys
main, file = os.getpid(), os.environ["OWN_SECONDS"]
def write():
    used = resource.getrusage(resource.RUSAGE_SELF)
    if os.getpid() == main:
        open(file, "w").write(str(used.ru_utime + used.ru_stime))
atexit.register(write)
from snakemake.cli import main as snakemake
snakemake(sys.argv[1:])
"""


def project_copy(project: Path, root: Path) -> None:
    """Copy what a run needs."""
    for name in ("Snakefile", "workflow", "config", "profiles", "envs"):
        source = project / name
        shutil.copytree(source, root / name) if source.is_dir() else shutil.copy2(
            source, root / name
        )


def python_of(project: Path) -> str:
    """Return the interpreter of a checkout's own environment, else the one that runs this."""
    own = project / ".venv/bin/python"
    return str(own) if project != PROJECT and own.exists() else sys.executable


def run(project: Path, configfile: str, cores: str) -> Run:
    """Run a configuration in an empty copy of a checkout; imports are those of this one alone."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project_copy(project, root)
        own_seconds, python = root / "own_seconds.txt", python_of(project)
        environment = {**os.environ, "PYTHONPATH": str(root / "workflow"), "OMP_NUM_THREADS": "1"}
        environment["OWN_SECONDS"] = str(own_seconds)
        options = ["--cores", cores, "--quiet", "all", "--configfile", configfile]
        cpu, wall = cpu_of([python, "-c", ACCOUNTED, *options], cwd=root, env=environment)
        results = root / results_folder(root, configfile)
        report = [python, "-m", "snakemake", *options, "--report", str(results / "again.html")]
        own = {
            "scheduling": float(own_seconds.read_text()),
            "report": cpu_of(report, cwd=root, env=environment)[0],
        }
        jobs = jobs_of(results / "benchmarks")
        networks = len(list((results / "runs").rglob("model.safetensors")))
        imports = import_seconds(jobs, environment) if project == PROJECT else {}
        return Run(jobs, imports, own, networks, cpu, wall)


def results_folder(root: Path, configfile: str) -> str:
    """Return the folder of results that a configuration names."""
    settings = [
        yaml.safe_load((root / path).read_text()) for path in ("config/config.yaml", configfile)
    ]
    return {**settings[0], **settings[1]}["results"]


def print_table(run: Run) -> None:
    """Print a row per rule and the totals."""
    print(
        f"{'rule':20s} {'jobs':>5s} {'CPU s':>8s} {'s a job':>8s} {'start-up s a job':>17s} "
        f"{'share':>6s}"
    )
    for rule, seconds in sorted(run.jobs.items(), key=lambda item: -sum(item[1])):
        total, start = sum(seconds), len(seconds) * run.imports[rule]
        share = f"{start / total:.0%}" if total else "-"
        print(
            f"{rule:20s} {len(seconds):5d} {total:8.1f} {total / len(seconds):8.2f} "
            f"{run.imports[rule]:17.2f} {share:>6s}"
        )
    start = sum(len(seconds) * run.imports[rule] for rule, seconds in run.jobs.items())
    spent = start + sum(run.own.values())
    print(
        f"whole run: {run.wall:.0f} s wall, {run.cpu:.0f} CPU s, "
        f"{run.cpu / run.networks:.1f} CPU s a network ({run.networks} networks)"
    )
    print(f"start-up and imports of jobs {start:.0f} CPU s ({start / run.cpu:.1%})")
    for name, seconds in run.own.items():
        print(f"Snakemake, {name} {seconds:.0f} CPU s ({seconds / run.cpu:.1%})")
    print(f"start-up, imports and Snakemake {spent:.0f} CPU s: {spent / run.cpu:.1%} of all")


def compared(before: Run, after: Run) -> list[tuple[str, str, float, float]]:
    """Return name, numbers of jobs, and what it took before and after: rules first, then totals."""
    rules = sorted(before.jobs | after.jobs, key=lambda rule: -sum(before.jobs.get(rule, [0.0])))
    rows = []
    for rule in rules:
        old, new = (one.jobs.get(rule, []) for one in (before, after))
        rows.append((rule, f"{len(old)} / {len(new)}", sum(old), sum(new)))
    rows += [(f"Snakemake, {name}", "", before.own[name], after.own[name]) for name in after.own]
    return [
        *rows,
        ("all, CPU s", "", before.cpu, after.cpu),
        ("CPU s a network", "", before.cpu / before.networks, after.cpu / after.networks),
        ("all, wall s", "", before.wall, after.wall),
    ]


def print_comparison(before: Run, after: Run) -> None:
    """Print a row per rule, before beside after, and the totals."""
    print(f"{'rule':22s} {'jobs':>9s} {'before':>9s} {'after':>9s} {'after / before':>15s}")
    for name, jobs, old, new in compared(before, after):
        ratio = f"{new / old:.2f}" if old else "-"
        print(f"{name:22s} {jobs:>9s} {old:9.1f} {new:9.1f} {ratio:>15s}")
    if before.networks != after.networks:
        print(f"not the same: {before.networks} networks before, {after.networks} after")


def main() -> None:
    """Run the configuration and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--configfile", default="config/config.yaml")
    parser.add_argument("--cores", default="2")
    parser.add_argument("--against", type=Path, help="another checkout, which is run before")
    arguments = parser.parse_args()
    projects = [arguments.against.resolve()] if arguments.against else []
    runs = [run(each, arguments.configfile, arguments.cores) for each in (*projects, PROJECT)]
    print_table(runs[-1])
    if arguments.against:
        print()
        print_comparison(*runs)


if __name__ == "__main__":
    main()
