"""Test texts drawn out of a single file: by label, once for all, none on both sides."""

from collections import Counter

import numpy as np
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text.options import check_options, local_files
from rnn_geometry.tasks.text.prepare import prepare_text

LABELS = ["common"] * 700 + ["seldom"] * 250 + ["rare"] * 50


@pytest.fixture
def file(tmp_path):
    """Write 1,000 different texts, of which the last hundred stand in the file twice."""
    rows = [f"text number {i} w{i},{label}" for i, label in enumerate(LABELS)]
    (tmp_path / "mine.csv").write_text("\n".join(["text,label", *rows, *rows[-100:]]))
    return tmp_path


def prepared(folder, seed=0, test_seed=1, share=None, **options):
    source = {"file": "mine.csv", **({} if share is None else {"test_share": share})}
    options = {"source": source, "minimum_count": 1, **options}
    return prepare_text(options, folder, seed, test_seed=test_seed)


@pytest.mark.parametrize("share", [None, 0.2, 0.37])
def test_every_label_has_its_share_to_within_one_text(file, share):
    rare = prepared(file, share=share, tokenizer="whitespace").meta
    wanted = 0.2 if share is None else share
    counts = dict(zip(rare["class_names"], rare["splits"]["test"]["class_counts"], strict=True))
    of_file = Counter(LABELS)
    assert abs(counts["common"] - wanted * of_file["common"]) <= 1
    assert abs(counts["seldom"] - wanted * (of_file["seldom"] + 50)) <= 1 + 50 * wanted
    assert sum(split["rows_read"] for split in rare["splits"].values()) == len(LABELS) + 100


def test_no_text_stands_in_both(file):
    meta = prepared(file).meta
    assert meta["duplicates"]["test_in_train"] == 0
    assert meta["duplicates"]["test"] > 0  # twice in the file, twice on its side
    assert 190 <= meta["splits"]["test"]["rows_read"] - meta["duplicates"]["test"] <= 210


def test_test_texts_are_the_same_for_every_data_seed_and_train_is_not(file):
    one, other = (prepared(file, seed=seed) for seed in (0, 5))
    assert np.array_equal(one.test.labels, other.test.labels)
    assert one.test.lengths.tolist() == other.test.lengths.tolist()
    assert one.train.labels.tolist() != other.train.labels.tolist()
    moved = prepared(file, test_seed=2)
    assert one.test.labels.tolist() != moved.test.labels.tolist()


def test_a_choice_of_classes_draws_the_same_test_texts(file):
    whole = prepared(file).meta["splits"]["test"]
    chosen = prepared(file, classes=["seldom", "rare"]).meta["splits"]["test"]
    assert chosen["rows_read"] == whole["rows_read"]
    assert chosen["dropped"]["other_class"] == whole["class_counts"][0]


def test_a_note_says_how_many(file):
    notes = prepared(file, share=0.25).meta["notes"]
    assert any(
        note.endswith("of 1100 rows of the file (source.test_share: 0.25)") for note in notes
    )


def test_a_row_is_named_as_in_the_file(file):
    path = file / "mine.csv"
    path.write_text(path.read_text().replace("w930,seldom", "w930,"))
    with pytest.raises(UserError, match=r"row 931: the label is missing"):
        prepared(file)


def test_a_file_is_found_and_its_hash_is_held(file):
    options = {"source": {"file": "mine.csv", "sha256": {"train": "0" * 64}}}
    assert local_files(options, file) == {"train": str(file / "mine.csv")}
    with pytest.raises(UserError, match="the file has changed"):
        prepare_text(options, file, 0)


def test_too_few_rows_are_refused(tmp_path):
    (tmp_path / "mine.csv").write_text("text,label\na b,x\nc d,y\n")
    with pytest.raises(UserError, match=r"of 2 rows none is left for train.*test_share"):
        prepared(tmp_path, share=0.99)


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ({"file": "a.csv", "folder": "b"}, "both file and folder"),
        ({"file": "a.csv", "train": "b.csv", "test": "c.csv"}, "both file and train"),
        ({"file": "a.csv", "dev": "b.csv"}, "both file and dev"),
        ({"folder": "a", "test_share": 0.2}, "test_share is for source.file"),
        ({"file": "a.csv", "test_share": 1.0}, "source.test_share is 1.0; accepted is a number"),
        ({"file": "a.csv", "test_share": 1}, "source.test_share is 1; accepted is a number"),
        ({"train": "a.csv"}, "or file alone"),
    ],
)
def test_sources_that_say_two_things_are_refused(source, match):
    with pytest.raises(UserError, match=match):
        check_options({"source": source})
