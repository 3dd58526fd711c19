"""Reading labelled texts from local files or from the HuggingFace hub, into plain lists."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError, place, told
from rnn_geometry.tasks.text._files import missing_data
from rnn_geometry.tasks.text._readers import from_table, read_file
from rnn_geometry.tasks.text._rows import Columns, RawSplit, check_texts, find_columns


def read_source(
    source: Mapping[str, Any],
    files: Mapping[str, str],
    data_folder: str | Path | None,
    columns: Columns,
    *,
    drop_empty: bool = False,
) -> tuple[dict[str, RawSplit], dict[str, Any]]:
    """Return the rows of every split and where they come from.

    Parameters
    ----------
    source
        The option `source`; `hub_columns` may name other columns for the hub.
    files
        What `local_files` returned; empty means the hub.
    data_folder
        Folder of local data sets; None means the hub.
    columns
        As the options state them.
    drop_empty
        Whether a missing text becomes "".

    Returns
    -------
    raw
        Rows by split: train, test and perhaps dev.
    origin
        Where they come from.

    Raises
    ------
    UserError
        For unreadable files, files of another hash than `source.sha256` says, missing columns,
        empty texts (unless `drop_empty`) and a hub that fails.
    """
    if files:
        described = {name: _describe(path, data_folder) for name, path in files.items()}
        _check_hashes(files, described, source.get("sha256", {}))
        origin = {"kind": "files", "files": described}
        raw = {name: read_file(Path(path), columns) for name, path in files.items()}
    else:
        columns = replace(columns, **source.get("hub_columns", {}))
        raw, origin = _read_hub(source, columns)
    absent = "" if drop_empty else None
    raw = {
        name: replace(split, texts=[absent if _is_absent(text) else text for text in split.texts])
        for name, split in raw.items()
    }
    for split in raw.values():
        check_texts(split, columns.text, drop_empty)
    return raw, origin


def _is_absent(text: Any) -> bool:
    return text is None or (isinstance(text, float) and math.isnan(text))  # NaN of pandas


def _describe(path: str, data_folder: str | Path | None) -> dict[str, str]:
    with open(path, "rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    # Relative to the folder: the record must not depend on where somebody keeps the data.
    folder = Path(data_folder or "/").expanduser()
    name = Path(path).relative_to(folder) if Path(path).is_relative_to(folder) else Path(path)
    return {"path": name.as_posix(), "sha256": digest}


def _check_hashes(
    files: Mapping[str, str],
    described: Mapping[str, Mapping[str, str]],
    expected: Mapping[str, str],
) -> None:
    for name in files:
        found, wanted = described[name]["sha256"], expected.get(name)
        if wanted and found != wanted.lower():
            raise UserError(
                f"{place(files[name])}: the file has changed: its SHA-256 is {found[:12]}… and "
                f"source.sha256.{name} says {wanted[:12].lower()}…; put the file back, or correct "
                f"source.sha256.{name} if this one is meant."
            )


def import_datasets() -> Any:
    """Import HuggingFace datasets without telemetry and progress bars."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import datasets

    datasets.disable_progress_bars()
    return datasets


HUB_WAITS = (1.0, 2.0, 4.0)  # seconds before each further try of a hub that has trouble of its own


def check_hub(source: Mapping[str, Any]) -> str | None:
    """Return the commit that the hub has of a data set, within seconds where it has none.

    A hub with an error of its own (status 429 or 5xx) is asked again a few times. One that cannot
    be reached is not: `load_dataset` would try for minutes.

    Parameters
    ----------
    source
        The option `source`.

    Returns
    -------
    str or None
        None where the hub names none.
    """
    from huggingface_hub import HfApi, constants

    for wait in (*HUB_WAITS, None):
        try:
            info = HfApi().dataset_info(
                source["hub"],
                revision=source.get("revision"),
                timeout=constants.HF_HUB_ETAG_TIMEOUT,
            )
            return info.sha
        except Exception as error:
            if wait is None or not _passes(_status(error)):
                raise
        time.sleep(wait)
    return None


def _status(error: BaseException) -> int | None:
    """Return the status of the answer that made the hub's client fail."""
    return getattr(getattr(error, "response", None), "status_code", None)


def _passes(status: int | None) -> bool:
    return status is not None and (status == 429 or status >= 500)


def _hub_reason(error: BaseException) -> str:
    """Say why the hub gave nothing: `datasets` hides errors of the network in others."""
    link: BaseException | None = error
    while link is not None:
        if "Timeout" in type(link).__name__:
            return "it did not answer in time; try again later"
        status = _status(link)
        if _passes(status):
            return f"it answered with an error of its own, status {status}; try again later"
        if status in (401, 403, 404):
            return f"it has no such public data set or revision, status {status}"
        if isinstance(link, json.JSONDecodeError):
            return "what it answered is not what a hub answers"
        link = link.__cause__ or link.__context__
    return told(error, 200)


def _read_hub(
    source: Mapping[str, Any], columns: Columns
) -> tuple[dict[str, RawSplit], dict[str, Any]]:
    datasets = import_datasets()
    raw, fingerprints, commits = {}, {}, set()
    # A cache of its own, gone afterwards: a stale one can never answer for a changed revision.
    with tempfile.TemporaryDirectory(prefix="rnn-geometry-") as cache:
        for name, split in source["splits"].items():
            dataset, commit = _load(datasets, source, split, cache)
            raw[name] = _from_dataset(f"{source['hub']}, split {split}", dataset, columns)
            fingerprints[name] = getattr(dataset, "_fingerprint", None)
            commits.update([commit] if commit else [])
            del dataset
    origin = {key: source.get(key) for key in ("hub", "config", "revision")}
    return raw, {"kind": "hub", **origin, "commits": sorted(commits), "fingerprints": fingerprints}


def _load(
    datasets: Any, source: Mapping[str, Any], split: str, cache: str
) -> tuple[Any, str | None]:
    """Return one split and the commit that it is of."""
    try:
        commit = check_hub(source)
        dataset = datasets.load_dataset(
            source["hub"],
            source.get("config"),
            split=split,
            revision=source.get("revision"),
            cache_dir=cache,
        )
    except Exception as error:  # the hub's client raises a dozen unrelated types
        raise missing_data(
            source, f"the hub gave no split {split!r}: {_hub_reason(error)}"
        ) from error
    return dataset, commit


def _from_dataset(where: str, dataset: Any, columns: Columns) -> RawSplit:
    names = list(dataset.column_names)
    found = [names[i] for i in find_columns(where, names, columns)]
    # The memory-mapped table of `datasets` has not all methods of pyarrow's own.
    table = getattr(dataset.data, "table", dataset.data)
    return from_table(where, table, columns, found, dataset.features.to_dict())
