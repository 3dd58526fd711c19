"""Tables and numbers as Markdown, for the documents that are made of tables."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

WIDTH = 100  # of a row or a line, in characters
HARD_SPACE = "\0"  # where a line must not be broken


def markdown(rows: pd.DataFrame | Sequence[Mapping[str, Any]], keys: int = 0) -> str:
    """Return a table in Markdown, or several where its rows would be too wide.

    Parameters
    ----------
    rows
        A table; its columns have the names that are shown. Empty cells stay empty.
    keys
        How many columns say what a row is about: every table begins with them.

    Returns
    -------
    str
        Tables with rows of at most WIDTH characters, as far as a single column allows it.

    Examples
    --------
    >>> print(markdown([{"a": 1, "b": None}]))
    | a | b |
    | --- | --- |
    | 1 |  |
    """
    table = pd.DataFrame(rows)
    lines = [
        [str(name) for name in table.columns],
        *([_cell(v) for v in row] for row in _rows(table)),
    ]
    first = list(range(keys))
    parts: list[list[int]] = []
    for column in range(keys, len(table.columns)):
        wider = [*(parts[-1] if parts else first), column]
        if parts and max(len(_line(line, wider)) for line in lines) <= WIDTH:
            parts[-1] = wider
        else:
            parts.append([*first, column])
    return "\n\n".join(_table(lines, part) for part in parts)


def _rows(table: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    return table.itertuples(index=False, name=None)


def _cell(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _line(cells: Sequence[str], columns: Iterable[int]) -> str:
    return f"| {' | '.join(cells[i] for i in columns)} |"


def _table(lines: Sequence[Sequence[str]], columns: Sequence[int]) -> str:
    head, *body = (_line(line, columns) for line in lines)
    return "\n".join([head, f"| {' | '.join(['---'] * len(columns))} |", *body])


def wrapped(text: str, indent: int = 0, hang: int = 0) -> str:
    """Return prose in lines of at most WIDTH characters.

    Parameters
    ----------
    text
        One paragraph. No line begins with what Markdown would read as a list or a heading, such as
        the minus of `N - 1`.
    indent
        Spaces before every line: of a paragraph inside a list.
    hang
        Spaces more before every line but the first: of an entry of a list.

    Examples
    --------
    >>> wrapped("N - 1 modes").count("\\n")
    0
    """
    kept = re.sub(r"\s+(?=[-+*#>|=](\s|$)|\d+[.)](\s|$))", HARD_SPACE, " ".join(text.split()))
    room = textwrap.TextWrapper(WIDTH, break_long_words=False, break_on_hyphens=False)
    room.initial_indent, room.subsequent_indent = " " * indent, " " * (indent + hang)
    lines = room.fill(kept)
    return lines.replace(HARD_SPACE, " ")


def span(values: pd.Series, digits: int = 2) -> str:
    """Return one number for equal values and the range for others.

    Parameters
    ----------
    values
        Numbers (n,).
    digits
        After the point.

    Returns
    -------
    str
        Without the zero before the point; empty where no number is defined.

    Examples
    --------
    >>> span(pd.Series([-0.04, 1.25]))
    '-.04 to 1.25'
    """
    defined = values.dropna()
    if defined.empty:
        return ""
    low, high = (short(float(value), digits) for value in (defined.min(), defined.max()))
    return low if low == high else f"{low} to {high}"


def short(value: float, digits: int) -> str:
    """Return a number without the zero before the point.

    Parameters
    ----------
    value
        The number.
    digits
        After the point.

    Examples
    --------
    >>> short(0.5, 2), short(-0.001, 2)
    ('.50', '0')
    """
    text = f"{value:.{digits}f}"
    if digits and abs(value) < 1:
        text = text.replace("0.", ".", 1)
    return text if text.strip("-.0") else "0"
