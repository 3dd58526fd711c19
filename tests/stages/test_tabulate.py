"""Tables of networks and tasks, and what a task's files hold."""

import csv

import numpy as np
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.geometry.network import FILE_ONLY, KEYS
from rnn_geometry.geometry.tables import HOLD_INPUTS, OF_GEOMETRY
from rnn_geometry.stages import prepare as data
from rnn_geometry.stages import tabulate as tables
from rnn_geometry.store import formats
from rnn_geometry.store.artifacts import Words
from rnn_geometry.tasks.sentences import read_sentences

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
UNSURE = {"low": 2, "high": 3, "agreement": 0.5}


def statistics(bag_of_words, **changes):
    """Return what word_statistics.json holds."""
    return {
        "data_seed": 0,
        "dimension_predicted": 2,
        "dimension_predicted_frequency": 2,
        "dimension_predicted_tfidf": 3,
        "participation_ratio_predicted": 2.0,
        "bag_of_words_accuracy": bag_of_words,
        "bag_of_bigrams_accuracy": None,
        "majority_accuracy": 0.3,
        "constant_accuracy": 0.3,
        "learned_above": 0.335,
        "seen_counts_share": 0.9,
        "longer_accuracy_bag_of_words": 0.8,
        "unbalanced_accuracy_bag_of_words": 0.9,
        "new_counts_accuracy_bag_of_words": None,
        "dimension_predicted_null": 2,
        "dimension_predicted_p": 1.0,
        "participation_ratio_predicted_null": 1.9,
        "class_spread_p": 1 / 201,
        "resampled": dict.fromkeys(("raw", "frequency", "tfidf"), UNSURE),
        "subsets": [],
        **changes,
    }


STATISTICS = {"a": statistics(0.9), "b": statistics(0.8)}
MARGIN = 0.1


def network(task, model, l2, seed, **values):
    """Return geometry.json with the given numbers and all others undefined."""
    return {
        **dict.fromkeys((*OF_GEOMETRY, *FILE_ONLY)),
        "task": task,
        "model": model,
        "cell": "gru",
        "l2": l2,
        "seed": seed,
        "test_accuracy": 0.9,
        **values,
    }


def test_runs_are_sorted_with_numbers_as_numbers():
    rows = [
        network("b", "m", "1e-3", 2),
        network("a", "m", "1e-2", 1),
        network("a", "m", "5e-3", 10),
    ]
    rows.append(network("a", "m", "5e-3", 9))
    table = tables.runs_table(rows, STATISTICS, MARGIN)
    assert list(zip(table["task"], table["l2"], table["seed"])) == [
        ("a", "5e-3", 9),
        ("a", "5e-3", 10),
        ("a", "1e-2", 1),
        ("b", "1e-3", 2),
    ]
    assert table["bag_of_words_accuracy"] == [0.9, 0.9, 0.9, 0.8]


def test_runs_csv_has_the_promised_columns_and_leaves_undefined_values_empty(tmp_path):
    row = network("a", "m", "1e-3", 1, cliff=True, cover=None, test_accuracy=0.5)
    formats.write_table(tmp_path / "runs.csv", tables.runs_table([row], STATISTICS, MARGIN))
    with open(tmp_path / "runs.csv", newline="") as handle:
        (read,) = csv.DictReader(handle)
    assert set(PROMISED) <= set(read)
    assert (read["cliff"], read["cover"], read["test_accuracy"], read["tau_8"]) == (
        "1",
        "",
        "0.5",
        "",
    )


def test_stacked_tables_keep_their_order():
    assert tables.stacked([{"x": [1], "y": ["a"]}, {"x": [2, 3], "y": ["b", "c"]}]) == {
        "x": [1, 2, 3],
        "y": list("abc"),
    }


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
    one, same, other = (
        data.synthetic_data(task) for task in (TASK, dict(TASK), {**TASK, "data_seed": 1})
    )
    np.testing.assert_array_equal(one.train.tokens, same.train.tokens)
    assert not np.array_equal(one.dev.tokens, one.test.tokens)
    assert not np.array_equal(one.train.tokens, other.train.tokens)
    assert one.meta["rows"] == {"train": 60, "dev": 20, "test": 20}
    assert one.meta["mean_length"] == one.test.lengths.mean()


def test_permuted_labels_stand_beside_the_same_sentences():
    own = {**TASK, "name": "mine-data3", "data_seed": 3}
    control = {**own, "name": "mine-data3-shuffled", "shuffled_labels": True}
    trained, permuted = data.synthetic_data(own), data.synthetic_data(control)
    for split in data.SPLITS:
        one, other = getattr(trained, split), getattr(permuted, split)
        np.testing.assert_array_equal(one.tokens, other.tokens)
        assert np.array_equal(one.labels, other.labels) == (split == "test")


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
    np.testing.assert_array_equal(
        read_sentences(tmp_path / "dev.parquet").labels, prepared.dev.labels
    )
    table = tables.tasks_table(
        [formats.read_json(tmp_path / "meta.json")], {"mine": statistics(1.0)}
    )
    assert (table["task"], table["multi_label"], table["dimension_expected"]) == (
        ["mine"],
        [1],
        [2],
    )
    assert table["train_rows"] == [60]
    assert (table["predicted_raw_low"], table["predicted_tfidf_agreement"]) == ([2], [0.5])


def test_predictions_of_subsets_are_one_table():
    row = {"classes": [0, 2], "rule": "pair", "expected": 2, "raw": 2, "frequency": 2, "tfidf": 1}
    row |= {"raw_null": 2, "raw_p": 1.0}
    table = tables.predictions_table({"b": statistics(1, subsets=[row]), "a": statistics(1)})
    assert table == {
        name: [value] for name, value in {"task": "b", **row, "classes": "0 2"}.items()
    }


def test_the_telling_words_of_every_class_are_listed(tmp_path):
    Words(
        word=["<pad>", "<unk>", "goal", "stock", "the", "rare"],
        count=np.array([0, 99, 20, 30, 500, 3]),
        effect=np.array([[9.0, 9, 2, -2, 0.1, 5], [9.0, 9, -2, 2, 0.0, 5]]).T,
        log_odds=np.array([[0.0, 0, 1, -1, 0, 3], [0.0, 0, -1, 1, 0, 3]]).T,
        along=np.zeros((6, 1)),
    ).write(tmp_path / "words.parquet")
    metas = {"news": {"class_names": ["sport", "trade"]}}
    table = tables.words_table({"news/gru/3e-4/10": str(tmp_path / "words.parquet")}, metas)
    listed = list(zip(table["class"], table["rank"], table["word"]))
    assert listed == [
        ("sport", 1, "goal"),
        ("sport", 2, "the"),
        ("sport", 3, "stock"),
        ("trade", 1, "stock"),
        ("trade", 2, "the"),
        ("trade", 3, "goal"),
    ]
    assert (table["effect"][0], table["log_odds"][0], table["seed"][0]) == (2.0, 1.0, 10)


def test_hold_inputs_are_sorted_by_network_and_may_be_missing():
    def of(task):
        keys = {"task": [task] * 2, "model": ["m"] * 2, "l2": ["0"] * 2, "seed": ["1"] * 2}
        rest = {name: ["0.5"] * 2 for name in HOLD_INPUTS if name not in KEYS}
        return {**keys, **rest, "hold_input": ["zero", "mean"]}

    table = tables.hold_inputs_table([of("b"), of("a")])
    assert table["task"] == ["a", "a", "b", "b"]
    assert table["hold_input"] == ["zero", "mean"] * 2
    assert tables.hold_inputs_table([])["hold_input"] == []
    with pytest.raises(UserError, match="no column declares 'more'"):
        tables.hold_inputs_table([{**of("a"), "more": ["1", "1"]}])


def test_a_number_that_no_column_declares_is_refused():
    row = network("a", "m", "0", 1, curvature=0.5)
    with pytest.raises(UserError, match=r"a, m, L2 0, seed 1: no column declares 'curvature'; add"):
        tables.runs_table([row], STATISTICS, MARGIN)


def test_a_column_without_a_number_is_refused():
    row = network("a", "m", "0", 1)
    del row["cover"]
    with pytest.raises(UserError, match="a, m, L2 0, seed 1: 'cover' is missing"):
        tables.runs_table([row], STATISTICS, MARGIN)


@pytest.mark.parametrize(
    ("changes", "learned", "reason"),
    [
        ({"test_accuracy": 0.82}, 1, ""),
        ({"test_accuracy": 0.79}, 1, "below the bag of words"),
        ({"test_accuracy": 0.95, "loss_falling": True}, 1, "loss still falling"),
        # untrained, and permuted labels: beyond the commonest training class alone
        ({"test_accuracy": 0.286}, 0, "not learned; below the bag of words"),
        ({"test_accuracy": 0.334}, 0, "not learned; below the bag of words"),
        (
            {"test_accuracy": 0.58, "loss_falling": True},
            1,
            "below the bag of words; loss still falling",
        ),
        ({"test_accuracy": 0.272, "control": "untrained"}, 0, ""),
    ],
)
def test_a_network_that_does_not_do_its_task_is_kept_with_the_reason(changes, learned, reason):
    table = tables.runs_table([network("a", "m", "0", 1, **changes)], STATISTICS, MARGIN)
    assert (table["learned"], table["not_judged"]) == ([learned], [reason])
    assert table["test_accuracy"] == [changes["test_accuracy"]]


def test_where_no_accuracy_could_tell_learned_is_empty():
    known = {"a": statistics(1.0, learned_above=None, constant_accuracy=1.0)}
    table = tables.runs_table([network("a", "m", "0", 1, test_accuracy=1.0)], known, MARGIN)
    assert (table["learned"], table["not_judged"]) == ([None], [""])
