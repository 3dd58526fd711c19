"""The local files of a data set: which file is which split, and none left unread in silence.

Standard library only: called while a Snakefile is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError, in_part, listed, place, quoted
from rnn_geometry.tasks.text._plain import plain

SPLITS = ("train", "test", "dev")
TEXT_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
SUFFIXES = (".parquet", *TEXT_SUFFIXES, *(f"{suffix}.gz" for suffix in TEXT_SUFFIXES))
READ = "Parquet, CSV, TSV, JSON or JSON lines (.gz too)"
# Data of a kind that is not read: a split of this kind is refused rather than overlooked.
_TABLES = "txt feather arrow orc avro xlsx xls ods xml arff dat data db sqlite"
_ARCHIVES = "zip bz2 xz zst 7z tar tgz gz pkl pickle npy npz h5"
UNREAD = {f".{ending}" for ending in f"{_TABLES} {_ARCHIVES}".split(" ")}
NAMES = {
    "train": ("train", "training"),
    "test": ("test", "testing"),
    "dev": ("dev", "validation", "valid", "val", "eval", "evaluation", "development", "devel"),
}
OF_NAME = {name: split for split, names in NAMES.items() for name in names}
SHARD = re.compile(r"(.+)-[0-9]+-of-([0-9]+)")


def missing_data(source: Mapping[str, Any], reason: str) -> UserError:
    """Return the one sentence that says which data set is missing and how to get it.

    Parameters
    ----------
    source
        The option `source`.
    reason
        Why it is missing.
    """
    local_name = source.get("folder") or source.get("file") or source.get("train")
    name = place(local_name or source["hub"])
    local = f"set data_folder to the folder that holds {name}"
    if not local_name:
        local = "name local files (source.folder) and set data_folder to the folder that holds them"
    hub = "name a HuggingFace hub data set (source.hub) and set data_folder to null"
    if "hub" in source:
        hub = (
            f"let the machine reach {place(source['hub'])} on the HuggingFace hub, with "
            "data_folder null"
        )
    return UserError(
        f"The text data set {name} is missing ({in_part(reason, 175)}): {local}, or {hub}."
    )


def find_files(source: Mapping[str, Any], base: Path) -> dict[str, str]:
    """Return the paths of train, test and, where there is one, dev; of a single file as train.

    Parameters
    ----------
    source
        The option `source`, with a folder or files.
    base
        Folder that its paths are relative to.

    Raises
    ------
    UserError
        Where a file is missing, is not read, or is one of two for a split.
    """
    if "folder" in source:
        found = _of_folder(source, stored(base / source["folder"]))
    elif "file" in source:
        found = {"train": _explicit(source, base / source["file"])}
    else:
        found = {
            name: _explicit(source, base / source[name]) for name in SPLITS if source.get(name)
        }
    _check_apart(found)
    return {name: str(path) for name, path in found.items()}


def stored(path: Path) -> Path:
    """Return a path as the disk spells it: what looks alike is alike.

    Parameters
    ----------
    path
        Returned as it is if it exists, or if nothing looks like it.
    """
    if path.exists() or path.parent == path:
        return path
    parent = stored(path.parent)
    if parent.is_dir():
        for entry in sorted(parent.iterdir()):
            if plain(entry.name) == plain(path.name):
                return entry
    return parent / path.name


def _explicit(source: Mapping[str, Any], path: Path) -> Path:
    if not path.name.lower().endswith(SUFFIXES):
        raise UserError(
            f"{place(path)} is a file of an unknown type; accepted are {', '.join(SUFFIXES[:6])}, "
            "and .gz of the texts."
        )
    path = stored(path)
    if not path.is_file():
        raise missing_data(source, f"no file {place(path)}")
    return path


def _of_folder(source: Mapping[str, Any], folder: Path) -> dict[str, Path]:
    """Return the file of every split in a folder; each that is named like one counts."""
    found: dict[str, list[Path]] = {name: [] for name in SPLITS}
    for split, path in _named_like_splits(folder):
        found[split].append(path)
    for split, paths in found.items():
        _check_one(folder, split, paths)
        if not paths and split != "dev":
            reason = _absence(folder, split)
            if folder.is_dir() and "hub" not in source:
                raise _unnamed(split, reason)
            raise missing_data(source, reason)
    return {split: paths[0] for split, paths in found.items() if paths}


def _unnamed(split: str, reason: str) -> UserError:
    """Refuse a folder that is there and has no file named like a split."""
    return UserError(
        f"source.folder has no file of the split {split} ({in_part(reason, 140)}); rename one, or "
        "name files yourself: source: {train: a.csv, test: b.csv}, or {file: a.csv} for one alone."
    )


def _named_like_splits(folder: Path) -> Iterator[tuple[str, Path]]:
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in entries:
        stem, *rest = plain(path.name).lower().split(".")
        shard = SHARD.fullmatch(stem)
        split = OF_NAME.get(shard[1] if shard else stem)
        endings = [f".{part}" for part in rest]
        data = all(ending in UNREAD or ending in SUFFIXES for ending in endings)
        if split and data and path.is_file():
            yield split, path


def _check_one(folder: Path, split: str, paths: list[Path]) -> None:
    names = [path.name for path in paths]
    shown = " and ".join(names) if len(names) == 2 else listed(names)
    sharded = [path for path in paths if (found := SHARD.search(path.name)) and int(found[2]) > 1]
    if sharded:
        raise UserError(
            f"{place(folder)} holds the split {split} in parts ({shown}); join them into one "
            f"file {split}.parquet."
        )
    if len(paths) > 1:
        raise UserError(f"{place(folder)} holds {shown}; keep one file of the split {split}.")
    if paths and not _is_read(paths[0]):
        raise UserError(
            f"{place(paths[0])} is named like the split {split} and is of a type that is not read; "
            f"write it as {READ}, or take it out of the folder."
        )


def _is_read(path: Path) -> bool:
    stem, _, rest = path.name.lower().partition(".")
    return bool(stem) and f".{rest}" in SUFFIXES


def _absence(folder: Path, split: str) -> str:
    if not folder.is_dir():
        return f"no folder {place(folder)}"
    there = [path.name for path in sorted(folder.iterdir()) if _has_data(path)]
    inside = f"it holds {listed(there, 40)}" if there else "it holds no data"
    return f"no {split}.parquet, .csv, .tsv, .jsonl or .json in {place(folder, 60)}; {inside}"


def _has_data(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in {*UNREAD, *SUFFIXES}


def _check_apart(found: Mapping[str, Path]) -> None:
    """Refuse one file as two splits: a network would be tested on what it was trained on."""
    seen: dict[Path, str] = {}
    for name, path in found.items():
        other = seen.setdefault(path.resolve(), name)
        if other != name:
            raise UserError(
                f"source.{other} and source.{name} are one file, {quoted(path.name)}; every split "
                "needs a file of its own (without dev it is taken from train)."
            )
