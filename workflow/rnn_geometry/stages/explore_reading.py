"""The explorer of texts, over language models."""

from __future__ import annotations

from rnn_geometry.identity import network_of
from rnn_geometry.pages.reading import Shown, reading_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.stages.plot_language import FILES, spoken
from rnn_geometry.store import formats


def run(files, output, params, log) -> None:
    """Write reading.html."""
    of_each = zip(*(files[name] for name in FILES), strict=True)
    networks = [Shown(network_of(own[0]), spoken(str(network_of(own[0])), *own)) for own in of_each]
    templates = template_texts("reading.*", "steps.*", "style.css")
    leads = {name: params[name] for name in ("start", "texts", "transformers")}
    page = reading_page(templates, networks, files["figure"], **leads)
    formats.write_text(output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")
