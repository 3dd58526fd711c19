"""Docstrings are prose with numpydoc sections; what reStructuredText would misread is escaped."""

import re

CODE = re.compile(r"(``.+?``|`[^`]+`)")
EXAMPLE = re.compile(r"\s*(>>>|\.\.\.)")
# Bars of norms, stars of products and pointers, names that end in a low line.
MISREAD = re.compile(r"[|*]|(?<=\w)_(?=\W|$)")


def connect(app) -> None:
    """Escape docstrings before numpydoc reads them."""
    app.connect("autodoc-process-docstring", _escape, priority=100)


def _escape(app, what, name, obj, options, lines) -> None:
    lines[:] = escaped(lines)


def escaped(lines: list[str]) -> list[str]:
    """Return the lines of a docstring with marks of reStructuredText made plain.

    Code between backticks, examples with what they print, and names of parameters stay.
    """
    made, example = [], False
    for line in lines:
        example = bool(EXAMPLE.match(line)) or (example and bool(line.strip()))
        made.append(line if example or re.match(r"\*+\w+$", line) else _plain(line))
    return made


def _plain(line: str) -> str:
    parts = CODE.split(line)
    return "".join(
        part if CODE.fullmatch(part) else MISREAD.sub(r"\\\g<0>", part) for part in parts
    )
