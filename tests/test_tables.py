"""Tables of networks and tasks, and what a task's files hold."""

import csv
from math import acos, degrees

import numpy as np
import pytest

from rnn_geometry import data, io, tables

# Issue: the columns that runs.csv has at least.
PROMISED = [
    "task",
    "cell",
    "l2",
    "seed",
    "classes",
    "dimension_expected",
    "dimension_predicted",
    "test_accuracy",
    "participation_ratio",
    "components_90",
    "components_95",
    "integration_modes",
    "tau_1",
    "tau_8",
    "readout_angle_mean",
    "readout_angle_expected",
    "readout_in_subspace",
    "accuracy_at_d",
    "accuracy_below_d",
    "neutral_effect",
    "cover",
    "distinct_points",
    "train_seconds",
    "analysis_seconds",
]
STATISTICS = {"a": {"bag_of_words_accuracy": 0.9}, "b": {"bag_of_words_accuracy": 0.8}}


def network(task, model, l2, seed, **values):
    return {"task": task, "model": model, "cell": "gru", "l2": l2, "seed": seed, **values}


def test_runs_are_sorted_with_numbers_as_numbers():
    rows = [network("b", "m", "1e-3", 2), network("a", "m", "1e-2", 1), network("a", "m", "5e-3", 10)]
    rows.append(network("a", "m", "5e-3", 9))
    table = tables.runs_table(rows, STATISTICS)
    assert list(zip(table["task"], table["l2"], table["seed"])) == [
        ("a", "5e-3", 9),
        ("a", "5e-3", 10),
        ("a", "1e-2", 1),
        ("b", "1e-3", 2),
    ]
    assert table["bag_of_words_accuracy"] == [0.9, 0.9, 0.9, 0.8]


def test_runs_csv_has_the_promised_columns_and_leaves_undefined_values_empty(tmp_path):
    row = network("a", "m", "1e-3", 1, cliff=True, cover=None, test_accuracy=0.5)
    io.write_table(tmp_path / "runs.csv", tables.runs_table([row], STATISTICS))
    with open(tmp_path / "runs.csv", newline="") as handle:
        (read,) = csv.DictReader(handle)
    assert set(PROMISED) <= set(read)
    assert (read["cliff"], read["cover"], read["test_accuracy"], read["tau_8"]) == ("1", "", "0.5", "")


def test_stacked_tables_keep_their_order():
    assert tables.stacked([{"x": [1], "y": ["a"]}, {"x": [2, 3], "y": ["b", "c"]}]) == {
        "x": [1, 2, 3],
        "y": list("abc"),
    }


@pytest.mark.parametrize(
    ("classes", "multi_label", "ordered", "dimension", "angle"),
    [
        (4, False, False, 3, degrees(acos(-1 / 3))),
        (2, False, False, 1, 180.0),
        (5, False, True, 2, None),
        (3, False, True, 2, None),
        (2, False, True, 1, 180.0),
        (3, True, False, 3, 90.0),
        (1, True, False, 1, None),
    ],
)
def test_expected_geometry_of_text_tasks(classes, multi_label, ordered, dimension, angle):
    found = data.expected_geometry({"classes": classes, "multi_label": multi_label, "ordered": ordered})
    assert found["dimension_expected"] == dimension
    assert found["readout_angle_expected"] == (angle if angle is None else pytest.approx(angle))


TASK = {
    "name": "mine",
    "family": "multilabel",
    "labels": 2,
    "length": [5, 8],
    "data_seed": 0,
    "train_size": 60,
    "dev_size": 20,
    "test_size": 20,
}


def test_synthetic_data_depend_on_name_and_data_seed_only():
    one, same, other = (data.synthetic_data(task) for task in (TASK, dict(TASK), {**TASK, "data_seed": 1}))
    np.testing.assert_array_equal(one.train.tokens, same.train.tokens)
    assert not np.array_equal(one.dev.tokens, one.test.tokens)
    assert not np.array_equal(one.train.tokens, other.train.tokens)
    assert one.meta["rows"] == {"train": 60, "dev": 20, "test": 20}
    assert one.meta["mean_length"] == one.test.lengths.mean()


def test_a_prepared_task_is_read_back_and_tabulated(tmp_path):
    prepared = data.synthetic_data(TASK)
    data.save_prepared(prepared, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "train.parquet",
        "dev.parquet",
        "test.parquet",
        "vocab.json",
        "meta.json",
    }
    np.testing.assert_array_equal(io.read_sentences(tmp_path / "dev.parquet").labels, prepared.dev.labels)
    words = {"dimension_predicted": 2, "participation_ratio_predicted": 2.0, "bag_of_words_accuracy": 1.0}
    table = tables.tasks_table([io.read_json(tmp_path / "meta.json")], {"mine": words})
    assert (table["task"], table["multi_label"], table["dimension_expected"]) == (["mine"], [1], [2])
    assert table["train_rows"] == [60]
