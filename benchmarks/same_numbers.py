"""Do two versions of the code give the same numbers?

    python benchmarks/same_numbers.py BEFORE/results AFTER/results

Compares the tables of two folders of results, byte by byte but for seconds.
Columns whose name ends in `seconds` are left out. A column that has a new name is listed in
RENAMED. Prints a line for every table and ends with status 1 where anything differs.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from pathlib import Path

RENAMED: dict[str, str] = {}  # old name: new name


def rows(path: Path, renamed: dict[str, str]) -> list[list[str]]:
    """Return the cells of a table as text, columns of seconds left out."""
    with open(path, newline="", encoding="utf-8") as handle:
        header, *lines = csv.reader(handle)
    names = [renamed.get(name, name) for name in header]
    kept = [(name, i) for i, name in enumerate(names) if not name.endswith("seconds")]
    return [[name for name, _ in kept], *([line[i] for _, i in kept] for line in lines)]


def difference(before: Path, after: Path) -> str:
    """Return the first difference of two tables; nothing where there is none."""
    old, new = rows(before, RENAMED), rows(after, {})
    if old[0] != new[0]:
        lost, added = sorted({*old[0]} - {*new[0]}), sorted({*new[0]} - {*old[0]})
        return f"columns differ: lost {lost}, added {added}"
    if len(old) != len(new):
        return f"{len(old) - 1} rows before, {len(new) - 1} after"
    for i, (one, other) in enumerate(zip(old, new)):
        for name, was, now in zip(old[0], one, other):
            if was != now:
                return f"row {i}, column {name}: {was!r} before, {now!r} after"
    return ""


def equal(table: list[list[str]]) -> str:
    """Say how many rows two equal tables have, and the beginning of their hash."""
    digest = hashlib.sha256(repr(table).encode()).hexdigest()[:12]
    return f"equal, {len(table) - 1} rows, {digest}"


def main() -> int:
    """Compare all tables; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args()
    old = {
        path.relative_to(given.before): path
        for path in sorted(given.before.glob("tables/**/*.csv"))
    }
    new = {
        path.relative_to(given.after): path for path in sorted(given.after.glob("tables/**/*.csv"))
    }
    found = {name: difference(old[name], new[name]) for name in old if name in new}
    found |= dict.fromkeys({*old} ^ {*new}, "is on one side only")
    for name, told in sorted(found.items()):
        print(f"{name}: {told or equal(rows(new[name], {}))}")
    print(f"{sum(not told for told in found.values())} of {len(found)} tables are equal")
    return int(any(found.values()) or not found)


if __name__ == "__main__":
    sys.exit(main())
