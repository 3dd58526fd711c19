"""The manifold during training in a browser: slider by mouse, keys and touch, panels, links."""

import numpy as np
import pytest
from browser import accessibility, contrast, opened, overflow, overlaps, wait_until
from explorer_run import fake_explored, fake_meta, followed, save_page

LAYERS = "layers=points.readouts.shape.final.training"
THERE = f"#model=gru&seed=10&sentence=3&{LAYERS}"
QUIET = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a page of a GRU, a vanilla network of other steps, and an LSTM without any."""
    meta = fake_meta(4)
    gru, vanilla = fake_explored(meta, "gru"), fake_explored(meta, "vanilla")
    other = followed(vanilla, steps=(0, 12, 50, 200), kept=200)
    path = tmp_path_factory.mktemp("training") / "page.html"
    return save_page(path, meta, [followed(gru), other, fake_explored(meta, "lstm")])


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return a page of a network whose training was not followed."""
    path = tmp_path_factory.mktemp("plain") / "page.html"
    return save_page(path, fake_meta(4), [fake_explored(fake_meta(4), "gru")])


@pytest.fixture
def page(browser, made):
    with opened(browser, made, THERE, **QUIET) as page:
        yield page


def shown(page):
    return page.evaluate("explorer.trained()")


def slider(page):
    return page.get_by_role("slider", name="Training")


def places(page, panel=0):
    return np.array(page.evaluate(f"explorer.places({panel})"))[:, :2]


def spread(page, panel=0):
    return np.linalg.norm(np.ptp(places(page, panel), axis=0))


def test_the_row_is_there_once_the_layer_is_on(browser, made):
    with opened(browser, made, "#model=gru&seed=10&sentence=3", **QUIET) as page:
        assert not page.locator("#training").is_visible()
        page.locator("summary", has_text="Layers").click()
        page.get_by_role("checkbox", name="training").check()
        assert page.locator("#training").is_visible()
        assert page.locator("#trainedStep").inner_text() == "step 80 of 80"
        assert "it reads the sentence" in page.locator("#trainedNote").inner_text()
        page.get_by_role("combobox", name="Cell", exact=True).select_option("lstm")
        assert not page.locator("#training").is_visible()
        assert page.get_by_role("checkbox", name="training").is_disabled()


def test_a_page_without_snapshots_does_not_know_the_layer(browser, plain):
    with opened(browser, plain, THERE, **QUIET) as page:
        page.locator("summary", has_text="Layers").click()
        assert page.get_by_role("checkbox", name="training").count() == 0
        assert not page.locator("#training").is_visible()
        assert "training" not in page.evaluate("explorer.state.layers")


def test_points_grow_from_the_first_step_to_the_last_at_one_scale(page):
    sizes = []
    for step in range(4):
        slider(page).fill(str(step))
        sizes.append(spread(page))
    assert sizes == sorted(sizes)
    assert sizes[0] < 1 < 100 < sizes[3]
    assert sizes[1] == pytest.approx(sizes[3] / 3, rel=0.01)


def test_numbers_stand_beside_the_slider(page):
    slider(page).fill("0")
    told = page.locator("#trainedTold").inner_text()
    assert told == "loss 1.200, test accuracy 0.300, slow points are one point"
    slider(page).fill("1")
    assert "no gap defines slow points" in page.locator("#trainedTold").inner_text()
    slider(page).fill("2")
    assert "dimension 1.3" in page.locator("#trainedTold").inner_text()
    assert page.locator("#trainedStep").inner_text() == "step 20 of 80"
    assert slider(page).get_attribute("aria-valuetext").startswith("step 20 of 80, loss 0.533")
    assert "not drawn here" in page.locator("#trainedNote").inner_text()


def test_the_slider_is_dragged_by_the_mouse(page):
    box = slider(page).bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, middle, steps=6)
    page.mouse.up()
    assert shown(page) == [0]
    assert "trained=0" in page.evaluate("location.hash")


def test_keys_move_the_slider_and_not_the_sentence(page):
    before = page.evaluate("explorer.state.step")
    slider(page).focus()
    page.keyboard.press("Home")
    assert shown(page) == [0]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert shown(page) == [20]
    page.keyboard.press("End")
    assert shown(page) == [80]
    assert page.evaluate("explorer.state.step") == before


def test_a_finger_moves_the_slider(browser, made):
    options = {"has_touch": True, "is_mobile": True, **QUIET}
    with opened(browser, made, THERE, width=390, height=844, **options) as page:
        slider(page).scroll_into_view_if_needed()
        box = slider(page).bounding_box()
        page.touchscreen.tap(box["x"] + 6, box["y"] + box["height"] / 2)
        assert shown(page) == [0]
        page.get_by_role("button", name="Play training").tap()
        wait_until(page, "explorer.trained()[0] > 0")


def test_nothing_plays_by_itself_and_the_button_plays_to_the_end(browser, made):
    with opened(browser, made, f"{THERE}&trained=0") as page:
        page.wait_for_timeout(1500)
        assert shown(page) == [0]
        button = page.get_by_role("button", name="Play training")
        button.click()
        assert page.locator("#playTraining").inner_text() == "Pause training"
        wait_until(page, "explorer.trained()[0] === 5 && !explorer.moving()")
        wait_until(page, "explorer.trained()[0] === 80 && !explorer.moving()")
        assert page.locator("#playTraining").inner_text() == "Play training"


def test_points_glide_unless_motion_is_not_wanted(browser, made):
    seen = "() => { window.sizes = []; const go = () => { sizes.push(explorer.places()[0][0]); "
    seen += "requestAnimationFrame(go); }; go(); }"
    for motion in ("reduce", "no-preference"):
        with opened(browser, made, f"{THERE}&trained=0", reduced_motion=motion) as page:
            page.evaluate(seen)
            slider(page).fill("1")
            wait_until(page, "explorer.trained()[0] === 5 && !explorer.moving()")
            page.wait_for_timeout(100)
            different = page.evaluate("new Set(sizes.map((x) => x.toFixed(3))).size")
            assert (different > 2) == (motion == "no-preference")


def test_a_link_holds_the_step(browser, made):
    with opened(browser, made, THERE, **QUIET) as page:
        slider(page).fill("2")
        fragment, at = page.evaluate("location.hash"), places(page)
    assert "trained=20" in fragment
    with opened(browser, made, fragment, **QUIET) as page:
        assert shown(page) == [20]
        np.testing.assert_allclose(places(page), at, atol=1e-6)
        page.evaluate("location.hash = location.hash.replace('trained=20', 'trained=6')")
        wait_until(page, "explorer.trained()[0] === 5")  # the nearest there is
        slider(page).fill("3")
        assert "trained" not in page.evaluate("location.hash").replace("layers", "")[:60]


def test_cells_side_by_side_are_at_the_same_share_of_their_training(browser, made):
    with opened(browser, made, f"{THERE}&side=cells", **QUIET) as page:
        assert [name for name, _ in page.evaluate("explorer.panels()")][1:] == [
            "vanilla, seed 10",
            "LSTM, seed 10",
        ]
        for step, expected in enumerate([[0, 0], [5, 12], [20, 50], [80, 200]]):
            slider(page).fill(str(step))
            assert shown(page) == [*expected, None]
        slider(page).fill("0")
        assert spread(page, 0) < 1
        assert spread(page, 1) < 1
        assert spread(page, 2) > 50  # it was not followed: as it is


def test_what_an_earlier_step_does_not_know_is_not_told(page):
    slider(page).fill("2")
    page.get_by_role("button", name="Next slow point").click()
    said = page.locator("#details").inner_text()
    assert said.startswith("Slow point 1: class ")
    assert "At step 20 of the training; speed q = 1.0·10⁻⁵" in said
    assert "corner" not in said
    slider(page).fill("1")
    assert not page.locator("#tip").is_visible()
    assert "step 5 of 80 of training" in page.evaluate("explorer.svg()")
    slider(page).fill("3")
    page.get_by_role("button", name="Next slow point").click()
    assert "nearest corner" in page.locator("#details").inner_text()


def test_the_trail_is_drawn_at_the_trained_step_alone(page):
    """The ring of the head is the largest circle of the picture."""
    circles = "(explorer.svg().match(/r=.8. fill/g) || []).length"
    assert page.evaluate(circles) == 2
    slider(page).fill("1")
    assert page.evaluate(circles) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_row_fits_and_is_read(browser, made, width, scheme):
    options = {"width": width, "color_scheme": scheme, **QUIET}
    with opened(browser, made, f"{THERE}&trained=20&side=cells", **options) as page:
        assert not overflow(page)
        assert not overlaps(page)
        assert not contrast(page)
        if width == 1280:
            assert not accessibility(page)
