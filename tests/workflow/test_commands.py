"""Commands that pages show are planned in a copy of the project, as they are written."""

import re
import shlex

import pytest
from conftest import ProjectCopy
from site_pages import PLANNED, WITH_DATA, blocks

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a copy with the configuration that the first run has a reader write."""
    copy = ProjectCopy(tmp_path_factory.mktemp("commands"))
    (block,) = blocks("docs/first_run.md", "yaml")
    (copy.root / "mine.yaml").write_text(block)
    return copy


def planned(copy, command, **variables):
    """Return how many jobs a command plans."""
    program, *arguments = shlex.split(command)
    assert program == "snakemake"
    output = copy.snakemake("-n", *arguments, **variables).stdout
    return int(re.search(r"^total +(\d+)$", output, flags=re.MULTILINE)[1])


@pytest.mark.parametrize("command", PLANNED)
def test_a_command_is_planned(copy, command):
    assert planned(copy, command) > 3


@pytest.mark.data
@pytest.mark.parametrize("command", WITH_DATA)
def test_a_command_on_real_text_is_planned(copy, command, real_data):
    assert planned(copy, command, RNN_GEOMETRY_DATA=str(real_data)) > 3
