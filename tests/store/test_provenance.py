"""Results of other configurations, data or versions are never taken for what was asked for."""

import json
import os
import re
import shutil
from base64 import urlsafe_b64encode

import numpy as np
import pytest
from conftest import ProjectCopy

from rnn_geometry.errors import UserError
from rnn_geometry.networks.classifier import build_classifier, load_classifier, save_classifier
from rnn_geometry.stages.prepare import FILES_OF_TASK, save_prepared, synthetic_data
from rnn_geometry.store import formats, provenance
from rnn_geometry.store.hashes import check_prepared, check_same_data, data_hashes, sha256

TASKS = {
    "a": {"family": "categorical", "classes": 3, "files": {"train": "x.csv"}},
    "b": {"family": "ordered"},
}
MODELS = {"gru": {"cell": "gru", "l2": "3e-4", "betas": (0.9, 0.99)}}
ANALYSIS = {"visited_states": 10, "memory_mb": None}
SETTINGS = provenance.compared_settings(TASKS, MODELS, ANALYSIS)


def changed(section, name, key, value):
    settings = json.loads(json.dumps(SETTINGS))
    settings[section][name][key] = value
    return settings


@pytest.fixture
def results(tmp_path):
    """Return a folder with one network that nothing has a record of, and the networks asked for."""
    provenance.write(tmp_path / "results", SETTINGS)
    run = tmp_path / "results/run.json"
    run.write_text("{}")
    return tmp_path / "results", [
        ("a", "gru", str(run)),
        ("b", "gru", str(tmp_path / "missing.json")),
    ]


def test_the_same_settings_and_added_ones_are_accepted(results, tmp_path):
    folder, runs = results
    provenance.check_results(folder, SETTINGS, runs, tmp_path)
    more = provenance.compared_settings(
        {**TASKS, "c": {"family": "ordered"}}, MODELS, {**ANALYSIS, "memory_mb": 5}
    )
    provenance.check_results(folder, more, runs, tmp_path)
    provenance.write(
        folder, provenance.compared_settings({"c": {"family": "ordered"}}, MODELS, ANALYSIS)
    )
    assert set(provenance.read(folder)["tasks"]) == {"a", "b", "c"}
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("section", "name", "key", "value", "sentence"),
    [
        ("tasks", "a", "classes", 4, r"tasks\.a\.classes was 3, now it is 4"),
        (
            "models",
            "gru",
            "betas",
            [0.9, 0.999],
            r"models\.gru\.betas was \[0\.9, 0\.99\], now it is \[0\.9, 0\.999\]",
        ),
        ("models", "gru", "clip", 1, r"models\.gru\.clip was null, now it is 1"),
        ("analysis", "", "visited_states", 20, r"analysis\.visited_states was 10, now it is 20"),
    ],
)
def test_results_of_other_settings_without_a_record_are_refused(
    results, tmp_path, section, name, key, value, sentence
):
    folder, runs = results
    with pytest.raises(
        UserError, match=f"^config key results: '.*results' was made .*{sentence}.*name another"
    ):
        provenance.check_results(
            folder, changed(section, name, key, value), runs, tmp_path / "records"
        )


def test_a_changed_task_without_networks_there_is_accepted(results, tmp_path):
    folder, runs = results
    provenance.check_results(
        folder, changed("tasks", "b", "family", "context"), runs, tmp_path / "records"
    )


def test_an_unreadable_record_of_a_folder_is_no_error(results, tmp_path):
    folder, runs = results
    (folder / provenance.FILE).write_text("{")
    provenance.check_results(
        folder, changed("tasks", "a", "classes", 4), runs, tmp_path / "records"
    )


def test_a_killed_job_counts_as_a_record(results, tmp_path):
    """Its networks are trained again anyway.

    A setting that is changed after a crash is no other configuration.
    """
    folder, runs = results
    records = tmp_path / ".snakemake/metadata"
    other = changed("tasks", "a", "classes", 4)
    with pytest.raises(UserError):
        provenance.check_results(folder, other, runs, records)
    name = urlsafe_b64encode(runs[0][2].encode()).decode()
    for kind in ("metadata", "incomplete"):
        record = records.parent / kind / name
        record.parent.mkdir(parents=True)
        record.touch()
        provenance.check_results(folder, other, runs, records)
        record.unlink()
    assert not provenance.has_record(records, runs[0][2])


def network_files(folder):
    network = {
        "cell": "gru",
        "hidden_size": 4,
        "embedding_size": 3,
        "cell_options": {},
        "readout_bias": True,
    }
    network |= {"readout_scale": 1.0, "words": 5, "classes": 2, "fixed_embedding": False}
    save_classifier(folder / "model.safetensors", build_classifier(network, None, seed=0))
    write_run(folder, {"network": network})
    return folder / "model.safetensors", folder / "run.json"


def write_run(folder, run):
    """Write run.json of the weights that lie in a folder."""
    weights = {"weights_sha256": sha256(folder / "model.safetensors")}
    formats.write_json(folder / "run.json", {**run, **weights})


def test_a_network_of_an_older_version_is_one_sentence(tmp_path):
    model, run = network_files(tmp_path)
    load_classifier(model, run)
    known = formats.read_json(run)
    tensors = formats.read_tensors(model)
    formats.write_tensors(
        model, {name.replace("cell.", "rnn."): array for name, array in tensors.items()}
    )
    write_run(tmp_path, known)
    with pytest.raises(
        UserError, match=r"model\.safetensors: its weights do not fit the network in .*run\.json"
    ):
        load_classifier(model, run)
    formats.write_tensors(model, {**tensors, "readout.weight": np.zeros((2, 7), dtype=np.float32)})
    write_run(tmp_path, known)
    with pytest.raises(UserError, match="its weights do not fit"):
        load_classifier(model, run)
    without = [
        {**known, "network": {"cell": "gru", "hidden_size": 4}},
        {**known, "network": {**known["network"], "cell": "mine:Cell"}},  # not a word on its code
        {"network": known["network"]},
        {},
    ]
    for older in without:
        formats.write_json(run, older)
        with pytest.raises(
            UserError,
            match=r"run\.json: was written by another version of the workflow; delete it and",
        ):
            load_classifier(model, run)


@pytest.fixture
def two_networks(tmp_path):
    """Return the folders of two networks of the same shape, as they lie in results."""
    folders = [tmp_path / f"runs/two/gru/l2-3e-4/seed-{seed}" for seed in (0, 1)]
    for seed, folder in enumerate(folders):
        folder.mkdir(parents=True)
        model, run = network_files(folder)
        tensors = formats.read_tensors(model)
        formats.write_tensors(model, {name: array + seed for name, array in tensors.items()})
        network = {"task": "two", "model": "gru", "l2": "3e-4", "seed": seed}
        write_run(folder, {**network, "network": formats.read_json(run)["network"]})
    return folders


@pytest.mark.parametrize(
    ("exchanged", "sentence"),
    [
        (["model.safetensors"], r"model\.safetensors: these are not the weights of .*run\.json"),
        (["run.json"], r"run\.json: it is of the network two, gru, L2 3e-4, seed 1; put the file"),
        (["model.safetensors", "run.json"], r"run\.json: it is of the network .*seed 1"),
    ],
)
def test_files_of_another_network_are_refused(two_networks, exchanged, sentence):
    mine, other = two_networks
    load_classifier(mine / "model.safetensors", mine / "run.json")
    for file in exchanged:
        shutil.copy2(other / file, mine / file)
    with pytest.raises(UserError, match=sentence):
        load_classifier(mine / "model.safetensors", mine / "run.json")


@pytest.mark.parametrize("file", ["train", "dev", "test", "vocab"])
def test_files_of_a_task_that_were_not_prepared_together_are_refused(tmp_path, file):
    task = {"name": "two", "family": "categorical", "classes": 2, "length": 5, "data_seed": 0}
    for seed in (0, 1):
        sizes = dict.fromkeys(("train_size", "dev_size", "test_size"), 10 + seed)
        made = {**task, "classes": 2 + seed, **sizes}
        save_prepared(synthetic_data(made), tmp_path / str(seed))
    names = {**FILES_OF_TASK, "meta": "meta.json"}
    files = {name: str(tmp_path / "0" / place) for name, place in names.items()}
    meta = formats.read_json(files["meta"])
    check_prepared(meta, files)
    check_prepared({}, files)  # an older version wrote no hashes
    shutil.copy2(tmp_path / "1" / FILES_OF_TASK[file], files[file])
    with pytest.raises(UserError, match=rf"{file}\.\w+: the file is not the one that was prepared"):
        check_prepared(meta, files)


def test_a_network_is_analysed_with_the_data_that_it_was_trained_on(tmp_path):
    files = {
        "test": str(tmp_path / "test"),
        "vocab": str(tmp_path / "vocab"),
        "run": "results/run.json",
    }
    for name in ("test", "vocab"):
        (tmp_path / name).write_text(name)
    run = {"data_sha256": {**data_hashes(files), "train": "0"}}
    check_same_data(run, files)
    (tmp_path / "test").write_text("other")
    with pytest.raises(
        UserError,
        match=r"/test: the network of results/run\.json was trained on another file \(SHA-256",
    ):
        check_same_data(run, files)


# --- through Snakemake ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Train one tiny network."""
    copy = ProjectCopy(tmp_path_factory.mktemp("tiny"))
    copy.snakemake("models", "--configfile", copy.tiny())
    return copy


@pytest.mark.workflow
def test_unpacked_results_of_another_configuration_are_refused(tiny, tmp_path):
    copy = ProjectCopy(tmp_path)
    shutil.copytree(tiny.root / "results", tmp_path / "results", copy_function=shutil.copy2)
    config = copy.tiny(models={"small": {"cell": "gru", "hidden_size": 8, "steps": 30}})
    done = copy.snakemake("models", "--configfile", config, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "models.small.steps was 20, now it is 30" in output
    assert "Traceback" not in output
    assert "Nothing to be done" in copy.snakemake("models", "--configfile", copy.tiny()).stderr


@pytest.mark.workflow
def test_a_changed_setting_of_own_results_is_computed_again(tiny, tmp_path):
    copy = ProjectCopy(tmp_path)
    for name in ("results", ".snakemake"):
        shutil.copytree(tiny.root / name, tmp_path / name, copy_function=shutil.copy2)
    config = copy.tiny(models={"small": {"cell": "gru", "hidden_size": 8, "steps": 30}})
    assert re.search(
        r"^train\.small-0 +1$",
        copy.snakemake("models", "-n", "--configfile", config).stdout,
        flags=re.MULTILINE,
    )


@pytest.mark.workflow
def test_data_that_were_exchanged_behind_a_network_are_noticed(tiny, tmp_path):
    copy = ProjectCopy(tmp_path)
    for name in ("results", ".snakemake"):
        shutil.copytree(tiny.root / name, tmp_path / name, copy_function=shutil.copy2)
    data = tmp_path / "results/data/two"
    before = (data / "test.parquet").stat()
    shutil.copyfile(data / "dev.parquet", data / "test.parquet")
    os.utime(data / "test.parquet", ns=(before.st_atime_ns, before.st_mtime_ns))
    slow = "results/runs/two/small/l2-3e-4/seed-0/slow_points.npz"
    done = copy.snakemake(slow, "--configfile", copy.tiny(), check=False)
    output = done.stdout + done.stderr
    assert "results/data/two/test.parquet: somebody put another file there" in output
    assert "Traceback" not in output
    assert not (tmp_path / slow).exists()
