"""Reading one local file of labelled texts: Parquet, CSV, TSV, JSON, JSON lines."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np

from rnn_geometry.errors import UserError, place, quoted, told
from rnn_geometry.tasks.text._plain import is_number, written
from rnn_geometry.tasks.text._rows import (
    Columns,
    RawSplit,
    find_columns,
    has_columns,
    name_rows,
    split_of,
)
from rnn_geometry.tasks.text._where import rows_that_meet

DELIMITERS = (",", ";", "\t", "|")
BOMS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
POINTER = b"version https://git-lfs"
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
JSON = re.compile(r'\s*[\[{]\s*(?:["\[{]|$)')
# What a file begins with, whatever it is called.
KINDS = {
    PARQUET: "a Parquet file; rename it to .parquet",
    b"PK\x03\x04": "a zip archive or an Excel workbook; export it as CSV in UTF-8, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; export it as CSV in UTF-8",
    b"BZh": "packed by bzip2; unpack it",
    b"\xfd7zXZ": "packed by xz; unpack it",
    b"\x28\xb5\x2f\xfd": "packed by zstd; unpack it",
    b"\x80\x04\x95": "a pickle of Python; write it as CSV or Parquet",
    b"\x80\x05\x95": "a pickle of Python; write it as CSV or Parquet",
    b"SQLite format 3": "an SQLite data base; export the table as CSV in UTF-8",
    b"{\\rtf": "a text of a word processor; save it as CSV in UTF-8",
    b"%PDF": "a PDF; data are read as CSV, JSON or Parquet",
    b"ARROW1": "an Arrow file; write it as Parquet",
}


def read_file(path: Path, columns: Columns) -> RawSplit:
    """Return the rows of one file.

    Parameters
    ----------
    path
        Its suffix says how it is read.
    columns
        As the options state them.

    Raises
    ------
    UserError
        Where it is damaged, in an unknown encoding, or without these columns.
    """
    readers = {"parquet": _read_parquet, "csv": _read_csv, "json": _read_json}
    return readers[format_of(path)](path, columns)


def format_of(path: Path) -> str:
    """Return how a file is read: as parquet, csv (tsv, too) or json (lines, too).

    Parameters
    ----------
    path
        Its suffix says.

    Raises
    ------
    UserError
        Where it is of another kind than its name says, or a pointer to the data.
    """
    name = path.name.lower().removesuffix(".gz")
    with open(path, "rb") as handle:
        start = handle.read(len(POINTER))
    if start == POINTER:
        raise UserError(
            f"{place(path)}: is a pointer of Git LFS, not the data; fetch them with git lfs pull."
        )
    parquet = name.endswith(".parquet")
    _check_kind(path, start, parquet)
    return "parquet" if parquet else "csv" if name.endswith((".csv", ".tsv")) else "json"


def _check_kind(path: Path, start: bytes, parquet: bool) -> None:
    """Refuse a file that is of another kind than its name says."""
    kind = next((kind for mark, kind in KINDS.items() if start.startswith(mark)), None)
    if kind is not None and not (parquet and start.startswith(PARQUET)):
        raise UserError(f"{place(path)}: by its first bytes this is {kind}.")
    if parquet and start and not start.startswith((PARQUET, GZIP)) and start.isascii():
        raise UserError(
            f"{place(path)}: this is text, not Parquet; rename it to .csv, .tsv, .jsonl or .json, "
            "as what it is, or fetch it again."
        )


def damaged(path: Path, error: BaseException) -> UserError:
    return UserError(
        f"{place(path)}: the file is damaged or cut short ({told(error)}); fetch it again."
    )


def not_utf8(path: Path, after: int | None = None) -> UserError:
    row = "" if after is None else f" (row {after + 1} or soon after)"
    return UserError(
        f"{place(path)}: the file is not UTF-8 text{row}, nor UTF-16 with its mark; write it anew "
        "as UTF-8, of western Windows with: iconv -f cp1252 -t utf-8."
    )


def _read_parquet(path: Path, columns: Columns) -> RawSplit:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            found = [names[i] for i in find_columns(place(path), names, columns)]
            table = file.read(columns=list(dict.fromkeys(found)))
        return from_table(place(path), table, columns, found, _features(table.schema.metadata))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise damaged(path, error) from error


def _features(metadata: Mapping[bytes, bytes] | None) -> Mapping[str, Any]:
    """Return what HuggingFace datasets wrote of the columns."""
    try:
        found = json.loads((metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, Mapping) else {}


def from_table(
    where: str,
    table: Any,
    columns: Columns,
    found: Sequence[str],
    features: Mapping[str, Any],
) -> RawSplit:
    """Return the rows of an Arrow table that meet `where`, with the names that it has of labels.

    Parameters
    ----------
    where
        For sentences.
    table
        Of pyarrow.
    columns
        As the options state them.
    found
        The same names as stored, in the order of `find_columns`.
    features
        Of HuggingFace datasets by column, as their JSON; may be empty.
    """
    (text, label, *others), rows = found, table.num_rows
    if others:
        stated = {
            name: values_of(table.column(stored))
            for name, stored in zip(columns.where, others, strict=True)
        }
        kept = rows_that_meet(where, stated, columns.where)
        if len(kept) < rows:
            meets = np.zeros(rows, dtype=bool)
            meets[kept] = True
            table = table.filter(meets)
        where = name_rows(where, columns)
    names, coded = _class_label(features.get(label)), True
    ordered = coded
    if not names:
        coded, (names, ordered) = False, _categories(table.column(label))
    texts, labels = table.column(text).to_pylist(), values_of(table.column(label))
    filtered = rows - table.num_rows
    return RawSplit(where, texts, labels, names, coded=coded, ordered=ordered, filtered=filtered)


def values_of(column: Any) -> list[Any]:
    """Return the values of a column; short floats as they are written, .1 and not .100000001."""
    import pyarrow as pa

    values = column.to_pylist()
    if not (pa.types.is_float16(column.type) or pa.types.is_float32(column.type)):
        return values
    dtype = column.type.to_pandas_dtype()
    return [value if value is None else float(str(dtype(value))) for value in values]


def _class_label(feature: Any) -> list[str] | None:
    """Return the names of a ClassLabel, or of a list of them."""
    if isinstance(feature, list):
        feature = feature[0] if feature else None
    if not isinstance(feature, Mapping):
        return None
    if isinstance(feature.get("names"), list) and feature["names"]:
        return list(map(str, feature["names"]))
    return _class_label(feature.get("feature"))


def _categories(column: Any) -> tuple[list[str] | None, bool]:
    """Return the categories of a dictionary column in its order, and whether this has a meaning."""
    import pyarrow as pa
    import pyarrow.compute as pc

    while pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = pc.call_function("list_flatten", [column])
    kind = column.type
    if not pa.types.is_dictionary(kind) or not column.num_chunks:
        return None, False
    dictionary = column.unify_dictionaries().chunk(0).dictionary
    names = [written(value) for value in dictionary.to_pylist()]
    # Numbers that nobody ordered are numbers: their own order is the natural one.
    known = kind.ordered or not all(map(is_number, names))
    return (names if known else None), bool(kind.ordered)


@contextmanager
def long_fields() -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters a field, which long reviews exceed."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """Open a text file, compressed or not, in the encoding of its mark, else UTF-8."""
    with open(path, "rb") as handle:
        opener: Any = gzip.open if handle.read(2) == GZIP else open
    try:
        with opener(path, "rb") as handle:
            start = handle.read(4)
        encoding = next((name for mark, name in BOMS.items() if start.startswith(mark)), None)
        if encoding is None and b"\0" in start:
            raise not_utf8(path)
        with opener(path, "rt", newline="", encoding=encoding or "utf-8-sig") as handle:
            yield handle
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, error) from error


def _read_csv(path: Path, columns: Columns) -> RawSplit:
    # Not pandas or pyarrow: they fill short rows or swallow an open quote in silence; here the row
    # number is known.
    rows: list[list[str]] = []
    try:
        with long_fields(), open_text(path) as handle:
            first = next(handle, "")
            lines = chain([next(handle, "") if is_excel(first) else first], handle)
            header, reader = _header(path, lines, columns)
            if JSON.match(first) and not has_columns(header, columns):
                raise UserError(f"{place(path)}: this is JSON, not CSV; rename it to .json.")
            found = find_columns(place(path), header, columns)
            rows.extend(csv_rows(path, reader, len(header), found))
    except UnicodeError as error:
        raise not_utf8(path, len(rows)) from error
    values = [[row[i] for row in rows] for i in range(len(columns.by_option))]
    return split_of(place(path), columns, values)


def is_excel(line: str) -> bool:
    """Tell whether a first line only states the delimiter."""
    return re.fullmatch(r"sep=.\s*", line) is not None


def _header(path: Path, lines: Iterator[str], columns: Columns) -> tuple[list[str], Any]:
    """Return the names of the columns and a reader of the rows after them.

    The delimiter is the first with which the header has the columns.
    """
    start, read = first_lines(path, lines)
    headers = {d: names for d, names in read.items() if isinstance(names, list)}
    found = next(
        (d for d, names in headers.items() if has_columns(names, columns)), next(iter(read))
    )
    if isinstance(error := read[found], csv.Error):
        raise damaged(path, error) from error
    rows = csv.reader(chain(start, lines), delimiter=found, strict=True)
    next(rows, None)
    return headers[found], rows


def first_lines(
    path: Path, lines: Iterator[str]
) -> tuple[list[str], dict[str, list[str] | csv.Error]]:
    """Return the lines of the header, and its names under every delimiter, the usual one first."""
    start = [next(lines, "")]
    while start[-1].count('"') and sum(line.count('"') for line in start) % 2 and len(start) < 20:
        start.append(next(lines, ""))
    usual = "\t" if ".tsv" in path.name.lower() else ","
    delimiters = dict.fromkeys((usual, *DELIMITERS))
    return start, {delimiter: _names(start, delimiter) for delimiter in delimiters}


def _names(lines: Sequence[str], delimiter: str) -> list[str] | csv.Error:
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return error


def csv_rows(path: Path, reader: Any, width: int, columns: Sequence[int]) -> Iterator[list[str]]:
    number = 0
    try:
        for row in reader:
            if not any(cell and not cell.isspace() for cell in row):
                continue  # a line of blanks or of delimiters alone
            number += 1
            if len(row) != width:
                raise UserError(
                    f"{place(path)}: row {number} has {len(row)} columns and the header {width}; "
                    "fields with delimiters, quotes or line breaks must be quoted."
                )
            yield [row[i] for i in columns]
    except csv.Error as error:
        raise UserError(
            f"{place(path)}: row {number + 1} is broken CSV ({error}); quotes must be closed or "
            "doubled."
        ) from error


def _read_json(path: Path, columns: Columns) -> RawSplit:
    try:
        with open_text(path) as handle:
            content = handle.read()
    except UnicodeError as error:
        raise not_utf8(path) from error
    rows = list(json_rows(path, content))
    for i, row in enumerate(rows):
        if not isinstance(row, dict):
            raise UserError(
                f"{place(path)}: row {i + 1} is no JSON object; accepted is one with the columns "
                "as keys."
            )
    _check_table(path, rows, columns)
    found = list(columns.by_option.values())
    if rows:
        names = list(dict.fromkeys(key for row in rows for key in row))
        found = [names[i] for i in find_columns(place(path), names, columns)]
    values = [[row.get(column) for row in rows] for column in found]
    return split_of(place(path), columns, values)


def _check_table(path: Path, rows: Sequence[Mapping[str, Any]], columns: Columns) -> None:
    """Refuse a whole table in one object: columns by name, or rows below a key."""
    if len(rows) == 1:
        held = [key for key, value in rows[0].items() if isinstance(value, (list, dict)) and value]
        there = has_columns(list(rows[0]), columns)
        if held and (len(held) > 1 if there else columns.text not in rows[0]):
            raise UserError(
                f"{place(path)}: row 1: {quoted(held[0], 30)} holds {quoted(rows[0][held[0]], 40)} "
                "and the file is one object; write a table as a list of objects, one a row "
                "(pandas: orient='records')."
            )


def json_rows(path: Path, content: str) -> Iterator[Any]:
    """Yield the entries of a JSON list, or of the lines of a JSONL file."""
    if content.lstrip().startswith("["):
        try:
            yield from json.loads(content)
        except (ValueError, RecursionError) as error:
            raise damaged(path, error) from error
        return
    # Not splitlines(): JSON strings may hold U+2028 and the like unescaped.
    for i, line in enumerate(line for line in content.split("\n") if line.strip()):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(
                f"{place(path)}: row {i + 1} is not valid JSON ({told(error)}); one object a line, "
                "or a list of them, is accepted."
            ) from error
