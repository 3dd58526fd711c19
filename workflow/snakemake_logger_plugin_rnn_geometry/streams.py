"""Keep what others print out of the display's lines: this process, and the jobs that it starts."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

SETTLED = 2.0  # seconds that a print waits for the records before it


class Between:
    """Stand in for standard output and error while a run goes on.

    Snakemake hands records to a thread of their own, so what the workflow prints itself would come
    before the records that were logged before it. Each print waits until these are shown.

    Parameters
    ----------
    write : Callable[[TextIO, str], None]
        Writes a text to a stream.
    """

    def __init__(self, write: Callable[[TextIO, str], None]):
        self.streams = sys.stdout, sys.stderr
        self.stand_ins = tuple(_StandIn(stream, write) for stream in self.streams)
        sys.stdout, sys.stderr = self.stand_ins

    def close(self) -> None:
        """Give both streams back, unless somebody put others in their places."""
        if sys.stdout is self.stand_ins[0]:
            sys.stdout = self.streams[0]
        if sys.stderr is self.stand_ins[1]:
            sys.stderr = self.streams[1]


class _StandIn:
    """A stream that waits for the records logged so far; all but writing is the stream's own."""

    def __init__(self, stream: TextIO, write: Callable[[TextIO, str], None]):
        self._stream, self._write = stream, write
        self._queue, self._listener = _queue(), threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() != self._listener:
            self._settle()
        self._write(self._stream, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def _settle(self) -> None:
        until = time.monotonic() + SETTLED
        while self._queue is not None and self._queue.unfinished_tasks:
            if time.monotonic() > until:
                return
            time.sleep(0.005)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _queue() -> Any:
    """Return the queue by which Snakemake hands its records to logger plugins."""
    for handler in logging.getLogger("snakemake.logging").handlers:
        if isinstance(handler, logging.handlers.QueueHandler):
            return handler.queue
    return None


class JobLines:
    """Read what jobs write to the terminal, line by line, in place of the terminal.

    Jobs inherit file descriptors 1 and 2. Those that are a terminal become one of our own, so that
    jobs which tell their progress to terminals alone still do; the display shows it in its place.

    Parameters
    ----------
    line : Callable[[str], None]
        Takes each whole line.
    """

    def __init__(self, line: Callable[[str], None]):
        self.line, self.saved = line, {}
        self.master, self.over = -1, threading.Event()
        with contextlib.suppress(ImportError, OSError):
            self._open()

    def _open(self) -> None:
        import fcntl
        import pty
        import termios

        self.master, slave = pty.openpty()
        size = fcntl.ioctl(2, termios.TIOCGWINSZ, bytes(8)) if os.isatty(2) else bytes(8)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        for stream, number in ((sys.__stdout__, 1), (sys.__stderr__, 2)):
            if stream is not None and os.isatty(number):
                stream.flush()
                self.saved[number] = os.dup(number)
                os.dup2(slave, number)
        os.close(slave)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        waiting = b""
        while data := self._some():
            *lines, waiting = (waiting + data).split(b"\n")
            for line in lines:
                self._tell(line)
        if waiting.strip():
            self._tell(waiting)

    def _tell(self, line: bytes) -> None:
        """Hand on a line; of a bar that was drawn over itself, the last state."""
        states = [state for state in line.split(b"\r") if state.strip()]
        self.line(states[-1].decode("utf-8", "replace") if states else "")

    def _some(self) -> bytes:
        """Return what was written; nothing after the end, or when no job holds the terminal."""
        while True:
            over = self.over.is_set()
            ready, _, _ = select.select([self.master], [], [], 0 if over else 0.1)
            if ready:
                try:
                    return os.read(self.master, 65536)
                except OSError:
                    return b""
            if over:
                return b""

    def close(self) -> None:
        """Give the terminal back and hand on what was written until now."""
        for number, saved in self.saved.items():
            os.dup2(saved, number)
            os.close(saved)
        self.saved = {}
        if self.master >= 0:
            self.over.set()
            self.thread.join(SETTLED)
            os.close(self.master)
            self.master = -1
