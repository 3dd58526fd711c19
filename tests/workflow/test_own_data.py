"""From a file that nobody configured to a page of verdicts, by the commands that `init` names."""

import csv
import shlex
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
PAGES = ("index.html", "claims.html", "explorer/letters.html")
L2 = "3e-4"
RECIPE = {"hidden_size": 12, "embedding_size": 8, "steps": 40, "learning_rate": 1.0e-2}


def commands(folder):
    """Return the calls of Snakemake that the README of a folder names, without their program."""
    lines = (folder / "README.md").read_text().splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("    snakemake")]


def snakemake(folder, arguments):
    """Run Snakemake in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def looked(tmp_path_factory):
    """Write a folder for 300 letters, make its networks small, take a first look; return both."""
    base = tmp_path_factory.mktemp("own")
    folder = base / "letters"
    assert main(["init", str(write_letters(base / "letters.csv", 300)), "--into", str(folder)]) == 0
    config = yaml.safe_load((folder / "config.yaml").read_text()) | SMALL
    config["cells"] = ["gru-letters"]
    model = {key: value for key, value in config["models"]["gru-letters"].items()
             if key not in ("epochs", "min_steps")}  # fmt: skip
    config["models"] = {"gru-letters": {**model, **RECIPE}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    snakemake(folder, commands(folder)[0])
    pages = [folder / "results" / name for name in PAGES]
    trained = folder.glob("results/.kept/runs/*/*/*/*/train/model.safetensors")
    return folder, [page.is_file() for page in pages], {path: stamp(path) for path in trained}


@pytest.fixture(scope="module")
def ran(looked):
    """Run all of it after the first look; return folder and run."""
    folder = looked[0]
    return folder, snakemake(folder, commands(folder)[1])


def stamp(path):
    """Return what tells a file from another that was written later in its place."""
    return path.stat().st_ino  # a file that is kept is touched when it is linked


def test_a_first_look_has_all_pages_of_one_network(looked):
    _, pages, trained = looked
    assert all(pages)
    networks = {path.relative_to(looked[0] / "results/.kept/runs").parts[:4] for path in trained}
    assert networks == {
        ("letters", model, f"l2-{L2}", "seed-200")
        for model in ("gru-letters", "gru-letters-untrained")
    }


def test_all_of_it_keeps_the_networks_of_the_first_look(looked, ran):
    assert {path: stamp(path) for path in looked[2]} == looked[2]


def test_verdicts_and_pages_are_there(ran):
    results = ran[0] / "results"
    assert "letters" in (results / "claims.html").read_text(encoding="utf-8")
    for page in PAGES:
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
    done = snakemake(ran[0], ["-n", *commands(ran[0])[1]])
    assert "Nothing to be done" in done.stdout + done.stderr
