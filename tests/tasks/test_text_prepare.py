"""Real text.

Reading, labels, words, splits, the record, and one clear sentence for every bad input.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.store import formats
from rnn_geometry.tasks.sentences import write_sentences
from rnn_geometry.tasks.text import source as text_source
from rnn_geometry.tasks.text.prepare import check_options, local_files, prepare_text
from rnn_geometry.tasks.text.words import normalise

SMALL = {"minimum_count": 1, "dev_size": 2}


def rows(n=12, classes=2, start=0):
    return [(f"word{i % classes} text number {i}", i % classes) for i in range(start, start + n)]


def write(path, data, columns=("text", "label")):
    """Write (text, label) rows as the suffix of `path` says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        table = {name: [row[i] for row in data] for i, name in enumerate(columns)}
        pq.write_table(pa.table(table), path)
    elif path.suffix == ".csv":
        with open(path, "w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([columns, *data])
    else:
        entries = [dict(zip(columns, row)) for row in data]
        content = (
            json.dumps(entries) if path.suffix == ".json" else "\n".join(map(json.dumps, entries))
        )
        path.write_text(content, encoding="utf-8")


@pytest.fixture
def make(tmp_path):
    """Return a function: write train, test (and dev) under one folder and prepare them."""

    def run(train, test=None, dev=None, *, suffix=".jsonl", seed=0, folder="set", **options):
        splits = {"train": train, "test": test if test is not None else train, "dev": dev}
        for name, data in splits.items():
            if data is not None:
                write(tmp_path / folder / f"{name}{suffix}", data)
        return prepare_text({"source": {"folder": folder}, **SMALL, **options}, tmp_path, seed)

    return run


def words_of(prepared, split="train"):
    sentences = getattr(prepared, split)
    parts = np.split(sentences.tokens, sentences.offsets[1:-1])
    return [" ".join(prepared.vocabulary[i] for i in part) for part in parts]


def labelled(prepared, split="train"):
    return dict(zip(words_of(prepared, split), getattr(prepared, split).labels.tolist()))


def refused(match, function, *args, **kwargs):
    with pytest.raises(UserError, match=match) as caught:
        function(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


# Reading


def test_formats_give_equal_results(make):
    data = [(f'é "quoted", {i}\nsecond line 世界', i % 3) for i in range(15)]
    results = [
        make(data, suffix=suffix, folder=suffix[1:])
        for suffix in (".csv", ".jsonl", ".json", ".parquet")
    ]
    assert labelled(results[0])
    for other in results[1:]:
        assert other.vocabulary == results[0].vocabulary
        for split in ("train", "dev", "test"):
            for name in ("tokens", "offsets", "labels"):
                np.testing.assert_array_equal(
                    getattr(getattr(other, split), name), getattr(getattr(results[0], split), name)
                )
        assert other.meta["splits"] == results[0].meta["splits"]
    assert {"é", '"', "quoted", "世", "界", "second"} <= set(results[0].vocabulary)


def test_multi_label_formats_agree(make):
    texts = ["a", "b", "c", "d", "e"]
    as_text = zip(texts, ["3,1", "[1]", "", "[3, 0]", "2"])
    as_list = zip(texts, [[3, 1], [1], [], [3, 0], [2]])
    options = {"multi_label": True, "unlabelled": "keep", "classes": [1, 3]}
    for suffix, data in ((".csv", list(as_text)), (".parquet", list(as_list))):
        prepared = make(data, dev=data, suffix=suffix, dev_size=9, folder=suffix, **options)
        assert prepared.train.labels.dtype == np.int8
        assert labelled(prepared) == {
            "a": [1, 1],
            "b": [1, 0],
            "c": [0, 0],
            "d": [0, 1],
            "e": [0, 0],
        }


def test_explicit_files_and_dev(tmp_path):
    write(tmp_path / "a.csv", rows(8))
    write(tmp_path / "b.parquet", rows(4, start=8))
    write(tmp_path / "c.jsonl", rows(3, start=12))
    source = {"train": "a.csv", "test": "b.parquet", "dev": str(tmp_path / "c.jsonl")}
    options = {"source": source, **SMALL, "dev_size": 10}
    prepared = prepare_text(options, tmp_path, 0)
    assert [len(prepared.train), len(prepared.test), len(prepared.dev)] == [8, 4, 3]
    assert local_files(options, tmp_path)["train"] == str(tmp_path / "a.csv")
    recorded = prepared.meta["source"]["files"]["train"]
    assert recorded == {
        "path": "a.csv",
        "sha256": hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest(),
    }


def test_changed_file_is_read_anew(make):
    assert "old" in make([("old", 0), ("old", 1)] * 4).vocabulary
    assert "old" not in make([("new", 0), ("new", 1)] * 4).vocabulary


def test_parquet_of_huggingface_brings_label_names(tmp_path):
    datasets = text_source.import_datasets()
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
    )
    data = datasets.Dataset.from_dict(
        {"text": list("abcdefgh"), "label": [0, 1] * 4}, features=features
    )
    for name in ("train", "test"):
        pq.write_table(data.data.table, tmp_path / f"{name}.parquet")
    assert prepare_text({"source": {"folder": "."}, **SMALL}, tmp_path, 0).meta["class_names"] == [
        "no",
        "yes",
    ]


def test_a_file_of_the_expected_hash_is_read_and_another_one_is_refused(make, tmp_path):
    data = rows()
    write(tmp_path / "set" / "train.jsonl", data)
    found = hashlib.sha256((tmp_path / "set" / "train.jsonl").read_bytes()).hexdigest()
    source = {"folder": "set", "sha256": {"train": found.upper(), "test": found}}
    assert make(data, source=source).meta["source"]["files"]["train"]["sha256"] == found
    other = "0123456789ab" + 52 * "0"
    message = refused(
        r"test\.jsonl: the file has changed: its SHA-256 is",
        make,
        data,
        source={**source, "sha256": {"test": other}},
    )
    assert "source.sha256.test says 0123456789ab…" in message
    assert f"{found[:12]}…" in message
    assert "put the file back, or correct source.sha256.test" in message


def test_a_hash_needs_a_file(tmp_path):
    for name in ("train", "test"):
        write(tmp_path / "set" / f"{name}.csv", rows())
    source = {"folder": "set", "sha256": {"dev": "0" * 64}}
    refused(
        "source.sha256.dev has no file; those of the data set are train, test",
        local_files,
        {"source": source},
        tmp_path,
    )


# The hub


class StandIn:
    """What `datasets.load_dataset` returns, as far as it is used; records how it was called."""

    def __init__(self):
        self.calls = []

    def __call__(self, *args, **kwargs):
        import datasets

        self.calls.append((args, kwargs))
        assert Path(kwargs["cache_dir"]).is_dir()
        features = datasets.Features(
            {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["x", "y"])}
        )
        texts = [f"{kwargs['split']} {i}" for i in range(8)]
        return datasets.Dataset.from_dict({"text": texts, "label": [0, 1] * 4}, features=features)


def test_hub_is_asked_with_revision_and_a_temporary_cache(monkeypatch):
    stand_in = StandIn()
    monkeypatch.setattr("datasets.load_dataset", stand_in)
    monkeypatch.setattr(text_source, "check_hub", lambda source: None)
    source = {
        "hub": "some/set",
        "revision": "abc",
        "config": "plain",
        "splits": {"test": "validation"},
    }
    prepared = prepare_text({"source": source, **SMALL}, None, 0)
    assert [call[0] for call in stand_in.calls] == [("some/set", "plain")] * 2
    assert [call[1]["split"] for call in stand_in.calls] == ["train", "validation"]
    assert all(call[1]["revision"] == "abc" for call in stand_in.calls)
    assert not any(Path(call[1]["cache_dir"]).exists() for call in stand_in.calls)
    assert len(prepared.test) == 8
    origin = prepared.meta["source"]
    assert (origin["kind"], origin["hub"], origin["revision"]) == ("hub", "some/set", "abc")
    assert prepared.meta["class_names"] == ["x", "y"]


def test_folder_wins_over_hub_when_set(make):
    assert local_files({"source": {"hub": "some/set", "folder": "set"}}, None) == {}
    prepared = make(rows(), source={"hub": "some/set", "folder": "set"})
    assert prepared.meta["source"]["kind"] == "files"


def test_failing_hub_is_one_quick_sentence(monkeypatch):
    def fail(*args, **kwargs):
        raise ConnectionError("Couldn't reach\nthe hub")

    monkeypatch.setattr("datasets.load_dataset", fail)
    monkeypatch.setattr(text_source, "check_hub", lambda source: None)
    options = {"source": {"hub": "some/set", "folder": "here"}}
    message = refused("here is missing", prepare_text, options, None, 0)
    assert "data_folder" in message
    assert "some/set" in message


def test_unreachable_hub_does_not_retry():
    code = (
        "from rnn_geometry.tasks.text.prepare import prepare_text\nfrom rnn_geometry.errors import "
        "UserError\n"
        "try: prepare_text({'source': {'hub': 'some/set'}}, None, 0)\nexcept UserError as error: "
        "print(error)"
    )
    start = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    environment |= {"HF_ENDPOINT": "http://127.0.0.1:9", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert "some/set is missing" in done.stdout
    assert "data_folder" in done.stdout
    assert "Retrying" not in done.stderr
    assert time.monotonic() - start < 20


def test_light_functions_import_nothing_heavy():
    code = (
        "import sys\nfrom rnn_geometry.tasks.text.options import check_options, local_files\n"
        "check_options({'source': {'hub': 'a/b'}}); assert local_files({'source': {'hub': 'a/b'}}, "
        "None) == {}\n"
        "assert not {'numpy', 'datasets', 'tokenizers', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Labels and classes


def test_first_classes_counts_what_it_drops(make):
    prepared = make(rows(20, classes=4), first_classes=2)
    assert prepared.meta["splits"]["train"]["dropped"]["other_class"] == 10
    assert prepared.meta["label_ids"] == {"0": [0], "1": [1]}
    assert prepared.meta["splits"]["test"]["class_counts"] == [5, 5]


def test_chosen_classes_keep_their_order(make):
    names = ["zero", "one", "two", "three"]
    prepared = make(rows(20, classes=4), classes=["three", 1], label_names=names)
    assert prepared.meta["class_names"] == ["three", "one"]
    assert {text.split()[0]: label for text, label in labelled(prepared).items()} == {
        "word3": 0,
        "word1": 1,
    }


def test_merged_classes(make):
    prepared = make(
        rows(40, classes=5), merge=[[0, 1], [3, 4]], label_names=list("abcde"), ordered=True
    )
    meta = prepared.meta
    assert (meta["class_names"], meta["label_ids"]["d+e"], meta["ordered"]) == (
        ["a+b", "d+e"],
        [3, 4],
        True,
    )
    assert meta["splits"]["train"]["dropped"]["other_class"] == 8
    assert {text.split()[0]: label for text, label in labelled(prepared).items()} == {
        "word0": 0,
        "word1": 0,
        "word3": 1,
        "word4": 1,
    }


def test_text_labels_in_the_order_of_train(make):
    data = [("s", "spam"), ("h", "ham")] * 3
    prepared = make(data)
    assert prepared.meta["class_names"] == ["ham", "spam"]
    assert labelled(prepared, "test") == {"h": 0, "s": 1}
    assert labelled(make(data, label_names=["spam", "ham"]), "test") == {"h": 1, "s": 0}


def test_label_offset(make):
    prepared = make([(f"w{i % 2}", i % 2 + 1) for i in range(8)], label_offset=1)
    assert prepared.meta["class_names"] == ["1", "2"]
    assert labelled(prepared) == {"w0": 0, "w1": 1}


def test_multi_label_rows_without_a_chosen_label(make):
    data = [("a", [0]), ("b", [1]), ("c", [2]), ("d", [0, 1]), ("e", [])] * 4
    dropped = make(data, multi_label=True, first_classes=2)
    assert dropped.meta["splits"]["test"]["dropped"]["unlabelled"] == 8
    kept = make(data, multi_label=True, first_classes=2, unlabelled="keep")
    assert labelled(kept) == {"a": [1, 0], "b": [0, 1], "c": [0, 0], "d": [1, 1], "e": [0, 0]}
    assert kept.meta["splits"]["test"]["class_counts"] == [8, 8]


def test_balanced_classes_and_sizes(make):
    data = [(f"w{i}", 0) for i in range(30)] + [(f"v{i}", 1) for i in range(10)]
    prepared = make(data, balanced=True, test_size=7)
    counts = prepared.meta["splits"]["train"]["class_counts"]
    assert counts[0] == counts[1] >= 8
    assert len(prepared.test) == 7
    assert make(data, balanced=True, train_size=11).meta["splits"]["train"]["class_counts"] == [
        5,
        5,
    ]


def test_balanced_all_balances_every_split(make):
    data = [(f"word{i} text", int(i % 4 == 0)) for i in range(400)]
    plain, everywhere = (make(data, balanced=value, dev_size=100) for value in (True, "all"))
    for name in ("train", "dev", "test"):
        counts = np.bincount(getattr(everywhere, name).labels)
        assert counts[0] == counts[1]
    assert np.bincount(plain.test.labels)[0] == 300


def test_empty_texts_are_refused_or_dropped_and_counted(make):
    data = [("some text", 0), ("", 1), ("more text", 1)] * 6
    refused(
        "row 2: the text in 'text' is empty; every row needs one, unless empty_texts is drop",
        make,
        data,
    )
    prepared = make(data, empty_texts="drop")
    assert prepared.meta["splits"]["test"]["dropped"]["empty"] == 6
    assert len(prepared.test) == 12


def test_balanced_multi_label_uses_the_rarest_label(make):
    data = [("a", [0])] * 20 + [("b", [0, 1])] * 6 + [("c", [])] * 30
    prepared = make(data, multi_label=True, balanced=True, unlabelled="keep")
    texts = words_of(prepared)
    assert texts.count("a") == texts.count("b") == texts.count("c") >= 4


def test_every_row_is_accounted_for(make):
    data = [(f"w{i} " * (i % 5 + 1), i % 3) for i in range(60)] + [("\u200b", 0)]
    prepared = make(
        data, first_classes=2, length_limit=4, too_long="drop", train_size=10, test_size=12
    )
    for name in ("train", "test"):
        split = prepared.meta["splits"][name]
        rest = split.get("carved_for_dev", 0) + split["not_sampled"] + split["used"]
        assert split["rows_read"] == 61 == sum(split["dropped"].values()) + rest
        assert split["dropped"]["empty"] == 1
        assert split["dropped"]["too_long"] == 8


# Words


def test_lower_case_punctuation_and_unicode(make):
    prepared = make(
        [("Don't STOP, Ünïcode <pad>!", 0), ("Don't STOP, U\u0308ni\u0308code <pad>!", 1)] * 3
    )
    assert set(words_of(prepared)) == {"don ' t stop , ünïcode < pad > !"}
    assert prepared.vocabulary[:2] == ["<pad>", "<unk>"]
    assert prepared.train.tokens.min() >= 2


def test_plain_ascii_is_normalised_like_other_text():
    texts = [f"A{chr(i)}B  {chr(i)}\t\r\nC" for i in range(128)]
    marker = " é"  # takes a text off the fast path
    assert [text + marker for text in normalise(texts)] == normalise(
        [text + marker for text in texts]
    )


def test_vocabulary_comes_from_train_only_with_minimum_count(make):
    train = [(f"often rare{i}", i % 2) for i in range(10)]
    prepared = make(
        train, [("often new new", 0), ("new", 1)], dev=[("rare1 new new new", 0)], minimum_count=3
    )
    assert prepared.vocabulary == ["<pad>", "<unk>", "often"]
    assert sorted(words_of(prepared, "test")) == ["<unk>", "often <unk> <unk>"]
    assert prepared.meta["splits"]["test"]["unknown_word_rate"] == 0.75
    assert prepared.meta["splits"]["train"]["unknown_word_rate"] == 0.5
    assert prepared.meta["mean_length"] == 2.0


def test_vocabulary_is_ordered_and_limited(make):
    prepared = make([("b b b a a c c d", i % 2) for i in range(8)], vocabulary_size=5)
    assert prepared.vocabulary == ["<pad>", "<unk>", "b", "a", "c"]
    assert prepared.meta["vocabulary_size"] == 5


@pytest.mark.parametrize("too_long", ["truncate", "drop"])
def test_long_texts_are_counted(make, too_long):
    data = [("one two", 0), ("one two three four", 1), ("one two three", 1), ("one", 0)] * 3
    prepared = make(data, length_limit=3, too_long=too_long)
    split = prepared.meta["splits"]["test"]
    assert (split["truncated"], split["dropped"]["too_long"]) == (
        (3, 0) if too_long == "truncate" else (0, 3)
    )
    assert prepared.test.lengths.max() == 3
    assert "four" not in prepared.vocabulary


def test_text_empty_after_tokenising_is_dropped_and_counted(make):
    prepared = make([*rows(8), ("\u200b\u0007", 0)])
    assert prepared.meta["splits"]["train"]["dropped"]["empty"] == 1
    assert prepared.train.lengths.min() > 0


def test_duplicates_are_counted_and_kept(make):
    train = [("Same text", 0), ("same  TEXT", 1), ("other", 0), ("third", 1)]
    prepared = make(train, [("SAME text", 0), ("fresh", 1), ("fresh", 1)], dev=[("third", 0)])
    assert prepared.meta["duplicates"] == {
        "train": 1,
        "dev": 0,
        "test": 1,
        "dev_in_train": 1,
        "test_in_train": 1,
        "removed": False,
    }
    assert len(prepared.train) == 4


def test_same_seed_same_bytes(make, tmp_path):
    data = rows(50, classes=3)
    one, same, other = (make(data, seed=seed, train_size=20, balanced=True) for seed in (5, 5, 6))
    for name, prepared in (("one", one), ("same", same)):
        write_sentences(tmp_path / f"{name}.parquet", prepared.train)
        formats.write_json(tmp_path / f"{name}.json", prepared.meta)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "same.parquet").read_bytes()
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "same.json").read_bytes()
    assert not np.array_equal(one.train.tokens, other.train.tokens)


def test_carved_dev_and_train_are_apart(make):
    prepared = make([(f"w{i}", i % 2) for i in range(20)], dev_size=6)
    assert len(prepared.dev) == 6
    assert prepared.meta["duplicates"]["dev_in_train"] == 0
    assert set(words_of(prepared, "dev")) == {"<unk>"}


# Bad data


def test_missing_columns_are_all_named(make, tmp_path):
    message = refused(
        "columns that exist: 'text', 'label'", make, rows(), text_column="body", label_column="star"
    )
    assert "'body' (text_column) and 'star' (label_column)" in message
    for suffix in (".csv", ".parquet"):
        refused(
            "the column 'body' .text_column. is missing",
            make,
            rows(),
            suffix=suffix,
            folder=suffix,
            text_column="body",
        )


@pytest.mark.parametrize(
    ("data", "options", "match"),
    [
        ([("  ", 0)], {}, "row 7: the text in 'text' is empty"),
        ([(None, 0)], {}, r"row 7: the text in 'text' is missing \(null\)"),
        ([(3, 0)], {}, "row 7: 'text' holds 3; a text is accepted"),
        ([("a", -1)], {}, r"row 7: .*write label_names: \[-1, 0, 1\]"),
        (
            [("a", 0)],
            {"label_offset": 1},
            "row 1: .* begin at 1 .label_offset.; write label_offset: 0",
        ),
        (
            [("a", 5)],
            {"label_names": ["x", "y"]},
            "row 7: the label 5 is outside the label names; accepted is 0 to 1",
        ),
        (
            [("a", "z")],
            {"label_names": ["x", "y"]},
            "row 7: the label 'z' is unknown; .* integer or one of x, y",
        ),
        ([("a", "z")], {}, "row 7: the label 'z' is no integer as in other rows"),
        ([("a", None)], {}, "row 7: the label is missing"),
        ([("a", 0.5)], {}, r"write label_names: \[0, 0.5, 1\]"),
        ([("a", [1])], {}, "row 7: the label is .1.; .*set multi_label"),
        ([("a", 3)], {}, r"row 7: .*write label_names: \[0, 1, 3\]"),
        ([], {"first_classes": 3}, "first_classes asks for class 2"),
        ([], {"classes": ["x", "y"]}, "unknown class 'x'.*label_names"),
        ([], {"label_names": ["x", "y"], "classes": [0, "x"]}, "one class twice"),
        ([], {"label_names": ["x", "y", "z"]}, "class 'z' has no example"),
        (
            [],
            {"dev_size": 100},
            "No text is left for the split train: 6 rows read, 6 carved_for_dev",
        ),
        ([], {"minimum_count": 100}, "minimum_count = 100"),
    ],
)
def test_bad_rows_are_named(make, data, options, match):
    refused(match, make, [*rows(6), *data], **options)


def test_label_unknown_to_train(make):
    refused(
        r"test.jsonl: row 2: the label 7 is outside the training labels; accepted is 0 to 1",
        make,
        rows(),
        [("a", 0), ("b", 7)],
    )
    refused("test.jsonl: row 1: the label 'c'", make, [("t", "a"), ("u", "b")] * 3, [("a", "c")])


def test_column_of_empty_texts(make):
    refused("all texts of the column 'text' are empty", make, [("", 0), (" ", 1)])


def test_split_without_rows(make):
    refused("train.csv: holds no row", make, [], suffix=".csv")


def test_damaged_parquet(make, tmp_path):
    make(rows(), suffix=".parquet")
    path = tmp_path / "set" / "train.parquet"
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"", b"PAR1 nonsense PAR1"):
        path.write_bytes(damaged)
        message = refused(
            "damaged or cut short",
            prepare_text,
            {"source": {"folder": "set"}, **SMALL},
            tmp_path,
            0,
        )
        assert "train.parquet" in message


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("train.csv", b"text,label\na,0\nb,1,2\n", "row 2 has 3 columns and the header 2"),
        ("train.csv", b"text,label\na,0\nb\n", "row 2 has 1 columns"),
        ("train.csv", b'label,text\n0,a\n1,"b\n0,c\n', "row 2 is broken CSV"),
        ("train.csv", b"text,label\n\xff\xfe,0\n", "not UTF-8"),
        ("train.csv", b"", "columns that exist: none"),
        ("train.jsonl", b'{"text": "a", "label": 0}\n{"text": \n', "row 2 is not valid JSON"),
        ("train.jsonl", b'{"text": "a", "label": 0}\n3\n', "row 2 is no JSON object"),
        ("train.json", b'[{"text": "a"', "damaged or cut short"),
    ],
)
def test_broken_text_files(tmp_path, name, content, match):
    write(tmp_path / "test.csv", rows())
    (tmp_path / name).write_bytes(content)
    assert name in refused(match, prepare_text, {"source": {"folder": "."}, **SMALL}, tmp_path, 0)


def test_very_long_csv_field(make):
    assert (
        make([("word " * 60_000, 0), ("short", 1)] * 3, suffix=".csv").train.lengths.max() == 60_000
    )


# Bad options and missing files


def test_missing_files_name_both_ways(tmp_path):
    both = {"source": {"folder": "ag", "hub": "fancyzhx/ag_news"}}
    message = refused("data set ag is missing", local_files, both, tmp_path)
    assert "data_folder" in message
    assert "fancyzhx/ag_news" in message
    assert "source.hub" in refused(
        "data_folder is null", local_files, {"source": {"folder": "ag"}}, None
    )
    refused(
        "no file .*a.csv", local_files, {"source": {"train": "a.csv", "test": "b.csv"}}, tmp_path
    )
    refused("unknown type", local_files, {"source": {"train": "a.xls", "test": "b.csv"}}, tmp_path)


def test_two_files_of_one_split(tmp_path):
    for name in ("train.csv", "train.jsonl", "test.csv"):
        write(tmp_path / name, rows())
    refused("train.csv and train.jsonl", local_files, {"source": {"folder": "."}}, tmp_path)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"colour": 1}, "colour is not an option"),
        ({"source": {"hubb": "x"}}, "source.hubb is not an option"),
        ({"source": {}}, "source names no data"),
        ({"source": {"train": "a.csv"}}, "give both train and test"),
        (
            {"source": {"folder": "a", "sha256": "ab"}},
            "source.sha256 is 'ab'; accepted is a mapping",
        ),
        (
            {"source": {"folder": "a", "sha256": {"train": "ab"}}},
            "source.sha256.train is 'ab'; .* 64 hexadecimal digits",
        ),
        (
            {"source": {"folder": "a", "sha256": {"tset": "0" * 64}}},
            "source.sha256.tset is not an option",
        ),
        (
            {"source": {"hub": "a/b", "sha256": {"train": "0" * 64}}},
            "source.revision pins a data set of the hub",
        ),
        ({"source": {"folder": "a", "train": "a.csv", "test": "b.csv"}}, "both folder and files"),
        (
            {"source": {"hub": "a/b", "splits": {"train": None}}},
            "must name a train and a test split",
        ),
        ({"source": None}, "source is None"),
        ({"first_classes": 1}, "first_classes is 1; accepted is null or an integer of at least 2"),
        ({"first_classes": 2, "merge": [[0], [1]]}, "first_classes and merge exclude each other"),
        ({"classes": [0, 0]}, "classes names 0 twice"),
        ({"merge": [[0, 1], [1]]}, "merge names 1 twice"),
        ({"label_names": ["a", "a"]}, "label_names names 'a' twice"),
        ({"too_long": "cut"}, "too_long is 'cut'; accepted is truncate, keep_last or drop"),
        ({"skip_words": -1}, "skip_words is -1; accepted is an integer of at least 0"),
        ({"word_order": "mixed"}, "word_order is 'mixed'; accepted is written, reversed or"),
        ({"unlabelled": "maybe"}, "accepted is drop or keep"),
        ({"minimum_count": True}, "minimum_count is True"),
        ({"dev_size": 0}, "dev_size is 0"),
        ({"balanced": "yes"}, "accepted is true .training rows."),
        ({"multi_label": True, "ordered": True}, "multi_label and ordered"),
        ({"label_column": "text"}, "must differ"),
    ],
)
def test_bad_options(options, match):
    refused(match, check_options, {"source": {"hub": "some/set"}, **options})


# Real data


def number(text):
    return int(text.strip().replace(",", ""))


def card_of(folder, file):
    """Return what the data card says of a file: rows, rows by label, duplicates and hash."""
    card = folder / "README.md"
    if not card.is_file():
        pytest.skip(f"the real data sets have no data card ({card})")
    line = next(line for line in card.read_text().splitlines() if line.startswith(f"| `{file}`"))
    _, _, rows, _, labels, _, duplicates, _, sha256, _ = line.split("|")
    return {
        "rows": number(rows),
        "labels": [number(count) for count in labels.split("/") if "class" not in labels],
        "duplicates": number(duplicates),
        "sha256": sha256.strip(" `"),
    }


@pytest.mark.data
def test_ag_news_agrees_with_the_data_card(real_data):
    train, test = (card_of(real_data, f"ag_news/{split}.parquet") for split in ("train", "test"))
    options = {"source": {"folder": "ag_news"}, "text_column": "description", "length_limit": 160}
    meta = prepare_text(options, real_data, 0).meta
    found = meta["splits"]
    assert (found["train"]["rows_read"], found["test"]["rows_read"]) == (
        train["rows"],
        test["rows"],
    )
    assert found["test"]["used"] == test["rows"]
    assert found["test"]["class_counts"] == test["labels"]
    of_train = zip(found["train"]["class_counts"], found["dev"]["class_counts"])
    assert [a + b for a, b in of_train] == train["labels"]
    assert meta["duplicates"] == {
        "train": train["duplicates"],
        "dev": 0,
        "test": test["duplicates"],
        "dev_in_train": 0,
        "test_in_train": 0,
        "removed": False,
    }
    assert meta["source"]["files"]["test"]["sha256"] == test["sha256"]


@pytest.mark.data
def test_goemotions_labels(real_data):
    rows = card_of(real_data, "goemotions/train.parquet")["rows"]
    card = (real_data / "README.md").read_text()
    stated = dict(re.findall(r"\b(\d+) \w+ \(([\d,]+)\)", card.split("## goemotions")[1]))
    options = {
        "source": {"folder": "goemotions"},
        "label_column": "labels",
        "multi_label": True,
        "classes": [0, 15],
    }
    train = prepare_text(options, real_data, 0).meta["splits"]["train"]
    assert train["class_counts"] == [number(stated["0"]), number(stated["15"])]
    assert train["rows_read"] == rows
