"""The explorer as a reader meets it, in a browser.

What moves, what is said, what is read without a mouse.
"""

import re
from dataclasses import replace

import numpy as np
import pytest
from browser import accessibility, contrast, opened, overflow, overlaps, wait_until
from explorer_run import (
    NASTY,
    TEMPLATES,
    fake_explored,
    fake_meta,
    fake_sentences,
    fake_vocabulary,
    orders_of,
    random_classifier,
    save_page,
    states_of,
)

from rnn_geometry.dynamics.results import Status
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.pages._explorer_traces import telling_sentence
from rnn_geometry.pages.explorer import can_step, explorer_page
from rnn_geometry.plotting import style

BUILT_IN = [name for name in CELLS if can_step(name)]
READ_BEFORE = [3, 0, 1, 5, 2, 4, 4, 1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("explorer")


@pytest.fixture(scope="module")
def files(folder):
    """Return the files of a network per cell, and of a second GRU."""
    meta = fake_meta()
    made = {cell: fake_explored(meta, cell, seed=10) for cell in BUILT_IN}
    return {**made, "second": fake_explored(meta, "gru", seed=11)}


@pytest.fixture(scope="module")
def made(folder, files):
    return save_page(folder / "page.html", fake_meta(), list(files.values()))


@pytest.fixture(scope="module")
def closed(folder, files):
    """Return a page without weights."""
    return save_page(folder / "closed.html", fake_meta(), [files["gru"]], limit=0)


@pytest.fixture(scope="module")
def labelled(folder):
    """Return a page of three labels, whose manifold has three dimensions."""
    meta = fake_meta(3, multi_label=True)
    return save_page(folder / "labels.html", meta, [fake_explored(meta, "ugrnn")])


# The first network after its first sentence: an open page would begin with another, and play.
THERE = "#model=vanilla&seed=10&sentence=0"


@pytest.fixture
def page(browser, made):
    with opened(browser, made, THERE) as page:
        yield page


def choose(page, name, value):
    page.get_by_role("combobox", name=name, exact=True).select_option(value)


def words_of(page, strip=0):
    return page.locator(".strip").nth(strip).locator(".words button").all_inner_texts()


def position(page):
    return np.array(page.evaluate("explorer.position()"))


def step(page):
    return page.evaluate("explorer.state.step")


def expected_words(sentence, order=0):
    tokens = fake_sentences(6, 3, False)[0][sentence]
    return [fake_vocabulary()[token] for token in orders_of(tokens, sentence)[order]]


def pixels(page):
    return page.evaluate("document.getElementById('canvas').toDataURL()")


def test_the_page_becomes_ready_and_says_what_it_is_about(page):
    assert page.locator("html").get_attribute("data-ready") == "1"
    assert page.locator("h1").inner_text() == "Three unordered classes"
    assert page.locator(".task").inner_text() == "colours-3"
    assert "a triangle with one corner per class" in page.locator("header").inner_text()
    assert page.get_by_role("link", name="All results").get_attribute("href") == "../index.html"
    assert (
        page.locator("#network").inner_text()
        == "Test accuracy of this network 0.970; 80 of its slow points are shown."
    )


def test_a_chosen_sentence_shows_its_words_and_its_decision(page):
    choose(page, "Sentence", "3")
    assert words_of(page) == expected_words(3)
    choose(page, "Word order", "1")
    assert words_of(page) == expected_words(3)[::-1]
    choose(page, "Word order", "2")
    assert words_of(page) == expected_words(3, 2)
    assert page.locator("#sentence optgroup").evaluate_all(
        "groups => groups.map((group) => group.label)"
    ) == [
        "Chosen examples",
        "From the configuration",
        "Held-out sentences",
    ]


def test_the_decision_is_told_against_the_label(page, files):
    traces = files["vanilla"].traces
    for sentence in range(5):
        choose(page, "Sentence", str(sentence))
        said = page.locator(".verdict").inner_text()
        decided = traces.logits[traces.offsets[3 * sentence + 1] + 3 * sentence].argmax()
        assert f"decides class {decided}" in said
        label = traces.labels[sentence]
        if label.min() < 0:
            assert said.endswith("no label is known.")
        else:
            assert said.endswith(
                f"the label is class {label.argmax()}: {'right' if label[decided] else 'wrong'}."
            )


WATCH = """() => {
  window.seen = [];
  const text = (name) => document.getElementById(name).textContent;
  const shown = () => [explorer.state.step, text("counter"), text("play"), explorer.position()];
  const look = () => seen.push(shown());
  setInterval(look, 10);
}"""


def test_playing_moves_the_state_to_the_last_word_and_stops(page):
    choose(page, "Speed", "10")
    choose(page, "Sentence", "0")
    end = position(page)
    page.evaluate(WATCH)
    page.get_by_role("button", name="Play").click()
    wait_until(page, "explorer.state.step === 6 && seen.length > 20")
    np.testing.assert_allclose(position(page), end)
    steps, counters, _, places = zip(
        *[row for row in page.evaluate("seen") if row[2] == "Pause"], strict=True
    )
    assert list(steps) == sorted(steps)
    assert len(set(steps)) > 3
    assert all(
        counter.startswith(f"{at} of 6") for at, counter in zip(steps, counters, strict=True)
    )
    assert all(np.abs(np.subtract(place, end)).max() > 1e-3 for place in places)
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.locator("#counter").inner_text().startswith("6 of 6, last")


def test_pause_holds_the_state(page):
    choose(page, "Speed", "1")
    page.get_by_role("button", name="Play").click()
    wait_until(page, "explorer.state.step === 1")
    page.get_by_role("button", name="Pause").click()
    held = step(page)
    page.wait_for_timeout(1300)
    assert held < 6
    assert step(page) == held


@pytest.mark.parametrize(("motion", "glides"), [("reduce", False), ("no-preference", True)])
def test_with_reduced_motion_the_state_jumps(browser, made, motion, glides):
    with opened(browser, made, "#sentence=0&step=0", reduced_motion=motion) as page:
        choose(page, "Speed", "1")
        page.evaluate("""() => {
          const asked = window.requestAnimationFrame;
          window.frames_asked = 0;
          const counted = (call) => { window.frames_asked += 1; return asked(call); };
          window.requestAnimationFrame = counted;
        }""")
        page.get_by_role("button", name="Play").click()
        wait_until(page, "explorer.state.step >= 1")
        assert (page.evaluate("window.frames_asked") > 0) == glides


def test_a_network_without_a_gap_says_so_and_no_other(browser, folder, files):
    gapless = files["vanilla"]
    status = np.full_like(gapless.slow_points.status, Status.NO_GAP)
    gapless = replace(gapless, slow_points=replace(gapless.slow_points, status=status))
    page_file = save_page(folder / "gapless.html", fake_meta(), [gapless, files["gru"]])
    with opened(browser, page_file, "#model=vanilla&seed=10") as page:
        assert "100 % of the points of vanilla" in page.locator(".gapless").inner_text()
        choose(page, "Cell", "gru")
        assert page.locator(".gapless").count() == 0


def test_before_the_first_word_of_an_unbiased_network_nothing_is_decided(browser, folder, files):
    bare = files["gru"]
    zero = np.zeros_like(bare.traces.logits)
    bare = replace(bare, traces=replace(bare.traces, logits=zero))
    page_file = save_page(folder / "bare.html", fake_meta(), [bare])
    with opened(browser, page_file, "#sentence=0&step=0") as page:
        assert page.locator("#bars .decided").count() == 0
        assert "no class leads clearly" in page.locator(".now").inner_text()


def test_words_lead_to_their_step_and_the_slider_too(page):
    page.locator(".words button").nth(2).click()
    assert step(page) == 3
    assert page.locator(".words [aria-current=step]").inner_text() == words_of(page)[2]
    page.locator("#step").fill("1")
    assert step(page) == 1
    page.get_by_role("button", name="One word forward").click()
    assert page.locator("#counter").inner_text().startswith("2 of 6, last")
    page.get_by_role("button", name="One word back").click()
    page.get_by_role("button", name="One word back").click()
    assert step(page) == 0
    assert page.get_by_role("button", name="One word back").is_disabled()


@pytest.mark.parametrize("cell", BUILT_IN)
def test_cells_of_the_page_are_those_of_torch(browser, made, cell):
    classifier = random_classifier(cell, 6, 3, 10).double()
    expected = states_of(classifier, READ_BEFORE)
    with opened(browser, made, f"#model={cell}&seed=10") as page:
        found = page.evaluate("(tokens) => explorer.run(tokens)", READ_BEFORE)
    np.testing.assert_allclose(found["states"], expected, atol=1e-6)
    readout, bias = (
        t.detach().numpy() for t in (classifier.readout_matrix(), classifier.readout_bias())
    )
    np.testing.assert_allclose(found["logits"], expected @ readout.T + bias, atol=1e-5)
    assert np.abs(np.diff(expected, axis=0)).max() > 5e-3  # which an error of 1e-6 would not hide


@pytest.mark.parametrize("model", ["gru&seed=11", "lstm&seed=10"])
def test_stored_traces_are_what_the_page_computes(browser, made, model):
    with opened(browser, made, f"#model={model}") as page:
        for sentence, order in ((0, 0), (1, 1), (4, 2)):
            stored = page.evaluate(
                "([sentence, order]) => explorer.stored(sentence, order)", [sentence, order]
            )
            run = page.evaluate("(tokens) => explorer.run(tokens)", stored["tokens"])
            np.testing.assert_allclose(run["positions"], stored["positions"], atol=1e-5)
            np.testing.assert_allclose(run["logits"], stored["logits"], atol=1e-5)


def test_the_bars_are_the_logits(page, files):
    page.evaluate("location.hash = '#model=ugrnn&seed=10&sentence=1&order=0&step=4'")
    wait_until(page, "explorer.state.model === 'ugrnn'")
    traces = files["ugrnn"].traces
    expected = traces.logits[traces.offsets[3] + 3 + 4]
    shown = [float(text.replace("−", "-")) for text in page.locator("#bars b").all_inner_texts()]
    np.testing.assert_allclose(shown, expected, atol=0.005)
    page.wait_for_timeout(200)  # bars glide
    boxes = page.locator("#bars .track").evaluate_all("""(tracks) => tracks.map((track) => {
      const bar = track.firstChild.getBoundingClientRect(), all = track.getBoundingClientRect();
      return [bar.left, bar.right].map((end) => end - all.left - all.width / 2);
    })""")
    ends = [low if value < 0 else high for (low, high), value in zip(boxes, expected, strict=True)]
    np.testing.assert_allclose(np.divide(ends, ends[0]), expected / expected[0], rtol=0.05)


def test_the_longest_bar_of_a_sentence_fills_its_half_of_the_track(page):
    choose(page, "Sentence", "1")
    longest = []
    for word in range(page.evaluate("Number(document.getElementById('step').max)") + 1):
        page.evaluate(f"location.hash = '#model=vanilla&seed=10&sentence=1&step={word}'")
        wait_until(page, f"explorer.state.step === {word}")
        widths = page.locator("#bars .track i").evaluate_all("bars => bars.map(b => b.style.width)")
        longest.append(max(float(width[:-1]) for width in widths))
    assert max(longest) == pytest.approx(50)


def standings(logits, share=0.05):
    """Return what leads clearly after every word, -1 for nothing. logits: (T + 1, C)."""
    ordered = np.sort(logits, axis=1)
    lead = ordered[:, -1] - ordered[:, -2]
    return np.where(lead >= share * lead.max(), logits.argmax(axis=1), -1)


def deciding_word(traces, sentence):
    """Return the word from which on the last decision leads clearly, 0 where none does."""
    first = traces.offsets[3 * sentence] + 3 * sentence
    end = traces.offsets[3 * sentence + 1] + 3 * sentence
    codes = standings(traces.logits[first : end + 1])
    if codes[-1] < 0:
        return 0
    others = np.flatnonzero(codes != codes[-1])
    return others[-1] + 1 if len(others) else 0


def test_the_word_that_decides_is_marked_and_named(page, files):
    for sentence in range(5):
        choose(page, "Sentence", str(sentence))
        word = deciding_word(files["vanilla"].traces, sentence)
        marked = page.locator(".words button").evaluate_all(
            "words => words.flatMap((w, i) => w.classList.contains('decides') ? [i + 1] : [])"
        )
        assert marked == ([word] if word else [])
        said = page.locator(".verdict").inner_text()
        assert (f"leads clearly from word {word} of" in said) == (word > 1)
        assert ("from the first word on" in said) == (word == 1)


def test_side_by_side_a_mark_names_the_cells_in_which_its_word_decides(page, files):
    models = page.locator("#model option").evaluate_all("all => all.map((one) => one.value)")
    said = page.locator("#model option").all_inner_texts()
    choose(page, "Side by side", "cells")
    shown = [name.rsplit(", seed", 1)[0] for name, _ in page.evaluate("explorer.panels()")]
    names = {model: name for model, name in zip(models, said, strict=True) if name in shown}
    assert len(names) == len(shown) > 1
    several = 0
    for sentence in range(5):
        choose(page, "Sentence", str(sentence))
        words = {model: deciding_word(files[model].traces, sentence) for model in names}
        marked = page.locator(".words button").evaluate_all(
            "all => all.flatMap((w, i) => w.classList.contains('decides')"
            " ? [[i + 1, w.dataset.by ?? '']] : [])"
        )
        for word, by in marked:
            there = [names[model] for model in names if words[model] == word]
            assert sorted(by.split(", ")) == ([""] if len(there) == len(names) else sorted(there))
        assert [word for word, _ in marked] == sorted({word for word in words.values() if word})
        several += len(marked) > 1
    assert several  # else nothing was told apart


def with_first_sentence(network, logits, label):
    """Return a network to which its first sentence gives other logits (T + 1, C), and its label."""
    changed, labels = network.traces.logits.copy(), network.traces.labels.copy()
    changed[: len(logits)] = logits
    labels[0] = label
    return replace(network, traces=replace(network.traces, logits=changed, labels=labels))


AT_ONCE = np.outer([0.001, 1, 2, 3, 4, 5, 6], [1.0, 0, 0])  # noise before the first word
LATE = np.array([[0, 0.0, 0], [0.03, 0, 0], *[[0, 2.0, 0]] * 4, [0, 0, 3.0]])  # word 1 is noise
WRONG = [0, 1, 0]


@pytest.fixture(scope="module")
def decided(folder, files):
    made = [
        with_first_sentence(files[cell], logits, WRONG)
        for cell, logits in {"gru": AT_ONCE, "vanilla": LATE}.items()
    ]
    return save_page(folder / "decided.html", fake_meta(), made)


def test_a_class_that_leads_from_the_first_word_is_said_to(browser, decided):
    with opened(browser, decided, "#model=gru&seed=10&sentence=0") as page:
        said = page.locator(".verdict").inner_text()
        assert "decides class 0, which leads clearly from the first word on (▴ “" in said
        assert said.endswith("the label is class 1: wrong.")
        assert page.locator(".words button.decides").count() == 1


def test_noise_is_no_decision(browser, decided):
    with opened(browser, decided, "#model=vanilla&seed=10&sentence=0&step=1") as page:
        assert page.locator(".now").inner_text().endswith("no class leads clearly.")
        assert page.locator("#bars .decided").count() == 0
        band = "[...document.querySelectorAll('#whole rect:not(:has(title))')]"
        fills = page.evaluate(f"{band}.slice(0, 3).map((one) => one.getAttribute('fill'))")
        assert fills[0].startswith("rgba")
        assert fills[1] == fills[2] == style.class_colour(1)
        page.get_by_role("button", name="One word forward").click()
        assert page.locator(".now").inner_text().endswith("so far class 1.")


def test_text_band_bars_and_state_follow_one_rule_at_the_last_word_too(browser, folder, files):
    logits = np.array([[0, 0, 0], [0, 9.0, 0], *[[0, 6.0, 0]] * 4, [0.2, 0, 0]])
    close = save_page(
        folder / "close.html", fake_meta(), [with_first_sentence(files["gru"], logits, [1, 0, 0])]
    )
    with opened(browser, close, "#sentence=0") as page:
        said = page.locator(".verdict").inner_text()
        assert "decides class 0, which leads by too little to be clear" in said
        assert said.endswith("the label is class 0: right.")
        assert page.locator(".now").inner_text().endswith("no class leads clearly.")
        assert page.locator(".words .decides, #bars .decided").count() == 0
        band = page.locator("#whole rect:not(:has(title))").nth(5)
        assert band.get_attribute("fill").startswith("rgba")


def test_networks_side_by_side_are_each_told_with_their_word(browser, decided):
    with opened(browser, decided, "#model=gru&seed=10&sentence=0&side=cells") as page:
        word = page.locator(".words button")
        told = page.locator(".verdict li").all_inner_texts()
        first, last = word.first.inner_text(), word.last.inner_text()
        assert told == [
            f"GRU: class 0 from word 1 on (“{first}”): wrong.",
            f"vanilla: class 2 from word 6 on (“{last}”): wrong.",
        ]
        assert "Label: class 1; all wrong." in page.locator(".verdict p").inner_text()


def test_bars_move_with_their_numbers(page):
    assert page.locator("#bars .track i").first.evaluate(
        "bar => getComputedStyle(bar).transitionDuration"
    ) in ("0s", "")


def test_an_explorer_leads_to_pages_of_its_networks_where_there_are_some(browser, folder, files):
    meta, networks = fake_meta(), [files["vanilla"], files["gru"]]
    text = explorer_page(
        TEMPLATES, meta, fake_vocabulary(), networks, {"embed_parameters": 0, "pages": True}
    )
    path = folder / "linked.html"
    path.write_text(text)
    with opened(browser, path, "#model=gru&seed=10") as page:
        run = files["gru"].record
        ends = [f"runs/{run.task}/{m}/l2-{run.l2}/seed-10/index.html" for m in ("gru", "vanilla")]
        links = page.locator("#network a")
        assert links.first.get_attribute("href") == f"../{ends[0]}"
        choose(page, "Side by side", "cells")
        assert [a.get_attribute("href") for a in links.all()] == [f"../{end}" for end in ends]


def test_an_explorer_alone_leads_to_no_page(page):
    assert page.locator("#network a").count() == 0


def test_words_are_shaded_by_their_effect_at_that_very_step(page, files):
    choose(page, "Shade words by effect on", "1")
    traces = files["vanilla"].traces
    change = np.diff(traces.logits[:7].astype(float), axis=0)
    effect = (change - change.mean(axis=1, keepdims=True))[:, 1]
    told = page.locator(".words button").evaluate_all("words => words.map((word) => word.title)")
    np.testing.assert_allclose(
        [float(text.split()[-1].replace("−", "-")) for text in told], effect, atol=0.006
    )
    colours = page.locator(".words button").evaluate_all(
        "words => words.map((word) => getComputedStyle(word).backgroundColor)"
    )
    redness = [
        int(colour[4:-1].split(",")[0]) - int(colour[4:-1].split(",")[2]) for colour in colours
    ]
    assert all(
        (red > 0) == (value > 0)
        for red, value in zip(redness, effect, strict=True)
        if abs(value) > 0.05
    )


def test_colours_of_points_change_from_class_to_q(page):
    by_class, before = page.evaluate("explorer.colours()"), pixels(page)
    choose(page, "Colour points by", "q")
    by_q = page.evaluate("explorer.colours()")
    shown = "JSON.parse(document.getElementById('payload').textContent).networks"
    chosen = "n => n.model === explorer.state.model && n.seed === explorer.state.seed"
    decisions = page.evaluate(f"{shown}.find({chosen}).decision")
    assert by_class == [style.class_colour(code) for code in decisions]
    assert len(set(by_class)) > 1
    assert len(set(by_q)) > 30
    assert pixels(page) != before
    legend = page.locator("#legend").inner_text()
    assert re.search(r"speed q:\s*\d\.\d·10[⁻⁰¹²³⁴-⁹]+ \(slow\)", legend)


def test_comparison_shows_a_second_strip_trail_and_bars(page):
    before = pixels(page)
    choose(page, "Compare with", "same")
    assert page.locator(".strip").count() == 2
    assert words_of(page, 1) == words_of(page, 0)[::-1]
    assert page.locator("#bars .second").count() == 3
    assert pixels(page) != before
    choose(page, "Compare with", "4")
    choose(page, "in the order", "0")
    assert words_of(page, 1) == expected_words(4)
    choose(page, "Compare with", "")
    assert page.locator(".strip").count() == 1


def test_a_typed_sentence_is_read(page):
    page.get_by_role("textbox", name="Words").fill("word_2 Word_0, neutral word_3")
    page.get_by_role("button", name="Read it").click()
    assert words_of(page) == ["word_2", "word_0", "neutral", "word_3"]
    assert page.locator("#typedNote").inner_text() == ""
    states = states_of(random_classifier("vanilla", 6, 3, 10).double(), [2, 0, 4, 3])
    weights = random_classifier("vanilla", 6, 3, 10).double()
    logits = states[-1] @ weights.readout_matrix().numpy().T + weights.readout_bias().numpy()
    np.testing.assert_allclose(page.evaluate("explorer.logits()"), logits, atol=1e-5)
    assert page.locator("#sentence").input_value() == "typed"
    choose(page, "Cell", "gru")
    assert words_of(page) == ["word_2", "word_0", "neutral", "word_3"]


def test_unknown_words_are_named(page):
    page.get_by_role("textbox", name="Words").fill("word_1 marvellous dull")
    page.get_by_role("textbox", name="Words").press("Enter")
    assert words_of(page) == ["word_1"]
    assert (
        page.locator("#typedNote").inner_text()
        == "Not in the vocabulary, passed over: marvellous, dull."
    )


def test_words_passed_over_are_struck_through_at_their_place_and_counted(page):
    page.get_by_role("textbox", name="Words").fill("marvellous word_1 dull word_2")
    page.get_by_role("textbox", name="Words").press("Enter")
    chips = page.locator(".words > *")
    marks = chips.evaluate_all("chips => chips.map((chip) => chip.matches('.skipped:has(s)'))")
    assert marks == [True, False, True, False]
    assert chips.nth(2).inner_text().startswith("dull")
    assert chips.nth(2).get_attribute("title").startswith("not in the vocabulary")
    assert page.locator("#counter").inner_text().startswith("2 of 2, 2 not in the vocabulary")
    choose(page, "Word order", "1")
    marks = chips.evaluate_all("chips => chips.map((chip) => chip.matches('.skipped'))")
    assert marks == [False, True, False, True]


def test_reading_ones_own_sentence_leads_back_to_the_picture(page):
    text = page.get_by_role("textbox", name="Words")
    text.fill("word_1 word_2")
    assert page.evaluate("window.scrollY") > 100
    text.press("Enter")
    wait_until(page, "Math.abs(document.querySelector('.stage').getBoundingClientRect().top) < 2")


def test_a_page_without_weights_says_how_to_add_sentences(browser, closed):
    with opened(browser, closed, "#sentence=0") as page:
        note = page.locator("#typedNote").inner_text()
        assert "are not in this page" in note
        assert 'explorer: {sentences: {colours-3: ["…"]}}' in note
        assert not page.get_by_role("textbox", name="Words").is_visible()
        assert words_of(page) == expected_words(0)


def test_everything_is_reached_by_tab(page):
    reached = set()
    for _ in range(50):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.parentElement.className"
            )
        )
    assert {
        "model",
        "seed",
        "sentence",
        "order",
        "otherSentence",
        "canvas",
        "play",
        "step",
        "shade",
        "words",
        "text",
    } <= reached


def test_focus_is_visible(page):
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_keys_step_and_play(page):
    choose(page, "Sentence", "0")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert step(page) == 4
    page.keyboard.press("ArrowRight")
    assert step(page) == 5
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Pause"
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Play"
    page.locator(".words [tabindex='0']").focus()
    now = step(page)
    page.keyboard.press("ArrowLeft")
    assert step(page) == now - 1
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "step"


def test_keys_and_drags_turn_the_view(page):
    page.get_by_role("button", name="3-d").click()
    before = page.evaluate("explorer.turn()")
    page.locator("#canvas").focus()
    now = step(page)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("explorer.turn()")[0] > before[0]
    assert step(page) == now
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 240)
    page.mouse.up()
    assert page.evaluate("explorer.turn()")[1] > before[1] + 0.3


def test_wheel_and_buttons_zoom(page):
    # Not pixels alone: the stage takes another size where letters come late.
    before, drawn = page.evaluate("explorer.look()"), pixels(page)
    page.get_by_role("button", name="Zoom in").click()
    assert page.evaluate("explorer.look()") != before
    assert pixels(page) != drawn
    page.get_by_role("button", name="Reset the view").click()
    assert page.evaluate("explorer.look()") == before
    drawn = pixels(page)
    page.locator("#canvas").hover(position={"x": 300, "y": 300})
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    page.mouse.move(0, 0)
    assert page.evaluate("explorer.look()") != before
    assert pixels(page) != drawn


def test_a_point_tells_its_speed_time_and_corner(page, files):
    slow, modes = files["vanilla"].slow_points, files["vanilla"].slow_modes
    page.get_by_role("button", name="Next slow point").click()
    said = page.locator("#details").inner_text()
    assert said.startswith("Slow point 1 of 80: speed q = ")
    tip = page.locator("#tip").inner_text()
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for told in (said, tip):
        figures, power = re.search(r"q = ([\d.]+)·10([⁻⁰¹²³⁴-⁹]+)", told).groups()
        q = float(figures) * 10.0 ** int(power.translate(plain))
        assert q == pytest.approx(slow.q[0], rel=0.1)
    logits = tip.split("Logits: ")[1]
    assert [part.split("\u00a0")[:2] for part in logits.split(", ")] == [
        ["class", str(i)] for i in range(3)
    ]
    assert f"longest time constant {modes.tau[0].max():.3g} words" in said or "over 100,000" in said
    assert "nearest corner: class " in said
    page.locator("#canvas").focus()
    page.keyboard.press(".")
    assert page.locator("#details").inner_text().startswith("Slow point 2 of 80")
    page.mouse.move(3, 3)
    box = page.locator("#canvas").bounding_box()
    places = np.array(page.evaluate("explorer.places()"))[:, :2]
    lonely = np.sort(np.linalg.norm(places[:, None] - places, axis=2))[:, 1].argmax()
    page.mouse.move(box["x"] + places[lonely, 0] + 2, box["y"] + places[lonely, 1])
    assert page.locator("#details").inner_text().startswith(f"Slow point {lonely + 1} of 80")
    page.mouse.move(box["x"] + 3, box["y"] + box["height"] / 2)
    assert page.locator("#details").inner_text().startswith("Point at a slow point")


def test_a_tap_shows_a_point(browser, made):
    with opened(browser, made, width=390, has_touch=True) as page:
        page.locator("#canvas").scroll_into_view_if_needed()
        box, place = page.locator("#canvas").bounding_box(), page.evaluate("explorer.places()[7]")
        page.touchscreen.tap(box["x"] + place[0], box["y"] + place[1])
        assert page.locator("#details").inner_text().startswith("Slow point ")


def test_readouts_are_named_in_the_colours_of_their_classes(page):
    names = page.locator("#labels span")
    assert names.all_text_contents() == ["class 0", "class 1", "class 2"]
    colours = names.evaluate_all(
        "names => names.map((name) => getComputedStyle(name).borderBottomColor)"
    )
    drawn = [style.class_colour(i).lstrip("#") for i in range(3)]
    assert colours == [f"rgb({', '.join(str(b) for b in bytes.fromhex(c))})" for c in drawn]


def test_l2_is_asked_for_only_where_there_are_several(browser, folder, files, page):
    assert not page.locator("#l2").is_visible()
    stronger = fake_explored(fake_meta(), "gru", l2="5e-3", seed=12)
    made = save_page(folder / "several.html", fake_meta(), [files["gru"], stronger, files["lstm"]])
    with opened(browser, made) as several:
        before = position(several)
        choose(several, "L2", "5e-3")
        assert several.locator("#seed").input_value() == "12"
        assert np.abs(position(several) - before).max() > 1e-3
        assert "&l2=5e-3&seed=12&" in several.evaluate("location.hash")
        choose(several, "Cell", "lstm")
        assert several.locator("#l2").input_value() == "3e-4"


def test_the_location_keeps_and_restores_the_choice(browser, made, page):
    choose(page, "Cell", "gru")
    choose(page, "Seed", "11")
    choose(page, "Sentence", "3")
    choose(page, "Compare with", "same")
    choose(page, "Colour points by", "q")
    page.locator(".words button").nth(4).click()
    fragment = page.evaluate("location.hash")
    assert fragment.startswith("#model=gru&seed=11&sentence=3&order=0&step=5")
    with opened(browser, made, fragment) as again:
        assert again.evaluate("explorer.state") == page.evaluate("explorer.state")
        np.testing.assert_allclose(position(again), position(page))
        assert words_of(again, 1) == words_of(page, 1)
        assert again.locator("#seed").input_value() == "11"


@pytest.mark.parametrize(
    "fragment",
    [
        "#model=none&seed=x&sentence=99&order=7&step=-4",
        "#step=999&shade=9&view=4",
        "#%%%",
        "#shade=length&__proto__=1&constructor=2",
    ],
)
def test_a_wrong_location_is_mended(browser, made, files, fragment):
    with opened(browser, made, fragment) as page:
        assert page.locator("html").get_attribute("data-ready") == "1"
        words = words_of(page)
        assert words == expected_words(telling_sentence(files["gru"].traces, range(5), False))
        assert 0 <= step(page) <= len(words)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "fragment", ["", "#sentence=1&otherSentence=4&view=3&shade=1", "#colour=q&otherSentence=same"]
)
def test_nothing_overlaps_or_sticks_out(browser, made, width, fragment):
    with opened(browser, made, fragment, width=width) as page:
        assert overlaps(page) == []
        assert overflow(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_of_labels_is_in_order(browser, labelled, width):
    with opened(browser, labelled, "#otherSentence=same", width=width) as page:
        assert page.get_by_role("button", name="3-d").get_attribute("aria-pressed") == "true"
        assert "label" in page.locator(".verdict").first.inner_text()
        assert (overlaps(page), overflow(page), contrast(page)) == ([], [], [])


@pytest.mark.parametrize("fragment", ["", "#otherSentence=same&shade=2&colour=q&step=3"])
def test_contrast_and_names_meet_the_guidelines(browser, made, fragment):
    with opened(browser, made, fragment) as page:
        assert contrast(page) == []
        assert accessibility(page) == []


def test_the_checks_find_what_is_wrong(page):
    page.evaluate("""() => {
      const made = () => document.createElement("p");
      const add = (style, textContent) =>
        document.body.append(Object.assign(made(), { style, textContent }));
      add("position: absolute; left: 10px; top: 10px; margin: 0", "one on");
      add("position: absolute; left: 14px; top: 12px; margin: 0", "another");
      add("color: #bbb", "pale");
      add("width: 3000px", "wide");
    }""")
    assert ["one on", "another"] in overlaps(page)
    assert any("P#" in found for found in overflow(page))
    assert any("pale" in found for found in contrast(page))


def test_a_word_that_looks_like_markup_does_nothing(page):
    choose(page, "Sentence", "1")
    assert NASTY in words_of(page)
    page.wait_for_timeout(100)
    assert page.evaluate("window.hurt") is None
    assert page.locator("img").count() == 0
