"""Texts changed in a controlled way: words left out, another end kept, another order."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.stages.prepare import text_data
from rnn_geometry.tasks.sentences import Sentences
from rnn_geometry.tasks.text.account import lines_of
from rnn_geometry.tasks.text.prepare import prepare_text
from rnn_geometry.tasks.text.words import limited, reordered, without_first


def write(path, rows):
    path.write_text("\n".join(["text,label", *(f"{text},{label}" for text, label in rows)]))


@pytest.fixture
def make(tmp_path):
    """Return a function: write all splits with the same rows and prepare them."""

    def run(rows, *, seed=0, dev=True, **options):
        for split in ("train", "test", *(["dev"] if dev else [])):
            write(tmp_path / f"{split}.csv", rows)
        return prepare_text(
            {"source": {"folder": "."}, "minimum_count": 1, **options}, tmp_path, seed
        )

    return run


def words_of(prepared, split="train"):
    sentences = getattr(prepared, split)
    parts = np.split(sentences.tokens, sentences.offsets[1:-1])
    return [" ".join(prepared.vocabulary[i] for i in part) for part in parts]


def labelled(prepared, split="train"):
    return dict(zip(words_of(prepared, split), getattr(prepared, split).labels.tolist()))


TEXTS = [("a b c d e", 0), ("f g", 1), ("h i j", 0), ("k", 1), ("l m n o", 1), ("p q r", 0)]


def test_words_are_skipped_cut_and_reversed():
    rows = Sentences.from_lists([[1, 2, 3, 4], [5], [6, 7]], np.array([0, 1, 2]))

    def lists(sentences):
        return [part.tolist() for part in np.split(sentences.tokens, sentences.offsets[1:-1])]

    assert lists(without_first(rows, 1)) == [[2, 3, 4], [], [7]]
    assert lists(limited(rows, 2)) == [[1, 2], [5], [6, 7]]
    assert lists(limited(rows, 2, last=True)) == [[3, 4], [5], [6, 7]]
    assert lists(reordered(rows, None)) == [[4, 3, 2, 1], [5], [7, 6]]


CHANGED = {
    "skipped": ({"skip_words": 2}, {"c d e": 0, "j": 0, "n o": 1, "r": 0}),
    "last": (
        {"length_limit": 2, "too_long": "keep_last"},
        {"d e": 0, "f g": 1, "i j": 0, "k": 1, "n o": 1, "q r": 0},
    ),
    "reversed": (
        {"word_order": "reversed", "length_limit": 3},
        {"c b a": 0, "g f": 1, "j i h": 0, "k": 1, "n m l": 1, "r q p": 0},
    ),
    "all": (
        {"skip_words": 1, "length_limit": 2, "too_long": "keep_last", "word_order": "reversed"},
        {"e d": 0, "g": 1, "j i": 0, "o n": 1, "r q": 0},
    ),
    "long ones dropped after skipping": (
        {"skip_words": 1, "length_limit": 2, "too_long": "drop"},
        {"g": 1, "i j": 0, "q r": 0},
    ),
}


@pytest.mark.parametrize("case", CHANGED)
def test_every_split_is_changed_alike(make, case):
    options, expected = CHANGED[case]
    made = make(TEXTS, **options)
    for split in ("train", "dev", "test"):
        assert labelled(made, split) == expected
    counts = made.meta["splits"]["test"]
    assert counts["rows_read"] == 6 == sum(counts["dropped"].values()) + counts["used"]
    assert counts["dropped"]["skipped"] == sum(
        len(text.split()) <= options.get("skip_words", 0) for text, _ in TEXTS
    )


def test_changes_are_told(make):
    options = {
        "skip_words": 1,
        "length_limit": 2,
        "too_long": "keep_last",
        "word_order": "random",
    }
    made = make(TEXTS, **options)
    assert made.meta["changed"] == {**options, "where": {}, "joined": None}
    lines = lines_of(made.meta)
    assert "the first 1 words of every text are left out (skip_words)" in lines
    assert "of every text the last 2 words are read (too_long)" in lines
    assert "the words of every text are in random order (word_order)" in lines
    assert "test: of 6 rows dropped: 1 without a word after skip_words" in lines


LONG = [(" ".join(f"w{i}x{j}" for j in range(20)), i % 2) for i in range(30)]


def test_texts_in_random_order_keep_their_words_in_orders_of_their_own(make):
    written, one, again, other = (
        make(LONG, seed=seed, word_order=order)
        for seed, order in ((1, "written"), (1, "random"), (1, "random"), (2, "random"))
    )
    assert words_of(one) == words_of(again)
    pairs = list(zip(words_of(written), words_of(one), strict=True))
    assert all(sorted(a.split()) == sorted(b.split()) and a != b for a, b in pairs)
    orders = {tuple(word.partition("x")[2] for word in text.split()) for text in words_of(one)}
    assert len(orders) == len(one.train)  # each its own
    assert set(words_of(other, "test")) != set(words_of(one, "test"))


@pytest.mark.parametrize("balanced", [True, "all"])
def test_data_seeds_draw_training_texts_anew_and_keep_the_test_texts(tmp_path, balanced):
    texts = [("rain " * (i + 1), i % 3 % 2) for i in range(30)]  # told apart by their lengths
    for split in ("train", "test"):
        write(tmp_path / f"{split}.csv", texts)
    sizes = {"train_size": 8, "dev_size": 4, "test_size": 10}
    task = {"family": "text", "source": {"folder": "."}, "balanced": balanced, **sizes}
    made = [
        text_data({**task, "name": f"a-data{seed}", "data_seed": seed}, str(tmp_path))
        for seed in range(3)
    ]
    assert all(one.meta["splits"]["train"]["class_counts"] == [4, 4] for one in made)
    assert len({frozenset(one.train.lengths.tolist()) for one in made}) == 3
    assert len({tuple(one.test.lengths.tolist()) for one in made}) == 1
    assert len(made[0].test) == 10


LABELS = [(f"w{i} x{i}", ["", "sun", "rain", "sun"][i % 4]) for i in range(40)]
SEVERAL = {"multi_label": True, "label_names": ["sun", "rain"], "unlabelled": "keep"}


def own_labels(word):
    """Return what the text of a word is labelled with: sun, rain."""
    return [[0, 0], [1, 0], [0, 1], [1, 0]][int(word[1:]) % 4]


@pytest.mark.parametrize("joined", ["any", "alike"])
def test_joined_texts_have_the_words_and_labels_of_both(make, joined):
    made, again = (make(LABELS, joined=joined, **SEVERAL) for _ in range(2))
    for split in ("train", "dev", "test"):
        assert words_of(made, split) == words_of(again, split)
        rows = [text.split() for text in words_of(made, split)]
        assert {len(row) for row in rows} == {4}
        # each text is the first of one row and the second of one other
        assert sorted(row[0] for row in rows) == sorted(row[2] for row in rows)
        assert all(row[0] != row[2] and row[0][1:] == row[1][1:] for row in rows)
        expected = [np.maximum(own_labels(row[0]), own_labels(row[2])).tolist() for row in rows]
        assert getattr(made, split).labels.tolist() == expected
        both = np.array(expected).all(axis=1).sum()
        assert both > 3 if joined == "any" else both == 0
    assert made.meta["splits"]["test"]["class_counts"] == made.test.labels.sum(axis=0).tolist()
    assert made.meta["mean_length"] == 4
    told = "any other text" if joined == "any" else "another text of its labels"
    line = f"after every text comes {told} of its split, with the labels of both (joined)"
    assert line in lines_of(made.meta)


def test_classes_are_joined_with_their_like(make):
    made = make([(f"w{i}", i % 2) for i in range(12)], joined="alike")
    for text, label in labelled(made).items():
        assert [int(word[1:]) % 2 for word in text.split()] == [label, label]
    with pytest.raises(UserError, match="joined: any makes texts of two classes and multi_label"):
        make([("a", 0), ("b", 1)], joined="any")


def test_the_only_text_of_its_class_comes_after_itself(make):
    assert labelled(make([("a", 0), ("b", 1), ("c", 1)], joined="alike"))["a a"] == 0
