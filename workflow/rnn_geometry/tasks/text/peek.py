"""The columns of a file and some of its rows, before anybody has said which ones are read."""

from __future__ import annotations

import csv
from itertools import chain
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError, place
from rnn_geometry.tasks.text._readers import (
    csv_rows,
    damaged,
    first_lines,
    format_of,
    is_excel,
    json_rows,
    long_fields,
    not_utf8,
    open_text,
    values_of,
)

ROWS = 5000  # evenly over the file, which may be sorted by label


def peek(path: Path, rows: int = ROWS) -> dict[str, list[Any]]:
    """Return all columns of some rows of a file.

    Parameters
    ----------
    path
        Parquet, CSV, TSV, JSON or JSON lines.
    rows
        At most so many, evenly over the file.

    Returns
    -------
    dict of list
        Values as stored, None where a row of JSON lacks a key.

    Raises
    ------
    UserError
        Where it is damaged, in an unknown encoding, or without a row.
    """
    readers = {"parquet": _of_parquet, "csv": _of_csv, "json": _of_json}
    found = readers[format_of(path)](path, rows)
    if not any(found.values()):
        raise UserError(f"{place(path)}: holds no row; at least one labelled text is needed.")
    return found


def _evenly(count: int, rows: int) -> range:
    return range(0, count, -(-count // rows) or 1)


def _of_parquet(path: Path, rows: int) -> dict[str, list[Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        table = table.take(list(_evenly(table.num_rows, rows)))
        return {name: values_of(table.column(name)) for name in table.column_names}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise damaged(path, error) from error


def _of_csv(path: Path, rows: int) -> dict[str, list[Any]]:
    try:
        with long_fields(), open_text(path) as handle:
            first = next(handle, "")
            lines = chain([next(handle, "") if is_excel(first) else first], handle)
            start, read = first_lines(path, lines)
            names = {d: found for d, found in read.items() if isinstance(found, list)}
            delimiter = max(names, key=lambda d: len(names[d]), default=",")
            reader = csv.reader(chain(start, lines), delimiter=delimiter, strict=True)
            header = next(reader, [])
            read_rows = list(csv_rows(path, reader, len(header), range(len(header))))
    except UnicodeError as error:
        raise not_utf8(path) from error
    except csv.Error as error:
        raise damaged(path, error) from error
    kept = [read_rows[i] for i in _evenly(len(read_rows), rows)]
    return {name: [row[i] for row in kept] for i, name in enumerate(header)}


def _of_json(path: Path, rows: int) -> dict[str, list[Any]]:
    try:
        with open_text(path) as handle:
            content = handle.read()
    except UnicodeError as error:
        raise not_utf8(path) from error
    read = [row for row in json_rows(path, content) if isinstance(row, dict)]
    kept = [read[i] for i in _evenly(len(read), rows)]
    names = dict.fromkeys(name for row in kept for name in row)
    return {name: [row.get(name) for row in kept] for name in names}
