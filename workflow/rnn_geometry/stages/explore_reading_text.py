"""The explorer of running text, over its language models."""

from __future__ import annotations

from rnn_geometry.identity import network_of
from rnn_geometry.pages.reading_text import Followed, reading_text_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store import formats
from rnn_geometry.store.languages import SourceMeta, SourceWords
from rnn_geometry.store.readings import TextsFollowed
from rnn_geometry.store.text_models import TextModelNumbers

FILES = ("text_model", "text_read", "meta", "vocab")  # of every network
TEMPLATES = ("reading_text.*", "reading.*", "steps.*", "style.css")


def run(files, output, params, log) -> None:
    """Write reading_text.html."""
    of_each = zip(*(files[name] for name in FILES), strict=True)
    networks = {network_of(own[0]): followed(*own) for own in of_each}
    leads = {"start": params.start, "reading": params.reading}
    page = reading_text_page(template_texts(*TEMPLATES), networks, **leads)
    formats.write_text(output[0], page)
    log(f"{len(networks)} networks, {len(page) / 1e6:.2f} MB")


def followed(text_model: str, text_read: str, meta: str, vocab: str) -> Followed:
    """Return what is shown of a network, read from its files.

    Parameters
    ----------
    text_model, text_read
        Paths of its numbers and of the texts that it read.
    meta, vocab
        Paths of the facts and the words of its texts.
    """
    return Followed(
        numbers=TextModelNumbers.read(text_model),
        read=TextsFollowed.read(text_read),
        labels=SourceMeta.read(meta)["class_names"],
        words=SourceWords.read(vocab).words,
    )
