"""Which words decide: linear kicks against words left out, in systems where both are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnn_geometry.dynamics.attribution import attribution_agreement
from rnn_geometry.dynamics.slow_subspace import Subspace

SIZE, WORDS, TEXTS, LENGTH = 6, 30, 20, 12
RNG = np.random.default_rng(4)
VECTORS = RNG.normal(size=(WORDS, SIZE))
TOKENS = SimpleNamespace(
    tokens=RNG.integers(WORDS, size=TEXTS * LENGTH), offsets=np.arange(TEXTS + 1) * LENGTH
)
READOUT = np.eye(SIZE)[:2] + 0.3 * np.eye(SIZE)[1:3]


def agreement(step, *, texts=TOKENS, vectors=VECTORS, axes=None, multi_label=False, **given):
    axes = np.eye(SIZE)[:3] if axes is None else axes
    slow = Subspace.make(
        axes, np.zeros(SIZE), READOUT, np.zeros(2), multi_label=multi_label, seed=0
    )
    x, jacobian = np.zeros(SIZE), given.get("jacobian", np.eye(SIZE))
    return attribution_agreement(step, slow, texts, vectors, np.zeros(SIZE), x, jacobian)


def integrator(h, x):
    return h + x


def forgetful(h, x):
    """The last words decide, whatever they are."""
    return 0.3 * h + x


@pytest.mark.parametrize("multi_label", [False, True])
def test_kicks_of_an_integrator_are_what_its_words_decide(multi_label):
    assert agreement(integrator, multi_label=multi_label) == pytest.approx(1.0)


def test_kicks_do_not_know_what_is_forgotten():
    assert agreement(forgetful) < 0.8


def test_kicks_along_other_modes_say_nothing():
    rank = agreement(integrator, axes=np.eye(SIZE)[3:])
    assert rank is None, "all kicks are alike"
    turned = np.roll(np.eye(SIZE), 4, axis=1)
    assert abs(agreement(integrator, jacobian=turned)) < 0.5


def test_x_star_decides_nothing_and_short_texts_are_left_out():
    silent = np.zeros_like(VECTORS)
    assert agreement(integrator, vectors=silent) is None
    short = SimpleNamespace(tokens=TOKENS.tokens[:40], offsets=np.arange(11) * 4)
    assert agreement(integrator, texts=short) is None


def test_long_texts_are_sampled_evenly():
    long = SimpleNamespace(tokens=RNG.integers(WORDS, size=6 * 90), offsets=np.arange(7) * 90)
    rows = []

    def counted(h, x):
        rows.append(len(h))
        return h + x

    assert agreement(counted, texts=long) == pytest.approx(1.0)
    assert max(rows) == 6 * 25
