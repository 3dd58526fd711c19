"""What the start page says of texts: a row a split, warnings marked, nothing as markup."""

import re

import pytest
from test_pages import page_of, table_of_runs

from rnn_geometry.pages.start import text_rows


def meta(unknown=0.1, in_train=2, **more):
    split = {
        "rows_read": 12, "dropped": {"empty": 1, "too_long": 1}, "used": 10, "truncated": 3,
        "mean_length": 7.25,
    }  # fmt: skip
    rates = {"train": 0.0, "dev": 0.05, "test": unknown}
    return {
        "splits": {name: {**split, "unknown_word_rate": rate} for name, rate in rates.items()},
        "duplicates": {
            "train": 4,
            "dev": 0,
            "test": 1,
            "dev_in_train": 0,
            "test_in_train": in_train,
        },
        **more,
    }


SHARES = {
    "below": (0.1, 2, set()),
    "a third": (1 / 3, 3, set()),
    "unknown": (0.34, 2, {"unknown"}),
    "in train": (0.1, 4, {"in_train"}),
    "both": (1.0, 10, {"unknown", "in_train"}),
}


@pytest.mark.parametrize("case", SHARES)
def test_shares_above_a_third_are_marked(case):
    unknown, in_train, warned = SHARES[case]
    texts = {"own": meta(unknown, in_train)}
    rows = {row["split"]: row for row in text_rows(texts)}
    assert rows["test"]["warned"] == warned
    assert not rows["train"]["warned"] | rows["dev"]["warned"]
    assert len(
        re.findall(r"<strong>[0-9.]+% !</strong>", page_of(table_of_runs(), texts=texts))
    ) == len(warned)


def test_the_table_holds_what_became_of_the_rows():
    page = page_of(table_of_runs(), texts={"own": meta()})
    table = page[page.index('aria-label="Table of texts"') :]
    rows = re.findall("<tr><td>own</td>(.*?)</tr>", table)
    cells = [re.findall("<td[^>]*>(.*?)</td>", row) for row in rows]
    assert cells == [
        ["train", "12", "2", "10", "3", "7.25", "0.0%", "4", ""],
        ["dev", "12", "2", "10", "3", "7.25", "5.0%", "0", "0.0%"],
        ["test", "12", "2", "10", "3", "7.25", "10.0%", "1", "20.0%"],
    ]


def test_warnings_and_notes_are_told_and_are_no_markup():
    said = {"warnings": ["40% <b>unknown"], "notes": ["test has no row of <script>, joy"]}
    page = page_of(table_of_runs(), texts={"own": meta(**said)})
    assert "<strong>Warning, own: 40% &lt;b&gt;unknown.</strong>" in page
    assert "<li>own: test has no row of &lt;script&gt;, joy</li>" in page


def test_a_run_without_texts_says_nothing_of_them():
    assert "Table of texts" not in page_of(table_of_runs())
