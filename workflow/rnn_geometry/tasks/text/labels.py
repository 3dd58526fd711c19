"""From labels as stored (numbers, texts, lists of them) to class ids or label matrices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.tasks.text._cells import split_cells
from rnn_geometry.tasks.text._classes import Classes, choose, find_classes
from rnn_geometry.tasks.text._keys import Key, to_keys
from rnn_geometry.tasks.text._plain import is_number
from rnn_geometry.tasks.text._rows import RawSplit


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

    A number (also "3" or 3.0) is the name that label_names or the file's categories state, else
    an id, from which label_offset is subtracted; any text is looked up in label_names, in the
    names the file carries, or in the sorted texts of the training split. Where classes are chosen,
    every other label is of another class.

    Parameters
    ----------
    raw
        Rows by split.
    options
        Options of a text data set, see `options.DEFAULTS`.

    Raises
    ------
    UserError
        Names the row of a label that fits none of these, or the option to write.
    """
    keys = _keys(raw, options)
    classes = find_classes(raw, keys["train"], options)
    groups = choose(classes, options)
    chosen = {i: group for group, ids in enumerate(groups) for i in ids}
    selected = any(options[name] is not None for name in ("first_classes", "classes", "merge"))
    labels = {}
    for name, rows in keys.items():
        ids = _ids(raw[name].where, rows, classes, selected)
        encode = _encode_multi if options["multi_label"] else _encode_single
        labels[name] = encode(ids, chosen, len(groups))
    class_names = ["+".join(classes.shown(i) for i in group) for group in groups]
    repeated = [name for i, name in enumerate(class_names) if name in class_names[:i]]
    if repeated:
        raise UserError(
            f"merge makes two classes of the name {quoted(repeated[0])}; rename one label, or list "
            "the merged labels in another order."
        )
    return Labelling(labels, class_names, groups)


def _keys(raw: Mapping[str, RawSplit], options: Mapping[str, Any]) -> dict[str, list[list[Key]]]:
    names = options["label_names"] or raw["train"].names or []
    cells: Mapping[str, list[list[Any]]] = (
        split_cells(raw, names, options["label_offset"])
        if options["multi_label"]
        else {name: [[label] for label in split.labels] for name, split in raw.items()}
    )
    chosen = [options["classes"] or [], *(options["merge"] or [])]
    known = {name for group in (names, *chosen) for name in group}
    return {
        name: to_keys(raw[name].where, rows, known, multi=options["multi_label"])
        for name, rows in cells.items()
    }


def _ids(
    where: str, rows: Sequence[Sequence[Key]], classes: Classes, selected: bool
) -> list[list[int]]:
    """Return original ids by row; -1 for a label that is no class where classes are chosen."""
    known: dict[Key, int] = {}
    ids = []
    for row, keys in enumerate(rows, start=1):
        for key in keys:
            if key not in known:
                found = classes.id_of(key)
                if found is None and not selected:
                    raise _unknown_label(where, row, key, classes)
                known[key] = -1 if found is None else found
        ids.append([known[key] for key in keys])
    return ids


def _unknown_label(where: str, row: int, key: Key, classes: Classes) -> UserError:
    names = classes.names
    if names is not None and (key.number is None or classes.named):
        close = [name for name in names if name.casefold() == key.text.casefold()]
        hint = f"; did you mean {quoted(close[0])}" if close else ""
        return UserError(
            f"{where}: row {row}: the label {quoted(key.text, 40)} is unknown{hint}; accepted is "
            f"{'' if classes.named else 'an integer or '}one of {listed(names, 60)}"
            f"{_about_ids(key, classes)}; classes: [...] chooses some and drops the rest."
        )
    if names is None and key.number is None:
        return UserError(
            f"{where}: row {row}: the label {quoted(key.text, 40)} is no integer as in other rows; "
            "give label_names to accept names beside integers."
        )
    source = "label names" if names else "training labels"
    first, last = classes.span()
    return UserError(
        f"{where}: row {row}: the label {key.name} is outside the {source}; accepted is "
        f"{first} to {last}{_about_number(key.number)}, or choose classes to drop other rows."
    )


def _about_ids(key: Key, classes: Classes) -> str:
    """Say what makes a number an id where the names are the sorted texts of train."""
    if key.number is None or any(map(is_number, classes.names or [])):
        return ""
    return "; ids need label_names, the names in order of the ids"


def _about_number(number: int | float | None) -> str:
    if not isinstance(number, int):
        return ", whole numbers"
    if number >= 0:
        return ""
    return f" (label_offset: {number} where ids begin there; often -1 says that a label is secret)"


def _encode_single(
    rows: Sequence[Sequence[int]], chosen: Mapping[int, int], count: int
) -> np.ndarray:
    return np.fromiter((chosen.get(row[0], -1) for row in rows), dtype=np.int64, count=len(rows))


def _encode_multi(
    rows: Iterable[Sequence[int]], chosen: Mapping[int, int], count: int
) -> np.ndarray:
    rows = list(rows)
    labels = np.zeros((len(rows), count), dtype=np.int8)
    for i, row in enumerate(rows):
        labels[i, [chosen[label] for label in row if label in chosen]] = 1
    return labels
