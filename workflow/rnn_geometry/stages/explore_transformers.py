"""The explorer of networks without a step and those beside them."""

from __future__ import annotations

from rnn_geometry.pages.templating import template_texts
from rnn_geometry.pages.transformers import TABLES, transformers_page
from rnn_geometry.stages.plot_transformers import placed_of
from rnn_geometry.store import formats

TEMPLATES = ("transformers.*", "reading.*", "steps.*", "style.css")


def run(files, output, params, log) -> None:
    """Write transformers.html."""
    named = dict(files.items())
    networks = placed_of(named)
    tables = {name: told for name, told in TABLES.items() if name in named}
    leads = {"start": params.start, "reading": params.reading}
    texts = template_texts(*TEMPLATES)
    page = transformers_page(texts, networks, named["figure"], tables, **leads)
    formats.write_text(output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")
