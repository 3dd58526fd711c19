"""Profiles of other clusters.

What a dry run accepts, limits that scale, and a submit command that runs jobs.
"""

import csv
import importlib.util
import os
import re

import pytest

pytestmark = pytest.mark.workflow

# Stands for a batch system: notes what a job asks for and runs it at once.
SUBMIT = 'echo "$1 $2 $3" >> submitted\nsh "$4" > /dev/null 2>&1\nwc -l < submitted\n'


def wanted(*plugins):
    """Skip a test where plugins of Snakemake are missing."""
    for plugin in plugins:
        if importlib.util.find_spec(f"snakemake_{plugin.replace('-', '_')}") is None:
            pytest.skip(f"the Python package snakemake-{plugin} is missing")


@pytest.fixture
def text_copy(project_copy):
    """Return a copy of the project with a small set of texts and its configuration."""
    lines = [
        (f"{word} of the day number {i}", label)
        for i in range(400)
        for word, label in (("sun", 0), ("rain", 1))
    ]
    for split in ("train", "test"):
        with open(project_copy.root / f"{split}.csv", "w", newline="") as handle:
            csv.writer(handle).writerows([("text", "label"), *lines])
    source = {"train": "train.csv", "test": "test.csv"}
    task = {
        "name": "mine",
        "family": "text",
        "source": source,
        "text_column": "text",
        "label_column": "label",
    }
    models = {"small": {"cell": "gru", "hidden_size": 8, "embedding_size": 8, "epochs": 1}}
    project_copy.tiny(
        tasks=[{**task, "dev_size": 20, "minimum_count": 1}], models=models, data_folder="."
    )
    return project_copy


def of_profile(copy, name, *arguments):
    """Run snakemake with a profile in a copy of the project and return what it prints."""
    done = copy.snakemake(
        *arguments, "--workflow-profile", f"profiles/{name}", "--configfile", "changed.yaml"
    )
    return done.stdout + done.stderr


def test_the_generic_profile_plans_a_run(project_copy):
    wanted("executor-plugin-cluster-generic")
    project_copy.tiny()
    output = of_profile(project_copy, "cluster-generic", "tables", "-n")
    assert re.search(r"^total +11$", output, flags=re.MULTILINE), output
    assert re.search(r"Group job analysis", output)


def test_the_kubernetes_profile_plans_a_run_on_a_shared_volume(project_copy):
    wanted("executor-plugin-kubernetes", "storage-plugin-fs")
    project_copy.tiny()
    output = of_profile(project_copy, "kubernetes", "tables", "-n")
    assert re.search(r"^total +11$", output, flags=re.MULTILINE), output
    assert "/shared/rnn-geometry/results/tables/runs.csv (send to storage)" in output


def test_the_generic_profile_runs_jobs_with_any_submit_command(text_copy):
    """Groups are one job, and a job asks for what its texts need."""
    wanted("executor-plugin-cluster-generic")
    (text_copy.root / "submit.sh").write_text(SUBMIT)
    command = "sh submit.sh {threads} {resources.mem_mb} {resources.runtime}"
    of_profile(text_copy, "cluster-generic", "models", "--cluster-generic-submit-cmd", command)
    assert (text_copy.root / "results/runs/mine/small/l2-3e-4/seed-0/model.safetensors").exists()
    submitted = [line.split() for line in (text_copy.root / "submitted").read_text().splitlines()]
    assert submitted == [["1", "2001", "20"], ["1", "2350", "10"]]


def limits(output):
    """Return minutes and MB by stage of a dry run; of several jobs of a stage those of the last."""
    jobs = re.findall(
        r"rule ([\w.-]+):.*?resources: (.*?)$", output, flags=re.MULTILINE | re.DOTALL
    )
    found = {
        rule.split(".")[0]: (re.search(r"runtime=(\d+)", text), re.search(r"mem_mb=(\d+)", text))
        for rule, text in jobs
    }
    return {
        rule: tuple(int(match[1]) for match in matches)
        for rule, matches in found.items()
        if all(matches)
    }


def test_limits_scale_with_the_training_and_the_networks_of_a_job(project_copy):
    large = {"small": {"cell": "gru", "hidden_size": 512, "steps": 100_000}}
    analysis = {"visited_states": 2000, "memory_mb": 300}
    plans = []
    for changes in (
        {},
        {"models": large, "seeds": [0, 1, 2, 3], "analysis": analysis, "device": "auto"},
    ):
        plan = project_copy.snakemake(
            "tables", "-n", "--configfile", project_copy.tiny(**{"seeds": [0], **changes})
        )
        plans.append(limits(plan.stdout + plan.stderr))
    small, scaled = plans
    assert (small["train"], small["slow_points"]) == ((10, 2350), (10, 2000))
    words = 100_000 * 64 * 5
    assert scaled["train"] == (int(4 * (10 + words * 512 / 4e7)), 2 * 2000 + 350 + 2000)
    assert scaled["slow_points"] == scaled["linearize"] == (4 * 10 * 2 * 16, 4 * 2000 + 300 + 2000)
    assert scaled["geometry"] == (4 * small["geometry"][0], small["geometry"][1])


def test_limits_scale_with_the_files_of_texts(text_copy):
    before = limits(text_copy.snakemake("data", "-n", "--configfile", "changed.yaml").stdout)
    os.truncate(text_copy.root / "train.csv", 200_000_000)
    after = limits(
        text_copy.snakemake("models", "data", "-n", "--configfile", "changed.yaml").stdout
    )
    assert before["prepare_text"] == before["word_statistics"] == (20, 2001)
    assert after["prepare_text"] == after["word_statistics"] == (120, 8000)
    assert after["train"] == (
        10 + 18,
        2000 + 350 + 2100,
    )  # from the size of the files, as long as there are no sentences
