"""What a run came to, in a few lines for a terminal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_geometry.claims.judged import counted
from rnn_geometry.store import formats

MOST_NAMED = 5  # exceptions that are told one by one

# The log of a killed job is empty, and what Snakemake says last does not tell what to do.
ADVICE = (
    "Some jobs failed: the log of each, above, says why. Finished files are kept, and the same "
    "command goes on from there. A job with an empty log that died of SIGKILL (exit status 137 or "
    "-9) was killed, mostly for lack of memory: run fewer jobs at once (--cores), or give it more."
)


def advice(results: str) -> str:
    """Return what to do after jobs have failed."""
    full = os.path.isdir(results) and shutil.disk_usage(results).free < 2**20
    room = f"No space is left on the disk of the folder {results}: free some first."
    return f"{ADVICE}\n{room}" if full else ADVICE


def run_summary(results: str) -> str:
    """Return the accuracy by task, what did not come out, and where the pages lie.

    Parameters
    ----------
    results
        The folder of the results.

    Returns
    -------
    str
        A few lines; those of what is not there are left out.
    """
    folder = Path(results)
    table = folder / "tables" / "runs.csv"
    lines = accuracy_lines(rows_of(table)) if table.is_file() else []
    pages = {"Start page": "index.html", "Report": "report.html", "Tables": "tables"}
    places = [(name, folder / file) for name, file in pages.items() if (folder / file).exists()]
    lines += [f"{name + ':':12}{os.path.abspath(path)}" for name, path in places]
    return "\n".join(lines)


def rows_of(table: Path) -> list[dict[str, Any]]:
    """Return the rows of a table, controls left out."""
    columns = formats.read_table(table)
    rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
    return [row for row in rows if not row["control"]]


def accuracy_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each task, and the networks that no verdict counts, with the reasons."""
    by_task: dict[str, list[float]] = {}
    for row in rows:
        by_task.setdefault(row["task"], []).append(float(row["test_accuracy"]))
    width = max(map(len, by_task), default=0)
    lines = [
        f"{task:{width}}  test accuracy {min(found):.3f} to {max(found):.3f}, {len(found)} networks"
        for task, found in by_task.items()
    ]
    out = [row for row in rows if row["not_judged"]]
    named = [f"{row['task']} {row['model']} seed {row['seed']}" for row in out[:MOST_NAMED]]
    more = f" and {len(out) - MOST_NAMED} more" if len(out) > MOST_NAMED else ""
    why = counted(row["not_judged"] for row in out)
    return [*lines, *([f"Not judged ({why}): {', '.join(named)}{more}"] if out else [])]
