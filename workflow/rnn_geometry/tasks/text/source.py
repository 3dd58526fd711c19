"""Reading labelled texts from local files or from the HuggingFace hub, into plain lists."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text.options import missing_data


@dataclass(frozen=True)
class RawSplit:
    """One split as read: n texts, n labels as stored, the label names of the file or None.

    `where` is the path, or the hub's name and split, for error messages.
    """

    where: str
    texts: list[str]
    labels: list[Any]
    names: list[str] | None


def read_source(
    source: Mapping[str, Any],
    files: Mapping[str, str],
    data_folder: str | Path | None,
    text: str,
    label: str,
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
    text
        Name of the column of texts.
    label
        Name of the column of labels.
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
        raw = {name: _read_file(Path(path), text, label) for name, path in files.items()}
    else:
        columns = {"text": text, "label": label, **source.get("hub_columns", {})}
        text = columns["text"]
        raw, origin = _read_hub(source, text, columns["label"])
    if drop_empty:
        raw = {
            name: replace(split, texts=[text or "" for text in split.texts])
            for name, split in raw.items()
        }
    for split in raw.values():
        _check_texts(split, text, drop_empty)
    return raw, origin


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
                f"{files[name]}: the file has changed: its SHA-256 is {found[:12]}… and "
                f"source.sha256.{name} says {wanted[:12].lower()}…; put the file back, or correct "
                f"source.sha256.{name} if this one is meant."
            )


def _check_columns(where: str, existing: Sequence[str], text: str, label: str) -> None:
    wanted = {"text_column": text, "label_column": label}
    missing = [
        f"{column!r} ({option})" for option, column in wanted.items() if column not in existing
    ]
    if missing:
        noun, verb = ("the column", "is") if len(missing) == 1 else ("the columns", "are")
        there = ", ".join(repr(name) for name in existing) or "none"
        raise UserError(
            f"{where}: {noun} {' and '.join(missing)} {verb} missing; columns that exist: {there}."
        )
    for column in wanted.values():
        if list(existing).count(column) > 1:
            raise UserError(
                f"{where}: the column {column!r} exists more than once; rename the others."
            )


def _check_texts(split: RawSplit, column: str, drop_empty: bool) -> None:
    if not split.texts:
        raise UserError(f"{split.where}: holds no row; at least one labelled text is needed.")
    blank = [
        i for i, text in enumerate(split.texts) if not isinstance(text, str) or not text.strip()
    ]
    if drop_empty and len(blank) < len(split.texts):
        blank = [i for i in blank if not isinstance(split.texts[i], str)]
    if not blank:
        return
    value = split.texts[blank[0]]
    if value is not None and not isinstance(value, str):
        raise UserError(
            f"{split.where}: row {blank[0] + 1}: {column!r} holds {value!r}; a text is accepted."
        )
    if len(blank) == len(split.texts):
        raise UserError(
            f"{split.where}: all texts of the column {column!r} are empty; name a column that "
            "holds text."
        )
    state = "missing (null)" if value is None else "empty"
    raise UserError(
        f"{split.where}: row {blank[0] + 1}: the text in {column!r} is {state}; every row needs "
        "one, unless empty_texts is drop."
    )


def _read_file(path: Path, text: str, label: str) -> RawSplit:
    readers = {
        ".parquet": _read_parquet,
        ".csv": _read_csv,
        ".jsonl": _read_json,
        ".json": _read_json,
    }
    return readers[path.suffix.lower()](path, text, label)


def _damaged(path: Path, reason: object) -> UserError:
    return UserError(
        f"{path}: the file is damaged or cut short ({' '.join(str(reason).split())}); "
        "fetch it again."
    )


def _not_utf8(path: Path) -> UserError:
    return UserError(f"{path}: the file is not UTF-8 text, the only encoding that is accepted.")


def _read_parquet(path: Path, text: str, label: str) -> RawSplit:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            _check_columns(str(path), file.schema_arrow.names, text, label)
            table = file.read(columns=[text, label])
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    names = None
    if b"huggingface" in (table.schema.metadata or {}):
        import_datasets()
        from datasets import Features

        names = _feature_names(Features.from_arrow_schema(table.schema)[label])
    return RawSplit(
        str(path), table.column(text).to_pylist(), table.column(label).to_pylist(), names
    )


def _feature_names(feature: Any) -> list[str] | None:
    """Return the names of a ClassLabel, or of a list of them."""
    names = getattr(getattr(feature, "feature", feature), "names", None)
    return list(names) if names else None


@contextmanager
def _long_fields() -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters a field, which long reviews exceed."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _read_csv(path: Path, text: str, label: str) -> RawSplit:
    # Not pandas or pyarrow: they fill short rows or swallow an open quote in silence; here the row
    # number is known.
    try:
        with _long_fields(), open(path, newline="", encoding="utf-8-sig") as handle:
            reader = csv.reader(handle, strict=True)
            header = next(reader, [])
            _check_columns(str(path), header, text, label)
            pairs = list(
                _csv_rows(path, reader, len(header), (header.index(text), header.index(label)))
            )
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except csv.Error as error:
        raise _damaged(path, error) from error
    return RawSplit(str(path), [pair[0] for pair in pairs], [pair[1] for pair in pairs], None)


def _csv_rows(
    path: Path, reader: Any, width: int, columns: tuple[int, int]
) -> Iterator[tuple[str, str]]:
    number = 0
    try:
        for row in filter(None, reader):
            number += 1
            if len(row) != width:
                raise UserError(
                    f"{path}: row {number} has {len(row)} columns and the header {width}; "
                    "fields with commas, quotes or line breaks must be quoted."
                )
            yield row[columns[0]], row[columns[1]]
    except csv.Error as error:
        raise UserError(
            f"{path}: row {number + 1} is broken CSV ({error}); quotes must be closed or doubled."
        ) from error


def _read_json(path: Path, text: str, label: str) -> RawSplit:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    rows = list(_json_rows(path, content))
    for i, row in enumerate(rows):
        if not isinstance(row, dict):
            raise UserError(f"{path}: row {i + 1} is not a JSON object with the columns as keys.")
    if rows:
        _check_columns(
            str(path), list(dict.fromkeys(key for row in rows for key in row)), text, label
        )
    return RawSplit(
        str(path), [row.get(text) for row in rows], [row.get(label) for row in rows], None
    )


def _json_rows(path: Path, content: str) -> Iterator[Any]:
    """Yield the entries of a JSON list, or of the lines of a JSONL file."""
    if content.lstrip().startswith("["):
        try:
            yield from json.loads(content)
        except json.JSONDecodeError as error:
            raise _damaged(path, error) from error
        return
    # Not splitlines(): JSON strings may hold U+2028 and the like unescaped.
    for i, line in enumerate(line for line in content.split("\n") if line.strip()):
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(
                f"{path}: row {i + 1} is not valid JSON ({error}); one object a line is accepted."
            ) from error


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
    return " ".join(str(error).split())[:200] or type(error).__name__


def _read_hub(
    source: Mapping[str, Any], text: str, label: str
) -> tuple[dict[str, RawSplit], dict[str, Any]]:
    datasets = import_datasets()
    raw, fingerprints, commits = {}, {}, set()
    # A cache of its own, gone afterwards: a stale one can never answer for a changed revision.
    with tempfile.TemporaryDirectory(prefix="rnn-geometry-") as cache:
        for name, split in source["splits"].items():
            dataset, commit = _load(datasets, source, split, cache)
            raw[name] = _from_dataset(f"{source['hub']}, split {split}", dataset, text, label)
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


def _from_dataset(where: str, dataset: Any, text: str, label: str) -> RawSplit:
    _check_columns(where, dataset.column_names, text, label)
    texts, labels = (dataset.data.column(name).to_pylist() for name in (text, label))
    return RawSplit(where, texts, labels, _feature_names(dataset.features[label]))
