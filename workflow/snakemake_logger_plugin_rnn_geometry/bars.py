"""A bar a stage on a terminal, drawn by rich."""

from __future__ import annotations

import os
import threading
from typing import TextIO

from rich.console import Console, ConsoleDimensions, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from snakemake_logger_plugin_rnn_geometry.progress import Job, Progress, Stage, in_words
from snakemake_logger_plugin_rnn_geometry.stages import title_of
from snakemake_logger_plugin_rnn_geometry.streams import JobLines

WIDEST = 88  # columns of the display
NAMED = 4  # jobs under way that are named
REDRAWN = 2  # times a second


class _Console(Console):
    """A console on the terminal of its file, with the cursor left on."""

    def show_cursor(self, show: bool = True) -> bool:
        """Leave it: a process that is killed cannot bring it back."""
        return False

    @property
    def size(self) -> ConsoleDimensions:
        """Measure our own terminal: standard output and error may be that of the jobs' lines."""
        columns, lines = os.get_terminal_size(self.file.fileno())
        return ConsoleDimensions(columns or 80, lines or 24)


def _encoding(stream: TextIO) -> str:
    """Return what the terminal reads. Python writes UTF-8 in the C locale; the terminal may not."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    utf = "utf" in (stream.encoding or "").lower()
    return "utf-8" if utf and "utf" in locale.lower() else "ascii"


class Bars:
    """Bars, jobs under way and time left below the lines that stay.

    Parameters
    ----------
    stream : TextIO
        A terminal.
    nocolor : bool
        Whether Snakemake was asked for no colours; the variable NO_COLOR says so too.
    """

    def __init__(self, stream: TextIO, nocolor: bool):
        # Its own way to the terminal: file descriptor 2 is given to the jobs' lines.
        self.file = os.fdopen(
            os.dup(stream.fileno()),
            "w",
            encoding=_encoding(stream),
            errors="backslashreplace",
        )
        colours = {"no_color": True} if nocolor or os.environ.get("NO_COLOR") else {}
        self.console = _Console(
            file=self.file,
            force_terminal=True,
            highlight=False,
            markup=False,
            emoji=False,
            **colours,
        )
        self.progress: Progress | None = None
        self.live: Live | None = None
        self.jobs: JobLines | None = None
        self.told, self.unended, self.ended = "", "", False
        self.lock = threading.RLock()

    def begin(self, progress: Progress) -> None:
        """Draw the bars, and again twice a second.

        Parameters
        ----------
        progress : Progress
            The run's state.
        """
        self.progress = progress
        self.live = Live(
            get_renderable=self._drawn,
            console=self.console,
            refresh_per_second=REDRAWN,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        self.jobs = JobLines(self.job_line)
        self.live.start(refresh=True)

    def update(self, finished: str | None = None) -> None:
        """Do nothing: the bars are redrawn by the clock.

        Parameters
        ----------
        finished : str | None
            Not used here.
        """

    def line(self, text: str, style: str = "") -> None:
        """Write a line above the bars.

        Parameters
        ----------
        text : str
            The line.
        style : str
            A colour's name.
        """
        self.console.print(Text(text, style=style), soft_wrap=True)

    def between(self, stream: TextIO, text: str) -> None:
        """Write what this process prints: above the bars, where it goes to the terminal.

        Parameters
        ----------
        stream : TextIO
            Where it is printed to.
        text : str
            What is printed.
        """
        with self.lock:
            if self.live is None or not stream.isatty():
                stream.write(text)
                return
            *lines, self.unended = (self.unended + text).split("\n")
            for line in lines:
                self._above(line)

    def job_line(self, line: str) -> None:
        """Take a line that a job wrote: its progress goes below the bars, all else above them.

        Parameters
        ----------
        line : str
            The line.
        """
        name = line.partition(": ")[0]
        stages = {stage.title for stage in self.progress.stages()}
        if name != line and any(name.startswith(f"{title} ") for title in stages):
            self.told = line
        elif line.strip():
            self._above(line)

    def _above(self, line: str) -> None:
        self.console.print(Text.from_ansi(line), soft_wrap=True)

    def end(self) -> None:
        """Leave the bars as they are now, and the terminal to others."""
        with self.lock:
            if self.live is None:
                return
            self.jobs.close()
            self.ended = True
            if self.unended:
                self._above(self.unended)
            self.live.stop()
            self.live = None

    def close(self) -> None:
        """Close our own way to the terminal."""
        self.file.close()

    def _drawn(self) -> Group:
        """Return what is drawn now."""
        below = [] if self.ended else self._below()
        room = max(1, self.console.height - len(below) - 1)
        return Group(self._table(_that_fit(self.progress.stages(), room)), *below)

    def _table(self, stages: list[Stage]) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0), expand=True)
        table.width = min(WIDEST, self.console.width)
        table.add_column(no_wrap=True, overflow=self._overflow, min_width=8)
        table.add_column(ratio=1, min_width=4)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        for stage in stages:
            failed = Text(f"{stage.failed} failed", style="red") if stage.failed else Text("")
            bar = ProgressBar(stage.total, stage.finished, finished_style="green")
            table.add_row(Text(stage.title), bar, f"{stage.finished}/{stage.total}", failed)
        return table

    def _below(self) -> list[Text]:
        """Return the lines below the bars: jobs under way, the last line of one, time left."""
        jobs = [job for job in list(self.progress.running.values()) if job.title]
        lines = [f"  {self._under_way(job)}" for job in jobs[:NAMED]]
        if len(jobs) > NAMED:
            lines.append(f"  and {len(jobs) - NAMED} more under way")
        stages = {title_of(job.rule) for job in jobs}
        if any(self.told.startswith(f"{title} ") for title in stages):
            lines.append(f"  {self.told}")
        lines.append(self._time_left())
        return [Text(line, no_wrap=True, overflow=self._overflow) for line in lines]

    def _under_way(self, job: Job) -> str:
        return f"{job.title} ({self.progress.clock() - job.began:.0f} s)"

    def _time_left(self) -> str:
        done = f"{self.progress.finished} of {self.progress.total} jobs done"
        left = self.progress.time_left()
        return f"{done}, {'time left not known yet' if left is None else in_words(left) + ' left'}"

    @property
    def _overflow(self) -> str:
        return "ellipsis" if self.console.encoding.startswith("utf") else "crop"


def _that_fit(stages: list[Stage], room: int) -> list[Stage]:
    """Leave out finished stages, then the last ones, where a terminal has too few lines."""
    if len(stages) > room:
        stages = [stage for stage in stages if stage.finished < stage.total] or stages
    return stages[:room]
