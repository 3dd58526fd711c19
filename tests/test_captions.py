"""Captions of Snakemake's report are reStructuredText that docutils reads without a word."""

import io
from types import SimpleNamespace

import pytest
from conftest import PROJECT
from docutils.core import publish_parts
from jinja2 import Environment

CAPTIONS = sorted((PROJECT / "workflow/report").glob("*.rst"))
SNAKEMAKE = SimpleNamespace(
    config={}, wildcards=SimpleNamespace(task="categorical-3", model="gru", l2="1e-4", seed="10")
)


def told_of(text):
    """Return what docutils has to say of a text: it prints that at the end of every run."""
    messages = io.StringIO()
    look = {"warning_stream": messages, "report_level": 1, "halt_level": 5}
    page = Environment(autoescape=False).from_string(text).render(snakemake=SNAKEMAKE, files=[])
    publish_parts(page, writer="html", settings_overrides=look)
    return messages.getvalue()


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_a_caption_is_read_without_a_message(path):
    assert told_of(path.read_text(encoding="utf-8")) == ""


def test_a_bar_round_a_word_would_be_told():
    assert "Undefined substitution" in told_of("Rates ln |lambda| of modes.")
