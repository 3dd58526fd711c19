"""The numbers of a network that a reader asks for first, each beside what theory says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnn_geometry.pages.templating import typeset

PRECISE = 3  # decimals, as accuracies have: of these whole numbers show them, too
CLOSE, NEAR = 0.1, 0.25  # share of what is expected within which a value is that, or near it
# Accuracies are compared as they are: by so much below what is expected they are that, or near it.
CLOSE_BELOW, NEAR_BELOW = 0.01, 0.03


@dataclass(frozen=True)
class KeyNumber:
    """A number and its yardstick.

    Attributes
    ----------
    name
        Its column.
    title
        What a reader calls it.
    expected
        Column of the value expected, or a number that perfection would give.
    words
        What stands before the expected value.
    decimals
        How many are shown.
    at_least
        Whether what is expected is a threshold of a claim, which more may pass.
    """

    name: str
    title: str
    expected: str | float
    words: str
    decimals: int = 2
    at_least: bool = False


KEY_NUMBERS = (
    KeyNumber("test_accuracy", "accuracy on test", "bag_of_words_accuracy", "bag of words:", 3),
    KeyNumber(
        "participation_ratio", "dimension (participation ratio)", "dimension_expected", "d ="
    ),
    KeyNumber(
        "components_95", "components for 95 % of the variance", "dimension_expected", "d =", 0
    ),
    KeyNumber(
        "integration_modes", "integration modes at the centre", "dimension_expected", "d =", 0
    ),
    KeyNumber(
        "io_dimension_places", "dimensions from inputs to outputs", "dimension_expected", "d =", 0
    ),
    KeyNumber("growing_modes", "modes that grow at the centre", "dimension_expected", "d =", 0),
    KeyNumber(
        "readout_angle_mean",
        "mean angle of two readouts (°)",
        "readout_angle_expected",
        "theory:",
        1,
    ),
    KeyNumber("readout_in_subspace", "readouts inside the slow subspace", 1.0, "all inside:"),
    KeyNumber("simplex_shape", "shape: ball 0, simplex 1", 0.3, "its threshold,", 2, at_least=True),
    KeyNumber("accuracy_at_d", "accuracy with d components", "test_accuracy", "with all:", 3),
    KeyNumber("hold_r2", "held over a sentence of neutral words (R²)", 1.0, "held for good:"),
    KeyNumber("logit_additivity", "logits as sums over words (R²)", 1.0, "sums alone:"),
    KeyNumber(
        "delayed_independence", "effect of a word, wherever it is read", 1.0, "an integrator:"
    ),
    KeyNumber("rate_slope", "growth falls with distance from the centre", -1.0, "strictly:"),
)


def key_numbers(
    run: Mapping[str, Any],
    meanings: Mapping[str, str],
    allowed: Mapping[str, float] | None = None,
) -> list[dict[str, Any]]:
    """Return the numbers that this network has, with what is expected of each.

    Parameters
    ----------
    run
        Its numbers by column.
    meanings
        What the columns say, by name.
    allowed
        Shares by which claims let measures miss what is expected, by column.

    Returns
    -------
    list of dict
        `name`, `title`, `value` and `expected` as text, `words` before it, `distance`: one of
        `distance`, `lacking` of what is not defined, or `none` of what is not compared; `meaning`.
        One that nothing is expected of is left out.
    """
    shares = allowed or {}
    told = [
        _told(one, run, meanings[one.name], shares.get(one.name))
        for one in KEY_NUMBERS
        if _known(one, run)
    ]
    return [*told, *_time_constants(run, meanings)]


def _time_constants(run: Mapping[str, Any], meanings: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return in how many words the d slowest modes change by a factor e, in a row.

    A mode that grows has no lifetime: it is told to grow.
    """
    d = int(run.get("dimension_expected") or 0)
    taus = [run.get(f"tau_{i + 1}") for i in range(d + 1)]
    if not d or None in taus:
        return []
    told = [typeset(f"{tau:.1f}") for tau in taus[:d] if tau is not None]
    courses = [_course(run.get(f"growth_{i + 1}")) for i in range(d)]
    value = (
        f"{', '.join(told)} (all\u00a0{courses[0]})"
        if d > 1 and len(set(courses)) == 1
        else ", ".join(f"{tau}\u00a0({course}s)" for tau, course in zip(told, courses, strict=True))
    )
    return [
        {
            "name": "tau_1",
            "title": f"words in which the {d} slowest modes change by a factor e",
            "value": value,
            **_beside_half(run, taus),
            "meaning": meanings["tau_1"],
        }
    ]


def _beside_half(run: Mapping[str, Any], taus: list[Any]) -> dict[str, str]:
    """Return whether the d slowest modes outlast half a sentence, as integration modes do."""
    next_one = typeset(f"{taus[-1]:.1f}")
    if not run.get("mean_length"):
        return {"words": "the next mode:", "expected": next_one, "distance": "none"}
    half = float(run["mean_length"]) / 2
    side = "above" if min(taus[:-1]) >= half else "below"
    told = f"{typeset(f'{half:.1f}')} (the next mode: {next_one})"
    return {"words": f"{side} half a sentence,", "expected": told, "distance": side}


def _course(growth: float | None) -> str:
    return "grow" if (growth or 0) > 0 else "fade"


def _known(one: KeyNumber, run: Mapping[str, Any]) -> bool:
    expected = _expected(one, run)
    shape = one.name != "simplex_shape" or run.get(one.name) is not None
    return expected is not None and shape


def _expected(one: KeyNumber, run: Mapping[str, Any]) -> float | None:
    value = run.get(one.expected) if isinstance(one.expected, str) else one.expected
    return None if value is None or value == "" else float(value)


def _told(
    one: KeyNumber, run: Mapping[str, Any], meaning: str, share: float | None
) -> dict[str, Any]:
    value, expected = run.get(one.name), _expected(one, run) or 0.0
    text = "not defined" if value is None else typeset(f"{float(value):.{one.decimals}f}")
    whole = expected == int(expected) and one.decimals < PRECISE
    digits = 0 if whole else max(one.decimals, 1)
    found = "lacking" if value is None else distance(one, float(value), expected, share)
    place = {"above": "above ", "below": "below "}.get(found, "")
    return {
        "name": one.name,
        "title": one.title,
        "value": text,
        "words": place + one.words,
        "expected": typeset(f"{expected:.{digits}f}"),
        "distance": found,
        "meaning": meaning,
    }


def distance(one: KeyNumber, value: float, expected: float, share: float | None = None) -> str:
    """Return how far a value is from what is expected: `close`, `near` or `far`.

    Where a claim has a threshold, what misses that is `beyond` it.

    Of a threshold, on which side of it: `above`, where the value itself counts, or `below`.

    Parameters
    ----------
    one
        The number. Accuracies are close wherever they are hardly lower.
    value, expected
        What was measured and what is expected.
    share
        By which a claim lets it miss what is expected; None without a claim.
    """
    if one.name.endswith("accuracy"):
        below = expected - value
        return "close" if below <= CLOSE_BELOW else "near" if below <= NEAR_BELOW else "far"
    if one.at_least:
        return "above" if value >= expected else "below"
    off = abs(value - expected) / max(abs(expected), 1e-9)
    if share is not None and off > share:
        return "beyond"
    return "close" if off <= CLOSE else "near" if off <= NEAR else "far"
