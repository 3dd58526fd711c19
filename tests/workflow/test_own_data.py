"""From a file that nobody configured to a page of verdicts, by two commands."""

import csv
import subprocess
import sys

import pytest
import yaml
from own_sets import write_letters

from rnn_geometry.cli.main import main

pytestmark = pytest.mark.workflow

SMALL = {
    "seeds": [200, 201],
    "controls": {"untrained": {"seeds": [200]}},
    "figures": "first",
    "analysis": {
        "visited_states": 60,
        "exact_starts": 10,
        "spectrum_points": 4,
        "trajectories": 4,
        "shown_words": 20,
    },
}
RECIPE = {"hidden_size": 12, "embedding_size": 8, "steps": 40, "learning_rate": 1.0e-2}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Write a folder for 300 letters, make its networks small, run it; return folder and run."""
    base = tmp_path_factory.mktemp("own")
    folder = base / "letters"
    assert main(["init", str(write_letters(base / "letters.csv", 300)), "--into", str(folder)]) == 0
    config = yaml.safe_load((folder / "config.yaml").read_text()) | SMALL
    config["cells"] = ["gru-letters"]
    model = {key: value for key, value in config["models"]["gru-letters"].items()
             if key not in ("epochs", "min_steps")}  # fmt: skip
    config["models"] = {"gru-letters": {**model, **RECIPE}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", "claims"],
        cwd=folder, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done


def test_verdicts_and_pages_are_there(ran):
    results = ran[0] / "results"
    assert "letters" in (results / "claims.html").read_text(encoding="utf-8")
    for page in ("index.html", "explorer/letters.html"):
        assert (results / page).is_file()
    with open(results / "tables/claims.csv", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["task"] for row in rows} == {"letters"}
    assert {row["cell"] for row in rows} == {"gru-letters"}


def test_networks_that_could_not_learn_so_fast_are_not_passed_over(ran):
    folder, done = ran
    with open(folder / "results/tables/runs.csv", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if not row["control"]]
    lags = [float(row["bag_of_words_accuracy"]) - float(row["test_accuracy"]) for row in rows]
    assert len(rows) == 2
    said = done.stdout + done.stderr
    start = (folder / "results/index.html").read_text(encoding="utf-8")
    for text in (said, start):
        assert ("below a bag of words by up to" in text) == (max(lags) > 0.02)


def test_a_second_call_does_nothing(ran):
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--cores", "2", "claims"],
        cwd=ran[0], capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert "Nothing to be done" in done.stdout + done.stderr
