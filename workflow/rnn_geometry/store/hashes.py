"""Hashes of files: what a network was trained on, and that it is analysed with the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError

FILES = ("train", "dev", "test", "vocab", "meta")  # of a task


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def data_hashes(files: Mapping[str, str]) -> dict[str, str]:
    """Return the hashes of a task's files, those of them that are in `files`."""
    return {name: sha256(files[name]) for name in FILES if name in files}


def check_same_data(
    run: Mapping[str, Any],
    files: Mapping[str, str],
    hashes: Mapping[str, str] | None = None,
) -> None:
    """Refuse data that a network was not trained on.

    Parameters
    ----------
    run
        run.json of the network.
    files
        Paths by stem: the task's files, which are compared, and run.json as `run`.
    hashes
        Those of the task's files, by stem, where they are known already.

    Raises
    ------
    UserError
        For the first file of another content.
    """
    known = {name: hashes[name] for name in FILES if name in hashes} if hashes else None
    for name, found in (data_hashes(files) if known is None else known).items():
        expected = run["data_sha256"].get(name, found)
        if found != expected:
            raise UserError(
                f"{files[name]}: the network of {files['run']} was trained on another file "
                f"(SHA-256 {expected[:12]}…, "
                f"now {found[:12]}…); put that file back or delete the network's folder, then run "
                "the command again."
            )


def check_prepared(meta: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """Refuse files of a task that were not prepared together.

    Parameters
    ----------
    meta
        meta.json of the task, with the hashes of the other files.
    files
        Paths of these by stem, and meta.json as `meta`.

    Raises
    ------
    UserError
        For the first file of another content.
    """
    for name, expected in (meta.get("sha256") or {}).items():
        if name in files and sha256(files[name]) != expected:
            raise UserError(
                f"{files[name]}: the file is not the one that was prepared with {files['meta']}; "
                "put it back or delete both, then run the same command again."
            )
