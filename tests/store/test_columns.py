"""Columns of tables: declared once, read by kind, held against what is measured."""

import csv
import math
import subprocess
import sys

import pytest
from conftest import PROJECT

from rnn_geometry.errors import UserError
from rnn_geometry.store.columns import (
    TABLES,
    Column,
    check_numbers,
    columns,
    learned,
    read_frame,
    table_columns,
)


def test_a_name_is_declared_once():
    with pytest.raises(ValueError, match="a is declared twice"):
        columns(Column("a", "one"), columns(Column("a", "another")))


def test_a_kind_is_one_of_a_few():
    with pytest.raises(ValueError, match="column a: kind is 'float'"):
        Column("a", "one", kind="float")


def test_columns_keep_their_order():
    assert list(columns(Column("b", "."), columns(Column("a", ".")), Column("c", "."))) == [*"bac"]


def test_numbers_are_held_against_their_columns():
    check_numbers("here", ["a", "kept"], ["a"], ["kept", "other"])
    with pytest.raises(UserError, match="here: no column declares 'more'"):
        check_numbers("here", ["a", "more"], ["a"])
    with pytest.raises(UserError, match="here: 'a' is missing"):
        check_numbers("here", [], ["a"])


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_means(table):
    for name, column in table_columns(table).items():
        assert name == column.name
        assert column.meaning
        assert not column.meaning.endswith(".")


@pytest.mark.parametrize("table", ["claims", "claims_first"])
def test_committed_verdicts_have_declared_columns(table):
    with open(PROJECT / f"docs/data/{table}.csv", newline="", encoding="utf-8") as handle:
        assert set(next(csv.reader(handle))) <= set(table_columns("claims"))


def test_text_stays_text_and_empty_cells_are_empty(tmp_path):
    (tmp_path / "sweeps.csv").write_text("sweep,value,l2,seed,cover\n1,5e-1,3e-4,10,\n")
    (row,) = read_frame("sweeps", tmp_path / "sweeps.csv").to_dict("records")
    assert (row["sweep"], row["value"], row["l2"], row["seed"]) == ("1", "5e-1", "3e-4", 10)
    assert math.isnan(row["cover"])


def test_a_word_may_be_null(tmp_path):
    (tmp_path / "words.csv").write_text("task,class,word,count\nnews,1,null,12\nnews,2,NA,3\n")
    table = read_frame("words", tmp_path / "words.csv")
    assert table["word"].tolist() == ["null", "NA"]
    assert table["class"].tolist() == ["1", "2"]
    assert table["count"].tolist() == [12, 3]


@pytest.mark.parametrize(
    ("limit", "accuracy", "expected"),
    [
        (0.335, 0.335, False),
        (0.335, 0.336, True),
        ("0.335", "0.336", True),  # as text of a table
        ("", "1.0", None),  # a test split of one class
        (None, 1.0, None),
        (math.nan, 1.0, None),
    ],
)
def test_a_network_has_learned_beyond_the_best_constant_answer(limit, accuracy, expected):
    assert learned({"test_accuracy": accuracy, "learned_above": limit}) is expected


def test_columns_of_runs_are_known_without_heavy_imports():
    code = (
        "import sys; from rnn_geometry.store.columns import table_columns\n"
        "table_columns('runs'), table_columns('dimension'), table_columns('tasks')\n"
        "print([name for name in ('torch', 'pandas', 'scipy', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
