"""The page of verdicts and that of a network in a browser: filter, folding, links, room, contrast.

Made of planted tables, so that they need no run.
"""

import pytest
from browser import accessibility, opened, overflow, overlaps, wait_until
from test_claims_page import CLAIMS, TEMPLATES, found
from test_judge import ONE, controls, table
from test_pages import page_of_network, table_of_runs

from rnn_geometry.claims.grid import fragment
from rnn_geometry.claims.values import units_of_claims, values_by_claim
from rnn_geometry.pages.claims import html_page

WIDTHS = (1920, 1280, 390)
SCHEMES = ("light", "dark")
ROW = fragment("simplex-cliff", "categorical-3", "gru")


def planted_values():
    """Return what the networks behind one of the planted verdicts gave."""
    networks = table((ONE, {"cliff": 0}), *controls())
    networks = networks.assign(
        **{f"file_{n}": networks[n] for n in ("task", "model", "l2", "seed")}
    )
    names = ("file_task", "file_model", "file_l2", "file_seed")
    keys = networks[list(names)].itertuples(index=False)
    return values_by_claim(units_of_claims(CLAIMS, networks, None, keys))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    run = {**table_of_runs().iloc[0].to_dict(), "test_accuracy": 0.98}
    shown = [("categorical-3", "gru", "3e-4", 200)]
    texts = {
        "claims": html_page(TEMPLATES, found(), CLAIMS, shown, None, planted_values()),
        "network": page_of_network(run),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["claims", "network"])
def test_pages_have_room_and_can_be_read(browser, pages, name, width, scheme):
    path = pages / f"{name}.html"
    with opened(browser, path, width=width, color_scheme=scheme) as page:
        assert overflow(page) == []
        assert overlaps(page) == []
        if width == 1280:
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert accessibility(page) == []


def test_figures_and_numbers_of_a_network_fit_a_telephone(browser, pages):
    with opened(browser, pages / "network.html", width=390) as page:
        boxes = page.locator(".pieces .scroll, [aria-label='Numbers beside theory']")
        assert boxes.count() > 1
        beyond = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).length"
        assert boxes.evaluate_all(beyond) == 0


def shown_claims(page):
    return page.evaluate(
        "[...document.querySelectorAll('article.claim:not([hidden])')].map(a => a.dataset.claim)"
    )


def test_a_filter_leaves_what_fits_and_can_be_cleared(browser, pages):
    with opened(browser, pages / "claims.html") as page:
        everything = shown_claims(page)
        page.locator("#filter [name=state]").select_option("fails")
        failing = shown_claims(page)
        assert "simplex-cliff" in failing
        assert 0 < len(failing) < len(everything)
        row = page.locator("#simplex-cliff .shows tr[data-task='categorical-2']")
        assert not row.is_visible()
        page.locator("#filter [name=text]").fill("no such claim")
        assert shown_claims(page) == []
        page.get_by_role("button", name="Clear the filter").click()
        page.wait_for_function("!document.getElementById('simplex-cliff').hidden")
        assert shown_claims(page) == everything
        assert row.is_visible()


def test_an_address_can_ask_for_a_filter(browser, pages):
    with opened(browser, pages / "claims.html", "?task=categorical-2&cell=gru") as page:
        assert page.locator("#filter [name=task]").input_value() == "categorical-2"
        assert not page.locator("#simplex-cliff .shows tr[data-task='categorical-3']").is_visible()
        heads = page.locator(".overview th.cell:visible, .overview th.task:visible")
        assert heads.all_inner_texts() == ["Two unordered classes", "GRU"]
        assert in_sight(page, "#filter [name=text]")
        page.get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_selector(".overview th.task[data-task='categorical-3']")


def in_sight(page, selector):
    """Tell whether an element is within the window, and nothing lies on its middle."""
    return page.evaluate(
        """(selector) => {
          const node = document.querySelector(selector), box = node.getBoundingClientRect();
          const x = box.left + Math.min(box.width / 2, 20), y = box.top + box.height / 2;
          const top = document.elementFromPoint(x, y);
          return y > 0 && y < innerHeight && (node.contains(top) || top.contains(node));
        }""",
        selector,
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_a_link_to_a_verdict_lands_unfolded_with_its_claim_in_sight(browser, pages, width):
    with opened(browser, pages / "claims.html", f"#{ROW}", width=width) as page:
        assert page.locator("#simplex-cliff .numbers-of").get_attribute("open") is not None
        assert in_sight(page, f'[id="{ROW}"] th')
        assert in_sight(page, "#simplex-cliff h3")
        assert page.evaluate("document.activeElement.id") == ROW


def test_a_link_to_a_claim_lands_below_the_filter_and_lifts_it_where_it_hides(browser, pages):
    with opened(browser, pages / "claims.html", "?text=words#simplex-cliff") as page:
        assert in_sight(page, "#simplex-cliff h3")
        assert page.locator("#filter [name=text]").input_value() == ""


def test_a_narrow_claim_is_its_verdict_and_unfolds_to_its_values(browser, pages):
    with opened(browser, pages / "claims.html", width=390) as page:
        claim = page.locator("#simplex-cliff")
        assert claim.locator(".statement").is_visible()
        assert claim.locator(".verdicts").is_visible()
        assert claim.locator(".where").is_visible()
        shown = [".shows", ".criterion", ".numbers-of summary"]
        assert not any(claim.locator(part).is_visible() for part in shown)
        claim.locator(".picture > summary").click()
        assert all(claim.locator(part).is_visible() for part in shown)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.wait_for_function("!document.querySelector('.picture:not([open])')")
        assert not claim.locator(".picture > summary").is_visible()


def test_a_link_to_a_claim_unfolds_its_values_where_they_are_folded(browser, pages):
    with opened(browser, pages / "claims.html", "#simplex-cliff", width=390) as page:
        assert page.locator("#simplex-cliff .shows").is_visible()
        assert in_sight(page, "#simplex-cliff h3")


def test_wide_claims_stand_side_by_side_and_unfolded_ones_alone(browser, pages):
    width = "document.querySelector('#simplex-cliff').offsetWidth"
    with opened(browser, pages / "claims.html", width=1920) as page:
        assert page.evaluate(width) < 960
        page.locator("#simplex-cliff .numbers-of summary").click()
        assert page.evaluate(width) > 1800


def test_heads_and_names_of_the_grid_stay_in_sight(browser, pages):
    with opened(browser, pages / "claims.html", width=390, height=500) as page:
        box = page.locator(".overview .scroll")
        box.scroll_into_view_if_needed()
        box.evaluate("node => { node.scrollTop = 60; node.scrollLeft = 80; }")
        places = page.evaluate(
            """() => {
              const box = document.querySelector('.overview .scroll').getBoundingClientRect();
              const at = (s) => document.querySelector('.overview ' + s).getBoundingClientRect();
              return [at('thead th').top - box.top, at('tbody th').left - box.left];
            }"""
        )
        assert places == pytest.approx([1, 1], abs=1.5)


def test_the_keyboard_unfolds_all_and_follows_a_box(browser, pages):
    with opened(browser, pages / "claims.html") as page:
        button = page.get_by_role("button", name="Unfold all")
        button.focus()
        button.press("Enter")
        assert page.locator("article details:not([open])").count() == 0
        link = page.locator(f'#simplex-cliff .shows a[href="#{ROW}"]')
        link.focus()
        link.press("Enter")
        page.wait_for_function(f"document.activeElement.id === '{ROW}'")


def test_a_number_beside_theory_leads_to_its_definition(browser, pages):
    with opened(browser, pages / "network.html") as page:
        page.get_by_text("dimension (participation ratio)", exact=True).first.click()
        page.get_by_role("link", name="participation_ratio", exact=True).first.click()
        page.wait_for_function("document.activeElement.id === 'participation_ratio'")
        assert in_sight(page, "#participation_ratio th")


def test_a_grid_that_goes_on_fades_there_until_its_end_is_reached(browser, pages):
    with opened(browser, pages / "claims.html", width=300) as page:
        grid = page.locator(".overview .scroll")
        fades = "box => [box.scrollWidth > box.clientWidth, box.classList.contains('on-right')]"
        assert grid.evaluate(fades) == [True, True]
        assert "gradient" in grid.evaluate("box => getComputedStyle(box).maskImage")
        grid.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
        wait_until(
            page, "!document.querySelector('.overview .scroll').classList.contains('on-right')"
        )


def test_one_legend_names_the_controls_that_some_claim_has(browser, pages):
    with opened(browser, pages / "claims.html") as page:
        drawn = page.locator("svg.strip .control title").evaluate_all(
            "titles => [...new Set(titles.map(t => t.textContent.match(/control (.*?):/)[1]))]"
        )
        said = page.locator(".legend").inner_text()  # there is one
        assert drawn
        for name in ("untrained", "shuffled labels", "reservoir"):
            assert (name in said) == (name in drawn)


def test_a_telephone_shows_the_grid_of_one_task_at_a_time(browser, pages):
    with opened(browser, pages / "claims.html", width=390) as page:
        heads = page.locator(".overview th.task:visible")
        assert heads.all_inner_texts() == ["Two unordered classes"]
        assert page.locator(".overview th.cell[data-cell=all]:visible").count() == 0
        page.locator("#picked").select_option(label="Three unordered classes")
        assert heads.all_inner_texts() == ["Three unordered classes"]
        page.locator("#filter [name=task]").select_option("categorical-2")
        assert heads.all_inner_texts() == ["Two unordered classes"]
        assert not page.locator("#picked").is_visible()


def test_a_grid_that_has_room_scrolls_with_the_page_below_its_headings(browser, pages):
    with opened(browser, pages / "claims.html") as page:
        assert not page.locator("#picked").is_visible()
        box = page.locator(".overview .scroll")
        assert box.evaluate("box => box.scrollHeight - box.clientHeight") <= 1
        last = page.locator(".overview tbody tr:visible").last
        last.scroll_into_view_if_needed()
        assert in_sight(page, ".overview th.cell:not([hidden])")


def test_exceptions_are_a_line_that_a_link_unfolds(browser, pages):
    with opened(browser, pages / "claims.html") as page:
        listed = page.locator("#exceptions .by-cell")
        assert "GRU" in page.locator("#exceptions summary").inner_text()
        assert not listed.is_visible()
        page.evaluate("location.hash = '#exceptions'")
        listed.wait_for(state="visible")


def test_on_a_telephone_a_row_of_numbers_is_a_card_with_all_that_it_holds(browser, pages):
    with opened(browser, pages / "claims.html", f"#{ROW}", width=390) as page:
        row = page.locator(f'[id="{ROW}"]')
        cells = row.locator("td:visible")
        assert cells.count() > 1
        assert all(cells.evaluate_all("all => all.map(td => td.textContent.trim() !== '')"))
        assert overflow(page) == []
        inside = "td => td.getBoundingClientRect().right <= innerWidth"
        assert all(cells.nth(i).evaluate(inside) for i in range(cells.count()))
        assert page.locator("#simplex-cliff .shows").is_visible()


def test_the_statement_of_the_line_pointed_at_stands_below_the_filter(browser, pages):
    with opened(browser, pages / "claims.html") as page:
        line = page.locator(".overview tr[data-claim=simplex-cliff]")
        box = line.locator("td.v a").first
        box.hover()
        told = page.locator("#told").inner_text()
        assert told.startswith(box.get_attribute("title"))  # of a box why first
        line.locator("th a").hover()
        told = page.locator("#told").inner_text()
        assert told.startswith("simplex-cliff: ")
        assert told.endswith(page.locator("#simplex-cliff .statement").inner_text())
