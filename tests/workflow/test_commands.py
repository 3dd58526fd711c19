"""Commands that pages show are planned in a copy of the project, as they are written."""

import re
import shlex

import pytest
from conftest import ProjectCopy
from site_pages import LISTED, blocks

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a copy with the configuration that the first run has a reader write."""
    copy = ProjectCopy(tmp_path_factory.mktemp("commands"))
    (block,) = blocks("docs/first_run.md", "yaml")
    (copy.root / "mine.yaml").write_text(block)
    return copy


@pytest.mark.parametrize("command", LISTED["planned"])
def test_a_command_is_planned(copy, command):
    program, *arguments = shlex.split(command)
    assert program == "snakemake"
    output = copy.snakemake("-n", *arguments).stdout
    assert int(re.search(r"^total +(\d+)$", output, flags=re.MULTILINE)[1]) > 3
