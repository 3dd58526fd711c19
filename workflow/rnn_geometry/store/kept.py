"""Results of one stage of one network that outlive their job and are linked to their places.

Below `.kept/` of the results lies, for every network and stage, one folder with its files and a
record of what they depend on. While it is being made it ends in `.part`; a checkpoint of a training
waits there for the next try.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import sha256

FOLDER = ".kept"
RECORD = "record.json"
PROVENANCE = "stages"  # folder beside the files of a network: a record for each stage


def key_of_result(facts: Mapping[str, Any], files: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Return the key of a result and the record that it is the hash of.

    Parameters
    ----------
    facts
        All that the result depends on but files, as JSON knows it.
    files
        Paths of the files it is made of, by name. Their contents count, not their places or times.
    """
    known = json.loads(json.dumps(facts, sort_keys=True))
    known["inputs"] = {name: sha256(path) for name, path in sorted(files.items())}
    key = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
    return key, {"key": key, **known}


class Kept:
    """Where the results of one stage of one network are kept.

    Parameters
    ----------
    root
        The folder `.kept` of the results.
    network
        The folder of the network below the results.
    stage
        The name of the stage.
    output
        Places of its files by name: where they are linked to.
    """

    def __init__(self, root: Path, network: str, stage: str, output: Mapping[str, str]):
        self.stage, self.output = stage, {name: Path(path) for name, path in output.items()}
        self.folder = root / network / stage
        self._part = self.folder.with_name(f"{stage}.part")
        self.record = root.parent / network / PROVENANCE / f"{stage}.json"

    def has(self, key: str) -> bool:
        """Tell whether all files of a key are there, and are what they were.

        A file that somebody writes to in its place is the kept one too, where the two are linked.

        Parameters
        ----------
        key
            What `key_of_result` returned.
        """
        try:
            record = formats.read_json(self.folder / RECORD)
            return record["key"] == key and record["outputs"] == self._hashes(self.folder)
        except (OSError, UserError, KeyError, TypeError):
            return False

    def _hashes(self, folder: Path) -> dict[str, str]:
        return {path.name: sha256(folder / path.name) for path in self.output.values()}

    def part(self) -> dict[str, Path]:
        """Return where to write the files while they are made."""
        self._part.mkdir(parents=True, exist_ok=True)
        return {name: self._part / path.name for name, path in self.output.items()}

    def keep(self, record: Mapping[str, Any]) -> None:
        """Take what was made in the place of what was kept before.

        Parameters
        ----------
        record
            What `key_of_result` returned beside the key.
        """
        formats.write_json(self._part / RECORD, {**record, "outputs": self._hashes(self._part)})
        shutil.rmtree(self.folder, ignore_errors=True)
        self._part.rename(self.folder)

    def link(self, newer_than: Iterable[str]) -> None:
        """Put the files into their places, dated after every file that they were made of.

        Parameters
        ----------
        newer_than
            Those files.
        """
        newest = max((os.stat(path).st_mtime_ns for path in newer_than), default=0)
        for path in self.output.values():
            put(self.folder / path.name, path)
            if os.stat(path).st_mtime_ns < newest:
                os.utime(path)
        put(self.folder / RECORD, self.record)


def put(source: Path, place: Path) -> None:
    """Link a file to another place, whole or not at all.

    Parameters
    ----------
    source
        The file; copied where the file system has no links.
    place
        Where it is to be.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    passing = place.with_name(f".{place.name}.linking")
    passing.unlink(missing_ok=True)
    try:
        os.link(source, passing)
    except OSError:
        shutil.copy2(source, passing)
    os.replace(passing, place)
    passing.unlink(missing_ok=True)  # two names of one file are left as they are
