"""Claims about networks without a step: their file; `transformer_units` says what is judged.

The rule is that of all claims (`judge`). A structure is that of a task of classes or a family of
sources. Light on purpose, like `file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnn_geometry.claims._others import Subject, checked_claims_about
from rnn_geometry.claims.file import NUMBERS
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.tasks.language.families import SOURCE_FAMILIES
from rnn_geometry.tasks.structures import STRUCTURES

TRANSFORMER = "transformer"  # the column `cell` of a network without a step


def measures() -> list[str]:
    """Return what a claim about networks without a step may be about."""
    # By name, as `store.columns` finds tables: what declares columns also computes them.
    classes = import_module("rnn_geometry.geometry.transformers").TRANSFORMERS
    words = import_module("rnn_geometry.geometry.transformers_language").TRANSFORMERS_LANGUAGE
    declared = {**classes, **words}.values()
    return [c.name for c in declared if c.kind in NUMBERS and c.name != "seed"]


def checked_transformer_claims(raw: Mapping[str, Any]) -> dict[str, Any]:
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
    structures, cells = (*STRUCTURES, *SOURCE_FAMILIES), (TRANSFORMER, *CELLS)
    told = ("a number of transformers.csv or transformers_language.csv",)
    return checked_claims_about(Subject(structures, cells, measures(), told), raw)
