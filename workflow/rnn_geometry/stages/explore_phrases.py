"""The explorer of phrases, over networks that translate."""

from __future__ import annotations

from rnn_geometry.identity import network_of
from rnn_geometry.pages.phrases import Shown, phrases_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.translations import PairWords, TranslatorComponents


def run(files, output, params, log) -> None:
    """Write phrases.html."""
    networks = [
        Shown(network_of(file), PairWords.read(words), TranslatorComponents.read(file))
        for file, words in zip(files["components"], files["vocab"], strict=True)
    ]
    page = phrases_page(template_texts("phrases.*", "steps.*", "style.css"), networks)
    formats.write_text(output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")
