"""The Slurm profile on a real Slurm with accounting.

A database, its daemon, and sacct to ask for the state of jobs.
"""

import re
import time

import pytest
from conftest import ProjectCopy
from slurm_cluster import SlurmCluster, SlurmMissing
from test_slurm import LIMIT, ended, started

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def cluster():
    """Return a running Slurm with accounting."""
    try:
        with SlurmCluster(accounting=True) as slurm:
            yield slurm
    except SlurmMissing as missing:
        pytest.skip(str(missing))


def test_slurm_with_accounting_is_asked_with_sacct(cluster, tmp_path):
    copy = ProjectCopy(tmp_path)
    copy.tiny()
    process = started(copy, "data", "--slurm-status-command", "sacct", "--verbose")
    try:
        code = process.wait(timeout=LIMIT)
    finally:
        ended(process)
    output = (tmp_path / "output").read_text()
    assert code == 0, output
    assert re.search(r"seen_by_sacct are: {'[0-9]+'}", output), output
    assert (tmp_path / "results/data/two/word_statistics.json").exists()
    assert accounted(cluster) == ["COMPLETED"]


def accounted(cluster):
    """Return the states of all jobs in the database, once it has been told the last one's end."""
    deadline = time.monotonic() + 60
    while True:
        states = cluster.call("sacct", "-X", "--noheader", "--format=State").split()
        if "RUNNING" not in states or time.monotonic() > deadline:
            return states
        time.sleep(1)
