"""Files by their format: JSON, npz, safetensors, CSV and Parquet.

Every write is atomic (beside, fsync, rename), every damaged file is one clear sentence. No pickles.
"""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import imported
from rnn_geometry.store.files import damaged, write_atomically


def write_text(path: str | Path, text: str) -> None:
    """Write a text in UTF-8."""
    write_atomically(path, lambda temporary: Path(temporary).write_text(text, encoding="utf-8"))


def write_json(path: str | Path, value: Any) -> None:
    """Write a value as JSON with sorted keys.

    Parameters
    ----------
    path
        The file.
    value
        What JSON knows. NaN and infinity are refused with ValueError; None stands for them.
    """
    text = json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n"
    write_text(path, text)


def read_json(path: str | Path) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UserError
        If it is damaged.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise damaged(path, error) from error


def write_npz(path: str | Path, **arrays: np.ndarray | np.generic) -> None:
    """Write arrays to an npz file, compressed where that makes them smaller.

    Parameters
    ----------
    path
        The file.
    arrays
        Arrays or scalars of numpy by name; arrays of objects are refused with TypeError.
    """
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"{name} holds Python objects, which would be pickled")
    write_atomically(path, lambda temporary: _write_archive(temporary, arrays))


# Digits of measured numbers are noise that no level shrinks: the default one takes three times as
# long as 1 for 2 % of the size.
LEVEL = 1
SAMPLE, WORTH_IT = 2**16, 0.8  # bytes that are tried, and the share to which they must shrink


def _write_archive(path: str, arrays: Mapping[str, np.ndarray | np.generic]) -> None:
    """Write arrays as numpy does, compressed where that makes them smaller."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, values in arrays.items():
            array, file = np.asanyarray(values), f"{name}.npy"
            entry = file if _shrinks(array) else zipfile.ZipInfo(file)  # the latter is stored
            with archive.open(entry, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


def _shrinks(array: np.ndarray) -> bool:
    """Return whether a sample from the middle of an array is worth compressing."""
    if array.nbytes <= SAMPLE:
        return True
    count, flat = SAMPLE // array.itemsize, array.ravel(order="K")
    sample = flat[(len(flat) - count) // 2 :][:count].tobytes()
    return len(zlib.compress(sample, LEVEL)) < WORTH_IT * len(sample)


def read_npz(path: str | Path, part: str = "", skip: Collection[str] = ()) -> dict[str, np.ndarray]:
    """Read arrays of an npz file.

    Parameters
    ----------
    path
        The file.
    part
        Read only arrays whose names begin so, by the rest of their names.
    skip
        Names of arrays to leave out.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    try:
        # Opened here, since numpy leaves its own handle open when the archive is damaged.
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as stored:
            names = [name for name in stored.files if name.startswith(part) and name not in skip]
            arrays = {name.removeprefix(part): stored[name] for name in names}
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        TypeError,
        EOFError,
        OSError,
        KeyError,
    ) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise damaged(path, error) from error
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):  # numpy returns what is no array as bytes
            raise damaged(path, ValueError(f"{name} is no array"))
    return arrays


def write_tensors(
    path: str | Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays to a safetensors file.

    Parameters
    ----------
    path
        The file.
    tensors
        Arrays by name.
    metadata
        Texts by name, kept in the header.
    """
    save_file = imported("safetensors.numpy", "workflow").save_file
    arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    write_atomically(path, lambda temporary: save_file(arrays, temporary, dict(metadata or {})))


def read_tensors(path: str | Path) -> dict[str, np.ndarray]:
    """Read all arrays of a safetensors file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UserError
        If it is damaged.
    """
    safetensors = imported("safetensors", "workflow")
    try:
        return imported("safetensors.numpy", "workflow").load_file(path)
    except safetensors.SafetensorError as error:
        raise damaged(path, error) from error


def write_table(path: str | Path, columns: Mapping[str, Sequence]) -> None:
    """Write a table as CSV or Parquet, by the suffix of its file.

    Parameters
    ----------
    path
        The file.
    columns
        Equally long columns by name. In CSV None and NaN become empty, floats have ten digits.
    """
    if Path(path).suffix == ".csv":
        write_atomically(path, lambda temporary: _write_csv(temporary, columns))
        return
    pa, pq = imported("pyarrow", "text"), imported("pyarrow.parquet", "text")
    table = pa.table(dict(columns))
    write_atomically(path, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


def _write_csv(path: str, columns: Mapping[str, Sequence]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(
            [_cell(value) for value in row] for row in zip(*columns.values(), strict=True)
        )


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return ""
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else value


def read_table(path: str | Path) -> dict[str, list]:
    """Read a CSV or Parquet table as a dictionary of lists.

    Parameters
    ----------
    path
        The file. All values of a CSV are text.

    Raises
    ------
    UserError
        If a Parquet file is damaged.
    """
    if Path(path).suffix == ".csv":
        with open(path, newline="", encoding="utf-8") as handle:
            header, *rows = list(csv.reader(handle)) or [[]]
        return {name: [row[i] for row in rows] for i, name in enumerate(header)}
    return _read_parquet(path).to_pydict()


def _read_parquet(path: str | Path):
    pa, pq = imported("pyarrow", "text"), imported("pyarrow.parquet", "text")
    try:
        # `read_table` would import pyarrow.dataset, and that pandas: a quarter of a second a job.
        with pq.ParquetFile(path, memory_map=True) as file:
            return file.read()
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise damaged(path, error) from error
