"""Which tasks, cells and sweeps get more seeds."""

import yaml

from rnn_geometry.claims.second_look import main, second_look
from rnn_geometry.config.load import read_schema
from rnn_geometry.config.schema import check_schema
from rnn_geometry.store import formats

ROW = {"task": "two", "cell": "gru", "structure": "binary", "runs": "10"}


def verdicts(*changes):
    return [{**ROW, **change} for change in changes]


def test_cells_with_an_undecided_verdict_and_no_others():
    rows = verdicts(
        {"verdict": "undecided"},
        {"verdict": "undecided"},  # of another claim
        {"cell": "lstm", "verdict": "holds"},
        {"cell": "ugrnn", "verdict": "fails"},
        {"cell": "vanilla", "verdict": "undecided", "runs": "0"},
        {"cell": "all", "verdict": "undecided"},
        {"task": "three", "cell": "lstm l2 1e-3", "verdict": "undecided"},
        {"task": "three", "cell": "gru", "verdict": "undecided"},
        {"task": "four", "verdict": "uninformative"},
        {"task": "five", "verdict": "undecided", "exploratory": "1"},
        {"task": "l2-gru", "structure": "sweep", "verdict": "undecided"},
        {"task": "l2-lstm", "structure": "sweep", "verdict": "holds"},
    )
    assert second_look(rows, [202, 203])["second_look"] == {
        "seeds": [202, 203],
        "tasks": {"three": ["gru", "lstm"], "two": ["gru"]},
        "sweeps": ["l2-gru"],
    }


def test_where_all_is_decided_nothing_is_added():
    found = second_look(verdicts({"verdict": "holds"}), [202])["second_look"]
    assert (found["tasks"], found["sweeps"]) == ({}, [])


def test_what_it_prints_is_a_key_of_configurations(tmp_path, capsys):
    rows = verdicts(
        {"verdict": "undecided"},
        {"cell": "lstm", "verdict": "undecided"},
        {"cell": "ugrnn", "verdict": "holds"},
    )
    table = {name: [row[name] for row in rows] for name in rows[0]}
    formats.write_table(tmp_path / "claims.csv", table)
    main([str(tmp_path / "claims.csv"), "--seeds", "202", "203"])
    text = capsys.readouterr().out
    assert text.startswith(
        "# More seeds, on top of the first, where 2 of 3 verdicts are undecided."
    )
    printed = yaml.safe_load(text)
    assert printed["second_look"]["tasks"] == {"two": ["gru", "lstm"]}
    schema = read_schema("config")
    asked = {"tasks": [{"name": "two", "family": "categorical"}], "cells": ["gru"], "seeds": [1]}
    check_schema({**asked, **printed}, schema)
