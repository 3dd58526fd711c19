"""What a run cost, by rule, from Snakemake's benchmark files."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path


def cost_table(benchmarks: str | Path, own: Collection[str]) -> list[dict[str, float | str]]:
    """Return a row per rule: rule, jobs, cpu_seconds over all jobs, memory_mb of the largest job.

    benchmarks: a folder with a file per rule, or a folder of files per rule; own: names of files
    below it without `.tsv` that count, others are left from what was computed before. A benchmark
    that Snakemake could not measure (`NA`: the job was too short) counts as a job without cost.
    """
    rows = []
    for path in sorted(Path(benchmarks).iterdir()):
        files = [path] if path.is_file() else sorted(path.rglob("*.tsv"))
        names = {
            file: file.relative_to(benchmarks).as_posix().removesuffix(".tsv") for file in files
        }
        jobs = [row for file in files if names[file] in own for row in _rows(file)]
        if jobs:
            seconds = sum(_number(job["cpu_time"]) for job in jobs)
            memory = max(_number(job["max_rss"]) for job in jobs)
            rows.append(
                {
                    "rule": path.name.removesuffix(".tsv"),
                    "jobs": len(jobs),
                    "cpu_seconds": round(seconds, 2),
                    "memory_mb": memory,
                }
            )
    return rows


def _rows(file: Path) -> list[dict[str, str]]:
    with open(file, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
