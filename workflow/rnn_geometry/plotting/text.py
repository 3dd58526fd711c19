"""Names and words of a user's data in figures: as they are written, short, still distinct."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rnn_geometry.networks.registry import CELLS
from rnn_geometry.tasks.structures import LABELS, LINE, PLANE, UNORDERED

LONGEST = 60  # characters of a name in a figure, wherever it stands
MOST_TICKS = 12  # names along an axis
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
        One line; what cannot be seen is written as in Python, what is too long has its middle left
        out.

    Examples
    --------
    >>> literal("$5 or" + chr(10) + "$6" + chr(7))
    '\\\\$5 or\\\\n\\\\$6\\\\x07'
    """
    return _without_formulas(_cut(seen(text), limit))


def seen(text: object) -> str:
    """Return a text on one line, with what cannot be seen written as in Python.

    So names that differ only there still differ. Zero-width joiners stay as they are between
    letters of scripts that need them.

    Parameters
    ----------
    text
        Any; one of blanks alone gets quotes.
    """
    whole = str(text)
    if not whole.strip(" "):
        return f"'{whole}'"
    neighbours = zip(whole, f" {whole}", f"{whole[1:]} ", strict=False)
    return "".join(_written(*letters) for letters in neighbours)


def _written(character: str, before: str, after: str) -> str:
    joins = character in JOINERS and not before.isascii() and not after.isascii()
    if joins or is_seen(character):
        return character
    return character.encode("unicode_escape").decode("ascii")


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
    whole = [_as_seen(name) for name in names]
    cut = [_cut(name, limit) for name in whole]
    groups: dict[str, dict[str, int]] = {}
    for short, name in zip(cut, whole, strict=True):
        groups.setdefault(short, {}).setdefault(name, 0)
    told = {s: _told_apart(list(group), limit) for s, group in groups.items() if len(group) > 1}
    shown = (told.get(s, {}).get(name, s) for s, name in zip(cut, whole, strict=True))
    return [_without_formulas(name) for name in shown]


def _as_seen(name: object) -> str:
    """Return what `seen` gives of a name as it is written or as `literal` returns it."""
    text = seen(str(name).replace(r"\$", "$"))
    return text[1:] if text.startswith(" _") else text


def _told_apart(names: list[str], limit: int) -> dict[str, str]:
    """Return names, cut alike, by what they are called: from where they differ, else numbered."""
    columns = enumerate(zip(*names, strict=False))
    start = next((i for i, letters in columns if len(set(letters)) > 1), min(map(len, names)))
    begin = limit // 3
    short = {name: f"{name[:begin]}…{name[start : start + limit - begin - 1]}" for name in names}
    if len(set(short.values())) == len(names):
        return short
    width = limit - len(str(len(names))) - 1
    return {name: f"{name[:width]}~{i}" for i, name in enumerate(names, start=1)}


def spoken(names: Sequence[object]) -> list[str]:
    """Return names as a reader says them: with blanks for underscores, unless two become one.

    Parameters
    ----------
    names
        As they are written in data.

    Examples
    --------
    >>> spoken(["one_star", "two_stars"]), spoken(["a_b", "a b"])
    (['one star', 'two stars'], ['a_b', 'a b'])
    """
    written = [str(name) for name in names]
    said = [name.replace("_", " ").strip() or name for name in written]
    return said if len(set(said)) == len(set(written)) else written


# What default tasks are called, by their family; names of a user's own stay as they are.
KINDS = {
    "categorical": UNORDERED.noun,
    "ordered1d": LINE.noun,
    "ordered2d": PLANE.noun,
    "multilabel": LABELS.noun,
}


def said_task(task: str) -> str:
    """Return what a reader calls a task.

    Examples
    --------
    >>> said_task("categorical-3"), said_task("news")
    ('3 unordered classes', 'news')
    """
    family, _, count = task.rpartition("-")
    return f"{count} {KINDS[family]}" if family in KINDS and count.isdigit() else task


def said_model(model: str) -> str:
    """Return what a reader calls a model: a built-in cell by its label.

    Examples
    --------
    >>> said_model("gru"), said_model("mine")
    ('GRU', 'mine')
    """
    return CELLS[model].label if model in CELLS else model


def tick_places(count: int, most: int = MOST_TICKS) -> tuple[list[int], int]:
    """Return which of many names have room along an axis, and how many are left out.

    Parameters
    ----------
    count
        Names in all.
    most
        How many have room.

    Examples
    --------
    >>> tick_places(3), len(tick_places(120)[0]), tick_places(120)[1]
    (([0, 1, 2], 0), 12, 108)
    """
    if count <= most:
        return list(range(count)), 0
    return [i * (count - 1) // (most - 1) for i in range(most)], count - most
