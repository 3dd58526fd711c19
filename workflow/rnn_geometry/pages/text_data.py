"""Which files of texts a battery has read, by their hashes; no text of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from rnn_geometry.identity import base_task

CARVED = "dev"  # the split that is cut from the training texts where a data set has none


def data_rows(meta: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row per split of a task of texts.

    Parameters
    ----------
    meta
        meta.json of a task.

    Yields
    ------
    dict
        `task`, `data`: folder of the data set, or its name on the hub; `split`, `classes`,
        `file`, `sha256`: empty where no file of its own was read; `rows`: of the file; `used`:
        texts of the first data seed; `words`: mean of them; `unknown`: share of unknown words.
    """
    if meta["kind"] != "text":
        return
    read = meta["source"].get("files", {})
    for split, facts in meta["splits"].items():
        file = read.get(split, {})
        yield {
            "task": base_task(meta["name"]),
            "data": data_name(meta),
            "split": split,
            "classes": meta["classes"],
            "file": file.get("path", ""),
            "sha256": file.get("sha256", ""),
            "rows": facts.get("rows_read", 0),
            "used": facts["used"],
            "words": round(facts["mean_length"], 1),
            "unknown": facts["unknown_word_rate"],
        }


def data_name(meta: Mapping[str, Any]) -> str:
    """Return the name of the data set that a task of texts reads.

    Parameters
    ----------
    meta
        meta.json of the task.
    """
    asked = meta["settings"].get("source") or {}
    first = next(iter(meta["source"].get("files", {}).values()), {"path": ""})
    return str(asked.get("folder") or PurePosixPath(first["path"]).parent.name or asked.get("hub"))
