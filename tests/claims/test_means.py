"""Means of networks in clusters: intervals that cover, and equivalence, against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import ttest_1samp, ttest_rel
from statsmodels.stats.weightstats import ttost_paired

from rnn_geometry.claims.means import clustered_interval, clustered_mean, equivalence_p


def drawn(rng, clusters, each, spread=0.5):
    names = np.repeat(np.arange(clusters), each)
    return rng.normal(size=len(names)) + spread * rng.normal(size=clusters)[names], names


def test_balanced_clusters_are_judged_by_their_means():
    values, names = drawn(np.random.default_rng(0), 5, 4)
    means = values.reshape(5, 4).mean(axis=1)
    by_means = ttest_1samp(means, 0).confidence_interval(0.95)
    assert clustered_interval(values, names, 0.95) == pytest.approx(tuple(by_means))


def test_clusters_of_unlike_size_are_judged_as_a_regression_with_robust_errors():
    values, names = drawn(np.random.default_rng(1), 6, 3)
    values, names = values[2:-1], names[2:-1]
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": names}, use_t=True
    )
    found = clustered_mean(values, names)
    assert found.error == pytest.approx(fit.bse[0])
    assert found.interval(0.95) == pytest.approx(tuple(fit.conf_int(0.05)[0]))
    low, high = found.interval(0.95)
    assert low < values.mean() < high


def test_intervals_cover_the_mean_as_often_as_they_say():
    rng = np.random.default_rng(2)
    inside = 0
    for _ in range(1000):
        low, high = clustered_interval(*drawn(rng, 5, 2, spread=1.0), level=0.95)
        inside += low < 0 < high
    assert 0.95 - 4 * 0.007 < inside / 1000 < 0.95 + 4 * 0.007


def test_one_cluster_has_no_interval():
    assert clustered_interval(np.ones(3), np.zeros(3), 0.95) == (None, None)
    assert equivalence_p(np.ones(3), np.zeros(3), 0.5) is None
    assert equivalence_p(np.array([]), np.array([]), 0.5) is None


def test_equivalence_is_that_of_two_one_sided_tests():
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=(2, 12))
    expected = ttost_paired(one, other, -0.8, 0.8)[0]
    assert equivalence_p(one - other, np.arange(12), 0.8) == pytest.approx(expected)
    assert ttest_rel(one, other).pvalue > 0.05  # no difference shown is no equivalence
    assert equivalence_p(one - other, np.arange(12), 0.1) > 0.05


def test_equal_numbers_lie_within_the_margin_or_do_not():
    names = np.arange(4)
    assert equivalence_p(np.full(4, 0.1), names, 0.2) == 0
    assert equivalence_p(np.full(4, 0.3), names, 0.2) == 1
