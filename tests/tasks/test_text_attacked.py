"""Data as newcomers bring them: whatever was once read wrongly, or refused without a way on."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.tasks.text.options import check_options
from rnn_geometry.tasks.text.prepare import prepare_text
from rnn_geometry.tasks.text.splitters import Splitter

COPIES = 6
CSV = "text,label\n" + "one film,a\ntwo films,b\n" * 8


def jsonl(labels):
    rows = [{"text": f"w{i} some words", "label": label} for i, label in enumerate(labels)]
    return "\n".join(map(json.dumps, rows * COPIES))


@pytest.fixture
def prepare(tmp_path):
    """Return a function: write train and test, as text or bytes, and prepare them."""

    def run(train, test=None, suffix=".jsonl", **options):
        for name, content in (("train", train), ("test", train if test is None else test)):
            stored = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{name}{suffix}").write_bytes(stored)
        options = {"source": {"folder": "."}, "minimum_count": 1, "dev_size": 1, **options}
        return prepare_text(options, tmp_path, 0)

    return run


def refused(match, function, *args, **kwargs):
    with pytest.raises(UserError, match=match) as caught:
        function(*args, **kwargs)
    assert len(str(caught.value)) <= LONGEST
    return str(caught.value)


def by_word(prepared):
    """Return the classes of the test texts by their first word."""
    names, test, found = prepared.meta["class_names"], prepared.test, {}
    for start, label in zip(test.offsets[:-1], test.labels, strict=True):
        word = prepared.vocabulary[test.tokens[start]]
        classes = [names[i] for i in (np.flatnonzero(label) if label.ndim else [label])]
        assert found.setdefault(word, classes) == classes
    return [found[word] for word in sorted(found)]


@pytest.mark.parametrize(
    ("labels", "options", "expected"),
    [
        ([[0, 1], [1, 0]], {}, [["1"], ["0"]]),
        ([[0, 1], [1, 0]], {"label_names": ["a", "b"]}, [["b"], ["a"]]),
        (["[0, 1]", "[1, 0]"], {"label_names": ["a", "b"]}, [["b"], ["a"]]),
        (["0 1", "1 0"], {}, [["1"], ["0"]]),
        ([[True, False], [False, True]], {"label_names": ["a", "b"]}, [["a"], ["b"]]),
        ([[0, 1], [0], [1]], {}, [["0", "1"], ["0"], ["1"]]),
        ([[0, 1], [1, 2], [2]], {}, [["0", "1"], ["1", "2"], ["2"]]),
        ([True, False], {}, [["1"], ["0"]]),
        (["喜", "喜，怒"], {}, [["喜"], ["喜", "怒"]]),
        (["喜", "喜、怒"], {}, [["喜"], ["喜", "怒"]]),
        (["喜；怒", "怒"], {}, [["喜", "怒"], ["怒"]]),
        (["أ، ب", "ب"], {}, [["أ", "ب"], ["ب"]]),
    ],
)
def test_several_labels(prepare, labels, options, expected):
    assert by_word(prepare(jsonl(labels), multi_label=True, **options)) == expected


@pytest.mark.parametrize(
    ("labels", "names", "match"),
    [
        ([[1, 0], [0, 1, 1], [0, 0, 1]], ["a", "b"], r"row 2: \[0, 1, 1\] is no list of 2 times"),
        ([[1, 0, 0], [0, 1, 1], []], None, r"row 3: \[\] is no list of 3 times"),
        ([[0, 0], [0, 1]], ["a", "b", "c"], "row 1: .* no list of 3 times .* for each label"),
        ([[["a"]], [["b"]]], None, "the labels of a row are one list"),
    ],
)
def test_several_labels_in_no_form(prepare, labels, names, match):
    refused(match, prepare, jsonl(labels), multi_label=True, label_names=names)


@pytest.mark.parametrize(
    ("labels", "options", "match"),
    [
        (["joy/anger", "joy"], {"multi_label": True}, "no training text has two of the labels"),
        (["a;b", "a"], {"multi_label": True}, "every training text has the label a;"),
        (["Pos", "pos", "neg"], {}, "'Pos' and 'pos' look alike"),
        (["very-good", "very good"], {}, "look alike"),
        (["pos", "pos."], {}, "look alike"),
        (["ａ", "a"], {}, "look alike"),
        (["❤️", "❤"], {}, "look alike"),
    ],
)
def test_doubtful_labels_are_warned_of(prepare, labels, options, match):
    warnings = prepare(jsonl(labels), **options).meta["warnings"]
    assert any(match in warning for warning in warnings)


@pytest.mark.parametrize(
    ("labels", "options"),
    [
        (["a;b", "a", "b"], {"multi_label": True}),
        (["C", "C++", "C#"], {}),
        (["★", "★★"], {}),
        ([-1, 1], {"label_names": [-1, 1]}),
        (["+", "-"], {}),
        (["1.0", "10", "0.1"], {"label_names": ["1", "10", "0.1"]}),
    ],
)
def test_other_labels_are_not_doubted(prepare, labels, options):
    assert all("train" in one for one in prepare(jsonl(labels), **options).meta["warnings"])


MISSING = ["NA", "N/A", "n/a", "#N/A", "NULL", "null", "\\N", "NAN", "nan", "<NA>", "#REF!"]


@pytest.mark.parametrize("label", MISSING)
def test_what_programs_write_for_a_missing_label(prepare, label):
    labels = jsonl(["a", "b", label])
    refused("row 3: the label is missing .* list it in label_names", prepare, labels)
    assert prepare(labels, label_names=["a", "b", label]).meta["classes"] == 3
    assert prepare(labels, classes=["a", label]).meta["class_names"] == ["a", label]


@pytest.mark.parametrize(
    ("labels", "test", "options", "expected"),
    [
        ([-1, 0, 1], None, {"classes": [-1, 1]}, ["-1", "1"]),
        ([0.5, 1, 1.5], None, {"classes": [0.5, 1.5]}, ["0.5", "1.5"]),
        ([0.5, 1, 1.5], None, {"merge": [[0.5, 1], [1.5]]}, ["0.5+1", "1.5"]),
        ([0, 1, "odd"], None, {"classes": [0, 1]}, ["0", "1"]),
        ([-1, 0, 1], None, {"label_offset": -1}, ["-1", "0", "1"]),
        ([-1, 0, 1], None, {"label_offset": -1, "label_names": ["x", "y", "z"]}, ["x", "y", "z"]),
        ([1, 2, 3], None, {"label_offset": 1, "classes": ["1", "2"]}, ["1", "2"]),
        ([1, 2, 3], None, {"label_offset": 1, "merge": [[0, 1], [2]]}, ["1+2", "3"]),
        (["x", "y"], [0, 1], {"label_names": ["y", "x"]}, ["y", "x"]),
    ],
)
def test_numbers_and_classes(prepare, labels, test, options, expected):
    prepared = prepare(jsonl(labels), None if test is None else jsonl(test), **options)
    assert prepared.meta["class_names"] == expected


@pytest.mark.parametrize(
    ("labels", "test", "options", "match"),
    [
        ([1, 2, 3], None, {"label_offset": 1, "classes": [1, 2]}, 'quotes, as in "1"'),
        ([1, 2, 3], None, {"label_offset": 1, "merge": [[1], [2]]}, 'quotes, as in "1"'),
        (["World", "Sports"], [0, 1], {}, "test.jsonl: row 1: .*; ids need label_names"),
        ([0, 1], [-1, -1], {}, "label -1 is outside .* -1 says that a label is secret"),
        ([-1, 0, 1], None, {"label_names": ["x", "y", "z"]}, "label_offset: -1 where ids begin"),
        ([0.5, 1.5], None, {"label_names": ["x", "y"]}, "accepted is 0 to 1, whole numbers"),
        (["a", "b", "a+b"], None, {"merge": [["a", "b"], ["a+b"]]}, "two classes of the name"),
        ([0, 1, 2], None, {"train_size": 1}, "its 6 rows were .* change train_size or dev_size"),
        ([0, 1], None, {"label_names": ["x", "y", "z"]}, "leave it out of label_names"),
    ],
)
def test_numbers_and_classes_that_are_refused(prepare, labels, test, options, match):
    refused(match, prepare, jsonl(labels), None if test is None else jsonl(test), **options)


def test_short_floats_are_the_numbers_that_were_written(tmp_path, prepare):
    for kind in (pa.float16(), pa.float32(), pa.float64()):
        values = np.array([0.1, 0.2, 0.3] * COPIES, dtype=kind.to_pandas_dtype())
        table = pa.table({"text": ["some words"] * len(values), "label": pa.array(values, kind)})
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        content = sink.getvalue().to_pybytes()
        names = prepare(content, suffix=".parquet", label_names=[0.1, 0.2, 0.3])
        assert names.meta["class_names"] == ["0.1", "0.2", "0.3"]


TABLE = {"text": ["a film", "b film"], "label": ["a", "b"]}


@pytest.mark.parametrize(
    ("content", "suffix", "match"),
    [
        (b"PK\x03\x04\x14\x00" + bytes(99), ".csv", "an Excel workbook; export it as CSV"),
        (b"\xd0\xcf\x11\xe0" + bytes(99), ".csv", "an old Excel workbook"),
        (b"PAR1" + bytes(99), ".jsonl", "a Parquet file; rename it to .parquet"),
        (b"\x80\x04\x95" + bytes(99), ".csv", "a pickle"),
        (b"SQLite format 3\0", ".tsv", "an SQLite data base"),
        (b"ARROW1\0\0" + bytes(99), ".parquet", "an Arrow file; write it as Parquet"),
        (CSV, ".parquet", "this is text, not Parquet; rename it to .csv"),
        (jsonl(["a", "b"]), ".csv", "this is JSON, not CSV; rename it to .json"),
        ("[\n" + json.dumps({"text": "a", "label": "b"}) + "]", ".csv", "this is JSON, not CSV"),
        (CSV.replace("one", "caf\xe9").encode("cp1252"), ".csv", "iconv -f cp1252 -t utf-8"),
        (json.dumps(TABLE), ".json", "the file is one object; write a table as a list .*orient"),
        (json.dumps({"version": 1, "data": [{"text": "a"}]}), ".json", "list of objects, one a"),
        (json.dumps({"columns": ["text"], "data": [["a"]]}), ".json", "list of objects, one a row"),
    ],
)
def test_files_of_another_kind(prepare, content, suffix, match):
    refused(match, prepare, content, suffix=suffix)


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (["mine.csv", "other.csv"], "no file of the split train .*it holds mine.csv, other.csv"),
        (["train.csv"], r"no file of the split test .* source: {train: a.csv, test: b.csv}"),
        (["train.csv", "validation.csv"], "no file of the split test .*rename one"),
        ([], "no file of the split train .*it holds no data"),
    ],
)
def test_folders_without_a_split(tmp_path, names, match):
    for name in names:
        (tmp_path / name).write_text(CSV)
    refused(match, prepare_text, {"source": {"folder": "."}}, tmp_path, 0)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"lable_names": ["a", "b"]}, "did you mean label_names; known are"),
        ({"source": {"train": "a", "test": "b", "validation": "c"}}, "did you mean dev; known"),
        ({"source": {"Train": "a", "test": "b"}}, "did you mean train"),
        ({"zzz": 1}, "an option of a text data set; known are"),
        ({"label_offset": 1.0}, "an integer, the least label"),
        ({"label_offset": True}, "an integer, the least label"),
    ],
)
def test_options_that_are_meant(options, match):
    refused(match, check_options, {"source": {"folder": "here"}, **options})


@pytest.mark.parametrize("kind", ["whitespace", "characters"])
def test_unseen_characters_make_no_words(kind):
    splitter = Splitter(kind)
    assert splitter.split("ex\u00adam\u2060ple\ufeff") == splitter.split("example")
    assert not splitter.have_words(["\ufeff", "\u00ad\u200b"]).any()
    assert "\u200c" in "".join(splitter.split("\u0645\u06cc\u200c\u062e"))  # Persian needs it
