"""The Slurm profile on a real Slurm of one node without accounting: one training is cancelled.

The node has a GPU that is none: CUDA finds nothing on it, and `device: auto` trains on the CPU of a
job that has it.
"""

import csv
import re
import signal
import subprocess
import sys
import tempfile
import time
from os import environ
from pathlib import Path

import pytest
from conftest import ProjectCopy
from slurm_cluster import CONFIGURATION, SlurmCluster, SlurmMissing, what_is_missing

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

LONG = {"small": {"cell": "gru", "hidden_size": 8, "steps": 4000}}  # some seconds of training
LIMIT = 480  # seconds that a run on a busy machine may take
RUN_LOG = "results/logs/train/two/small-0.log"


def started(copy, target, *arguments):
    """Start snakemake with the Slurm profile in a copy of the project, its output in `output`."""
    status = ("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1")
    options = [
        target,
        "--workflow-profile",
        "profiles/slurm",
        *status,
        "--latency-wait",
        "30",
        *arguments,
    ]
    command = [sys.executable, "-m", "snakemake", *options, "--configfile", "changed.yaml"]
    environment = {
        **environ,
        "PYTHONPATH": str(copy.root / "workflow"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with open(copy.root / "output", "wb") as out:
        return subprocess.Popen(
            command, cwd=copy.root, env=environment, stdout=out, stderr=subprocess.STDOUT
        )


def ended(process):
    """End a run that is still going on: it cancels its jobs when it is interrupted."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=30)


def wait_for(found, process, copy):
    """Wait until `found()` returns something while a run goes on; return it."""
    deadline = time.monotonic() + LIMIT
    while not (value := found()):
        assert process.poll() is None, (copy.root / "output").read_text()
        assert time.monotonic() < deadline, (copy.root / "output").read_text()
        time.sleep(0.2)
    return value


def of_rule(jobs, rule):
    return [job for job in jobs if re.search(rf"(^|_){rule}([._]|$)", job["Comment"])]


@pytest.fixture(scope="module")
def cluster():
    """Return a running Slurm without accounting."""
    try:
        with SlurmCluster() as slurm:
            yield slurm
    except SlurmMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def run(cluster, tmp_path_factory):
    """Make the tables of one network on Slurm, its training cancelled once.

    Return the copy and all Slurm jobs.
    """
    copy = ProjectCopy(tmp_path_factory.mktemp("slurm"))
    copy.tiny(device="auto", models=LONG)
    profile = copy.root / "profiles/slurm/config.yaml"
    written = profile.read_text().replace('# slurm_partition: "main"', 'slurm_partition: "threads"')
    profile.write_text(written)
    last = ("intrinsic_dimension", "compare_networks", "tabulate", "universality")
    process = started(copy, "tables", "--groups", *(f"{rule}=end" for rule in last))
    log = copy.root / RUN_LOG
    try:
        wait_for(lambda: log.exists() and "step" in log.read_text(), process, copy)
        (training,) = of_rule(cluster.jobs(), "train")
        assert training["JobState"] == "RUNNING"
        cluster.call("scancel", training["JobId"])
        code = process.wait(timeout=LIMIT)
    finally:
        ended(process)
    copy.output = (copy.root / "output").read_text()
    assert code == 0, copy.output
    return copy, cluster.jobs()


def test_slurm_gives_the_tables_of_a_local_run_though_a_training_was_cancelled(run, project_copy):
    copy, _ = run
    project_copy.snakemake("tables", "--configfile", project_copy.tiny(device="auto", models=LONG))
    names = sorted(path.name for path in (copy.root / "results/tables").glob("*.csv"))
    assert "runs.csv" in names
    for name in names:
        one, other = (
            table(root / "results/tables" / name) for root in (copy.root, project_copy.root)
        )
        assert one == other, name


def table(path):
    """Return the rows of a table without what takes time."""
    with open(path, newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [
        {key: value for key, value in row.items() if not key.endswith("seconds")} for row in rows
    ]


def test_slurm_restarts_a_cancelled_training_with_twice_the_time_and_memory(run):
    copy, jobs = run
    first, second = of_rule(jobs, "train")
    assert (first["JobState"], second["JobState"]) == ("CANCELLED", "COMPLETED")
    assert minutes(second) == 2 * minutes(first)
    assert megabytes(second) == 2 * megabytes(first)
    assert (copy.root / "results/runs/two/small/l2-3e-4/seed-0/model.safetensors").exists()


def minutes(job):
    days, _, clock = job["TimeLimit"].rpartition("-")
    hours, minute, _ = clock.split(":")
    return int(days or 0) * 1440 + int(hours) * 60 + int(minute)


def megabytes(job):
    return int(re.search(r"mem=(\d+)M", job["TRES"])[1])


def test_slurm_gets_the_name_of_a_partition_as_it_is_written(run):
    """The word `threads` is a number to Snakemake where it is Python."""
    _, jobs = run
    assert {job["Partition"] for job in jobs} == {"threads"}


def test_slurm_gets_short_jobs_in_groups(run):
    copy, jobs = run
    total = int(re.search(r"^total +(\d+)$", copy.output, flags=re.MULTILINE)[1])
    assert total == 11
    assert [len(of_rule(jobs, group)) for group in ("data", "training", "analysis", "end")] == [
        1,
        2,
        1,
        1,
    ]
    assert len(jobs) == 5
    (analysis,) = of_rule(jobs, "analysis")
    assert of_rule([analysis], "slow_points") == of_rule([analysis], "geometry") == [analysis]
    assert {job["NumCPUs"] for job in jobs} == {"1"}
    assert minutes(analysis) == 30  # of three rules, one after the other


def test_slurm_gives_a_gpu_to_what_asks_for_one_and_to_nothing_else(run):
    _, jobs = run
    asked = {job["Comment"] for job in jobs if "gpu:1" in job.get("TresPerJob", "")}
    assert asked == {
        job["Comment"] for rule in ("train", "analysis") for job in of_rule(jobs, rule)
    }


def test_slurm_of_somebody_else_is_left_alone(tmp_path, monkeypatch):
    """A slurm.conf that is not ours ends the start with a reason, and is still there."""
    if what_is_missing():
        pytest.skip(what_is_missing())
    foreign = tmp_path / "slurm.conf"
    foreign.write_text("ClusterName=theirs\n")
    monkeypatch.setattr("slurm_cluster.CONFIGURATION", foreign)
    monkeypatch.setattr(
        "slurm_cluster.tempfile.gettempdir", lambda: str(tmp_path)
    )  # the lock of this module is taken
    with pytest.raises(SlurmMissing, match="Slurm of its own"), SlurmCluster():
        pass
    assert foreign.read_text() == "ClusterName=theirs\n"


@pytest.fixture
def short_path():
    """Return a folder with a short name: that of a socket has 108 bytes."""
    with tempfile.TemporaryDirectory(prefix="s") as folder:
        yield Path(folder)


def test_slurm_is_gone_after_its_tests(short_path, monkeypatch):
    """All daemons end with the context, though its body fails; so do the link and the folder."""
    if what_is_missing():
        pytest.skip(what_is_missing())
    monkeypatch.setattr("slurm_cluster.CONFIGURATION", short_path / "etc/slurm.conf")
    monkeypatch.setattr("slurm_cluster.tempfile.gettempdir", lambda: str(short_path))
    slurm = SlurmCluster()
    try:
        with slurm:
            folder, processes = slurm.folder, [process for _, process in slurm.daemons]
            assert (short_path / "etc/slurm.conf").is_symlink()
            assert [name for name, _ in slurm.daemons] == ["munged", "slurmctld", "slurmd"]
            raise RuntimeError("a test that fails")
    except SlurmMissing as missing:
        pytest.skip(str(missing))
    except RuntimeError:
        pass
    assert all(process.returncode is not None for process in processes)
    assert not folder.exists()
    assert not (short_path / "etc/slurm.conf").is_symlink()
    assert CONFIGURATION.parent.name == "slurm"
