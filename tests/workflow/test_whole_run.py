"""The whole graph on config/test.yaml: results, reruns, and errors that a person can act on."""

import csv
import json
import re
import shutil
from collections import Counter

import numpy as np
import pytest
import yaml
from conftest import PROJECT, ProjectCopy

pytestmark = pytest.mark.workflow

# Stages whose jobs hold the networks of a task: two tasks, two networks each.
OF_NETWORKS = (
    "train",
    "slow_points",
    "linearize",
    "compare_hold_inputs",
    "geometry",
    "plot_network",
)
PER_TASK = ("portray", "compare_networks", "plot_task", "explore")
RUN = "results/runs/categorical-3/tiny-gru/l2-3e-4/seed-0"


@pytest.fixture
def again(finished, tmp_path):
    """Return a copy of the finished run, times of files kept, for a test to change."""
    shutil.copytree(finished.root, tmp_path / "again", copy_function=shutil.copy2)
    copy = object.__new__(ProjectCopy)
    copy.root = tmp_path / "again"
    return copy


def planned(copy, config="config/test.yaml", *arguments):
    """Return {stage: number of jobs} of a dry run, without the targets."""
    text = copy.snakemake(*arguments, "-n", "--configfile", config).stdout
    jobs = Counter()
    # The table is printed twice.
    for rule, count in dict(re.findall(r"^([\w.-]+) +(\d+)$", text, flags=re.MULTILINE)).items():
        jobs[rule.split(".")[0]] += int(count)
    return {stage: count for stage, count in jobs.items() if stage not in ("all", "total")}


KEPT = ": kept from an earlier job"


def computed(copy, stage):
    """Return the networks that a stage's last jobs computed, and those that they found finished."""
    lines = [
        line.split(" ", 1)[1]
        for log in sorted((copy.root / "results/logs" / stage).rglob("*.log"))
        for line in log.read_text().splitlines()
        if re.search(rf" seed \d+({KEPT})?$", line)
    ]
    kept = {line.removesuffix(KEPT) for line in lines if line.endswith(KEPT)}
    return {line for line in lines if not line.endswith(KEPT)}, kept


def forget_logs(copy):
    """Delete all logs, so that `computed` sees the jobs of the next run alone."""
    shutil.rmtree(copy.root / "results/logs")


def edit(copy, file, old, new):
    path = copy.root / file
    text = path.read_text()
    assert old in text, f"{file} no longer holds {old!r}"
    path.write_text(text.replace(old, new))


def rows(copy, name):
    with open(copy.root / "results/tables" / name, newline="") as handle:
        return list(csv.DictReader(handle))


def without_seconds(table):
    return [
        {key: value for key, value in row.items() if not key.endswith("seconds")} for row in table
    ]


# --- what comes out -------------------------------------------------------------------------------


def test_one_row_per_network_with_sensible_numbers(finished):
    runs = rows(finished, "runs.csv")
    assert [(row["task"], row["model"], row["cell"]) for row in runs] == [
        ("categorical-3", "tiny-gru", "gru"),
        ("categorical-3", "tiny-ugrnn", "ugrnn"),
        ("multilabel-2", "tiny-gru", "gru"),
        ("multilabel-2", "tiny-ugrnn", "ugrnn"),
    ]
    for row in runs:
        assert float(row["test_accuracy"]) > 0.8
        assert row["dimension_expected"] == row["dimension_predicted"] == "2"
        assert 1.3 < float(row["participation_ratio"]) < 2.7
        assert float(row["accuracy_below_d"]) < float(row["accuracy_at_d"])
        assert abs(float(row["readout_angle_mean"]) - float(row["readout_angle_expected"])) < 12
        assert float(row["neutral_effect"]) < 0.3
        assert float(row["tau_1"]) > 4
        assert float(row["shuffled_accuracy"]) > 0.8  # the tasks are bags of words
        assert float(row["hold_r2"]) > float(row["hold_r2_untrained"]) + 0.3
        assert float(row["logit_additivity"]) > float(row["logit_additivity_untrained"])
        assert float(row["delayed_independence"]) > float(row["delayed_independence_untrained"])
        assert float(row["tau_1"]) > float(row["tau_untrained"])


def test_every_network_has_its_files(finished):
    names = {path.name for path in (finished.root / RUN).iterdir()}
    assert names == {
        "model.safetensors",
        "run.json",
        "history.parquet",
        "states.npz",
        "slow_points.npz",
        "slow_modes.npz",
        "fixed_points.npz",
        "linearization.npz",
        "integration.json",
        "words.parquet",
        "analysis-hold-inputs",
        "geometry.json",
        "stages",
        "panel.png",
        "index.html",
    }
    run = json.loads((finished.root / RUN / "run.json").read_text())
    assert {
        "network",
        "settings",
        "seeds",
        "data_sha256",
        "versions",
        "fingerprint",
        "device",
        "threads",
    } <= set(run)


def test_two_names_of_one_hold_input_give_one_manifold(finished):
    table = rows(finished, "hold_inputs.csv")
    assert [row["hold_input"] for row in table] == ["zero", "zero", *["word:neutral"] * 2] * 4
    assert [(row["cut"], row["default_cut"]) for row in table] == [("0.5", "1"), ("1", "0")] * 8
    for i in range(0, len(table), 4):
        for one, other in zip(table[i : i + 2], table[i + 2 : i + 4], strict=True):
            assert (one["default"], other["default"]) == ("1", "0")
            names = set(one) - {"hold_input", "default"}
            assert {name: one[name] for name in names} == {name: other[name] for name in names}
            assert float(one["x_norm"]) == 0


def test_the_analysis_of_all_tables_is_among_those_compared(finished):
    compared = [row for row in rows(finished, "hold_inputs.csv") if row["default_cut"] == "1"]
    for run, row in zip(rows(finished, "runs.csv"), compared[::2], strict=True):
        assert [run[name] for name in ("task", "model", "seed")] == [
            row[name] for name in ("task", "model", "seed")
        ]
        # The same 200 starts, the same cut, the same x*.
        for name in ("components_95", "integration_modes", "slow_off_manifold", "slow_no_gap"):
            assert float(row[name]) == pytest.approx(float(run[name])), name
        for name in ("participation_ratio", "readout_in_subspace", "hold_r2", "cover"):
            assert float(row[name]) == pytest.approx(float(run[name]), abs=1e-6), name


def test_claims_are_judged_in_all_analyses_that_were_made(finished):
    table = rows(finished, "multiverse.csv")
    assert {"simplex-modes", "labels-modes", "words-held"} <= {row["claim"] for row in table}
    assert {row["analyses"] for row in table} == {"12"}  # two x*, two cuts, three margins
    assert all(0 <= float(row["agree"]) <= 1 for row in table)
    assert (finished.root / "results/figures/analyses_agree.png").stat().st_size > 5000


def test_tables_of_words_and_predictions_are_there(finished):
    assert rows(finished, "words.csv") == []  # of text tasks only
    first = [row for row in rows(finished, "predictions.csv") if row["task"] == "categorical-3"]
    assert [(row["classes"], row["expected"], row["raw"]) for row in first] == [
        ("0 1", "1", "1"),
        ("0 1 2", "2", "2"),
    ]


def test_slow_modes_lie_at_every_point_and_were_audited(finished):
    from rnn_geometry.store import formats

    slow, modes, linear = (
        formats.read_npz(finished.root / RUN / f"{name}.npz")
        for name in ("slow_points", "slow_modes", "linearization")
    )
    assert modes["count"].tolist() == slow["slow_modes"].tolist()
    assert (modes["audit_points"], modes["audit_missed"], modes["audit_spurious"]) == (4, 0, 0)
    assert not modes["audit_failed"]
    index = linear["index"]
    cut = float(slow["min_tau"])
    full = ((linear["tau"] > cut) | (np.abs(linear["eigenvalues"]) >= 1)).sum(axis=1)
    assert full.tolist() == modes["count"][index].tolist()
    assert linear["word_mode_effects"].shape == (
        len(index),
        len(linear["word_ids"]),
        modes["right"].shape[2],
    )
    assert 0 < float(linear["linear_r2"]) <= 1
    assert (linear["rollout_error"] < 2).all()


def test_model_and_run_json_suffice_to_rebuild_the_network(finished):
    from rnn_geometry.networks.classifier import load_classifier
    from rnn_geometry.networks.training import evaluate
    from rnn_geometry.store import formats
    from rnn_geometry.tasks.sentences import read_sentences

    folder = finished.root / RUN
    classifier = load_classifier(folder / "model.safetensors", folder / "run.json")
    _, accuracy = evaluate(
        classifier, read_sentences(finished.root / "results/data/categorical-3/test.parquet")
    )
    assert accuracy == pytest.approx(
        formats.read_json(folder / "run.json")["test_accuracy"], abs=1e-6
    )


def test_the_report_is_self_contained(finished):
    report = (finished.root / "results/report.html").read_text()
    assert re.search(r"Report: +/.*results/report.html", finished.output)
    assert len(report) < 15e6
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=.?https?:", report)
    for category in ("Over networks", "Tasks", "Networks", "Tables", "Claims"):
        assert category in report


# --- reruns ---------------------------------------------------------------------------------------


def test_a_second_call_does_nothing(again):
    assert "Nothing to be done" in again.snakemake("--configfile", "config/test.yaml").stderr
    assert planned(again) == {}


ALL_OF_IT = {
    **dict.fromkeys(OF_NETWORKS, 2),
    **dict.fromkeys(PER_TASK, 2),
    **dict.fromkeys(("tabulate", "judge", "plot_overview", "plot_gallery"), 1),
    **{"intrinsic_dimension": 2, "universality": 1, "start_page": 1, "report": 1},
}


def test_a_changed_learning_rate_retrains_just_those_networks(again):
    edit(
        again,
        "config/test.yaml",
        "tiny-gru: {cell: gru, hidden_size: 24, learning_rate: 1.0e-2",
        "tiny-gru: {cell: gru, hidden_size: 24, learning_rate: 2.0e-2",
    )
    assert planned(again) == ALL_OF_IT
    forget_logs(again)
    again.snakemake("tables", "--configfile", "config/test.yaml")
    for stage in ("train", "slow_points", "linearize", "geometry"):
        made, kept = computed(again, stage)
        assert {name.split()[1] for name in made} == {"tiny-gru"}, stage
        assert {name.split()[1] for name in kept} == {"tiny-ugrnn"}, stage


def test_a_changed_plot_function_redraws_figures_only(again):
    edit(
        again,
        "workflow/rnn_geometry/plotting/network.py",
        "MODES, WORDS = 10, 20, 20",
        "MODES, WORDS = 10, 21, 20",
    )
    assert planned(again) == {"plot_network": 2, "start_page": 1, "report": 1}
    edit(
        again,
        "workflow/rnn_geometry/plotting/style.py",
        'INK, GREY, PALE = "#222222"',
        'INK, GREY, PALE = "#222223"',
    )
    drawn = {"plot_network": 2, "plot_task": 2, "plot_overview": 1, "plot_gallery": 1}
    assert planned(again) == {**drawn, "explore": 2, "start_page": 1, "report": 1}


def test_other_formats_redraw_what_has_them(again):
    edit(again, "config/test.yaml", "vector_formats: [pdf, svg]", "vector_formats: []")
    drawn = {"plot_network": 2, "plot_task": 2, "plot_overview": 1, "plot_gallery": 1}
    assert planned(again) == {**drawn, "start_page": 1, "report": 1}
    again.snakemake("results/figures/categorical-3", "--configfile", "config/test.yaml")
    made = (again.root / "results/figures/categorical-3").glob("[a-z]*")
    suffixes = {path.suffix for path in made if path.stem != "thumbnail"}  # of the start page
    assert suffixes == {".png", ".csv"}


def test_a_changed_formula_recomputes_what_depends_on_it(again):
    edit(
        again,
        "workflow/rnn_geometry/geometry/network.py",
        "import numpy as np",
        "import numpy as np\n\nEXTRA = 1",
    )
    jobs = planned(again)
    assert jobs["geometry"] == 2
    assert not {"train", "slow_points", "linearize"} & set(jobs)


def test_a_changed_comment_or_a_touched_file_recomputes_nothing(again):
    for file in (
        "workflow/rnn_geometry/networks/training.py",
        "workflow/rnn_geometry/store/formats.py",
        "workflow/rules/networks.smk",
        "workflow/scripts/networks.py",
        "Snakefile",
    ):
        with open(again.root / file, "a") as handle:
            handle.write("\n# another comment\n")
    for path in (again.root / "workflow").rglob("*.py"):
        path.touch()
    assert planned(again) == {}


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        ({"seeds": [0, 1]}, {"tiny-gru 1", "tiny-ugrnn 1"}),
        ({"cells": ["tiny-gru", "tiny-ugrnn", "tiny-vanilla"]}, {"tiny-vanilla 0"}),
        ({"seeds": [0, 1], "networks_per_job": 1}, {"tiny-gru 1", "tiny-ugrnn 1"}),
    ],
)
def test_an_added_seed_or_model_computes_only_itself(again, changes, added):
    models = yaml.safe_load((again.root / "config/test.yaml").read_text())["models"]
    models["tiny-vanilla"] = {"cell": "vanilla", "hidden_size": 8, "steps": 20}
    forget_logs(again)
    again.snakemake("tables", "--configfile", again.configure(models=models, **changes))
    for stage in ("train", "slow_points", "linearize", "geometry"):
        made, _ = computed(again, stage)
        assert {f"{name.split()[1]} {name.split()[-1]}" for name in made} == added, stage


def test_companions_in_a_job_change_no_number(again, finished):
    for folder in ("results/runs", "results/.kept"):
        shutil.rmtree(again.root / folder)
    config = again.configure(
        seeds=[0, 1], cells=["tiny-gru"], analysis={"visited_states": 200, "exact_starts": 50}
    )
    again.snakemake("tables", "--configfile", config)
    both = [row for row in without_seconds(rows(again, "runs.csv")) if row["seed"] == "0"]
    alone = [
        row for row in without_seconds(rows(finished, "runs.csv")) if row["model"] == "tiny-gru"
    ]
    assert both == alone
    assert {row["seed"] for row in rows(again, "runs.csv")} == {"0", "1"}
    for file in (
        "model.safetensors",
        "history.parquet",
        "states.npz",
        "slow_modes.npz",
        "fixed_points.npz",
    ):
        assert (again.root / RUN / file).read_bytes() == (finished.root / RUN / file).read_bytes()


def test_a_missing_file_is_put_back_without_computing(again):
    model = again.root / RUN / "model.safetensors"
    whole = model.read_bytes()
    model.unlink()
    forget_logs(again)
    again.snakemake("models", "--configfile", "config/test.yaml")
    assert model.read_bytes() == whole
    made, kept = computed(again, "train")
    assert made == set()
    assert {name.split()[0] for name in kept} == {"categorical-3"}


def test_a_network_that_fails_costs_its_companions_nothing(again):
    """One network of a job cannot be analysed.

    The other is kept, and the next run does the failed one alone.
    """
    for folder in ("results/.kept/runs/categorical-3", "results/runs/categorical-3"):
        for file in (again.root / folder).rglob("geometry*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    integration = again.root / RUN / "integration.json"
    whole = integration.read_bytes()
    integration.unlink()
    integration.write_text("{}")
    failed = again.snakemake("tables", "--configfile", "config/test.yaml", check=False)
    assert failed.returncode == 1
    assert "network categorical-3 tiny-gru L2 3e-4 seed 0: " in failed.stderr
    assert "1 of 2 networks are done and kept" in failed.stderr
    integration.write_bytes(whole)
    forget_logs(again)
    again.snakemake("tables", "--configfile", "config/test.yaml")
    made, kept = computed(again, "geometry")
    assert made == {"categorical-3 tiny-gru L2 3e-4 seed 0"}
    assert kept == {"categorical-3 tiny-ugrnn L2 5e-4 seed 0"}


def test_networks_are_compared_with_each_other_and_with_their_untrained_selves(finished):
    pairs = rows(finished, "distances.csv")
    tasks, measures = ("categorical-3", "multilabel-2"), 5
    assert len(pairs) == len(tasks) * measures * 6  # two networks, trained and not
    trained = [row for row in pairs if row["untrained_a"] == row["untrained_b"] == "0"]
    for row in trained:
        assert (row["cell_a"], row["cell_b"]) == ("gru", "ugrnn")
        assert 0 < float(row["distance"]) < 2
    told = [row for row in rows(finished, "universality.csv") if row["measure"] == "procrustes"]
    assert [row["task"] for row in told] == list(tasks)
    for row in told:
        assert float(row["other_cell"]) < float(row["from_untrained"]) <= 1.571
        assert row["same_cell"] == row["pseudo_f"] == ""  # one network a cell
    # No network has another one of its cell, by which claims would be met.
    assert rows(finished, "claims_universality.csv") == []


def test_a_stage_notes_what_its_results_depend_on(finished):
    record = json.loads((finished.root / RUN / "stages/linearize.json").read_text())
    network = {"task": "categorical-3", "model": "tiny-gru", "l2": "3e-4", "seed": "0"}
    assert record["network"] == network
    assert {"model", "slow_points", "slow_modes", "states", "test", "train"} <= set(
        record["inputs"]
    )
    assert record["settings"]["shared"]["shown_words"] == 200


def test_lists_of_a_configuration_replace_those_of_the_default(again):
    shutil.rmtree(again.root / "results")
    jobs = planned(again, again.configure(seeds=[7], cells=["tiny-gru"]))
    assert jobs["train"] == 2


def test_one_network_can_be_asked_for(again):
    shutil.rmtree(again.root / "results")
    jobs = planned(again, "config/test.yaml", f"{RUN}/panel.png")
    assert jobs["train"] == 1


def test_figures_of_unpacked_results_train_nothing(again):
    """What `make figures` does after somebody's results were unpacked.

    No metadata, times of files in any order.
    """
    shutil.rmtree(again.root / ".snakemake")
    for path in sorted((again.root / "results").rglob("*.*"), reverse=True):
        path.touch()
    again.snakemake("--configfile", "config/test.yaml", "--touch", "--quiet", "all")
    assert "--list-rules | grep '^plot_'" in (PROJECT / "Makefile").read_text()
    listed = again.snakemake("--configfile", "config/test.yaml", "--list-rules").stdout
    named = re.findall(r"^plot_\S+", listed, flags=re.MULTILINE)
    drawn = {
        "plot_network": 2,
        "plot_task": 2,
        "plot_gallery": 1,
        "plot_overview": 1,
        "plot_sweeps": 1,
    }
    assert planned(again, "config/test.yaml", "--forcerun", *named) == {
        **drawn,
        "start_page": 1,
        "report": 1,
    }


@pytest.mark.parametrize(
    ("target", "rule"), [("data", "train"), ("models", "slow_points"), ("tables", "plot_network")]
)
def test_named_targets_stop_where_they_say(again, target, rule):
    shutil.rmtree(again.root / "results")
    assert rule not in planned(again, "config/test.yaml", target)


def test_the_same_configuration_gives_the_same_tables(again):
    before = {
        name: without_seconds(rows(again, name))
        for name in ("runs.csv", "dimension.csv", "tasks.csv", "distances.csv", "neighbours.csv")
    }
    for folder in ("data", "runs", ".kept/runs"):
        shutil.rmtree(again.root / "results" / folder / "multilabel-2")
    again.snakemake("tables", "--configfile", "config/test.yaml")
    assert before == {name: without_seconds(rows(again, name)) for name in before}


# --- bad input ------------------------------------------------------------------------------------


def refused(copy, sentence, *arguments, **environment):
    """Assert that snakemake stops with one matching sentence, no traceback and no training."""
    done = copy.snakemake(*arguments, check=False, **environment)
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert re.search(sentence, output), output
    assert "Traceback" not in output, output
    assert "rule train" not in output
    return output


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sedes": [1]}, r"config key sedes: unknown key; did you mean 'seeds'"),
        ({"cells": ["grru"]}, r"config key cells: unknown cell 'grru'"),
        (
            {"cells": ["tiny-gru"], "models": {"tiny-gru": {"cell": "grru", "steps": 5}}},
            r"models.tiny-gru.cell: unknown cell 'grru'",
        ),
        (
            {"tasks": [{"name": "a", "family": "categorial"}]},
            r"tasks\[0\].family: \"categorial\" is not accepted",
        ),
        (
            {"tasks": [{"name": "a", "family": "categorical", "classes": 1}]},
            r"config task 'a': .*classes",
        ),
        (
            {"tasks": [{"name": "a", "family": "categorical", "clases": 3}]},
            r"config task 'a': .*clases",
        ),
    ],
)
def test_bad_configuration_is_refused_before_any_job(project_copy, changes, sentence):
    refused(project_copy, sentence, "--configfile", project_copy.configure(**changes))
    assert not (project_copy.root / "results").exists()


def text_task(**changes):
    source = {"train": "train.csv", "test": "test.csv"}
    task = {
        "name": "mine",
        "family": "text",
        "source": source,
        "text_column": "text",
        "label_column": "label",
    }
    return {**task, "dev_size": 10, "minimum_count": 1, **changes}


GOOD = [
    (f"{word} of the day number {i}", label)
    for i in range(40)
    for word, label in (("sun", 0), ("rain", 1))
]


def write_texts(copy, lines=GOOD, header=("text", "label")):
    for split in ("train", "test"):
        with open(copy.root / f"{split}.csv", "w", newline="") as handle:
            csv.writer(handle).writerows([header, *lines])


BAD_TEXT = {
    "missing file": (
        {"source": {"train": "nowhere.csv", "test": "test.csv"}},
        GOOD,
        r"config task 'mine': .*nowhere\.csv",
    ),
    "missing column": ({"text_column": "body"}, GOOD, r"train\.csv.*body|body.*train\.csv"),
    "label neither integer nor text": ({}, [*GOOD, ("fine words", 1.5)], r"train\.csv.*row 81"),
    "empty text": ({}, [*GOOD[:7], ("", 1), *GOOD[7:]], r"train\.csv.*row 8"),
    "empty text column": ({}, [("", label) for _, label in GOOD], r"train\.csv"),
    "class without example": (
        {"label_names": ["a", "b", "c"]},
        GOOD,
        r"c.*no example|no example.*c",
    ),
}


@pytest.mark.parametrize("case", BAD_TEXT)
def test_bad_text_is_refused_before_any_training(project_copy, case):
    changes, lines, sentence = BAD_TEXT[case]
    write_texts(project_copy, lines)
    config = project_copy.configure(tasks=[text_task(**changes)], data_folder=".")
    refused(project_copy, sentence, "--configfile", config)


def test_a_corrupt_parquet_file_is_named(project_copy):
    for split in ("train", "test"):
        (project_copy.root / f"{split}.parquet").write_bytes(b"PAR1 and nothing else")
    source = {"train": "train.parquet", "test": "test.parquet"}
    config = project_copy.configure(tasks=[text_task(source=source)], data_folder=".")
    refused(project_copy, r"t(rain|est)\.parquet", "--configfile", config)


def test_a_results_file_cut_short_is_named_and_nothing_else_is_lost(again):
    model = again.root / RUN / "model.safetensors"
    model.write_bytes(model.read_bytes()[:1000])
    other = again.root / RUN.replace("gru", "ugrnn").replace("3e-4", "5e-4") / "slow_points.npz"
    before = other.stat().st_mtime_ns
    refused(
        again,
        r"model\.safetensors: the file is damaged or cut short",
        "--configfile",
        "config/test.yaml",
    )
    # The job that failed took its outputs along, but not what is kept of them.
    kept = again.root / str(other.relative_to(again.root)).replace("results/", "results/.kept/", 1)
    assert kept.parent.joinpath("slow_points", kept.name).stat().st_mtime_ns == before
    model.unlink()
    again.snakemake("--configfile", "config/test.yaml")


def test_an_exploding_loss_is_one_sentence(project_copy):
    models = {
        "tiny-gru": {
            "cell": "gru",
            "hidden_size": 8,
            "steps": 50,
            "learning_rate": 1.0e30,
            "l2": "1e30",
        }
    }
    config = project_copy.configure(models=models, cells=["tiny-gru"])
    done = project_copy.snakemake("models", "--configfile", config, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert re.search(r"ERROR: .*step \d+.*learning rate", output), output
    assert "Traceback" not in output
