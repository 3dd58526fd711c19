"""Sets of classes are those that a rule names, and the same for everybody."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_geometry.geometry import class_sets
from rnn_geometry.geometry.class_sets import (
    chosen_sets,
    class_distances,
    drawn_sets,
    every_set,
    far_and_near,
    main,
    merges,
)
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import Sentences, write_sentences

WORDS = 12


def texts(shares, each=40, seed=0):
    """Return `each` texts of 30 words of every class, whose words are drawn from its `shares`."""
    generator, shares = np.random.default_rng(seed), np.asarray(shares, dtype=float)
    rows = [
        generator.choice(shares.shape[1], 30, p=share / share.sum())
        for share in shares
        for _ in range(each)
    ]
    return Sentences.from_lists(rows, np.repeat(np.arange(len(shares)), each))


def two_groups():
    """Four classes: 0 and 1 use one half of the words, 2 and 3 the other."""
    shares = np.full((4, WORDS), 0.01)
    for i in range(4):
        shares[i, 6 * (i // 2) : 6 * (i // 2) + 6] = 1
        shares[i, 6 * (i // 2) + i % 2] = 2
    return texts(shares)


def facts(classes, *, ordered=False, multi_label=False):
    names = [f"class {i}" for i in range(classes)]
    return {"name": "t", "class_names": names, "ordered": ordered, "multi_label": multi_label}


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_merges_are_all_cuts_between_neighbours(levels):
    for size in range(1, levels + 1):
        found = merges(levels, size)
        assert len(set(found)) == len(found) == comb(levels - 1, size - 1)
        assert all(sum(one, ()) == tuple(range(levels)) for one in found)
        assert all(len(one) == size for one in found)


@given(st.integers(2, 9), st.integers(1, 9), st.integers(1, 40), st.integers(0, 5))
def test_drawn_sets_differ_and_come_from_the_pool(classes, size, number, seed):
    pool = [3 * i for i in range(classes)]
    found = drawn_sets(pool, min(size, classes), number, seed)
    assert len(set(found)) == len(found) == min(number, comb(classes, min(size, classes)))
    assert all(set(one) <= set(pool) and list(one) == sorted(set(one)) for one in found)
    assert found == drawn_sets(pool, min(size, classes), number, seed)


def test_every_class_is_drawn_as_often():
    drawn = [drawn_sets(range(5), 2, 1, seed)[0] for seed in range(2000)]
    counts = np.bincount(np.ravel(drawn), minlength=5)
    # Each is in 2 of 5 sets; four standard errors.
    assert np.abs(counts - 800).max() < 4 * np.sqrt(2000 * 0.4 * 0.6)


def test_distances_are_those_of_normed_mean_frequencies():
    sentences = two_groups()
    found = class_distances(sentences, WORDS)
    means = np.zeros((4, WORDS))
    for tokens, label in zip(sentences.padded()[0], sentences.labels, strict=True):
        means[label] += np.bincount(tokens, minlength=WORDS) / len(tokens)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    expected = np.linalg.norm(means[:, None] - means[None], axis=2)
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_far_and_near_are_the_ends_of_the_order():
    distances = class_distances(two_groups(), WORDS)
    found = far_and_near(distances, 2, 2, seed=0)
    assert set(found["near"]) == {(0, 1), (2, 3)}
    assert all(one in {(0, 2), (0, 3), (1, 2), (1, 3)} for one in found["far"])
    sums = {one: distances[one] for one in every_set(4, [2])}
    assert found["far"][0] == max(sums, key=sums.__getitem__)


def test_each_kind_of_classes_has_its_rule(monkeypatch):
    sentences = two_groups()
    assert chosen_sets(sentences, WORDS, facts(4), [2, 3]) == {
        ("all", "classes"): every_set(4, [2, 3])
    }
    ordered = chosen_sets(sentences, WORDS, facts(4, ordered=True), [3, 4])
    assert ordered["all", "classes"] == every_set(4, [3, 4])
    assert ordered["merged", "merge"] == merges(4, 3)
    monkeypatch.setattr(class_sets, "MOST", 5)
    found = chosen_sets(sentences, WORDS, facts(4), [2])
    assert set(found["near", "classes"]) == {(0, 1), (2, 3)}


def test_labels_of_few_texts_are_not_drawn(monkeypatch):
    monkeypatch.setattr(class_sets, "LEAST_ROWS", 10)
    labels = np.zeros((40, 4), np.int8)
    labels[:20, 0] = labels[10:30, 1] = labels[:9, 2] = labels[5:25, 3] = 1
    sentences = Sentences.from_lists([[0]] * 40, labels)
    found = chosen_sets(sentences, 1, facts(4, multi_label=True), [2, 3])
    assert set(found["drawn", "classes"]) == {(0, 1), (0, 3), (1, 3), (0, 1, 3)}


def test_sweeps_are_printed_from_files(tmp_path, capsys):
    write_sentences(tmp_path / "train.parquet", two_groups())
    formats.write_json(tmp_path / "vocab.json", [f"w{i}" for i in range(WORDS)])
    of_task = {"kind": "text", "classes": 4, "dimension_expected": 2, "mean_length": 30.0}
    formats.write_json(tmp_path / "meta.json", facts(4, ordered=True) | of_task)
    main([str(tmp_path), "4", "3"])
    printed = capsys.readouterr().out
    assert "  - name: t-all\n    over: classes\n    values:\n      - [0, 1, 2, 3]\n" in printed
    assert "  - name: t-merged\n    over: merge\n" in printed
    assert "      - [[0], [1], [2, 3]]\n" in printed
