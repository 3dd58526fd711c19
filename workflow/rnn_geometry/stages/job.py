"""What every script of the workflow does around its one call: log, progress, errors for people."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rnn_geometry.errors import UserError, lacks_memory, told
from rnn_geometry.stages.network_job import Log


class SharedNetwork(NamedTuple):
    """One of the networks of a job: its keys as text, and its files by name, shared ones too."""

    identity: dict[str, str]
    input: dict[str, str]
    output: dict[str, str]


def networks_of(snakemake: Any, log: Log) -> Iterator[SharedNetwork]:
    """Yield the networks of a job whose wildcard is `setting`.

    Parameters
    ----------
    snakemake
        The job's `snakemake` object. Outputs lie in `seed-<seed>` folders; its named files are
        lists, one a seed, or one file for all.
    log
        Takes one line.
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


def and_terminal(log: Log, name: str) -> tuple[Log, Log]:
    """Return two logs that show on a terminal, too, one line in five seconds and every line.

    Parameters
    ----------
    log
        Takes one line. Both are this one where stderr is no terminal.
    name
        What lines on the terminal begin with.
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


class LogFile:
    """The log of a job.

    Its lines are lost where it cannot be written, as on a full disk; what must be told is not.
    """

    def __init__(self, path: str | Path):
        self.file = None
        with contextlib.suppress(OSError):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            # Without a buffer: one that cannot be emptied raises its error again when the file is
            # closed.
            self.file = open(path, "wb", buffering=0)  # noqa: SIM115 - closed by `job`

    def line(self, text: str) -> bool:
        """Write a line and tell whether it is in the file."""
        data = (text + "\n").encode()
        try:
            return self.file is not None and self.file.write(data) == len(data)
        except OSError:
            return False

    def tell(self, text: str) -> None:
        """Write a line, to the terminal where it does not get into the file."""
        if not self.line(text):
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):
            if self.file is not None:
                self.file.close()


class _LibraryLines(logging.Handler):
    """Brings what a module of the package logs into the log of the job."""

    def __init__(self, tell: Log):
        super().__init__(logging.WARNING)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of a record."""
        self.tell(f"WARNING {record.getMessage()}")


# Objects after which Python looks for garbage. By its default of 700 it looks a hundred times while
# torch is imported, a sixth of that time, and finds none.
GARBAGE = 50_000


@contextlib.contextmanager
def job(log_file: str | Path) -> Iterator[Log]:
    """Run a job's body; yield a function that writes one line to the log file.

    A UserError ends the process with exit code 1 and its sentence as the last line of the log,
    where `show-failed-logs` finds it; so does a lack of memory. Any other error is our mistake: its
    traceback goes to the log as well.

    Parameters
    ----------
    log_file
        Where the log lies.
    """
    log, done = LogFile(log_file), _end_with_parent()
    gc.set_threshold(GARBAGE)

    def tell(line: str) -> None:
        log.line(f"{time.strftime('%H:%M:%S')} {line}")

    library = _LibraryLines(tell)
    logging.getLogger("rnn_geometry").addHandler(library)
    try:
        yield tell
    except UserError as error:
        log.tell(f"ERROR: {error}")
        sys.exit(1)
    except Exception as error:
        log.tell(
            f"ERROR: {no_memory(error)}" if lacks_memory(error) else traceback.format_exc().rstrip()
        )
        sys.exit(1)
    finally:
        logging.getLogger("rnn_geometry").removeHandler(library)
        done.set()
        log.close()


def _end_with_parent() -> threading.Event:
    """End this process soon after the one that started it was killed; the event calls this off.

    Left alive, it would do what the next run does once more, and write its files over those of the
    next run.
    """
    parent, done = os.getppid(), threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            if os.getppid() != parent:
                os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    return done


def no_memory(error: Exception) -> str:
    """Return the sentence for a lack of memory."""
    asked = re.search(r"(tried|trying) to allocate [\d.]+ ?\w+", str(error), re.IGNORECASE)
    reason = asked[0] if asked else told(error, 60)
    return (
        f"not enough memory ({reason}); lower analysis.memory_mb or the model's batch_size, "
        "run fewer jobs at once (--cores), or give the job more on a cluster "
        "(--default-resources mem_mb=8000)."
    )
