"""What word counts alone say, on data whose class means are known; weightings by hand, subsets
against the direct route, resampling."""

import numpy as np
import pytest

from rnn_geometry.geometry import word_counts
from rnn_geometry.geometry.dimension import count_components, principal_axes
from rnn_geometry.geometry.word_counts import (
    bag_of_words,
    class_mean_counts,
    count_matrix,
    word_statistics,
)
from rnn_geometry.tasks.sentences import Sentences

LENGTH = 25


def frozen(sentences):
    """Return sentences whose arrays refuse to be written to."""
    for array in (sentences.tokens, sentences.offsets, sentences.labels):
        array.setflags(write=False)
    return sentences


def of_rows(tokens, labels):
    tokens = np.asarray(tokens)
    return frozen(
        Sentences.from_padded(tokens, np.full(len(tokens), tokens.shape[1]), np.asarray(labels))
    )


def categorical(classes, rows=4000, seed=0):
    """Words 0 ..

    N-1 are evidence for their class, word N is neutral; label = most frequent; balanced, no ties.
    """
    tokens = np.random.default_rng(seed).integers(classes + 1, size=(2 * classes * rows, LENGTH))
    counts = (tokens[:, :, None] == np.arange(classes)).sum(axis=1)
    ordered = np.sort(counts, axis=1)
    clear = ordered[:, -1] > ordered[:, -2]
    tokens, labels = tokens[clear], counts[clear].argmax(axis=1)
    kept = np.sort(
        np.concatenate([np.flatnonzero(labels == i)[: rows // classes] for i in range(classes)])
    )
    return of_rows(tokens[kept], labels[kept])


def multilabel(k, rows=4000, seed=0):
    """Words 2i and 2i + 1 speak for and against label i, the last one for none."""
    tokens = np.random.default_rng(seed).integers(2 * k + 1, size=(rows, LENGTH))
    signs = np.stack(
        [(tokens == 2 * i).sum(axis=1) - (tokens == 2 * i + 1).sum(axis=1) for i in range(k)],
        axis=1,
    )
    return of_rows(tokens, (signs >= 0).astype(np.int8))


def meta(classes, multi_label=False):
    return {"classes": classes, "multi_label": multi_label}


def test_counts_are_counted_and_the_sentences_stay_as_they_are():
    rows, labels = [[2, 1, 1], [3, 0, 0, 0], [1]], np.array([0, 1, 0])
    sentences = Sentences.from_lists(rows, labels)
    expected = [[0, 2, 1, 0, 0], [3, 0, 0, 1, 0], [0, 1, 0, 0, 0]]
    for _ in range(2):
        assert count_matrix(sentences, 5).toarray().tolist() == expected
    assert sentences.tokens.tolist() == [2, 1, 1, 3, 0, 0, 0, 1]
    assert sentences.offsets.tolist() == [0, 3, 7, 8]


def test_class_means_by_hand():
    sentences = Sentences.from_lists([[2, 1, 1], [3, 0, 0, 0], [1]], np.array([0, 1, 0]))
    np.testing.assert_allclose(class_mean_counts(sentences, 4), [[0, 1.5, 0.5, 0], [3, 0, 0, 1]])


def test_multi_label_means_are_taken_per_combination_that_occurs():
    labels = np.array([[1, 0], [0, 1], [1, 0], [1, 1]], dtype=np.int8)
    sentences = Sentences.from_lists([[0], [1], [0, 0, 0], [2]], labels)
    np.testing.assert_allclose(
        class_mean_counts(sentences, 3), [[0, 1, 0], [2, 0, 0], [0, 0, 1]]
    )  # 01, 10, 11


@pytest.mark.parametrize(("classes", "ratio"), [(2, 1.00), (3, 1.98), (4, 2.99), (5, 3.99)])
def test_counts_of_unordered_classes_predict_one_dimension_less(classes, ratio):
    # The ratios are those that the authors' notebooks print for their own draws.
    found = word_statistics(
        categorical(classes), categorical(classes, 500, 1), classes + 1, meta(classes), 0
    )
    assert found["dimension_predicted"] == classes - 1
    assert found["participation_ratio_predicted"] == pytest.approx(ratio, abs=0.03)
    assert sum(found["variance_ratio"]) == pytest.approx(1)
    assert found["bag_of_words_accuracy"] > 0.95


@pytest.mark.parametrize("k", [2, 3])
def test_counts_of_k_labels_predict_k_dimensions(k):
    found = word_statistics(multilabel(k), multilabel(k, 500, 1), 2 * k + 1, meta(k, True), 0)
    assert found["dimension_predicted"] == k
    assert found["participation_ratio_predicted"] == pytest.approx(k, abs=0.1)


def test_collinear_class_means_predict_a_line():
    rng = np.random.default_rng(0)
    labels = np.arange(900) % 5
    tokens = (rng.uniform(size=(900, LENGTH)) < 0.1 + 0.2 * labels[:, None]).astype(int)
    assert (
        word_statistics(of_rows(tokens, labels), of_rows(tokens, labels), 2, meta(5), 0)[
            "dimension_predicted"
        ]
        == 1
    )


@pytest.mark.parametrize(("spread", "dimension"), [((6, 3, 1), 2), ((6, 3, 2), 3)])
def test_components_are_counted_up_to_95_percent(spread, dimension):
    # Class means 8 +- spread along three words, uncorrelated: two components hold .978 and .918 of
    # the variance.
    counts = 8 + np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) * spread
    rows = [np.repeat(np.arange(3), row) for row in counts] * 10
    sentences = Sentences.from_lists(rows, np.arange(40) % 4)
    found = word_statistics(sentences, sentences, 3, meta(4), 0)
    assert found["dimension_predicted"] == dimension
    shares = np.square(spread) / np.square(spread).sum()
    assert found["variance_ratio"][:3] == pytest.approx(shares.tolist())
    assert found["participation_ratio_predicted"] == pytest.approx(1 / (shares**2).sum())


def test_classes_without_a_difference_predict_nothing():
    sentences = of_rows([[0, 1]] * 40, np.arange(40) % 2)
    found = word_statistics(sentences, sentences, 2, meta(2), 0)
    assert found["dimension_predicted"] is None
    assert found["participation_ratio_predicted"] is None
    assert found["bag_of_words_accuracy"] == 0.5


def test_bag_of_words_counts_words_and_not_their_order():
    rng = np.random.default_rng(0)
    by_count = rng.integers(2, size=(400, 7))
    separable = of_rows(by_count, by_count.sum(axis=1) > 3)
    assert bag_of_words(separable, {"test": separable}, 2, 0) == {"test": 1}
    same_words = np.array([[0, 1], [1, 0]] * 200)
    by_order = of_rows(same_words, same_words[:, 0])
    tests = {"test": by_order, "none": None}
    assert bag_of_words(by_order, tests, 2, 0) == {"test": 0.5, "none": None}


def test_multi_label_accuracy_needs_all_labels_right():
    train, test = multilabel(3), multilabel(3, 800, 1)
    assert bag_of_words(train, {"test": test}, 7, 0)["test"] > 0.9
    flipped = test.labels.copy()
    flipped[::2, 1] ^= 1
    wrong = Sentences(test.tokens, test.offsets, flipped)
    assert bag_of_words(train, {"": wrong}, 7, 0)[""] == pytest.approx(0.5, abs=0.06)


def test_a_label_that_never_varies_is_no_obstacle():
    train = multilabel(2)
    always = Sentences(
        train.tokens, train.offsets, np.column_stack([train.labels, np.ones(len(train), np.int8)])
    )
    assert bag_of_words(always, {"": always}, 5, 0)[""] > 0.9


def test_same_seed_same_statistics():
    train, test = categorical(3), categorical(3, 500, 1)
    assert word_statistics(train, test, 4, meta(3), 3) == word_statistics(
        train, test, 4, meta(3), 3
    )


# Weightings, subsets and resampling


def documents_of(labels, words=30, length=12, telling=1.0, seed=0):
    """Return documents whose words depend on their label (n,), or on each of labels (n, C)."""
    rng = np.random.default_rng(seed)
    own = (
        labels[:, None] + 2
        if labels.ndim == 1
        else np.where(labels, np.arange(labels.shape[1]) + 2, 0)
    )
    rows = []
    for words_of in own:
        row = rng.integers(15, words, size=length + int(rng.integers(5)))
        pick = rng.random(len(row)) < 0.4 * telling
        row[pick] = rng.choice(words_of, pick.sum())
        rows.append(row)
    return Sentences.from_lists(rows, labels)


def test_weightings_by_hand():
    sentences = Sentences.from_lists([[0, 0, 1], [1, 2]], np.array([0, 1]))
    raw = word_counts.count_matrix(sentences, 4)
    assert word_counts.weighted(raw, "raw").toarray().tolist() == [[2, 1, 0, 0], [0, 1, 1, 0]]
    frequency = word_counts.weighted(raw, "frequency").toarray()
    np.testing.assert_allclose(frequency, [[2 / 3, 1 / 3, 0, 0], [0, 1 / 2, 1 / 2, 0]])
    idf = np.array([np.log(2), 0, np.log(2), 0])
    np.testing.assert_allclose(word_counts.weighted(raw, "tfidf").toarray(), frequency * idf)


def directly(sentences, words, weighting):
    """Return the predicted dimension from the class means themselves."""
    documents = word_counts.weighted(
        word_counts.count_matrix(sentences, words), weighting
    ).toarray()
    kinds = np.unique(sentences.labels, axis=0)
    same = [(sentences.labels == kind).reshape(len(documents), -1).all(axis=1) for kind in kinds]
    return count_components(
        principal_axes(np.stack([documents[rows].mean(axis=0) for rows in same]))[2], 0.95
    )


@pytest.mark.parametrize("weighting", word_counts.WEIGHTINGS)
@pytest.mark.parametrize("kind", ["single", "multi"])
def test_inner_products_give_the_dimension_of_the_class_means(weighting, kind):
    rng = np.random.default_rng(1)
    labels = (
        rng.integers(0, 5, 300)
        if kind == "single"
        else rng.integers(0, 2, (300, 3)).astype(np.int8)
    )
    sentences = documents_of(labels)
    meta = {"multi_label": kind == "multi"}
    assert word_counts.predictions(sentences, 30, meta, 0)["dimension"][weighting] == directly(
        sentences, 30, weighting
    )


def test_subsets_of_classes_are_those_of_the_filtered_documents():
    labels = np.random.default_rng(2).integers(0, 5, 400)
    sentences = documents_of(labels)
    found = word_counts.predictions(sentences, 30, {"ordered": True}, 0)["subsets"]
    assert [row["classes"] for row in found] == [
        [0, 1],
        [0, 1, 2],
        [0, 1, 2, 3],
        [0, 1, 2, 3, 4],
        [0, 2, 4],
    ]
    assert [row["expected"] for row in found] == [1, 2, 2, 2, 2]
    for row in found:
        part = sentences.subset(np.flatnonzero(np.isin(labels, row["classes"])))
        assert [row[name] for name in ("raw", "frequency")] == [
            directly(part, 30, n) for n in ("raw", "frequency")
        ]


def test_pairs_and_triples_of_labels_are_those_of_their_columns():
    labels = (np.random.default_rng(3).random((500, 4)) < 0.4).astype(np.int8)
    sentences = documents_of(labels)
    found = word_counts.predictions(sentences, 30, {"multi_label": True}, 0)["subsets"]
    assert [row["rule"] for row in found] == ["pair"] * 6 + ["triple"] * 4
    for row in found:
        part = Sentences(sentences.tokens, sentences.offsets, labels[:, row["classes"]])
        assert row["raw"] == directly(part, 30, "raw")
        assert row["expected"] == len(row["classes"])


def test_clear_data_are_sure_and_noise_is_not():
    labels = np.random.default_rng(4).integers(0, 4, 600)
    clear = word_counts.predictions(documents_of(labels), 30, {}, 0)
    assert clear["dimension"]["raw"] == 3
    assert clear["resampled"]["raw"] == {"low": 3, "high": 3, "agreement": 1.0}
    labels = np.random.default_rng(4).integers(0, 6, 60)
    noise = [
        word_counts.predictions(documents_of(labels, telling=0.0), 30, {}, seed)["resampled"]["raw"]
        for seed in (0, 0, 1)
    ]
    assert noise[0] == noise[1]
    assert noise[0]["agreement"] < 1


def test_what_cannot_be_predicted_is_none():
    same = Sentences.from_lists([[2, 3]] * 6, np.array([0, 1] * 3))
    found = word_counts.predictions(same, 4, {}, 0)
    assert found["dimension"]["raw"] is None
    assert found["resampled"]["raw"] == {"low": None, "high": None, "agreement": None}
    assert found["subsets"] == []


# Real data


@pytest.mark.data
def test_ag_news_reaches_the_accuracy_of_a_linear_model(real_data):
    # A part of the descriptions alone; all texts with their titles give .905, and the authors
    # print .904.
    from rnn_geometry.tasks.text.prepare import prepare_text

    options = {
        "source": {"folder": "ag_news"},
        "text_column": "description",
        "train_size": 6000,
        "test_size": 2000,
    }
    prepared = prepare_text(options, str(real_data), 0)
    found = word_statistics(
        prepared.train, prepared.test, len(prepared.vocabulary), prepared.meta, 0
    )
    assert found["dimension_predicted"] == 3
    assert 0.82 < found["bag_of_words_accuracy"] < 0.92
