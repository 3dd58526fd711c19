"""Data as a second newcomer brought them: other scripts, scales in pieces."""

from __future__ import annotations

import datetime

import pytest
from tokenizers import Tokenizer, models

from rnn_geometry.config.load import check_sentences
from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.tasks.text.options import CHARACTERS, WHITESPACE, WORDS, check_options
from rnn_geometry.tasks.text.prepare import prepare_text
from rnn_geometry.tasks.text.splitters import Splitter

COPIES = 6


def table(labels, header="text,label"):
    rows = [f"w{i} some words,{label}" for i, label in enumerate(labels)]
    return "\n".join([header, *rows * COPIES, ""])


@pytest.fixture
def prepare(tmp_path):
    """Return a function: write one table as train and test, and prepare it."""

    def run(content, **options):
        for name in ("train", "test"):
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        options = {"source": {"folder": "."}, "minimum_count": 1, "dev_size": 1, **options}
        return prepare_text(options, tmp_path, 0)

    return run


def refused(match, function, *args, **kwargs):
    with pytest.raises(UserError, match=match) as caught:
        function(*args, **kwargs)
    assert len(str(caught.value)) <= LONGEST


# Scripts


@pytest.mark.parametrize("kind", [WORDS, WHITESPACE, CHARACTERS])
@pytest.mark.parametrize(
    ("capital", "small"),
    [
        ("ΟΔΟΣ ΣΟΦΟΣ", "οδος σοφος"),
        ("ΌΜΩΣ", "όμως"),
        ("İZMİR", "izmir"),
        ("STRASSE", "strasse"),
        ("ÉCOLE", "école"),
        ("МОСКВА", "москва"),
    ],
)
def test_capitals_make_no_other_words(kind, capital, small):
    assert Splitter(kind).split(capital) == Splitter(kind).split(small)


@pytest.mark.parametrize("kind", [WORDS, WHITESPACE])
@pytest.mark.parametrize(
    "word",
    ["می\u200cخواهم", "ශ\u0dca\u200dරී", "ക\u0d4d\u200dഷ", "\U0001f468\u200d\U0001f469"],
    ids=["Persian", "Sinhala", "Malayalam", "emoji"],
)
def test_joiners_stay_within_words_and_go_at_their_ends(kind, word):
    splitter = Splitter(kind)
    assert splitter.split(word) == [word]
    assert splitter.split(f"\u200c{word}\u200d x\u200c \u200d") == [word, "x"]


def test_joiners_before_punctuation_make_no_other_word():
    assert Splitter(WORDS).split("خانه\u200c، خانه") == ["خانه", "،", "خانه"]


@pytest.mark.parametrize("text", ["\u200c", "\u200d\u200c \u200b", "\ufffd", "\ue000"])
def test_unseen_characters_alone_are_no_text(text):
    assert not Splitter(WORDS).have_words([text]).any()


# Ordered classes


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"merge": [[0], [1, 2], [3]]}, ["0", "1+2", "3"]),
        ({"merge": [[3], [2, 1], [0]]}, ["3", "2+1", "0"]),
        ({"merge": [[0, 1], [3]]}, ["0+1", "3"]),
        ({"classes": [3, 1, 0]}, ["3", "1", "0"]),
        ({"merge": [[0, 2], [1], [3]], "ordered": False}, ["0+2", "1", "3"]),
    ],
)
def test_ordered_classes_follow_their_labels(prepare, options, expected):
    prepared = prepare(table(range(4)), **{"ordered": True, **options})
    assert prepared.meta["class_names"] == expected


@pytest.mark.parametrize(
    ("labels", "options", "match"),
    [
        (range(4), {"merge": [[0, 2], [1], [3]]}, "merge leaves the order of the labels, 0, 1, 2"),
        (range(4), {"merge": [[0, 3], [1, 2]]}, "merge neighbours alone"),
        (range(4), {"classes": [0, 2, 1]}, "classes leaves the order"),
        ("abc", {"label_names": list("abc"), "classes": list("acb")}, "classes leaves the order"),
        ([0.5, 1.5, 2.5], {"classes": [0.5, 2.5, 1.5]}, "classes leaves the order"),
        (
            ["2020-01", "2021-01", "2022-01"],
            {"merge": [["2020-01", "2022-01"], ["2021-01"]]},
            "2020",
        ),
    ],
)
def test_ordered_classes_that_leave_the_order(prepare, labels, options, match):
    refused(match, prepare, table(labels), ordered=True, **options)


def test_names_without_an_order_have_that_of_classes(prepare):
    prepared = prepare(table(["low", "mid", "high"]), ordered=True, classes=["low", "mid", "high"])
    assert prepared.meta["class_names"] == ["low", "mid", "high"]


# Tokenizers


def test_a_tokenizer_that_knows_no_word(tmp_path, prepare):
    path = str(tmp_path / "t.json")
    Tokenizer(models.WordLevel({"?": 0}, unk_token="?")).save(path)
    refused("name a tokenizer.json that knows the language", prepare, table("ab"), tokenizer=path)


# Options and files


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"unlabelled": "keep"}, "set multi_label: true, or leave unlabelled out"),
        ({"classes": [datetime.date(2020, 1, 1), "b"]}, r'as a date: quote it \("2020-01-01"\)'),
        ({"merge": [[datetime.date(2020, 1, 1)], ["b"]]}, "as a date: quote it"),
        ({"label_names": [datetime.datetime(2020, 1, 1, 12), "b"]}, "as a date: quote it"),
    ],
)
def test_options_that_mean_something_else(options, match):
    refused(match, check_options, {"source": {"folder": "here"}, **options})


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("good film,a\nbad film,b\n", "if these are a row, put a line of names above it"),
        ("", "the file is empty, write a line of names and the rows"),
    ],
)
def test_tables_without_names_of_columns(prepare, content, match):
    refused(match, prepare, content)


@pytest.mark.parametrize("sentence", ["\u200b", "\u00ad\u200b \ufeff", "\u200c"])
def test_a_sentence_of_unseen_characters_holds_no_word(sentence):
    refused("holds no word; give one", check_sentences, {"name": "t", "family": "text"}, [sentence])
