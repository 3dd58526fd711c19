"""The start page, the verdicts, a network's page and Snakemake's report in a browser."""

import pytest
from browser import accessibility, contrast, opened, overflow, overlaps
from test_whole_run import RUN

PAPER = "https://arxiv.org/abs/2010.15114"

pytestmark = pytest.mark.workflow

OURS = {
    "start": "results/index.html",
    "claims": "results/claims.html",
    "network": f"{RUN}/index.html",
}
WIDTHS = (1280, 390)


@pytest.fixture
def start(browser, finished):
    with opened(browser, finished.root / OURS["start"]) as page:
        yield page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", OURS)
def test_text_neither_overlaps_nor_runs_out_of_the_page(browser, finished, name, width):
    with opened(browser, finished.root / OURS[name], width=width) as page:
        assert overlaps(page) == []
        assert overflow(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", OURS)
def test_pages_can_be_read_by_everybody(browser, finished, name, scheme):
    with opened(browser, finished.root / OURS[name], color_scheme=scheme) as page:
        assert contrast(page) == []
        assert accessibility(page) == []


def column(page, title):
    """Return the values of a column of the table of networks, from top to bottom."""
    index = page.locator("#runs thead button").all_inner_texts().index(title)
    return page.evaluate(
        f"[...document.querySelectorAll('#runs tbody tr')].map(r => r.cells[{index}].dataset.value)"
    )


@pytest.mark.parametrize("title", ["accuracy", "model", "longest τ (words)"])
def test_a_heading_sorts_by_its_column_both_ways(start, title):
    button = start.locator("#runs thead button").filter(has_text=title)
    button.focus()
    button.press("Enter")
    values = column(start, title)
    key = str if title == "model" else float
    assert values == sorted(values, key=key)
    assert button.locator("xpath=..").get_attribute("aria-sort") == "ascending"
    button.press("Enter")
    assert column(start, title) == sorted(values, key=key, reverse=True)
    assert start.locator("th[aria-sort=descending]").count() == 1


def test_rows_are_found_by_text_and_by_task_and_counted(start):
    whole = start.locator("#runs tbody tr").count()
    start.get_by_label("Task").select_option("categorical-3")
    shown = start.locator("#runs tbody tr:visible")
    assert 0 < shown.count() < whole
    assert set(shown.locator("td:first-child").all_inner_texts()) == {"Three unordered classes"}
    assert start.locator("#left").inner_text() == f"{shown.count()} of {whole} networks"
    start.get_by_label("Find").fill("no such network")
    assert shown.count() == 0


def test_a_telephone_shows_a_row_of_the_table_whole_and_all_columns_when_asked(browser, finished):
    with opened(browser, finished.root / OURS["start"], width=390) as page:
        box = "document.getElementById('runs').parentElement"
        beyond = f"{box}.scrollWidth - {box}.clientWidth"
        assert page.evaluate(beyond) <= 0
        page.get_by_label("All columns").check()
        assert page.evaluate(beyond) > 0


def test_grids_are_folded_and_figures_on_a_telephone_alone(browser, finished):
    with opened(browser, finished.root / OURS["start"], width=390) as page:
        assert page.locator("table.grid").count() > 0
        assert page.locator("table.grid:visible, .figures:visible").count() == 0
        page.locator("details.group > summary").first.click()
        assert page.locator("table.grid:visible").count() == 1
    with opened(browser, finished.root / OURS["start"]) as page:
        assert page.locator("table.grid:visible").count() == 0
        assert page.locator(".figures:visible").count() == 1


def test_a_link_to_something_folded_unfolds_it(start):
    assert not start.locator("#how dl").is_visible()
    start.get_by_role("link", name="How it was computed").click()
    start.locator("#how dl").wait_for(state="visible")  # the page hears of it after the click


def test_every_link_of_the_start_page_leads_to_a_file(start, finished):
    links = start.evaluate("[...document.links].map(a => a.getAttribute('href'))")
    files = {link.split("#")[0] for link in links if not link.startswith("#")}
    assert {"report.html", "claims.html", "explorer/categorical-3.html"} <= files
    files -= {PAPER}  # which a reader may follow; nothing is fetched from there
    assert not [file for file in files if not (finished.root / "results" / file).is_file()]
    broken = (
        "[...document.images].filter(i => i.loading !== 'lazy' && !i.naturalWidth).map(i => i.src)"
    )
    assert start.evaluate(broken) == []


def test_a_network_leads_to_the_explorer_with_itself_chosen(browser, finished):
    with opened(
        browser, finished.root / RUN.replace("gru", "ugrnn").replace("3e-4", "5e-4") / "index.html"
    ) as page:
        page.get_by_role("link", name="Explorer").click()
        page.wait_for_selector("html[data-ready='1']")
        assert (
            page.get_by_label("Cell", exact=True)
            .locator("option:checked")
            .inner_text()
            .startswith("tiny-ugrnn")
        )


# What Snakemake bundles warns that it is meant for development; all pictures are in the one file.
ARCHIVE = {"refused": ("error",), "patience": 60}


def test_snakemakes_report_is_free_of_errors_and_requests(browser, finished):
    with opened(browser, finished.root / "results/report.html", **ARCHIVE) as page:
        page.wait_for_timeout(1500)
        assert "remember what it has read" in page.inner_text("body")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_archive_shows_captions_on_a_telephone_without_a_click(browser, finished, scheme):
    report = finished.root / "results/report.html"
    with opened(browser, report, width=390, color_scheme=scheme, **ARCHIVE) as page:
        page.locator("#reading figure").first.wait_for()
        told, drawn = (page.locator(f"#reading {one}:visible") for one in ("figcaption", "figure"))
        assert told.count() == drawn.count() > 10
        page.evaluate("document.querySelectorAll('#reading details').forEach(d => (d.open = true))")
        assert told.count() == drawn.count() == page.locator("#reading figure").count()
        assert overflow(page) == []
        assert contrast(page) == []
        headings = page.locator("#reading h2").all_inner_texts()
        assert headings[0] == "1 Over networks"
        assert headings[-1].endswith("Tables")
        page.get_by_role("button", name="Snakemake’s own view").click()
        page.get_by_text("Statistics").wait_for()
        assert overflow(page) == []
