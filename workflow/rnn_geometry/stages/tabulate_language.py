"""The table over language models."""

from __future__ import annotations

from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.identity import Network
from rnn_geometry.store import formats
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.languages import LanguageNumbers


def run(files, output, params, log) -> None:
    """Write language.csv: a row per network, by task, model, L2 and seed."""
    rows = [dict(LanguageNumbers.read(path)) for path in files["language"]]
    for row in rows:
        check_numbers(f"language.json of {Network.of(row)}", row, LANGUAGE)
    rows.sort(key=lambda row: (row["task"], row["model"], float(row["l2"]), row["seed"]))
    formats.write_table(output[0], {name: [row[name] for row in rows] for name in LANGUAGE})
    log(f"{len(rows)} language models")
