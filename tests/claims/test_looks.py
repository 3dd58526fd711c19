"""Looks: read early where nothing can change, and the exact rates of the rule."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest
from test_judge import CLAIMS

from rnn_geometry.claims.looks import (
    FAILS,
    HOLDS,
    UNDECIDED,
    Seen,
    chances,
    outcome,
    reached,
    share_p,
)

LOOKS = CLAIMS["looks"]
FIRST, SECOND = LOOKS


def test_the_looks_of_the_file_are_those_that_were_decided_on():
    assert FIRST == {"networks": 10, "holds": 9, "fails": 1}
    assert SECOND == {"networks": 20, "holds": 16, "fails": 4}


@pytest.mark.parametrize(
    ("met", "seen", "said"),
    [
        (9, 10, HOLDS),
        (8, 10, UNDECIDED),
        (2, 10, UNDECIDED),
        (1, 10, FAILS),
        (9, 9, HOLDS),  # whatever the tenth does
        (8, 9, None),
        (0, 9, FAILS),
        (1, 9, None),
        (2, 2, None),
        (0, 0, None),
    ],
)
def test_a_look_is_read_where_missing_networks_cannot_change_it(met, seen, said):
    assert outcome(met, seen, FIRST) == said
    if said and seen < FIRST["networks"]:
        rest = range(FIRST["networks"] - seen + 1)
        assert {outcome(met + more, FIRST["networks"], FIRST) for more in rest} == {said}


@pytest.mark.parametrize(
    ("met", "seen"),
    [
        ("1" * 5, []),
        ("1" * 8 + "00", [(1, 10, 8)]),
        ("1" * 8 + "00" + "1" * 5, [(1, 10, 8)]),  # fifteen: the first ten
        ("1" * 8 + "00" + "1" * 8, [(1, 10, 8), (2, 18, 16)]),
        ("1" * 8 + "00" + "1" * 30, [(1, 10, 8), (2, 20, 18)]),  # more never count
    ],
)
def test_networks_reach_looks_in_their_order(met, seen):
    assert list(reached(np.array([one == "1" for one in met]), LOOKS)) == seen


def test_the_rates_are_those_that_two_looks_have_by_hand():
    for share in (0.5, 0.8, 0.95):
        ten = binom(10, share)
        later = sum(ten.pmf(k) * binom.sf(15 - k, 10, share) for k in range(2, 9))
        assert chances(LOOKS, share)[HOLDS] == pytest.approx(ten.sf(8) + later)
    even = chances(LOOKS, 0.5)
    assert even[HOLDS] == pytest.approx(even[FAILS])
    assert even[HOLDS] == pytest.approx(0.0146, abs=5e-5)
    assert [chances(LOOKS, share)[HOLDS] for share in (0.8, 0.9, 0.95)] == pytest.approx(
        [0.666, 0.962, 0.998], abs=5e-4
    )


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_drawn_networks_are_judged_at_these_rates(share):
    rng, draws = np.random.default_rng(0), 4000
    words = dict.fromkeys((HOLDS, FAILS, UNDECIDED), 0)
    for met in rng.random((draws, 20)) < share:
        said = UNDECIDED
        for seen in reached(met, LOOKS):
            said = outcome(seen.met, seen.networks, LOOKS[seen.look - 1])
            if said != UNDECIDED:
                break
        words[said] += 1
    for word, expected in chances(LOOKS, share).items():
        error = np.sqrt(expected * (1 - expected) / draws)
        assert abs(words[word] / draws - expected) <= 4 * error + 1e-12


def test_p_is_that_of_the_binomial_test_at_the_first_look_and_counts_it_at_the_second():
    for met in range(11):
        alone = binomtest(met, 10, alternative="greater").pvalue
        assert share_p(Seen(1, 10, met), LOOKS, 0.5) == pytest.approx(alone)
    at_the_edge = share_p(Seen(2, 20, SECOND["holds"]), LOOKS, 0.5)
    assert at_the_edge == pytest.approx(chances(LOOKS, 0.5)[HOLDS])
    assert share_p(Seen(2, 20, 18), LOOKS, 0.5) > share_p(Seen(1, 10, 9), LOOKS, 0.5)
