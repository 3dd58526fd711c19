"""The table over language models of running text."""

from __future__ import annotations

from rnn_geometry.geometry.text_models import LANGUAGE_TEXT
from rnn_geometry.identity import Network
from rnn_geometry.store import formats
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.text_models import TextModelNumbers


def run(files, output, params, log) -> None:
    """Write language_text.csv: a row per network, by task, model, L2 and seed."""
    rows = [dict(TextModelNumbers.read(path)) for path in files["text_model"]]
    for row in rows:
        check_numbers(f"text_model.json of {Network.of(row)}", row, LANGUAGE_TEXT)
    rows.sort(key=lambda row: (row["task"], row["model"], float(row["l2"]), row["seed"]))
    formats.write_table(output[0], {name: [row[name] for row in rows] for name in LANGUAGE_TEXT})
    log(f"{len(rows)} language models of running text")
