"""The explorer of texts: what the page knows, and what a reader sees and does."""

import json
import re

import numpy as np
import pytest
from browser import accessibility, contrast, opened, overflow, overlaps
from read_by import READ_OFF, SOURCE, spoken

from rnn_geometry.identity import Network
from rnn_geometry.pages.reading import Shown, network_payload, reading_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.plotting import style
from rnn_geometry.plotting.language import plot_language


def shown(model="gru-lm", **changes):
    return Shown(Network("agreement", model, "1e-6", 450), spoken(**changes))


def test_the_page_knows_beliefs_and_the_likely_words_before_each_word():
    payload = network_payload(shown())
    assert payload["states"] == ["no subject", "singular", "plural"]
    for i, text in enumerate(payload["texts"]):
        words = [SOURCE.words.index(word) for word in text["words"]]
        beliefs = SOURCE.beliefs(np.array([words]))[0]
        np.testing.assert_allclose(text["known"], beliefs, atol=1e-3)
        np.testing.assert_allclose(text["read"], beliefs + READ_OFF, atol=1e-3)
        for place, row in enumerate(text["next"]):
            chances = SOURCE.next_words(beliefs[place])
            assert row[0][1] == pytest.approx(chances.max(), abs=1e-3), (i, place)
            for word, said, source in row:
                assert said == source == pytest.approx(chances[SOURCE.words.index(word)], abs=1e-3)
    assert payload["unstable"] == [1, 0, 0]
    assert "8.300" in payload["facts"]
    assert "best n-gram 9.200" in payload["facts"]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reading")
    (figure,) = style.save(plot_language(spoken()), folder / "over", ("png",), 60, data=False)
    texts = template_texts("reading.*", "steps.*", "style.css")
    networks = [shown(), shown("lstm-lm", belief_r2=0.5)]
    page = reading_page(texts, networks, figure, start=True)
    assert page.count("</script>") == 2
    (folder / "reading.html").write_text(page, encoding="utf-8")
    return folder / "reading.html"


def text(tab, name):
    return tab.locator(f"#{name}").inner_text()


def known_of(page, at):
    found = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    return json.loads(found[1])["networks"][0]["texts"][at]


def test_keys_go_through_a_text_and_the_address_keeps_the_place(browser, page):
    first = known_of(page, 0)
    with opened(browser, page, "#network=0&text=0&step=0") as tab:
        assert text(tab, "told").startswith(
            "Before the first word: “no subject” has a chance of 1.00"
        )
        assert tab.locator("#beliefs tbody tr").count() == 3
        assert tab.locator("#next .comes th").inner_text() == first["words"][0]
        assert tab.locator("#back").is_disabled()
        tab.keyboard.press("ArrowRight")
        assert "step=1" in tab.url
        assert f"After “{first['words'][0]}”" in text(tab, "told")
        assert tab.locator("#read .now").inner_text() == first["words"][0]
        assert tab.locator("#course circle").count() == 3 * 7
        tab.keyboard.press("ArrowDown")
        assert (text(tab, "counter"), "text=1" in tab.url) == ("0 of 6", True)
        assert tab.locator("nav a").first.get_attribute("href") == "index.html"
        tab.locator("#network").select_option("1")
        assert "0.500" in text(tab, "facts")


def test_the_map_follows_the_state(browser, page):
    places = np.array(known_of(page, 0)["places"])
    moved = int(np.abs(np.diff(places, axis=0)).sum(1).argmax())
    here = "document.getElementById('here').getAttribute('cx')"
    with opened(browser, page, f"#step={moved}") as tab:
        before = tab.evaluate(here)
        tab.keyboard.press("ArrowRight")
        assert tab.evaluate(here) != before
        assert len(tab.locator("#way polyline").get_attribute("points").split()) == moved + 2
        assert (tab.locator("#map rect").count(), tab.locator("#map circle[r='10']").count()) == (
            1,
            2,
        )
        across = tab.evaluate(here)
        tab.locator("#axes").select_option("2")
        assert tab.evaluate(here) != across


def test_playing_ends_at_the_end(browser, page):
    with opened(browser, page, "#step=4") as tab:
        tab.keyboard.press("Space")
        assert text(tab, "play") == "Pause"
        tab.wait_for_timeout(2800)
        assert (text(tab, "counter"), text(tab, "play")) == ("6 of 6", "Play")


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(browser, page, width, scheme):
    with opened(browser, page, "#step=2", width=width, color_scheme=scheme) as tab:
        assert overflow(tab) == []
        assert overlaps(tab) == []
        assert contrast(tab) == []
        assert accessibility(tab) == []


def test_what_changes_is_seen_without_scrolling(browser, page):
    with opened(browser, page, "#step=2", width=1280, height=900) as tab:
        for name in ("#told", "#beliefs", "#map"):
            box = tab.locator(name).bounding_box()
            assert box["y"] + box["height"] <= 900, name
