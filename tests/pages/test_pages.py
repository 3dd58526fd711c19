"""The start page and the page of a network.

What they hold, where their links lead, how text of a user is treated.
"""

import re
from html.parser import HTMLParser
from itertools import groupby

import numpy as np
import pandas as pd
import pytest
import yaml
from browser import opened, overflow
from conftest import PROJECT
from fake_run import fake_runs
from test_claims_page import CLAIMS, TEMPLATES, found

from rnn_geometry.claims import _units
from rnn_geometry.claims.grid import SIGNS, fragment
from rnn_geometry.config.load import read_claims
from rnn_geometry.config.thresholds import shares_allowed
from rnn_geometry.geometry.bend import Bend
from rnn_geometry.geometry.tables import RUN_GROUPS
from rnn_geometry.geometry.tables import RUNS as RUN_COLUMNS
from rnn_geometry.pages import network
from rnn_geometry.pages._key_numbers import KEY_NUMBERS, distance, key_numbers
from rnn_geometry.pages.costs import cost_table
from rnn_geometry.pages.network import coded, grouped, network_page, shown_figures
from rnn_geometry.pages.questions import COMMAND
from rnn_geometry.pages.start import (
    figure_groups,
    report_size,
    start_page,
    versions_of,
    without_dimension,
)

RECORD = {
    "task": "categorical-3",
    "versions": {"torch": "2.13.0", "python": "3.11.7"},
    "device": "cpu",
    "threads": 1,
    "data_sha256": {name: name[0] * 64 for name in ("train", "dev", "test", "vocab")},
    "seeds": {"initialisation": 12345, "batches": 67890},
    "settings": {"learning_rate": 0.01, "l2": "3e-4", "patience": None},
    "best_step": 540,
    "fingerprint": "0123456789abcdef",
}
BESIDE = {
    "previous": [["categorical-3", "gru", "3e-4", 9]],
    "next": [["ordered2d-5", "lstm", "3e-4", 10]],
    "seeds": [["categorical-3", "gru", "3e-4", 11]],
    "cells": [["categorical-3", "vanilla", "1e-3", 10]],
}
FIGURES = [
    {
        **{"name": name, "title": name.capitalize(), "caption": "It drops.", "width": 390},
        **{"source": "data:,", "table": "data:text/csv,k", "of_task": of_task},
        **{"narrow": "", "legend": ()},
    }
    for name, of_task in (("manifold", "trajectories"), ("cliff", ""))
]
COSTS = [{"rule": "train", "jobs": 4, "cpu_seconds": 30.0, "memory_mb": 420.0}]


class Page(HTMLParser):
    """Tags, links, ids, and the texts of the table of networks."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.images, self.rows, self.in_runs = (
            [],
            [],
            set(),
            [],
            [],
            False,
        )
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.ids |= {attributes["id"]} if "id" in attributes else set()
        self.links += [attributes["href"]] if tag == "a" else []
        self.images += [attributes] if tag == "img" else []
        self.in_runs |= attributes.get("id") == "runs"
        if tag == "tr" and self.in_runs:
            self.rows.append([])

    def handle_endtag(self, tag):
        self.in_runs &= tag != "table"

    def handle_data(self, data):
        if self.in_runs and self.rows and data.strip():
            self.rows[-1].append(data.strip())


def table_of_runs():
    """Return runs.csv of planted networks, with every column."""
    table = pd.DataFrame(fake_runs())
    known = {"constant_accuracy": 0.34, "learned_above": 0.36, "bag_of_words_accuracy": 0.99}
    others = dict.fromkeys(name for name in RUN_COLUMNS if name not in table) | known
    others |= {"control": None, "not_judged": None}
    kept = table.drop(columns=[name for name in others if name in table])
    return pd.concat([kept, pd.DataFrame(others, index=table.index)], axis=1)


@pytest.fixture
def runs():
    return table_of_runs()


FIGURE = {
    "file": "figures/variance.png",
    "name": "variance",
    "others": [{"kind": "CSV", "file": "figures/variance.csv"}],
}


def page_of(runs, verdicts=None, **changes):
    options = {
        "shown": [["categorical-3", "gru", "3e-4", 10]],
        "explorers": ["categorical-3"],
        "figures": [{"title": "Over networks", "figures": [FIGURE]}],
        "opening": "headline",
        "records": [RECORD],
        "costs": COSTS,
        "configuration": "tasks:\n- name: <b>mine</b>\n",
        **changes,
    }
    verdicts = found() if verdicts is None else verdicts
    return start_page(TEMPLATES, runs, verdicts, CLAIMS, **options)


def page_of_network(run, explorer=True, beside=BESIDE, **options):
    return network_page(TEMPLATES, run, RECORD, FIGURES, explorer, 0.1, beside, **options)


def test_a_network_is_called_as_a_reader_says_it_and_by_its_name(runs):
    run = runs.to_dict("records")[0] | {"task": "ordered2d-5", "model": "lstm"}
    text = page_of_network(run, called="Five ordered classes")
    assert f"<h1>Five ordered classes · LSTM · seed {run['seed']}</h1>" in text
    assert f"ordered2d-5, lstm, L2 {run['l2']}, seed {run['seed']}</p>" in text
    assert "<h1>ordered2d-5 · LSTM" in page_of_network(run)


def test_each_figure_of_a_network_leads_to_its_data_and_to_print(runs):
    run = runs.to_dict("records")[0]
    text = page_of_network(run, printed=["svg"])
    assert text.count('href="data:text/csv,k" download=') == 2
    up = "../../../../.."
    assert f"{up}/figures/{run['task']}/trajectories.svg" in Page(text).links
    assert "/figures/" not in page_of_network(run)  # none that shows this network


def test_figures_of_a_network_without_a_gap_are_read_with_care(runs):
    run = runs.to_dict("records")[0]
    assert network.NO_GAP == _units.NO_GAP
    assert "with care" in page_of_network(run | {"slow_no_gap": 0.97})
    assert "at 97 % of the slow points" in page_of_network(run | {"slow_no_gap": 0.97})
    for share in (0.2, None):
        assert "with care" not in page_of_network(run | {"slow_no_gap": share})


def test_files_that_only_a_followed_training_writes_are_no_links(runs):
    links = Page(page_of_network(runs.to_dict("records")[0])).links
    assert {"model.safetensors", "slow_points.npz"} <= {*links}
    assert "snapshots.npz" not in links


def test_signs_of_distance_are_no_signs_of_verdicts(runs):
    text = page_of_network(runs.to_dict("records")[0])
    assert not {*SIGNS.values()} & {*text}
    assert all(sign in TEMPLATES["network.css"] for sign in "=≈≠")


def test_numbers_have_a_minus_and_no_hyphen(runs):
    run = {**runs.to_dict("records")[0], "rate_slope": -0.54, "tau_1": -1.25}
    text = page_of_network(run)
    assert "−0.54" in text
    assert "strictly: −1" in text
    hyphens = re.findall(r"<td[^>]*>(-\d[^<]*)", text)
    assert not hyphens


def test_the_page_of_a_network_says_what_its_readout_sees(runs):
    run = runs.to_dict("records")[0]
    assert "sees all states by attention" in page_of_network({**run, "pooling": "attention"})
    assert "sees all states by attention" not in page_of_network({**run, "pooling": "last"})


def test_the_page_of_a_network_begins_with_what_departs_from_theory(runs):
    run = runs.to_dict("records")[0]
    d = run["dimension_expected"]
    told = " ".join(page_of_network({**run, "components_95": 3 * d}).split())
    assert f"Far: components for 95 % of the variance ({3 * d} for {d})" in told
    assert "). Near: accuracy on test" in told
    said = told.partition('class="departs"')[2].partition("</p>")[0]
    assert f"({d} for {d})" not in said  # what is as expected is counted, not named


def test_the_start_page_has_a_row_per_network_and_leads_to_those_with_a_page(runs):
    page = Page(page_of(runs))
    assert len(page.rows) == len(runs) + 1
    assert page.rows[0][:5] == ["task", "model", "L2", "seed", "accuracy"]
    assert "runs/categorical-3/gru/l2-3e-4/seed-10/index.html" in page.links
    assert sum(link.startswith("runs/") for link in page.links) == 1
    assert {
        "explorer/categorical-3.html",
        "report.html",
        "claims.html",
        "figures/variance.png",
        "figures/variance.csv",
        "tables/runs.csv",
    } <= set(page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    assert all(image["alt"] for image in page.images)


def test_a_column_that_says_nothing_is_not_shown(runs):
    heads = Page(page_of(runs.assign(control=None, cover=None))).rows[0]
    assert not {"control", "cover"} & set(heads)
    some = runs.assign(control=[*[None] * (len(runs) - 1), "untrained"])
    assert "control" in Page(page_of(some)).rows[0]


def test_networks_stand_by_task_and_by_cell_in_the_order_of_all_pages(runs):
    shuffled = runs.sample(frac=1, random_state=1)
    asked = ["ordered2d-5", "categorical-5", "categorical-3", "categorical-4", "multilabel-2"]
    rows = [row[:2] for row in Page(page_of(shuffled, tasks=asked)).rows[1:]]
    assert [*dict.fromkeys(task for task, _ in rows)] == [
        *("Five ordered classes", "Five unordered classes", "Three unordered classes"),
        *("Four unordered classes", "Two labels"),
    ]
    models = [model for task, model in rows if task == "Three unordered classes"]
    assert [*dict.fromkeys(models)] == ["vanilla", "GRU", "LSTM", "UGRNN"]
    assert len([*groupby(models)]) == 4


def test_costs_stand_by_their_cpu_seconds(runs):
    costs = [{**COSTS[0], "rule": name, "cpu_seconds": s} for name, s in (("a", 1.0), ("b", 9.0))]
    text = page_of(runs, costs=costs)
    assert text.index("<td>b</td>") < text.index("<td>a</td>")


OVERVIEW = {**FIGURE, "file": "figures/dimension_overview.png"}


def test_the_figure_of_dimensions_says_which_networks_it_leaves_out_and_why(runs):
    groups = [{"title": "Over networks", "figures": [OVERVIEW]}]
    out = runs["model"] == "vanilla"
    lacking = runs.assign(participation_ratio=runs["participation_ratio"].mask(out))
    told = (
        f"{out.sum()} of {len(runs)} networks (vanilla) have no value, a hollow mark below the axis"
    )
    text = page_of(lacking, figures=groups)
    assert f"on their line. {told}." in text  # no claim says why
    assert "hollow mark" not in page_of(runs, figures=groups)
    known = lacking.astype(object).where(lacking.notna(), None).to_dict("records")
    reason = "their slow and fast modes have no gap, so that a dimension would depend on the cut."
    assert without_dimension(known, [{"networks": int(out.sum())}]) == f"{told}: {reason}"


def test_a_figure_with_nothing_to_draw_is_not_shown(tmp_path):
    folder = tmp_path / "figures"
    folder.mkdir()
    for name, rows in (("empty", ""), ("full", "1,2\n")):
        (folder / f"{name}.png").write_bytes(b"")
        (folder / f"{name}.csv").write_text("x,y\n" + rows)
    (group,) = figure_groups(tmp_path, ["empty", "full"], [], [])
    assert [figure["name"] for figure in group["figures"]] == ["full"]
    assert figure_groups(tmp_path, ["empty"], [], []) == []


def test_the_opening_picture_has_the_size_that_it_was_drawn_for(runs):
    text = page_of(runs)
    assert '<source srcset="figures/headline.png 2x"><img src="figures/headline.png"' in text
    (tag,) = (image for image in Page(text).images if image["src"] == "figures/headline.png")
    assert "width" not in tag
    assert '<figure class="opening"><a class="scroll" href="figures/headline.png"' in text


def test_the_opening_figure_says_of_how_many_networks_it_holds(runs):
    task, d = "ordered2d-5", 2
    of = (runs["task"] == task).to_numpy()
    assert of.sum() > 1
    needed = runs["components_95"].mask(of, d + 1)
    needed.iloc[np.flatnonzero(of)[0]] = d
    text = page_of(runs.assign(components_95=needed), opened=[[task, "gru", "3e-4", 11]])
    assert f"Components that 95 % of the variance takes: {d} in 1 of {of.sum()} networks" in text


def test_verdicts_of_the_start_page_lead_to_their_numbers(runs):
    page = Page(page_of(runs))
    rows = [f"claims.html#{fragment(r.claim, r.task, r.cell)}" for r in found().itertuples()]
    others = ["claims.html#exceptions"] * 2  # beside the answer, and where a question is answered
    links = [link for link in page.links if link.startswith("claims.html#")]
    assert sorted(links) == sorted(rows + others)


def test_a_network_that_no_verdict_counts_is_marked_and_counted_with_the_reason(runs):
    runs.loc[3, "not_judged"] = "below the bag of words; loss still falling"
    text = page_of(runs)
    assert text.count("(below the bag of words; loss still falling)") == 1
    assert "1 network counts in no verdict" in text
    assert "1 below the bag of words, 1 loss still falling." in text
    assert "in no verdict" not in page_of(runs.assign(not_judged=None))


def test_the_start_page_warns_of_networks_below_a_bag_of_words(runs):
    assert "below a bag of words" not in page_of(runs.assign(bag_of_words_accuracy=0.0))
    text = page_of(runs.assign(bag_of_words_accuracy=1.2, loss_falling=1))
    assert text.count("below a bag of words by up to") == len(runs.groupby(["task", "model"]))
    assert "train longer (steps or epochs)" in text
    assert "<strong>Warning" not in text  # quiet: folded, and said again at the end of a run


def test_the_opening_figure_names_its_networks_and_leads_to_those_with_a_page(runs):
    keys = [["categorical-3", "gru", "3e-4", 10], ["ordered2d-5", "gru", "3e-4", 11]]
    text = page_of(runs, opened=keys)
    unlinked = "Five ordered classes, GRU, L2 3e-4, seed 11."
    assert f">Three unordered classes, GRU, L2 3e-4, seed 10</a>; {unlinked}" in text
    assert "Drawn:" not in page_of(runs)


def test_the_start_page_leads_to_networks_that_translate_where_there_are_some(runs):
    assert "attention.html" in Page(page_of(runs, translators=True)).links
    assert "reading.html" in Page(page_of(runs, language=True)).links
    assert "attention.html" not in Page(page_of(runs)).links


def test_columns_that_a_telephone_shows_are_few_and_controls_are_told_apart(runs):
    def told(text):
        return re.findall(r'<th scope="col" class="(?:number)?"[^>]*><button[^>]*>([^<]+)<', text)

    narrow = ["task", "model", "seed", "accuracy", "expected d", "partici\u00adpation ratio"]
    assert told(page_of(runs)) == narrow
    assert "control" in told(page_of(runs.assign(control="untrained")))


def test_the_start_page_says_how_it_was_computed(runs):
    text = page_of(runs)
    for known in ("2.13.0", "t" * 16, "30.0", "7.50", "420"):
        assert known in text
    assert "&lt;b&gt;mine" in text
    assert "<b>mine" not in text
    folded = text.partition('id="configuration"')[2]
    assert f"<code>{COMMAND}</code>" in folded


def test_boxes_without_a_verdict_are_not_called_verdicts(runs):
    assert '<h2 id="verdicts">Verdicts</h2>' in page_of(runs)
    few = page_of(runs, found().assign(judged=0))
    assert '<h2 id="verdicts">Claims: what was seen, and shipped verdicts</h2>' in few
    assert '<a href="#verdicts">Claims</a>' in few


def test_the_link_to_the_report_says_how_large_it_may_be(runs, tmp_path):
    for name in ("figures/a/one.png", "runs/b/panel.png", "runs/b/other.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(3_000_000))
    assert report_size(tmp_path) == 8_000_000
    assert "up to 8 MB)" in page_of(runs, report_bytes=report_size(tmp_path))


def test_a_telephone_gives_a_claim_of_the_answer_the_whole_line(browser, runs, tmp_path):
    file = tmp_path / "index.html"
    file.write_text(page_of(runs), encoding="utf-8")
    with opened(browser, file, width=390, refused=("warning",)) as page:  # without its pictures
        row = page.locator(".answer tbody tr").first
        name, number = row.locator("th").bounding_box(), row.locator("td").first.bounding_box()
        assert name["width"] > 250
        assert number["y"] >= name["y"] + name["height"] - 1
        assert overflow(page) == []


def test_figures_are_said_to_have_the_files_that_lie_below_them(runs):
    assert "Below each figure: PNG and CSV (PDF and SVG by the key" in page_of(runs)


def test_versions_that_differ_are_all_named():
    other = {**RECORD, "versions": {"torch": "2.14.0", "python": "3.11.7"}}
    assert versions_of([RECORD, other])["torch"] == "2.13.0, 2.14.0"
    assert versions_of([RECORD, other])["python"] == "3.11.7"


def test_the_start_page_names_the_paper_and_how_to_cite(runs):
    facts = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    (paper,) = facts["references"]
    text = page_of(runs)
    assert f'Aitken et al., <a href="{paper["url"]}"><cite>{paper["title"]}</cite></a>' in text
    assert f"<cite>{facts['title']}</cite>, version {facts['version']}" in text
    assert f"Licence: {facts['license']}." in text
    for author in paper["authors"]:
        assert f"{author['given-names']} {author['family-names']}" in text


def test_no_page_asks_for_anything_outside(runs):
    run = {**runs.iloc[0].to_dict(), "test_accuracy": 0.98}
    for text in (page_of(runs), page_of_network(run)):
        links = re.sub(r'<a href="[^"]*"', "", text)  # a link asks for nothing until it is followed
        assert not re.search(r"(src|href)=.?(https?:)?//", links)
        assert "@import" not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"test_accuracy": 0.3}, "not learned; below the bag of words"),
        ({"test_accuracy": 0.58, "loss_falling": True}, "below the bag of words; loss still"),
        ({"test_accuracy": 0.98, "loss_falling": 1}, "loss still falling"),
    ],
)
def test_the_page_of_a_network_that_no_verdict_counts_says_why(runs, changes, said):
    run = {**runs.iloc[0].to_dict(), **changes}
    text = page_of_network(run)
    assert f"No verdict counts this network: {said}" in text
    assert "that of a bag of words 0.99" in text
    fine = {**run, "test_accuracy": 0.98, "loss_falling": None}
    assert "No verdict" not in page_of_network(fine)


def test_the_page_of_a_network_holds_numbers_seeds_and_hashes(runs):
    run = {**runs.iloc[0].to_dict(), "test_accuracy": 0.98765432}
    text = page_of_network(run)
    page = Page(text)
    for known in ("0.9877", "12345", "540", "0123456789abcdef", "t" * 16, "learning_rate"):
        assert known in text
    assert "patience" not in text  # what is not set is left out
    choice = f"model={run['model']}&l2={run['l2']}&seed={run['seed']}"
    assert f"../../../../../explorer/{run['task']}.html#{choice}" in page.links
    assert {"run.json", "states.npz", "panel.png", "../../../../../index.html"} <= set(page.links)
    assert "No verdict" not in text
    assert "explorer" not in page_of_network(run, explorer=False)


def test_the_page_of_a_network_leads_to_those_beside_it(runs):
    run = runs.iloc[0].to_dict()
    page = Page(page_of_network(run))
    for networks in BESIDE.values():
        for task, model, l2, seed in networks:
            folder = f"runs/{task}/{model}/l2-{l2}/seed-{seed}"
            assert f"../../../../../{folder}/index.html" in page.links
    alone = page_of_network(run, beside=dict.fromkeys(BESIDE, ()))
    assert 'rel="prev"' not in alone
    assert "Same cell" not in alone


def test_neighbours_are_called_by_what_differs(runs):
    run = runs.iloc[0].to_dict() | {"task": "categorical-3", "model": "gru", "l2": "3e-4"}
    beside = dict.fromkeys(BESIDE, ()) | {
        "previous": [["categorical-3", "gru", "1e-3", 10]],
        "next": [["ordered2d-5", "lstm", "3e-4", 10]],
        "cells": [["categorical-3", "ugrnn", "5e-4", 10]],
    }
    text = page_of_network(run, beside=beside)
    assert ">← GRU, L2 1e-3, seed 10</a>" in text
    assert ">ordered2d-5, LSTM, seed 10 →</a>" in text
    assert ">UGRNN</a>" in text


def test_a_number_opens_to_its_definition_without_a_mouse(runs):
    text = page_of_network(runs.iloc[0].to_dict())
    opened = text.partition("<summary>components for 95 % of the variance</summary>")[2]
    definition = opened.partition('class="meant"')[2].partition("</tr>")[0]
    assert "principal components for 95 % of the variance" in definition
    assert 'href="#components_95"' in definition


def test_every_number_of_a_network_is_in_one_group_with_its_definition(runs):
    run = runs.iloc[0].to_dict()
    groups = grouped(run)
    names = [name for group in RUN_GROUPS.values() for name in group]
    assert names == list(RUN_COLUMNS)
    told = [row["name"] for group in groups for row in group["rows"]]
    empty = [name for group in groups for name in group["empty"]]
    assert sorted([*told, *empty]) == sorted(names)
    page = Page(page_of_network(run))
    assert set(told) <= page.ids
    assert coded("a `b` <c>") == "a <code>b</code> &lt;c&gt;"


def test_numbers_stand_beside_theory_and_lead_to_their_definition(runs):
    run = {**runs.iloc[0].to_dict(), "dimension_expected": 2, "participation_ratio": 2.04}
    run |= {"integration_modes": None, "readout_angle_expected": None}
    meanings = {name: column.meaning for name, column in RUN_COLUMNS.items()}
    rows = {row["name"]: row for row in key_numbers(run, meanings)}
    ratio = rows["participation_ratio"]
    assert (ratio["value"], ratio["expected"], ratio["distance"]) == ("2.04", "2", "close")
    assert rows["integration_modes"]["value"] == "not defined"
    assert rows["integration_modes"]["distance"] == "lacking"
    assert "readout_angle_mean" not in rows  # theory knows no angle
    assert {one.name for one in KEY_NUMBERS} <= set(RUN_COLUMNS)


@pytest.mark.parametrize(
    ("value", "far"), [(2.19, "close"), (1.81, "close"), (2.4, "near"), (2.6, "far"), (1, "far")]
)
def test_how_far_a_number_is_from_theory(value, far):
    (ratio,) = (one for one in KEY_NUMBERS if one.name == "participation_ratio")
    assert distance(ratio, value, 2.0) == far


def test_what_misses_the_threshold_of_a_claim_is_not_called_near():
    allowed = shares_allowed(read_claims("config/claims.yaml", str(PROJECT))["claims"])
    assert allowed["plane"] == {"participation_ratio": 0.2}
    assert allowed["unordered"] == {"participation_ratio": 0.1}
    (ratio,) = (one for one in KEY_NUMBERS if one.name == "participation_ratio")
    found = {
        kind: distance(ratio, 2.3, 2.0, one["participation_ratio"]) for kind, one in allowed.items()
    }
    assert (found["plane"], found["unordered"]) == ("near", "beyond")
    run = {"participation_ratio": 2.47, "dimension_expected": 2}
    text = page_of_network({**table_of_runs().iloc[0].to_dict(), **run}, allowed=allowed["plane"])
    assert "Beyond the threshold of its claim: dimension (participation ratio) (2.47 for 2)" in text


def test_time_constants_are_told_beside_half_a_sentence():
    taus = {"tau_1": 44.86, "tau_2": 13.1, "tau_3": 2.23, "dimension_expected": 2}
    meanings = {name: column.meaning for name, column in RUN_COLUMNS.items()}
    for length, side in {26: "above", 27: "below"}.items():
        last = key_numbers({**taus, "mean_length": length}, meanings)[-1]
        assert (last["distance"], last["words"]) == (side, f"{side} half a sentence,")
        assert last["expected"] == f"{length / 2:.1f} (the next mode: 2.2)"


def test_an_accuracy_above_its_yardstick_is_no_miss():
    (accuracy,) = (one for one in KEY_NUMBERS if one.name == "test_accuracy")
    assert distance(accuracy, 0.98, 0.6) == "close"
    assert distance(accuracy, 0.975, 0.996) == "near"
    assert distance(accuracy, 0.935, 0.996) == "far"


def test_a_threshold_is_passed_and_is_no_expectation():
    (shape,) = (one for one in KEY_NUMBERS if one.name == "simplex_shape")
    assert [distance(shape, value, 0.3) for value in (0.9, 0.3, 0.29)] == [
        "above",
        "above",
        "below",
    ]
    meanings = {name: column.meaning for name, column in RUN_COLUMNS.items()}
    for value, told in {0.47: "above its threshold, .30", 0.1: "below its threshold, .30"}.items():
        rows = {
            one["name"]: one
            for one in key_numbers({"simplex_shape": value, "dimension_expected": 4}, meanings)
        }
        row = rows["simplex_shape"]
        assert f"{row['words']} {row['expected']}".replace("0.30", ".30") == told


def test_what_is_counted_as_expected_leaves_nothing_out(runs):
    run = {**runs.to_dict("records")[0], "simplex_shape": 0.47, "integration_modes": None}
    told = page_of_network(run).partition('class="departs"')[2].partition("</strong>")[0]
    close, whole, above, lacking = map(int, re.findall(r"\d+", told))
    meanings = {name: column.meaning for name, column in RUN_COLUMNS.items()}
    rows = [row["distance"] for row in key_numbers(run, meanings)]
    assert whole == len(rows) - rows.count("none")
    assert (close, above) == (rows.count("close"), 1)
    assert lacking == rows.count("lacking") > 0
    assert told.endswith("not defined.")


def test_the_longest_time_constants_are_told_with_their_direction_beside_the_next_one():
    taus = {"tau_1": 44.86, "tau_2": 39.45, "tau_3": 2.23, "growth_1": 0.02, "growth_2": -0.02}
    meanings = {name: column.meaning for name, column in RUN_COLUMNS.items()}
    last = key_numbers({"dimension_expected": 2, **taus}, meanings)[-1]
    assert (last["value"], last["expected"]) == ("44.9\u00a0(grows), 39.5\u00a0(fades)", "2.2")
    alike = key_numbers({"dimension_expected": 2, **taus, "growth_2": 0.01}, meanings)[-1]
    assert alike["value"] == "44.9, 39.5 (all\u00a0grow)"
    assert key_numbers({"dimension_expected": 3, **taus}, meanings)[-1]["name"] != "tau_1"


def test_figures_of_a_network_lie_within_its_page_with_captions():
    pieces = {"variance": (b"png", 390), "manifold": (b"png", 600)}
    figures = shown_figures(pieces, {"variance": "k,share"}, 2)
    assert [figure["name"] for figure in figures] == ["manifold", "variance"]
    assert all(figure["source"].startswith("data:image/png;base64,") for figure in figures)
    assert all(figure["caption"] for figure in figures)
    assert [bool(figure["table"]) for figure in figures] == [False, True]


def test_the_manifold_alone_has_a_legend_and_a_picture_for_telephones(runs):
    pieces = {"variance": (b"png", 390), "manifold": (b"png", 600)}
    legend = [{"sign": "●", "colour": "#0b559f", "name": "<class 0>"}]
    figures = shown_figures(pieces, {}, 2, None, (b"narrow", 360), legend)
    assert [bool(figure["narrow"]) for figure in figures] == [True, False]
    page = network_page(TEMPLATES, runs.to_dict("records")[0], RECORD, figures, True, 0.1, BESIDE)
    assert page.count("<source media=") == 1
    assert '<b style="color: #0b559f" aria-hidden="true">●</b> &lt;class 0&gt;' in page


@pytest.mark.parametrize(("dimension", "solid"), [(None, False), (2, False), (3, True)])
def test_a_caption_tells_of_pairs_of_components_where_they_are_drawn(dimension, solid):
    (figure,) = shown_figures({"manifold": (b"png", 600)}, {}, dimension)
    assert ("along 3 and 4" in figure["caption"]) == solid


@pytest.mark.parametrize(
    ("dimension", "bend", "said"),
    [
        (2, Bend(0.127, 0.94), "13 % of the variance of the slow points, and 94 % of that"),
        (2, Bend(0.127, 0.94), "a sheet that bends"),
        (2, Bend(0.012, 0.1), "1.2 % of the variance of the slow points, and 10 % of that"),
        (2, Bend(0.012, 0.1), "more scatter than bend"),
        (3, Bend(0.127, 0.94), "at the same scale, along 3 and 4"),
        (2, None, "arrows"),
    ],
)
def test_a_caption_says_how_slow_points_leave_their_plane(dimension, bend, said):
    (figure,) = shown_figures({"manifold": (b"png", 600)}, {}, dimension, bend)
    assert said in figure["caption"]
    assert ("plane:" in figure["caption"]) == (dimension == 2 and bend is not None)


def test_figures_are_listed_by_group_and_only_those_that_are_there(tmp_path):
    for name in (
        "headline.png",
        "sweep_n.png",
        "task-a/flow.png",
        "task-a/flow.pdf",
        "task-a/modes.png",
    ):
        (tmp_path / "figures" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "figures" / name).write_bytes(b"")
    groups = figure_groups(tmp_path, ["headline", "manifolds"], ["task-a", "task-b"], ["n"])
    assert [
        (group["title"], [figure["file"] for figure in group["figures"]]) for group in groups
    ] == [
        ("Over networks", ["figures/headline.png"]),
        ("task-a", ["figures/task-a/flow.png", "figures/task-a/modes.png"]),
        ("Sweeps", ["figures/sweep_n.png"]),
    ]


def test_costs_are_summed_by_rule(tmp_path):
    header = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    (tmp_path / "train" / "a").mkdir(parents=True)
    (tmp_path / "train" / "a" / "1.tsv").write_text(
        header + "3.2\t0:00:03\t150.5\t0\t0\t0\t0\t0\t90\t3.0\n"
    )
    (tmp_path / "train" / "a" / "2.tsv").write_text(
        header + "4.2\t0:00:04\t250.0\t0\t0\t0\t0\t0\t90\t4.5\n"
    )
    (tmp_path / "train" / "a" / "old.tsv").write_text(
        header + "9\t0:00:09\t900.0\t0\t0\t0\t0\t0\t90\t9.0\n"
    )
    (tmp_path / "judge.tsv").write_text(header + "0.1\t0:00:00\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\n")
    assert cost_table(tmp_path, ["train/a/1", "train/a/2", "judge", "tabulate"]) == [
        {"rule": "judge", "jobs": 1, "cpu_seconds": 0.0, "memory_mb": 0.0},
        {"rule": "train", "jobs": 2, "cpu_seconds": 7.5, "memory_mb": 250.0},
    ]
