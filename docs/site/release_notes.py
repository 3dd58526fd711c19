"""Print what CHANGELOG.md says of one version: the notes of a release.

`python docs/site/release_notes.py VERSION`, or `Unreleased` for what is not released yet.
"""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """Return the section of a version without its heading; paragraphs and entries are one line.

    Parameters
    ----------
    changelog
        The whole file, a section for each version: `## 0.1.0 (2026-01-31)`.
    version
        As in its heading, with or without a `v`.

    Raises
    ------
    SystemExit
        With one sentence, if there is no such version or nothing is said of it.
    """
    heads, *bodies = _sections(changelog)
    wanted = version.removeprefix("v")
    if wanted not in heads:
        sys.exit(f"CHANGELOG.md has no section '## {wanted}'; it has: {', '.join(heads)}.")
    text = bodies[heads.index(wanted)].strip()
    if not text:
        sys.exit(f"CHANGELOG.md says nothing of {wanted}: write what is new first.")
    return _unfilled(text) + "\n"


def _sections(changelog: str) -> list:
    parts = re.split(r"(?m)^## (\S+).*$", changelog)
    return [parts[1::2], *parts[2::2]]


def _unfilled(text: str) -> str:
    # A forge keeps line breaks of notes, which were made for an editor.
    return re.sub(r"(?<=\S)\n *(?![-#\s])(?=\S)", " ", text)


def main(arguments: list[str]) -> None:
    """Print the notes of the version that is named."""
    if len(arguments) != 1:
        sys.exit("Name one version: python docs/site/release_notes.py 0.1.0")
    print(notes(CHANGELOG.read_text(encoding="utf-8"), arguments[0]), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
