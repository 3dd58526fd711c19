"""The page of language models of running text, from the committed table."""

import re

import pytest
from conftest import PROJECT

from rnn_geometry.identity import Network
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.pages.text_models import ordered, text_models_page
from rnn_geometry.stages.plot_text_models import rows_of

ROWS = rows_of(str(PROJECT / "docs/data/language_text.csv"))
SHOWN = Network("yelp-2", "gru-text", "1e-6", 0)


@pytest.fixture
def page(tmp_path):
    picture = tmp_path / "text_panel.png"
    picture.write_bytes(b"PNG")
    rows = {network: ROWS[network] for network in ordered(ROWS)}
    rows[SHOWN] = {**ROWS[SHOWN], "words_up": "<b> &", "words_down": float("nan")}
    texts = template_texts("text_models.html.jinja", "style.css")

    def made(**leads):
        leads = {"start": False, "reading": False, **leads}
        return text_models_page(texts, rows, {SHOWN: picture}, **leads)

    return made


def test_every_network_has_a_row_and_what_needs_none_stands_above(page):
    made = page()
    assert made.count('<th scope="row">') == len(ROWS)
    assert "without a network: 4-grams 91.2; always the same label 0.26" in made
    row = re.search(r'<th scope="row">gru-text</th><td class="number">1</td>(.*?)</tr>', made)
    numbers = re.findall(r'"number">([^<]*)<', row[1])
    assert numbers == ["85.1", "0.72", "0.68", "0.50", "0.77", "44"]


def test_controls_stand_behind_what_they_are_controls_of():
    models = [(n.model, n.seed) for n in ordered(ROWS) if n.task == "yelp-2"]
    assert models[:4] == [
        *(("gru-text", 0), ("gru-text-untrained", 0)),
        *(("gru-text", 1), ("gru-text-untrained", 1)),
    ]


def test_words_are_text_and_the_page_needs_nothing_else(page):
    made = page()
    assert "<em>&lt;b&gt; &amp;</em>" in made
    assert "<em>nan</em>" not in made
    outside = re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', made)
    tables = ["tables/language_text.csv", "tables/claims_language_text.csv"]
    assert outside == ["reading_text.html", *tables]


def test_it_leads_where_there_is_something(page):
    made = page(start=True, reading=True)
    assert 'href="index.html"' in made
    assert 'href="reading.html"' in made
