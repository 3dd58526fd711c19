"""What artifacts are made of: fields that tell their shapes, checks, reading and writing.

An artifact is a frozen dataclass for one file. What does not fit its fields is no artifact: it is
refused when it is made, and where it was read the sentence names the file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.store import formats

Kind = TypeVar("Kind", bound=type)


def array(shape: str, meaning: str, *, default: Any = MISSING) -> Any:
    """Declare an array of an artifact.

    Parameters
    ----------
    shape
        Its sizes, apart by spaces: numbers, or letters that mean the same size in all arrays of an
        artifact, such as `k T+1 S`. `...` at the end: there may be more. Empty: a plain value.
    meaning
        What it holds.
    default
        None where the array may be left out on reading, since it is large.
    """
    return field(default=default, metadata={"shape": shape, "meaning": meaning})


def value(meaning: str, *, default: Any = MISSING) -> Any:
    """Declare a value of an artifact that is no array.

    Parameters
    ----------
    meaning
        What it says.
    default
        What stands for it in files that have none.
    """
    return field(default=default, metadata={"meaning": meaning})


@dataclass_transform(
    kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(array, value)
)
def artifact(kind: Kind) -> Kind:
    """Make a class of fields an artifact, and tell the fields in its docstring.

    Parameters
    ----------
    kind
        The class, with FILE, the name of its file.
    """
    made = dataclass(frozen=True, kw_only=True, eq=False, repr=False)(kind)
    made.__doc__ = "\n".join([str(kind.__doc__).rstrip(), "", *_attributes(made)])
    return made


def _attributes(kind: type) -> Iterator[str]:
    yield from ("    Attributes", "    ----------")
    for part in parts_of(kind):
        shape = part.metadata.get("shape")
        yield f"    {part.name} : {in_words(shape)}" if shape else f"    {part.name}"
        yield f"        {part.metadata['meaning']}."


def in_words(shape: str) -> str:
    """Return a declared shape as Python writes shapes."""
    sizes = shape.split()
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"


def parts_of(kind: Any) -> tuple[Field, ...]:
    """Return the fields of an artifact or its class."""
    return fields(kind)


class Artifact:
    """One file of a network or a task, by its fields."""

    FILE: ClassVar[str]
    CALLED: ClassVar[str] = "key"  # what a part of the file is called in a sentence

    def __repr__(self) -> str:
        parts = ((part.name, getattr(self, part.name)) for part in parts_of(self))
        return f"{type(self).__name__}({', '.join(_briefly(*part) for part in parts)})"

    @classmethod
    def place(cls, path: str | Path) -> Path:
        """Return where the file lies.

        Parameters
        ----------
        path
            The file, or the folder of the network or task.
        """
        return Path(path) / cls.FILE if Path(path).is_dir() else Path(path)

    @classmethod
    def parsed(cls, path: Path, values: Mapping[str, Any]) -> Self:
        """Return the artifact of values read from a file.

        Parameters
        ----------
        path
            The file, for the sentence.
        values
            By field; more of them mean nothing.

        Raises
        ------
        UserError
            If one is missing or has the wrong shape.
        """
        known = {part.name: part.default is MISSING for part in parts_of(cls)}
        for name in (name for name, needed in known.items() if needed and name not in values):
            raise misfit(path, f"the {cls.CALLED} '{name}' is missing")
        try:
            return cls(**{name: values[name] for name in known if name in values})
        except ValueError as error:
            raise misfit(path, str(error)) from error


def misfit(path: str | Path, fault: str) -> UserError:
    """Return what to say of a file that is whole but is not what it should be.

    Parameters
    ----------
    path
        The file.
    fault
        What is wrong with it.
    """
    return UserError(f"{path}: {fault}; delete the file and run the same command again.")


def _briefly(name: str, value: Any) -> str:
    return f"{name} {value.shape}" if isinstance(value, np.ndarray) else f"{name}={value!r:.40}"


class ArrayArtifact(Artifact):
    """A file of arrays, .npz."""

    CALLED = "array"

    def __post_init__(self) -> None:
        check_shapes(self)

    @classmethod
    def empty(cls) -> Self:
        """Return what stands where no file was read: arrays without entries, 0 and no text."""
        nothing = {"int": 0, "float": 0.0, "str": "", "bool": False}
        shapes = {part.name: part.metadata["shape"].split() for part in parts_of(cls)}
        sizes = {name: [_least(size) for size in shape] for name, shape in shapes.items()}
        plain = {part.name: nothing.get(str(part.type)) for part in parts_of(cls)}
        return cls(**{n: np.zeros(sizes[n]) if sizes[n] else plain[n] for n in sizes})

    @classmethod
    def large(cls) -> tuple[str, ...]:
        """Return the names of the arrays that may be left out on reading."""
        return tuple(part.name for part in parts_of(cls) if part.default is None)

    @classmethod
    def read(cls, path: str | Path, *, large: bool = True, part: str = "") -> Self:
        """Read the file.

        Parameters
        ----------
        path
            The file, or the folder that it lies in.
        large
            Whether to read the arrays that may be left out; None otherwise.
        part
            How the names of its arrays begin, in a file that holds several artifacts.

        Raises
        ------
        UserError
            If the file is damaged, an array is missing or has a wrong shape.
        """
        path = cls.place(path)
        found = formats.read_npz(path, part, skip=() if large else cls.large())
        return cls.from_arrays(path, found)

    @classmethod
    def from_arrays(cls, path: Path, arrays: Mapping[str, np.ndarray]) -> Self:
        """Return the artifact of arrays read from a file.

        Parameters
        ----------
        path
            The file, for the sentence.
        arrays
            By name.
        """
        shapes = {part.name: part.metadata["shape"] for part in parts_of(cls)}
        plain = {name: a for name, a in arrays.items() if shapes.get(name) == "" and a.ndim == 0}
        return cls.parsed(path, {**arrays, **{name: a.item() for name, a in plain.items()}})

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays as they are written, by name, in order; without those left out."""
        values = {part.name: getattr(self, part.name) for part in parts_of(self)}
        return {name: np.asarray(value) for name, value in values.items() if value is not None}

    def write(self, path: str | Path) -> None:
        """Write the file, whole or not at all.

        Parameters
        ----------
        path
            The file, or the folder that it lies in.

        Raises
        ------
        ValueError
            If arrays were left out on reading, which would be lost.
        """
        arrays = self.arrays()
        lost = [name for name in self.large() if name not in arrays]
        if lost:
            raise ValueError(f"{self.FILE} was read without {', '.join(lost)}")
        formats.write_npz(self.place(path), **arrays)


def check_shapes(artifact: ArrayArtifact) -> None:
    """Hold the arrays of an artifact against the shapes of its fields.

    Parameters
    ----------
    artifact
        Made of whatever.

    Raises
    ------
    ValueError
        For the first array of a wrong shape.
    """
    sizes: dict[str, int] = {}
    for part in parts_of(artifact):
        held, expected = getattr(artifact, part.name), part.metadata["shape"]
        if held is None and part.default is None:
            continue
        shape = np.asarray(held).shape
        if not _fits(expected.split(), shape, sizes):
            known = [f"{name} = {sizes[name]}" for name in sizes if name in expected]
            told = f"where {' and '.join(known)}" if known else "as declared"
            raise ValueError(
                f"the array '{part.name}' has the shape {shape} and not {in_words(expected)}, "
                f"{told}"
            )


def _fits(expected: list[str], shape: Collection[int], sizes: dict[str, int]) -> bool:
    """Tell whether a shape is as expected; `sizes` holds those of letters and learns new ones."""
    more = expected[-1:] == ["..."]
    expected = expected[: len(expected) - more]
    if len(shape) < len(expected) or (len(shape) > len(expected) and not more):
        return False
    return all(_size_fits(*pair, sizes) for pair in zip(expected, shape, strict=False))


def _least(size: str) -> int:
    """Return the least size that a declared one can have."""
    return int(size) if size.isdigit() else int(size.partition("+")[2] or 0)


def _size_fits(expected: str, size: int, sizes: dict[str, int]) -> bool:
    if expected.isdigit():
        return size == int(expected)
    letter, _, more = expected.partition("+")
    return sizes.setdefault(letter, size - int(more or 0)) == size - int(more or 0)


class FileArtifact(Artifact):
    """A file that is read and written as a whole: JSON or a table."""

    _READ: ClassVar[Callable[[str | Path], Any]]
    _WRITE: ClassVar[Callable[[str | Path, Any], None]]

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the file.

        Parameters
        ----------
        path
            The file, or the folder that it lies in.

        Raises
        ------
        UserError
            If the file is damaged, or a part of it is missing.
        """
        path = cls.place(path)
        found = cls._READ(path)
        try:
            return cls.parsed(path, cls._fields(found))
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise misfit(path, f"its contents are not what they should be ({error})") from error

    def write(self, path: str | Path) -> None:
        """Write the file, whole or not at all.

        Parameters
        ----------
        path
            The file, or the folder that it lies in.
        """
        type(self)._WRITE(self.place(path), self._contents())

    @classmethod
    def _fields(cls, contents: Any) -> Mapping[str, Any]:
        """Return the fields of what the file holds."""
        if not isinstance(contents, Mapping):
            raise ValueError("no mapping")
        return contents

    def _contents(self) -> Any:
        """Return what the file holds."""
        return {part.name: getattr(self, part.name) for part in parts_of(self)}


class JsonArtifact(FileArtifact):
    """A JSON file."""

    _READ = staticmethod(formats.read_json)
    _WRITE = staticmethod(formats.write_json)


class TableArtifact(FileArtifact):
    """A table, CSV or Parquet by its name."""

    CALLED = "column"
    _READ = staticmethod(formats.read_table)
    _WRITE = staticmethod(formats.write_table)


class Facts(JsonArtifact, Mapping[str, Any]):
    """A JSON file of facts or numbers by name, which differ from task to task.

    Declared elsewhere: those of geometry.json as columns, beside their measures.
    """

    NEEDED: ClassVar[tuple[str, ...]] = ()  # every file has them
    facts: Mapping[str, Any]

    def __post_init__(self) -> None:
        for name in self.NEEDED:
            if name not in self.facts:
                raise ValueError(f"the key '{name}' is missing")

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    @classmethod
    def _fields(cls, contents: Any) -> Mapping[str, Any]:
        return {"facts": super()._fields(contents)}

    def _contents(self) -> Any:
        return dict(self.facts)
