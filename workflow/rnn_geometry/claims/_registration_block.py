"""The block `registered` at the end of a file of claims."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.claims.extended import read_whole
from rnn_geometry.claims.registration import KEY, claims_hash

Checked = Callable[[Mapping[str, Any]], dict[str, Any]]


def registered_block(
    claims: Mapping[str, Any], code: Mapping[str, str], date: datetime.date
) -> dict[str, Any]:
    """Return the block: the date, a hash of the checked claims, and hashes of the code."""
    return {"date": date.isoformat(), "claims": claims_hash(claims), "code": dict(code)}


def write_registered(arguments: list[str], checked: Checked, code: Mapping[str, str]) -> None:
    """Write the block at the end of a file; `arguments` are the file and the date."""
    file, date = Path(arguments[0]), datetime.date.fromisoformat(arguments[1])
    made = registered_block(checked(read_whole(file)), code, date)
    kept = file.read_text(encoding="utf-8").partition(f"\n{KEY}")[0].rstrip("\n")
    block = yaml.safe_dump({KEY.rstrip(":"): made}, sort_keys=False)
    file.write_text(f"{kept}\n\n{block}", encoding="utf-8")
