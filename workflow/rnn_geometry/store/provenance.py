"""Which configuration a folder of results was made with, so that nobody takes it for another's.

Snakemake compares settings with its own record of every file. Where results were unpacked, copied
or moved there is no such record, and files of another configuration would count as up to date. This
file beside them says what they are.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError, in_part, place
from rnn_geometry.identity import Network
from rnn_geometry.store import formats
from rnn_geometry.store.files import check_room

FILE = "configuration.json"
SNAKEMAKE = Path(".snakemake")
# Keys on which no number depends, or that are in the names of folders.
NOT_COMPARED = {"files", "l2", "memory_mb", "hold_inputs", "cuts", "compared"}
DATA = "data_sha256"  # hashes of a task's own files; not in records of before
Sections = Mapping[str, Mapping[str, Mapping[str, Any]]]  # section: name: key: value


# Libraries whose version is noted with every result of a network.
LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "pandas", "matplotlib")


@cache
def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that compute and draw."""
    return {name: version(name) for name in LIBRARIES}


def compared_settings(
    tasks: Mapping[str, Mapping],
    models: Mapping[str, Mapping],
    analysis: Mapping[str, Any],
    data: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the settings on which numbers depend, by section and name.

    Parameters
    ----------
    tasks, models
        Settings by name.
    analysis
        Settings of the analysis.
    data
        Hashes of the user's own files, by task and name.
    """
    of_files = {
        name: {DATA: ", ".join(f"{file} {known[:12]}" for file, known in hashes.items())}
        for name, hashes in (data or {}).items()
    }
    tasks = {name: {**task, **of_files.get(name, {})} for name, task in tasks.items()}
    sections = {"tasks": tasks, "models": models, "analysis": {"": analysis}}
    kept = {
        section: {
            name: {key: value[key] for key in value if key not in NOT_COMPARED}
            for name, value in named.items()
        }
        for section, named in sections.items()
    }
    return json.loads(json.dumps(kept))


def check_folders(folder: str, settings: Sections, networks: Iterable[Network]) -> None:
    """Refuse results of other settings, and a folder of Snakemake's own without room.

    Parameters
    ----------
    folder
        The folder of the results.
    settings
        What `compared_settings` returns.
    networks
        The networks that are asked for.

    Raises
    ------
    UserError
        For either.
    """
    if SNAKEMAKE.is_dir():
        check_room(SNAKEMAKE)  # Snakemake's own error is a traceback
    records = [(n.task, n.model, f"{folder}/{n.folder}/run.json") for n in networks]
    check_results(folder, settings, records, SNAKEMAKE / "metadata")


def check_results(
    folder: str,
    settings: Sections,
    runs: Iterable[tuple[str, str, str]],
    records: str | Path,
) -> None:
    """Refuse networks of other settings that Snakemake knows nothing of.

    A changed setting of networks that have records is no error: they are computed again.

    Parameters
    ----------
    folder
        The folder of the results.
    settings
        What `compared_settings` returns.
    runs
        Task, model and path of run.json of every network that is asked for.
    records
        Snakemake's folder of records.

    Raises
    ------
    UserError
        With the first setting that differs.
    """
    before = read(folder)
    changed = [difference for difference in differences(before, settings) if before]
    if not changed:
        return
    runs = [run for run in runs if os.path.exists(run[2]) and not has_record(records, run[2])]
    for section, name, key, old, new in changed:
        if any(
            section == "analysis" or name == {"tasks": task, "models": model}[section]
            for task, model, _ in runs
        ):
            key_there = ".".join(filter(None, (section, name, key)))
            raise UserError(
                f"config key results: '{place(folder, 60)}' was made with other settings "
                f"({in_part(key_there)} was {in_part(json.dumps(old), 30)}, now it is "
                f"{in_part(json.dumps(new), 30)}), and no record is there; name another folder, "
                "delete it, or use the old settings."
            )


def differences(before: Sections, now: Sections) -> Iterator[tuple[str, str, str, Any, Any]]:
    """Yield (section, name, key, old value, new value) of what differs under names in both."""
    for section, named in now.items():
        for name, settings in named.items():
            old = before.get(section, {}).get(name, settings)
            for key in sorted({*old, *settings}):
                if old.get(key) != settings.get(key) and (key != DATA or DATA in old):
                    yield section, name, key, old.get(key), settings.get(key)


def read(folder: str | Path) -> dict[str, Any]:
    """Return what `write` wrote into a folder of results; nothing if it is missing or damaged."""
    try:
        return formats.read_json(Path(folder) / FILE)
    except (OSError, UserError):
        return {}


def write(folder: str | Path, settings: Sections) -> None:
    """Add settings to those that a folder of results was made with before."""
    before = read(folder)
    whole = {section: {**before.get(section, {}), **named} for section, named in settings.items()}
    if whole != before:
        formats.write_json(Path(folder) / FILE, whole)


def note(path: str | Path, value: Any) -> None:
    """Write a value as JSON unless the file holds it already: a full disk then stops nothing.

    Parameters
    ----------
    path
        The file.
    value
        What JSON knows.
    """
    try:
        known = formats.read_json(path)
    except (OSError, UserError):
        known = None
    if known != json.loads(json.dumps(value)):
        formats.write_json(path, value)


def has_record(records: str | Path, path: str) -> bool:
    """Tell whether Snakemake has a record of a finished file, or of a job killed while making it.

    Parameters
    ----------
    records
        Snakemake's folder of records. Those of killed jobs lie in `incomplete`, beside it.
    path
        The file. The record's name encodes it, long ones in parts.
    """
    limit = 254
    name = urlsafe_b64encode(path.encode()).decode()
    parts = [name[i : i + limit] for i in range(0, len(name), limit)]
    record = Path(*(f"@{part}" for part in parts[:-1]), parts[-1])
    return any(
        (folder / record).exists()
        for folder in (Path(records), Path(records).parent / "incomplete")
    )
