"""One form for every label, name and column; what looks alike is alike.

Standard library only: called while a Snakefile is parsed.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

# Characters that nobody sees, wherever they stand: soft hyphen, zero-width space, marks of
# direction, joiners of words, byte order mark. Some scripts need two joiners, but not at an end.
_RANGES = ((0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200B), (0x200E, 0x200F))
_RANGES = (*_RANGES, (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB))
UNSEEN = {code: None for first, last in _RANGES for code in range(first, last + 1)}
JOINERS = "\u200c\u200d"
# Half a character, and what XML and with it every SVG refuses. Tabs and line ends are blanks.
UNFIT = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
YAML_WORDS = re.compile("(?i)(?:y|n|yes|no|on|off|true|false|null)")


def plain(text: str) -> str:
    """Return a label or name in its one form.

    Parameters
    ----------
    text
        Any; case is kept.

    Returns
    -------
    str
        Unicode composed (NFC), without unseen characters, blanks of all kinds as single spaces.

    Examples
    --------
    >>> plain(" cafe" + chr(0x301) + chr(0xA0) + "au lait" + chr(0x200B)) == "café au lait"
    True
    """
    if text.isascii() and text.isalnum():
        return text
    composed = unicodedata.normalize("NFC", text).translate(UNSEEN)
    return " ".join(composed.split()).strip(JOINERS)


def unfit(text: str) -> str | None:
    """Say what makes a text no text: half a character, or a control character.

    Parameters
    ----------
    text
        Any.

    Returns
    -------
    str or None
        None where it can stand in every file and figure.
    """
    found = None if text.isascii() and text.isprintable() else UNFIT.search(text)
    if found is None:
        return None
    kind = "half a character" if "\ud800" <= found[0] <= "\udfff" else "the control character"
    return f"{kind} {ascii(found[0])[1:-1]}"


def written(value: Any) -> str:
    """Return a number as it is shown as a class, and any other value as its text.

    Parameters
    ----------
    value
        A number or a text.

    Examples
    --------
    >>> written(3), written(2.0), written(0.5), written(" joy ")
    ('3', '2', '0.5', 'joy')
    """
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)


def is_number(text: str) -> bool:
    """Tell whether a name is written as a number.

    Parameters
    ----------
    text
        A name.
    """
    return re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", text) is not None


def by_nature(text: str) -> tuple[Any, ...]:
    """Return a key that sorts numbers within texts by their value.

    Parameters
    ----------
    text
        A name.

    Examples
    --------
    >>> sorted(["10 stars", "9 stars", "-1", "1"], key=by_nature)
    ['-1', '1', '9 stars', '10 stars']
    """
    parts = re.split(r"((?:^[+-])?[0-9]{1,300}(?:\.[0-9]+)?)", text)
    return tuple((0, float(p), "") if i % 2 else (1, 0.0, p) for i, p in enumerate(parts) if p)


def yaml_list(names: Iterable[str], limit: int = 110) -> str | None:
    """Return names as a list in YAML, or None where it is longer than a sentence has room for.

    Parameters
    ----------
    names
        Those of label_names, say.
    limit
        Most characters.

    Examples
    --------
    >>> yaml_list(["joy", "no", "0.5", "Sci/Tech, space"])
    '[joy, "no", 0.5, "Sci/Tech, space"]'
    """
    shown, length = [], 0
    for name in names:
        shown.append(_yaml(name))
        length += len(shown[-1]) + 2
        if length > limit:
            return None
    return f"[{', '.join(shown)}]"


def _yaml(name: str) -> str:
    bare = re.fullmatch(r"(?:[0-9]+ )?[^\W\d_][\w /-]*", name) and not YAML_WORDS.fullmatch(name)
    exact = is_number(name) and written(float(name)) == name
    return name if bare or exact else json.dumps(name, ensure_ascii=False)
