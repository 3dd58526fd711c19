"""Claims about language models: their file; `language_units` says what is judged.

The rule is that of all claims (`judge`). Here a structure is a family of sources. Light on purpose,
like `file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnn_geometry.claims._others import Subject, checked_claims_about
from rnn_geometry.claims.file import NUMBERS
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.tasks.language.families import SOURCE_FAMILIES


def measures() -> list[str]:
    """Return what a claim about language models may be about."""
    # By name, as `store.columns` finds tables: what declares columns also computes them.
    declared = import_module("rnn_geometry.geometry.language_tables").LANGUAGE
    return [c.name for c in declared.values() if c.kind in NUMBERS and c.name != "seed"]


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
    subject = Subject((*SOURCE_FAMILIES,), (*CELLS,), measures(), ("a number of language.csv",))
    return checked_claims_about(subject, raw)
