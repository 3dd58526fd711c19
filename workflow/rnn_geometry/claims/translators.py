"""Claims about networks that translate: their file; `translator_units` says what is judged.

The rule is that of all claims (`judge`). Here a structure is a family of tasks of pairs, or the
`dial`: the networks of one seed on tasks of re-ordered phrases, together. `cells` of a claim name
architectures. Light on purpose, like `file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from rnn_geometry.claims.file import NUMBERS, checked_claims, conditions
from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.tasks.pairs.families import PAIR_FAMILIES

DIAL, REORDERED = "dial", "reordered"
STRUCTURES = (*PAIR_FAMILIES, DIAL)
ARCHITECTURES = ("ved", "aed", "ao")
# Made of several networks: the dial of a seed, and a network with its twin that attends.
DERIVED = ("dial_correlation", "dial_correlation_random", "dimension_over_aed", "decoded_over_aed")
# What stands for names of our own while all else of a claim is checked as that of a classifier: a
# structure, and a metric that has a control `random`.
STRUCTURE, METRIC = "unordered", "ablation_loss"


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
    for claim in raw["claims"]:
        _check_names(claim)
    checked = checked_claims({**raw, "claims": [_stand_in(claim) for claim in raw["claims"]]})
    both = zip(checked["claims"], raw["claims"], strict=True)
    whole = [{**filled, **claim, "frozen": filled["frozen"]} for filled, claim in both]
    return {**checked, "claims": whole}


def _check_names(claim: Mapping[str, Any]) -> None:
    """Refuse structures, architectures and metrics that translators do not have."""
    if "sweep" in claim:
        raise _wrong(claim, "sweep", claim["sweep"], ("structures in its place",))
    for structure in claim.get("structures", ()):
        if structure not in STRUCTURES:
            raise _wrong(claim, "structures", structure, STRUCTURES)
    for architecture in claim.get("cells", ()):
        if architecture not in ARCHITECTURES:
            raise _wrong(claim, "cells", architecture, ARCHITECTURES)
    known = measures()
    for part in (claim, *conditions(claim)):
        names = [part["metric"], part.get("expected")]
        for name in (one for one in names if isinstance(one, str)):
            if name not in known:
                raise _wrong(claim, "metric", name, ("a number of translators.csv", *DERIVED))
    control = f"{claim['metric']}_random"
    if "random" in claim["controls"] and control not in known:
        raise UserError(
            f"claim '{claim['name']}': there is no control random for {claim['metric']}; it needs "
            f"a column {control}."
        )


def _wrong(claim: Mapping[str, Any], key: str, value: Any, accepted: Iterable[str]) -> UserError:
    return UserError(
        f"claim '{claim['name']}': {key} is {quoted(value)}; accepted are {listed(accepted)}."
    )


def _stand_in(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return a claim under names that claims about classifiers may have."""
    given = [{**one, **_accepted(one)} for one in conditions(claim)]
    own = {key: value for key, value in claim.items() if key != "surrogate"}
    structures = {"structures": [STRUCTURE]} if "structures" in claim else {}
    return {**own, **structures, **_accepted(claim), **({"given": given} if given else {})}


def _accepted(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"metric": METRIC, **({"expected": 0} if "expected" in part else {})}
