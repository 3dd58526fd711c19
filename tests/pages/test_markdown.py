"""Tables and prose as Markdown: empty cells, ranges, and nothing wider than a line."""

import pandas as pd

from rnn_geometry.pages.markdown import WIDTH, markdown, span, wrapped


def test_numbers_are_shown_as_ranges():
    assert span(pd.Series([0.5, 0.5])) == ".50"
    assert span(pd.Series([-0.04, 1.25, float("nan")])) == "-.04 to 1.25"
    assert span(pd.Series([100.2, 101.6]), 0) == "100 to 102"
    assert span(pd.Series([float("nan")])) == ""
    assert span(pd.Series([-0.001])) == "0"


def test_undefined_cells_stay_empty():
    assert markdown(pd.DataFrame({"a": [1], "b": [None]})) == "| a | b |\n| --- | --- |\n| 1 |  |"


def test_a_wide_table_becomes_several_that_name_their_rows():
    rows = pd.DataFrame([{"task": name, **{f"c{i}": "x" * 20 for i in range(6)}} for name in "ab"])
    parts = markdown(rows, keys=1).split("\n\n")
    assert len(parts) == 2
    for part in parts:
        lines = part.splitlines()
        assert [line.split(" | ")[0] for line in lines] == ["| task", "| ---", "| a", "| b"]
        assert max(map(len, lines)) <= WIDTH
    assert sum(part.splitlines()[0].count("c") for part in parts) == 6


def test_a_single_column_that_is_too_wide_stays_whole():
    assert "x" * 150 in markdown([{"a": 1, "b": "x" * 150}], keys=1)


def test_prose_is_wrapped_and_no_line_begins_with_a_list():
    text = " ".join(["N - 1 of 2. and + more"] * 20)
    lines = wrapped(text).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(lines) == text
    assert not [line for line in lines if line.startswith(("- ", "+ ", "2. "))]


def test_an_entry_of_a_list_hangs_and_a_paragraph_in_it_is_indented():
    text = "- " + "word " * 40
    lines = wrapped(text, indent=3, hang=2).splitlines()
    assert lines[0].startswith("   - word")
    assert all(line.startswith("     word") for line in lines[1:])
    assert len(lines) > 1
    assert max(map(len, lines)) <= WIDTH
