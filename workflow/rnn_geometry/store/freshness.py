"""Whether files are what they were: by their contents, whatever their times say.

Snakemake sees a file that is newer than what was made of it. One that was replaced by an older one
(`cp -p`, a backup) looks up to date. Hashes see it; they are computed once and kept beside what the
file system says of each file.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rnn_geometry.errors import UserError
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import sha256
from rnn_geometry.store.kept import FOLDER, PROVENANCE

FILE = "hashes.json"
# A file that changed so shortly before it was hashed may change again within one tick of its clock.
SETTLED = 2.0  # seconds


class KnownHashes:
    """SHA-256 of files, each computed once for as long as its file stays untouched.

    A file is known by its path, size, number and times. Among these is the time of the last change
    of its state, which no program can set back.

    Parameters
    ----------
    results
        The folder of the results; hashes are kept below it, in memory alone where that cannot be.
    """

    def __init__(self, results: str | Path):
        self._file = Path(results) / FOLDER / FILE
        self._known: dict[str, list] | None = None
        self._changed = False

    def __call__(self, path: str | Path) -> str:
        """Return the SHA-256 of a file in hexadecimal.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        UserError
            If it cannot be read.
        """
        known, name = self._all(), os.path.abspath(path)
        try:
            state, now = _state(path), time.time_ns()
            if known.get(name, [])[:-1] == state:
                return known[name][-1]
            found = sha256(path)
        except OSError as error:
            raise UserError(
                f"{path}: the file cannot be read ({error.strerror}); change its permissions or "
                "name another one."
            ) from error
        if now - state[-1] > SETTLED * 1e9:
            known[name], self._changed = [*state, found], True
        return found

    def _all(self) -> dict[str, list]:
        if self._known is None:
            try:
                self._known = dict(formats.read_json(self._file))
            except (OSError, UserError, TypeError, ValueError):
                self._known = {}
        return self._known

    def keep(self) -> None:
        """Write what is new, where the folder of kept results is there already."""
        if self._changed and self._file.parent.is_dir():
            there = {n: known for n, known in self._all().items() if os.path.exists(n)}
            with contextlib.suppress(OSError, UserError):
                formats.write_json(self._file, there)
            self._changed = False


def _state(path: str | Path) -> list[int]:
    """Return what the file system says of a file: the last number changes with any change."""
    found = os.stat(path)
    return [found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns]


class Made(NamedTuple):
    """What one stage made of one network.

    Attributes
    ----------
    folder
        The folder of the network.
    stage
        The name of the stage.
    read, written
        Paths of files by the names that the stage's record has for them.
    """

    folder: str
    stage: str
    read: Mapping[str, str]
    written: Mapping[str, str]


def check_in_place(made: Iterable[Made], hash_of: KnownHashes) -> None:
    """Refuse files that somebody replaced by older ones, which no time gives away.

    Newer ones make Snakemake compute what follows from them, and the jobs of that look at them.

    Parameters
    ----------
    made
        Stages of networks. What is not there is not looked at.
    hash_of
        Gives the hash of a file.

    Raises
    ------
    UserError
        For the first file that is not what the record of a stage says.
    """
    for folder, stage, read, written in made:
        record = os.path.join(folder, PROVENANCE, f"{stage}.json")
        known = _record(record)
        for kind, files in (("inputs", read), ("outputs", written)):
            for name, path in files.items():
                expected = known.get(kind, {}).get(name)
                if expected and _is_older(path, record) and hash_of(path) != expected:
                    raise UserError(
                        f"{path}: somebody put another file there, dated before the stage {stage} "
                        f"{'read' if kind == 'inputs' else 'wrote'} it; put the right one back, or "
                        "delete this one and run the same command again."
                    )


def _record(path: str) -> Mapping[str, Any]:
    """Return the record of a stage; nothing where none can be read."""
    try:
        record = formats.read_json(path)
    except (OSError, UserError):
        return {}
    return record if isinstance(record, dict) else {}


def _is_older(path: str, record: str) -> bool:
    """Tell whether a file is there and not newer than the record of its stage."""
    try:
        return os.stat(path).st_mtime_ns <= os.stat(record).st_mtime_ns
    except OSError:
        return False
