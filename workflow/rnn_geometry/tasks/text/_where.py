"""The option `where`: which rows are read, by what stands in their columns."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.tasks.text._plain import is_number, plain, written
from rnn_geometry.tasks.text.options import LEAVES_OUT


def rows_that_meet(
    where: str, columns: Mapping[str, Sequence[Any]], wanted: Mapping[str, Sequence[Any]]
) -> list[int]:
    """Return which rows meet all conditions.

    Parameters
    ----------
    where
        The path, for sentences.
    columns
        The values of every column that has a condition, n each.
    wanted
        By column what is accepted: patterns of texts, numbers, logical values. A row needs one of
        them, and none of the patterns that begin with `!`.

    Raises
    ------
    UserError
        Where no row is left; it names the column and its commonest values.

    Examples
    --------
    >>> columns = {"source": ["a/1", "b/1", "a/2"], "stars": [5, 5, 1]}
    >>> rows_that_meet("x.csv", columns, {"source": ["a/*"], "stars": [4, 5]})
    [0]
    """
    left: Sequence[int] = range(len(next(iter(columns.values()), ())))
    for name, values in columns.items():
        meets = _condition(wanted[name])
        try:
            kept = [i for i in left if meets(values[i])]
        except TypeError as error:  # lists have no hash
            raise UserError(
                f"{where}: the column {quoted(name, 30)} (where) holds lists or objects; a column "
                "of texts or numbers is accepted."
            ) from error
        if left and not kept:
            raise _none_left(where, name, [values[i] for i in left], wanted[name])
        left = kept
    return list(left)


def _none_left(where: str, name: str, values: Sequence[Any], wanted: Sequence[Any]) -> UserError:
    """Return the sentence on a condition that no row meets."""
    counts = Counter(map(_as_text, values)).most_common(5)
    there = ", ".join(f"{quoted(value, 30)} ({count})" for value, count in counts)
    asked = listed([quoted(value, 30) for value in wanted], 80)
    return UserError(
        f"{where}: where.{name}: none of {len(values)} rows meets {asked}; its commonest values "
        f"are {there}."
    )


def _condition(wanted: Sequence[Any]) -> Callable[[Any], bool]:
    """Return a function that tells whether a value is accepted; it looks at each value once."""
    out = [value[1:] for value in wanted if _leaves_out(value)]
    barred = [_rule(float(text) if is_number(text) else text) for text in out]
    rules = [_rule(value) for value in wanted if not _leaves_out(value)]

    @lru_cache(maxsize=None, typed=True)
    def meets(value: Any) -> bool:
        return (not rules or any(rule(value) for rule in rules)) and not any(
            rule(value) for rule in barred
        )

    return meets


def _leaves_out(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(LEAVES_OUT)


def _rule(wanted: Any) -> Callable[[Any], bool]:
    if isinstance(wanted, bool):
        return lambda value: _as_text(value).lower() == str(wanted).lower()
    if isinstance(wanted, str):
        return lambda value: fnmatchcase(_as_text(value), wanted)
    return lambda value: _as_number(value) == wanted


def _as_text(value: Any) -> str:
    """Return a value as patterns see it; what is missing is an empty text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return plain(written(value))


def _as_number(value: Any) -> float | None:
    text = _as_text(value)
    return float(text) if is_number(text) and not isinstance(value, bool) else None
