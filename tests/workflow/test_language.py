"""Language models, from end to end on config/test_language.yaml."""

import csv
import re

import pytest
import yaml
from conftest import PROJECT, ProjectCopy

from rnn_geometry.config.load import load_settings
from rnn_geometry.config.plan import Plan

pytestmark = pytest.mark.workflow

CONFIG = "config/test_language.yaml"
GRU = "runs/agreement/gru-lm/l2-1e-5/seed-0"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    copy = ProjectCopy(tmp_path_factory.mktemp("said") / "project")
    copy.snakemake("--configfile", CONFIG)
    return copy


def rows(copy, name):
    with open(copy.root / "results/tables" / name, newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_network_has_a_row_and_its_files(said):
    found = {(row["task"], row["model"]): row for row in rows(said, "language.csv")}
    assert set(found) == {
        *(("topics-2", "gru-lm"), ("topics-2", "vanilla-lm")),
        *(("agreement", "gru-lm"), ("agreement", "gru-lm-untrained")),
    }
    trained, control = found["agreement", "gru-lm"], found["agreement", "gru-lm-untrained"]
    assert float(trained["perplexity_ratio"]) < 1.1 < float(control["perplexity_ratio"])
    assert (trained["dimension_expected"], trained["ends"]) == ("2", "2")
    assert float(trained["patch_followed"]) > 0.8 > float(control["patch_followed"])
    assert control["control"] == "untrained"
    assert {path.name for path in (said.root / "results" / GRU).iterdir()} == {
        *("model.safetensors", "run.json", "history.parquet", "beliefs.npz", "language.json"),
        *("reading.npz", "language_panel.png", "stages"),
    }


def test_networks_are_drawn_and_read_texts_on_a_page(said):
    results = said.root / "results"
    assert not (results / f"{GRU.replace('gru-lm', 'gru-lm-untrained')}/reading.npz").exists()
    figures = {path.name for path in (results / "figures").iterdir()}
    assert {"language_overview.png", "language_overview.csv"} <= figures
    page = (results / "reading.html").read_text()
    for title in ("agreement, gru-lm", "topics-2, gru-lm", "topics-2, vanilla-lm"):
        assert f'"title":"{title}, seed 0"' in page
    assert "untrained, seed" not in page
    assert "index.html" not in page  # nothing classifies here


def test_claims_are_judged_on_these_networks(said):
    found = rows(said, "claims_language.csv")
    seen = {(row["claim"], row["task"], row["cell"]) for row in found}
    assert ("L4-belief", "topics-2", "vanilla-lm") in seen
    assert ("L3-modes", "agreement", "gru-lm") not in seen
    # Seed 0 was there for choosing: no verdict counts it.
    assert {row["judged"] for row in found} == {"0"}


@pytest.mark.parametrize("target", ["tables", "claims", "models", "data"])
def test_every_target_is_of_what_there_is(said, target):
    planned = said.snakemake(target, "-n", "--configfile", CONFIG).stdout
    assert "rule tabulate:" not in planned
    assert "rule tabulate_translators:" not in planned


def test_nothing_of_other_networks_is_made(said):
    results = said.root / "results"
    made = {path.name for path in (results / "tables").iterdir()}
    assert made == {"language.csv", "claims_language.csv"}
    assert not (results / "explorer").exists()


def test_a_lost_file_is_made_again_and_nothing_is_trained(said):
    lost = (f"{GRU}/language.json", "tables/language.csv", "tables/claims_language.csv")
    for file in lost:
        (said.root / "results" / file).unlink()
    text = said.snakemake("-n", "--configfile", CONFIG).stdout
    jobs = set(re.findall(r"^(\w+)\S* +\d+$", text, flags=re.MULTILINE))
    assert "language_geometry" in jobs
    assert not {"train_language_model", "prepare_source"} & jobs


def test_the_large_configuration_is_planned():
    asked = yaml.safe_load((PROJECT / "config/language.yaml").read_text())
    plan = Plan(load_settings(asked, [], str(PROJECT)))
    assert len(plan.language_models) == 7 * 4 * 5 * 2
    assert min(network.seed for network in plan.language_models) >= 450
    assert plan.classifiers == plan.translators == []
    assert len(plan.sources) == 7
