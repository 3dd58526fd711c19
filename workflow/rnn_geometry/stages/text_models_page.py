"""The page of language models of running text."""

from __future__ import annotations

from rnn_geometry.identity import network_of
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.pages.text_models import ordered, text_models_page
from rnn_geometry.stages.plot_text_models import rows_of
from rnn_geometry.store import formats

TEMPLATES = ("text_models.html.jinja", "style.css")


def run(files, output, params, log) -> None:
    """Write text_models.html."""
    rows = rows_of(files["language_text"])
    panels = {network_of(file): file for file in files["panels"]}
    leads = {"start": params.start, "reading": params.reading}
    rows = {network: rows[network] for network in ordered(rows)}
    page = text_models_page(template_texts(*TEMPLATES), rows, panels, **leads)
    formats.write_text(output[0], page)
    log(f"{len(rows)} networks, {len(page) / 1e6:.2f} MB")
