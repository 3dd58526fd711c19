"""Claims as data: check a file such as config/claims.yaml before any job runs. Light on purpose."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import Any

from rnn_geometry.claims.metrics import SWEEP_METRICS, added_metrics, row_metrics
from rnn_geometry.errors import UserError
from rnn_geometry.store.columns import table_columns
from rnn_geometry.tasks.structures import STRUCTURES

SWEPT = ("l2",)  # what a sweep may vary: numbers in the order of which the dimension falls
NUMBERS = ("number", "count", "flag")  # kinds of columns that a claim may be about
THRESHOLDS = ("at_least", "at_most", "within", "within_share")
OF_EXPECTED = ("within", "within_share")
MARGIN = 0.1  # how far below a bag of words a network may be, where a file does not say
SWEEP_CONTROLS = ("permuted",)
NETWORK_CONTROLS = ("untrained", "shuffled_labels", "reservoir", "random")
FAMILY = "claims"  # of a claim that names none


def checked_claims(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Check the claims of a file that satisfies its schema.

    Parameters
    ----------
    raw
        What the file holds; config/README.md explains its keys.

    Returns
    -------
    dict
        The same, each claim with the date from which its threshold counts, its family, and whether
        it is `exploratory` or a `headline`.

    Raises
    ------
    UserError
        With one sentence that names the claim or the key, and what is accepted.
    """
    _check_seeds(raw)
    _check_looks(raw["looks"])
    for owner in (raw, *raw["claims"]):
        _check_date(owner)
    names = [claim["name"] for claim in raw["claims"]]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"claims: '{name}' is used twice; every claim needs a name of its own.")
    for claim in raw["claims"]:
        _check_claim(claim)
    margin = raw.get("bag_of_words_margin", MARGIN)
    whole = [_completed(claim, str(raw["frozen"])) for claim in raw["claims"]]
    known = {"frozen": str(raw["frozen"]), "claims": whole, "bag_of_words_margin": margin}
    return {**raw, **known, **_sources(whole)}


def _sources(claims: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return hashes of the code of metrics that other packages add, if claims use any."""
    used = {part["metric"] for claim in claims for part in (claim, *conditions(claim))}
    added = {name: plugin for name, plugin in added_metrics().items() if name in used}
    sources = {name: plugin.digest() for name, plugin in added.items()}
    return {"metric_sources": sources} if sources else {}


def _completed(claim: Mapping[str, Any], frozen: str) -> dict[str, Any]:
    known = {"family": FAMILY, "exploratory": False, "headline": False, **claim}
    return {**known, "frozen": str(claim.get("frozen", frozen))}


def conditions(claim: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what must hold of a network beside the threshold of a claim.

    Parameters
    ----------
    claim
        Of a file of claims; its `given` is one condition or a list of them.

    Returns
    -------
    list
        Those of `given`, and the surrogate, each with its metric and its limit.
    """
    given = claim.get("given", [])
    listed = [given] if isinstance(given, Mapping) else list(given)
    return [*listed, *([claim["surrogate"]] if "surrogate" in claim else [])]


def measures() -> list[str]:
    """Return the columns that a claim may be about: numbers known of every network."""
    known = table_columns("networks").values()
    return [column.name for column in known if column.kind in NUMBERS and column.name != "seed"]


def _check_seeds(raw: Mapping[str, Any]) -> None:
    low, high = raw["tuning_seeds"]
    if low > high:
        raise UserError(
            f"claims key tuning_seeds: {low} is above {high}; accepted are the first and the last."
        )
    if raw["judged_from"] <= high:
        raise UserError(
            f"claims key judged_from: {raw['judged_from']} is not above the tuning seeds "
            f"{low} to {high}; accepted is a number from {high + 1} on."
        )


def _check_looks(looks: Sequence[Mapping[str, int]]) -> None:
    sizes = [look["networks"] for look in looks]
    if sizes != sorted(set(sizes)):
        raise UserError(
            f"claims key looks: the networks are {', '.join(map(str, sizes))}; "
            "accepted are numbers that grow from look to look."
        )
    for look in looks:
        if not look["fails"] < look["holds"] <= look["networks"]:
            raise UserError(
                f"claims key looks: {look['holds']} to hold and {look['fails']} to fail of "
                f"{look['networks']} networks; accepted are fails < holds <= networks."
            )


def _check_date(owner: Mapping[str, Any]) -> None:
    try:
        datetime.date.fromisoformat(str(owner.get("frozen", "2000-01-01")))
    except ValueError:
        raise UserError(
            f"claims key frozen: '{owner['frozen']}' is no date; "
            "accepted is one such as 2026-11-25."
        ) from None


def _check_claim(claim: Mapping[str, Any]) -> None:
    of_sweep = "sweep" in claim
    if of_sweep == ("structures" in claim):
        raise _wrong(claim, "give either structures or sweep, one of the two")
    if of_sweep:
        _known(claim, "sweep", claim["sweep"], SWEPT)
        _known(claim, "metric", claim["metric"], SWEEP_METRICS)
    else:
        for structure in claim["structures"]:
            _known(claim, "structures", structure, STRUCTURES)
        _check_metric(claim, "metric", claim["metric"])
    _check_given(claim)
    _check_threshold(claim)
    _check_controls(claim, SWEEP_CONTROLS if of_sweep else NETWORK_CONTROLS)


def _check_metric(claim: Mapping[str, Any], key: str, metric: str) -> None:
    accepted = (*row_metrics(), *measures())
    _known(claim, key, metric, accepted, (*row_metrics(), "a column of runs.csv"))


def _check_given(claim: Mapping[str, Any]) -> None:
    for key in ("given", "surrogate"):
        if key in claim and "sweep" in claim:
            raise _wrong(claim, f"{key} goes with structures; a sweep is no single network")
    for given in conditions(claim):
        _check_metric(claim, "given.metric", given["metric"])
        _check_limit(claim, given, "given: ")


def _check_limit(claim: Mapping[str, Any], owner: Mapping[str, Any], place: str) -> None:
    """Refuse a claim, or a condition beside it, without exactly one threshold that has an end."""
    keys = [key for key in THRESHOLDS if key in owner]
    if len(keys) != 1:
        raise _wrong(claim, f"{place}give one of {', '.join(THRESHOLDS)}; there are {len(keys)}")
    for key in (*keys, "control_at_most", "expected"):
        if isinstance(owner.get(key), float) and not isfinite(owner[key]):
            raise _wrong(claim, f"{place}{key} is {owner[key]}; accepted is a number with an end")
    if ("expected" in owner) != (keys[0] in OF_EXPECTED):
        raise _wrong(claim, f"{place}expected goes with within or within_share, and only with them")
    if isinstance(owner.get("expected"), str):
        words = ("a number", "a column of runs.csv")
        _known(claim, "expected", owner["expected"], measures(), words)


def _check_threshold(claim: Mapping[str, Any]) -> None:
    given = [key for key in OF_EXPECTED if key in claim]
    if "sweep" in claim and given:
        raise _wrong(
            claim, f"a sweep has no expected value; give at_least or at_most, not {given[0]}"
        )
    _check_limit(claim, claim, "")
    _check_control_threshold(claim)
    if claim.get("exploratory") and claim.get("headline"):
        raise _wrong(claim, "it is exploratory or a headline, not both")


def _check_control_threshold(claim: Mapping[str, Any]) -> None:
    limit = claim.get("control_at_most")
    if limit is None:
        return
    if "at_least" not in claim:
        raise _wrong(claim, "control_at_most goes with at_least, and only with it")
    if limit > claim["at_least"]:
        raise _wrong(
            claim, f"control_at_most {limit:g} is above at_least {claim['at_least']:g}; lower it"
        )


def _check_controls(claim: Mapping[str, Any], accepted: tuple[str, ...]) -> None:
    for control in claim["controls"]:
        _known(claim, "controls", control, accepted)
    name = f"{claim['metric']}_random"
    if "random" in claim["controls"] and name not in (*row_metrics(), *measures()):
        raise _wrong(
            claim, f"there is no control random for {claim['metric']}; it needs a column {name}"
        )


def _known(
    claim: Mapping[str, Any],
    key: str,
    value: str,
    accepted: Collection[str],
    words: Collection[str] = (),
) -> None:
    """Refuse a value that is not accepted; `words` name the accepted ones where these are many."""
    if value in accepted:
        return
    close = difflib.get_close_matches(value, accepted, n=1)
    hint = f" (did you mean '{close[0]}'?)" if close else ""
    listed = ", ".join(words or accepted)
    raise _wrong(claim, f"{key} is '{value}'; accepted are {listed}{hint}")


def _wrong(claim: Mapping[str, Any], what: str) -> UserError:
    return UserError(f"claim '{claim['name']}': {what}.")


def threshold_words(claim: Mapping[str, Any]) -> str:
    """Return the threshold of a claim as words.

    Parameters
    ----------
    claim
        With one of the keys in THRESHOLDS.

    Examples
    --------
    >>> threshold_words({"within_share": 0.2, "expected": 2})
    'within 20 %'
    >>> threshold_words({"at_least": 0.75, "control_at_most": 0.2})
    'at least 0.75, controls at most 0.2'
    >>> threshold_words({"at_least": 0.8, "given": {"metric": "hold_r2", "at_least": 0.5}})
    'at least 0.8, given hold_r2 at least 0.5'
    >>> threshold_words({"at_most": 0.2, "surrogate": {"metric": "corner_miss_p", "at_most": 0.05}})
    'at most 0.2, given corner_miss_p at most 0.05'
    """
    return _own_words(claim) + "".join(map(_condition_words, conditions(claim)))


def _condition_words(given: Mapping[str, Any]) -> str:
    """Return a condition beside a threshold in words, with a comma before it."""
    words = f", given {given['metric']} {_own_words(given)}"
    if "expected" not in given:
        return words
    return f"{words} {'' if given.get('within') == 0 else 'of '}{given['expected']}"


def _own_words(claim: Mapping[str, Any]) -> str:
    if "within_share" in claim:
        return f"within {100 * claim['within_share']:g} %"
    if "within" in claim:
        return "exactly" if claim["within"] == 0 else f"within {claim['within']:g}"
    if "at_most" in claim:
        return f"at most {claim['at_most']:g}"
    controls = claim.get("control_at_most")
    beside = "" if controls is None else f", controls at most {controls:g}"
    return f"at least {claim['at_least']:g}{beside}"


def criterion(claim: Mapping[str, Any]) -> str:
    """Return what a claim measures, its threshold and what it expects, in Markdown.

    Parameters
    ----------
    claim
        A claim of a checked file.

    Examples
    --------
    >>> criterion({"metric": "participation_ratio", "within_share": 0.2, "expected": 2})
    '`participation_ratio` within 20 % of `2`'
    >>> criterion({"metric": "components_95", "within": 0, "expected": "dimension_predicted"})
    '`components_95` exactly `dimension_predicted`'
    """
    words = threshold_words(claim)
    if "expected" not in claim:
        return f"`{claim['metric']}` {words}"
    joint = "" if words == "exactly" else "of "
    return f"`{claim['metric']}` {words} {joint}`{claim['expected']}`"
