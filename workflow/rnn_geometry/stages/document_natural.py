"""docs/natural.md and its figure, from committed tables."""

from __future__ import annotations

from rnn_geometry.pages.natural import SWEEPS, page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting import style
from rnn_geometry.plotting.natural import battery_figure
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame


def run(files, output, params, log) -> None:
    """Write the page and draw its figure."""
    tables = {name: read_frame(name, path) for name, path in files.items()}
    template = template_texts("natural.md")["natural.md"]
    formats.write_text(output["page"], page(template, tables, params.claims))
    figure = battery_figure(tables["natural"], SWEEPS)
    style.save(figure, output["figure"].removesuffix(".png"), suffixes=["png"])
    log(f"{len(tables['natural'])} networks")
