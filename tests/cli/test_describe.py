"""What `rnn-geometry describe` says of sets whose truth is known."""

import csv
import json
import re
import subprocess
import sys

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from own_sets import write_all

from rnn_geometry.cli import facts as facts_module
from rnn_geometry.cli.facts import facts_of, length_limit
from rnn_geometry.cli.given import given
from rnn_geometry.cli.main import _parser, main
from rnn_geometry.cli.scripts import shares
from rnn_geometry.config.load import load_settings
from rnn_geometry.stages.prepare import text_data
from rnn_geometry.tasks.text import source as text_source

START = "\n\n"  # after what is told
WORDS = "north south east west river hill stone field cloud storm".split()  # noqa: SIM905


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Write the three sets of own_sets, 1,500 texts each."""
    return write_all(tmp_path_factory.mktemp("own"), 1500)


def facts(*arguments):
    return facts_of(given(_parser().parse_args(["describe", *map(str, arguments)])))


def told(capsys, *arguments):
    """Return what is printed, and the YAML at its end."""
    assert main(["describe", *map(str, arguments)]) == 0
    text = capsys.readouterr().out
    return text, yaml.safe_load(text[text.index(START) :])


def refusal(capsys, *arguments):
    assert main(["describe", *map(str, arguments)]) == 1
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.startswith("ERROR: ")
    assert len(seen.err.splitlines()) == 1
    return seen.err


def write_csv(path, rows, header=("text", "label")):
    with open(path, "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def sentence(rng, words=WORDS, length=12):
    return " ".join(rng.choice(words, size=length))


def test_names_of_classes_are_found_in_a_csv(own, capsys):
    text, block = told(capsys, own["letters"])
    (task,) = block["tasks"]
    assert task["text_column"] == "message"
    assert task["label_column"] == "department"
    assert "ordered" not in task
    assert "multi_label" not in task
    assert "4 classes, one a text" in text
    assert re.search(r"1,500 read; used: 9\d\d train, 2\d\d dev, [23]\d\d test", text)
    assert re.search(r"dimension +3 by the kind of labels", text)
    assert "it could also be received" in text


def test_an_order_is_found_by_the_name_of_a_column_and_by_words(own, capsys):
    text, block = told(capsys, own["reviews"])
    (task,) = block["tasks"]
    assert task["ordered"] is True
    assert task["label_offset"] == 1
    assert "5 classes, one a text, ordered" in text
    assert "2% of all orders" in text  # one of sixty
    text, block = told(capsys, own["reviews"], "--no-ordered")
    assert block["tasks"][0]["ordered"] is False
    assert re.search(r"dimension +4 by the kind of labels", text)


def test_numbers_that_words_put_in_order_are_ordered_whatever_their_name(own, tmp_path):
    rows = [json.loads(line) for line in own["reviews"].read_text().splitlines()]
    plain = write_csv(tmp_path / "plain.csv", [[row["review"], row["stars"]] for row in rows])
    assert facts(plain).task["ordered"] is True
    mixed = {1: 3, 2: 1, 3: 5, 4: 2, 5: 4}
    other = [[row["review"], mixed[row["stars"]]] for row in rows]
    assert "ordered" not in facts(write_csv(tmp_path / "mixed.csv", other)).task


def test_lists_are_several_labels_and_rare_ones_are_named(own, capsys):
    text, block = told(capsys, own["remarks"])
    (task,) = block["tasks"]
    assert task["multi_label"] is True
    assert task["unlabelled"] == "keep"
    assert "6 labels, several a text" in text
    assert re.search(r"fewer than 50 training texts: .*warranty", text)


@pytest.mark.parametrize("mark", [";", "|", ", "])
def test_several_labels_in_a_cell_are_told_from_one(tmp_path, mark):
    rng = np.random.default_rng(0)
    names = ["joy", "anger", "fear"]
    rows = []
    for _ in range(300):
        held = [name for name in names if rng.random() < 0.5]
        rows.append([sentence(rng) + " " + " ".join(held), mark.join(held)])
    found = facts(write_csv(tmp_path / "cells.csv", rows, ("words", "feelings")))
    assert found.task["multi_label"] is True
    assert found.task["unlabelled"] == "keep"
    assert sorted(found.meta["class_names"]) == sorted(names)


def test_a_comma_in_the_names_of_classes_makes_no_labels(tmp_path):
    rng = np.random.default_rng(0)
    rows = [[sentence(rng), rng.choice(["red, dark", "blue, light"])] for _ in range(100)]
    assert "multi_label" not in facts(write_csv(tmp_path / "two.csv", rows)).task


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (["small", "large", "medium"], {"label_names": ["small", "medium", "large"]}),
        (["10 stars", "2 stars", "1 star"], {"label_names": ["1 star", "2 stars", "10 stars"]}),
        (["sport", "politics", "art"], {}),
        (["-1", "0", "1"], {"label_names": [-1, 0, 1]}),
        (["3", "4", "5"], {"label_offset": 3}),
        (["0", "1", "2"], {}),
        (["0.5", "1", "2"], {"label_names": [0.5, 1, 2]}),
    ],
)
def test_labels_become_options_that_the_workflow_accepts(tmp_path, names, options):
    rng = np.random.default_rng(0)
    rows = [[sentence(rng), names[i % 3]] for i in range(150)]
    found = facts(write_csv(tmp_path / "names.csv", rows))
    for key in ("label_names", "label_offset"):
        assert found.task.get(key) == options.get(key)
    assert found.task.get("ordered", False) == (names[0] in ("small", "10 stars"))
    assert found.meta["classes"] == 3


def test_an_order_that_names_do_not_say_is_stated_or_asked_for(own, capsys):
    order = ["Account", "Billing", "Technical help", "Delivery"]
    _, block = told(capsys, own["letters"], "--order", *order)
    assert block["tasks"][0]["ordered"] is True
    assert block["tasks"][0]["label_names"] == order
    assert "do not say their order; write label_names" in refusal(
        capsys, own["letters"], "--ordered"
    )


def test_unknown_words_repeated_texts_and_scripts_are_counted(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = [[f"{sentence(rng, length=8)} only{i}w и ещё", "ab"[i % 2]] for i in range(400)]
    file = write_csv(tmp_path / "odd.csv", [*rows, *rows[:40]])
    text, _ = told(capsys, file)
    unknown = [float(share) for share in re.findall(r"([0-9.]+)% of the words", text)]
    assert unknown[0] == pytest.approx(100 / 11, abs=1.5)  # one word in eleven stands but once
    assert "stand in train, too: 0" not in text.replace("0 of test", "")  # dev took some
    assert "0 of test" in text
    letters = {name: float(share) for share, name in re.findall(r"([0-9.]+)% (Latin|Cyril)", text)}
    assert letters["Cyril"] > 5
    assert letters["Latin"] > 80


def test_rows_without_text_or_label_become_options_and_are_counted(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = [[sentence(rng), "ab"[i % 2]] for i in range(200)]
    rows[3][0], rows[50][1] = "", ""
    text, block = told(capsys, write_csv(tmp_path / "gaps.csv", rows))
    (task,) = block["tasks"]
    assert task["empty_texts"] == "drop"
    assert task["where"] == {"label": "?*"}
    assert "1 left out by where" in text
    assert "1 without a word" in text


def test_long_texts_get_a_limit(tmp_path):
    rng = np.random.default_rng(0)
    rows = [[sentence(rng, length=20 if i % 10 else 400), "ab"[i % 2]] for i in range(300)]
    found = facts(write_csv(tmp_path / "long.csv", rows))
    assert found.task["length_limit"] == length_limit(found.lengths) == 200
    assert found.meta["splits"]["train"]["truncated"] > 0
    assert found.lengths.max() == 400


def test_a_large_set_is_cut_and_a_small_one_is_not(own, monkeypatch):
    monkeypatch.setattr(facts_module, "SIZES", {"train_size": 500, "test_size": 5000})
    found = facts(own["letters"])
    assert found.task["train_size"] == found.meta["rows"]["train"] == 500
    assert "test_size" not in found.task
    monkeypatch.undo()
    assert "train_size" not in facts(own["letters"]).task


def test_what_is_printed_is_read_the_same_by_the_workflow(own, capsys, project, tmp_path):
    for file in own.values():
        text, block = told(capsys, file)
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(block))
        settings = load_settings(yaml.safe_load(path.read_text()), [str(path)], str(project))
        (task,) = settings["tasks"]
        options = {key: value for key, value in task.items() if key != "files"}
        read = text_data(options, settings["data_folder"])
        used = ", ".join(f"{read.meta['rows'][name]:,} {name}" for name in ("train", "dev", "test"))
        assert f"used: {used}" in text


def test_test_texts_of_their_own_are_named(own, tmp_path):
    lines = own["reviews"].read_text().splitlines(keepends=True)
    train, test = tmp_path / "train.jsonl", tmp_path / "test.jsonl"
    train.write_text("".join(lines[:600]))
    test.write_text("".join(lines[600:800]))
    found = facts(train, "--test", test)
    assert found.task["source"] == {"train": "train.jsonl", "test": "test.jsonl"}
    assert found.meta["rows"]["test"] == 200
    assert facts(tmp_path).task["source"] == {"folder": tmp_path.name}


def test_a_set_of_the_hub_is_read_by_its_name(monkeypatch, capsys):
    rng = np.random.default_rng(0)
    rows = {"text": [sentence(rng) for _ in range(90)], "label": [i % 3 for i in range(90)]}
    monkeypatch.setattr(
        "datasets.load_dataset", lambda *args, **options: datasets.Dataset.from_dict(rows)
    )
    monkeypatch.setattr(text_source, "check_hub", lambda source: None)
    text, block = told(capsys, "somebody/some-texts")
    assert block["tasks"][0]["source"] == {"hub": "somebody/some-texts"}
    assert block["tasks"][0]["name"] == "some-texts"
    assert "3 classes, one a text" in text
    assert "stand in train, too" in text


def test_a_set_that_is_known_by_name_has_its_own_options(tmp_path, capsys):
    rng = np.random.default_rng(0)
    (tmp_path / "imdb").mkdir()
    for name in ("train", "test"):
        rows = [[f"{sentence(rng)} {name}", i % 2] for i in range(60)]
        write_csv(tmp_path / "imdb" / f"{name}.csv", rows)
    _, block = told(capsys, "imdb", "--data-folder", tmp_path)
    (task,) = block["tasks"]
    assert task["label_names"] == ["negative", "positive"]
    assert task["length_limit"] == 200


def test_the_categories_of_a_parquet_file_keep_their_order(tmp_path):
    rng = np.random.default_rng(0)
    names = ["low", "medium", "high"]
    codes = pa.array(np.arange(300) % 3, pa.int32())
    levels = pa.DictionaryArray.from_arrays(codes, names, ordered=True)
    table = pa.table({"note": [sentence(rng) for _ in range(300)], "level": levels})
    pq.write_table(table, tmp_path / "levels.parquet")
    found = facts(tmp_path / "levels.parquet")
    assert found.task["ordered"] is True
    assert found.meta["class_names"] == names


@pytest.mark.parametrize(
    ("rows", "arguments", "match"),
    [
        ([["some words", "a"], ["others", "b"]], ["--label", "kind"], "no column 'kind'.*'text'"),
        ([[1, 2], [3, 4]], [], "no column looks like one of texts; name it with --text"),
        ([[f"text {i} is one", f"l{i}"] for i in range(90)], [], "one of labels.*--label"),
        ([["a text of words", "a"]] * 9, [], "no column looks like one of labels"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_sentence(tmp_path, capsys, rows, arguments, match):
    file = write_csv(tmp_path / "bad.csv", rows)
    assert re.search(match, refusal(capsys, file, *arguments))


def test_a_file_without_names_of_columns_is_refused_and_can_be_named(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = [[sentence(rng), i % 2] for i in range(60)]
    file = write_csv(tmp_path / "bare.csv", rows, header=(sentence(rng), 1))
    assert "the first row must hold the names of columns, and '1' is a label" in refusal(
        capsys, file
    )
    assert facts(file, "--label", "1").task["label_column"] == "1"


def test_another_split_that_is_missing_is_named_by_its_option(own, capsys):
    sentence_told = refusal(capsys, own["letters"], "--test", "nowhere.csv")
    assert re.search(r"--test: there is no file .*nowhere\.csv", sentence_told)


def test_an_order_that_leaves_out_a_class_is_refused(own, capsys):
    told_so = refusal(capsys, own["letters"], "--order", "billing", "delivery")
    assert re.search(r"--order names 2 classes, and the column 'department' holds others", told_so)
    assert "name all classes" in told_so


def test_a_missing_file_and_an_empty_one_are_one_sentence(tmp_path, capsys):
    assert "There is no file" in refusal(capsys, tmp_path / "nowhere.csv")
    (tmp_path / "empty.csv").write_text("text,label\n")
    assert "holds no row" in refusal(capsys, tmp_path / "empty.csv")


def test_scripts_are_told_by_their_letters():
    found = shares(["abc", "где", "漢字", "12 ! "])
    assert found == {"Latin": 3 / 8, "Cyrillic": 3 / 8, "Chinese": 2 / 8}


def test_neither_torch_nor_figures_are_loaded(own):
    code = (
        "import sys; from rnn_geometry.cli.main import main; main(sys.argv[1:]);"
        "print('LOADED', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "describe", str(own["letters"])],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert not {"torch", "matplotlib", "datasets", "snakemake"} & loaded
