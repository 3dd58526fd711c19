"""The option `source` of a text data set: what it may name, and what goes together.

Standard library only: called while a Snakefile is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text._checks import check_keys, check_values, is_name, or_null
from rnn_geometry.tasks.text._files import SPLITS
from rnn_geometry.tasks.text._plain import plain

TEST_SHARE = 0.2  # of the rows of a single file


def _is_share(value: Any) -> bool:
    return isinstance(value, float) and 0 < value < 1


_PATH = (is_name, "a path")
_SOURCE_ACCEPTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "hub": (is_name, "a HuggingFace data set such as fancyzhx/ag_news"),
    "revision": (or_null(is_name), "null or a branch, tag or commit"),
    "config": (or_null(is_name), "null or the name of a configuration"),
    "splits": (
        lambda value: isinstance(value, Mapping),
        "a mapping from train, test and dev to splits of the hub",
    ),
    "hub_columns": (
        lambda value: isinstance(value, Mapping),
        "a mapping from text and label to columns of the hub",
    ),
    "folder": _PATH,
    "file": _PATH,
    "test_share": (_is_share, "a number above 0 and below 1, such as 0.2"),
    "train": _PATH,
    "test": _PATH,
    "dev": (or_null(is_name), "null or a path"),
    "sha256": (
        lambda value: isinstance(value, Mapping),
        "a mapping from train, test and dev to SHA-256 hashes",
    ),
}
_HASH = (
    lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9a-fA-F]{64}", value)),
    "a SHA-256 hash: 64 hexadecimal digits in quotes",
)


def resolve_source(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked option `source` with its splits and columns filled in.

    Parameters
    ----------
    source
        As the task states it.

    Raises
    ------
    UserError
        Names the key, and says what is accepted.
    """
    check_keys("source.", source, _SOURCE_ACCEPTED)
    check_values("source.", source, _SOURCE_ACCEPTED)
    splits = {"train": "train", "test": "test", **source.get("splits", {})}
    accepted = dict.fromkeys(SPLITS, (or_null(is_name), "the name of a split"))
    check_keys("source.splits.", splits, accepted)
    check_values("source.splits.", splits, accepted)
    if not splits["train"] or not splits["test"]:
        raise UserError("source.splits must name a train and a test split.")
    columns = source.get("hub_columns", {})
    named = dict.fromkeys(("text", "label"), (is_name, "the name of a column"))
    check_keys("source.hub_columns.", columns, named)
    check_values("source.hub_columns.", columns, named)
    hashes = source.get("sha256", {})
    check_keys("source.sha256.", hashes, dict.fromkeys(SPLITS))
    check_values("source.sha256.", hashes, dict.fromkeys(SPLITS, _HASH))
    _check_places(source)
    return {
        **source,
        **({"test_share": TEST_SHARE, **source} if "file" in source else {}),
        "hub_columns": {name: plain(column) for name, column in columns.items()},
        "splits": {name: plain(split) for name, split in splits.items() if split},
    }


def _check_places(source: Mapping[str, Any]) -> None:
    """Refuse a source that names no data, or the same data in two ways."""
    files = [name for name in ("train", "test") if name in source]
    parts = [*files, *(["dev"] if source.get("dev") else [])]
    if "file" in source and ("folder" in source or parts):
        raise UserError(
            f"source has both file and {'folder' if 'folder' in source else parts[0]}; give either "
            "file, of whose rows a share is drawn for test, or folder, or train and test (and dev)."
        )
    if "test_share" in source and "file" not in source:
        raise UserError(
            "source.test_share is for source.file, of whose rows it draws a share for test; give "
            "file, or leave test_share out."
        )
    if "folder" in source and parts:
        raise UserError(
            "source has both folder and files; give either folder, or train and test (and dev)."
        )
    if len(files) == 1 or (parts and not files):
        raise UserError(
            "source names only some of its files; give both train and test (dev may be left out), "
            "or file alone, of whose rows a share is drawn for test."
        )
    if not (files or {"hub", "folder", "file"} & set(source)):
        raise UserError("source names no data; give hub, folder, file, or train and test.")
    if source.get("sha256") and not (files or {"folder", "file"} & set(source)):
        raise UserError(
            "source.sha256 is for local files and source names none; source.revision pins a data "
            "set of the hub."
        )
