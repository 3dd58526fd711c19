"""The explorer of running text: what the page knows, and what a reader sees and does."""

import re

import numpy as np
import pytest
from browser import accessibility, contrast, opened, overflow, overlaps

from rnn_geometry.identity import Network
from rnn_geometry.pages.reading_text import Followed, network_payload, reading_text_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store.readings import TextsFollowed

WORDS = ["<pad>", "<unk>", "stocks", "goal", "the", "<b>"]
LABELS = ["World", "Sports"]
NETWORK = Network("news", "gru-text", "1e-6", 0)
NUMBERS = {
    **{f"perplexity_ngram_{n}": 100.0 - n for n in (1, 2, 3, 4)},
    **{"perplexity": 85.0, "slow_modes": 40, "label": 0.7, "label_bag_of_words": 0.77},
}


def followed():
    told = np.array([[[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]], [[0.5, 0.5], [0.3, 0.7], [0.3, 0.7]]])
    slow = np.arange(18.0).reshape(2, 3, 3) / 4 - 2
    read = TextsFollowed(
        cloud=np.random.default_rng(0).normal(size=(20, 3)),
        shares=np.full((20, 2), 0.5),
        words=np.array([[2, 4, 3], [5, 1, -1]]),
        labels=np.array([1, 0]),
        slow=slow,
        told=told,
        counted=1 - told,
        likely=np.tile(np.array([4, 3, 2]), (2, 3, 1)),
        said=np.tile(np.array([0.5, 0.3, 0.1]), (2, 3, 1)),
        comes=np.array([[0.5, 0.3, np.nan], [0.01, np.nan, np.nan]]),
    )
    return Followed(NUMBERS, read, LABELS, WORDS)


PAYLOAD = network_payload(NETWORK, followed())


def test_texts_end_where_they_end():
    first, second = PAYLOAD["texts"]
    assert (first["words"], second["words"]) == (["stocks", "the", "goal"], ["<b>", "<unk>"])
    for text in (first, second):
        for name in ("known", "read", "places", "next", "comes"):
            assert text[name][0] is None
            assert len(text[name]) == len(text["words"]) + 1
    assert first["read"][1:] == [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]
    assert first["known"][3] == [0.8, 0.2]
    assert first["next"][1][0] == ["the", 0.5]
    assert second["comes"] == [None, 0.01, None]
    assert (first["label"], second["label"]) == (1, 0)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    texts = template_texts("reading_text.*", "reading.*", "steps.*", "style.css")
    made = reading_text_page(texts, {NETWORK: followed()}, start=False, reading=False)
    path = tmp_path_factory.mktemp("reading") / "reading_text.html"
    path.write_text(made, encoding="utf-8")
    return path


def test_it_needs_nothing_else(page):
    made = page.read_text(encoding="utf-8")
    outside = re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', made)
    assert outside == ["text_models.html", "tables/language_text.csv"]
    assert "<b>" not in made.partition('id="data">')[2].partition("</script>")[0]


def text(tab, name):
    return tab.locator(f"#{name}").inner_text()


def test_a_text_is_read_word_by_word(browser, page):
    with opened(browser, page, "#text=0&step=2") as tab:
        told = text(tab, "told")
        assert "After “the”: the state says “Sports” (0.60), word counts say so by 0.40" in told
        assert "the text is of “Sports”" in told
        assert "“goal” comes, of which it said 0.300" in told
        assert tab.locator("#beliefs thead th").all_inner_texts() == [
            *("label", "word counts", "state")
        ]
        assert tab.locator("#beliefs .comes th").inner_text().strip() == "Sports"
        assert tab.locator("#next .comes th").inner_text() == "goal"
        assert tab.locator("#slow polyline").count() == 3
        tab.keyboard.press("ArrowRight")
        assert "comes, of which" not in text(tab, "told")
        assert tab.locator("#forward").is_disabled()
        tab.keyboard.press("ArrowDown")
        assert tab.locator("#read .now").inner_text() == "<b>"


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(browser, page, width, scheme):
    with opened(browser, page, "#step=2", width=width, color_scheme=scheme) as tab:
        assert overflow(tab) == []
        assert overlaps(tab) == []
        assert contrast(tab) == []
        assert accessibility(tab) == []
