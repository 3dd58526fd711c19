"""What a dry run costs to build a graph: CPU time, memory, jobs and the largest folder.

    python benchmarks/graph.py [--configfile config/paper.yaml] [--seeds 12] [--networks_per_job 4]

Nothing is computed. seeds: so many seeds in place of the configuration's, 0 and up, for every task.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rnn_geometry.config.load import DATA_VARIABLE

PROJECT = Path(__file__).resolve().parents[1]
PLANNED = re.compile(r"^ {4,}(?:output|log|benchmark): (.*)$", flags=re.MULTILINE)


def dry_run(*configfiles: str) -> tuple[str, float, float, float]:
    """Return a dry run's plan as text, its CPU and wall seconds and its largest memory in MB."""
    command = [sys.executable, "-m", "snakemake", "-n", "--nolock", "--configfile", *configfiles]
    # Planned against the hub: sets that are at hand on one machine are not on another.
    inherited = {name: value for name, value in os.environ.items() if name != DATA_VARIABLE}
    environment = {**inherited, "PYTHONPATH": str(PROJECT / "workflow")}
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout + done.stderr, cpu, wall, after.ru_maxrss / 1024


def entries(plan: str) -> Counter[str]:
    """Return how many files and folders every folder will hold, by its name."""
    paths = {path.strip() for line in PLANNED.findall(plan) for path in line.split(",")}
    inside = {(str(parent), child) for path in paths for parent, child in _steps(Path(path))}
    return Counter(folder for folder, _ in inside)


def _steps(path: Path) -> list[tuple[Path, str]]:
    """Return every folder on the way to a file with what of the way lies in it."""
    chain = [path, *path.parents][:-1]
    return [(part.parent, part.name) for part in chain]


def main() -> None:
    """Print the costs of the graph of a configuration."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--configfile", default="config/paper.yaml")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--networks_per_job", type=int)
    arguments = parser.parse_args()
    seeds = list(range(arguments.seeds)) if arguments.seeds else None
    changes = {"seeds": seeds, "networks_per_job": arguments.networks_per_job}
    changes = {key: value for key, value in changes.items() if value is not None}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as changed:
        json.dump(changes, changed)
        changed.flush()
        plan, cpu, wall, memory = dry_run(arguments.configfile, changed.name)
    jobs = int(re.search(r"^total +(\d+)$", plan, flags=re.MULTILINE)[1])
    networks = len(set(re.findall(r"[^ ]+/model\.safetensors", plan)))
    folder, most = entries(plan).most_common(1)[0]
    print(f"{arguments.configfile} {changes or ''}: {networks} networks, {jobs} jobs")
    print(f"dry run: {cpu:.1f} CPU s (limit 30), {wall:.1f} s wall, {memory:.0f} MB (limit 2,000)")
    print(f"largest folder: {folder} with {most} entries (limit 10,000)")


if __name__ == "__main__":
    main()
