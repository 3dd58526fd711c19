"""Controls, sweeps and verdicts through the whole graph, on networks that train in seconds."""

import csv
import re

import pytest
from conftest import ProjectCopy

pytestmark = pytest.mark.workflow

SIZES = {"length": 15, "train_size": 6400, "dev_size": 400, "test_size": 600}
OWN = {"name": "categorical", "family": "categorical", **SIZES}
CHANGES = {
    "tasks": [{"name": "categorical-3", "family": "categorical", "classes": 3, **SIZES}],
    "cells": ["tiny-gru"],
    "seeds": [100, 101],
    "controls": {"untrained": {"seeds": [100]}, "shuffled_labels": {"seeds": [100]}},
    "sweeps": [
        {"name": "n", "over": "classes", "values": [2, 3], "task": OWN, "seeds": [100]},
        {
            "name": "x",
            "over": "hold_input",
            "values": ["zero", "mean"],
            "task": "categorical-3",
            "seeds": [100],
        },
        {
            "name": "h",
            "over": "hidden_size",
            "values": [12, 24],
            "task": "categorical-3",
            "seeds": [100],
        },
        {
            "name": "l2",
            "over": "l2",
            "values": ["3e-4", "3e-1"],
            "task": "categorical-3",
            "seeds": [100],
        },
    ],
    "analysis": {"visited_states": 200, "exact_starts": 50},
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    copy = ProjectCopy(tmp_path_factory.mktemp("judged"))
    copy.config = copy.configure(**CHANGES)
    copy.snakemake("claims", "--configfile", copy.config)
    return copy


def rows(copy, name):
    with open(copy.root / "results/tables" / name, newline="") as handle:
        return list(csv.DictReader(handle))


def test_controls_fail_where_networks_do_not(judged):
    runs = rows(judged, "runs.csv")
    by_control = {row["control"]: row for row in runs}
    assert sorted(row["control"] for row in runs) == [
        "",
        "",
        "",
        "",
        "",
        "shuffled_labels",
        "untrained",
    ]
    assert by_control["untrained"]["model"] == "tiny-gru-untrained"
    assert by_control["shuffled_labels"]["task"] == "categorical-3-shuffled"
    for control in ("untrained", "shuffled_labels"):
        assert float(by_control[control]["test_accuracy"]) < 0.6
        assert float(by_control[control]["score_r2"] or 0) < 0.5
    # Of an untrained network, which guesses, chance alone decides.
    assert by_control["shuffled_labels"]["cliff"] == "0"
    own = [
        row
        for row in runs
        if (row["task"], row["model"], row["l2"]) == ("categorical-3", "tiny-gru", "3e-4")
    ]
    for row in own:
        assert row["cliff"] == "1"
        assert float(row["score_r2"]) > 0.8
        assert float(row["corner_miss"]) < 0.2
        assert float(row["participation_ratio_random"]) > 10


def test_verdicts_are_about_the_networks_of_the_tasks(judged):
    table = rows(judged, "claims.csv")
    cliff = [row for row in table if row["claim"] == "simplex-cliff"]
    assert [(row["task"], row["cell"], row["met"], row["runs"]) for row in cliff] == [
        ("categorical-3", "tiny-gru", "2", "2")
    ]
    assert "shuffled_labels 0/1, +1.00" in cliff[0]["control"]
    assert cliff[0]["control"].endswith("; no control: reservoir")
    assert cliff[0]["verdict"] == "undecided"  # two networks are too few for any verdict
    sweep = [row for row in table if row["claim"] == "l2-falls"]
    assert [(row["task"], row["structure"], row["met"], row["runs"]) for row in sweep] == [
        ("l2", "sweep", "1", "1")
    ]


def test_every_sweep_is_in_the_table_and_has_its_figure(judged):
    table = rows(judged, "sweeps.csv")
    assert [(row["sweep"], row["value"]) for row in table] == [
        ("n", "2"),
        ("n", "3"),
        ("x", "zero"),
        ("x", "mean"),
        ("h", "12"),
        ("h", "24"),
        ("l2", "3e-4"),
        ("l2", "3e-1"),
    ]
    assert [row["dimension_expected"] for row in table[:2]] == ["1", "2"]
    dead = table[-1]
    assert (dead["integration_modes"], dead["test_accuracy"]) == ("0", "0.3333333333")
    zero, mean = table[2:4]
    assert zero["participation_ratio"] != mean["participation_ratio"]
    for name in ("n", "x", "h", "l2"):
        for suffix in ("png", "svg"):
            assert (judged.root / f"results/figures/sweep_{name}.{suffix}").stat().st_size > 5000


def test_the_page_links_to_pages_that_are_there(judged):
    page = (judged.root / "results/claims.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="([^"#]+)"', page))
    assert links == {
        "runs/categorical-3/tiny-gru/l2-3e-4/seed-100/index.html",
        "figures/sweep_l2.png",
        "index.html",
    }
    for link in links:
        assert (judged.root / "results" / link).is_file()


def test_another_threshold_judges_again_and_computes_nothing(judged):
    path = judged.root / "config/claims.yaml"
    path.write_text(path.read_text().replace("at_most: 0.2", "at_most: 0.3", 1))
    text = judged.snakemake("claims", "-n", "--configfile", judged.config).stdout
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", text, flags=re.MULTILINE))
    made = ("judge", "plot_overview", "start_page", "claims")  # the map of verdicts is a figure
    assert jobs == dict.fromkeys(made, "1") | {"total": "4"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("metric: cliff", "metric: clif", r"claim 'simplex-dimension': given.metric is 'clif'"),
        ("judged_from: 200", "judged_from: 50", r"judged_from: 50 is not above the tuning seeds"),
    ],
)
def test_a_mistake_in_the_file_of_claims_stops_before_any_job(project_copy, old, new, sentence):
    path = project_copy.root / "config/claims.yaml"
    path.write_text(path.read_text().replace(old, new, 1))
    done = project_copy.snakemake("--configfile", "config/test.yaml", check=False)
    assert done.returncode == 1
    assert re.search(sentence, done.stdout + done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    assert not (project_copy.root / "results").exists()


def test_claims_of_ones_own(project_copy):
    (project_copy.root / "mine.yaml").write_text(
        (project_copy.root / "config/claims.yaml").read_text()
    )
    config = project_copy.configure(claims="mine.yaml")
    project_copy.snakemake("-n", "--configfile", config)
    done = project_copy.snakemake(
        "-n", "--configfile", project_copy.configure(claims="no.yaml"), check=False
    )
    assert "config key claims: there is no file 'no.yaml'" in done.stdout + done.stderr
