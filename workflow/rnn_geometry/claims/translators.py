"""Claims about networks that translate: their file; `translator_units` says what is judged.

The rule is that of all claims (`judge`). Here a structure is a family of tasks of pairs, or the
`dial`: the networks of one seed on tasks of re-ordered phrases, together. `cells` of a claim name
architectures. Light on purpose, like `file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnn_geometry.claims._others import Subject, checked_claims_about
from rnn_geometry.claims.file import NUMBERS
from rnn_geometry.tasks.pairs.families import PAIR_FAMILIES

DIAL, REORDERED = "dial", "reordered"
STRUCTURES = (*PAIR_FAMILIES, DIAL)
ARCHITECTURES = ("ved", "aed", "ao")
# Made of several networks: the dial of a seed, and a network with its twin that attends.
DERIVED = ("dial_correlation", "dial_correlation_random", "dimension_over_aed", "decoded_over_aed")


def measures() -> list[str]:
    """Return what a claim about translators may be about."""
    # By name, as `store.columns` finds tables: what declares columns also computes them.
    declared = import_module("rnn_geometry.geometry.translator_tables").TRANSLATORS
    known = [c.name for c in declared.values() if c.kind in NUMBERS and c.name != "seed"]
    return [*known, *DERIVED]


def checked_translator_claims(raw: Mapping[str, Any]) -> dict[str, Any]:
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
    told = ("a number of translators.csv", *DERIVED)
    return checked_claims_about(Subject(STRUCTURES, ARCHITECTURES, measures(), told), raw)
