"""Whose claim it is: the paper's own, another source's, or one that this project adds."""

from __future__ import annotations

PAPER, PROJECT, OTHER = "P", "N", "O"
WORDS = {PAPER: "claim of the paper", OTHER: "of another source", PROJECT: "new in this project"}
BEGINNINGS = {"Aitken et al. 2021, ": PAPER, "this project": PROJECT}  # of `source` of a claim


def origin(source: str) -> str:
    """Return the letter of WORDS for the source of a claim.

    Examples
    --------
    >>> origin("Aitken et al. 2021, section 4.1"), origin("Fenichel 1971; measured here")
    ('P', 'O')
    """
    return next((sign for start, sign in BEGINNINGS.items() if source.startswith(start)), OTHER)
