"""Causal tests of systems whose decisions live inside the slow subspace, or elsewhere."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rnn_geometry.dynamics.interventions import Causes, ablation, interchange, steering
from rnn_geometry.dynamics.slow_subspace import Subspace, of_modes

SIZE, WORDS, TEXTS = 24, 20, 300
BASIS = np.linalg.qr(np.random.default_rng(5).normal(size=(SIZE, SIZE)))[0]
TRIANGLE = np.array([[0.0, 1.0], [-(0.75**0.5), -0.5], [0.75**0.5, -0.5]])
SQUARE = np.eye(2)


class Linear:
    """h' = A h + word, with two slow modes and others of .6, which read texts of random words."""

    def __init__(
        self, directions, *, multi_label=False, keeps=0, decides=0, right=BASIS, rates=None
    ):
        """Words move the modes from `keeps` on; the readout sees those from `decides` on."""
        rng = np.random.default_rng(2)
        rates = np.array([1.0] * 2 + [0.6] * (SIZE - 2)) if rates is None else rates
        self.right, self.left = right, np.linalg.inv(right)
        self.matrix = torch.from_numpy(right @ np.diag(rates) @ self.left)
        moves = rng.normal(size=(40, 2))
        self.vectors = moves @ right[:, keeps : keeps + 2].T
        if keeps != decides:
            self.vectors = (
                self.vectors + rng.normal(size=(40, 2)) @ right[:, decides : decides + 2].T
            )
        self.readout = directions @ self.left[decides : decides + 2]
        lengths = rng.integers(WORDS // 2, WORDS, size=TEXTS)
        offsets = np.append(0, np.cumsum(lengths))
        self.texts = SimpleNamespace(tokens=rng.integers(40, size=offsets[-1]), offsets=offsets)
        self.multi_label = multi_label
        self.final = np.array([self.read(a, b) for a, b in pairwise(offsets)])
        logits = self.final @ self.readout.T
        self.labels = (logits >= 0).astype(int) if multi_label else logits.argmax(axis=1)

    def step(self, h, x):
        return h @ self.matrix.T + x

    def read(self, begin, end):
        state = torch.zeros(1, SIZE, dtype=torch.float64)
        for word in self.vectors[self.texts.tokens[begin:end]]:
            state = self.step(state, torch.from_numpy(word)[None])
        return state[0].numpy()

    def subspace(self, axes=None, left=None):
        axes = np.linalg.qr(self.right[:, :2])[0].T if axes is None else axes
        options = {"multi_label": self.multi_label, "seed": 0, "left": left}
        bias = np.zeros(len(self.readout))
        return Subspace.make(axes, np.zeros(SIZE), self.readout, bias, **options)

    def causes(self, **given):
        """Return what the three tests find, each as share, random, chance."""
        slow = self.subspace(**given)
        exchanged = interchange(self.step, slow, self.texts, self.vectors, np.zeros(SIZE), seed=1)
        move = {"words": 6, "reach": 4 * np.sqrt((self.final**2).sum(axis=1).mean())}
        steered = steering(self.step, slow, self.final[:100], np.zeros(SIZE), **move)
        return ablation(slow, self.final, self.labels), exchanged, steered


@pytest.mark.parametrize(
    ("directions", "multi_label"), [(TRIANGLE, False), (SQUARE, True)], ids=["classes", "labels"]
)
def test_an_exact_integrator_decides_by_its_slow_subspace_alone(directions, multi_label):
    ablated, exchanged, steered = Linear(directions, multi_label=multi_label).causes()
    assert ablated.share < 0.45
    assert ablated.random > 0.75
    assert ablated.before == 1.0
    assert ablated.left(ablated.share) < 0.1
    assert ablated.left(ablated.random) > 0.6
    assert exchanged.share == steered.share == 1.0
    assert exchanged.random < 0.3
    assert 0.45 < steered.random < 0.6
    assert steered.chance == 0.5
    assert 0.2 < exchanged.chance < 0.5


@pytest.mark.parametrize(
    ("directions", "multi_label"), [(TRIANGLE, False), (SQUARE, True)], ids=["classes", "labels"]
)
def test_decisions_that_live_in_fast_modes_do_not_follow_the_slow_ones(directions, multi_label):
    rates = np.array([1.0, 1.0, 0.9, 0.9] + [0.5] * (SIZE - 4))
    elsewhere = Linear(directions, multi_label=multi_label, decides=2, rates=rates)
    ablated, exchanged, steered = elsewhere.causes()
    assert ablated.share == 1.0
    assert exchanged.share == 0.0
    assert steered.share == 0.5


def test_a_network_that_forgets_is_not_steered_though_its_readout_lies_in_the_subspace():
    rates = np.array([0.3, 0.3] + [0.1] * (SIZE - 2))
    forgets = Linear(TRIANGLE, rates=rates)
    slow = forgets.subspace()
    drift = slow.axes.sum(dim=0)
    found = steering(
        lambda h, x: forgets.step(h, x) + drift,
        slow,
        forgets.final,
        np.zeros(SIZE),
        words=9,
        reach=9.0,
    )
    assert found.share < 0.6


def test_modes_that_are_not_orthogonal_to_fast_ones_need_their_left_eigenvectors():
    skewed = BASIS.copy()
    skewed[:, 2] = BASIS[:, 2] + 1.5 * BASIS[:, 0]
    skewed[:, 3] = BASIS[:, 3] - 1.5 * BASIS[:, 1]
    system = Linear(TRIANGLE, right=skewed)
    noise = np.random.default_rng(3).normal(size=(40, 2))
    system.vectors = system.vectors + 2.0 * noise @ skewed[:, 2:4].T
    axes, left = of_modes(skewed.astype(complex), np.linalg.inv(skewed).astype(complex), 2)
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-12)
    followed = {
        name: interchange(
            system.step,
            system.subspace(axes=axes, left=readings),
            system.texts,
            system.vectors,
            np.zeros(SIZE),
            seed=1,
        ).share
        for name, readings in (("modes", left), ("axes", None))
    }
    assert followed["modes"] == 1.0
    assert followed["axes"] < 0.97


def test_after_the_last_word_decisions_follow_what_the_readout_sees():
    system = Linear(TRIANGLE)
    found = interchange(
        system.step,
        system.subspace(),
        system.texts,
        system.vectors,
        np.zeros(SIZE),
        seed=1,
        rest=False,
    )
    assert found.share == 1.0
    assert found.random < 0.3


def test_too_few_decisions_tell_nothing():
    system = Linear(TRIANGLE)
    slow, nothing = system.subspace(), np.zeros(SIZE)
    few = SimpleNamespace(tokens=system.texts.tokens, offsets=system.texts.offsets[:9])
    args = (system.step, slow)
    assert interchange(*args, few, system.vectors, nothing, seed=0).share is None
    assert interchange(*args, system.texts, 0 * system.vectors, nothing, seed=0).share is None
    assert ablation(slow, system.final[:5], system.labels[:5]).share is None
    found = steering(*args, system.final[:5], nothing, words=1, reach=1.0)
    assert found == (None, None, None, None)
    assert found.left(0.5) is None


def test_what_is_left_is_not_told_of_a_network_that_is_no_better_than_chance():
    assert Causes(share=0.5, random=0.5, chance=0.5, before=0.54).left(0.5) is None
    assert Causes(share=0.5, random=0.5, chance=0.5, before=0.6).left(0.55) == 0.5


def test_words_that_no_vector_stands_for_are_refused():
    system = Linear(TRIANGLE)
    with pytest.raises(ValueError, match="must be rows of vectors, from 0 below 3"):
        interchange(
            system.step, system.subspace(), system.texts, system.vectors[:3], np.zeros(SIZE), seed=0
        )
