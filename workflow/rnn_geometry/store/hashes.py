"""Hashes of files: what a network was trained on, and that it is analysed with the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError

SPLITS = ("train", "dev", "test", "vocab")


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def data_hashes(files: Mapping[str, str]) -> dict[str, str]:
    """Return the hashes of a task's files, those of them that are in `files`."""
    return {name: sha256(files[name]) for name in SPLITS if name in files}


def check_same_data(run: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """Refuse data that a network was not trained on.

    Parameters
    ----------
    run
        run.json of the network.
    files
        Paths by stem: the task's files, which are compared, and run.json as `run`.

    Raises
    ------
    UserError
        For the first file of another content.
    """
    for name, found in data_hashes(files).items():
        expected = run["data_sha256"][name]
        if found != expected:
            raise UserError(
                f"{files[name]}: the network of {files['run']} was trained on another file "
                f"(SHA-256 {expected[:12]}…, "
                f"now {found[:12]}…); put that file back or delete the network's folder, then run "
                "the command again."
            )
