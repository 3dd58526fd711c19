"""What all pages share: templates that find each other by name, and numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from rnn_geometry.pages._origin import WORDS, origin
from rnn_geometry.pages.names import cell_label, task_title

MINUS = "−"
TEMPLATES = Path(__file__).parent / "templates"


def template_texts(*patterns: str) -> dict[str, str]:
    """Return the texts of some templates by their file names.

    Parameters
    ----------
    patterns
        Names of files in the folder of templates, or patterns of them such as `explorer/*`.

    Raises
    ------
    FileNotFoundError
        If nothing matches one of them.
    """
    files = {pattern: sorted(TEMPLATES.glob(pattern)) for pattern in patterns}
    for pattern, found in files.items():
        if not found:
            raise FileNotFoundError(f"no template matches {pattern}")
    return {
        path.name: path.read_text(encoding="utf-8") for found in files.values() for path in found
    }


def environment(autoescape: bool, templates: Mapping[str, str] | None = None) -> jinja2.Environment:
    """Return the environment of all pages, in which templates find each other by name.

    A missing name is an error.
    """
    made = jinja2.Environment(
        loader=jinja2.DictLoader(dict(templates or {})),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"number": number, "interval": interval, "prose": prose}
    made.filters |= {"task_title": task_title, "cell_label": cell_label, "origin": origin}
    made.globals["origins"] = WORDS
    return made


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with few digits; empty if there is none."""
    return "" if value is None or value != value else f"{value:.{digits}g}"


def typeset(text: str) -> str:
    """Return a number as text with a minus sign in place of a hyphen.

    Examples
    --------
    >>> typeset("-0.90")
    '−0.90'
    """
    return text.replace("-", MINUS)


def prose(text: str) -> str:
    """Return a sentence with minus signs and squares in place of how keyboards write them.

    Examples
    --------
    >>> prose("N - 1 modes, R^2 above .8")
    'N − 1 modes, R² above .8'
    """
    return text.replace(" - ", f" {MINUS} ").replace("^2", "²")


def interval(row: Mapping[str, Any]) -> str:
    """Return the mean of a metric with its interval, as far as they are defined."""
    if row["observed"] is None:
        return ""
    whole = number(row["observed"])
    return (
        whole if row["low"] is None else f"{whole} ({number(row['low'])} to {number(row['high'])})"
    )


def series(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> series(["gru", "lstm", "ugrnn"])
    'gru, lstm and ugrnn'
    """
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last
