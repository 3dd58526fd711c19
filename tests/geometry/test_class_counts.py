"""Predictions from word counts.

Weightings by hand, subsets against the direct route, resampling.
"""

import numpy as np
import pytest

from rnn_geometry.geometry import class_counts as counts
from rnn_geometry.geometry.dimension import count_components, principal_axes
from rnn_geometry.tasks.sentences import Sentences


def drawn(labels, words=30, length=12, telling=1.0, seed=0):
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
    raw = counts.count_matrix(sentences, 4)
    assert counts.weighted(raw, "raw").toarray().tolist() == [[2, 1, 0, 0], [0, 1, 1, 0]]
    frequency = counts.weighted(raw, "frequency").toarray()
    np.testing.assert_allclose(frequency, [[2 / 3, 1 / 3, 0, 0], [0, 1 / 2, 1 / 2, 0]])
    idf = np.array([np.log(2), 0, np.log(2), 0])
    np.testing.assert_allclose(counts.weighted(raw, "tfidf").toarray(), frequency * idf)


def directly(sentences, words, weighting):
    """Return the predicted dimension from the class means themselves."""
    documents = counts.weighted(counts.count_matrix(sentences, words), weighting).toarray()
    kinds = np.unique(sentences.labels, axis=0)
    same = [(sentences.labels == kind).reshape(len(documents), -1).all(axis=1) for kind in kinds]
    return count_components(
        principal_axes(np.stack([documents[rows].mean(axis=0) for rows in same]))[2], 0.95
    )


@pytest.mark.parametrize("weighting", counts.WEIGHTINGS)
@pytest.mark.parametrize("kind", ["single", "multi"])
def test_inner_products_give_the_dimension_of_the_class_means(weighting, kind):
    rng = np.random.default_rng(1)
    labels = (
        rng.integers(0, 5, 300)
        if kind == "single"
        else rng.integers(0, 2, (300, 3)).astype(np.int8)
    )
    sentences = drawn(labels)
    meta = {"multi_label": kind == "multi"}
    assert counts.predictions(sentences, 30, meta, 0)["dimension"][weighting] == directly(
        sentences, 30, weighting
    )


def test_subsets_of_classes_are_those_of_the_filtered_documents():
    labels = np.random.default_rng(2).integers(0, 5, 400)
    sentences = drawn(labels)
    found = counts.predictions(sentences, 30, {"ordered": True}, 0)["subsets"]
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
    sentences = drawn(labels)
    found = counts.predictions(sentences, 30, {"multi_label": True}, 0)["subsets"]
    assert [row["rule"] for row in found] == ["pair"] * 6 + ["triple"] * 4
    for row in found:
        part = Sentences(sentences.tokens, sentences.offsets, labels[:, row["classes"]])
        assert row["raw"] == directly(part, 30, "raw")
        assert row["expected"] == len(row["classes"])


def test_clear_data_are_sure_and_noise_is_not():
    labels = np.random.default_rng(4).integers(0, 4, 600)
    clear = counts.predictions(drawn(labels), 30, {}, 0)
    assert clear["dimension"]["raw"] == 3
    assert clear["resampled"]["raw"] == {"low": 3, "high": 3, "agreement": 1.0}
    labels = np.random.default_rng(4).integers(0, 6, 60)
    noise = [
        counts.predictions(drawn(labels, telling=0.0), 30, {}, seed)["resampled"]["raw"]
        for seed in (0, 0, 1)
    ]
    assert noise[0] == noise[1]
    assert noise[0]["agreement"] < 1


def test_what_cannot_be_predicted_is_none():
    same = Sentences.from_lists([[2, 3]] * 6, np.array([0, 1] * 3))
    found = counts.predictions(same, 4, {}, 0)
    assert found["dimension"]["raw"] is None
    assert found["resampled"]["raw"] == {"low": None, "high": None, "agreement": None}
    assert found["subsets"] == []
