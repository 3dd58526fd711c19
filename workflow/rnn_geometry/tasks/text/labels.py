"""From labels as stored (integers, texts, lists of them) to class ids or label matrices."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text.source import RawSplit


@dataclass(frozen=True)
class Labelling:
    """Labels of the splits, and the classes they stand for.

    labels: by split (n,) int64 class ids (-1: another class) or (n, C) int8. class_names,
    label_ids: C entries; label_ids[i] lists the original ids (from 0) that make up class i.
    """

    labels: dict[str, np.ndarray]
    class_names: list[str]
    label_ids: list[list[int]]


def label_splits(raw: Mapping[str, RawSplit], options: Mapping[str, Any]) -> Labelling:
    """Return the labels of every split, as the options say.

    An integer (also "3" or 3.0) is an id, from which label_offset is subtracted; any other text is
    looked up in label_names, in the names the file carries, or in the sorted texts of the training
    split.

    Parameters
    ----------
    raw
        Rows by split.
    options
        Options of a text data set, see `options.DEFAULTS`.

    Raises
    ------
    UserError
        Names the row of a label that fits none of these.
    """
    parsed = {name: _parse(split, options) for name, split in raw.items()}
    names = _label_names(raw["train"], parsed["train"], options)
    count = (
        len(names)
        if names
        else 1 + max((int(key) for row in parsed["train"] for key in row), default=-1)
    )
    ids = {
        name: _to_ids(raw[name].where, rows, names, count, options) for name, rows in parsed.items()
    }
    groups = _groups(options, names, count)
    shown = names or [str(i + options["label_offset"]) for i in range(count)]
    encode = _encode_multi if options["multi_label"] else _encode_single
    class_names = ["+".join(shown[i] for i in group) for group in groups]
    return Labelling(
        {name: encode(rows, groups, count) for name, rows in ids.items()}, class_names, groups
    )


def _parse(split: RawSplit, options: Mapping[str, Any]) -> list[list[int | str]]:
    """Return per row its labels: integers counted from 0, or texts."""
    split_value = _items if options["multi_label"] else lambda value: [value]
    return [
        [_key(split.where, row, value, options) for value in split_value(stored)]
        for row, stored in enumerate(split.labels, start=1)
    ]


def _items(stored: Any) -> list[Any]:
    """Split a multi-label cell: a list, a text such as "3,17" or "[3, 17]", one id, or nothing."""
    if stored is None:
        return []
    if not isinstance(stored, str):
        return list(stored) if isinstance(stored, (list, tuple)) else [stored]
    parts = stored.strip().removeprefix("[").removesuffix("]").split(",")
    return (
        [part.strip().strip("'\"") for part in parts] if any(part.strip() for part in parts) else []
    )


def _key(where: str, row: int, value: Any, options: Mapping[str, Any]) -> int | str:
    integer = _as_integer(value)
    if integer is not None:
        if integer < options["label_offset"]:
            raise UserError(
                f"{where}: row {row}: the label {integer} is below {options['label_offset']}, "
                "where labels begin (label_offset)."
            )
        return integer - options["label_offset"]
    if isinstance(value, str) and value.strip():
        return value.strip()
    hint = " (set multi_label: true for lists)" if isinstance(value, (list, tuple)) else ""
    shown = "missing" if value is None or value == "" else repr(value)
    raise UserError(
        f"{where}: row {row}: the label is {shown}; an integer or a text is accepted{hint}."
    )


def _as_integer(value: Any) -> int | None:
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([+-]?[0-9]+)(?:\.0*)?\s*", value)
        return int(match[1]) if match else None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value == int(value) else None
    return int(value) if isinstance(value, int) else None


def _label_names(
    train: RawSplit, rows: Sequence[Sequence[int | str]], options: Mapping[str, Any]
) -> list[str] | None:
    """Return the names of all labels in order, or None where labels are bare integers."""
    given = train.names if options["label_names"] is None else options["label_names"]
    if given:
        return list(given)
    keys = {key for row in rows for key in row}
    if keys and all(isinstance(key, str) for key in keys):
        return sorted(map(str, keys))
    for number, row in enumerate(rows, start=1):
        for key in row:
            if isinstance(key, str):
                raise UserError(
                    f"{train.where}: row {number}: the label {key!r} is no integer as in other "
                    "rows; give label_names to accept names beside integers."
                )
    return None


def _to_ids(
    where: str,
    rows: Sequence[Sequence[int | str]],
    names: Sequence[str] | None,
    count: int,
    options: Mapping[str, Any],
) -> list[list[int]]:
    index = {name: i for i, name in enumerate(names or [])}
    ids = []
    for number, row in enumerate(rows, start=1):
        found = [index.get(key, -1) if isinstance(key, str) else key for key in row]
        for key, value in zip(row, found, strict=True):
            if not 0 <= value < count:
                raise _unknown_label(where, number, key, names, count, options["label_offset"])
        ids.append(found)
    return ids


def _unknown_label(
    where: str, row: int, key: int | str, names: Sequence[str] | None, count: int, offset: int
) -> UserError:
    if isinstance(key, str):
        known = f" or one of {_shorten(names)}" if names else ""
        return UserError(
            f"{where}: row {row}: the label {key!r} is unknown; accepted is an integer{known}."
        )
    source = "label names" if names else "training labels"
    span = f"{offset} to {offset + count - 1}"
    return UserError(
        f"{where}: row {row}: the label {key + offset} is outside the {source}; accepted is {span}."
    )


def _shorten(names: Sequence[str]) -> str:
    return ", ".join(names[:30]) + (", ..." if len(names) > 30 else "")


def _groups(options: Mapping[str, Any], names: Sequence[str] | None, count: int) -> list[list[int]]:
    """Return for every new class the original ids that make it up."""
    if options["first_classes"] is not None:
        wanted, option = [[i] for i in range(options["first_classes"])], "first_classes"
    elif options["classes"] is not None:
        wanted, option = [[value] for value in options["classes"]], "classes"
    elif options["merge"] is not None:
        wanted, option = options["merge"], "merge"
    else:
        wanted, option = [[i] for i in range(count)], "label_column"
    groups = [[_resolve(value, option, names, count) for value in group] for group in wanted]
    flat = [i for group in groups for i in group]
    if len(set(flat)) < len(flat):
        raise UserError(
            f"{option} names one class twice, by name and by id; every class is accepted once."
        )
    if len(groups) < 2:
        raise UserError(f"{option} leaves {len(groups)} class; at least two classes are needed.")
    return groups


def _resolve(value: int | str, option: str, names: Sequence[str] | None, count: int) -> int:
    if isinstance(value, str):
        known = list(names or [])
        if value not in known:
            accepted = (
                _shorten(known)
                if known
                else "ids only, since the labels have no names (give label_names)"
            )
            raise UserError(f"{option} names the unknown class {value!r}; accepted: {accepted}.")
        return known.index(value)
    if value >= count:
        raise UserError(
            f"{option} asks for class {value}, but the data have the classes 0 to {count - 1}."
        )
    return value


def _encode_single(
    rows: Sequence[Sequence[int]], groups: Sequence[Sequence[int]], count: int
) -> np.ndarray:
    lookup = np.full(count, -1, dtype=np.int64)
    for i, group in enumerate(groups):
        lookup[list(group)] = i
    return lookup[np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))]


def _encode_multi(
    rows: Sequence[Sequence[int]], groups: Sequence[Sequence[int]], count: int
) -> np.ndarray:
    row_index = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    original = np.zeros((len(rows), count), dtype=np.int8)
    original[row_index, np.array([i for row in rows for i in row], dtype=np.int64)] = 1
    return np.stack([original[:, list(group)].max(axis=1) for group in groups], axis=1)
