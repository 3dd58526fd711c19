"""Rows of a split as they are read, the columns they come from, and what makes a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnn_geometry.errors import UserError, in_part, listed, quoted
from rnn_geometry.tasks.text._plain import plain
from rnn_geometry.tasks.text._where import rows_that_meet


@dataclass(frozen=True)
class Columns:
    """Names of the columns of texts, of labels and of conditions, with what these accept."""

    text: str
    label: str
    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def by_option(self) -> dict[str, str]:
        """The names by the options that state them."""
        conditions = {f"where.{name}": name for name in self.where}
        return {"text_column": self.text, "label_column": self.label, **conditions}


@dataclass(frozen=True)
class RawSplit:
    """One split as read: n texts, n labels as stored, and what the file says of labels.

    `where` is the path, or the hub's name and split, for sentences. `names` are the names of the
    labels in the file's order, or None. `coded`: labels are positions in `names`, not names.
    `ordered`: the order of `names` means something. `filtered`: rows that `where` left out.
    """

    where: str
    texts: list[str]
    labels: list[Any]
    names: list[str] | None = None
    coded: bool = False
    ordered: bool = False
    filtered: int = 0


def name_rows(where: str, columns: Columns) -> str:
    """Return the path for sentences on rows: rows are counted among those that meet `where`.

    Parameters
    ----------
    where
        The path.
    columns
        As the options state them.
    """
    return f"{where} (counting rows that meet where)" if columns.where else where


def split_of(where: str, columns: Columns, values: Sequence[list[Any]]) -> RawSplit:
    """Return the rows that meet `where` as a split.

    Parameters
    ----------
    where
        The path, for sentences.
    columns
        As the options state them.
    values
        Texts, labels, and what stands in the columns of conditions; n rows each.
    """
    texts, labels, *others = values
    if not columns.where:
        return RawSplit(where, texts, labels)
    stated = dict(zip(columns.where, others, strict=True))
    kept = rows_that_meet(where, stated, columns.where)
    rows = [[column[i] for i in kept] for column in (texts, labels)]
    return RawSplit(name_rows(where, columns), *rows, filtered=len(texts) - len(kept))


def find_columns(where: str, existing: Sequence[str], columns: Columns) -> list[int]:
    """Return where the columns of texts, labels and conditions stand; what looks alike is alike.

    Parameters
    ----------
    where
        The path, for sentences.
    existing
        Names of the columns as stored.
    columns
        Names as the options state them.

    Raises
    ------
    UserError
        Where one is missing, or exists more than once.
    """
    wanted = columns.by_option
    found = {option: _positions(existing, column) for option, column in wanted.items()}
    missing = [option for option, positions in found.items() if not positions]
    if missing:
        raise UserError(_missing(where, existing, {option: wanted[option] for option in missing}))
    for option, positions in found.items():
        if len(positions) > 1:
            raise UserError(
                f"{where}: the column {quoted(wanted[option])} exists more than once; rename the "
                "others."
            )
    return [positions[0] for positions in found.values()]


def has_columns(existing: Sequence[str], columns: Columns) -> bool:
    """Tell whether columns of texts and labels are there.

    Parameters
    ----------
    existing
        Names of the columns as stored.
    columns
        Names as the options state them.
    """
    return all(_positions(existing, column) for column in (columns.text, columns.label))


def _positions(existing: Sequence[str], column: str) -> list[int]:
    exact = [i for i, name in enumerate(existing) if name == column]
    return exact or [i for i, name in enumerate(existing) if plain(str(name)) == column]


def _missing(where: str, existing: Sequence[str], missing: Mapping[str, str]) -> str:
    noun, verb = ("the column", "is") if len(missing) == 1 else ("the columns", "are")
    named = " and ".join(f"{quoted(column, 30)} ({option})" for option, column in missing.items())
    there = listed([quoted(name, 30) for name in existing], 80) or "none"
    alike = {plain(str(name)).casefold(): name for name in existing}
    hints = [
        f"; write {option}: {in_part(str(alike[column.casefold()]), 30)}"
        for option, column in missing.items()
        if column.casefold() in alike
    ]
    return (
        f"{where}: {noun} {named} {verb} missing; columns that exist: {there}"
        f"{''.join(hints) or _way_to_columns(existing, missing)}."
    )


def _way_to_columns(existing: Sequence[str], missing: Mapping[str, str]) -> str:
    """Say what to do: whoever named a row as columns would lose it without a word."""
    if not existing:
        return "; the file is empty, write a line of names and the rows"
    options = dict.fromkeys(option.partition(".")[0] for option in missing)
    way = "; name one of them in " + " and ".join(options)
    return f"{way}; if these are a row, put a line of names above it"


def check_texts(split: RawSplit, column: str, drop_empty: bool) -> None:
    """Refuse a split without rows and rows whose text is none.

    Parameters
    ----------
    split
        As read.
    column
        Name of the column of texts, for the sentence.
    drop_empty
        Whether an empty text is left for later.

    Raises
    ------
    UserError
        Names the first row that is refused.
    """
    if not split.texts:
        raise UserError(f"{split.where}: holds no row; at least one labelled text is needed.")
    for row, text in enumerate(split.texts, start=1):
        if not isinstance(text, str) and text is not None:
            raise UserError(
                f"{split.where}: row {row}: {quoted(column, 30)} holds {quoted(text, 40)}"
                f"; a text is accepted{_remedy(text)}."
            )
        if text and not text.isascii() and _is_broken(text):
            raise UserError(
                f"{split.where}: row {row}: the text in {quoted(column, 30)} holds half a character"
                " (a lone surrogate); take it out, or write the file anew as UTF-8."
            )
    if any(not (text and text.strip()) for text in split.texts):
        _check_empty(split, column, drop_empty)


def _remedy(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return " (decode bytes, as in value.decode())"
    if isinstance(value, (list, tuple)):
        return " (join words by blanks)"
    if isinstance(value, Mapping):
        return "; a table is a list of objects, one a row (pandas: orient='records')"
    if isinstance(value, (int, float)):
        return "; if it is one, store it as a text, else name another column in text_column"
    return "; name a column of texts in text_column"


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_empty(split: RawSplit, column: str, drop_empty: bool) -> None:
    blank = [i for i, text in enumerate(split.texts) if not (text and text.strip())]
    if len(blank) == len(split.texts):
        raise UserError(
            f"{split.where}: all texts of the column {quoted(column, 30)} are empty; name a column "
            "that holds text."
        )
    if not drop_empty:
        state = "missing (null)" if split.texts[blank[0]] is None else "empty"
        raise UserError(
            f"{split.where}: row {blank[0] + 1}: the text in {quoted(column, 30)} is {state}; "
            "every row needs one, unless empty_texts is drop."
        )
