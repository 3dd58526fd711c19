"""Files of real text: their names, columns, encodings and delimiters; none is left unread."""

from __future__ import annotations

import datetime
import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rnn_geometry.errors import LONGEST, UserError
from rnn_geometry.tasks.text.options import local_files
from rnn_geometry.tasks.text.prepare import prepare_text

DECOMPOSED = "cafe\u0301"
CSV = "text,label\n" + "some café,a\nother words,b\n" * 4
TSV = CSV.replace(",", "\t")
JSONL = "\n".join(
    json.dumps({"text": text, "label": label})
    for text, label in [("some café", "a"), ("other words", "b")] * 4
)
CONTENT = {
    "csv": CSV.encode(),
    "tsv": TSV.encode(),
    "jsonl": JSONL.encode(),
    "ndjson": JSONL.encode(),
    "json": f"[{JSONL}]".replace("\n", ",").encode(),
}


def refused(match, function, *args, **kwargs):
    with pytest.raises(UserError, match=match) as caught:
        function(*args, **kwargs)
    message = str(caught.value)
    assert len(message) <= LONGEST
    assert "\n" not in message
    return message


@pytest.fixture
def prepare(tmp_path):
    """Return a function: write this content as train and test, and prepare them."""

    def run(content, suffix=".csv", **options):
        for name in ("train", "test"):
            write(tmp_path / f"{name}{suffix}", content)
        options = {"source": {"folder": "."}, "minimum_count": 1, "dev_size": 1, **options}
        return prepare_text(options, tmp_path, 0)

    return run


def write(path, content):
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def is_read(prepared, words=("some", "café", "other", "words")):
    assert set(words) <= set(prepared.vocabulary)
    assert prepared.meta["class_names"] == ["a", "b"]
    assert np.bincount(prepared.test.labels).tolist() == [4, 4]


# Names of files


@pytest.mark.parametrize(
    ("train", "test", "dev"),
    [
        ("train.csv", "test.csv", "validation.csv"),
        ("train.csv", "test.csv", "val.csv"),
        ("train.csv", "test.csv", "valid.jsonl"),
        ("train.csv", "test.csv", "dev.tsv"),
        ("train.csv", "test.csv", "eval.json"),
        ("train.csv", "test.csv", "evaluation.ndjson"),
        ("TRAIN.CSV", "Test.Csv", "Validation.TSV"),
        ("training.tsv", "testing.tsv", "development.csv.gz"),
        ("train.csv.gz", "test.tsv.gz", "val.jsonl.gz"),
        ("train-00000-of-00001.csv", "test-00000-of-00001.csv", "validation-00000-of-00001.csv"),
    ],
)
def test_every_file_of_a_split_is_read(tmp_path, train, test, dev):
    for name in (train, test, dev):
        _, ending = name.lower().removesuffix(".gz").split(".")
        content = CONTENT[ending]
        write(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)
    options = {"source": {"folder": "."}, "minimum_count": 1}
    assert local_files(options, tmp_path) == {
        "train": str(tmp_path / train),
        "test": str(tmp_path / test),
        "dev": str(tmp_path / dev),
    }
    prepared = prepare_text(options, tmp_path, 0)
    is_read(prepared)
    assert len(prepared.train) == len(prepared.dev) == 8


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ("dev.txt", "named like the split dev .*not read; write it as Parquet, CSV"),
        ("validation.xlsx", "named like the split dev"),
        ("VAL.FEATHER", "named like the split dev"),
        ("dev.csv.zip", "named like the split dev"),
        ("valid", None),
        ("validation.parquet.gz", "named like the split dev"),
        ("train.jsonl", "train.csv and train.jsonl; keep one file of the split train"),
        ("training.csv", "train.csv and training.csv; keep one"),
        ("Test.csv.gz", "keep one file of the split test"),
        ("train.txt", "train.csv and train.txt; keep one"),
        ("test-00001-of-00003.csv", "the split test in parts"),
        ("dev-00000-of-00002.parquet", "in parts .*join them into one file dev.parquet"),
        ("labels.txt", None),
        ("README.md", None),
        ("rest.csv", None),
        ("train.py", None),
        ("train.csv~", None),
        (".train.csv.swp", None),
        ("train_old.csv", None),
    ],
)
def test_no_file_of_a_split_is_overlooked(tmp_path, more, match):
    for name in ("train.csv", "test.csv", more):
        write(tmp_path / name, CSV)
    options = {"source": {"folder": "."}}
    if match is None and more != "valid":
        assert set(local_files(options, tmp_path)) == {"train", "test"}
    else:
        refused(match or "named like the split dev", local_files, options, tmp_path)


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ({"train": "a.csv", "test": "a.csv"}, "source.train and source.test are one file, 'a.csv'"),
        ({"train": "a.csv", "test": "b.csv", "dev": "./b.csv"}, "source.test and source.dev are"),
        ({"train": "a.csv", "test": "link.csv"}, "are one file"),
        ({"train": "a.txt", "test": "b.csv"}, "unknown type; accepted are .parquet, .csv, .tsv"),
        ({"train": "a.xlsx", "test": "b.csv"}, "unknown type"),
        ({"folder": "."}, "no train.parquet, .csv.* it holds a.csv, b.csv"),
        ({"folder": "none"}, "no folder"),
        ({"folder": "x" * 5000}, None),
    ],
)
def test_files_that_cannot_be_two_splits(tmp_path, source, match):
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name, CSV)
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    if match is None:
        with pytest.raises((UserError, OSError)):
            local_files({"source": source}, tmp_path)
    else:
        refused(match, local_files, {"source": source}, tmp_path)


@pytest.mark.parametrize("source", ["folder", "files"])
def test_names_of_files_that_look_alike(tmp_path, source):
    folder = tmp_path / DECOMPOSED
    folder.mkdir()
    for name in ("train", "test"):
        write(folder / f"{name}{'' if source == 'folder' else DECOMPOSED}.csv", CSV)
    files = {name: f"café/{name}café.csv" for name in ("train", "test")}
    options = {"source": {"folder": "café"} if source == "folder" else files, "minimum_count": 1}
    is_read(prepare_text(options, tmp_path, 0))


# Columns


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("text,label", {}),
        (" text , label", {}),
        ("\ufefftext,label", {}),
        ('"text","label"', {}),
        ("text\u00a0,\u200blabel", {}),
        (f"{DECOMPOSED},label", {"text_column": "café"}),
        ("café,label", {"text_column": DECOMPOSED}),
        ("my text,label", {"text_column": "my\u00a0text "}),
    ],
)
def test_columns_that_look_alike(prepare, header, options):
    rows = CSV.split("\n", 1)[1]
    is_read(prepare(f"{header}\n{rows}", **options))
    keys = [name.strip('"') for name in header.split(",")]
    entries = [dict(zip(keys, row.split(","))) for row in rows.split("\n") if row]
    is_read(
        prepare(
            json.dumps(entries),
            ".json",
            source={"train": "train.json", "test": "test.json"},
            **options,
        )
    )


@pytest.mark.parametrize(
    ("header", "match"),
    [
        ("Text,label", "'text' .text_column. is missing; .* write text_column: Text"),
        ("review,stars", "'text' .text_column. and 'label' .label_column. are missing"),
        ("text,text,label", "'text' exists more than once; rename"),
        ("text, text,label", None),
        (" text,text\u00a0,label", "'text' exists more than once"),
        ("some words of a text,a", "some words of a text', 'a'; name one"),
        (",".join(f"column{i}" for i in range(5000)), "and 49.. more; name one of them"),
        ("x" * 200_000 + ",label", "is missing; .*name one of them in text_column"),
    ],
)
def test_columns_that_are_missing_or_twice(prepare, header, match):
    width = header.count(",") + 1
    content = f"{header}\n" + ",".join(["a"] * width) + "\n"
    if match is None:  # one is exactly the one
        assert prepare(content.replace("\na,a,a", "\na,b,x\na,c,y" * 3)).meta["class_names"] == [
            "x",
            "y",
        ]
    else:
        refused(match, prepare, content)


# Delimiters, quotes and encodings


@pytest.mark.parametrize(
    "content",
    [
        CSV.replace(",", ";"),
        TSV,
        CSV.replace(",", "|"),
        "sep=;\n" + CSV.replace(",", ";"),
        "sep=,\r\n" + CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        CSV.replace("\n", "\n\n"),
        CSV + ",\n , \n",
        CSV.replace("some café", '"some, café"'),
        CSV.replace("some café", '"some ""café"""'),
        CSV.replace("some café", '"some\ncafé"'),
        CSV.replace("text,label", '"text","label",n')
        .replace(",a\n", ",a,1\n")
        .replace(",b\n", ",b,2\n"),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        b"\xfe\xff" + CSV.encode("utf-16-be"),
        CSV.encode("utf-32"),
        gzip.compress(CSV.encode(), mtime=0),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_delimiters_quotes_and_encodings(prepare, content, suffix):
    is_read(prepare(content, suffix))


def test_a_header_over_two_lines(prepare):
    content = CSV.replace("text,", '"my\ntext",').replace(",", ";")
    is_read(prepare(content, text_column="my text"))


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (CSV.encode("latin-1"), r"not UTF-8 text .row 1 or soon after.*iconv -f cp1252 -t utf-8"),
        (CSV.encode("utf-16-le"), "not UTF-8 text, nor UTF-16 with its mark"),
        (CSV.encode("utf-16")[:-1], "not UTF-8"),
        (gzip.compress(CSV.encode(), mtime=0)[:-12], "damaged or cut short"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (CSV + 'open "quote,a\n"open,b\n', "row 10 is broken CSV"),
        (CSV + "a,b,c\n", "row 9 has 3 columns and the header 2"),
        (b"", "columns that exist: none"),
        (b"\n", "columns that exist: none"),
        (b"text,label\n", "holds no row"),
        (b'"text,label\n', "damaged or cut short|broken|columns"),
        ("<!DOCTYPE html><html><body>Not found</body></html>", "is missing|are missing"),
    ],
)
def test_files_that_are_no_csv(prepare, content, match):
    assert "train.csv" in refused(match, prepare, content)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ('{"text": {"0": "a"}, "label": {"0": 1}}', "row 1: 'text' holds .*orient='records'"),
        ('{\n"text": "a"\n}', "row 1 is not valid JSON .*or a list of them"),
        ('["a", "b"]', "row 1 is no JSON object"),
        ('{"text": "a", "label": ' + "9" * 5000 + "}", "row 1 is not valid JSON"),
        ("[" * 100_000, "damaged or cut short"),
        ('{"text": ' * 100_000, "row 1 is not valid JSON"),
        (b"\x93text\x94", "not UTF-8"),
        ('{"text": "a\\ud800", "label": 1}', "row 1: the text in 'text' holds half a character"),
        ('{"text": 3.5, "label": 1}', "row 1: 'text' holds 3.5; .*store it as a text"),
        ('{"text": ["a", "b"], "label": 1}', "row 1: 'text' holds .*join words by blanks"),
        ('{"text": NaN, "label": 1}', "all texts of the column 'text' are empty"),
        ('{"text": ' + json.dumps(["word " * 40_000]) + ', "label": 1}', "join words by blanks"),
        ('{"text": true, "label": 1}', "row 1: 'text' holds True"),
    ],
)
def test_json_without_texts(prepare, content, match):
    assert "train.jsonl" in refused(match, prepare, content, ".jsonl")


def test_numbers_are_no_empty_texts(prepare):
    content = JSONL.replace('"some caf\\u00e9"', "0", 1)
    refused("row 1: 'text' holds 0;", prepare, content, ".jsonl", empty_texts="drop")
    content = JSONL.replace('"some caf\\u00e9"', "NaN", 1)
    assert prepare(content, ".jsonl", empty_texts="drop").meta["splits"]["test"]["used"] == 7


# Types of Parquet


@pytest.mark.parametrize(
    "texts",
    [
        pa.array(["some café", "other words"] * 4, pa.large_string()),
        pa.array(["some café", "other words"] * 4, pa.string_view()),
        pa.array(["some café", "other words"] * 4).dictionary_encode(),
    ],
)
def test_types_of_texts(prepare, texts):
    table = pa.table({"text": texts, "label": ["a", "b"] * 4})
    try:
        pq.write_table(table, io.BytesIO())
    except pa.ArrowNotImplementedError:
        pytest.skip(f"this pyarrow writes no {texts.type}")
    is_read(prepare(table, ".parquet"))


@pytest.mark.parametrize(
    ("texts", "match"),
    [
        (pa.array([b"some words", b"others"]), r"row 1: 'text' holds b'some words'.*decode\(\)"),
        (pa.array([3.5, 1.0]), "row 1: 'text' holds 3.5"),
        (pa.array([["a"], ["b"]]), "join words by blanks"),
        (pa.array([{"a": "b"}] * 2), "row 1: 'text' holds"),
        (pa.nulls(2), "all texts of the column 'text' are empty"),
        (pa.array(["a", None]), r"row 2: the text in 'text' is missing \(null\)"),
        (pa.array([datetime.date(2024, 1, 2)] * 2), "row 1: 'text' holds"),
        (pa.array([b"a\xff", b"b"]).cast(pa.binary()).view(pa.string()), "damaged"),
    ],
)
def test_types_that_are_no_texts(prepare, texts, match):
    table = pa.table({"text": texts, "label": ["a", "b"]})
    assert "train.parquet" in refused(match, prepare, table, ".parquet")
