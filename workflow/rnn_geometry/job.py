"""What every script of the workflow does around its one call: log file, progress, errors for people."""

from __future__ import annotations

import contextlib
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rnn_geometry.errors import UserError


class SharedNetwork(NamedTuple):
    """One of the networks of a job: task, model, l2 and seed as text; its files by name, and those that all share."""

    identity: dict[str, str]
    input: dict[str, str]
    output: dict[str, str]


def networks_of(snakemake: Any, log: Callable[[str], None]) -> Iterator[SharedNetwork]:
    """Yield the networks of a job whose wildcard is `setting`; its outputs lie in `seed-<seed>` folders.

    Named files are lists, one a seed, or one file for all.
    """
    task, model, l2 = snakemake.wildcards.setting.split("/")
    (_, files), *_ = snakemake.output.items()
    seeds = [re.findall(r"/seed-([0-9]+)/", file)[-1] for file in files]
    for i, seed in enumerate(seeds):
        identity = {"task": task, "model": model, "l2": l2.removeprefix("l2-"), "seed": seed}
        if len(seeds) > 1:
            log(f"seed {seed}")
        yield SharedNetwork(identity, _of_seed(snakemake.input, i), _of_seed(snakemake.output, i))


def _of_seed(files: Any, i: int) -> dict[str, str]:
    return {name: file if isinstance(file, str) else file[i] for name, file in files.items()}


TOLD_EVERY = 5.0  # seconds between two lines of one job on a terminal


Log = Callable[[str], None]


def and_terminal(log: Log, name: str) -> tuple[Log, Log]:
    """Return two logs that show their lines on a terminal too: one line in five seconds at most, and every line.

    Where stderr is no terminal both are the log that was given.
    """
    if not sys.stderr.isatty():
        return log, log
    last = -TOLD_EVERY

    def tell(line: str) -> None:
        log(line)
        print(f"{name}: {line}", file=sys.stderr, flush=True)

    def sometimes(line: str) -> None:
        nonlocal last
        due = time.monotonic() - last >= TOLD_EVERY
        last = time.monotonic() if due else last
        (tell if due else log)(line)

    return sometimes, tell


@contextlib.contextmanager
def job(log_file: str | Path) -> Iterator[Callable[[str], None]]:
    """Run a job's body; yield a function that writes one line to the log file.

    A UserError ends the process with exit code 1 and its sentence as the last line of the log, where
    `show-failed-logs` finds it. Any other error is our mistake: its traceback goes to the log as well.
    """
    Path(log_file).parent.mkdir(parents=True, exist_ok=True)
    with open(log_file, "w", encoding="utf-8", buffering=1) as handle:

        def write(line: str) -> None:
            print(time.strftime("%H:%M:%S"), line, file=handle)

        try:
            yield write
        except UserError as error:
            print(f"ERROR: {error}", file=handle)
            sys.exit(1)
        except Exception:
            traceback.print_exc(file=handle)
            sys.exit(1)
