"""What every result of the library can do: become a data frame, be saved and loaded again."""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from rnn_geometry.errors import UserError, imported, place, quoted, told

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1  # of the files; raised when a class of results gets other fields
# What numpy raises for damaged files, for pickles, and for a single array (.npy).
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)
KIND, VERSION = "rnn_geometry_kind", "rnn_geometry_format"


class Result(ABC):
    """A frozen dataclass of arrays, numbers and results."""

    _PARTS: ClassVar[Mapping[str, type[Result]]] = {}  # fields that are results themselves

    def __repr__(self) -> str:
        # A session prints what it is handed, and arrays of results run to thousands of lines.
        parts = ((part.name, getattr(self, part.name)) for part in fields(self))  # type: ignore
        return f"{type(self).__name__}({', '.join(self._briefly(*part) for part in parts)})"

    def _briefly(self, name: str, value: Any) -> str:
        """Return a field as it is printed: numbers whole, arrays by their shape."""
        array = isinstance(value, np.ndarray) and value.ndim > 0
        return f"{name} {value.shape}" if array else f"{name}={value!r}"

    @abstractmethod
    def _columns(self) -> Mapping[str, Any]:
        """Return equally long columns by name."""

    def to_frame(self) -> pd.DataFrame:
        """Return the numbers as a data frame of pandas.

        Returns
        -------
        pandas.DataFrame
            A row for every point, or for every mode of every point.

        Raises
        ------
        UserError
            Without pandas.
        """
        return imported("pandas", "plots").DataFrame(dict(self._columns()))

    def save(self, path: str | os.PathLike) -> None:
        """Write the result to a file of numpy, .npz, whole or not at all, without pickles.

        Parameters
        ----------
        path : path
            The file; what stands there is replaced.

        Raises
        ------
        UserError
            If it cannot be written.
        """
        marks = {KIND: np.array(type(self).__name__), VERSION: np.array(FORMAT)}
        target = _path(path)
        try:
            _write(target, {**marks, **_flat(self)})
        except OSError as error:
            raise UserError(
                f"{place(target)}: cannot be written ({told(error)}); give another place."
            ) from error

    @classmethod
    def load(cls, path: str | os.PathLike) -> Self:
        """Read what `save` wrote.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        Result
            Of this class.

        Raises
        ------
        UserError
            For files that are not there, are damaged, or hold something else.
        """
        arrays = _read(_path(path))
        _check_marks(cls.__name__, place(path), arrays)
        try:
            return cls._of_arrays(arrays)
        except KeyError as error:
            raise UserError(
                f"{place(path)}: the array {error} is missing; write the file anew by `save`."
            ) from None

    @classmethod
    def _of_arrays(cls, arrays: Mapping[str, np.ndarray], before: str = "") -> Self:
        """Return the result of the arrays whose names begin so."""
        values = {}
        for part in fields(cls):  # type: ignore[arg-type]
            name, inner = before + part.name, cls._PARTS.get(part.name)
            if inner is None:
                values[part.name] = _plain(arrays[name])
            elif any(known.startswith(f"{name}.") for known in arrays):
                values[part.name] = inner._of_arrays(arrays, f"{name}.")
            else:
                values[part.name] = None
        return cls(**values)


def states_by_entry(states: np.ndarray) -> dict[str, np.ndarray]:
    """Return states (n, S) as columns h_1 to h_S."""
    return {f"h_{i + 1}": states[:, i] for i in range(states.shape[1])}


def _path(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise UserError(f"the file of a result is {quoted(path)}; accepted is a path.")
    return Path(path)


def _plain(array: np.ndarray) -> Any:
    """Return an array, and a number of Python for one without dimensions."""
    return array.item() if array.ndim == 0 else array


def _flat(result: Any, before: str = "") -> dict[str, np.ndarray]:
    """Return all fields as arrays; names of inner results with a point."""
    arrays = {}
    for part in fields(result):
        value, name = getattr(result, part.name), before + part.name
        if is_dataclass(value):
            arrays |= _flat(value, f"{name}.")
        elif value is not None:
            arrays[name] = np.asarray(value)
    return arrays


def _write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays beside the file, then in its place."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the mask of permissions of this process."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _read(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file."""
    try:
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise UserError(
            f"{place(path)}: there is no such file; give one that `save` wrote."
        ) from None
    except UNREADABLE as error:
        raise UserError(
            f"{place(path)}: cannot be read ({told(error)}); accepted is a file that `save` wrote."
        ) from error


def _check_marks(wanted: str, path: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Refuse files of other results, of none, and of a later format."""
    if KIND not in arrays or VERSION not in arrays:
        raise UserError(
            f"{path}: this is no file that `save` of a result wrote; the files of a run of the "
            "workflow are read by open_results."
        )
    kind, version = str(arrays[KIND]), int(arrays[VERSION])
    if kind != wanted:
        raise UserError(f"{path}: holds {kind}, not {wanted}; use {kind}.load.")
    if version > FORMAT:
        raise UserError(
            f"{path}: has format {version}, and this version knows {FORMAT}; install a newer "
            "rnn-geometry."
        )
