"""Files: every write is atomic (beside, fsync, rename), every damaged file is one clear sentence. No pickles."""

from __future__ import annotations

import contextlib
import csv
import errno
import fcntl
import json
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.sentences import Sentences


def write_atomically(path: str | Path, write: Callable[[str], None]) -> None:
    """Let `write(temporary_path)` make the file beside `path`, sync it to disk and rename it to `path`.

    What a killed process left of an earlier try is deleted first. Raises UserError where the folder cannot be written
    to, such as on a full disk.
    """
    path = Path(path)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
        try:
            with contextlib.suppress(OSError):  # of a file system that knows no locks
                _lock(descriptor)  # says that this process is alive, until it ends in whatever way
            write(temporary)
            with open(temporary, "rb") as handle:
                os.fsync(handle.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock an open file, or raise OSError where another process has locked it or the file system knows no locks."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def remove_leftovers(path: str | Path) -> None:
    """Delete temporary files of `path` that a killed process left behind: nobody holds their locks."""
    path = Path(path)
    # The eight characters are those of tempfile.
    named = re.compile(re.escape(f".{path.stem}-") + "[a-z0-9_]{8}" + re.escape(path.suffix))
    for name in filter(named.fullmatch, os.listdir(path.parent)):
        with contextlib.suppress(OSError), open(path.parent / name, "r+b") as handle:
            _lock(handle.fileno())
            os.unlink(path.parent / name)


# What is wrong with a folder, and what to do about it.
_UNWRITABLE = {
    errno.ENOSPC: ("no space is left on its disk", "free some"),
    errno.EDQUOT: ("your quota on its disk is used up", "free some space"),
    errno.EROFS: ("its file system is read-only", "make it writable or name another folder (results)"),
    errno.EACCES: ("you may not write there", "change its permissions or name another folder (results)"),
    errno.EPERM: ("you may not write there", "change its permissions or name another folder (results)"),
    errno.ENAMETOOLONG: ("the name is too long for its file system", "choose shorter names of tasks and models"),
}


@contextlib.contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Turn an error of the disk while `path` is written, from whatever library, into one UserError."""
    path = Path(path)
    try:
        yield
    except Exception as error:
        number = _error_number(error)
        if number not in _UNWRITABLE:
            raise
        state, remedy = _UNWRITABLE[number]
        raise UserError(
            f"{path.name} cannot be written to the folder {path.parent}: {state}; {remedy} and run the same command "
            "again (what was finished is kept)."
        ) from error


def check_room(folder: str | Path, size: int = 65_536) -> None:
    """Raise UserError unless a file of `size` bytes can be written to a folder; it is gone at once."""
    with writing(Path(folder).absolute() / "a file"), tempfile.TemporaryFile(dir=folder, buffering=0) as handle:
        os.posix_fallocate(handle.fileno(), 0, size)


def lock_folder(folder: str | Path) -> None:
    """Lock a folder until this process ends, however it ends, or raise UserError where another process has locked it.

    The system keeps the lock and no file is left. Where the file system knows no locks nothing is locked.
    """
    with writing(Path(folder).absolute() / "a file"):
        os.makedirs(folder, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)  # never closed: closing it would unlock the folder
    try:
        _lock(descriptor)
    except BlockingIOError:
        os.close(descriptor)
        raise UserError(
            f"config key results: another run is at work in '{folder}', from another working folder; wait for its end "
            "or name another folder."
        ) from None
    except OSError:
        os.close(descriptor)


def _error_number(error: BaseException | None) -> int | None:
    """Return the error number of the system behind an exception: its own, in its text, or of what came before it."""
    while error is not None:
        if isinstance(error, OSError) and error.errno is not None:
            return error.errno
        told = re.search(r"os error (\d+)", str(error))  # safetensors has a type of its own
        if told:
            return int(told[1])
        error = error.__cause__ or error.__context__
    return None


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
            arrays = {name.removeprefix(part): stored[name] for name in names}
    except (zipfile.BadZipFile, zlib.error, ValueError, TypeError, EOFError, OSError, KeyError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise _damaged(path, error) from error
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):  # numpy returns what is no array as bytes
            raise _damaged(path, ValueError(f"{name} is no array"))
    return arrays


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
