"""How values of options are checked, and the sentences that refuse them.

Standard library only: called while a Snakefile is parsed.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from rnn_geometry.errors import UserError, in_part, listed, quoted
from rnn_geometry.tasks.text._files import OF_NAME
from rnn_geometry.tasks.text._plain import plain, unfit


def whole(least: int) -> Callable[[Any], bool]:
    """Return a check for integers of at least `least`."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_name(value: Any) -> bool:
    """Tell whether a value is a text that can name something."""
    return isinstance(value, str) and bool(plain(value)) and unfit(plain(value)) is None


def or_null(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return a check that accepts None, too."""
    return lambda value: value is None or check(value)


def check_keys(prefix: str, given: Mapping, known: Mapping) -> None:
    """Refuse a key that is not known, with what may have been meant."""
    for key in given:
        if key not in known:
            meant = _meant(str(key), known)
            hint = f"did you mean {meant}; " if meant else ""
            raise UserError(
                f"{prefix}{in_part(str(key))} is not an option of a text data set; {hint}known are "
                f"{listed(known, 150 if hint else 200)}."
            )


def _meant(key: str, known: Mapping) -> str | None:
    """Return what may have been meant: an option spelt alike, or a split by another name."""
    split = OF_NAME.get(key.lower())
    if split in known:
        return split
    return next(iter(difflib.get_close_matches(key[:60].lower(), known, 1, 0.75)), None)


def check_values(prefix: str, given: Mapping, accepted: Mapping) -> None:
    """Refuse a value that its check does not accept, with what is accepted."""
    for key, value in given.items():
        check, sentence = accepted[key]
        if not check(value):
            hint = _yaml_hint(value) if key in ("label_names", "classes", "merge") else ""
            raise UserError(f"{prefix}{key} is {quoted(value)}; accepted is {sentence}{hint}.")


def _yaml_hint(value: Any) -> str:
    """Say why YAML's logical values and dates are no names, where there is one among the values."""
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(_yaml_hint, value)), "")
    if isinstance(value, date):
        return f'; YAML reads {value} as a date: quote it ("{value}")'
    hint = '; YAML reads yes, no, on, off, true and false as logical values: quote them ("no")'
    return hint if isinstance(value, bool) else ""
