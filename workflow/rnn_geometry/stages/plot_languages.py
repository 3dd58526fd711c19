"""The figure over all language models."""

from __future__ import annotations

from pathlib import Path

from rnn_geometry.claims.typed import read_typed
from rnn_geometry.geometry.language_tables import LANGUAGE
from rnn_geometry.pages.task_order import rows_in_order
from rnn_geometry.plotting import style
from rnn_geometry.plotting.languages import language_overview


def run(files, output, params, log) -> None:
    """Draw it in every format, with its data."""
    table = rows_in_order(read_typed(files["language"], LANGUAGE), params.tasks)
    stem = Path(output[0]).parent / language_overview.__name__
    style.save(language_overview(table), stem, tuple(params.formats))
    log(f"{len(table)} networks")
