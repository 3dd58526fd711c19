"""Means over networks that come in clusters: intervals, and equivalence to a value.

Networks of one data seed have read the same sentences. The interval is that of t with one degree of
freedom fewer than clusters, on the variance of their sums: with five clusters a bootstrap over
clusters covers the mean in about 84 % of cases, t in 95 %. In balanced tables it is t on the means
of the clusters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit


class Mean(NamedTuple):
    """A mean over n numbers, its standard error, its degrees of freedom (clusters less one)."""

    mean: float
    error: float
    freedom: int

    def interval(self, level: float) -> tuple[float | None, float | None]:
        """Return low and high end at a level; None and None with fewer than two clusters."""
        if self.freedom < 1:
            return None, None
        reach = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return self.mean - reach, self.mean + reach


def clustered_mean(values: np.ndarray, clusters: np.ndarray) -> Mean:
    """Return the mean of numbers that come in clusters.

    Parameters
    ----------
    values
        A number per network (n,), at least one.
    clusters
        The cluster of each (n,).

    Returns
    -------
    Mean
        Its standard error is that of a regression on a constant with errors robust to clusters.

    References
    ----------
    Liang and Zeger 1986, Longitudinal data analysis using generalized linear models.
    """
    names, place = np.unique(clusters, return_inverse=True)
    mean = float(values.mean())
    sums = np.bincount(place, weights=values - mean)
    scale = len(names) / max(len(names) - 1, 1)
    error = float(np.sqrt(scale * (sums**2).sum())) / len(values)
    return Mean(mean, error, len(names) - 1)


def clustered_interval(
    values: np.ndarray, clusters: np.ndarray, level: float
) -> tuple[float | None, float | None]:
    """Return the interval of a mean over networks that come in clusters.

    Parameters
    ----------
    values
        A number per network (n,), at least one.
    clusters
        Their data seeds, or their seeds where all have read the same (n,).
    level
        Of the interval.

    Returns
    -------
    tuple
        Low and high end; None and None with fewer than two clusters.
    """
    return clustered_mean(values, clusters).interval(level)


def equivalence_p(differences: np.ndarray, clusters: np.ndarray, margin: float) -> float | None:
    """Return the p of two one-sided tests that a mean lies within a margin around zero.

    Parameters
    ----------
    differences
        A number per network (n,), such as the metric less what theory expects.
    clusters
        The cluster of each (n,).
    margin
        Above zero.

    Returns
    -------
    float or None
        The larger of the two p; None with fewer than two clusters.

    References
    ----------
    Schuirmann 1987, A comparison of the two one-sided tests procedure and the power approach.

    Examples
    --------
    >>> equivalence_p(np.array([0.1, 0.1]), np.array([0, 1]), 0.2)
    0.0
    """
    if len(differences) == 0:
        return None
    found = clustered_mean(differences, clusters)
    if found.freedom < 1:
        return None
    room = margin - abs(found.mean)
    if found.error == 0:
        return 0.0 if room > 0 else 1.0
    return float(stdtr(found.freedom, -room / found.error))
