"""Where a run is shown: plain lines here, bars on a terminal in `bars`."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import Protocol, TextIO

from snakemake_logger_plugin_rnn_geometry.progress import Progress, in_words

EVERY = 2.0  # seconds between two lines of progress


class Screen(Protocol):
    """What shows a run."""

    def begin(self, progress: Progress) -> None:
        """Begin to show how far the run is."""

    def update(self, finished: str | None = None) -> None:
        """Show how far it is now, with the name of a job that was just finished."""

    def line(self, text: str, style: str = "") -> None:
        """Write a line that stays."""

    def between(self, stream: TextIO, text: str) -> None:
        """Write what somebody else prints."""

    def end(self) -> None:
        """Show the last state and no more."""

    def close(self) -> None:
        """Close what was opened; no line follows."""


def screen_for(stream: TextIO, nocolor: bool) -> Screen:
    """Return bars for a terminal that can move its cursor, plain lines for anything else.

    Parameters
    ----------
    stream : TextIO
        Standard output or error.
    nocolor : bool
        Whether Snakemake was asked for no colours.

    Returns
    -------
    Screen
        What shows the run.
    """
    if stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown"):
        with contextlib.suppress(ImportError):  # rich is not there
            from snakemake_logger_plugin_rnn_geometry.bars import Bars

            return Bars(stream, nocolor)
    return Plain(stream)


class Plain:
    """Lines without control characters, one a finished job and few a second.

    Parameters
    ----------
    stream : TextIO
        Where to write.
    """

    def __init__(self, stream: TextIO):
        self.stream, self.progress = stream, None
        self.last, self.waiting = -EVERY, None
        self.lock = threading.RLock()

    def begin(self, progress: Progress) -> None:
        """Say how many jobs there are.

        Parameters
        ----------
        progress : Progress
            The run's state.
        """
        self.progress = progress
        stages = ", ".join(f"{stage.title} {stage.total}" for stage in progress.stages())
        self.line(f"{progress.total} jobs: {stages}")

    def update(self, finished: str | None = None) -> None:
        """Write a line for a finished job, unless one was written just now.

        Parameters
        ----------
        finished : str | None
            What the job is called.
        """
        if finished is None:
            return
        self.waiting = self._counted(finished)
        if time.monotonic() - self.last >= EVERY:
            self._write_waiting()

    def _counted(self, finished: str) -> str:
        total, left = self.progress.total, self.progress.time_left() or 0.0
        count = f"[{self.progress.finished:>{len(str(total))}}/{total}]"
        return f"{count} {finished} ..." + (f" {in_words(left)} left" if left >= 1 else "")

    def _write_waiting(self) -> None:
        if self.waiting is not None:
            self.line(self.waiting)
            self.last, self.waiting = time.monotonic(), None

    def line(self, text: str, style: str = "") -> None:
        """Write a line.

        Parameters
        ----------
        text : str
            The line.
        style : str
            Not used here.
        """
        self.between(self.stream, text + "\n")

    def between(self, stream: TextIO, text: str) -> None:
        """Write what somebody else prints.

        Parameters
        ----------
        stream : TextIO
            Where they print to.
        text : str
            What they print.
        """
        with self.lock:
            stream.write(text)
            stream.flush()

    def end(self) -> None:
        """Write the line of the job that was finished last."""
        self._write_waiting()

    def close(self) -> None:
        """Do nothing: the stream is not ours."""
