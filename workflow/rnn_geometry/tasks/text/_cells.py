"""Cells of a multi-label column, in the forms that people and programs write them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.tasks.text._plain import plain
from rnn_geometry.tasks.text._rows import RawSplit

SEPARATORS = (";", "|", "\t", "\n", ",", *"；｜，、،؛")  # the last of other scripts
QUOTED = re.compile(rf"""(^|[{"".join(SEPARATORS)}])\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
PAIRS = {"[": "]", "(": ")", "{": "}"}
FORMS = 'joy;anger or joy|anger or joy, anger or ["joy", "anger"], with quotes around commas'
NUMBERS = re.compile(r"[-+0-9.]+(?:\s+[-+0-9.]+)+")
# What Python and numpy write around a list.
WRAPPED = re.compile(r"(?:array|set|frozenset|tuple|list)\((.*?)(?:,\s*dtype=.*)?\)", re.DOTALL)


class _Unreadable(ValueError):
    """A cell in none of the forms."""


def split_cells(
    raw: Mapping[str, RawSplit], names: Collection[str] | None, first: int = 0
) -> dict[str, list[list[Any]]]:
    """Return the labels of every row of a multi-label column.

    Parameters
    ----------
    raw
        Rows by split.
    names
        Names of the labels, where they are known: a cell that is one of them is not split.
    first
        Id that the first entry of a vector of 0 and 1 gets.

    Raises
    ------
    UserError
        Names the row of a cell in none of the forms.
    """
    known = frozenset(names or ())
    separators = _separators(raw, known)
    cells = {}
    for name, split in raw.items():
        cells[name] = [
            _labels(split.where, row, stored, separators, known)
            for row, stored in enumerate(split.labels, start=1)
        ]
    return _from_indicators(raw, cells, len(known), first)


def _labels(
    where: str, row: int, stored: Any, separators: Sequence[str], known: Collection[str]
) -> list[Any]:
    if stored is None or (isinstance(stored, float) and math.isnan(stored)):
        return []
    if isinstance(stored, Mapping):
        raise _refusal(where, row, stored)
    if not isinstance(stored, str):
        return list(stored) if isinstance(stored, (list, tuple)) else [stored]
    if plain(stored) in known:
        return [stored]
    try:
        return _parse(stored, separators)
    except _Unreadable as error:
        raise _refusal(where, row, stored) from error


def _refusal(where: str, row: int, stored: Any) -> UserError:
    return UserError(
        f"{where}: row {row}: the labels {quoted(stored, 50)} cannot be told apart; write them as "
        f"{FORMS}."
    )


def _parse(stored: str, separators: Sequence[str]) -> list[Any]:
    """Return the labels of a text: a list in brackets, or labels between separators."""
    text = stored.strip()
    wrapped = WRAPPED.fullmatch(text)
    text = wrapped[1].strip() if wrapped else text
    if text[:1] not in PAIRS:
        if NUMBERS.fullmatch(text):
            return text.split()
        return [item for item in _items(text, separators, False) if item.strip()]
    if len(text) < 2 or text[-1] != PAIRS[text[0]]:
        raise _Unreadable
    if text[0] == "[":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    inner = text[1:-1].strip()
    if NUMBERS.fullmatch(inner):
        return inner.split()
    items = [item for item in _items(inner, SEPARATORS, True) if item.strip()]
    if any(set(item) & set("[](){}") or item == "..." for item in items):
        raise _Unreadable
    return items


def _items(text: str, separators: Sequence[str], brackets: bool) -> Iterator[str]:
    """Yield what stands between separators; in brackets, blanks separate what has quotes."""
    place = 0
    while place < len(text):
        if text[place].isspace() and text[place] not in separators:
            place += 1
        elif text[place] in "'\"":
            item, place = _quoted(text, place)
            place, apart = _after(text, place, separators)
            if not apart and not (brackets and text[place - 1].isspace() and text[place] in "'\""):
                raise _Unreadable
            yield item
        else:
            ends = [end for mark in separators if (end := text.find(mark, place)) >= 0]
            end = min(ends, default=len(text))
            yield text[place:end].strip()
            place = end + 1


def _quoted(text: str, place: int) -> tuple[str, int]:
    """Return what a quote at a place holds, and where it ends; \\ escapes, as doubling does."""
    mark, parts = text[place], []
    place += 1
    while place < len(text):
        if text[place] == "\\" and place + 1 < len(text):
            parts.append(text[place + 1])
            place += 2
        elif text[place] != mark:
            parts.append(text[place])
            place += 1
        elif parts and text[place + 1 : place + 2] == mark:
            parts.append(mark)
            place += 2
        else:
            return "".join(parts), place + 1
    raise _Unreadable


def _after(text: str, place: int, separators: Sequence[str]) -> tuple[int, bool]:
    """Return where the next label begins, and whether a separator or the end came before it."""
    while place < len(text):
        if text[place] in separators:
            return place + 1, True
        if not text[place].isspace():
            return place, False
        place += 1
    return place, True


def _separators(raw: Mapping[str, RawSplit], known: Collection[str]) -> Sequence[str]:
    """Return what separates the labels of the column: one mark, unless names decide."""
    found: dict[str, tuple[str, int, str]] = {}
    cells: set[str] = set()
    for split in raw.values():
        for row, stored in enumerate(split.labels, start=1):
            if not isinstance(stored, str) or stored in cells or plain(stored) in known:
                continue
            cells.add(stored)
            if stored.strip()[:1] in PAIRS or WRAPPED.fullmatch(stored.strip()):
                continue
            for mark in _marks(stored):
                found.setdefault(mark, (split.where, row, stored))
    marks = [mark for mark in SEPARATORS if mark in found]
    if len(marks) < 2:
        return marks or SEPARATORS
    fits = [mark for mark in marks if known and all(_is_known(cell, mark, known) for cell in cells)]
    if fits:
        return fits[:1]
    where, row, stored = found[marks[1]]
    raise UserError(
        f"{where}: row {row}: {quoted(stored, 40)} has labels between {quoted(marks[1])} and other "
        f"rows have {quoted(marks[0])}; use one of them, as {FORMS}."
    )


def _marks(text: str) -> list[str]:
    """Return the separators of a text that stand outside quotes."""
    bare = QUOTED.sub(r"\1", text.strip())
    return [mark for mark in SEPARATORS if mark in bare]


def _is_known(cell: str, mark: str, known: Collection[str]) -> bool:
    try:
        return all(plain(str(item)) in known for item in _parse(cell, [mark]))
    except _Unreadable:
        return False


SIGNS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "0.": 0, "1.": 1, "False": 0, "True": 1}
LOGICAL = ("False", "True")


def _from_indicators(
    raw: Mapping[str, RawSplit], cells: dict[str, list[list[Any]]], count: int, first: int
) -> dict[str, list[list[Any]]]:
    """Return ids from `first` where every training row is a vector of 0 and 1, one for a label."""
    if not _are_indicators(cells["train"]):
        return cells
    width = count or len(cells["train"][0])
    for name, rows in cells.items():
        for row, values in enumerate(rows, start=1):
            if len(values) != width or any(str(value) not in SIGNS for value in values):
                raise UserError(
                    f"{raw[name].where}: row {row}: {quoted(values, 50)} is no list of {width} "
                    "times 0 or 1, an entry for each label; write all rows in one form."
                )
    return {name: [_positions(row, first) for row in rows] for name, rows in cells.items()}


def _are_indicators(rows: Sequence[Sequence[Any]]) -> bool:
    """Tell whether rows of 0 and 1 are vectors rather than ids.

    A list of ids names none twice and holds no logical values, and not every row has all labels.
    """
    if any(str(value) not in SIGNS for row in rows for value in row):
        return False
    both = bool(rows) and all(len(row) == 2 for row in rows)
    odd = any(str(value) in LOGICAL for row in rows if len(row) > 1 for value in row)
    return both or odd or any(len({*map(str, row)}) < len(row) for row in rows)


def _positions(row: Sequence[Any], first: int) -> list[int]:
    return [first + i for i, value in enumerate(row) if SIGNS[str(value)]]
