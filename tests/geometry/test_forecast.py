"""The forecast of every set of classes, against the direct route; rows of networks."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from test_class_sets import WORDS, texts

from rnn_geometry.geometry.forecast import (
    NETWORKS,
    SETS,
    network_row,
    predicted_of_sets,
    predicted_of_tasks,
    set_rows,
)
from rnn_geometry.geometry.word_counts import WEIGHTINGS, predictions
from rnn_geometry.store.columns import check_numbers
from rnn_geometry.tasks.sentences import Sentences


def some_texts(classes=5):
    """Classes of which the last two use nearly the same words."""
    shares = np.random.default_rng(3).dirichlet(np.full(WORDS, 0.4), classes)
    shares[-1] = 0.98 * shares[-2] + 0.02 * shares[0]
    return texts(shares)


def facts(classes, *, ordered=False, multi_label=False):
    return {
        "name": "t",
        "class_names": [f"class {i}" for i in range(classes)],
        "ordered": ordered,
        "multi_label": multi_label,
        "rows": {"train": 200},
        "mean_length": 30.0,
        "settings": {"source": {"folder": "somewhere"}},
        "source": {"kind": "files", "files": {"train": {"path": "a", "sha256": "abc"}}},
    }


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_sets_have_the_forecast_of_their_texts(weighting):
    sentences = some_texts()
    found = Counter(predicted_of_sets(sentences, WORDS, weighting))
    direct = Counter()
    for size in range(2, 6):
        for chosen in combinations(range(5), size):
            rows = np.flatnonzero(np.isin(sentences.labels, chosen))
            # Weights of tf-idf are those of the whole set: all others need the texts alone.
            if weighting == "tfidf" and size < 5:
                continue
            part = sentences.subset(rows)
            direct[size, predictions(part, WORDS, {"name": "t"}, 0)["dimension"][weighting]] += 1
    if weighting == "tfidf":
        assert Counter({key: n for key, n in found.items() if key[0] == 5}) == direct
    else:
        assert found == direct
    assert len({predicted for _, predicted in found}) > 2


def test_all_sets_are_counted_under_what_theory_says():
    sentences = some_texts()
    for ordered, expected in ((False, [1, 2, 3, 4]), (True, [1, 2, 2, 2])):
        rows = list(set_rows(sentences, WORDS, facts(5, ordered=ordered)))
        for row in rows:
            check_numbers("a row", row, SETS)
            assert row["dimension_expected"] == expected[row["classes"] - 2]
        raw = [row for row in rows if row["weighting"] == "raw"]
        assert sum(row["sets"] for row in raw) == 2**5 - 1 - 5
        assert all(row["predicted"] == 1 for row in raw if row["classes"] == 2)


def test_sets_of_labels_have_the_forecast_of_their_own_task():
    labels = np.random.default_rng(0).integers(2, size=(400, 4))
    # A word for each label, and one for none.
    rows = [[i for i in range(4) if row[i]] * 3 + [4] * 5 for row in labels]
    sentences = Sentences.from_lists(rows, labels.astype(np.int8))
    found = list(set_rows(sentences, 5, facts(4, multi_label=True)))
    raw = {(row["classes"], row["predicted"]): row["sets"] for row in found[:2]}
    assert raw == {(2, 2): 6, (3, 3): 4}
    assert [row["dimension_expected"] for row in found[:2]] == [2, 3]
    assert {row["kind"] for row in found} == {"labels"}


def test_all_texts_predict_for_chosen_and_merged_classes():
    sentences = some_texts()
    chosen = {"label_ids": {"b": [1], "e": [4], "a": [0]}, "class_names": ["a", "b", "e"]}
    merged = {"label_ids": {"ab": [0, 1], "c": [2], "de": [3, 4]}, "class_names": ["ab", "c", "de"]}
    metas = [chosen | {"name": "chosen"}, merged | {"name": "merged"}]
    found = predicted_of_tasks(sentences, WORDS, metas)
    for name, of in {
        "chosen": {0: 0, 1: 1, 4: 2},
        "merged": dict(enumerate([0, 0, 1, 2, 2])),
    }.items():
        part = sentences.subset(np.flatnonzero(np.isin(sentences.labels, list(of))))
        labels = np.array([of[label] for label in part.labels])
        direct = predictions(Sentences(part.tokens, part.offsets, labels), WORDS, {"name": "t"}, 0)
        assert found[name] == direct["dimension"]["raw"]


def test_all_texts_predict_for_some_of_the_labels():
    labels = np.random.default_rng(1).integers(2, size=(300, 4)).astype(np.int8)
    rows = [[i for i in range(4) if row[i]] * 3 + [4] * 5 for row in labels]
    sentences = Sentences.from_lists(rows, labels)
    meta = {"name": "t", "label_ids": {"b": [1], "d": [3]}, "class_names": ["b", "d"]}
    direct = predictions(
        Sentences(sentences.tokens, sentences.offsets, labels[:, [1, 3]]), 5, {"name": "t"}, 0
    )
    assert predicted_of_tasks(sentences, 5, [meta]) == {"t": direct["dimension"]["raw"]} == {"t": 2}


def test_a_row_of_a_network_says_what_was_read_and_by_which_rules_it_is_held():
    run = dict.fromkeys(NETWORKS, 7) | {"classes": 5}
    row = network_row(run, facts(5, ordered=True), "some", 2)
    assert list(row) == list(NETWORKS)
    told = {"data": "somewhere", "kind": "ordered", "simplex": 4, "sweep": "some"}
    told |= {"train_sha256": "abc", "predicted_all_texts": 2}
    assert {name: row[name] for name in told} == told
    assert row["chosen"] == "class 0 | class 1 | class 2 | class 3 | class 4"
    hub = facts(5) | {"settings": {"source": {"hub": "some/set"}}, "source": {"kind": "hub"}}
    row = network_row(run, hub, "some", None)
    assert (row["data"], row["train_sha256"]) == ("some/set", None)
