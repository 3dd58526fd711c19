"""Pages of verdicts: linked to their numbers, text escaped, docs/claims.md is what tables give."""

import math
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
from rnn_geometry.pages._claim_blocks import (
    _texts,
    _title_of_means,
    blocks,
    by_cell,
    sections,
    state,
)
from rnn_geometry.pages._metric_titles import METRIC_TITLES, metric_title, with_titles
from rnn_geometry.pages._strips import scale_of
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


KNOWN = {
    **{"task": "t", "cell": "gru", "seen": True, "state": "met", "hits": "2/2", "q": 0.02},
    **{"observed": 2.0, "low": 1.9, "high": 2.1, "share": 1.0, "share_low": 0.3, "share_high": 1.0},
    **{"expected": 2.0, "left_out_why": None, "met": 2},
    "reason": "2 of 2 seen; judged from 10 networks on; no gap in 1 of 3",
    "control": "reservoir 1/20, +0.95 (0.68 to 1.00), p 3e-08, mean +1 (0 to 2); untrained 0/20",
}
PLANE = {"name": "plane", "metric": "participation_ratio", "within_share": 0.2}


def texts(runs, numbers):
    """Return the cells of a row of so many networks, whose values are given."""
    values = [Value("t", "gru", "gru", "", one, 2.0, True, "") for one in numbers]
    values.append(Value("t", "gru", "gru", "untrained", 1.0, 2.0, False, ""))
    return _texts(PLANE, {**KNOWN, "runs": runs}, scale_of(PLANE, values), values)


def test_exceptions_of_a_cell_begin_with_claims_of_the_paper():
    given = claims_page.grids_beside(seen(0), CLAIMS, None)["groups"]
    made = [block for block in blocks(given, None) if not block["apart"]]
    made[0]["claim"] = {**made[0]["claim"], "source": "this project"}
    (row,) = by_cell(made)
    listed = [one["block"]["claim"]["source"] for one in row["exceptions"]]
    assert len(listed) > 1
    assert listed.index("this project") == len(listed) - 1
    assert row["paper"] == row["count"] - row["exceptions"][-1]["count"]
    text = claims_page.html_page(TEMPLATES, seen(0), CLAIMS, [])
    assert " of the paper)" in re.search(r'id="exceptions"><summary>(.*?)</summary>', text, re.S)[1]
    assert " (none)" in re.search(r'<ul class="by-cell">(.*?)</ul>', text, re.S)[1]


def test_few_networks_show_their_values_and_many_an_interval_and_p():
    few, many = (texts(runs, (2.04, 1.96)) for runs in (2, 10))
    assert (few["mean"], few["share"], few["q"]) == ("1.96, 2.04", "", "")
    assert few["controls"] == "reservoir 1/20; untrained 0/20"
    assert many["mean"] == "2.00 (1.90 to 2.10)"
    assert (many["share"], many["q"]) == ("1.00 (0.30 to 1.00)", "0.020")
    assert many["controls"] == KNOWN["control"]


def test_why_few_networks_do_not_meet_a_claim_is_told_threshold_and_conditions_apart():
    claim = {**PLANE, "threshold": "within 20 % of dimension_expected, given learned at least 1"}
    numbers = ((2.0, True), (2.1, False), (2.9, False), (math.nan, False))
    values = [Value("t", "gru", "gru", "", one, 2.0, met, "") for one, met in numbers]
    row = {**KNOWN, "state": "split", "met": 1, "runs": 4, "reason": "1 of 4 seen"}
    why = _texts(claim, row, scale_of(claim, values), values)["why"]
    assert why == "1 misses the threshold; 1 misses learned at least 1"


def test_what_all_rows_of_few_networks_would_repeat_is_left_to_the_head_of_the_page():
    assert texts(2, (2.04, 1.96))["why"] == "no gap in 1 of 3"
    page = claims_page.html_page(TEMPLATES, seen(2), CLAIMS, [])
    assert "judged from" not in page
    assert page.count("A verdict takes 10 networks") == 1


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((0.94, 0.9), "0.90, 0.94"),  # beside far values whose axis has whole numbers
        ((3.0, 2.0), "2, 3"),
        ((-0.31, 0.44), "\u22120.31, 0.44"),
        ((412.3, 97.6), "98, 412"),
    ],
)
def test_values_have_two_to_three_figures_whole_numbers_none_behind_the_point(numbers, told):
    values = [Value("t", "gru", "gru", "", one, 2.0, True, "") for one in numbers]
    others = [1.0] if all(n == int(n) for n in numbers) else [-40.5, 80.2]
    values += [Value("t", "gru", "gru", "untrained", one, 2.0, False, "") for one in others]
    scale = scale_of({"metric": "x", "at_least": 0.9}, values)
    assert _texts(PLANE, {**KNOWN, "runs": 2}, scale, values)["mean"] == told


def test_over_all_cells_a_few_networks_have_a_mean_without_an_interval():
    row = {**KNOWN, "cell": "all", "runs": 8}
    assert _texts(PLANE, row, None, (), False)["mean"] == "mean 2.00"
    assert _texts(PLANE, row, None, (), True)["mean"] == "2.00 (1.90 to 2.10)"


@pytest.mark.parametrize(
    ("runs", "title"),
    [((2, 2), "values"), ((10, 20), "mean (interval)"), ((2, 10), "values, or mean (interval)")],
)
def test_the_column_of_numbers_is_called_what_it_holds(runs, title):
    assert _title_of_means([{"runs": n} for n in runs]) == title


def test_a_ring_within_the_threshold_is_told_to_miss_the_condition_beside_it():
    (claim,) = (
        c for c in CLAIMS["claims"] if c["metric"] == "corner_miss" and not c["exploratory"]
    )
    found = judged(table((ONE, {"corner_miss_p": 0.9}), *controls())).reset_index()[list(COLUMNS)]
    found = found[found["claim"] == claim["name"]]
    values = [
        Value("categorical-3", "gru", "gru", "", 0.1, float("nan"), met, "")
        for met in (True, False, False)
    ]
    one = {claim["name"]: [*values, values[1]._replace(value=0.9)]}
    text = " ".join(claims_page.html_page(TEMPLATES, found, CLAIMS, [], None, one).split())
    assert "2 rings stand where the threshold is kept: these networks miss" in text
    assert "p of corners so near their places at most 0.5, which has no axis here." in text
    kept = {claim["name"]: [values[0]]}
    assert (
        "ring"
        not in claims_page.html_page(TEMPLATES, found, CLAIMS, [], None, kept)
        .split('class="criterion"')[1]
        .split("</div>")[0]
    )


def test_cells_stand_in_the_same_order_wherever_they_are_named():
    cells = ("ugrnn", "vanilla", "lstm", "gru")
    found = pd.concat([seen(1).assign(cell=cell) for cell in cells])
    text = claims_page.html_page(TEMPLATES, found, CLAIMS, [], None, {CLIFF: []})
    ordered = ["vanilla", "gru", "lstm", "ugrnn"]
    labels = ["vanilla", "GRU", "LSTM", "UGRNN"]
    assert re.findall(r"<li><b>(\w+)</b>:", text) == labels
    select = text.partition('<select name="cell">')[2].partition("</select>")[0]
    assert re.findall(r'<option value="(\w+)">\w+</option>', select) == ordered
    assert re.findall(r'<option value="\w+">(\w+)</option>', select) == labels
    heads = text.partition('<div class="shows scroll"')[2].partition("</thead>")[0]
    assert re.findall(r'class="of-cell [^"]*">(\w+)<', heads) == labels


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


@pytest.mark.parametrize("tag", ["title", "h1"])
def test_the_heading_promises_verdicts_only_where_there_are_any(tag):
    enough = judged(table((ONE, {}), *controls())).reset_index()[list(COLUMNS)]
    headings = [
        re.search(f"<{tag}>(.*)</{tag}>", claims_page.html_page(TEMPLATES, *given))[1]
        for given in (
            (enough, CLAIMS, []),
            (seen(2), CLAIMS, []),
            (seen(2), CLAIMS, [], shipped("fails")),
        )
    ]
    assert headings == [
        "Verdict on every claim",
        "Every claim: what was seen",
        "Every claim: what was seen, beside the battery’s verdicts",
    ]


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
    assert text.count("all networks meet the claim") == 1
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
    assert "<b>GRU</b> no network does its task" in text
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
    assert "<strong>No gap between slow and fast modes</strong> in 2 of 5 networks of GRU:" in text
    assert "No gap between" not in claims_page.html_page(TEMPLATES, found(), CLAIMS, [])


@pytest.mark.parametrize("beside", [True, False])
def test_signs_of_verdicts_are_explained_where_a_box_bears_one(beside):
    others = shipped("holds") if beside else None
    text = claims_page.html_page(TEMPLATES, seen(2), CLAIMS, [], others)
    assert ('<li class="of">the battery:</li>' in text) == beside
    assert "all networks meet the claim" in text
    judged_here = claims_page.html_page(TEMPLATES, found(), CLAIMS, [])
    assert '<span class="box fails' in judged_here


def test_verdicts_of_the_battery_can_be_filtered_where_the_run_judges_none():
    text = claims_page.html_page(TEMPLATES, seen(2), CLAIMS, [], shipped("fails"))
    assert '<option value="shipped-fails">○ fails</option>' in text
    assert '<option value="shipped-holds">' not in text
    assert 'data-state="met" data-shipped="shipped-fails"' in text
    assert (
        "shipped-" not in claims_page.html_page(TEMPLATES, found(), CLAIMS, []).split("<script")[0]
    )


def test_controls_that_lack_are_said_to_be_not_run_and_all_of_them():
    lacks = seen(2).assign(control="untrained 0/2, p 0.25; no control: reservoir, shuffled_labels")
    text = claims_page.html_page(TEMPLATES, lacks, CLAIMS, [])
    assert "no control:" not in text
    assert "untrained 0/2; not run here: reservoir, shuffled labels" in text  # in its table
    assert "controls: untrained 0/2, p 0.25; not run here: reservoir" in text  # on pointing at it


def test_claims_of_the_paper_are_marked_apart_from_those_of_this_project():
    text = claims_page.html_page(TEMPLATES, found(), CLAIMS, [])
    signs = dict(re.findall(r'class="name">([^<]+)</span> <abbr class="origin (.)"', text))
    own = {
        one["name"] for one in CLAIMS["claims"] if one["source"].startswith("Aitken et al. 2021")
    }
    assert {name for name, sign in signs.items() if sign == "P"} == own & set(signs)
    assert {"P"} < set(signs.values())


def test_both_pages_give_one_count_of_boxes_and_mark_those_beside_it():
    verdicts = found()
    single = verdicts["cell"] != "all"
    apart = (single & (verdicts["exploratory"] == 1)).sum()
    assert apart
    told = claims_page.totals(verdicts)
    assert told == {
        "counted": len(boxes_that_count(verdicts)),
        "exploratory": apart,
        "over_all": (~single).sum(),
    }
    assert sum(told.values()) == len(verdicts)
    text = claims_page.html_page(TEMPLATES, verdicts, CLAIMS, [])
    said = " ".join(text.split())
    assert f"{told['counted']} boxes count: a claim on one task and cell." in said
    assert f"{apart} of exploratory claims, shown and not counted" in said
    # Below the line that says so stand all exploratory claims, above it none.
    grid = text.split('<div class="overview">')[1].split("</div>")[0]
    above, below = grid.split("Exploratory: shown, not counted")
    names = {name: claim["exploratory"] for name, claim in _claims_by_name().items()}
    for name, exploratory in names.items():
        heading = f">{name}</th>"
        assert heading not in (above if exploratory else below)


def _claims_by_name():
    return {claim["name"]: claim for claim in CLAIMS["claims"]}


def test_tasks_have_titles_and_the_order_of_the_configuration_in_every_grid():
    names = ["categorical-4", "categorical-3", "categorical-2"]
    verdicts = pd.concat([seen(1).assign(task=name) for name in names])
    asked = ["categorical-3", "categorical-4"]  # others come last
    page = claims_page.html_page(TEMPLATES, verdicts, CLAIMS, [], tasks=asked)
    heads = re.findall(r'class="task"[^>]*>([^<]+)</th>', page)
    rows = re.findall(r'<tr data-task="[^"]+"><th scope="row">([^<]+)</th>', page)
    titles = ["Three unordered classes", "Four unordered classes", "Two unordered classes"]
    assert heads[:3] == titles
    assert rows[:3] == titles


def shipped_claims():
    """Yield the claims of every file about networks, each with its conditions."""
    for path in sorted((PROJECT / "config").glob("claims*.yaml")):
        if path.stem in {"claims", "claims_cells", "claims_text", "claims_pooling"}:
            for claim in yaml.safe_load(path.read_text())["claims"]:
                given = claim.get("given") or []
                yield from [claim, *([given] if isinstance(given, dict) else given)]


def test_every_metric_of_a_shipped_claim_has_a_name_that_readers_know():
    named = {one["metric"] for one in shipped_claims()}
    named |= {one["expected"] for one in shipped_claims() if isinstance(one.get("expected"), str)}
    assert sorted(named - set(METRIC_TITLES)) == []
    assert len(set(METRIC_TITLES.values())) == len(METRIC_TITLES)
    assert not [title for title in METRIC_TITLES.values() if "_" in title]


def test_a_condition_is_told_with_names_that_readers_know():
    told = with_titles("participation_ratio_visited at least 2, learned at least 1")
    assert told == (
        "dimension of visited states (participation ratio) at least 2, task learned (1: yes) at"
        " least 1"
    )
    assert metric_title("mine") == "mine"
