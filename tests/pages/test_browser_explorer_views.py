"""The explorer's views in a browser: opening, touch, links, export, panels, layers, dark paper."""

import csv
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from browser import accessibility, contrast, opened, overflow, overlaps, wait_until
from conftest import PROJECT
from explorer_run import fake_explored, fake_meta, save_page

from rnn_geometry.pages._explorer_traces import telling_sentence

ALIGN = PROJECT / "workflow/rnn_geometry/pages/templates/explorer/align.js"
THERE = "#model=gru&seed=10&sentence=3"
SIDE_BY_SIDE = f"{THERE}&side=cells&view=3"


@pytest.fixture(scope="module")
def files():
    """Return four networks of five classes, whose manifold has four dimensions."""
    meta = fake_meta(5)
    plans = [("vanilla", 10), ("gru", 10), ("gru", 11), ("lstm", 10)]
    return {plan: fake_explored(meta, plan[0], seed=plan[1]) for plan in plans}


@pytest.fixture(scope="module")
def made(tmp_path_factory, files):
    path = tmp_path_factory.mktemp("views") / "page.html"
    return save_page(path, fake_meta(5), list(files.values()))


@pytest.fixture
def page(browser, made):
    with opened(browser, made, THERE) as page:
        yield page


def pixels(page):
    return page.evaluate("document.getElementById('canvas').toDataURL()")


def places(page, panel=0):
    return np.array(page.evaluate(f"explorer.places({panel})"))


def open_menu(page, name):
    page.locator("summary", has_text=name).click()


# The opening


def test_it_opens_before_the_first_word_of_a_telling_sentence_of_a_gru_and_plays(
    browser, made, files
):
    with opened(browser, made) as page:
        state = page.evaluate("explorer.state")
        told = telling_sentence(files["gru", 10].traces, range(5), False)
        assert (state["model"], state["seed"]) == ("gru", "10")
        assert (state["sentence"], state["step"]) == (str(told), 0)
        wait_until(page, "explorer.state.step >= 1")
        assert page.locator("#play").inner_text() == "Pause"


@pytest.mark.parametrize("stopped", ["motion", "hand"])
def test_it_does_not_play_by_itself_where_motion_is_not_wanted(browser, made, stopped):
    motion = "reduce" if stopped == "motion" else "no-preference"
    with opened(browser, made, reduced_motion=motion) as page:
        if stopped == "hand":
            page.mouse.click(3, 300)
        page.wait_for_timeout(2000)
        assert page.evaluate("explorer.state.step") == 0
        assert page.locator("#play").inner_text() == "Play"


# Touch


class Fingers:
    """Fingers on a page, by Chromium's own protocol."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)

    def put(self, kind, *at):
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag(self, paths):
        """Move each finger along its path of places."""
        self.put("touchStart", *[path[0] for path in paths])
        for at in list(zip(*paths, strict=True))[1:]:
            self.put("touchMove", *at)
        self.put("touchEnd")


def line(start, end, count=8):
    return [tuple(point) for point in np.linspace(start, end, count)]


@pytest.fixture
def phone(browser, made):
    fragment = f"{THERE}&view=3"
    options = {"has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
    with opened(browser, made, fragment, width=390, height=844, **options) as page:
        page.evaluate("document.getElementById('stage').scrollIntoView({block: 'center'})")
        yield page


def middle_of(page):
    box = page.locator("#canvas").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_on_the_stage_turns_and_does_not_scroll(phone):
    x, y = middle_of(phone)
    before, scrolled = phone.evaluate("explorer.turn()"), phone.evaluate("window.scrollY")
    Fingers(phone).drag([line((x, y + 60), (x, y - 60))])
    wait_until(phone, f"explorer.turn()[1] < {before[1] - 0.5}")
    assert phone.evaluate("window.scrollY") == scrolled


def test_a_finger_beside_the_stage_scrolls_and_does_not_turn(phone):
    box = phone.locator(".strip").first.bounding_box()
    before, scrolled = phone.evaluate("explorer.turn()"), phone.evaluate("window.scrollY")
    Fingers(phone).drag([line((200, box["y"] + 10), (200, box["y"] - 190), 20)])
    wait_until(phone, f"window.scrollY > {scrolled + 50}")
    assert phone.evaluate("explorer.turn()") == before


def test_two_fingers_zoom_and_move(phone):
    x, y = middle_of(phone)
    before = places(phone)[:, :2]
    _, _, zoom, *pan, _ = phone.evaluate("explorer.look()")
    paths = [line((x - 40, y), (x - 80, y)), line((x + 40, y), (x + 120, y))]
    Fingers(phone).drag(paths)
    wait_until(phone, f"explorer.look()[2] > {zoom * 1.9}")
    *_, size, right, down, _ = phone.evaluate("explorer.look()")
    assert 2.2 < size / zoom < 2.8  # from 80 to 200 pixels
    assert right > pan[0] + 0.02
    assert abs(down - pan[1]) < 0.05
    after = places(phone)[:, :2]
    ratio = np.ptp(after, axis=0) / np.ptp(before, axis=0)
    np.testing.assert_allclose(ratio, size / zoom, rtol=1e-3)


# Links


def test_a_link_leads_to_the_same_view(browser, made, page):
    page.get_by_role("button", name="3-d").click()
    page.get_by_role("combobox", name="Side by side").select_option("cells")
    open_menu(page, "Layers")
    page.get_by_role("checkbox", name="final states").check()
    page.get_by_role("checkbox", name="readouts").uncheck()
    open_menu(page, "Components")
    page.get_by_role("combobox", name="depth").select_option("4")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Zoom in").click()
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "location.hash.includes('look=')")
    page.wait_for_timeout(500)
    fragment = page.evaluate("location.hash")
    with opened(browser, made, fragment) as again:
        assert again.evaluate("explorer.state") == page.evaluate("explorer.state")
        assert again.evaluate("explorer.look()") == page.evaluate("explorer.look()")
        np.testing.assert_allclose(places(again, 1), places(page, 1), atol=0.2)
        assert again.evaluate("explorer.state.components") == "1,2,4"
        assert again.evaluate("explorer.state.layers") == "points.shape.final"


@pytest.mark.parametrize("look", ["1,2", "a,b,c,d,e,f", "0,99,1e9,0,0,0", ""])
def test_a_wrong_view_is_mended(browser, made, look):
    wrong = f"{THERE}&look={look}&components=1,1,9&layers=none.points&side=all"
    with opened(browser, made, wrong) as page:
        _, pitch, zoom, *_ = page.evaluate("explorer.look()")
        assert abs(pitch) <= 1.5
        assert zoom <= 40
        state = page.evaluate("explorer.state")
        assert state["components"] == "1,2,3"
        assert (state["layers"], state["side"]) == ("points", "alone")


def test_the_link_is_copied_or_shown(page):
    open_menu(page, "Share")
    page.get_by_role("button", name="Copy link").click()
    wait_until(page, "document.getElementById('shared').textContent !== ''")
    said = page.locator("#shared").inner_text()
    assert said.startswith("The link is copied") or page.evaluate("location.href") in said


# Export


def saved(page, name):
    open_menu(page, "Share")
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value


def test_the_picture_is_saved_as_png_and_svg(browser, made):
    with opened(browser, made, SIDE_BY_SIDE) as page:
        before = pixels(page)
        png = saved(page, "PNG")
        assert png.suggested_filename == "colours-3_gru_10.png"
        content = png.path().read_bytes()
        width = int.from_bytes(content[16:20], "big")
        assert content.startswith(b"\x89PNG")
        shown = page.evaluate("document.getElementById('canvas').clientWidth")
        assert width == pytest.approx(3 * shown, abs=3)
        open_menu(page, "Share")
        root = ElementTree.fromstring(saved(page, "SVG").path().read_text())
        dots = [
            one for one in root.iter() if one.tag.endswith("circle") and one.get("stroke") is None
        ]
        words = [one.text for one in root.iter() if one.tag.endswith("text")]
        assert len(dots) >= 3 * 80
        assert {"GRU, seed 10", "vanilla, seed 10", "LSTM, seed 10", "class 4"} <= set(words)
        assert pixels(page) == before


def test_words_are_saved_as_csv(page, files):
    page.get_by_role("combobox", name="Compare with").select_option("same")
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV").path().read_text())))
    traces = files["gru", 10].traces
    first, last = traces.offsets[9] + 9, traces.offsets[10] + 10
    own = [row for row in rows if row["order"] == "as written"]
    assert len(own) == last - first
    assert len(rows) == 2 * len(own)
    found = [[float(row[f"logit class {i}"]) for i in range(5)] for row in own]
    np.testing.assert_allclose(found, traces.logits[first:last], rtol=1e-4, atol=1e-6)
    effects = np.diff(traces.logits[first:last].astype(float), axis=0)
    told = [float(row["effect class 2"]) for row in own[1:]]
    np.testing.assert_allclose(told, (effects - effects.mean(1, keepdims=True))[:, 2], atol=1e-4)
    assert own[0]["word"] == own[0]["effect class 2"] == ""
    assert own[1]["component_4"] != ""


# Side by side


def test_networks_side_by_side_turn_and_read_together(browser, made, files):
    with opened(browser, made, f"{SIDE_BY_SIDE}&step=1") as page:
        names, outputs = zip(*page.evaluate("explorer.panels()"), strict=True)
        assert list(names) == ["GRU, seed 10", "vanilla, seed 10", "LSTM, seed 10"]
        assert (
            "Beside it: vanilla, seed 10; LSTM, seed 10." in page.locator("#network").inner_text()
        )
        before = [places(page, i) for i in range(3)]
        page.locator("#canvas").focus()
        page.keyboard.press("ArrowRight")
        wait_until(page, f"Math.abs(explorer.places(2)[0][0] - {before[2][0, 0]}) > .01")
        assert all(np.abs(places(page, i) - before[i]).max() > 1 for i in range(3))
        page.get_by_role("button", name="One word forward").click()
        for i, plan in enumerate([("gru", 10), ("vanilla", 10), ("lstm", 10)]):
            traces = files[plan].traces
            expected = traces.logits[traces.offsets[9] + 9 + 2]
            np.testing.assert_allclose(
                page.evaluate("explorer.panels()")[i][1], expected, atol=1e-5
            )
            assert not np.allclose(outputs[i], expected)


def test_a_turned_or_mirrored_network_is_turned_back_and_what_no_readout_fixes_stays(page):
    rng = np.random.default_rng(3)
    first = rng.standard_normal((6, 4))
    first[:, 2:] = 0  # a plane in three components of the manifold, and one beyond
    turn = np.eye(4)
    turn[:2, :2] = [[0.6, 0.8], [0.8, -0.6]]  # a mirror
    script = f"({{first, other}}) => {{ {ALIGN.read_text()}; return [turnTo(first, other, 3)"
    script += ", Array.from(turnedBack([0, 1, 0, 5], turnTo(first, other, 3)))]; }"
    rows = {"first": first.tolist(), "other": (2 * first @ turn).tolist()}
    found, back = page.evaluate(script, rows)
    np.testing.assert_allclose(found, turn[:3, :3].T, atol=1e-4)
    np.testing.assert_allclose(back, [0.8, -0.6, 0, 5], atol=1e-4)


def test_networks_side_by_side_point_alike(browser, made):
    with opened(browser, made, SIDE_BY_SIDE.replace("view=3", "view=2")) as page:
        first, *others = (np.array(page.evaluate(f"explorer.arrows({i})"))[:, :2] for i in range(3))
        assert all((first * other).sum() > 0 for other in others)
        assert "Turned so that readouts point alike" in page.locator("#network").inner_text()


def test_every_network_on_show_has_its_logits(browser, made, files):
    with opened(browser, made, f"{SIDE_BY_SIDE}&step=2") as page:
        heads = page.locator("#bars [role=columnheader]").all_inner_texts()
        assert heads == ["GRU, seed 10", "vanilla, seed 10", "LSTM, seed 10"]
        shown = [text.replace("−", "-") for text in page.locator("#bars b").all_inner_texts()]
        columns = np.array(shown, dtype=float).reshape(5, 3).T
        for column, plan in zip(columns, [("gru", 10), ("vanilla", 10), ("lstm", 10)], strict=True):
            traces = files[plan].traces
            expected = traces.logits[traces.offsets[9] + 9 + 2]
            np.testing.assert_allclose(column, expected, atol=0.006)


def test_seeds_side_by_side_are_those_of_the_cell(page):
    page.get_by_role("combobox", name="Side by side").select_option("seeds")
    names = [name for name, _ in page.evaluate("explorer.panels()")]
    assert names == ["GRU, seed 10", "GRU, seed 11"]
    page.get_by_role("combobox", name="Cell", exact=True).select_option("lstm")
    assert [name for name, _ in page.evaluate("explorer.panels()")] == ["LSTM, seed 10"]


def test_a_point_of_another_panel_tells_of_that_network(browser, made, files):
    with opened(browser, made, SIDE_BY_SIDE) as page:
        box, at = page.locator("#canvas").bounding_box(), places(page, 1)[:, :2]
        lonely = np.sort(np.linalg.norm(at[:, None] - at, axis=2))[:, 1].argmax()
        page.mouse.move(box["x"] + at[lonely, 0], box["y"] + at[lonely, 1])
        assert page.locator("#tip").is_visible()
        said = page.locator("#tip").inner_text()
        states, slow = files["vanilla", 10].states, files["vanilla", 10].slow_points.points
        point = slow[np.isfinite(slow).all(axis=1)][lonely]
        logits = point @ states.readout.T + states.readout_bias
        assert said.startswith(f"Slow point {lonely + 1}: class {logits.argmax()}")
        assert f"class {logits.argmax()} +{logits.max():.1f}" in said.replace("\u00a0", " ")
        assert "of the step at a word" in said
        page.mouse.move(3, 3)
        assert not page.locator("#tip").is_visible()


# Components, layers, motion


def test_a_fourth_component_is_shown_and_read_along(page, files):
    before = places(page)
    open_menu(page, "Components")
    page.get_by_role("combobox", name="up", exact=True).select_option("4")
    assert page.evaluate("explorer.state.components") == "1,4,3"
    assert np.abs(places(page)[:, 1] - before[:, 1]).max() > 5
    assert len(page.evaluate("explorer.position()")) == 4
    page.get_by_role("combobox", name="across", exact=True).select_option("4")
    assert page.evaluate("explorer.state.components") == "4,1,3"


def test_the_tour_goes_through_all_components_until_it_is_stopped(page):
    before = places(page)
    page.get_by_role("button", name="Tour").click()
    wait_until(page, "explorer.look()[5] > .1")
    page.get_by_role("button", name="Tour").click()
    wait_until(page, "location.hash.includes('look=')")
    now = page.evaluate("explorer.look()")
    assert np.abs(places(page) - before).max() > 2
    page.wait_for_timeout(200)
    assert page.evaluate("explorer.look()") == now
    page.get_by_role("button", name="Reset the view").click()
    np.testing.assert_allclose(places(page), before, atol=1e-6)


def test_menus_close_where_the_hand_goes_elsewhere(page):
    open_menu(page, "Layers")
    open_menu(page, "Share")
    assert page.locator("details[open]").count() == 1
    page.mouse.click(3, 300)
    assert page.locator("details[open]").count() == 0


def test_each_layer_is_seen(page):
    open_menu(page, "Layers")
    for name in ("final states", "slow points", "edges and faces", "readouts"):
        before = pixels(page)
        page.get_by_role("checkbox", name=name).click()
        assert pixels(page) != before
    assert page.get_by_role("checkbox", name="flow").is_disabled()
    assert page.locator("#labels span:visible").count() == 0


@pytest.mark.parametrize(("motion", "coasts"), [("reduce", False), ("no-preference", True)])
def test_a_drag_goes_on_for_a_moment(browser, made, motion, coasts):
    with opened(browser, made, f"{THERE}&view=3", reduced_motion=motion) as page:
        x, y = middle_of(page)
        page.evaluate(
            """([x, y]) => {
          const canvas = document.getElementById("canvas");
          canvas.setPointerCapture = () => {};
          const fire = (kind, at) => canvas.dispatchEvent(
            new PointerEvent(kind, { pointerId: 9, clientX: at, clientY: y, bubbles: true }));
          fire("pointerdown", x);
          for (let i = 1; i < 9; i += 1) fire("pointermove", x + 12 * i);
          fire("pointerup", x + 96);
          window.yaw = explorer.turn()[0];
        }""",
            [x, y],
        )
        page.wait_for_timeout(400)
        assert (page.evaluate("explorer.turn()[0] - window.yaw") > 0.01) == coasts


# The whole sentence, terms, words that are not known


def test_the_whole_sentence_has_a_square_a_word_and_class_and_a_cursor(page, files):
    length = int(np.diff(files["gru", 10].traces.offsets)[9])
    assert page.locator("#whole title").count() == 5 * length
    assert page.locator("#whole polyline").count() == 5
    cursor = page.locator("#whole line").last
    ends = float(cursor.get_attribute("x1"))
    page.get_by_role("button", name="One word back").click()
    assert float(cursor.get_attribute("x1")) < ends
    square = page.locator("#whole rect:has(title)").nth(5 * 2)
    square.scroll_into_view_if_needed()
    box = square.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    assert page.evaluate("explorer.state.step") == 3


def test_terms_are_explained_where_they_stand(page):
    page.locator(".steps summary").click()
    page.locator(".term", has_text="slow point").hover()
    assert "hardly leaves" in page.locator("#gloss").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#gloss").is_visible()
    page.locator(".term", has_text="readout").focus()
    assert page.locator("#gloss").inner_text().startswith("readout")


def test_a_sentence_of_unknown_words_alone_says_so_and_stays(page):
    before = page.evaluate("explorer.state")
    page.get_by_role("textbox", name="Words").fill("marvellous dull")
    page.get_by_role("button", name="Read it").click()
    said = page.locator("#typedNote").inner_text()
    assert said == (
        "None of these words is in the vocabulary: marvellous, dull. The sentence on show stays."
    )
    assert page.evaluate("explorer.state") == before


# How it looks


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1920, 1280, 390])
def test_it_is_in_order_on_dark_and_light_paper(browser, made, scheme, width):
    fragment = f"{SIDE_BY_SIDE}&otherSentence=same&shade=1"
    with opened(browser, made, fragment, width=width, color_scheme=scheme) as page:
        page.locator("h1").wait_for()
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(map(int, re.findall(r"\d+", paper)[:3])) > 600
        assert light == (scheme == "light")
        assert (overlaps(page), overflow(page)) == ([], [])
        assert contrast(page) == []
        assert accessibility(page) == []


def test_the_canvas_follows_the_paper(browser, made):
    with opened(browser, made, THERE, color_scheme="light") as page:
        before = pixels(page)
        page.emulate_media(color_scheme="dark")
        wait_until(page, "getComputedStyle(document.body).color !== 'rgb(34, 34, 34)'")
        # The canvas is drawn anew in a later frame.
        wait_until(page, f"document.getElementById('canvas').toDataURL() !== '{before}'")


@pytest.mark.parametrize("menu", ["Layers", "Components", "Share", "More"])
def test_nothing_scrolls_sideways_on_a_phone(browser, made, menu):
    with opened(browser, made, SIDE_BY_SIDE, width=390, height=844, has_touch=True) as page:
        open_menu(page, menu)
        assert overflow(page) == []


def test_on_a_phone_play_is_on_the_first_screen_and_the_rest_of_the_tools_one_touch_away(phone):
    phone.evaluate("window.scrollTo(0, 0)")
    play = phone.locator("#play").bounding_box()
    assert play["y"] + play["height"] <= 844
    assert not phone.locator("#zoomIn").is_visible()
    open_menu(phone, "More")
    for name in ("zoomIn", "pointForward", "colour"):
        assert phone.locator(f"#{name}").is_visible()


def test_on_a_phone_cell_sentence_and_picture_are_on_the_first_screen(phone):
    phone.evaluate("window.scrollTo(0, 0)")
    box = phone.locator("#canvas").bounding_box()
    assert box["y"] + 0.7 * box["height"] < 844
    for name in ("model", "sentence"):
        assert phone.locator(f"#{name}").bounding_box()["y"] < box["y"]
    places = "['canvas', 'seed'].map((id) => document.getElementById(id))"
    follows = f"(({places}) && ({places})[0].compareDocumentPosition(({places})[1])) & 4"
    assert phone.evaluate(follows) == 4


@pytest.mark.parametrize(
    ("width", "height", "tall"), [(1280, 800, 460), (1280, 900, 560), (1920, 1080, 740)]
)
def test_stage_words_and_transport_are_on_one_screen(browser, made, width, height, tall):
    with opened(browser, made, THERE, width=width, height=height) as page:
        box = page.locator("#canvas").bounding_box()
        assert box["height"] > tall
        words = page.locator(".words").bounding_box()
        assert words["y"] + words["height"] < height
        play = page.locator("#play").bounding_box()
        assert play["y"] + play["height"] < height


# What is read without scrolling


@pytest.mark.parametrize(
    ("height", "fragment"), [(800, ""), (657, ""), (900, f"{SIDE_BY_SIDE[1:]}&otherSentence=same")]
)
def test_all_words_of_a_sentence_are_seen_at_once(browser, made, height, fragment):
    with opened(browser, made, f"#{fragment or THERE[1:]}", width=1280, height=height) as page:
        frame = page.locator("#strips").bounding_box()
        words = [word.bounding_box() for word in page.locator(".words button").all()]
        assert all(frame["y"] <= w["y"] < w["y"] + w["height"] <= height for w in words)
        assert page.locator(".words.running").count() == 0
        slider = page.locator("#step").bounding_box()
        assert max(w["y"] + w["height"] for w in words) <= slider["y"]


def test_of_many_words_one_row_runs_with_the_word_that_is_read_in_sight(browser, made):
    words = " ".join(f"word_{i % 4}" for i in range(60))
    typed = f"{THERE.replace('sentence=3', 'sentence=typed')}&text={words.replace(' ', '%20')}"
    with opened(browser, made, typed, width=390, height=844) as page:
        row = page.locator(".words.running").bounding_box()
        for step in (60, 31, 1):
            page.locator("#step").fill(str(step))
            chip = page.locator(".words [aria-current]").bounding_box()
            assert row["x"] <= chip["x"] < chip["x"] + chip["width"] <= row["x"] + row["width"]
            assert row["y"] <= chip["y"] < chip["y"] + chip["height"] <= row["y"] + row["height"]
            classes = page.locator(".words").get_attribute("class").split()
            cues = {name for name in ("before", "after") if name in classes}
            assert cues == {60: {"before"}, 31: {"before", "after"}, 1: {"after"}}[step]


def test_points_fill_the_stage(browser, made):
    for view in ("2", "3"):
        with opened(browser, made, f"{THERE}&view={view}", width=1280, height=800) as page:
            box, at = page.locator("#canvas").bounding_box(), places(page)[:, :2]
            assert np.ptp(at, axis=0).max() > 0.6 * min(box["width"], box["height"])


def least_angle(arrows):
    """Return the least angle, in degrees, between arrows (C, 2)."""
    turns = np.sort(np.degrees(np.arctan2(arrows[:, 1], arrows[:, 0])))
    return np.diff(np.append(turns, turns[0] + 360)).min()


def test_a_page_opens_where_readouts_are_apart(browser, made):
    with opened(browser, made, f"{THERE}&view=3") as page:
        arrows = np.array(page.evaluate("explorer.arrows()"))[:, :2]
        yaw, pitch = page.evaluate("explorer.turn()")
        before = []
        for look in ("-0.55,0.4", "1.02,0.4", "0.2,-0.3", f"{yaw + 0.4},{pitch}"):
            page.evaluate(f"location.hash = '{THERE}&view=3&look={look},1,0,0,0'")
            wait_until(page, f"Math.abs(explorer.turn()[0] - {look.split(',')[0]}) < .01")
            before.append(least_angle(np.array(page.evaluate("explorer.arrows()"))[:, :2]))
        assert least_angle(arrows) > max(before)
        page.get_by_role("button", name="Reset the view").click()
        np.testing.assert_allclose(page.evaluate("explorer.turn()"), [yaw, pitch])


def test_on_a_phone_panels_have_short_names_and_their_choice_leads_to_the_picture(browser, made):
    with opened(browser, made, THERE, width=390, height=844, reduced_motion="reduce") as page:
        page.locator("#more summary").click()
        page.get_by_role("combobox", name="Side by side").select_option("cells")
        assert not page.locator("#more .sheet").is_visible()
        assert abs(page.locator(".stage").bounding_box()["y"]) < 2
        assert set(page.locator("#labels span").all_text_contents()) == set("01234")
        legend = page.locator("#legend").bounding_box()
        assert legend["y"] + legend["height"] < 844
        assert "class 4" in page.locator("#legend").inner_text()


def test_what_is_said_of_a_point_is_not_cut(browser, made):
    with opened(browser, made, SIDE_BY_SIDE, height=900) as page:
        page.get_by_role("button", name="Next slow point").click()
        assert page.locator("#details").inner_text().startswith("Slow point 1 of 80")
        assert page.evaluate("""() => ["pointBack", "pointForward", "bars"].every((id) => {
          const box = document.getElementById(id).getBoundingClientRect();
          return [...document.querySelectorAll(".side, .tools")].every((frame) =>
            !frame.contains(document.getElementById(id))
              || box.bottom <= frame.getBoundingClientRect().bottom + 1);
        })""")


@pytest.mark.parametrize("at", ["&step=0", "&step=999"])
def test_the_verdict_on_the_sentence_is_seen_at_once_on_a_small_screen(browser, made, at):
    with opened(browser, made, THERE + at) as page:
        box = page.locator(".verdict").bounding_box()
        frame = page.locator(".side").bounding_box()
        assert box["y"] >= frame["y"]
        assert box["y"] + box["height"] <= min(frame["y"] + frame["height"], 900)


def test_words_below_the_squares_are_not_cut(browser, made, tmp_path):
    wide = tmp_path / "wide.html"
    wide.write_text(made.read_text().replace('"neutral"', '"wwwwwwwwwww"'))
    with opened(browser, wide, THERE) as page:
        assert "wwwwwwwwwww" in page.locator("#whole").text_content()
        cut = page.evaluate(
            """() => { const host = document.getElementById("whole").getBoundingClientRect();
            return [...document.querySelectorAll("#whole text")].filter((text) =>
              text.getBoundingClientRect().bottom > host.bottom + 1).map((t) => t.textContent); }"""
        )
        assert cut == []


def corners_of(page, selector):
    box = page.locator(selector).bounding_box()
    return np.array([[box["x"], box["y"]], [box["x"] + box["width"], box["y"] + box["height"]]])


@pytest.mark.parametrize(
    ("width", "height", "columns"), [(1400, 790, 2), (1580, 790, 4), (1400, 500, 4), (900, 300, 2)]
)
def test_no_panel_is_narrower_than_half_its_height(page, width, height, columns):
    boxes = page.evaluate(f"explorer.layout(4, {width}, {height})")
    assert len({box["left"] for box in boxes}) == columns
    assert all(box["width"] > 0.49 * box["height"] for box in boxes)


@pytest.mark.parametrize("colour", ["class", "q"])
@pytest.mark.parametrize("height", [720, 900])
def test_the_legend_stands_in_the_stage(browser, made, colour, height):
    with opened(browser, made, f"{THERE}&colour={colour}", width=1280, height=height) as page:
        stage, legend = corners_of(page, ".stage"), corners_of(page, "#legend")
        assert (stage[0] <= legend[0]).all()
        assert (legend[1] <= np.minimum(stage[1], [1280, height])).all()
        assert corners_of(page, "#canvas")[1, 1] <= legend[0, 1] + 1


def test_what_a_point_is_stands_away_from_the_centre_and_no_menu_lies_below_it(page):
    canvas, origin = corners_of(page, "#canvas")[0], page.evaluate("explorer.origin()")
    outwards = []
    for i in range(20):
        page.locator("#pointForward").click()
        box, point = corners_of(page, "#tip") - canvas, places(page)[i, :2]
        for place in (point, origin):
            assert not ((box[0] < place) & (place < box[1])).all()
        middle = box.mean(axis=0)
        outwards.append(np.linalg.norm(middle - origin) > np.linalg.norm(point - origin))
    assert sum(outwards) >= 18
    open_menu(page, "Layers")
    assert not page.locator("#tip").is_visible()


@pytest.mark.parametrize(
    ("view", "told"), [("3", "1 of 4 dimensions is"), ("2", "2 of 4 dimensions are")]
)
def test_the_stage_tells_which_dimensions_it_does_not_show(browser, made, view, told):
    with opened(browser, made, f"{THERE}&view={view}") as page:
        assert page.locator("#hiddenAxes").inner_text().startswith(f"{told} not seen")
        page.get_by_role("button", name="Tour").click()
        page.wait_for_timeout(100)
        assert not page.locator("#hiddenAxes").is_visible()


def test_logits_that_tie_have_two_decimals(page):
    told = []
    for _ in range(80):
        page.locator("#pointForward").click()
        logits = page.locator("#tip").inner_text().split("Logits: ")[1].replace("−", "-")
        told.append(re.findall(r"[+-]?\d+\.\d+(?=,|$)", logits))
    tied = [[len(one.split(".")[1]) for one in row] for row in told]
    assert all(len(set(digits)) == 1 for digits in tied)
    for row, digits in zip(told, tied, strict=True):
        first, second = sorted(map(float, row))[:-3:-1]
        assert (digits[0] == 2) == (f"{first:.1f}" == f"{second:.1f}")
    assert {digits[0] for digits in tied} == {1, 2}
