"""A table that a script goes on with: rows that are there are not computed again."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

Key = tuple[str, ...]


def write_missing(
    path: Path,
    key: Sequence[str],
    columns: Sequence[str],
    rows: Callable[[set[Key]], Iterator[dict[str, Any]]],
) -> None:
    """Write the rows that a table has not yet, one by one.

    Parameters
    ----------
    path
        The CSV file, which need not be there.
    key
        Names of the columns that tell a row from others.
    columns
        All names, in order.
    rows
        Yields rows, given the keys of those that are there.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    known = list(csv.DictReader(lines))
    with path.open("a", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns)
        if not known:
            table.writeheader()
        for row in rows({tuple(row[name] for name in key) for row in known}):
            shown = {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}
            table.writerow(shown)
            file.flush()
            print(*(f"{name}={shown[name]}" for name in columns), flush=True)
