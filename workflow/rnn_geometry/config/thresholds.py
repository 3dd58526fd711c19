"""What claims allow a measure to be off what theory expects, for pages of networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

EXPECTED = "dimension_expected"  # a share of anything else is no yardstick of a page


def shares_allowed(claims: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return by which share measures may miss the expected dimension, by structure of tasks.

    Parameters
    ----------
    claims
        Of a checked file; exploratory ones are left out.

    Returns
    -------
    dict
        By structure, then by metric.

    Examples
    --------
    >>> about = {"structures": ["plane"], "metric": "participation_ratio"}
    >>> shares_allowed([{**about, "expected": "dimension_expected", "within_share": 0.2}])
    {'plane': {'participation_ratio': 0.2}}
    """
    found: dict[str, dict[str, float]] = {}
    for claim in claims:
        if claim.get("exploratory") or claim.get("expected") != EXPECTED:
            continue
        for structure in claim.get("structures", ()):
            if "within_share" in claim:
                found.setdefault(structure, {})[claim["metric"]] = claim["within_share"]
    return found
