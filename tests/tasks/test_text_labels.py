"""Labels of real text, in the forms that people and programs write them."""

from __future__ import annotations

import datetime
import json
import time
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.tasks.text.options import check_options
from rnn_geometry.tasks.text.prepare import prepare_text
from rnn_geometry.tasks.text.source import import_datasets

E_ACUTE = "e\u0301"


@pytest.fixture
def prepare(tmp_path):
    """Return a function: write these labels, four rows of each, as both splits and prepare them."""

    def run(labels, test=None, suffix=".jsonl", copies=4, **options):
        for name, column in (("train", labels), ("test", labels if test is None else test)):
            frame = column if isinstance(column, (pa.Array, pa.ChunkedArray)) else None
            column = column if frame is None else frame.to_pylist()
            texts = [f"w{i} some words" for i in range(len(column))]
            write(tmp_path / f"{name}{suffix}", texts, column, frame, copies)
        options = {"source": {"folder": "."}, "minimum_count": 1, "dev_size": 1, **options}
        return prepare_text(options, tmp_path, 0)

    return run


def write(path, texts, labels, array, copies):
    if path.suffix == ".parquet":
        stored = pa.array(labels) if array is None else array
        table = pa.table({"text": texts, "label": stored})
        pq.write_table(pa.concat_tables([table] * copies), path)
    else:
        rows = [json.dumps({"text": t, "label": x}) for t, x in zip(texts, labels)] * copies
        path.write_text("\n".join(rows))


def found(prepared, split="test"):
    """Return the names of the classes of every row, in the order of the rows as stored."""
    sentences = getattr(prepared, split)
    parts = np.split(sentences.tokens, sentences.offsets[1:-1])
    names = prepared.meta["class_names"]
    rows = {}
    for part, label in zip(parts, sentences.labels):
        word = next(prepared.vocabulary[i] for i in part)
        of_row = names[label] if np.ndim(label) == 0 else [names[i] for i in np.flatnonzero(label)]
        assert rows.setdefault(word, of_row) == of_row
    return [rows[word] for word in sorted(rows, key=lambda word: int(word[1:]))]


def refused(match, function, *args, **kwargs):
    with pytest.raises(UserError, match=match) as caught:
        function(*args, **kwargs)
    message = str(caught.value)
    assert len(message) <= LONGEST
    assert "\n" not in message
    return message


# Order


@pytest.mark.parametrize(
    ("labels", "value"),
    [
        (["low", "medium", "high"], "[low, medium, high]"),
        (["very high", "high", "low", "very low"], "[very low, low, high, very high]"),
        (["positive", "negative", "neutral"], "[negative, neutral, positive]"),
        (["10 stars", "9 stars", "1 star"], "[1 star, 9 stars, 10 stars]"),
        (["b: no", "on", "a"], '[a, "b: no", "on"]'),
        (["Bad", "Good"], "[Bad, Good]"),
    ],
)
def test_an_order_of_letters_is_refused_where_order_means_something(prepare, labels, value):
    message = refused("ordered is true and the labels", prepare, labels, ordered=True)
    assert f"write label_names: {value} with the names in their order" in message
    for option in ("label_names", "classes"):
        prepared = prepare(labels, ordered=True, **{option: labels})
        assert prepared.meta["class_names"] == labels
        assert found(prepared) == labels
    assert found(prepare(labels)) == labels  # without an order, that of letters is as good as any


@pytest.mark.parametrize(
    "labels",
    [
        ["0", "2", "1", *map(str, range(3, 12))],
        [0, 1, 2],
        ["2024-01-05", "2023-12-31", "2024-01-04"],
        [2.0, 1.0, 0.0],
    ],
)
def test_numbers_and_dates_have_an_order(prepare, labels):
    prepared = prepare(labels, ordered=True)
    as_text = [str(int(x)) if isinstance(x, float) else str(x) for x in labels]
    natural = sorted(as_text, key=lambda x: (len(x), x))
    assert prepared.meta["class_names"] == natural
    assert found(prepared) == as_text


@pytest.mark.parametrize("categories", [["low", "medium", "high"], [3, 1, 2], ["b", "a", "unused"]])
@pytest.mark.parametrize("ordered", [True, False])
def test_categories_of_pandas_keep_their_order(tmp_path, categories, ordered):
    used = [name for name in categories if name != "unused"]
    kind = pd.CategoricalDtype(categories, ordered=ordered)
    frame = pd.DataFrame({"text": ["some words"] * 12, "label": (used * 12)[:12]})
    frame["label"] = frame["label"].astype(kind)
    for name in ("train", "test"):
        frame.to_parquet(tmp_path / f"{name}.parquet")
    options = {"source": {"folder": "."}, "minimum_count": 1, "dev_size": 1, "ordered": ordered}
    if categories == [3, 1, 2]:  # Parquet stores no categories of numbers: they are numbers
        refused("label_offset: 1", prepare_text, options, tmp_path, 0)
        options["label_offset"], used = 1, [1, 2, 3]
    assert prepare_text(options, tmp_path, 0).meta["class_names"] == [str(name) for name in used]


def test_categories_without_an_order_do_not_make_one(prepare):
    labels = pa.array(["low", "medium", "high"]).dictionary_encode()
    assert prepare(labels, suffix=".parquet").meta["class_names"] == ["low", "medium", "high"]
    refused("label_names: .low, medium, high.", prepare, labels, suffix=".parquet", ordered=True)


def test_names_of_a_class_label_are_an_order(tmp_path):
    datasets = import_datasets()
    for name, names in (("train", ["low", "high"]), ("test", ["low", "high"]), ("dev", ["1", "2"])):
        features = datasets.Features(
            {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=names)}
        )
        data = {"text": ["some words"] * 8, "label": [0, 1] * 4}
        table = datasets.Dataset.from_dict(data, features=features)
        table.to_parquet(tmp_path / f"{name}.parquet")
    options = {"source": {"train": "train.parquet", "test": "test.parquet"}, "ordered": True}
    options |= {"minimum_count": 1, "dev_size": 1}
    assert prepare_text(options, tmp_path, 0).meta["class_names"] == ["low", "high"]
    options["source"]["dev"] = "dev.parquet"  # its 0 is another class
    refused("its label names .1, 2. are not those of train", prepare_text, options, tmp_path, 0)
    options["source"] = {"train": "dev.parquet", "test": "dev.parquet"}
    options["source"]["test"] = "copy.parquet"
    (tmp_path / "copy.parquet").write_bytes((tmp_path / "dev.parquet").read_bytes())
    counts = prepare_text(options, tmp_path, 0).meta["splits"]["test"]["class_counts"]
    assert counts == [4, 4]  # 1 is the id of "2" here, not the name "1"


# Cells of several labels


@pytest.mark.parametrize(
    "cells",
    [
        ["joy;anger", "joy", "anger;", ""],
        ["joy|anger", "joy", "anger", ""],
        ["joy, anger", " joy", "anger ,", "  "],
        ["joy\tanger", "joy", "anger", ""],
        ["joy\nanger", "joy", "anger", ""],
        ["['joy' 'anger']", "['joy']", "['anger']", "[]"],
        ["['joy'\n 'anger']", "['joy']", "['anger']", "[]"],
        ["('joy', 'anger')", "('joy',)", "('anger',)", "()"],
        ["{'joy', 'anger'}", "{'joy'}", "{'anger'}", "set()"],
        ['["joy", "anger"]', '["joy"]', '["anger"]', "[]"],
        ["array(['joy', 'anger'], dtype=object)", "array(['joy'])", "['anger']", "array([])"],
        ["[joy; anger]", "[joy]", "anger", None],
        ['"joy";"anger"', "'joy'", '"anger"', ""],
        [["joy", "anger"], ["joy"], ["anger"], []],
        [["anger", "joy", "joy"], "joy", ["anger"], None],
        ["joy\u00a0; anger\u200b", "\ufeffjoy", "anger", ""],
    ],
)
def test_cells_of_several_labels(prepare, cells):
    prepared = prepare(cells, multi_label=True, unlabelled="keep")
    assert prepared.meta["class_names"] == ["anger", "joy"]
    assert found(prepared) == [["anger", "joy"], ["joy"], ["anger"], []]


@pytest.mark.parametrize(
    "cells",
    [
        ["0;2", "1", "2", ""],
        ["0 2", "1", "2", ""],
        ["[0 2]", "[1]", "[2]", "[]"],
        ["[0, 2]", "[1]", "[2]", "[]"],
        ["(0., 2.)", "[1.]", "[2]", ""],
        [[0, 2], [1], 2, None],
        [["0", "2"], ["1"], ["2"], []],
        [[1, 0, 1], [0, 1, 0], [0, 0, 1], [0, 0, 0]],
        ["[1 0 1]", "[0 1 0]", "[0 0 1]", "[0 0 0]"],
        ["1,0,1", "0,1,0", "0,0,1", "0,0,0"],
        [[True, False, True], [False, True, False], [False, False, True], [False] * 3],
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0] * 3],
    ],
)
@pytest.mark.parametrize("names", [None, ["a", "b", "c"]])
def test_cells_of_several_ids(prepare, cells, names):
    prepared = prepare(cells, multi_label=True, unlabelled="keep", label_names=names)
    a, b, c = names or ["0", "1", "2"]
    assert found(prepared) == [[a, c], [b], [c], []]


@pytest.mark.parametrize(
    ("cells", "options", "expected"),
    [
        (
            ['"Business, Finance", Sport', "Sport"],
            {},
            [["Business, Finance", "Sport"], ["Sport"]],
        ),
        (
            ["['Business, Finance' 'Sport']", "['Sport']"],
            {},
            [["Business, Finance", "Sport"], ["Sport"]],
        ),
        (
            ["Business, Finance;Sport", "Sport"],
            {"label_names": ["Business, Finance", "Sport"]},
            [["Business, Finance", "Sport"], ["Sport"]],
        ),
        (
            ["Business, Finance", "Sport"],
            {"label_names": ["Business, Finance", "Sport"]},
            [["Business, Finance"], ["Sport"]],
        ),
        (['["it\'s", "a \\"b\\""]', "['it\\'s']"], {}, [['a "b"', "it's"], ["it's"]]),
        (["Sci/Tech;R&B", "R&B"], {}, [["R&B", "Sci/Tech"], ["R&B"]]),
        (["very happy;happy", "happy"], {}, [["happy", "very happy"], ["happy"]]),
    ],
)
def test_names_with_separators(prepare, cells, options, expected):
    assert found(prepare(cells, multi_label=True, **options)) == expected


FORMS = r"joy;anger or joy\|anger or"


@pytest.mark.parametrize(
    ("cell", "match"),
    [
        ("['joy, 'anger']", FORMS),
        ("['joy', 'anger'", FORMS),
        ("['joy' ... 'anger']", FORMS),
        ("[1, 2, ..., 9]", FORMS),
        ("{'joy': 1}", FORMS),
        ({"joy": 1}, FORMS),
        ("'joy' and 'anger'", FORMS),
        ("joy anger", "looks like several labels; separate"),
        ("joy/anger", "looks like several labels; separate"),
        ("joy & anger", "looks like several labels"),
        ("joy, anger", "has labels between"),
        ([["joy"], ["anger"]], "the label is"),
        ([None], "the label is missing"),
        ("word " * 40_000 + "'", "characters and may have 200"),
        ("['" + "x" * 200_000, FORMS),
    ],
)
def test_cells_that_cannot_be_told_apart(prepare, cell, match):
    cells = ["joy;anger", "joy", "anger", cell]
    assert "row 4" in refused(match, prepare, cells, multi_label=True)


def test_vectors_of_signs_have_one_length(prepare):
    rows = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    refused("row 1: .1, 0. is no list of 3 times", prepare, rows, [[1, 0]], multi_label=True)


@pytest.mark.parametrize("odd", ["joy;anger", "joy|anger", "joy, anger", "['joy']", "{'joy'}"])
def test_several_labels_without_the_option(prepare, odd):
    refused("row 3: .*multi_label: true", prepare, ["joy", "anger", odd])
    names = ["joy", "anger", odd]
    assert prepare(names, label_names=names).meta["class_names"] == names


# What looks alike is alike


@pytest.mark.parametrize(
    "alike",
    [
        f"caf{E_ACUTE}",
        " café",
        "café\u00a0",
        "\ufeffcafé",
        "ca\u200bfé",
        "café\u200d",
        "ca\u00adfé",
        "café\t",
        "\u202acafé\u202c",
    ],
)
def test_labels_that_look_alike_are_one_class(prepare, alike):
    assert prepare(["café", "tea", alike]).meta["class_names"] == ["café", "tea"]
    assert found(prepare(["café", "tea"], label_names=["tea", alike])) == ["café", "tea"]
    assert found(prepare(["café", "tea"], classes=["tea", alike])) == ["café", "tea"]
    chosen = prepare(["café", "tea", "milk"], merge=[["tea", "milk"], [alike]])
    assert chosen.meta["class_names"] == ["tea+milk", "café"]
    refused("names 'café' twice", prepare, ["café", "tea"], label_names=["café", alike])


def test_case_and_inner_blanks(prepare):
    assert prepare(["Joy", "joy"]).meta["class_names"] == ["Joy", "joy"]
    assert prepare(["1 a", "1\u00a0 a", "b"]).meta["class_names"] == ["1 a", "b"]
    refused("did you mean 'joy'", prepare, ["Joy", "rage"], label_names=["joy", "rage"])


@pytest.mark.parametrize(
    ("label", "match"),
    [
        ("jo\x07y", r"row 2: .*the control character \\x07; take it out"),
        ("a\x00", "row 2: .*the control character"),
        ("a\ud800", r"row 2: .*half a character \\ud800"),
        ("a\uffff", "row 2: .*control character"),
        ("x" * 201, "row 2: .*has 201 characters and may have 200"),
        ("x" * 200_000, "row 2: .*name the column of labels"),
        ("\ud800" * 200_000, "row 2: .*half a character"),
        ("", "row 2: the label is missing; .*take the row out"),
        ("\u200b ", "row 2: the label is missing"),
        ("nan", "row 2: the label is missing"),
        (float("nan"), "row 2: the label is missing"),
        (None, "row 2: the label is missing"),
        (float("inf"), "row 2: the label is inf"),
        ({"a": 1}, "row 2: the label is"),
        (["a"], "row 2: .*multi_label: true"),
        (["x" * 200_000], "row 2: .*multi_label: true"),
    ],
)
def test_labels_that_are_none(prepare, label, match):
    assert "train.jsonl: " in refused(match, prepare, ["a", label, "b"])


# Numbers


@pytest.mark.parametrize(
    ("labels", "way"),
    [
        ([1, 2, 3, 4, 5], {"label_offset": 1}),
        (["1", "2", "3", "4", "5"], {"label_offset": 1}),
        (["1.0", "2.0"], {"label_offset": 1}),
        (["01", "02", "03"], {"label_offset": 1}),
        ([2019, 2020, 2021], {"label_offset": 2019}),
        ([2019, 2021], {"label_names": [2019, 2021]}),
        ([0.5, 1.0, 1.5, 5.0], {"label_names": [0.5, 1, 1.5, 5]}),
        (["0.5", "1.0", "10.5", "2"], {"label_names": [0.5, 1, 2, 10.5]}),
        ([-1, 1], {"label_names": [-1, 1]}),
        (["-1", "+1"], {"label_names": [-1, 1]}),
        (["\u22121", "1"], {"label_names": [-1, 1]}),
        ([-1, 0, 1], {"label_names": [-1, 0, 1]}),
        ([0, 5_000_000], {"label_names": [0, 5_000_000]}),
        ([1_234_567_890, 1_987_654_321], {"label_names": [1_234_567_890, 1_987_654_321]}),
        ([0, 1, 3], {"label_names": [0, 1, 3]}),
        ([0, 0.5], {"label_names": [0, 0.5]}),
        ([0, 1, "z"], {"label_names": [0, 1, "z"]}),
    ],
)
@pytest.mark.parametrize("ordered", [True, False])
def test_numbers_that_are_no_ids_say_what_to_write(prepare, labels, way, ordered):
    start = time.perf_counter()
    (key, value), *_ = way.items()
    message = refused("row ", prepare, labels, ordered=ordered)
    assert f"write {key}: {value}".replace("'", "") in message
    prepared = prepare(labels, ordered=ordered, **way)
    names = [str(x) for x in (value if key == "label_names" else range(value, value + len(labels)))]
    assert prepared.meta["class_names"] == names
    assert sorted(found(prepared)) == sorted(names)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        (["2019", "2020"], ["2019", "2020"], ["2019", "2020"]),
        ([2020, 2019], [2019, 2020], ["2020", "2019"]),
        ([0, 1], ["2019", "2020"], ["2019", "2020"]),  # ids
        ([0, 1, 2], [1, 2, 3], ["1", "2", "3"]),  # ids, since 0 is no name
        ([1, 2, 3], [1, 2, 3], ["1", "2", "3"]),
        (["5.0", "0.5"], [0.5, 5], ["5", "0.5"]),
        (["01", "1"], ["01", "1"], ["01", "1"]),
        (["1", "x"], ["x", "1"], ["1", "x"]),
        ([False, True], ["no", "yes"], ["no", "yes"]),
        ([False, True], ["True", "False"], ["False", "True"]),
        (["nan", "a"], ["a", "nan"], ["nan", "a"]),
        (["joy", 0], ["anger", "joy"], ["joy", "anger"]),
    ],
)
def test_a_label_that_is_a_name_is_that_name(prepare, labels, names, expected):
    assert found(prepare(labels, label_names=names)) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([False, True], ["0", "1"]),
        (["False", "True"], ["False", "True"]),
        (["2024-01-05", "2023-01-05"], ["2024-01-05", "2023-01-05"]),
        (["9" * 5000, "a"], None),
        (["1e3", "a"], ["1e3", "a"]),
        (["٣", "a"], ["٣", "a"]),
        ([0, 1.0], ["0", "1"]),
        (["0", 1], ["0", "1"]),
        ([10**20, 10**21], [str(10**20), str(10**21)]),
    ],
)
def test_other_labels(prepare, labels, expected):
    if expected is None:
        refused("has 5000 characters", prepare, labels)
    else:
        assert found(prepare(labels)) == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([0, 1], pa.int8()), ["0", "1"]),
        (pa.array([0, 1], pa.uint64()), ["0", "1"]),
        (pa.array([Decimal("0.00"), Decimal("1.00")]), ["0", "1"]),
        (pa.array([0, 1], pa.float32()), ["0", "1"]),
        (pa.array(np.array([0, 1], np.float16)), ["0", "1"]),
        (
            pa.array([datetime.date(2024, 1, 2), datetime.date(2023, 1, 2)]),
            ["2024-01-02", "2023-01-02"],
        ),
        (
            pa.array([datetime.datetime(2024, 1, 2), datetime.datetime(2023, 1, 2)]),
            ["2024-01-02", "2023-01-02"],
        ),
        (pa.array(["b", "a"], pa.large_string()), ["b", "a"]),
        (pa.array(["1", "0"]).dictionary_encode(), ["1", "0"]),
        (pa.array([True, False]), ["1", "0"]),
        (pa.array(pd.array([0, 1], dtype="Int64")), ["0", "1"]),
        (pa.array(pd.array(["b", "a"], dtype="string")), ["b", "a"]),
    ],
)
def test_types_of_parquet(prepare, array, expected):
    assert found(prepare(array, suffix=".parquet")) == expected


@pytest.mark.parametrize(
    ("array", "match"),
    [
        (pa.array([0, None, 1]), "row 2: the label is missing"),
        (pa.nulls(3), "row 1: the label is missing"),
        (pa.array([b"a", b"b", b"a"]), r"row 1: the label is b'a'; .*value.decode\(\)"),
        (pa.array([{"a": 1}] * 2), "row 1: the label is"),
        (pa.array([datetime.time(1), datetime.time(2)]), "row 1: the label is"),
        (pa.array([[1], [2]]), "multi_label: true"),
        (pa.array(pd.array([0, None], dtype="Int64")), "row 2: the label is missing"),
    ],
)
def test_types_of_parquet_without_a_label(prepare, array, match):
    refused(match, prepare, array, suffix=".parquet")


def test_lists_of_categories(prepare):
    values = pa.array(["joy", "anger", "joy"]).dictionary_encode()
    lists = pa.ListArray.from_arrays([0, 2, 3], values)
    prepared = prepare(lists, suffix=".parquet", multi_label=True)
    assert prepared.meta["class_names"] == ["joy", "anger"]
    assert found(prepared) == [["joy", "anger"], ["joy"]]


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([f"text {i}" for i in range(120)], "120 rows have 120 different labels, 'text "),
        ([i / 7 for i in range(120)], "is label_column the column of labels"),
        ([f"{'x' * 150}{i}" for i in range(120)], "is label_column the column of labels"),
        (["a"], "label_column leaves 1 class, a; .*another label_column"),
        ([3], "label_offset: 3"),
    ],
)
def test_columns_that_are_no_labels(prepare, labels, match):
    refused(match, prepare, labels, copies=1)


def test_many_numbers_with_gaps(prepare):
    numbers = [i * i * 1000 for i in range(60)]
    message = refused("write them as texts .such as c7.", prepare, numbers)
    assert "0, 1000, 4000" in message


# Chosen classes


@pytest.mark.parametrize(
    ("train", "test", "options", "expected"),
    [
        (["a", "b"], ["a", "b", "c"], {"classes": ["a", "b"]}, ["a", "b"]),
        (["a", "b", "c"], ["a", "b", "d"], {"classes": ["a", "b"]}, ["a", "b"]),
        (["a", "b"], ["a", "b", "c"], {"merge": [["a"], ["b"]]}, ["a", "b"]),
        ([0, 1], [0, 1, 7], {"classes": [0, 1]}, ["0", "1"]),
        ([0, 1, -1], [0, 1, -1], {"classes": [0, 1]}, ["0", "1"]),
        ([0, 1, 5_000_000], [0, 1, 10**12], {"first_classes": 2}, ["0", "1"]),
        ([0, 1], [0, 1, "z"], {"classes": [0, 1]}, ["0", "1"]),
        (["a", "b"], ["a", "b", "z"], {"label_names": ["a", "b"], "classes": [0, 1]}, ["a", "b"]),
        (
            [0.5, 1, 2],
            [0.5, 1, 2],
            {"label_names": [0.5, 1, 2], "classes": [0.5, "1"]},
            ["0.5", "1"],
        ),
        (
            [2019, 2020, 2021],
            [2019, 2020, 2021],
            {"label_names": [2019, 2020, 2021], "classes": [2019, 2020]},
            ["2019", "2020"],
        ),
        ([1, 2, 3], [1, 2, 3], {"label_offset": 1, "classes": ["1", "2"]}, ["1", "2"]),
        ([1, 2, 3], [1, 2, 3], {"label_offset": 1, "classes": [0, 1]}, ["1", "2"]),
        ([4, 9, 3], [4, 9, 3], {"classes": [4, 9]}, ["4", "9"]),
    ],
)
def test_rows_of_other_classes_are_dropped_and_counted(prepare, train, test, options, expected):
    prepared = prepare(train, test, **options)
    assert prepared.meta["class_names"] == expected
    assert found(prepared) == expected
    assert prepared.meta["splits"]["test"]["dropped"]["other_class"] == 4
    assert (
        "test: of 12 rows dropped: 4 of another class" in prepared.meta["notes"] or len(test) == 2
    )


@pytest.mark.parametrize(
    ("labels", "options", "match"),
    [
        ([1, 2, 3], {"label_names": [1, 2, 3], "classes": [1, 2]}, 'write "1" in quotes'),
        ([1, 2, 3], {"classes": [0, 1]}, "asks for class 0, .* 1 to 3; .*write label_offset: 1"),
        (["-1"], {"classes": [0, 1]}, "unknown class 0; accepted: -1"),
        ([1, 2, 3], {"first_classes": 2}, "asks for class 0, .*write label_offset: 1"),
        ([1, 2, 3], {"label_offset": 1, "classes": [1, 3]}, "0 to 2; .*after label_offset"),
        (["a", "b"], {"classes": ["a", "z" * 200_000]}, "unknown class .*accepted: a, b"),
        (["a", "b"], {"label_names": ["a", "b", "c"]}, "class 'c' has no example .*label_names"),
    ],
)
def test_classes_that_cannot_be_chosen(prepare, labels, options, match):
    refused(match, prepare, labels, **options)


def test_a_label_that_only_test_has(prepare):
    refused(
        "test.jsonl: row 3: the label 'c' is unknown; .*classes: ", prepare, ["a", "b"], list("abc")
    )
    refused("test.jsonl: row 3: the label 7 is outside", prepare, [0, 1], [0, 1, 7])


def test_a_class_that_test_lacks_is_noted(prepare):
    notes = prepare(["a", "b", "c"], ["a", "b"]).meta["notes"]
    assert any(note.startswith("test has no row of c;") for note in notes)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"label_names": [False, True]}, r"quote them \(\"no\"\)"),
        ({"classes": ["a", True]}, "logical values"),
        ({"merge": [["a"], [False]]}, "logical values"),
        ({"label_names": ["a", "\ud800"]}, "label_names is"),
        ({"label_names": ["a", "\u200b"]}, "label_names is"),
        ({"label_names": [1, 1.0]}, "names '1' twice"),
        ({"label_names": [1, "1"]}, "names '1' twice"),
        ({"classes": ["a", "x" * 200_000, ""]}, "classes is"),
        ({"text_column": f"{E_ACUTE}", "label_column": "é"}, "must differ"),
        ({"x" * 200_000: 1}, "is not an option"),
        ({"dev_size": -1}, "dev_size is -1; accepted is null or"),
    ],
)
def test_options_are_names(options, match):
    refused(match, check_options, {"source": {"hub": "some/set"}, **options})


# The share of dev


@pytest.mark.parametrize(
    ("rows", "asked", "train", "dev"),
    [
        (2_100, None, 1_680, 420),
        (12, None, 10, 2),
        (3, None, 2, 1),
        (10_000, None, 8_000, 2_000),
        (12_000, None, 10_000, 2_000),
        (2_100, 2_000, 100, 2_000),
        (2_100, 100, 2_000, 100),
    ],
)
def test_dev_takes_a_share_of_small_sets(prepare, rows, asked, train, dev):
    labels = [i % 2 for i in range(rows)]
    prepared = prepare(labels, [0, 1], copies=1, dev_size=asked)
    assert [len(prepared.train), len(prepared.dev)] == [train, dev]
    noted = [note for note in prepared.meta["notes"] if note.startswith("dev took")]
    assert bool(noted) == (dev * 5 > rows or (asked is None and dev < 2_000))
    assert all(f"{dev} of {rows} training rows" in note for note in noted)
