"""Notes of a release are cut out of the changelog."""

import importlib.util
import subprocess
import sys

import pytest
from conftest import PROJECT

SCRIPT = PROJECT / "docs/site/release_notes.py"
CHANGELOG = """# Changelog

## Unreleased

- New
  and long.

## 0.2.0 (2026-02-03)

### Cells

- Second.
- Third, which
  goes on.

Prose
of two lines.

## 0.1.0 (2026-01-31)

"""


@pytest.fixture(scope="module")
def notes():
    """Return the function of the script."""
    spec = importlib.util.spec_from_file_location("release_notes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.notes


@pytest.mark.parametrize("version", ["0.2.0", "v0.2.0"])
def test_notes_are_the_section_of_the_version(notes, version):
    text = "### Cells\n\n- Second.\n- Third, which goes on.\n\nProse of two lines.\n"
    assert notes(CHANGELOG, version) == text


def test_what_is_not_released_has_notes_too(notes):
    assert notes(CHANGELOG, "Unreleased") == "- New and long.\n"


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("0.3.0", "no section '## 0.3.0'; it has: Unreleased, 0.2.0, 0.1.0"),
        ("0.1.0", "says nothing of 0.1.0"),
    ],
)
def test_a_version_without_notes_is_one_sentence(notes, version, sentence):
    with pytest.raises(SystemExit, match=sentence):
        notes(CHANGELOG, version)


def test_the_command_prints_the_notes():
    done = subprocess.run(
        [sys.executable, SCRIPT, "Unreleased"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(("### ", "- "))
    assert "\n## " not in done.stdout
