"""Captions of Snakemake's report are reStructuredText that docutils reads without a word."""

import io
import re
from types import SimpleNamespace

import pytest
import yaml
from conftest import PROJECT
from docutils.core import publish_parts
from jinja2 import Environment

PAGES = "workflow/rnn_geometry/pages"
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


SENTENCES = yaml.safe_load((PROJECT / PAGES / "templates/captions.yaml").read_text("utf-8"))
RUN = 5  # words that two captions of a figure may not share


def runs_of_words(text):
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


@pytest.mark.parametrize("name", [path.stem for path in CAPTIONS if path.stem in SENTENCES])
def test_a_caption_does_not_say_again_what_the_sentence_above_it_says(name):
    below = (PROJECT / f"workflow/report/{name}.rst").read_text(encoding="utf-8")
    assert runs_of_words(SENTENCES[name]) & runs_of_words(below) == set()


def test_a_bar_round_a_word_would_be_told():
    assert "Undefined substitution" in told_of("Rates ln |lambda| of modes.")
