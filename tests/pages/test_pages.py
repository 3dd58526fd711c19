"""The start page and the page of a network.

What they hold, where their links lead, how text of a user is treated.
"""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from fake_run import fake_runs
from test_claims_page import CLAIMS, TEMPLATES, found

from rnn_geometry.geometry.tables import RUNS as RUN_COLUMNS
from rnn_geometry.pages.costs import cost_table
from rnn_geometry.pages.network import network_page
from rnn_geometry.pages.start import figure_groups, start_page, versions_of

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


def page_of(runs, **changes):
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
    return start_page(TEMPLATES, runs, found(), CLAIMS, **options)


def test_the_start_page_has_a_row_per_network_and_leads_to_those_with_a_page(runs):
    page = Page(page_of(runs))
    assert len(page.rows) == len(runs) + 1
    assert page.rows[0][:6] == ["task", "model", "L2", "seed", "control", "accuracy"]
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


def test_verdicts_of_the_start_page_lead_to_their_numbers(runs):
    page = Page(page_of(runs))
    assert len([link for link in page.links if link.startswith("claims.html#verdict-")]) == len(
        found()
    )


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


def test_the_start_page_says_how_it_was_computed(runs):
    text = page_of(runs)
    for known in ("2.13.0", "t" * 16, "30.0", "7.50", "420"):
        assert known in text
    assert "&lt;b&gt;mine" in text
    assert "<b>mine" not in text


def test_versions_that_differ_are_all_named():
    other = {**RECORD, "versions": {"torch": "2.14.0", "python": "3.11.7"}}
    assert versions_of([RECORD, other])["torch"] == "2.13.0, 2.14.0"
    assert versions_of([RECORD, other])["python"] == "3.11.7"


def test_no_page_asks_for_anything_outside(runs):
    run = {**runs.iloc[0].to_dict(), "test_accuracy": 0.98}
    for text in (page_of(runs), network_page(TEMPLATES, run, RECORD, True, 0.1)):
        assert not re.search(r"(src|href)=.?(https?:)?//", text)
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
    text = network_page(TEMPLATES, run, RECORD, True, 0.1)
    assert f"No verdict counts this network: {said}" in text
    assert "that of a bag of words 0.99" in text
    fine = {**run, "test_accuracy": 0.98, "loss_falling": None}
    assert "No verdict" not in network_page(TEMPLATES, fine, RECORD, True, 0.1)


def test_the_page_of_a_network_holds_numbers_seeds_and_hashes(runs):
    run = {**runs.iloc[0].to_dict(), "test_accuracy": 0.98765432}
    text = network_page(TEMPLATES, run, RECORD, True, 0.1)
    page = Page(text)
    for known in ("0.9877", "12345", "540", "0123456789abcdef", "t" * 16, "learning_rate"):
        assert known in text
    assert "patience" not in text  # what is not set is left out
    choice = f"model={run['model']}&l2={run['l2']}&seed={run['seed']}"
    assert f"../../../../../explorer/{run['task']}.html#{choice}" in page.links
    assert {"run.json", "states.npz", "panel.png", "../../../../../index.html"} <= set(page.links)
    assert "No verdict" not in text
    assert "explorer" not in network_page(TEMPLATES, run, RECORD, False, 0.1)


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
