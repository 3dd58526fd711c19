"""Names and words of a user's data in figures: as they are written, short, still distinct."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

LONGEST = 60  # characters of a name in a figure, wherever it stands
MOST_TICKS = 24  # names along an axis
UNSEEN = ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")  # categories that fonts and XML do not know
JOINERS = "\u200c\u200d"


def literal(text: object, limit: int = LONGEST) -> str:
    """Return a text as matplotlib draws it letter by letter.

    Parameters
    ----------
    text
        Any: formulas, control characters, marks of direction and half characters too.
    limit
        Most characters.

    Returns
    -------
    str
        One line; what is too long has its middle left out.

    Examples
    --------
    >>> literal("$5 or" + chr(10) + "$6" + chr(7))
    '\\\\$5 or \\\\$6'
    """
    return _without_formulas(_cut(seen(text), limit))


def seen(text: object) -> str:
    """Return what can be seen of a text, on one line.

    Parameters
    ----------
    text
        Any.
    """
    return "".join(c for c in " ".join(str(text).split()) if c in JOINERS or is_seen(c))


def is_seen(character: str) -> bool:
    """Tell whether a character has a shape.

    Parameters
    ----------
    character
        One.
    """
    return unicodedata.category(character) not in UNSEEN


def _without_formulas(text: str) -> str:
    # Two dollars begin and end a formula; a legend passes over what begins with an underscore.
    shown = text.replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = limit // 3
    return f"{text[: limit - 1 - end]}…{text[len(text) - end :]}"


def cut_names(names: Sequence[object], limit: int) -> list[str]:
    """Return names short enough for their place, those that differ still different.

    Parameters
    ----------
    names
        As they are written, or as `literal` returns them.
    limit
        Most characters.

    Returns
    -------
    list of str
        Beginning and end of those that are too long; numbered where two became alike.

    Examples
    --------
    >>> cut_names(["a very long name, one", "a very long name, two"], 12)
    ['a very … one', 'a very … two']
    """
    whole = [str(name).replace(r"\$", "$").strip() for name in names]
    cut = [_cut(name, limit) for name in whole]
    first: dict[str, str] = {}
    for short, name in zip(cut, whole, strict=True):
        first.setdefault(short, name)
    shown, alike = [], dict.fromkeys(cut, 1)
    for short, name in zip(cut, whole, strict=True):
        if name != first[short]:
            alike[short] += 1
            short = f"{short[: limit - len(str(alike[short])) - 1]}~{alike[short]}"
        shown.append(_without_formulas(short))
    return shown


def tick_places(count: int) -> tuple[list[int], int]:
    """Return which of many names have room along an axis, and how many are left out.

    Parameters
    ----------
    count
        Names in all.

    Examples
    --------
    >>> tick_places(3), len(tick_places(120)[0]), tick_places(120)[1]
    (([0, 1, 2], 0), 24, 96)
    """
    if count <= MOST_TICKS:
        return list(range(count)), 0
    places = [i * (count - 1) // (MOST_TICKS - 1) for i in range(MOST_TICKS)]
    return places, count - MOST_TICKS
