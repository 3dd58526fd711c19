"""Dimensions in which the past tells of the future, counted from texts of known sources."""

import numpy as np
import pytest

from rnn_geometry.geometry.hankel import hankel_spectrum
from rnn_geometry.tasks.language.families import build_source


def spectrum_of(family, n, seed=0, **options):
    source = build_source(family, **options)
    words, _ = source.sample(n, 40, seed=seed)
    return source, hankel_spectrum(words, len(source.words), seed=seed)


@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("topics", {"topics": 2}),
        ("topics", {"topics": 3}),
        ("topics", {"topics": 5}),
        ("agreement", {}),
        ("depth", {"most": 1}),
        ("quotation", {"marks": "one"}),
        ("quotation", {"marks": "two"}),
    ],
)
def test_it_is_the_rank_less_one(family, options):
    source, found = spectrum_of(family, 1500, **options)
    assert found.dimension == source.rank() - 1
    beyond = found.sizes[found.dimension :] / found.errors[found.dimension :]
    assert np.abs(beyond).max() < 4


def test_a_count_to_three_shows_as_one_dimension():
    """Depth goes by steps of one, so a line predicts nearly all that three dimensions do."""
    source, found = spectrum_of("depth", 1500, most=3)
    assert (source.rank() - 1, found.dimension) == (3, 1)


def test_words_drawn_one_by_one_have_none():
    counts = []
    for seed in range(20):
        words = np.random.default_rng(seed).integers(6, size=(200, 30))
        counts.append(hankel_spectrum(words, 6, seed=seed).dimension)
    assert sum(count > 0 for count in counts) <= 2


def test_few_texts_give_a_lower_bound():
    dimensions = [
        spectrum_of("topics", n, topics=7, share=0.3)[1].dimension for n in (20, 300, 3000)
    ]
    assert dimensions == sorted(dimensions)
    assert dimensions[0] < dimensions[-1] == 6


def test_errors_are_the_spread_over_samples():
    found = [spectrum_of("topics", 200, seed=seed)[1] for seed in range(40)]
    spread = np.std([one.sizes[:2].mean() for one in found])
    told = np.median([one.errors[:2].mean() for one in found])
    assert 0.4 < told / spread < 2.5


def test_same_seed_same_numbers():
    words, _ = build_source("topics").sample(100, 30, seed=0)
    one, two = (hankel_spectrum(words, 25, seed=4) for _ in range(2))
    assert (one.sizes == two.sizes).all()


@pytest.mark.parametrize("shape", [(3, 40), (10, 16)])
def test_too_little_is_told(shape):
    with pytest.raises(ValueError, match="needed are 4 texts of 17 words"):
        hankel_spectrum(np.zeros(shape, int), 1, seed=0)
