"""Networks that translate, from end to end on config/test_attention.yaml."""

import csv
import json
import re

import pytest
import yaml
from conftest import PROJECT, ProjectCopy

from rnn_geometry.config.load import load_settings
from rnn_geometry.config.plan import Plan

pytestmark = pytest.mark.workflow

CONFIG = "config/test_attention.yaml"
AED = "runs/copy/aed/l2-1e-5/seed-0"


@pytest.fixture(scope="module")
def translated(tmp_path_factory):
    copy = ProjectCopy(tmp_path_factory.mktemp("translated") / "project")
    copy.snakemake("--configfile", CONFIG)
    return copy


def rows(copy, name):
    with open(copy.root / "results/tables" / name, newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_network_has_a_row_and_its_files(translated):
    found = {(row["task"], row["model"]): row for row in rows(translated, "translators.csv")}
    models = ("aed", "ved", "ao")
    untrained = {("copy", f"{model}-untrained") for model in models}
    dial = {(f"dial-{rho}", "aed") for rho in ("0", "0.3", "0.6")}
    assert set(found) == {("copy", model) for model in models} | untrained | dial
    assert float(found["copy", "ao"]["word_accuracy"]) > 0.9
    for model in models:
        trained, control = found["copy", model], found["copy", f"{model}-untrained"]
        assert float(trained["word_accuracy"]) > float(control["word_accuracy"])
        assert control["control"] == "untrained"
    names = {path.name for path in (translated.root / "results" / AED).iterdir()}
    assert names == {
        *("model.safetensors", "run.json", "history.parquet", "components.npz"),
        *("translation.json", "attention.png", "stages"),
    }
    control = translated.root / "results" / AED.replace("aed", "aed-untrained")
    assert not (control / "attention.png").exists()


def test_claims_are_judged_on_these_networks_and_on_their_dial(translated):
    found = rows(translated, "claims_attention.csv")
    seen = {(row["claim"], row["task"], row["cell"]) for row in found}
    assert ("S3-dial", "dial", "aed") in seen
    assert ("S2-temporal", "copy", "ao") in seen
    # Seed 0 was there for choosing: no verdict counts it.
    assert {row["judged"] for row in found} == {"0"}


def test_nothing_of_classifiers_is_made(translated):
    results = translated.root / "results"
    assert {path.name for path in (results / "tables").iterdir()} == {
        "translators.csv",
        "claims_attention.csv",
    }
    assert not (results / "explorer").exists()


def test_the_page_tells_verdicts_first_and_needs_no_other_file(translated):
    page = (translated.root / "results/attention.html").read_text()
    assert page.index('id="claims"') < page.index('id="networks"') < page.index('id="panels"')
    assert "None of the rows below is a verdict yet" in page
    assert set(re.findall(r'src="([^"]{10})', page)) == {"data:image"}
    assert page.count('class="panel"') == 6
    assert 'href="index.html"' not in page


def test_a_lost_file_is_made_again_and_nothing_is_trained(translated):
    results = translated.root / "results"
    (results / AED / "attention.png").unlink()
    text = translated.snakemake("-n", "--configfile", CONFIG).stdout
    jobs = set(re.findall(r"^(\w+)\S* +\d+$", text, flags=re.MULTILINE))
    assert "plot_attention" in jobs
    assert not {"train_translator", "components", "prepare_pairs"} & jobs


def test_networks_are_kept_for_a_seed_that_is_added(translated):
    results = translated.root / "results"
    weights = (results / AED / "model.safetensors").read_bytes()
    changed = yaml.safe_load((translated.root / CONFIG).read_text()) | {"seeds": [0, 1]}
    (translated.root / "more.yaml").write_text(yaml.safe_dump(changed))
    translated.snakemake("translators", "--configfile", "more.yaml")
    logs = [path.read_text() for path in (results / "logs/train_translator").rglob("*.log")]
    kept = re.findall(r"(\S+) (\S+) L2 1e-5 seed (\d): kept from an earlier job", "".join(logs))
    assert {("copy", "aed", "0"), ("copy", "ved", "0"), ("dial-0.3", "aed", "0")} <= set(kept)
    assert not [network for network in kept if network[2] == "1"]
    assert (results / AED / "model.safetensors").read_bytes() == weights
    stage = json.loads((results / AED / "stages/components.json").read_text())
    assert {"model", "run", "test", "vocab", "meta"} == set(stage["inputs"])
    assert len(rows(translated, "translators.csv")) == 18


def test_the_large_configuration_is_planned():
    asked = yaml.safe_load((PROJECT / "config/attention.yaml").read_text())
    plan = Plan(load_settings(asked, [], str(PROJECT)))
    assert len(plan.translators) == 180
    assert len(plan.shown_translators) == 90
    assert min(network.seed for network in plan.translators) >= 400
    assert plan.classifiers == plan.classified == []
    part = yaml.safe_load((PROJECT / "config/attention_words.yaml").read_text())
    assert set(part) == {"tasks"}
    words = [task for task in asked["tasks"] if task["family"] in ("one_to_one", "reordered")]
    assert part["tasks"] == words
    first = Plan(load_settings({**asked, **part}, [], str(PROJECT)))
    assert set(first.networks) < set(plan.networks)
    assert first.results == plan.results
