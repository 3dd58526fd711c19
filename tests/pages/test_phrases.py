"""The explorer of phrases: what the page knows, and what a reader sees and does."""

import numpy as np
import pytest
from browser import accessibility, contrast, opened, overflow, overlaps

from rnn_geometry.identity import Network
from rnn_geometry.pages.phrases import Shown, network_payload, phrases_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.store.translations import PairWords, TranslatorComponents

WORDS = PairWords(words_in=["<pad>", "<end>", "walk", "</script>"], words_out=["", "E", "W", "L"])
READ, SAID, UNITS = 4, 3, 2


def components(attends=True):
    """Two phrases: one of four words read and three said, one of two and one."""
    rng = np.random.default_rng(0)
    terms = rng.normal(size=(2, 3, 3, SAID, READ))
    weights = np.exp(terms.sum((1, 2)))
    weights[1, :, 2:] = 0
    weights /= weights.sum(-1, keepdims=True)
    none = np.nan if not attends else 1.0
    return TranslatorComponents(
        encoder_places=np.zeros((READ, UNITS)),
        decoder_places=np.zeros((SAID, UNITS)),
        encoder_words=np.zeros((4, UNITS)),
        decoder_words=np.zeros((5, UNITS)),
        encoder_counts=np.ones(READ),
        decoder_counts=np.ones(SAID),
        temporal=np.zeros((SAID, READ)),
        attention=np.zeros((SAID, READ)),
        offset=np.zeros(SAID),
        known_offset=np.zeros(SAID),
        shares=np.zeros((3, 3)),
        sizes=np.zeros((3, 3)),
        inputs=np.array([[2, 3, 2, 1], [3, 1, 0, 0]]),
        targets=np.array([[2, 3, 1], [3, 0, 0]]),
        said=np.array([[2, 2, 1], [3, 0, 0]]),
        sources=np.array([[0, 1, 3], [0, -1, -1]]),
        attention_shown=weights * none,
        terms_shown=terms * none,
    )


def shown(attends=True, model="aed"):
    return Shown(Network("copy", model, "1e-5", 400), WORDS, components(attends))


def test_phrases_end_where_they_end_and_terms_give_the_attention():
    first, second = network_payload(shown())["phrases"]
    assert first["read"] == ["walk", "</script>", "walk", "<end>"]
    assert (first["wanted"], first["said"]) == (["W", "L", "E"], ["W", "W", "E"])
    assert (second["read"], second["wanted"], second["sources"]) == (
        ["</script>", "<end>"],
        ["L"],
        [0],
    )
    for phrase in (first, second):
        terms, attention = np.array(phrase["terms"]), np.array(phrase["attention"])
        assert terms.shape == (len(phrase["wanted"]), 9, len(phrase["read"]))
        assert np.allclose(terms.mean(-1), 0, atol=1e-3)
        alignment = terms.sum(1)
        again = np.exp(alignment) / np.exp(alignment).sum(-1, keepdims=True)
        assert np.allclose(again, attention, atol=0.01)


def test_a_network_without_attention_has_words_alone():
    payload = network_payload(shown(attends=False))
    assert not payload["attends"]
    assert set(payload["phrases"][0]) == {"read", "wanted", "said", "sources"}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("phrases") / "phrases.html"
    texts = template_texts("phrases.*", "steps.*", "style.css")
    text = phrases_page(texts, [shown(), shown(attends=False, model="ved")])
    assert text.count("</script>") == 2
    path.write_text(text, encoding="utf-8")
    return path


def text(tab, name):
    return tab.locator(f"#{name}").inner_text()


def test_keys_step_through_a_phrase_and_the_address_keeps_the_place(browser, page):
    with opened(browser, page, "#network=0&phrase=0&step=2") as tab:
        assert "wrong: “L”" in text(tab, "told")
        assert tab.locator("#read .source").inner_text().startswith("</script>")
        assert tab.locator("#terms tbody tr").count() == 10
        tab.keyboard.press("ArrowRight")
        assert "step=3" in tab.url
        assert "right." in text(tab, "told")
        assert tab.locator("#forward").is_disabled()
        tab.keyboard.press("ArrowDown")
        assert tab.locator("#read li").count() == 2
        tab.keyboard.press("ArrowUp")
        tab.locator("#whole tbody tr").nth(1).click()
        assert text(tab, "counter") == "2 of 3"
        tab.locator("#network").select_option("1")
        assert tab.locator("#none").is_visible()
        assert not tab.locator("#attending").is_visible()


def test_playing_ends_at_the_end(browser, page):
    with opened(browser, page) as tab:
        tab.keyboard.press("Space")
        assert text(tab, "play") == "Pause"
        tab.wait_for_timeout(2500)
        assert (text(tab, "counter"), text(tab, "play")) == ("3 of 3", "Play")


def test_an_address_that_means_nothing_opens_the_first_step(browser, page):
    with opened(browser, page, "#network=9&phrase=x&step=-4") as tab:
        assert text(tab, "counter") == "1 of 3"
        assert "network=1&phrase=0&step=1" in tab.url


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(browser, page, width, scheme):
    with opened(browser, page, "#step=2", width=width, color_scheme=scheme) as tab:
        assert overflow(tab) == []
        assert overlaps(tab) == []
        assert contrast(tab) == []
        assert accessibility(tab) == []


def test_what_changes_is_seen_without_scrolling(browser, page):
    with opened(browser, page, "#step=2", width=1280, height=900) as tab:
        for name in ("#told", "#terms", "#whole"):
            box = tab.locator(name).bounding_box()
            assert box["y"] + box["height"] <= 900, name
