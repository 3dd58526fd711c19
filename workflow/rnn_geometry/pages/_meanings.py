"""What columns mean, in the words of pages.

Two things are called q: the speed of a point, and the adjusted p of a verdict. Where columns are
declared their meanings are part of the code that was registered before networks were judged, so
the words are told apart here, where they are read.
"""

from __future__ import annotations

from rnn_geometry.store.columns import Column

# Every one stands in the meaning of a column.
APART = {
    "slowness q =": "speed q =",
    "part of q outside": "part of the speed q outside",
    "where the gradient of q vanishes and q does not": (
        "where the gradient of the speed q vanishes and q does not"
    ),
    "where q has a minimum": "where the speed q has a minimum",
    "`p` adjusted for its family": "adjusted p: `p`, adjusted for its family",
}


def meaning_of(column: Column) -> str:
    """Return what a column says, with the two meanings of q apart.

    Parameters
    ----------
    column
        As it is declared.
    """
    told = column.meaning
    for words, clear in APART.items():
        told = told.replace(words, clear)
    return told
