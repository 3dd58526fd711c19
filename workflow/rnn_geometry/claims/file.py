"""Claims as data: read and check config/claims.yaml before any job runs. Light on purpose, like `settings`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from rnn_geometry.config.schema import check_schema
from rnn_geometry.errors import UserError
from rnn_geometry.store.columns import DIMENSION_COLUMNS, IDENTITY, RUN_COLUMNS, TASK_COLUMNS

# Measures that are no column of a table: `claims.ROW_METRICS` and `claims.SWEEP_METRICS`; a test holds them equal.
ROW_METRICS = ("bag_of_words_gap", "shuffled_share", "lasting_ratio", "along_ratio")
SWEEP_METRICS = ("falls_to_zero", "levels_visited")
SWEPT = (
    "l2",
)  # what a sweep may vary that claims are about: numbers in the order of which the dimension falls
NO_NUMBERS = (*IDENTITY, "control", "hold_input")
THRESHOLDS = ("at_least", "at_most", "within", "within_share")
NETWORK_CONTROLS, SWEEP_CONTROLS = ("untrained", "shuffled_labels", "random"), ("permuted",)


def checked_claims(raw: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of a file, each with its date. Raises UserError with one sentence that names the claim."""
    check_schema(raw, schema)
    low, high = raw["tuning_seeds"]
    if raw["judged_from"] <= high:
        raise UserError(
            f"claims key judged_from: {raw['judged_from']} is not above the tuning seeds {low} to {high}."
        )
    for owner in (raw, *raw["claims"]):
        _check_date(owner)
    names = [claim["name"] for claim in raw["claims"]]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"claims: '{name}' is used twice; every claim needs a name of its own.")
    return {
        **raw,
        "frozen": str(raw["frozen"]),
        "claims": [_checked(claim, raw) for claim in raw["claims"]],
    }


def _checked(claim: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    of_sweep = "sweep" in claim
    if of_sweep == ("structures" in claim):
        raise UserError(
            f"claim '{claim['name']}': give either structures or sweep, one of the two."
        )
    columns = [
        name for name in (*RUN_COLUMNS, *DIMENSION_COLUMNS, *TASK_COLUMNS) if name not in NO_NUMBERS
    ]
    metrics = SWEEP_METRICS if of_sweep else (*ROW_METRICS, *columns)
    _known(
        claim,
        "metric",
        claim["metric"],
        metrics,
        SWEEP_METRICS if of_sweep else (*ROW_METRICS, "a column of runs.csv"),
    )
    given = [key for key in THRESHOLDS if key in claim]
    if len(given) != 1:
        raise UserError(
            f"claim '{claim['name']}': give one of {', '.join(THRESHOLDS)}; there are {len(given)}."
        )
    expected = claim.get("expected")
    if (expected is None) != (given[0] in ("at_least", "at_most")):
        raise UserError(
            f"claim '{claim['name']}': expected goes with within or within_share, and only with them."
        )
    if isinstance(expected, str):
        _known(claim, "expected", expected, columns, ("a number", "a column of runs.csv"))
    for control in claim["controls"]:
        accepted = SWEEP_CONTROLS if of_sweep else NETWORK_CONTROLS
        _known(claim, "controls", control, accepted, accepted)
    if "random" in claim["controls"] and f"{claim['metric']}_random" not in RUN_COLUMNS:
        raise UserError(
            f"claim '{claim['name']}': there is no control random for {claim['metric']}; it needs a column "
            f"{claim['metric']}_random."
        )
    if of_sweep:
        _known(claim, "sweep", claim["sweep"], SWEPT, SWEPT)
    return {**claim, "frozen": str(claim.get("frozen", raw["frozen"]))}


def _check_date(owner: Mapping[str, Any]) -> None:
    try:
        datetime.date.fromisoformat(str(owner.get("frozen", "2000-01-01")))
    except ValueError:
        raise UserError(
            f"claims key frozen: '{owner['frozen']}' is no date; accepted is one such as 2026-11-25."
        ) from None


def _known(claim: Mapping[str, Any], key: str, value: str, accepted, words) -> None:
    if value not in accepted:
        raise UserError(
            f"claim '{claim['name']}': {key} is '{value}'; accepted are {', '.join(words)}."
        )


def threshold_words(claim: Mapping[str, Any]) -> str:
    """Return the threshold of a claim as words, such as `at least 0.8`."""
    if "within_share" in claim:
        return f"within {100 * claim['within_share']:g} %"
    if "within" in claim:
        return "exactly" if claim["within"] == 0 else f"within {claim['within']:g}"
    return (
        f"at least {claim['at_least']:g}"
        if "at_least" in claim
        else f"at most {claim['at_most']:g}"
    )
