"""What a run came to, in a few lines for a terminal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_geometry.claims.below import below_bag_of_words
from rnn_geometry.claims.judged import counted
from rnn_geometry.errors import one_line
from rnn_geometry.identity import base_task
from rnn_geometry.store import formats

MOST_NAMED = 5  # exceptions that are told one by one

GOES_ON = "Finished files are kept, and the same command goes on from there."
KILLED = (
    "the job ended without a word. If it died of SIGKILL, as is said above, the system killed it, "
    "mostly for lack of memory: run fewer jobs at once (--cores), or give it more."
)


def failure_summary(results: str, logs: Sequence[Sequence[str]]) -> str:
    """Return what to do after jobs have failed, and what each says: its sentence comes last.

    Parameters
    ----------
    results
        The folder of the results.
    logs
        The log files of each job that failed.
    """
    full = os.path.isdir(results) and shutil.disk_usage(results).free < 2**20
    room = f"No space is left on the disk of the folder {results}: free some first."
    lines = [f"Some jobs failed: {len(logs)}. {GOES_ON}", *([room] if full else [])]
    if len(logs) > MOST_NAMED:
        lines.append(f"These are the last {MOST_NAMED}; the others are above.")
    for paths in logs[-MOST_NAMED:]:
        lines += [f"log: {', '.join(paths)}", last_words(paths)]
    return "\n".join(lines)


def last_words(logs: Sequence[str]) -> str:
    """Return the sentence that a failed job ends with, or what there is in its place.

    Parameters
    ----------
    logs
        The log files of the job.
    """
    written = [text for path in logs if (text := _text(path))]
    sentences = [text.rpartition("\nERROR: ")[2] for text in written if "\nERROR: " in f"\n{text}"]
    if sentences:
        return f"ERROR: {sentences[-1].removeprefix('ERROR: ')}"
    if any("Traceback (most recent call last)" in text for text in written):
        last = one_line(written[-1].splitlines()[-1])
        return f"ERROR: the job failed without a sentence for people; its log ends in: {last}"
    return f"ERROR: {KILLED}"


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def warnings_on_texts(data: Path, tasks: Iterable[str]) -> list[str]:
    """Return a line for what makes the texts of some tasks doubtful, at most a few.

    Parameters
    ----------
    data
        The folder of prepared data.
    tasks
        Their names.
    """
    told = []
    for task in tasks:
        meta = data / task / "meta.json"
        warnings = formats.read_json(meta).get("warnings", []) if meta.is_file() else []
        told += [one_line(f"Warning, {task}: {line}.") for line in warnings]
    more = len(told) - MOST_NAMED
    return told[:MOST_NAMED] + ([f"{more} more warnings: see the start page."] if more > 0 else [])


def run_summary(results: str) -> str:
    """Return the accuracy by task, what is doubtful or did not come out, where the pages lie.

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
    rows = rows_of(table) if table.is_file() else []
    lines = accuracy_lines(rows) if rows else []
    lines += [one_line(f"Warning, {told}.") for told in below_bag_of_words(rows)[:MOST_NAMED]]
    lines += warnings_on_texts(folder / "data", dict.fromkeys(row["task"] for row in rows))
    pages = {"Start page": "index.html", "Report": "report.html", "Attention": "attention.html"}
    pages |= {"Tables": "tables"}
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
        by_task.setdefault(base_task(row["task"]), []).append(float(row["test_accuracy"]))
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
