"""From a label as stored to a key: its text in one form, and its number where it is one."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.tasks.text._plain import is_number, plain, unfit, written

DIGITS = 15  # of a number that float64 holds exactly; longer ones are texts
LONGEST = 200  # characters of a label; a longer one is a text in the wrong column
# What programs write for a missing value, and spreadsheets for a failed formula. None is a class.
_NAN = ("nan", "NaN", "NAN", "-nan", "-NaN", "NaT")
_ABSENT = ("", "<NA>", "NA", "N/A", "n/a", "NULL", "Null", "null", "\\N")
_FAILED = ("#N/A", "#NA", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")
MISSING = frozenset((*_NAN, *_ABSENT, *_FAILED))


@dataclass(frozen=True)
class Key:
    """A label: its text, and the number that it is, an int where it is whole."""

    text: str
    number: int | float | None = None

    @property
    def name(self) -> str:
        """The text by which equal labels are equal."""
        return self.text if self.number is None else written(self.number)


def to_keys(
    where: str, cells: Sequence[Sequence[Any]], names: Container[str], *, multi: bool = False
) -> list[list[Key]]:
    """Return the labels of every row as keys.

    Parameters
    ----------
    where
        Path, for sentences.
    cells
        Labels by row, as stored.
    names
        Known names; what is one of them is accepted even if it looks missing.
    multi
        Whether a row may have several labels.

    Raises
    ------
    UserError
        Names the row of a label that is no number and no text.
    """
    known: dict[Any, Key] = {}
    rows = []
    for row, values in enumerate(cells, start=1):
        keys = []
        for value in values:
            try:
                key = known.get((type(value), value))
            except TypeError:  # lists and mappings
                raise _refusal(where, row, value, multi) from None
            if key is None:
                key = known[type(value), value] = _key(where, row, value, names)
            keys.append(key)
        rows.append(keys)
    return rows


def _key(where: str, row: int, value: Any, names: Container[str]) -> Key:
    if isinstance(value, str):
        key = _of_text(plain(value))
        problem = unfit(key.text)
        if problem:
            raise UserError(
                f"{where}: row {row}: the label {quoted(key.text, 40)} holds {problem}; "
                "take it out."
            )
    else:
        key = _of_value(value)
    if key is None or (key.text in MISSING and key.text not in names):
        raise _refusal(where, row, value)
    if len(key.text) > LONGEST:
        raise UserError(
            f"{where}: row {row}: the label {quoted(key.text, 40)} has {len(key.text)} "
            f"characters and may have {LONGEST}; name the column of labels (label_column)."
        )
    return key


def _refusal(where: str, row: int, value: Any, multi: bool = False) -> UserError:
    absent = value is None or (isinstance(value, (str, float)) and plain(str(value)) in MISSING)
    hint = ""
    if isinstance(value, (list, tuple)):
        hint = "; set multi_label: true for lists"
        if multi:
            hint = "; the labels of a row are one list, without lists in it"
    elif absent:
        hint = "; write one, or take the row out"
        if isinstance(value, str) and plain(value):
            hint += ", or list it in label_names if it is a class"
    elif isinstance(value, (bytes, bytearray)):
        hint = "; decode bytes, as in value.decode()"
    shown = "missing" if absent else quoted(value, 50)
    if absent and isinstance(value, str) and plain(value):
        shown = f"missing ({quoted(plain(value), 50)})"
    return UserError(
        f"{where}: row {row}: the label is {shown}; an integer or a text is accepted{hint}."
    )


def _of_text(text: str) -> Key:
    number = text.replace("\u2212", "-")  # a minus sign is one
    if not is_number(number) or len(number.strip("+-")) > DIGITS + 1:
        return Key(text)
    return Key(text, _whole(float(number)))


def _of_value(value: Any) -> Key | None:
    """Return the key of what is no text: numbers, logical values and dates are labels."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return Key(re.sub("[T ]00:00:00$", "", value.isoformat()))
    if isinstance(value, Integral):
        small = abs(int(value)) < 10**DIGITS
        return Key(str(value), int(value)) if small else Key(_long(int(value)))
    if isinstance(value, (Real, Decimal)) and math.isfinite(value):
        number = float(value)
        small = abs(number) < 10**DIGITS
        return Key(written(number), _whole(number)) if small else Key(str(value))
    return None


def _long(number: int) -> str:
    return str(number) if number.bit_length() < 3000 else f"a number of {number.bit_length()} bits"


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number
