"""The option `where`: which rows are read, the same from every kind of file."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.tasks.text import source as text_source
from rnn_geometry.tasks.text._rows import Columns
from rnn_geometry.tasks.text._where import rows_that_meet
from rnn_geometry.tasks.text.account import lines_of
from rnn_geometry.tasks.text.options import resolve_options
from rnn_geometry.tasks.text.prepare import check_options, prepare_text

SMALL = {"minimum_count": 1, "dev_size": 1}
# Of each row its text is its number, so that rows can be told apart afterwards.
ROWS = [
    {
        "text": f"w{i}",
        "label": i % 2,
        "source": ("a/one", "a/two", "b/one")[i % 3],
        "stars": (1, 2.5, None, 5)[i % 4],
        "sold": i < 9,
    }
    for i in range(12)
]


def as_csv(path, rows, delimiter=","):
    cells = [["" if value is None else str(value) for value in row.values()] for row in rows]
    path.write_text("\n".join(delimiter.join(row) for row in [list(rows[0]), *cells]))


WRITERS = {
    ".parquet": lambda path, rows: pq.write_table(pa.Table.from_pylist(rows), path),
    ".csv": as_csv,
    ".tsv": lambda path, rows: as_csv(path, rows, "\t"),
    ".json": lambda path, rows: path.write_text(json.dumps(rows)),
    ".jsonl": lambda path, rows: path.write_text("\n".join(map(json.dumps, rows))),
}


def read(folder, where, suffix=".jsonl", rows=ROWS):
    files = {split: str(folder / f"{split}{suffix}") for split in ("train", "test")}
    for path in files.values():
        WRITERS[suffix](Path(path), rows)
    columns = Columns("text", "label", resolve_options({**SOURCE, "where": where})["where"])
    return text_source.read_source({}, files, folder, columns)[0]["test"]


SOURCE = {"source": {"folder": "."}}
WHERE = {
    "pattern": ({"source": "a/*"}, [0, 1, 3, 4, 6, 7, 9, 10]),
    "several values": ({"source": ["a/two", "b/*"]}, [1, 2, 4, 5, 7, 8, 10, 11]),
    "left out": ({"source": "!a/*"}, [2, 5, 8, 11]),
    "both": ({"source": ["*/one", "!b*"]}, [0, 3, 6, 9]),
    "number": ({"stars": 5}, [3, 7, 11]),
    "numbers": ({"stars": [1.0, 2.5]}, [0, 1, 4, 5, 8, 9]),
    "number left out": ({"stars": "!5"}, [0, 1, 2, 4, 5, 6, 8, 9, 10]),
    "not missing": ({"stars": "?*"}, [0, 1, 3, 4, 5, 7, 8, 9, 11]),
    "logical": ({"sold": False}, [9, 10, 11]),
    "the label": ({"label": 0, "source": "b/*"}, [2, 8]),
    "all hold": ({"source": "a/*", "stars": [1, 5], "sold": True}, [0, 3, 4, 7]),
    "none": ({}, list(range(12))),
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_rows_that_meet_where_are_read(tmp_path, suffix):
    for where, expected in WHERE.values():
        split = read(tmp_path, where, suffix)
        assert split.texts == [f"w{i}" for i in expected], where
        assert [int(label) for label in split.labels] == [i % 2 for i in expected]
        assert split.filtered == 12 - len(expected)


def test_rows_of_the_hub_are_filtered_too(tmp_path, monkeypatch):
    table = datasets.Dataset.from_list(ROWS)
    monkeypatch.setattr(text_source, "_load", lambda *asked: (table, None))
    options = {"source": {"hub": "a/b"}, "where": {"source": "b/*", "stars": [1, 5]}}
    made = prepare_text({**options, **SMALL, "balanced": False}, None, 0)
    assert made.meta["splits"]["test"]["dropped"]["filtered"] == 10
    assert len(made.test) == 2


def test_what_was_left_out_is_told(tmp_path):
    as_csv(tmp_path / "train.csv", ROWS)
    as_csv(tmp_path / "test.csv", ROWS)
    made = prepare_text({**SOURCE, **SMALL, "where": {"source": "a/*"}}, tmp_path, 0)
    train = made.meta["splits"]["train"]
    assert (train["rows_read"], train["dropped"]["filtered"]) == (12, 4)
    assert train["rows_read"] == sum(train["dropped"].values()) + train["carved_for_dev"] + (
        train["not_sampled"] + train["used"]
    )
    assert "test: of 12 rows dropped: 4 left out by where" in lines_of(made.meta)
    assert made.meta["changed"]["where"] == {"source": ["a/*"]}


def test_rows_that_are_left_out_may_hold_anything(tmp_path):
    odd = {"text": "", "label": "unheard of", "source": "c", "stars": None, "sold": None}
    for split in ("train", "test"):
        as_csv(tmp_path / f"{split}.csv", [odd, *ROWS])
    options = {**SOURCE, **SMALL, "label_names": ["even", "odd"]}
    with pytest.raises(UserError, match=r"row 1: "):
        prepare_text(options, tmp_path, 0)
    assert len(prepare_text({**options, "where": {"source": "!c"}}, tmp_path, 0).test) == 12


def test_a_row_is_counted_among_those_that_are_left(tmp_path):
    bad = {**ROWS[0], "text": None}
    with pytest.raises(UserError, match=r"\(counting rows that meet where\): row 3: the text"):
        read(tmp_path, {"stars": 5}, rows=[*ROWS[:9], {**bad, "stars": 5}])


REFUSED = {
    "column": ({"sorce": "a"}, r"test.json.: the column 'sorce' \(where.sorce\) is missing; "),
    "its name in capitals": ({"Source": "a"}, r"; write where.Source: source\."),
    "no row": (
        {"source": "c*"},
        r"where.source: none of 12 rows meets 'c\*'; its commonest values are 'a/one' \(4\), ",
    ),
    "no row of those left": ({"sold": True, "text": "w11"}, r"where.text: none of 9 rows meets"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_meets_nothing_is_one_sentence(tmp_path, case):
    where, sentence = REFUSED[case]
    with pytest.raises(UserError, match=sentence.replace("test.json.", "json")) as caught:
        read(tmp_path, where)
    assert "\n" not in str(caught.value)


def test_a_column_of_lists_is_refused():
    with pytest.raises(UserError, match=r"the column 'tags' \(where\) holds lists or objects"):
        rows_that_meet("x.json", {"tags": [["a"], ["b"]]}, {"tags": ["a"]})


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("source", "where is 'source'; accepted is null or a mapping"),
        ({3: "a"}, "where is {3: 'a'}; accepted is null or a mapping"),
        ({"source": []}, r"where.source is \[\]; accepted is a text"),
        ({"source": None}, "where.source is None; accepted is a text"),
        ({"source": [["a"]]}, "where.source is .*; accepted is a text"),
        ({"source": ["a", "!"]}, "where.source is .*; accepted is a text"),
        ({"source": float("nan")}, "where.source is nan; accepted is a text"),
    ],
)
def test_mistakes_in_where_are_refused(where, sentence):
    with pytest.raises(UserError, match=sentence):
        check_options({"source": {"hub": "some/set"}, "where": where})
