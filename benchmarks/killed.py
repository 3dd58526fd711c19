"""Kill a run at random moments and call it again: is a file lost, cut short, left or different?

    python benchmarks/killed.py [--configfile config/test.yaml] [--kills 20] [--seed 0] [--cores 2]

Every kill happens in a fresh copy of the project and is followed by one complete run. The victims
take turns: a job, Snakemake alone (its jobs live on while the next run works), and the whole
process group. Whatever lies below `results` just after a kill and at the end is held against an
undisturbed run: tables, arrays, weights and pages byte for byte but for what ends in `seconds`,
figures in that they are whole. Prints a row a kill, and exits with 1 where something differs. Linux
only.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psutil

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = ("Snakefile", "workflow", "config", "profiles", "envs")
VICTIMS = ("job", "snakemake", "group")
LIMIT = 600.0  # seconds after which a wait is given up


# --- running and killing --------------------------------------------------------------------------


def start(root: Path, *arguments: str) -> subprocess.Popen:
    """Start snakemake in a copy of the project, in a session of its own.

    Its output goes to `output.log` there.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(root / "workflow"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "snakemake", *arguments]
    with open(root / "output.log", "w") as log:
        return subprocess.Popen(
            command, cwd=root, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def run(root: Path, *arguments: str, limit: float = LIMIT) -> int:
    """Run snakemake to its end and return its exit status.

    Raise TimeoutExpired after `limit` seconds.
    """
    process = start(root, *arguments)
    try:
        return process.wait(limit)
    finally:
        process.kill()
        process.wait()


def jobs_of(process: subprocess.Popen) -> dict[psutil.Process, str]:
    """Return the jobs that a snakemake runs right now, and the rule of each."""
    jobs = {}
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            script = (command_of(child) or [""])[-1]
            if "/.snakemake/scripts/" in script:
                jobs[child] = stage_of(child)
    return jobs


def stage_of(job: psutil.Process) -> str:
    """Return the stage of a job, which the place of its log tells; nothing before it has one."""
    with contextlib.suppress(psutil.Error, OSError):
        for file in job.open_files():
            parts = Path(file.path).parts
            if file.path.endswith(".log") and "logs" in parts:
                return parts[parts.index("logs") + 1].removesuffix(".log")
    return ""


def command_of(process: psutil.Process) -> list[str]:
    """Return the command line of a process; nothing where it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def wait_for_jobs(process: subprocess.Popen) -> dict[psutil.Process, str]:
    """Wait until a snakemake runs jobs, and return them; none: it has ended."""
    end = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < end:
        jobs = jobs_of(process)
        if jobs:
            return jobs
        time.sleep(0.02)
    return {}


def kill(process: subprocess.Popen, victim: str, chance: random.Random) -> str | None:
    """Send SIGKILL to a victim; return the rules of the jobs that ran, None where all was done.

    After the death of a job this waits until snakemake has ended; jobs of a killed snakemake live
    on.
    """
    jobs = wait_for_jobs(process) if victim == "job" else jobs_of(process)
    if process.poll() is not None:
        return None
    if victim == "job":
        chosen = chance.choice(sorted(jobs, key=lambda job: job.pid))
        jobs = {chosen: jobs[chosen]}
        with contextlib.suppress(psutil.NoSuchProcess):
            chosen.kill()
    elif victim == "snakemake":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    # Zero: the job was at its very end when it was to be killed.
    return None if process.wait(LIMIT) == 0 else " ".join(sorted(jobs.values())) or "none"


def living(root: Path) -> list[psutil.Process]:
    """Return all processes that work in a folder, such as jobs that outlived their snakemake."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).is_relative_to(
                root
            ):
                found.append(process)
    return found


def wait_for_silence(root: Path) -> None:
    """Wait until no process works in a folder any more."""
    end = time.monotonic() + LIMIT
    while living(root) and time.monotonic() < end:
        time.sleep(0.1)


def end_all(root: Path) -> None:
    """Kill every process that works in a folder."""
    for process in living(root):
        with contextlib.suppress(psutil.Error):
            process.kill()
    wait_for_silence(root)


def is_locked(root: Path) -> bool:
    """Tell whether a killed snakemake left its lock behind."""
    locks = root / ".snakemake/locks"
    return locks.is_dir() and any(locks.iterdir())


# --- comparing ------------------------------------------------------------------------------------

# Folders below `results`; records of stages hold hashes of files with seconds in them.
NOT_COMPARED = {"logs", "benchmarks", ".kept", "stages"}
WITH_COSTS = {"index.html", "report.html"}  # pages that show seconds


def contents(results: Path) -> dict[str, Any]:
    """Return what every file below a folder of results holds, without seconds, for comparison.

    Temporary ones not.
    """
    files = (path.relative_to(results) for path in sorted(results.rglob("*")) if path.is_file())
    kept = [
        file
        for file in files
        if not NOT_COMPARED & set(file.parts) and not file.name.startswith(".")
    ]
    return {str(file): _content(results / file) for file in kept}


def _content(path: Path) -> Any:
    """Return what a file holds without its seconds.

    For one that is no whole file of its kind, the error as text.
    """
    # Figures are drawn from these numbers by a layout engine whose last bits differ from process to
    # process.
    readers = {
        ".csv": _table,
        ".json": _document,
        ".npz": _arrays,
        ".png": _picture,
        ".svg": _has_end,
        ".pdf": _has_end,
    }
    reader = _has_end if path.name in WITH_COSTS else readers.get(path.suffix, _digest)
    try:
        return reader(path)
    except Exception as error:  # whatever a reader raises on half a file
        return f"{type(error).__name__}: {error}"


def _table(path: Path) -> list[list[str]]:
    with open(path, newline="", encoding="utf-8") as handle:
        header, *rows = csv.reader(handle)
    kept = [i for i, name in enumerate(header) if not name.endswith("seconds")]
    return [[row[i] for i in kept] for row in (header, *rows)]


def _document(path: Path) -> Any:
    value = json.loads(path.read_text(encoding="utf-8"))
    return (
        {key: value[key] for key in value if not key.endswith("seconds")}
        if isinstance(value, dict)
        else value
    )


def _arrays(path: Path) -> dict[str, tuple]:
    # Opened here, since numpy leaves its own handle open when the archive is damaged.
    with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files if not name.endswith("seconds")}
    return {
        name: (array.dtype.str, array.shape, _hash(array.tobytes()))
        for name, array in arrays.items()
    }


def _picture(path: Path) -> tuple[int, int]:
    from PIL import Image

    with Image.open(path) as image:
        image.load()  # refuses a file that is cut short
        return image.size


def _has_end(path: Path) -> bool:
    """Tell whether a page or a drawing has its last line."""
    return path.read_bytes().rstrip().endswith((b"</html>", b"</svg>", b"%%EOF"))


def _digest(path: Path) -> str:
    return _hash(path.read_bytes())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def differences(
    found: Mapping[str, Any], expected: Mapping[str, Any], complete: bool = True
) -> list[str]:
    """Return names of files that are not as expected.

    Where the run is not `complete`, files may be missing.
    """
    wrong = [name for name in found if name in expected and found[name] != expected[name]]
    extra = [name for name in found if name not in expected]
    missing = [name for name in expected if name not in found] if complete else []
    return [*(f"differs: {name}" for name in wrong), *(f"extra: {name}" for name in extra)] + [
        f"missing: {name}" for name in missing
    ]


NO_LEFTOVERS = {".snakemake_timestamp", ".kept"}


def leftovers(results: Path) -> list[str]:
    """Return temporary files that lie below a folder of results.

    Snakemake's own time stamps are none.
    """
    hidden = [path for path in results.rglob(".*") if path.name not in NO_LEFTOVERS]
    unfinished = (results / ".kept").rglob("*.part")
    return sorted(str(path.relative_to(results)) for path in (*hidden, *unfinished))


# --- the table ------------------------------------------------------------------------------------


def fresh_copy(root: Path, project: Path = PROJECT) -> Path:
    """Copy what snakemake needs of a project to a place that is not there yet."""
    root.mkdir()
    for name in SOURCES:
        source = project / name
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(source, root / name, ignore=ignore) if source.is_dir() else shutil.copy2(
            source, root / name
        )
    return root


def undisturbed(root: Path, command: list[str]) -> tuple[dict[str, Any], float]:
    """Run to the end; return what the files hold, and the seconds since the first job began."""
    process = start(root, *command)
    try:
        wait_for_jobs(process)
        started = time.monotonic()
        if process.wait(10 * LIMIT):
            sys.exit((root / "output.log").read_text())
        return contents(root / "results"), time.monotonic() - started
    finally:
        end_all(root)
        process.wait()


def one_kill(
    root: Path, command: list[str], victim: str, moment: float, chance: random.Random, expected
) -> list[str]:
    """Kill a run in an empty copy `moment` seconds after its first job began, and run it again.

    Returns the cells of a row of the table, the last one the outcome; an empty list where the run
    ended too early.
    """
    process = start(root, *command)
    try:
        wait_for_jobs(process)
        time.sleep(moment)
        rules = kill(process, victim, chance)
        if rules is None:
            return []
        found, temporary = contents(root / "results"), leftovers(root / "results")
        wrong = differences(found, expected, complete=False)
        if is_locked(root):
            run(root, "--unlock")
        status = run(root, *command, limit=10 * LIMIT)
        wait_for_silence(root)
        wrong += differences(contents(root / "results"), expected)
        wrong += [f"left over: {name}" for name in leftovers(root / "results")]
        wrong += [f"exit status {status}"] if status else []
        facts = [
            f"{moment:.1f} s",
            victim,
            rules,
            f"{len(found)} of {len(expected)}",
            str(len(temporary)),
        ]
        return [*facts, "; ".join(wrong) or "equal"]
    finally:
        end_all(root)
        process.wait()


def main() -> None:
    """Print the table of kills."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--configfile", default=str(PROJECT / "config/test.yaml"))
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", default="2")
    arguments = parser.parse_args()
    command = ["--cores", arguments.cores, "--configfile", os.path.abspath(arguments.configfile)]
    chance, rows = random.Random(arguments.seed), []
    with tempfile.TemporaryDirectory() as folder:
        # All copies are made of the first one: somebody may edit the project meanwhile.
        first = fresh_copy(Path(folder) / "undisturbed")
        expected, seconds = undisturbed(first, command)
        print(f"undisturbed: {seconds:.0f} s, {len(expected)} files compared")
        heads = (
            "moment",
            "victim",
            "jobs then",
            "files there",
            "temporary files",
            "after one more run",
        )
        print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
        while len(rows) < arguments.kills:
            victim, moment = VICTIMS[len(rows) % len(VICTIMS)], chance.uniform(0, seconds)
            root = fresh_copy(Path(folder) / "killed", first)
            row = one_kill(root, command, victim, moment, chance, expected)
            shutil.rmtree(root)
            if row:
                rows.append(row)
                print(f"| {' | '.join(row)} |", flush=True)
    bad = sum(row[-1] != "equal" for row in rows)
    print(f"{len(rows) - bad} of {len(rows)} kills without a trace")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
