"""Shares of networks that meet a claim: their intervals, and how two of them differ."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest, fisher_exact


class Difference(NamedTuple):
    """A share less that of a control, its interval, one-sided p, and whether pairs gave the p."""

    difference: float
    low: float
    high: float
    p: float
    paired: bool

    def shown(self, level: float) -> bool:
        """Tell whether the interval excludes zero and p is below one less the level."""
        return self.low > 0 and self.p <= 1 - level


@cache
def wilson(met: int, runs: int, level: float) -> tuple[float, float]:
    """Return the Wilson interval of a share.

    Parameters
    ----------
    met, runs
        How many units meet the claim, of how many.
    level
        Of the interval, such as 0.95.

    Returns
    -------
    tuple of float
        Low and high end; 0 and 1 where there are no units.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> [round(end, 2) for end in wilson(5, 5, 0.95)]
    [0.57, 1.0]
    """
    if runs == 0:
        return 0.0, 1.0
    interval = binomtest(met, runs).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


@cache
def difference(
    trained: tuple[int, int],
    control: tuple[int, int],
    level: float,
    pairs: tuple[int, int] | None = None,
) -> Difference:
    """Hold the share of networks that meet a claim against that of a control.

    Parameters
    ----------
    trained, control
        How many units meet the claim, of how many; at least one each.
    level
        Of the interval.
    pairs
        Where every network has a twin among the controls: in how many pairs the network alone meets
        the claim, and in how many its twin alone.

    Returns
    -------
    Difference
        With Newcombe's interval of two shares. p is one-sided: of pairs McNemar's exact test, else
        Fisher's.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions, method
    10. McNemar 1947, Note on the sampling error of the difference between correlated proportions.

    Examples
    --------
    >>> round(difference((10, 10), (5, 10), 0.95).p, 3)
    0.016
    """
    # Takes most of a second to load, and many that import this package judge nothing.
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        *trained, *control, method="newcomb", compare="diff", alpha=1 - level
    )
    between = trained[0] / trained[1] - control[0] / control[1]
    if pairs is None:
        table = np.array([[met, units - met] for met, units in (trained, control)])
        p = float(np.asarray(fisher_exact(table, alternative="greater"))[1])
    else:
        p = _sign_p(*pairs)
    return Difference(between, float(low), float(high), p, pairs is not None)


def _sign_p(more: int, less: int) -> float:
    """Return the one-sided p of the sign test; 1 where no pair differs."""
    return float(binomtest(more, more + less, alternative="greater").pvalue) if more + less else 1.0
