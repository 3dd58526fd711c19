"""What becomes of Snakemake's records: bars and short lines, or Snakemake's own lines."""

from __future__ import annotations

import logging
import os
from typing import Any, NamedTuple, TextIO

from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_rnn_geometry import messages
from snakemake_logger_plugin_rnn_geometry.progress import Progress, exactly
from snakemake_logger_plugin_rnn_geometry.screens import Screen
from snakemake_logger_plugin_rnn_geometry.streams import Between

RECALLED = 5  # failures told once more at the end


class AsSnakemake:
    """Show everything as Snakemake does; only exceptions are told without their places in code.

    Dry runs are read for their table and reasons, `--verbose` and `--debug-dag` for details.

    Parameters
    ----------
    stream : TextIO
        Where to write.
    settings : Any
        Snakemake's settings of its output.
    """

    def __init__(self, stream: TextIO, settings: Any):
        from snakemake.logging import ColorizingTextHandler, DefaultFormatter

        plain = settings.nocolor or bool(os.environ.get("NO_COLOR"))
        formatter = DefaultFormatter(settings.quiet, settings.show_failed_logs)
        self.handler = ColorizingTextHandler(plain, stream, formatter)

    def show(self, record: logging.LogRecord) -> None:
        """Show one record.

        Parameters
        ----------
        record : logging.LogRecord
            A record of Snakemake.
        """
        if getattr(record, "event", None) == LogEvent.ERROR:
            record.msg = messages.of_exception(record.getMessage())
        self.handler.emit(record)

    def close(self) -> None:
        """Write what waits."""
        self.handler.flush()


class Failure(NamedTuple):
    """A job that failed, and what it says."""

    title: str
    logs: str
    sentence: str


class Reader:
    """Show how far a run is, and whole only what a person has to read.

    Parameters
    ----------
    screen : Screen
        A terminal, or plain lines.
    settings : Any
        Snakemake's settings of its output.
    """

    def __init__(self, screen: Screen, settings: Any):
        from snakemake.logging import DefaultFormatter

        self.screen = screen
        self.formatter = DefaultFormatter(settings.quiet)
        self.progress: Progress | None = None
        self.failures: dict[int, Failure] = {}
        self.streams: Between | None = None
        self.ended, self.stopped = False, False
        self.last = ""
        self.actions = {
            LogEvent.RUN_INFO: self.plan,
            LogEvent.JOB_STARTED: self.start,
            LogEvent.JOB_INFO: self.name,
            LogEvent.JOB_FINISHED: self.finish,
            LogEvent.JOB_ERROR: self.fail,
            LogEvent.PROGRESS: self.count,
            LogEvent.ERROR: self.tell_exception,
            LogEvent.SHELLCMD: self.tell_command,
            LogEvent.GROUP_INFO: _nothing,
            LogEvent.GROUP_ERROR: self.fail_group,
            LogEvent.WORKFLOW_STARTED: _nothing,
            LogEvent.RESOURCES_INFO: _nothing,
            LogEvent.RULEGRAPH: _nothing,
        }

    def show(self, record: logging.LogRecord) -> None:
        """Show one record.

        Parameters
        ----------
        record : logging.LogRecord
            A record of Snakemake.
        """
        self.actions.get(getattr(record, "event", None), self.tell)(record)

    def plan(self, record: logging.LogRecord) -> None:
        """Begin to show the run's progress."""
        if self.progress is None:
            self.progress = Progress()
            self.progress.plan(record.stats)
            self.streams = Between(self.screen.between)
            self.screen.begin(self.progress)

    def start(self, record: logging.LogRecord) -> None:
        """Note jobs that begin."""
        if self.progress is not None:
            self.progress.start(record.jobs or ())
            for number in record.jobs or ():
                self.failures.pop(number, None)

    def name(self, record: logging.LogRecord) -> None:
        """Note which job has which number."""
        if self.progress is not None:
            self.progress.name(record.jobid, record.rule_name, dict(record.wildcards or {}))
            self.screen.update()

    def finish(self, record: logging.LogRecord) -> None:
        """Count a finished job."""
        if self.progress is not None:
            title = self.progress.finish(record.job_id)
            if title is not None:
                self.screen.update(title)

    def count(self, record: logging.LogRecord) -> None:
        """End the display with the last job, before the workflow's own last words."""
        if record.done >= record.total:
            self.end()

    def fail(self, record: logging.LogRecord) -> None:
        """Tell what a failed job says; those of a group were told by the group."""
        if not getattr(record, "indent", False):
            self.tell_failure(record.jobid, record.rule_name, record.log)
        elif self.progress is not None:
            self.progress.fail(record.jobid, record.rule_name)

    def fail_group(self, record: logging.LogRecord) -> None:
        """Tell what the jobs of a group say that have a sentence, else the log of the first."""
        jobs = record.job_error_info
        for job in [job for job in jobs if messages.from_logs(job["log"])[0]] or jobs[:1]:
            self.tell_failure(job["jobid"], job["rule_name"], [*job["log"], *record.aux_logs])

    def tell_failure(self, number: int, rule: str, logs: list[str]) -> None:
        """Tell which job failed, where its log is, and its sentence or the end of its log."""
        sentence, tail = messages.from_logs(logs)
        if self.stopped and not sentence:
            return  # it was cut off by the person who reads this
        title = self.progress.fail(number, rule) if self.progress else rule
        places = ", ".join(logs)
        self.screen.line(f"FAILED: {title}", "red")
        if places:
            self.screen.line(f"log: {places}")
        for line in [sentence] if sentence else tail:
            self.screen.line(line, "red" if sentence else "")
        self.failures[number] = Failure(title, places, sentence or _without(places))

    def tell(self, record: logging.LogRecord) -> None:
        """Show a message that is not one of every run; warnings and errors whole."""
        message = str(self.formatter.format(record) or "")
        if message.startswith(messages.LAST):
            self.end()
        self.stopped |= message.startswith(messages.BY_HAND)
        repeated, self.last = message == self.last, message
        if message not in ("", "None") and not repeated and not messages.is_usual(message):
            self.screen.line(message, _style(record))

    def tell_command(self, record: logging.LogRecord) -> None:
        """Show a shell command: Snakemake lets them through with `--printshellcmds` alone."""
        command = getattr(record, "cmd", None) or getattr(record, "shellcmd", None)
        if command:
            self.screen.line(str(command).strip())

    def tell_exception(self, record: logging.LogRecord) -> None:
        """Tell an exception of Snakemake; end with the sentences of the jobs that failed."""
        message = record.getMessage()
        if messages.is_about_a_job(message):
            return
        self.end()
        if messages.FINAL in message:
            self.recall()
        elif messages.FAILED in message:
            self.screen.line(messages.advice_of(message))
            self.recall()
        else:
            self.screen.line(messages.of_exception(message), "red")

    def recall(self) -> None:
        """End with what the failed jobs said."""
        failures = list(self.failures.values())
        if not failures:
            self.screen.line("Stopped before the end. The same command goes on from here.", "red")
        if len(failures) > RECALLED:
            self.screen.line(f"{len(failures)} jobs failed, these last; the others are above.")
        for failure in failures[-RECALLED:]:
            logs = f" (log: {failure.logs})" if failure.logs else ""
            self.screen.line(f"\nFAILED: {failure.title}{logs}")
            self.screen.line(failure.sentence, "red")

    def end(self) -> None:
        """Take down the display and say how much was done, and where the full log is."""
        if self.progress is None or self.ended:
            return
        self.ended = True
        self.screen.end()
        self.screen.line(_told(self.progress))
        path = _full_log()
        if path:
            self.screen.line(f"Full log: {path}")

    def close(self) -> None:
        """Give standard output and error back."""
        self.end()
        if self.streams is not None:
            self.streams.close()
            self.streams = None
        self.screen.close()


def _nothing(record: logging.LogRecord) -> None:
    """Show nothing."""


def _style(record: logging.LogRecord) -> str:
    if record.levelno >= logging.ERROR:
        return "red"
    return "yellow" if record.levelno >= logging.WARNING else ""


def _without(logs: str) -> str:
    place = f"its log is {logs}." if logs else "its own words are above."
    return f"ERROR: the job failed without a sentence for people; {place}"


def _told(progress: Progress) -> str:
    failed = f", {progress.failed} failed" if progress.failed else ""
    time = exactly(progress.elapsed)
    return f"{progress.finished} of {progress.total} jobs done{failed} in {time}."


def _full_log() -> str | None:
    """Return the file that Snakemake's own handler writes."""
    for handler in logging.getLogger("snakemake.logging").handlers:
        if isinstance(handler, logging.FileHandler):
            return os.path.relpath(handler.baseFilename)
    return None
