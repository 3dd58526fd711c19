"""Figures over all networks that translate."""

from __future__ import annotations

from pathlib import Path

from rnn_geometry.claims.translator_units import read_translators
from rnn_geometry.pages.task_order import rows_in_order
from rnn_geometry.plotting import style
from rnn_geometry.plotting.translators import attention_dial, attention_terms

FIGURES = (attention_dial, attention_terms)


def run(files, output, params, log) -> None:
    """Draw every figure, in every format, with its data."""
    table = rows_in_order(read_translators(files["translators"]), params.tasks)
    folder = Path(output[0]).parent
    for draw in FIGURES:
        style.save(draw(table), folder / draw.__name__, tuple(params.formats))
    log(f"{len(FIGURES)} figures")
