"""Adjusted p by hand: within families, and over headline claims."""

import numpy as np
import pandas as pd
import pytest

from rnn_geometry.claims.multiplicity import family_q, headline_holm, most_p


def test_q_by_hand_within_each_family():
    p = pd.Series([0.01, 0.02, 0.04, np.nan, 0.5, 0.03], index=list("abcdef"))
    family = pd.Series(["x", "x", "x", "x", "y", "y"], index=p.index)
    found = family_q(p, family)
    # Of three: 3 x .01, 3/2 x .02 (both .03), .04; of two: .5, and 2 x .03.
    assert found.drop("d").tolist() == pytest.approx([0.03, 0.03, 0.04, 0.5, 0.06])
    assert np.isnan(found["d"])


def test_q_keeps_false_discoveries_down():
    rng = np.random.default_rng(0)
    rates = []
    for _ in range(400):
        p = pd.Series(np.concatenate([rng.random(50), rng.random(50) * 1e-3]))
        found = family_q(p, pd.Series("x", p.index)) <= 0.05
        rates.append(found[:50].sum() / max(found.sum(), 1))
    assert np.mean(rates) <= 0.05


def test_p_of_more_than_half_by_hand():
    assert most_p(np.array([0.02])) == pytest.approx(0.02)
    # Three of five must be true: Simes over the three largest.
    assert most_p(np.array([0.0, 0.0, 0.01, 0.02, 0.03])) == pytest.approx(0.03)
    assert most_p(np.array([0.0, 0.0, 0.01, 1.0, 1.0])) == pytest.approx(0.03)
    assert most_p(np.array([0.0, 0.0, 0.9, 0.9, 0.9])) == pytest.approx(0.9)


def test_p_of_more_than_half_is_no_smaller_than_it_says_where_half_are_true():
    rng = np.random.default_rng(0)
    ps = [most_p(np.concatenate([np.zeros(5), rng.random(5)])) for _ in range(2000)]
    assert np.mean(np.array(ps) <= 0.05) <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 2000)


def test_holm_by_hand_over_headline_claims():
    found = headline_holm(
        {"a": np.array([0.01]), "b": np.array([0.04]), "c": np.array([0.03]), "d": np.array([])}
    )
    assert found == {
        "a": pytest.approx(0.03),
        "c": pytest.approx(0.06),
        "b": pytest.approx(0.06),
    }
    assert headline_holm({}) == {}
