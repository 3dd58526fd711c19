"""Tables of a run as small committed files, with few digits and without times."""

from __future__ import annotations

from pathlib import Path

from rnn_geometry.store.results import Tables

DIGITS = 6  # with four, a number beside a threshold would keep it


def run(files, output, params, log) -> None:
    """Keep each table under the name of its output."""
    for name, path in output.items():
        table = Tables(Path(files[name]).parent)[name]
        times = [column for column in table if str(column).endswith("seconds")]
        table.drop(columns=times).round(DIGITS).to_csv(path, index=False)
        log(f"{name}: {path}")
