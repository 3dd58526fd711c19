"""Files: every write is atomic (beside, fsync, rename), every damaged file is one clear sentence. No pickles."""

from __future__ import annotations

import csv
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.sentences import Sentences


def write_atomically(path: str | Path, write: Callable[[str], None]) -> None:
    """Let `write(temporary_path)` make the file beside `path`, sync it to disk and rename it to `path`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(descriptor)
    try:
        write(temporary)
        with open(temporary, "rb") as handle:
            os.fsync(handle.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _damaged(path: str | Path, error: Exception) -> UserError:
    reason = " ".join(str(error).split())
    return UserError(f"{path}: the file is damaged or cut short ({reason}); delete it and run the same command again.")


def write_text(path: str | Path, text: str) -> None:
    """Write a text in UTF-8."""
    write_atomically(path, lambda temporary: Path(temporary).write_text(text, encoding="utf-8"))


def write_json(path: str | Path, value: Any) -> None:
    """Write `value` as JSON with sorted keys; NaN and infinity are refused, use None."""
    text = json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n"
    write_text(path, text)


def read_json(path: str | Path) -> Any:
    """Read a JSON file."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error


def write_npz(path: str | Path, **arrays: np.ndarray) -> None:
    """Write arrays to a compressed npz file; arrays of objects are refused."""
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"{name} holds Python objects, which would be pickled")
    write_atomically(path, lambda temporary: np.savez_compressed(temporary, **arrays))


def read_npz(path: str | Path, part: str = "", skip: Collection[str] = ()) -> dict[str, np.ndarray]:
    """Read the arrays of an npz file but some, or those whose names begin with `part`, by the rest of their names."""
    try:
        # Opened here, since numpy leaves its own handle open when the archive is damaged.
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as stored:
            names = [name for name in stored.files if name.startswith(part) and name not in skip]
            return {name.removeprefix(part): stored[name] for name in names}
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, KeyError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise _damaged(path, error) from error


def write_tensors(
    path: str | Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays to a safetensors file."""
    from safetensors.numpy import save_file

    arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    write_atomically(path, lambda temporary: save_file(arrays, temporary, dict(metadata or {})))


def read_tensors(path: str | Path) -> dict[str, np.ndarray]:
    """Read all arrays of a safetensors file."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise _damaged(path, error) from error


def write_table(path: str | Path, columns: Mapping[str, Sequence]) -> None:
    """Write equally long columns as CSV (None and NaN become empty) or Parquet, by the suffix of `path`."""
    if Path(path).suffix == ".csv":
        write_atomically(path, lambda temporary: _write_csv(temporary, columns))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(dict(columns))
    write_atomically(path, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


def _write_csv(path: str, columns: Mapping[str, Sequence]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in zip(*columns.values(), strict=True))


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return ""
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else value


def read_table(path: str | Path) -> dict[str, list]:
    """Read a CSV (all values text) or Parquet table as a dictionary of lists."""
    if Path(path).suffix == ".csv":
        with open(path, newline="", encoding="utf-8") as handle:
            header, *rows = list(csv.reader(handle)) or [[]]
        return {name: [row[i] for row in rows] for i, name in enumerate(header)}
    return _read_parquet(path).to_pydict()


def _read_parquet(path: str | Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path, memory_map=True)
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise _damaged(path, error) from error


ROWS_READ_AT_ONCE = 65_536


def write_sentences(path: str | Path, sentences: Sentences) -> None:
    """Write sentences to Parquet: `tokens` (list of int32) and `label` (int64) or `labels` (list of int8)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    offsets = pa.array(sentences.offsets.astype(np.int32))
    tokens = pa.ListArray.from_arrays(offsets, pa.array(sentences.tokens.astype(np.int32)))
    if sentences.labels.ndim == 1:
        name, labels = "label", pa.array(sentences.labels.astype(np.int64))
    else:
        flat = pa.array(sentences.labels.astype(np.int8).ravel())
        name, labels = "labels", pa.FixedSizeListArray.from_arrays(flat, sentences.labels.shape[1])
    table = pa.table({"tokens": tokens, name: labels})
    options = {"compression": "zstd", "row_group_size": ROWS_READ_AT_ONCE}
    write_atomically(path, lambda temporary: pq.write_table(table, temporary, **options))


def read_sentences(path: str | Path) -> Sentences:
    """Read what `write_sentences` wrote."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            return _read_row_groups(path, file)
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise _damaged(path, error) from error


def _read_row_groups(path: str | Path, file) -> Sentences:
    """Read group by group into one array: read at once, a large set would lie in memory four times."""
    if not file.metadata.num_rows:
        raise UserError(f"{path}: holds no sentence; delete it and run the same command again.")
    groups = range(file.metadata.num_row_groups)
    # An empty list counts as one value, so that this may be more than there are.
    tokens = np.empty(sum(file.metadata.row_group(i).column(0).num_values for i in groups), dtype=np.int32)
    lengths, labels, end = [], [], 0
    for i in groups:
        table = file.read_row_group(i)
        for chunk in table.column("tokens").chunks:
            words = chunk.flatten().to_numpy(zero_copy_only=False)
            tokens[end : end + len(words)] = words
            lengths.append(np.diff(chunk.offsets.to_numpy()))
            end += len(words)
        labels.append(table.column(1).to_numpy())
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(lengths), dtype=np.int64)])
    stored = np.concatenate(labels)
    return Sentences(tokens[:end], offsets, np.stack(stored).astype(np.int8) if stored.dtype == object else stored)
