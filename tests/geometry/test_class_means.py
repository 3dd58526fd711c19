"""Dimensions predicted from word counts beside those that permuted labels give, planted truths."""

import time

import numpy as np
import pytest
from test_word_counts import categorical, meta, multilabel, of_rows

from rnn_geometry.geometry.class_means import (
    PERMUTATIONS,
    Groups,
    dimension_null,
    dimension_of,
    permuted_products,
)
from rnn_geometry.geometry.word_counts import (
    class_mean_counts,
    count_matrix,
    predictions,
)
from rnn_geometry.tasks.sentences import Sentences

LEAST = 1 / (PERMUTATIONS + 1)


def ordered(rows=3000, seed=0):
    """Five ordered classes: word 0 speaks for more, word 1 for less, ten others for nothing."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(5, size=rows)
    chances = np.array([[0.05 + 0.1 * c, 0.45 - 0.1 * c, *[0.05] * 10] for c in range(5)])
    tokens = np.stack([rng.choice(12, size=20, p=chances[c] / chances[c].sum()) for c in labels])
    return of_rows(tokens, labels)


def shuffled(sentences, seed=1):
    labels = np.random.default_rng(seed).permutation(sentences.labels)
    return Sentences(sentences.tokens, sentences.offsets, labels)


def null_of(sentences, words, classes, **facts):
    return predictions(sentences, words, {**meta(classes), "name": "t", **facts}, 0)


def test_ordered_classes_have_fewer_dimensions_than_permuted_ones():
    found = null_of(ordered(), 12, 5)
    assert found["dimension"]["raw"] == 1
    assert found["null"]["dimension_predicted_null"] == 3  # of four, 95 % of noise
    assert found["null"]["dimension_predicted_p"] == pytest.approx(LEAST)
    assert found["null"]["class_spread_p"] == pytest.approx(LEAST)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_dimension_of_unordered_classes_is_that_of_noise_and_their_distance_is_not(classes):
    null = null_of(categorical(classes), classes + 1, classes)["null"]
    assert null["dimension_predicted_null"] in (classes - 1, classes - 2 or 1)
    assert null["dimension_predicted_p"] == 1
    assert null["class_spread_p"] == pytest.approx(LEAST)


@pytest.mark.parametrize("seed", range(4))
def test_permuted_labels_of_a_small_imbalanced_set_are_told_from_its_own(seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(6), [120, 90, 40, 30, 12, 8])
    own = (labels[:, None] == np.arange(6)).astype(float) * 0.3 + 0.05
    tokens = np.stack([rng.choice(6, size=9, p=chance / chance.sum()) for chance in own])
    mine = null_of(of_rows(tokens, labels), 6, 6)["null"]
    theirs = null_of(shuffled(of_rows(tokens, labels), seed), 6, 6)["null"]
    assert mine["class_spread_p"] == pytest.approx(LEAST)
    assert theirs["class_spread_p"] > 0.03
    assert theirs["dimension_predicted_p"] > 0.03


def test_label_combinations_are_permuted_whole():
    sentences = multilabel(2)
    found = null_of(sentences, 5, 2, multi_label=True)
    assert found["null"]["class_spread_p"] == pytest.approx(LEAST)
    assert found["dimension"]["raw"] == 2
    assert found["null"]["dimension_predicted_null"] == 2  # four combinations: two or three
    assert found["null"]["dimension_predicted_p"] > 0.5


def test_inner_products_are_those_of_the_permuted_sentences():
    sentences = categorical(3, rows=200)
    counts, groups = count_matrix(sentences, 4), Groups.make(sentences.labels)
    products = permuted_products(counts, groups, 7)
    assert products.shape == (PERMUTATIONS, 3, 3)
    first = np.random.default_rng(7).permutation(groups.of)
    means = class_mean_counts(Sentences(sentences.tokens, sentences.offsets, first), 4)
    sizes = groups.sizes()
    np.testing.assert_allclose(products[0] / np.outer(sizes, sizes), means @ means.T)


def test_a_null_follows_from_the_name_of_the_task_alone():
    sentences = categorical(3, rows=300)
    one, same, other = (null_of(sentences, 4, 3, name=name)["null"] for name in "aab")
    assert one == same
    assert one["participation_ratio_predicted_null"] != other["participation_ratio_predicted_null"]


def test_subsets_of_classes_have_a_null_of_their_own():
    (first, *_, last) = null_of(categorical(4), 5, 4)["subsets"]
    assert (first["classes"], first["raw_null"], first["raw_p"]) == ([0, 1], 1, 1.0)
    assert last["raw_null"] in (2, 3)


@pytest.mark.parametrize("kind", ["many groups", "one class", "no difference"])
def test_where_there_is_no_null_it_is_empty(kind):
    labels = {"many groups": np.arange(130) // 2, "one class": np.zeros(130, dtype=int)}
    tokens = np.tile([0, 1, 2, 2], (130, 1))
    if kind == "many groups":
        tokens[:, 0] = np.arange(130) % 3
    rows = of_rows(tokens, labels.get(kind, np.arange(130) % 2))
    found = null_of(rows, 4, 65)["null"]
    assert found["dimension_predicted_null"] is None
    assert found["dimension_predicted_p"] is None
    assert found["class_spread_p"] is None


def test_a_dimension_without_variance_is_none():
    assert dimension_of(np.zeros((2, 3))).tolist() == [0, 0]
    assert dimension_null(None, np.ones((3, 2))) == (None, None)
    assert dimension_of(np.array([[3.0, 1.0, 0.1], [1.0, 0, 0]])).tolist() == [2, 1]


def test_the_null_of_the_default_task_costs_less_than_a_second():
    sentences = categorical(5, rows=32000)
    groups = Groups.make(sentences.labels)
    counts = count_matrix(sentences, 6)
    started = time.process_time()
    permuted_products(counts, groups, 0)
    assert time.process_time() - started < 1
