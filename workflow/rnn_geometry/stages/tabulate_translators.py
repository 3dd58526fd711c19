"""The table over networks that translate."""

from __future__ import annotations

from rnn_geometry.geometry.translator_tables import TRANSLATORS
from rnn_geometry.identity import Network
from rnn_geometry.store import formats
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.store.translations import Translation


def run(files, output, params, log) -> None:
    """Write translators.csv: a row per network, by task, model, L2 and seed."""
    rows = [dict(Translation.read(path)) for path in files["translation"]]
    for row in rows:
        check_numbers(f"translation.json of {Network.of(row)}", row, TRANSLATORS)
    rows.sort(key=lambda row: (row["task"], row["model"], float(row["l2"]), row["seed"]))
    formats.write_table(output[0], {name: [row[name] for row in rows] for name in TRANSLATORS})
    log(f"{len(rows)} networks that translate")
