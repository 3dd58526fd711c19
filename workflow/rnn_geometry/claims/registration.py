"""What was fixed before any network was judged: thresholds, rule and code, with their hashes.

`python -m rnn_geometry.claims.registration config/claims.yaml 2026-11-28` writes the block
`registered` at the end of a file of claims; it is committed before the first judged seed is drawn.
Pages hold what a run used against it and list what differs.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_geometry.claims.extended import read_whole
from rnn_geometry.claims.file import checked_claims
from rnn_geometry.store.fingerprint import code_hash

# Modules whose code decides what a network is, what is measured of it, and what follows from that.
CODE = {
    "data": "rnn_geometry.stages.prepare",
    "training": "rnn_geometry.stages.train",
    "search": "rnn_geometry.stages.slow_points",
    "eigen-analysis": "rnn_geometry.stages.linearize",
    "geometry": "rnn_geometry.stages.geometry",
    "intrinsic dimension": "rnn_geometry.stages.intrinsic_dimension",
    "tables": "rnn_geometry.stages.tabulate",
    "rule": "rnn_geometry.claims.judge",
}
# Keys of a file of claims that decide nothing.
APART = ("registered", "deviations")
WORDS = ("statement", "source")
KEY = "registered:"


def code_now() -> dict[str, str]:
    """Return the hash of every part of the code that verdicts depend on."""
    return {part: code_hash(module) for part, module in CODE.items()}


def claims_hash(claims: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits for the thresholds, margins and rule of a file of claims.

    Parameters
    ----------
    claims
        A checked file. Statements and sources are words, and count for nothing.
    """
    rule = {key: value for key, value in claims.items() if key not in APART}
    rule["claims"] = [
        {key: value for key, value in claim.items() if key not in WORDS}
        for claim in claims["claims"]
    ]
    text = json.dumps(rule, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def registration(claims: Mapping[str, Any], date: datetime.date) -> dict[str, Any]:
    """Return the block `registered` of a file of claims.

    Parameters
    ----------
    claims
        A checked file.
    date
        Of the registration.
    """
    return {"date": date.isoformat(), "claims": claims_hash(claims), "code": code_now()}


def deviations(claims: Mapping[str, Any], code: Mapping[str, str]) -> list[str]:
    """Return what differs from what was registered, a sentence each.

    Parameters
    ----------
    claims
        The checked file that verdicts were judged by.
    code
        Hashes of the code that made the verdicts, as `code_now` returns them.

    Returns
    -------
    list of str
        Nothing where all is as registered.
    """
    known = claims.get("registered")
    if known is None:
        return ["Nothing is registered: thresholds could follow from what was seen."]
    told = []
    if claims_hash(claims) != known["claims"]:
        told.append(f"Thresholds or rule differ from those registered on {known['date']}.")
    told += [
        f"The code of {part} differs from that registered on {known['date']}."
        for part, made in code.items()
        if known["code"].get(part) != made
    ]
    return told + [f"{noted['date']}: {noted['what']}" for noted in claims.get("deviations") or []]


def main(arguments: list[str]) -> None:
    """Write the block `registered` at the end of a file of claims.

    Parameters
    ----------
    arguments
        The file, and the date of the registration.
    """
    import yaml

    file, date = Path(arguments[0]), datetime.date.fromisoformat(arguments[1])
    text = file.read_text(encoding="utf-8")
    made = registration(checked_claims(read_whole(file)), date)
    kept = text.partition(f"\n{KEY}")[0].rstrip("\n")
    block = yaml.safe_dump({"registered": made}, sort_keys=False)
    file.write_text(f"{kept}\n\n{block}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
