"""The page of networks that translate."""

from __future__ import annotations

from rnn_geometry.claims.translator_units import read_translators
from rnn_geometry.identity import network_of
from rnn_geometry.pages.attention import attention_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.columns import read_frame

TEMPLATES = ("attention.html.jinja", "style.css")


def run(files, output, params, log) -> None:
    """Write attention.html."""
    table = read_translators(files["translators"])
    page = attention_page(
        template_texts(*TEMPLATES),
        table,
        read_frame("claims", files["claims"]),
        params.claims,
        list(files["figures"]),
        {network_of(file): file for file in files["panels"]},
        params.start,
        params.explorer,
    )
    formats.write_text(output[0], page)
    log(f"{len(table)} networks")
