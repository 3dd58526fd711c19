"""The tables of the natural battery as small committed files."""

from __future__ import annotations

from rnn_geometry.pages.natural import DIGITS, battery_table
from rnn_geometry.store.columns import read_frame


def run(files, output, params, log) -> None:
    """Keep the tables with few digits, and words of one network per task and model."""
    tables = {name: read_frame(name, path) for name, path in files.items()}
    tables["natural"] = battery_table(tables["runs"], tables["tasks"], tables["dimension"])
    words = tables["words"].groupby(["task", "model", "class", "rank"], sort=False)
    tables["words"] = words.head(1)
    for name, path in output.items():
        tables[name].round(DIGITS).to_csv(path, index=False)
    log(f"{len(tables['natural'])} networks")
