"""A cell, a family of tasks and a metric of another package, through Snakemake to a verdict."""

import csv

import pytest
import yaml
from conftest import ProjectCopy
from plugin_package import CODE, POINTS, write_points

pytestmark = pytest.mark.workflow

PACKAGE = "drifting-cells"
# A module counts as a whole: the metric has one of its own, or its changes would train networks.
METRICS = "def half_accuracy(rows):\n    return rows['test_accuracy'] / 2\n"
CLAIMS = {
    "frozen": "2026-11-28",
    "tuning_seeds": [0, 1],
    "judged_from": 2,
    "level": 0.95,
    "half": 0.5,
    "looks": [{"networks": 10, "holds": 9, "fails": 1}],
    "bag_of_words_margin": 0.1,
    "claims": [
        {
            "name": "half",
            "statement": "Half of the accuracy is above a quarter.",
            "source": "a test",
            "structures": ["binary"],
            "metric": "half_accuracy",
            "at_least": 0.25,
            "controls": ["untrained"],
        }
    ],
}
CHANGES = {
    "claims": "claims.yaml",
    "tasks": [{"name": "signs-5", "family": "signs", "length": 5, "loud": True}],
    "synthetic": {"train_size": 640, "dev_size": 100, "test_size": 100},
    "models": {"mine": {"cell": "drifting", "cell_options": {"leak": 0.3},
                        "hidden_size": 8, "steps": 400, "learning_rate": 1.0e-2}},
    "cells": ["mine"],
    "seeds": [3],
    "controls": {"untrained": {}},
    "sweeps": [],
}  # fmt: skip


class Installed:
    """A copy of the project beside a package, which lies on Python's path."""

    def __init__(self, root):
        self.copy, self.place = ProjectCopy(root / "copy"), root / "site"
        self.place.mkdir()
        self.files = {"drifting_cells.py": CODE, "drifting_metrics.py": METRICS}
        self.write(self.files)
        modules = {
            "cells": "drifting_cells",
            "tasks": "drifting_cells",
            "metrics": "drifting_metrics",
        }
        points = {
            kind: {name: at.format(module=modules[kind]) for name, at in names.items()}
            for kind, names in POINTS.items()
        }
        self.info = write_points(self.place, PACKAGE, points)
        (self.copy.root / "claims.yaml").write_text(yaml.safe_dump(CLAIMS))
        self.config = self.copy.tiny(**CHANGES)

    def write(self, files):
        """Write modules of the package."""
        for name, code in files.items():
            (self.place / name).write_text(code)

    def judge(self, *options, check=True):
        """Ask for verdicts; return what was said."""
        path = f"{self.copy.root / 'workflow'}:{self.place}"
        asked = ("results/tables/claims.csv", *options, "--configfile", self.config)
        done = self.copy.snakemake(*asked, check=check, PYTHONPATH=path)
        return done.stdout + done.stderr

    def rows(self, table):
        """Return the rows of a table."""
        with open(self.copy.root / f"results/tables/{table}.csv", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Return a package with whose names verdicts were reached."""
    installed = Installed(tmp_path_factory.mktemp("plugins"))
    installed.judge()
    return installed


@pytest.fixture
def changed(judged):
    """Return a function that changes the code of the package for the time of a test."""

    def change(name, old, new):
        assert old in judged.files[name]
        judged.write({name: judged.files[name].replace(old, new)})
        return judged.judge("-n")

    yield change
    judged.write(judged.files)


def test_its_metric_judges_its_cell_on_its_task(judged):
    (network,) = [row for row in judged.rows("runs") if not row["control"]]
    assert (network["cell"], network["task"]) == ("drifting", "signs-5")
    (claim,) = judged.rows("claims")
    assert (claim["claim"], claim["cell"], claim["judged"]) == ("half", "mine", "1"), claim[
        "reason"
    ]
    half = float(network["test_accuracy"]) / 2
    assert float(claim["observed"]) == pytest.approx(half, abs=1e-6)


def test_a_changed_metric_judges_anew_and_trains_nothing(changed):
    said = changed("drifting_metrics.py", "/ 2", "/ 4")
    assert "rule judge:" in said
    assert "train" not in said.partition("Job stats")[2].partition("total")[0]


def test_a_changed_cell_is_trained_anew(changed):
    said = changed("drifting_cells.py", "torch.tanh(drive)", "torch.sin(drive)")
    assert "train" in said.partition("Job stats")[2].partition("total")[0]


def test_a_comment_makes_nothing_anew(changed):
    assert "Nothing to be done" in changed("drifting_metrics.py", "def", "# A half.\ndef")


def test_without_the_package_a_sentence_says_what_is_missing(judged):
    away = judged.info.rename(judged.place / "away")
    try:
        said = judged.judge("-n", check=False)
    finally:
        away.rename(judged.info)
    assert "Traceback" not in said
    assert "signs" in said
