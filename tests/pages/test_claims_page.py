"""Pages of verdicts: linked to their numbers, text escaped, docs/claims.md is what tables give."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
import yaml
from conftest import PROJECT
from test_judge import CLAIMS, ONE, SWEEPS, controls, judged, table

from rnn_geometry.claims.grid import boxes as boxes_that_count
from rnn_geometry.claims.grid import fragment, groups
from rnn_geometry.claims.judge import claims_table
from rnn_geometry.claims.table import COLUMNS
from rnn_geometry.claims.values import Value
from rnn_geometry.pages import claims as claims_page
from rnn_geometry.pages import templating
from rnn_geometry.pages._claim_blocks import _texts, blocks, sections, state
from rnn_geometry.pages.answer import answers
from rnn_geometry.pages.templating import template_texts

TEMPLATES = template_texts("*.html.jinja", "*.css", "*.js", "answer.yaml", "captions.yaml")


CLIFF = "simplex-cliff"


def found():
    networks = pd.concat(
        [
            table((ONE, {"cliff": 0}), *controls()),
            table((5, {"task": "categorical-10"}), (3, {"task": "categorical-2"})),
        ]
    )
    return judged(networks).reset_index()[list(COLUMNS)]


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [(attributes["href"], attributes.get("class"))] if tag == "a" else []


def test_every_verdict_leads_to_its_numbers():
    verdicts = found()
    page = Page(
        claims_page.html_page(TEMPLATES, verdicts, CLAIMS, [("categorical-3", "gru", "3e-4", 200)])
    )
    rows = {fragment(row.claim, row.task, row.cell): row for row in verdicts.itertuples()}
    assert len(page.ids) == len(set(page.ids))
    inside = [
        (link.removeprefix("#"), verdict) for link, verdict in page.links if link.startswith("#")
    ]
    assert {link for link, _ in inside} <= set(page.ids)
    boxes = [(link, verdict) for link, verdict in inside if link in rows]
    # On the grid of all claims, and on that of its own.
    assert sorted(link for link, _ in boxes) == sorted([*rows, *rows])
    for link, verdict in boxes:
        row = rows[link]
        drawn = verdict.split(" every")[0].split(" some")[0].split(" none")[0]
        assert drawn == (row.verdict if row.look == row.look else "undecided seen")
    outside = {link for link, _ in page.links if not link.startswith("#")}
    assert outside == {"runs/categorical-3/gru/l2-3e-4/seed-200/index.html", "index.html"}
    assert not {"img", "link"} & set(page.tags)


def test_claims_stand_in_the_order_of_what_a_reader_wants():
    made = sections(groups(found(), CLAIMS), None)
    assert [part["id"] for part in made] == [
        "section-exceptions",
        "section-as-claimed",
        "section-exploratory",
    ]
    first, second, last = ([b["claim"] for b in part["blocks"]] for part in made)
    assert "simplex-cliff" in [claim["name"] for claim in first]
    for part in (first, second):
        heads = [claim["headline"] for claim in part]
        assert heads == sorted(heads, reverse=True)
    assert all(claim["exploratory"] for claim in last)


def test_a_block_says_where_its_claim_fails_and_once_what_rows_share():
    made = {block["claim"]["name"]: block for block in blocks(groups(found(), CLAIMS), None)}
    cliff = made["simplex-cliff"]
    assert cliff["counts"] == {"fails": 1, "met": 2}
    (one,) = cliff["exceptions"]
    assert (one["state"], one["cell"], one["tasks"]) == ("fails", "gru", ["categorical-3"])
    assert cliff["rows"][0]["row"]["task"] == "categorical-3"
    shared = set(cliff["same"]) & set(cliff["columns"].values())
    assert not shared


@pytest.mark.parametrize(
    ("met", "runs", "said"), [(2, 2, "met"), (0, 2, "not-met"), (2, 3, "split"), (0, 0, "none")]
)
def test_what_is_not_judged_is_told_by_whether_all_some_or_none_meet_it(met, runs, said):
    row = {"seen": True, "verdict": "undecided", "met": met, "runs": runs}
    assert state(row) == said
    assert state({**row, "seen": False}) == "undecided"


def test_what_not_all_networks_meet_is_an_exception_here_as_on_the_start_page():
    found = seen(1)
    (block,) = (b for b in blocks(groups(found, CLAIMS), None) if b["claim"]["name"] == CLIFF)
    assert [one["state"] for one in block["exceptions"]] == ["split"]
    (one,) = answers(found, [{"says": "cliff", "claims": [CLIFF]}], {"gru": "gru"})
    assert "(1 of 2 simplex-cliff)" in one["gated"]["exceptions"]


def test_few_networks_show_their_values_and_many_an_interval():
    known = {"controls": "", "q": None, "left_out_why": None, "reason": "x", "control": None}
    row = {**known, "task": "t", "cell": "gru", "seen": True, "state": "met", "hits": "2/2"}
    row |= {"observed": 2.0, "low": 1.9, "high": 2.1, "share": 1.0, "expected": 2.0}
    row |= {"share_low": 0.3, "share_high": 1.0}
    values = [
        Value("t", "gru", "gru", control, value, 2.0, True, "")
        for control, value in (("", 2.04), ("", 1.96), ("untrained", 1.0))
    ]
    assert _texts({**row, "runs": 2}, 2, values)["mean"] == "1.96, 2.04"
    assert _texts({**row, "runs": 2}, 2, values)["share"] == ""
    assert _texts({**row, "runs": 10}, 2, values)["mean"] == "2.00 (1.90 to 2.10)"
    assert _texts({**row, "runs": 10}, 2, values)["share"] == "1.00 (0.30 to 1.00)"


def seen(met):
    """Verdicts on two networks of seeds that were tuned on, so many of which have the cliff."""
    networks = table((met, {"cliff": 1}), (2 - met, {"cliff": 0}))
    networks = networks.assign(seed=[10, 11], file_seed=[10, 11])
    return judged(networks).reset_index()[list(COLUMNS)]


def shipped(verdict):
    """The battery's verdicts on the same task and cell, all alike."""
    return seen(2).assign(verdict=verdict, judged=1, look=1)


@pytest.mark.parametrize(("verdict", "met", "apart"), [("holds", 0, True), ("fails", 0, False)])
def test_a_run_of_a_few_networks_stands_beside_the_battery(verdict, met, apart):
    found = seen(met)
    found = found[found["claim"] == "simplex-cliff"]
    text = claims_page.html_page(TEMPLATES, found, CLAIMS, [], shipped(verdict))
    assert f'class="{verdict} seen none{" apart" if apart else ""}"' in text
    told = "0 of 1 boxes agree with the reference run, 1 disagrees"
    told = told if apart else "1 of 1 boxes agree with the reference run, 0 disagree"
    assert " ".join(text.split()).count(told) == 1
    assert "0 of 2 meet it, not judged; the battery: " + verdict in text


def test_what_was_judged_here_is_not_set_beside_the_battery():
    found = judged(table((ONE, {}), *controls())).reset_index()[list(COLUMNS)]
    found = found[found["claim"] == "simplex-cliff"]
    text = claims_page.html_page(TEMPLATES, found, CLAIMS, [], shipped("fails"))
    assert "too few to be judged" not in text
    assert 'class="seen' not in text


def test_text_of_a_user_is_escaped():
    verdicts = found().assign(task="<script>alert(1)</script>")
    text = claims_page.html_page(TEMPLATES, verdicts, CLAIMS, [])
    assert "<script>alert" not in text
    assert text.count("<script>") == 1  # ours
    assert "&lt;script&gt;" in text


def test_a_page_of_other_seeds_says_so():
    assert "theirs are no verdicts" not in claims_page.html_page(TEMPLATES, found(), CLAIMS, [])
    assert "theirs are no verdicts" in claims_page.html_page(
        TEMPLATES, found().assign(judged=0), CLAIMS, []
    )


def test_a_page_of_too_few_networks_says_what_a_verdict_takes():
    text = " ".join(claims_page.html_page(TEMPLATES, seen(2), CLAIMS, []).split())
    assert "A verdict takes 10 networks of a cell that do their task, of seeds 200 and up" in text
    assert text.count("here all networks meet the claim") == 1
    assert "no network does its task" not in text
    enough = judged(table((ONE, {}), *controls())).reset_index()[list(COLUMNS)]
    enough = enough[enough["claim"] == "simplex-cliff"]
    assert "A verdict takes" not in claims_page.html_page(TEMPLATES, enough, CLAIMS, [])


def test_a_page_of_networks_that_do_not_do_their_task_says_so():
    verdicts = seen(2)
    out = verdicts.assign(runs=0, met=0, left_out=2)
    text = " ".join(claims_page.html_page(TEMPLATES, out, CLAIMS, []).split())
    count = int((boxes_that_count(out)["runs"] == 0).sum())
    assert count
    assert f"In {count} boxes no network does its task" in text
    assert "<b>gru</b>: no network does its task." in text
    assert "Claims that no network is counted in" in text
    assert "Claims without exception" not in text
    assert 'class="undecided seen none' in text


def test_a_page_without_a_verdict_can_be_made():
    nothing = claims_table(CLAIMS, table((1, {})), SWEEPS, [])
    text = claims_page.html_page(TEMPLATES, nothing, CLAIMS, [])
    assert "No network here is one that these claims are about: simplex-dimension" in text


def test_grids_are_by_family_with_tasks_in_natural_order():
    (grid,) = groups(found(), CLAIMS)
    assert (grid["structure"], grid["tasks"]) == (
        "unordered",
        ["categorical-2", "categorical-3", "categorical-10"],
    )
    assert grid["cells"]["categorical-3"] == ["gru"]
    by_name = {claim["name"]: claim for claim in grid["claims"]}
    row = by_name["simplex-cliff"]["entries"][("categorical-3", "gru")]
    assert (row["verdict"], row["met"], row["runs"], row["control"][:62]) == (
        "fails",
        0,
        10,
        "reservoir 0/10, +0.00 (-0.28 to 0.28), p 1, mean +0 (0 to 0); ",
    )
    assert by_name["simplex-cliff"]["threshold"] == "at least 1, given learned at least 1"


def test_numbers_and_intervals():
    assert templating.number(None) == templating.number(float("nan")) == ""
    assert templating.number(2.34567) == "2.35"
    assert templating.interval({"observed": 2.0, "low": 1.5, "high": 2.5}) == "2 (1.5 to 2.5)"
    assert templating.interval({"observed": 2.0, "low": None, "high": None}) == "2"
    assert templating.interval({"observed": None}) == ""


def test_verdicts_about_another_threshold_are_refused():
    other = {
        **CLAIMS,
        "claims": [
            {**claim, "at_least": 2} for claim in CLAIMS["claims"] if claim["metric"] == "cliff"
        ],
    }
    with pytest.raises(KeyError, match="another threshold"):
        groups(found(), other)


def test_claims_that_no_network_is_about_are_named():
    text = claims_page.html_page(TEMPLATES, found(), CLAIMS, [])
    assert "No network here is one that these claims are about: plane-dimension" in text


def test_summaries_count_verdicts_over_tasks():
    (row,) = claims_page.summaries(found())["simplex-cliff"]
    assert row == {
        "cell": "gru",
        "tasks": 3,
        "holds": 0,
        "fails": 1,
        "undecided": 2,
        "uninformative": 0,
        "marked": 0,
        "meet it": "8 of 18",
        "means of tasks": "0 to 1",
    }


def text_of(name):
    """Return a template by name."""
    return template_texts(name)[name]


def committed():
    """Return committed verdicts, texts, costs, the first battery, code and other analyses."""
    text = {"task": str, "cell": str}
    return (
        pd.read_csv(PROJECT / "docs/data/claims.csv", dtype=text),
        yaml.safe_load(text_of("claims_told.yaml")),
        *(
            pd.read_csv(PROJECT / f"docs/data/{name}.csv", dtype=text)
            for name in ("battery_costs", "claims_first", "battery_code", "multiverse")
        ),
    )


def test_the_document_is_what_the_committed_tables_give():
    template = text_of("claims.md.jinja")
    verdicts, told, *tables, code, others = committed()
    tables = *tables, dict(zip(code["part"], code["code"], strict=True)), others
    page = claims_page.markdown_page(template, verdicts, CLAIMS, told, *tables)
    assert page == (PROJECT / "docs/claims.md").read_text(encoding="utf-8")
    with pytest.raises(KeyError, match="explained, but no claim: nothing"):
        claims_page.markdown_page(template, verdicts, CLAIMS, {"nothing": "x"}, *tables)


def test_the_battery_judged_claims_on_ten_networks_or_more_and_what_fails_is_explained():
    verdicts, told, *_ = committed()
    assert tuple(verdicts.columns) == tuple(COLUMNS)
    for claim in set(verdicts["claim"]):
        rows = verdicts[verdicts["claim"] == claim]
        assert rows["runs"].max() >= 10, claim
        assert re.search(r"\d/\d", rows["control"].iloc[0]), claim
        if ((rows["verdict"] == "fails") & (rows["exploratory"] != 1)).any():
            assert claim in told, f"{claim} fails somewhere, and nothing is said about it"


def without_gap(networks):
    """Verdicts on networks of which some have no gap, and so no dimension."""
    rows = table((networks, {}), *controls())
    few = rows.index[rows["control"].isna()][:2]
    rows.loc[few, ["participation_ratio", "slow_no_gap"]] = [None, 1.0]
    return judged(rows).reset_index()[list(COLUMNS)]


def test_networks_without_a_gap_are_counted_once_however_many_claims_they_leave_open():
    verdicts = without_gap(5)
    assert verdicts["reason"].str.contains("no gap in 2 of").sum() > 1
    (one,) = claims_page.page_words(verdicts)["gapless"]
    assert one == {"cell": "gru", "networks": 2, "of": 5}
    text = " ".join(claims_page.html_page(TEMPLATES, verdicts, CLAIMS, []).split())
    assert "<strong>No gap between slow and fast modes</strong> in 2 of 5 networks of gru:" in text
    assert "No gap between" not in claims_page.html_page(TEMPLATES, found(), CLAIMS, [])


@pytest.mark.parametrize("beside", [True, False])
def test_signs_of_verdicts_are_explained_where_a_box_bears_one(beside):
    others = shipped("holds") if beside else None
    text = claims_page.html_page(TEMPLATES, seen(2), CLAIMS, [], others)
    assert ("the battery: holds" in text) == beside
    assert "here all networks meet the claim" in text
    judged_here = claims_page.html_page(TEMPLATES, found(), CLAIMS, [])
    assert '<span class="box fails' in judged_here
