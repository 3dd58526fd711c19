"""Results of one stage of one network that outlive their job and are linked to their places.

Below `.kept/` of the results lies, for every network and stage, one folder with its files and a
record of what they depend on. While it is being made it ends in `.part`; a checkpoint of a training
waits there for the next try.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError
from rnn_geometry.identity import NETWORKS, network_of
from rnn_geometry.store import formats
from rnn_geometry.store.hashes import sha256

FOLDER = ".kept"
RECORD = "record.json"
PROVENANCE = "stages"  # folder beside the files of a network: a record for each stage
RECORDS = f"{PROVENANCE}/*.json"


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


def check_made(files: Mapping[str, Any], hashes: Mapping[str, str] | None = None) -> None:
    """Refuse files of networks that are not those that the stages of these networks made.

    Beside every network lie records of its stages, with hashes of their files. A file without such
    a record is accepted.

    Parameters
    ----------
    files
        Paths, or lists of paths, by name.
    hashes
        Those of the files that are known already, by name.

    Raises
    ------
    UserError
        For the first file that was exchanged or damaged.
    """
    records: dict[Path, list[dict[str, Any]]] = {}
    for name, places in files.items():
        for path in map(Path, [places] if isinstance(places, (str, Path)) else places):
            folder = path.parent
            if folder not in records:
                records[folder] = _records_beside(path)
            makers = [r for r in records[folder] if path.name in r["outputs"]]
            found = (hashes or {}).get(name) if isinstance(places, str) else None
            if makers:
                _check_maker(path, makers, found or sha256(path))


def _records_beside(path: Path) -> list[dict[str, Any]]:
    """Return the records of the stages of the network that a file belongs to."""
    if NETWORKS not in path.parts:
        return []
    found = []
    for file in sorted({*path.parent.glob(RECORDS), *path.parent.parent.glob(RECORDS)}):
        with contextlib.suppress(OSError, UserError):
            record = formats.read_json(file)
            if isinstance(record, dict) and isinstance(record.get("outputs"), dict):
                found.append(record)
    return found


def _check_maker(path: Path, makers: Iterable[Mapping[str, Any]], found: str) -> None:
    """Refuse a file that none of the stages which make a file of this name has made here."""
    network = network_of(str(path))._asdict()
    for record in makers:
        of = record.get("network")
        if of is not None and of != {key: str(value) for key, value in network.items()}:
            raise UserError(
                f"{path}: it came here with the records of another network; delete the folder "
                "that it lies in and run the same command again."
            )
    if found not in [record["outputs"][path.name] for record in makers]:
        raise UserError(
            f"{path}: the file is damaged or cut short, or another one was put in its place "
            f"(SHA-256 {found[:12]}…); put the right one back or delete it, then run the same "
            "command again."
        )


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
