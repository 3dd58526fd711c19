"""Language models, from end to end on config/test_language.yaml."""

import csv
import re

import pytest
from conftest import ProjectCopy

pytestmark = pytest.mark.workflow

CONFIG = "config/test_language.yaml"
GRU = "runs/agreement/gru/l2-1e-5/seed-0"


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
        *(("topics-2", "gru"), ("topics-2", "vanilla")),
        *(("agreement", "gru"), ("agreement", "gru-untrained")),
    }
    trained, control = found["agreement", "gru"], found["agreement", "gru-untrained"]
    assert float(trained["perplexity_ratio"]) < 1.1 < float(control["perplexity_ratio"])
    assert (trained["dimension_expected"], trained["ends"]) == ("2", "2")
    assert float(trained["patch_followed"]) > 0.8 > float(control["patch_followed"])
    assert control["control"] == "untrained"
    assert {path.name for path in (said.root / "results" / GRU).iterdir()} == {
        *("model.safetensors", "run.json", "history.parquet", "beliefs.npz", "language.json"),
        "stages",
    }


def test_nothing_of_other_networks_is_made(said):
    results = said.root / "results"
    assert {path.name for path in (results / "tables").iterdir()} == {"language.csv"}
    assert not (results / "explorer").exists()


def test_a_lost_file_is_made_again_and_nothing_is_trained(said):
    (said.root / "results" / GRU / "language.json").unlink()
    text = said.snakemake("-n", "--configfile", CONFIG).stdout
    jobs = set(re.findall(r"^(\w+)\S* +\d+$", text, flags=re.MULTILINE))
    assert "language_geometry" in jobs
    assert not {"train_language_model", "prepare_source"} & jobs
