"""Runs that are killed at any moment.

One more run ends with the tables of a run that nobody disturbed.
"""

import os
import random
import shutil
import signal
import time

import psutil
import pytest
from conftest import benchmark

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

killed = benchmark("killed")
KILLS = 20
LONGEST = 6.0  # seconds between the first job of a call and its end
TINY_RUN = "results/runs/two/small/l2-3e-4/seed-0"


@pytest.fixture
def root(project_copy):
    """Return the folder of a fresh copy of the project.

    Whatever works in it is ended with the test.
    """
    yield project_copy.root
    killed.end_all(project_copy.root)


@pytest.fixture
def started():
    """Return a function that starts snakemake in a folder.

    What still runs is ended with the test.
    """
    processes = []

    def start(*arguments):
        processes.append(killed.start(*arguments))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_twenty_kills_and_one_more_run_give_the_tables_of_an_undisturbed_run(
    root, started, finished
):
    """Kills follow each other in one folder.

    Jobs of a killed snakemake are left alive beside the next call.
    """
    expected, results = killed.contents(finished.root / "results"), root / "results"
    command, chance = ("--cores", "2", "--configfile", "config/test.yaml"), random.Random(7)
    done = []
    while len(done) < KILLS:
        victim = killed.VICTIMS[len(done) % len(killed.VICTIMS)]
        process = started(root, *command)
        killed.wait_for_jobs(process)
        time.sleep(chance.uniform(0, LONGEST))
        rules = killed.kill(process, victim, chance)
        if rules is None:  # it was done before: on a fast machine everything begins anew
            assert process.wait(killed.LIMIT) == 0, (root / "output.log").read_text()
            killed.wait_for_silence(root)
            assert killed.differences(killed.contents(results), expected) == []
            shutil.rmtree(results)
            continue
        found = killed.contents(results)
        done.append((victim, rules, len(found)))
        assert killed.differences(found, expected, complete=False) == [], done
        if killed.is_locked(root):
            assert killed.run(root, "--unlock") == 0, (root / "output.log").read_text()
    assert killed.run(root, *command) == 0, (root / "output.log").read_text()
    killed.wait_for_silence(root)
    print(
        "\n".join(
            f"{victim:>9} {files:>4} files there, jobs: {rules}" for victim, rules, files in done
        )
    )
    assert killed.differences(killed.contents(results), expected) == []
    assert killed.leftovers(results) == []


def test_a_job_left_alive_that_ends_after_the_next_run_changes_nothing(project_copy, root, started):
    """The worst an orphan can do.

    It wakes when all is done and writes its files over those of the next run.
    """
    command = ("--cores", "1", f"{TINY_RUN}/slow_points.npz", "--configfile", project_copy.tiny())
    assert killed.run(root, *command) == 0, (root / "output.log").read_text()
    expected, model = killed.contents(root / "results"), root / TINY_RUN / "model.safetensors"
    shutil.rmtree(model.parent)
    shutil.rmtree(root / "results/.kept")
    process = started(root, *command)
    orphan = job_of(process, "train")
    orphan.suspend()
    process.kill()
    process.wait()

    refused = project_copy.snakemake(*command, check=False)
    assert refused.returncode == 1
    assert "Directory cannot be locked" in refused.stderr
    assert "It can be removed with the --unlock argument" in refused.stderr
    project_copy.snakemake("--unlock")
    project_copy.snakemake(*command)
    assert killed.differences(killed.contents(root / "results"), expected) == []

    written = model.stat().st_ino
    orphan.resume()
    killed.wait_for_silence(root)
    ended_early = model.stat().st_ino == written
    assert killed.differences(killed.contents(root / "results"), expected) == []
    again = project_copy.snakemake(*command).stderr
    assert ended_early == (
        "Nothing to be done" in again
    )  # newer files make work, and never other numbers
    assert "rule train." not in again
    assert killed.differences(killed.contents(root / "results"), expected) == []
    assert killed.leftovers(root / "results") == []


def test_a_run_killed_while_it_makes_the_report_makes_it_when_asked(finished, tmp_path, started):
    """The report is a job like all others: the same command makes what is missing."""
    root, options = tmp_path / "again", ("--cores", "2", "--configfile", "config/test.yaml")
    shutil.copytree(finished.root, root, copy_function=shutil.copy2)
    expected, report = killed.contents(root / "results"), root / "results/report.html"
    for name in ("index.html", "report.html"):
        (root / "results" / name).unlink()
    process = started(root, *options)
    try:
        wait_for_report(process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not report.exists()
        assert killed.run(root, "--unlock") == 0, (root / "output.log").read_text()
        assert killed.run(root, *options) == 0, (root / "output.log").read_text()
    finally:
        killed.end_all(root)
    assert killed.differences(killed.contents(root / "results"), expected) == []
    assert killed.leftovers(root / "results") == []


def wait_for_report(process):
    """Wait until a snakemake makes its report in a process of its own."""
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        children = psutil.Process(process.pid).children(recursive=True)
        if any("--report" in killed.command_of(child) for child in children):
            return
        time.sleep(0.02)
    raise AssertionError("no report was made")


def job_of(process, rule):
    """Wait for a job of a rule and return its process."""
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        for job, name in killed.jobs_of(process).items():
            if name == rule:
                return job
        time.sleep(0.02)
    raise AssertionError(f"no job of {rule} was seen")


# --- the comparison itself ------------------------------------------------------------------------


@pytest.fixture
def results(finished, tmp_path):
    """Return a copy of the results of a run that nobody disturbed."""
    shutil.copytree(finished.root / "results", tmp_path / "results")
    return tmp_path / "results"


def one(results, suffix):
    found = (path for path in sorted(results.rglob(f"*{suffix}")) if ".kept" not in path.parts)
    return next(path for path in found if path.stat().st_size > 100)


@pytest.mark.parametrize(
    "suffix",
    [
        ".csv",
        "geometry.json",
        ".npz",
        ".safetensors",
        ".parquet",
        ".png",
        ".pdf",
        ".svg",
        "report.html",
        "index.html",
    ],
)
def test_a_file_cut_short_is_found(results, suffix):
    expected, file = killed.contents(results), one(results, suffix)
    assert killed.differences(expected, killed.contents(results)) == []
    file.write_bytes(file.read_bytes()[:-40])
    for complete in (True, False):
        assert killed.differences(killed.contents(results), expected, complete) == [
            f"differs: {file.relative_to(results)}"
        ]


def test_other_numbers_lost_files_and_leftovers_are_found_but_not_other_seconds(results):
    expected, table = killed.contents(results), results / "tables/runs.csv"
    header, *rows = [line.split(",") for line in table.read_text().splitlines()]
    for column, wrong in (("train_seconds", []), ("tau_1", ["differs: tables/runs.csv"])):
        rows[0][header.index(column)] = "77"
        table.write_text("\n".join(",".join(cells) for cells in (header, *rows)) + "\n")
        assert killed.differences(killed.contents(results), expected) == wrong
    table.unlink()
    assert killed.differences(killed.contents(results), expected) == ["missing: tables/runs.csv"]
    assert killed.differences(killed.contents(results), expected, complete=False) == []
    assert killed.leftovers(results) == []
    (results / "tables/.runs-abcdefgh.csv").touch()
    (results / "tables/more.csv").write_text("a\n")
    assert killed.leftovers(results) == ["tables/.runs-abcdefgh.csv"]
    assert "extra: tables/more.csv" in killed.differences(killed.contents(results), expected)


def test_processes_that_work_in_a_folder_are_found_and_ended(root, started):
    process = started(root, "--cores", "1", "data", "--configfile", "config/test.yaml")
    killed.wait_for_jobs(process)
    assert psutil.Process(process.pid) in killed.living(root)
    killed.end_all(root)
    process.wait(60)
    assert killed.living(root) == []
