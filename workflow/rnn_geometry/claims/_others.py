"""Claims about networks that are no classifiers: checked like others, under names of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rnn_geometry.claims.file import checked_claims, conditions
from rnn_geometry.errors import UserError, listed, quoted

# What stands for names of our own while all else of a claim is checked as that of a classifier: a
# structure, and a metric that has a control `random`.
STRUCTURE, METRIC = "unordered", "ablation_loss"


class Subject(NamedTuple):
    """What claims about a kind of networks may name.

    Structures, cells, metrics; and how accepted metrics are told.
    """

    structures: Sequence[str]
    cells: Sequence[str]
    measures: Sequence[str]
    told: Sequence[str]


def checked_claims_about(subject: Subject, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Check the claims of a file that satisfies the schema of claims."""
    for claim in raw["claims"]:
        _check_names(subject, claim)
    checked = checked_claims({**raw, "claims": [_stand_in(claim) for claim in raw["claims"]]})
    both = zip(checked["claims"], raw["claims"], strict=True)
    whole = [{**filled, **claim, "frozen": filled["frozen"]} for filled, claim in both]
    return {**checked, "claims": whole}


def _check_names(subject: Subject, claim: Mapping[str, Any]) -> None:
    """Refuse structures, cells and metrics that such networks do not have."""
    if "sweep" in claim:
        raise _wrong(claim, "sweep", claim["sweep"], ("structures in its place",))
    for structure in claim.get("structures", ()):
        if structure not in subject.structures:
            raise _wrong(claim, "structures", structure, subject.structures)
    for cell in claim.get("cells", ()):
        if cell not in subject.cells:
            raise _wrong(claim, "cells", cell, subject.cells)
    for part in (claim, *conditions(claim)):
        names = [part["metric"], part.get("expected")]
        for name in (one for one in names if isinstance(one, str)):
            if name not in subject.measures:
                raise _wrong(claim, "metric", name, subject.told)
    control = f"{claim['metric']}_random"
    if "random" in claim["controls"] and control not in subject.measures:
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
