"""The same results from any folder, on any machine: or one sentence before any job."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ProjectCopy

pytestmark = pytest.mark.workflow

ODD = "it's a dir ü"
MODULE = """
module rnn:
    snakefile: "../{clone}/Snakefile"
    config: {config}

use rule * from rnn as rnn_*

rule all:
    default_target: True
    input: rules.rnn_{target}.input
"""


class Place:
    """A clone in a folder with an odd name, and another folder beside it."""

    def __init__(self, folder):
        self.clone, self.other = folder / ODD, folder / "else where"
        self.copy = ProjectCopy(self.clone)
        self.config = self.clone / self.copy.tiny()
        self.other.mkdir()
        shutil.copy(self.config, self.other / "own.yaml")

    def run(self, folder, *arguments, **variables):
        """Run snakemake in a folder; a variable that is None is taken away."""
        environment = {k: v for k, v in os.environ.items() if k != "RNN_GEOMETRY_DATA"}
        environment |= {"PYTHONPATH": str(self.clone / "workflow")}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", **variables}
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
            cwd=folder,
            env={key: value for key, value in environment.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=600,
        )
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a clone and another folder; nothing is run in them."""
    return Place(tmp_path_factory.mktemp("anywhere"))


def plans_everything(output):
    return re.search(r"^total +11$", output, flags=re.MULTILINE)


SNAKEFILES = {
    "of the clone": "../{clone}/Snakefile",
    "of the catalog": "../{clone}/workflow/Snakefile",
    "whole": "{whole}/Snakefile",
    "a link": "linked",
    "a link to a link": "twice",
    "a linked folder": "folder/Snakefile",
}


@pytest.mark.parametrize("snakefile", SNAKEFILES.values(), ids=SNAKEFILES)
@pytest.mark.parametrize("directory", [None, "sub it's"], ids=["here", "directory"])
def test_a_run_is_planned_from_another_folder(place, snakefile, directory):
    links = {"linked": place.clone / "Snakefile", "twice": "linked", "folder": place.clone}
    for name, target in links.items():
        if not (place.other / name).is_symlink():
            (place.other / name).symlink_to(target)
    path = snakefile.format(clone=ODD, whole=place.clone)
    options = ["--directory", directory] if directory else []
    code, output = place.run(
        place.other, "tables", "-n", "-s", path, *options, "--configfile", "own.yaml"
    )
    assert code == 0, output
    assert plans_everything(output), output


@pytest.mark.parametrize("config", ["own.yaml", "../else where/own.yaml", None])
def test_a_configuration_is_found_from_the_clone_and_the_default_is_read_first(place, config):
    path = config and os.path.relpath(place.other / config, place.clone)
    options = ["--configfile", path] if path else []
    code, output = place.run(place.clone, "data", "-n", *options)
    assert code == 0, output
    assert ("categorical-5" in output) == (config is None), output


@pytest.mark.parametrize(
    ("config", "target"),
    [
        ("{'seeds': [3], 'cells': ['gru']}", "models"),
        ("config", "tables"),
        ("{}", "all"),
    ],
)
def test_a_module_has_the_defaults_of_the_project(place, config, target):
    folder = place.other.parent / f"module {target}"
    folder.mkdir()
    text = MODULE.format(clone=ODD, config=config, target=target)
    if config == "config":
        text = f'configfile: "own.yaml"\n{text}'
        shutil.copy(place.config, folder / "own.yaml")
    (folder / "Snakefile").write_text(text)
    code, output = place.run(folder, "-n")
    assert code == 0, output
    assert "rule rnn_prepare_synthetic" in output


@pytest.mark.parametrize("line", ['prefix: "sub"', 'replace_prefix: {"results/": "mine/"}'])
def test_a_prefix_of_a_module_is_one_sentence(place, tmp_path, line):
    text = MODULE.format(clone=place.clone, config="{}", target="data")
    text = text.replace(f"../{place.clone}", str(place.clone))
    (tmp_path / "Snakefile").write_text(
        text.replace("    config: {}", f"    config: {{}}\n    {line}")
    )
    code, output = place.run(tmp_path, "-n")
    assert code == 1
    assert output.rstrip().endswith(
        'name the folder of its results in its config, {"results": "sub/results"}.'
    )


def test_what_a_run_notes_for_its_report_has_the_numbers_of_the_command_line(place, tmp_path):
    code, output = place.run(
        tmp_path, "data", "-s", place.clone / "Snakefile", "--configfile", place.config,
        "--config", "seeds=[8]", "results=noted",
    )  # fmt: skip
    assert code == 0, output
    noted = json.loads((tmp_path / "noted/.kept/asked.json").read_text())
    assert noted["config"]["seeds"] == [8]


def test_settings_replaced_as_a_whole_are_refused(place):
    code, output = place.run(
        place.other, "-n", "-s", f"../{ODD}/Snakefile", "--replace-workflow-config",
        "--config", "seeds=[1]",
    )  # fmt: skip
    assert code == 1
    assert output.rstrip().endswith("replaces that of the file.")


@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": "/dev/null"},
        {"HOME": "/proc/nobody"},
        {"HOME": ""},
        {"HOME": None},
        {"TMPDIR": "/nowhere"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "3"},
        {"PYTHONIOENCODING": "ascii"},
        {"COLUMNS": "20", "NO_COLOR": "1", "TZ": "Asia/Tokyo"},
    ],
    ids=lambda variables: "-".join(f"{k}={v}" for k, v in variables.items()).replace("/", "|"),
)
def test_a_run_is_planned_whatever_the_machine_says(place, variables):
    code, output = place.run(
        place.clone, "tables", "-n", "--configfile", place.config.name, **variables
    )
    assert code == 0, output
    assert plans_everything(output), output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("options", "seeds"),
    [
        (["seeds=[10,11]"], 2),
        (['models={"small": {"steps": 30}}', 'analysis={"visited_states": 50}'], 1),
    ],
)
def test_numbers_of_the_command_line_are_numbers(place, options, seeds):
    code, output = place.run(
        place.clone, "models", "-n", "--configfile", place.config.name, "--config", *options
    )
    assert code == 0, output


@pytest.mark.parametrize(
    "quiet", [[], ["--quiet"], ["--quiet", "all"], ["--logger", "rnn-geometry"]]
)
@pytest.mark.parametrize("profile", [[], ["--workflow-profile", "none"]], ids=["default", "none"])
def test_a_mistake_ends_in_its_sentence(place, quiet, profile):
    options = ["--configfile", place.config.name, "--config", "seeds=x"]
    code, output = place.run(place.clone, "-n", *options, *quiet, *profile)
    assert code == 1
    assert 'config key seeds: "x" is not ' in output.rstrip().splitlines()[-1], output


@pytest.mark.parametrize(
    "options", [[], ["--quiet"], ["--quiet", "all"], ["--keep-going"], ["--logger", "rnn-geometry"],
                ["--workflow-profile", "none"]],
    ids=lambda options: " ".join(options) or "plain",
)  # fmt: skip
def test_a_failed_job_ends_in_its_sentence(tmp_path, options):
    copy = ProjectCopy(tmp_path)
    model = {"cell": "gru", "hidden_size": 8, "steps": 20, "learning_rate": 1e30, "l2": "1e30"}
    config = copy.tiny(models={"small": model})
    done = copy.snakemake("models", "--configfile", config, *options, check=False)
    assert done.returncode == 1
    last = done.stderr.rstrip().splitlines()[-1]
    assert re.match(r"ERROR: network two small .*lower learning_rate or clip", last), done.stderr
    assert "SIGKILL" not in done.stderr
    assert "At least one job did not complete" not in done.stderr


# --- whole runs -----------------------------------------------------------------------------------


def results(folder):
    """Return the bytes of tables and figures below a folder, columns of seconds left out."""
    found = {}
    for path in sorted((folder / "results").rglob("*")):
        if path.suffix == ".csv" and "tables" in path.parts:
            with open(path, newline="", encoding="utf-8") as handle:
                rows = list(csv.DictReader(handle))
            found[path.relative_to(folder)] = [
                {key: row[key] for key in row if not key.endswith("seconds")} for row in rows
            ]
        elif path.suffix in (".png", ".svg", ".pdf") and ".kept" not in path.parts:
            found[path.relative_to(folder)] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def plain(place):
    """Return the results of a run in the clone itself."""
    code, output = place.run(place.clone, "all", "--configfile", place.config.name)
    assert code == 0, output
    assert (place.clone / "results/report.html").stat().st_size > 100_000
    return results(place.clone)


HOSTILE = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "99",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSTARTUP": "/nowhere/startup.py",
    "LC_ALL": "C",
    "TZ": "Asia/Tokyo",
    "OMP_NUM_THREADS": "7",
    "COLUMNS": "20",
    "NO_COLOR": "1",
    "SOURCE_DATE_EPOCH": "1",
    "HTTPS_PROXY": "http://localhost:9",
    "HOME": "/dev/null",
}


def test_results_are_the_same_from_another_folder_on_a_hostile_machine(place, plain):
    """Report included: matplotlibrc and modules in the working folder change nothing either."""
    work = place.other / "it's work"
    work.mkdir()
    (work / "matplotlibrc").write_text("figure.facecolor: pink\nfont.size: 20\nbackend: tkagg\n")
    for name in ("types.py", "random.py", "queue.py"):
        (work / name).write_text("raise SystemExit('a foreign module')")
    arguments = ["-s", f"../{ODD}/Snakefile", "--directory", work.name, "--configfile", "own.yaml"]
    code, output = place.run(place.other, "all", *arguments, **HOSTILE)
    assert code == 0, output
    assert results(work) == plain
    assert (work / "results/report.html").stat().st_size > 100_000


def test_results_of_a_module_are_the_same(place, plain):
    folder = place.other.parent / "module"
    folder.mkdir()
    shutil.copy(place.config, folder / "own.yaml")
    text = MODULE.format(clone=ODD, config="config", target="all")
    (folder / "Snakefile").write_text(f'configfile: "own.yaml"\n{text}')
    code, output = place.run(folder)
    assert code == 0, output
    assert results(folder) == plain
    assert (folder / "results/report.html").stat().st_size > 100_000


def test_a_python_below_an_odd_folder_runs_jobs(place, tmp_path):
    """A link stands for an environment in a folder with a blank and an apostrophe."""
    (tmp_path / ODD).mkdir()
    environment = tmp_path / ODD / ".venv"
    environment.symlink_to(Path(sys.executable).parent.parent)
    copy = ProjectCopy(tmp_path / ODD / "project")
    done = subprocess.run(
        [str(environment / "bin/python"), "-m", "snakemake", "data", "--cores", "1",
         "--configfile", copy.tiny()],
        cwd=copy.root, env={**os.environ, "PYTHONPATH": str(copy.root / "workflow")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy.root / "results/data/two/word_statistics.json").is_file()


# --- data by their contents -----------------------------------------------------------------------


def write_texts(folder, word):
    lines = [(f"{n} of the day {i}", k) for i in range(60) for k, n in enumerate((word, "rain"))]
    for split in ("train", "test"):
        with open(folder / f"{split}.csv", "w", newline="") as handle:
            csv.writer(handle).writerows([("text", "label"), *lines])


@pytest.mark.parametrize(
    "source", [{"train": "train.csv", "test": "test.csv"}, {"folder": "."}], ids=["files", "folder"]
)
def test_data_replaced_by_older_ones_are_trained_on_again_and_touched_ones_are_not(
    tmp_path, source
):
    copy = ProjectCopy(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    write_texts(data, "sun")
    task = {"name": "mine", "family": "text", "source": source, "dev_size": 10, "minimum_count": 1}
    config = copy.tiny(tasks=[task], data_folder="data")
    run = tmp_path / "results/runs/mine/small/l2-3e-4/seed-0/run.json"
    copy.snakemake("models", "--configfile", config)
    first = json.loads(run.read_text())["data_sha256"]
    kept = tmp_path / "results/.kept/runs/mine/small/l2-3e-4/seed-0/train/record.json"
    made = kept.stat().st_mtime_ns

    for split in ("train", "test"):  # touched, and replaced by their copies
        shutil.copy2(data / f"{split}.csv", tmp_path / "copy")
        os.replace(tmp_path / "copy", data / f"{split}.csv")
        os.utime(data / f"{split}.csv")
    copy.snakemake("models", "--configfile", config)
    assert kept.stat().st_mtime_ns == made

    write_texts(data, "moon")
    for split in ("train", "test"):
        os.utime(data / f"{split}.csv", (1_500_000_000, 1_500_000_000))
    copy.snakemake("models", "--configfile", config)
    assert json.loads(run.read_text())["data_sha256"] != first
    assert "moon" in (tmp_path / "results/data/mine/vocab.json").read_text()
