"""Snakemake's report as a page to read: order, captions in sight, telephones, the dark."""

import base64
import io
import json

import pytest
from browser import contrast, opened, overflow
from PIL import Image

from rnn_geometry.config.shown import CATEGORIES
from rnn_geometry.pages.drawn import blank_figures, links_of_pictures
from rnn_geometry.pages.report_reading import END, with_reading_page
from rnn_geometry.pages.templating import template_texts
from rnn_geometry.stages.report import TEMPLATES

TASKS = ["multilabel-2", "categorical-3"]  # as a configuration may have them
ONE = "<p>Angles of every network.</p>"
SHARED = "<p>What the paper draws.</p>"


def picture(width=900, height=300):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "#9ab").save(file, "PNG")
    return "data:image/png;charset=utf8;base64," + base64.b64encode(file.getvalue()).decode()


def drawn(caption, **labels):
    known = {"caption": caption, "labels": labels, "mime_type": "image/png", "size": "1 KB"}
    return {**known, "data_uri": picture(), "name": "figure.png"}


TABLE = drawn(
    "<p>All numbers.</p>" + 30 * "<p>A column means something.</p>", table="one row per network"
) | {
    "mime_type": "text/csv",
    "data_uri": "data:text/csv;base64,YSxi",
    "name": "runs.csv",
}
NETWORKS = [("gru", 10), ("gru", 9), ("vanilla", 1)]
RESULTS = {
    "results/tables/runs.csv": TABLE,
    "results/figures/b.png": drawn(ONE, figure="10 angles"),
    "results/figures/c.png": drawn("<p>Nothing.</p>", figure="05 blank"),
    "results/figures/a.png": drawn("<p>As many classes.</p>", figure="02 headline"),
    "results/figures/categorical-3/variance.png": drawn(SHARED, figure="variance"),
    "results/figures/categorical-3/trajectories.png": drawn(SHARED, figure="trajectories"),
    "results/figures/multilabel-2/label_shape.png": drawn(SHARED, figure="label_shape"),
    **{
        f"results/runs/categorical-3/{model}/l2-3e-4/seed-{seed}/panel.png": drawn(
            "<p>One network.</p>", model=model, L2="3e-4", seed=str(seed)
        )
        for model, seed in NETWORKS
    },
}
FOUND = {
    CATEGORIES["Tables"]: {"Other": ["results/tables/runs.csv"]},
    CATEGORIES["Networks"]: {"categorical-3": [*RESULTS][-3:]},
    CATEGORIES["Tasks"]: {
        task: [path for path in RESULTS if f"figures/{task}" in path] for task in sorted(TASKS)
    },
    CATEGORIES["Over networks"]: {"Other": [f"results/figures/{n}.png" for n in "bca"]},
}
SNAKEMAKE = """<!doctype html><html lang="en"><head><title>Report</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { margin: 0 } .whole { display: flex; width: 100vw; height: 100vh }
nav { width: 14rem; min-width: fit-content }</style></head><body>
<div id="app"><div class="whole"><nav>menu of Snakemake</nav><div>a graph</div>
</div></div>
<script>var workflow_desc = "<p>The archive. <a href='index.html'>start page</a></p>";
var results = RESULTS; var categories = CATEGORIES;</script>
</body></html>"""


@pytest.fixture
def report(tmp_path):
    """Write what Snakemake makes with the page to read over it."""
    for name, rows in (("a", "x\n1\n"), ("c", "x\n")):
        (tmp_path / "figures").mkdir(exist_ok=True)
        (tmp_path / f"figures/{name}.png").write_bytes(b"a picture")
        (tmp_path / f"figures/{name}.csv").write_text(rows)
    page = tmp_path / "runs/categorical-3/gru/l2-3e-4/seed-9"
    page.mkdir(parents=True)
    for name in ("panel.png", "index.html"):
        (page / name).write_text("")
    made = SNAKEMAKE.replace("RESULTS", json.dumps(RESULTS))
    made = made.replace("CATEGORIES", json.dumps(FOUND))
    file = tmp_path / "report.html"
    own = {"answer": "All lines hold.", "blank": blank_figures(tmp_path)}
    links = links_of_pictures(tmp_path)
    file.write_text(with_reading_page(made, template_texts(*TEMPLATES), TASKS, **own, links=links))
    return file


def test_nothing_of_snakemakes_page_is_changed():
    made = with_reading_page(SNAKEMAKE, template_texts(*TEMPLATES), TASKS)
    before, middle, after = SNAKEMAKE.partition("<body>")
    assert made.startswith(before + middle + '<style id="reading-style">')
    inside, end, rest = after.rpartition(END)
    assert inside in made
    assert made.endswith(end + rest)
    assert with_reading_page("no page", template_texts(*TEMPLATES), TASKS) == "no page"


def unfold(page):
    page.evaluate("document.querySelectorAll('#reading details').forEach(d => (d.open = true))")


def test_figures_stand_in_the_order_of_reading_with_numbers_and_captions_in_sight(browser, report):
    with opened(browser, report) as page:
        unfold(page)
        titles = page.locator("#reading h2:visible, #reading h3:visible").all_inner_texts()
        assert titles == [
            *("1 Over networks", "2 Tasks", "Two labels", "Three unordered classes"),
            *("3 Networks", "Three unordered classes", "4 Tables"),
        ]
        names = page.locator(
            "figcaption > strong:first-child:visible, .network strong"
        ).all_inner_texts()
        assert names == [
            *("1.1 Headline", "1.2 Angles", "2.1 Label shape", "2.2 Trajectories", "2.3 Variance"),
            *("3.1 vanilla, L2 3e-4, seed 1", "3.2 GRU, L2 3e-4, seed 9"),
            "3.3 GRU, L2 3e-4, seed 10",
        ]
        second = page.locator("figure").nth(1)
        below = second.get_by_text("Angles of every network.").bounding_box()
        assert below["y"] > second.locator("img").bounding_box()["y"] + 100
        assert page.get_by_text("What the paper draws.").count() == 2  # one alone, and two at once
        assert page.get_by_text("States while sentences are read").is_visible()
        table = page.get_by_role("link", name="4.1 One row per network")
        assert table.get_attribute("download") == "runs.csv"
        assert page.get_by_text("All numbers.").is_visible()


def test_only_the_first_part_is_open_and_other_pictures_wait(browser, report):
    with opened(browser, report) as page:
        assert page.locator("#reading figure:visible").count() == 2
        sources = "[...document.querySelectorAll('#reading img')].map(i => i.hasAttribute('src'))"
        assert page.evaluate(sources) == [True] * 2 + [False] * 6
        page.locator("#part-2 > summary").click()
        page.wait_for_function(f"{sources}.filter(Boolean).length === 3")
        assert page.locator("#reading figure:visible").count() == 3  # of the first task alone


def test_no_blank_figure_is_shown(browser, report):
    with opened(browser, report) as page:
        unfold(page)
        assert page.locator("#part-1 figure").count() == 2
        assert page.get_by_text("Nothing.").count() == 0


def test_a_part_leads_to_each_of_its_figures_by_title_and_back_to_the_contents(browser, report):
    with opened(browser, report) as page:
        links = page.locator("#reading .titles a")
        assert links.all_text_contents() == [
            *("1.1 Headline", "1.2 Angles", "2.2 Trajectories", "2.3 Variance"),
        ]
        page.evaluate("location.hash = 'figure-2.3'")  # within two that are folded
        page.locator("figure:target img").wait_for()
        assert page.locator("figure:target strong").first.inner_text() == "2.3 Variance"
        back = page.locator("#reading .back")
        assert back.count() == page.locator("#reading h2").count()
        assert page.locator(back.first.get_attribute("href")).count() == 1


def test_networks_lead_to_their_pages_where_they_have_one(browser, report):
    with opened(browser, report) as page:
        unfold(page)
        links = page.locator(".network a")
        assert [link.get_attribute("href") for link in links.all()] == [
            "runs/categorical-3/gru/l2-3e-4/seed-9/index.html"
        ]
        files = page.locator("figure").first.locator(".beside a")
        assert files.all_inner_texts() == ["PNG", "CSV"]


def test_a_picture_gets_larger_with_the_keyboard_and_goes_again(browser, report):
    with opened(browser, report, width=390) as page:
        button = page.get_by_role("button", name="Larger: 1.1 Headline")
        small = button.locator("img").bounding_box()["width"]
        button.focus()
        page.keyboard.press("Enter")
        large = page.locator("#large img")
        assert large.bounding_box()["width"] > 2 * small
        assert overflow(page) == []
        page.keyboard.press("Escape")
        assert not large.is_visible()


def test_a_large_picture_has_the_size_of_its_letters_is_dragged_and_can_fit(browser, report):
    with opened(browser, report, width=390, height=800, has_touch=True) as page:
        page.get_by_role("button", name="Larger: 1.1 Headline").click()
        large, frame = page.locator("#large img"), page.locator("#large > div")
        assert large.bounding_box()["width"] == 1100  # pixels, see report_pictures.WIDTH
        frame.evaluate("node => node.scrollTo(500, 0)")
        assert frame.evaluate("node => node.scrollLeft") == 500
        fit = page.get_by_role("button", name="Fit the window")
        fit.click()
        box, window = large.bounding_box(), frame.bounding_box()
        assert box["width"] <= window["width"] < 390
        assert fit.get_attribute("aria-pressed") == "true"
        fit.click()
        assert large.bounding_box()["width"] == 1100
        fit.click()
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Larger: 1.1 Headline").click()
        assert large.bounding_box()["width"] == 1100  # it opens at the size of its letters


def test_a_link_to_the_last_part_shows_it_right_below_the_bar(browser, report):
    for width in (390, 1280):
        with opened(browser, report, width=width, height=700) as page:
            page.locator("#contents a").last.click()
            bar = "Math.max(document.getElementById('contents').getBoundingClientRect().bottom, 0)"
            top = "document.getElementById('part-4').getBoundingClientRect().top"
            page.wait_for_function(f"{top} - {bar} >= 0 && {top} - {bar} < 20")


def test_text_is_as_wide_as_the_figures(browser, report):
    with opened(browser, report, width=1920) as page:
        about = page.locator("#reading .about").bounding_box()
        told = page.locator("figcaption .text").first
        assert abs(told.bounding_box()["width"] - 1100) < 2
        assert abs(about["width"] - 1100) < 2
        columns = (
            "[...document.querySelectorAll('#reading .text')].map(n => [n.textContent.length, "
        )
        columns += "getComputedStyle(n).columnCount])"
        assert {(size > 330, count) for size, count in page.evaluate(columns)} == {
            *((False, "auto"), (True, "2"))
        }


def test_what_a_file_holds_is_told_behind_a_line(browser, report):
    with opened(browser, report) as page:
        page.locator("#part-4 > summary").click()
        assert page.locator("#part-4 li > a:visible").count() == 1
        assert not page.get_by_text("All numbers.").is_visible()
        page.get_by_text("how it was computed").click()
        assert page.get_by_text("All numbers.").is_visible()


def test_the_question_and_the_answer_come_first(browser, report):
    with opened(browser, report, width=390) as page:
        told = page.locator("#reading").inner_text().splitlines()
        assert [line for line in told if line][1:3] == [
            "How does a recurrent network remember what it has read, "
            "until it decides what a text is about?",
            "The answer of these networks: All lines hold.",
        ]


def test_pictures_have_their_size_before_they_are_drawn(browser, report):
    with opened(browser, report) as page:
        size = page.locator("figure img").first.evaluate(
            "i => [i.getAttribute('width'), i.getAttribute('height')]"
        )
        assert size == ["900", "300"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_the_window_and_can_be_read(browser, report, width, scheme):
    with opened(browser, report, width=width, color_scheme=scheme) as page:
        unfold(page)
        assert overflow(page) == []
        assert contrast(page) == []


def test_the_first_lines_lead_to_the_start_page_and_a_button_to_snakemakes_view(browser, report):
    with opened(browser, report, width=390) as page:
        link = page.get_by_role("link", name="start page")
        assert link.get_attribute("href") == "index.html"
        assert link.bounding_box()["y"] < 400
        assert not page.get_by_text("menu of Snakemake").is_visible()
        page.get_by_role("button", name="Snakemake’s own view").click()
        assert page.get_by_text("menu of Snakemake").is_visible()
        assert not page.locator("#reading").is_visible()
        assert overflow(page) == []
        graph = page.get_by_text("a graph").bounding_box()
        assert graph["y"] > page.locator("nav").bounding_box()["y"] + 10  # below, not beside
        page.get_by_role("button", name="Read as a page").click()
        assert page.locator("#reading").is_visible()


def test_a_report_of_another_make_keeps_its_own_view(browser, tmp_path):
    file = tmp_path / "report.html"
    other = SNAKEMAKE.replace("var results = RESULTS; var categories = CATEGORIES;", "")
    file.write_text(with_reading_page(other, template_texts(*TEMPLATES), TASKS))
    with opened(browser, file) as page:
        assert page.get_by_text("menu of Snakemake").is_visible()
