"""The graph of the paper's whole battery.

How many jobs, how much memory, how many files in a folder.
"""

import re

import pytest
from conftest import benchmark

pytestmark = pytest.mark.workflow


graph = benchmark("graph")


@pytest.fixture(scope="module")
def plan():
    """Return the plan of config/paper.yaml and the memory in MB that it took."""
    text, _, _, memory = graph.dry_run("config/paper.yaml")
    return text, memory


def test_the_graph_of_the_paper_needs_little_memory(plan):
    assert plan[1] < 2000


def test_no_folder_holds_more_than_ten_thousand_entries(plan):
    text, _ = plan
    folders = graph.entries(text)
    assert folders["results/paper"] >= 5
    assert sum(name.count("/seed-") == 1 and "/runs/" in name for name in folders) > 1000
    assert max(folders.values()) < 10_000


def test_the_number_of_jobs_stays_below_six_a_network(plan):
    """With a job for each network and stage, as on a cluster; blocks of seeds need less."""
    text, _ = plan
    networks = len(set(re.findall(r"[^ ]+/model\.safetensors", text)))
    jobs = int(re.search(r"^total +(\d+)$", text, flags=re.MULTILINE)[1])
    assert networks > 1000
    assert jobs < 6 * networks


def test_entries_of_folders_are_counted_once():
    text = "    output: r/a/1, r/a/2, r/b/1\n    log: r/a/1\n    input: r/c/1\n"
    assert graph.entries(text) == {"r": 2, "r/a": 2, "r/b": 1, ".": 1}
