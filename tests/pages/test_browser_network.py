"""The page of a network in a browser: figures fill their columns, letters are of one size."""

from io import BytesIO

import pytest
from browser import contrast, opened, overflow, overlaps
from PIL import Image
from test_pages import BESIDE, RECORD, TEMPLATES, table_of_runs

from rnn_geometry.pages.network import network_page, shown_figures

SIZES = {"manifold": (620, 640)}  # pixels of pictures on the page; others below
LEGEND = [{"sign": "●", "colour": "#333333", "name": f"a kind of mark {i}"} for i in range(9)]


def picture(width, height):
    memory = BytesIO()
    Image.new("RGB", (round(1.5 * width), round(1.5 * height)), "#ddd").save(memory, "PNG")
    return memory.getvalue(), width


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    names = ("manifold", "variance", "eigenvalues", "cliff", "time_constants", "training")
    pieces = {name: picture(*SIZES.get(name, (330, 250))) for name in names}
    figures = shown_figures(pieces, {}, 4, legend=LEGEND)
    made = tmp_path_factory.mktemp("network") / "index.html"
    run = table_of_runs().iloc[0].to_dict()
    made.write_text(network_page(TEMPLATES, run, RECORD, figures, True, 0.1, BESIDE))
    return made


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_figures_fill_their_columns_and_nothing_overlaps(browser, path, width):
    with opened(browser, path, width=width) as page:
        assert (overlaps(page), overflow(page), contrast(page)) == ([], [], [])
        for figure in page.locator(".pieces .piece").all():
            column = figure.bounding_box()["width"]
            assert figure.locator("img").bounding_box()["width"] > 0.9 * column
        shown = page.locator(".manifold img").bounding_box()["width"]
        assert page.locator(".manifold .signs").bounding_box()["width"] <= shown + 1


def test_the_picture_of_a_figure_is_a_file(browser, path):
    with opened(browser, path) as page:
        with page.expect_download() as got:
            page.locator("#figure-variance a.png").click()
        assert got.value.suggested_filename == "variance.png"
        with Image.open(got.value.path()) as saved:
            assert saved.size == (495, 375)


@pytest.mark.parametrize("width", [1280, 1920])
def test_letters_of_captions_and_tables_are_of_one_size(browser, path, width):
    with opened(browser, path, width=width) as page:
        sizes = page.evaluate(
            """() => [...document.querySelectorAll(".key td, .piece figcaption, .signs li, .note")]
              .map((node) => getComputedStyle(node).fontSize)"""
        )
        assert len(set(sizes)) == 1


@pytest.mark.parametrize(("width", "columns"), [(1280, 3), (1920, 4)])
def test_names_of_measures_take_a_line_and_a_definition_the_row(browser, path, width, columns):
    with opened(browser, path, width=width) as page:
        assert (
            len({round(one.bounding_box()["x"]) for one in page.locator(".pieces .piece").all()})
            == columns
        )
        heights = [one.bounding_box()["height"] for one in page.locator(".key summary").all()]
        assert sum(height < 1.5 * min(heights) for height in heights) > 0.7 * len(heights)
        assert not page.locator(".key .meant").first.is_visible()
        page.locator(".key summary").first.click()
        told = page.locator(".key .meant").first
        table = page.locator(".key").bounding_box()["width"]
        assert told.bounding_box()["width"] > 0.98 * table
        assert page.locator(".manifold").bounding_box()["x"] > table  # beside the numbers


def test_on_a_telephone_the_picture_comes_before_the_numbers(browser, path):
    with opened(browser, path, width=390) as page:
        picture = page.locator(".manifold").bounding_box()
        assert picture["y"] + picture["height"] <= page.locator("#theory").bounding_box()["y"]
        page.locator(".key summary").first.click()
        assert page.locator(".key .meant").first.is_visible()
        assert overflow(page) == []
