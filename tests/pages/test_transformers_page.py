"""The explorer of networks without a step: what the page knows, and what a reader sees and does."""

import re

import numpy as np
import pytest
from browser import accessibility, contrast, opened, overflow, overlaps
from placed_by import CARRIED, OFF, SOURCE, TASK, classifying, networks

from rnn_geometry.pages.templating import template_texts
from rnn_geometry.pages.transformers import TABLES, network_payload, transformers_page
from rnn_geometry.plotting import style
from rnn_geometry.plotting.by_place import plot_by_place

FIRST, SECOND = (network_payload(*one) for one in networks().items())


def test_nothing_stands_before_the_first_word():
    for payload in (FIRST, SECOND):
        for text in payload["texts"]:
            for name in ("known", "read", "own", "mixed", "places", "next"):
                assert text[name][0] is None
                assert len(text[name]) == len(text["words"]) + 1


def test_one_map_is_told_beside_the_truth():
    for text in FIRST["texts"]:
        words = np.array([[TASK.words.index(word) for word in text["words"]]])
        totals = TASK.scores[words[0]].cumsum(0)
        known = totals - totals.mean(1, keepdims=True)
        np.testing.assert_allclose(np.array(text["known"][1:]), known, atol=1e-3)
        np.testing.assert_allclose(np.array(text["read"][1:]), known + OFF, atol=2e-3)
    for text in SECOND["texts"]:
        words = np.array([[SOURCE.words.index(word) for word in text["words"]]])
        np.testing.assert_allclose(text["known"][1:], SOURCE.beliefs(words)[0, 1:], atol=1e-3)


def test_sums_and_steps_are_told_apart():
    assert (FIRST["sums"], FIRST["step"]) == (True, False)
    assert (SECOND["sums"], SECOND["step"]) == (False, True)
    assert SECOND["range"] == [0, 1]
    assert FIRST["range"][0] < 0 < FIRST["range"][1]
    assert FIRST["panel"] == "figures/transformers/categorical-3_transformer-1.png"
    assert "0.832" in FIRST["facts"]
    assert "half-way" not in FIRST["facts"]  # not known
    assert FIRST["carried"]["shares"][1] == CARRIED[1].tolist()
    assert FIRST["carried"]["shares"][2] == [None] * 3


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transformers")
    picture = plot_by_place(classifying())
    (figure,) = style.save(picture, folder / "over", ("png",), 60, data=False)
    texts = template_texts("transformers.*", "reading.*", "steps.*", "style.css")
    made = transformers_page(texts, networks(), figure, TABLES, start=True, reading=False)
    assert made.count("</script>") == 2
    (folder / "transformers.html").write_text(made, encoding="utf-8")
    return folder / "transformers.html"


def text(tab, name):
    return tab.locator(f"#{name}").inner_text()


def test_it_leads_to_what_is_there(page):
    outside = re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', page.read_text(encoding="utf-8"))
    tables = [f"tables/{name}.csv" for name in TABLES]
    assert outside == ["index.html", *tables, "figures/"]


def test_a_sentence_is_read_word_by_word(browser, page):
    with opened(browser, page, "#network=0&text=0&step=0") as tab:
        assert "step=1" in tab.url or text(tab, "counter") == "1 of 8"
        assert tab.locator("#back").is_disabled()
        assert "one map for all places reads" in text(tab, "told")
        assert tab.locator("#beliefs thead th").all_inner_texts() == [
            *("score", "known", "one map", "own map")
        ]
        assert text(tab, "whatread") == "Sums of the words so far"
        assert tab.locator("#panel").get_attribute("href") == FIRST["panel"]
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("ArrowRight")
        note = text(tab, "carriednote")
        assert "After 3 words" in note
        assert "the last one alone 0.30" in note
        assert tab.locator("#course circle").count() == 3 * 8
        assert tab.locator("#carried circle").count() == 2 * 3
        right = tab.locator("#next .comes").count()
        assert right in (0, 1)


def test_a_network_with_a_step_stands_beside_it(browser, page):
    with opened(browser, page, "#network=1&step=2") as tab:
        assert text(tab, "whatread") == "Belief: what is the hidden state?"
        assert "This network has a step" in text(tab, "carriednote")
        tab.locator("#step").fill("6")
        assert "no share" in text(tab, "carriednote")
        tab.locator("#network").select_option("0")
        assert "This network has a step" not in text(tab, "carriednote")


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("network", [0, 1])
def test_everybody_can_read_it(browser, page, network, width, scheme):
    place = f"#network={network}&step=3"
    with opened(browser, page, place, width=width, color_scheme=scheme) as tab:
        assert overflow(tab) == []
        assert overlaps(tab) == []
        assert contrast(tab) == []
        assert accessibility(tab) == []
