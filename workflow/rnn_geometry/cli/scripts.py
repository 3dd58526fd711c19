"""In which scripts texts are written, roughly: by the names that Unicode gives their letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

LETTERS = 500  # of each text
# First words of letters' names that are no script by themselves.
OF_NAME = {"CJK": "Chinese", "FULLWIDTH": "Latin", "HALFWIDTH": "Katakana", "MODIFIER": "other"}


def shares(texts: Sequence[str]) -> dict[str, float]:
    """Return the share of every script among the letters of some texts, the commonest first.

    Parameters
    ----------
    texts
        As they are read.

    Examples
    --------
    >>> shares(["two words", "и ещё"])["Cyrillic"]
    0.3333333333333333
    """
    counts: Counter[str] = Counter()
    for text in texts:
        part = text[:LETTERS]
        if part.isascii():
            counts["Latin"] += sum(map(str.isalpha, part))
        else:
            counts.update(_script(letter) for letter in part if letter.isalpha())
    total = counts.total()
    return {script: count / total for script, count in counts.most_common() if count}


@cache
def _script(letter: str) -> str:
    first = unicodedata.name(letter, "OTHER").partition(" ")[0]
    return OF_NAME.get(first, first.capitalize())
