"""The forecast from word counts, scored: how often right, how far off, and better than a rule?

A set of classes is one unit. Its measured dimension is the median over its networks: where these
disagree by one, no forecast counts as right.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rnn_geometry.geometry.forecast import FORECASTS, KINDS, MEASURED, RULE
from rnn_geometry.store.columns import Column, columns

LEVEL = 0.95
ALL, DIFFER = "all", "rule differs"
SCORES = columns(
    Column("kind", "of classes, or `all`", kind="text"),
    Column("measured", "what is forecast: a column of forecast.csv", kind="text"),
    Column("forecast", f"a forecast, or a rule; `{RULE}` is d of theory", kind="text"),
    Column(
        "among",
        f"`{ALL}` sets, or those where the forecast says other than the rule `{RULE}`",
        kind="text",
    ),
    Column("sets", "sets of classes", kind="count"),
    Column("right", "sets whose measured dimension is the forecast", kind="count"),
    Column("share", "share right"),
    Column("low", "lower end of Wilson's 95 % interval of the share"),
    Column("high", "its upper end"),
    Column("error", "mean distance of forecast and measured dimension", "dimensions"),
    Column("bias", "mean of forecast less measured dimension", "dimensions"),
    Column("better", f"sets where it is right and the rule `{RULE}` is not", kind="count"),
    Column("worse", "sets where it is the other way round", kind="count"),
    Column("p", "of McNemar's exact two-sided test of these two; empty where both are 0"),
)


def by_set(networks: pd.DataFrame) -> pd.DataFrame:
    """Return one row a set of classes, measured dimensions as the median over its networks.

    Parameters
    ----------
    networks
        forecast.csv. Networks that did not learn their task do not count.
    """
    known = networks[networks["learned"] == 1]
    facts = ["data", "kind", "chosen", "classes", *FORECASTS.values()]
    sets = known.groupby("task", sort=True)
    return sets[facts].first().join(sets[list(MEASURED)].median()).reset_index()


def agreement(networks: pd.DataFrame) -> tuple[int, int]:
    """Return on how many sets all networks have the same number of components, and of how many.

    No forecast can be right on more. Sets with a single network say nothing.

    Parameters
    ----------
    networks
        forecast.csv.
    """
    sets = networks[networks["learned"] == 1].groupby("task")[MEASURED[0]]
    several = sets.nunique(dropna=False)[sets.size() > 1]
    return int((several == 1).sum()), len(several)


def scores(networks: pd.DataFrame) -> pd.DataFrame:
    """Return forecast_scores.csv.

    Parameters
    ----------
    networks
        forecast.csv.
    """
    sets = by_set(networks)
    parts = {ALL: sets, **{kind: sets[sets["kind"] == kind] for kind in KINDS}}
    rows = [
        {"kind": kind, **row}
        for kind, part in parts.items()
        if len(part)
        for measured in MEASURED
        for row in _scored(part, measured)
    ]
    return pd.DataFrame(rows, columns=list(SCORES))


def _scored(sets: pd.DataFrame, measured: str) -> Iterator[dict]:
    """Yield the scores of every forecast on some sets, and where it differs from the rule."""
    rule = FORECASTS[RULE]
    for name, column in FORECASTS.items():
        told = {"measured": measured, "forecast": name}
        yield {**told, "among": ALL, **score(sets[column], sets[measured], sets[rule])}
        part = sets[sets[column] != sets[rule]]
        if len(part):
            found = score(part[column], part[measured], part[rule])
            yield {**told, "among": DIFFER, **found}


def score(forecast: pd.Series, measured: pd.Series, rule: pd.Series) -> dict[str, float | None]:
    """Return the score of a forecast on at least one set, by the names of SCORES.

    Parameters
    ----------
    forecast, measured, rule
        Dimensions of the same sets.

    References
    ----------
    Wilson 1927, J. Am. Stat. Assoc. 22, 209; McNemar 1947, Psychometrika 12, 153.

    Examples
    --------
    >>> two, found = pd.Series([2, 2, 2]), pd.Series([2, 2, 3])
    >>> score(two, found, pd.Series([3, 3, 3]))["p"]
    1.0
    """
    from scipy.stats import binomtest

    right, by_rule = forecast == measured, rule == measured
    interval = binomtest(int(right.sum()), len(right)).proportion_ci(LEVEL, method="wilson")
    better, worse = int((right & ~by_rule).sum()), int((by_rule & ~right).sum())
    return {
        "sets": len(right),
        "right": int(right.sum()),
        "share": float(right.mean()),
        "low": float(interval.low),
        "high": float(interval.high),
        "error": float((forecast - measured).abs().mean()),
        "bias": float((forecast - measured).mean()),
        "better": better,
        "worse": worse,
        "p": float(binomtest(better, better + worse).pvalue) if better + worse else None,
    }
