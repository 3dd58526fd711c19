"""A workflow of somebody else that uses this one as a module: tests/workflow/other."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT, ProjectCopy

OTHER = Path(__file__).parent / "other"
pytestmark = pytest.mark.workflow


class Outer:
    """The other workflow beside a copy of the project, as its Snakefile says."""

    def __init__(self, folder):
        self.root = folder / "other"
        ProjectCopy(folder / "rnn-geometry")
        shutil.copytree(OTHER, self.root)

    def snakemake(self, *arguments):
        """Run Snakemake there; return its exit code and all that it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout

    def planned(self, *arguments):
        """Return how many jobs of which rule a dry run plans."""
        code, output = self.snakemake("-n", *arguments)
        assert code == 0, output
        counts = re.findall(r"^([a-z]\S*) +(\d+)$", output, flags=re.MULTILINE)
        return {rule: int(count) for rule, count in counts}


@pytest.fixture(scope="module")
def outer(tmp_path_factory):
    """Return the other workflow; nothing is run before a test does."""
    return Outer(tmp_path_factory.mktemp("outer"))


def test_one_target_plans_what_it_needs_and_no_more(outer):
    jobs = outer.planned()
    assert jobs["accuracy"] == 1
    assert jobs["rnn_train.small-3"] == 1
    assert jobs["rnn_tabulate"] == 1
    assert not [rule for rule in jobs if "plot" in rule or "page" in rule]


def test_settings_of_the_module_are_those_of_its_part_of_the_configuration(outer):
    (outer.root / "more.yaml").write_text("rnn_geometry: {seeds: [3, 4]}\n")
    assert outer.planned("--configfile", "more.yaml")["rnn_train.small-3_to_small-4"] == 1


@pytest.mark.parametrize("argument", ["mine=3", "seeds=[8]"])
def test_what_is_said_to_the_other_workflow_is_not_said_to_the_module(outer, argument):
    assert outer.planned("--config", argument)["rnn_train.small-3"] == 1


def test_a_whole_configuration_handed_on_takes_what_the_command_line_says(outer):
    text = (OTHER / "Snakefile").read_text().replace('config["rnn_geometry"]', "config")
    (outer.root / "Whole").write_text(text.replace("config.yaml", "whole.yaml"))
    part = yaml.safe_load((OTHER / "config.yaml").read_text())["rnn_geometry"]
    (outer.root / "whole.yaml").write_text(yaml.safe_dump(part))
    jobs = outer.planned("--snakefile", "Whole", "--config", "seeds=[8]", "l2=['1e-3']")
    assert jobs["rnn_train.small-8"] == 1


def test_an_error_of_the_module_is_its_sentence(outer):
    (outer.root / "bad.yaml").write_text("rnn_geometry: {seed: [3]}\n")
    code, output = outer.snakemake("-n", "--configfile", "bad.yaml")
    assert code == 1
    assert "config key seed: unknown key; did you mean 'seeds'?" in output


def test_it_runs_and_a_second_call_has_nothing_to_do(outer):
    code, output = outer.snakemake()
    assert code == 0, output
    with open(outer.root / "results/accuracy.csv") as file:
        (row,) = csv.DictReader(file)
    assert (row["task"], row["model"], row["seed"]) == ("two", "small", "3")
    assert 0.3 < float(row["test_accuracy"]) <= 1
    code, output = outer.snakemake()
    assert (code, "Nothing to be done" in output) == (0, True), output


def test_the_page_shows_the_workflow_that_is_tested():
    page = (PROJECT / "docs/other_workflows.md").read_text()
    for name, kind in (("Snakefile", "python"), ("config.yaml", "yaml")):
        assert f"```{kind}\n{(OTHER / name).read_text()}```" in page
