"""Claims about language models: their files.

`language_units` and `text_model_units` say what is judged. The rule is that of all claims
(`judge`). A structure is a family of sources, or running text, and a file is about one of these.
Light on purpose, like `file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnn_geometry.claims._others import Subject, checked_claims_about
from rnn_geometry.claims.file import NUMBERS
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.tasks.language.families import SOURCE_FAMILIES
from rnn_geometry.tasks.running_text import RUNNING_TEXT


def measures() -> list[str]:
    """Return what a claim about language models of known sources may be about."""
    # By name, as `store.columns` finds tables: what declares columns also computes them.
    return _numbers(import_module("rnn_geometry.geometry.language_tables").LANGUAGE)


def text_measures() -> list[str]:
    """Return what a claim about language models of running text may be about."""
    declared = import_module("rnn_geometry.geometry.text_models").LANGUAGE_TEXT
    return [*_numbers(declared), *_made()]


def _made() -> list[str]:
    return [*import_module("rnn_geometry.claims.text_model_units").MADE]


def _numbers(declared: Mapping[str, Any]) -> list[str]:
    return [c.name for c in declared.values() if c.kind in NUMBERS and c.name != "seed"]


def is_about_text(raw: Mapping[str, Any]) -> bool:
    """Tell whether a file of claims is about running text.

    Parameters
    ----------
    raw
        What the file holds.
    """
    return {s for claim in raw["claims"] for s in claim.get("structures", ())} == {RUNNING_TEXT}


def checked_language_claims(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Check the claims of a file that satisfies the schema of claims.

    Parameters
    ----------
    raw
        What the file holds.

    Returns
    -------
    dict
        As of `file.checked_claims`.

    Raises
    ------
    UserError
        With one sentence that names the claim or the key, and what is accepted.
    """
    if is_about_text(raw):
        told = ("a number of language_text.csv", *_made())
        return checked_claims_about(Subject((RUNNING_TEXT,), (*CELLS,), text_measures(), told), raw)
    subject = Subject((*SOURCE_FAMILIES,), (*CELLS,), measures(), ("a number of language.csv",))
    return checked_claims_about(subject, raw)
