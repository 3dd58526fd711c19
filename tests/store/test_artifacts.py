"""Artifacts: read back as they were written; what does not fit is told with its file."""

import json
import subprocess
import sys
from dataclasses import MISSING, fields, replace

import numpy as np
import pytest
from drawn import drawn

from rnn_geometry.errors import UserError
from rnn_geometry.store import artifacts, formats
from rnn_geometry.store._artifact import ArrayArtifact
from rnn_geometry.store.results import OF_NETWORK

KINDS = [
    kind
    for kind in (*OF_NETWORK.values(), *artifacts.PARTS.values())
    if issubclass(kind, ArrayArtifact)
]


def record(**changes):
    known = {part.name: part.name for part in fields(artifacts.Record)}
    return artifacts.Record(**{**known, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_come_back_as_they_were_written(kind, tmp_path):
    written = drawn(kind)
    written.write(tmp_path / "a.npz")
    read = kind.read(tmp_path / "a.npz")
    for part in fields(kind):
        found, expected = getattr(read, part.name), getattr(written, part.name)
        assert type(found) is type(expected)
        np.testing.assert_array_equal(found, expected)


def test_plain_values_are_written_as_arrays_without_an_axis(tmp_path):
    drawn(artifacts.SlowPoints, hold_input="mean").write(tmp_path)
    stored = formats.read_npz(tmp_path / "slow_points.npz")
    assert (stored["hold_input"].dtype, stored["hold_input"].shape) == (np.dtype("<U4"), ())
    assert stored["min_tau"].dtype == stored["seconds"].dtype == np.float64
    drawn(artifacts.Linearization).write(tmp_path)
    assert formats.read_npz(tmp_path / "linearization.npz")["centre"].dtype == np.int64
    drawn(artifacts.SlowModes).write(tmp_path)
    assert formats.read_npz(tmp_path / "slow_modes.npz")["audit_failed"].dtype == np.bool_


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_array_is_told_with_the_file(kind, tmp_path):
    arrays = drawn(kind).arrays()
    for name in [part.name for part in fields(kind) if part.default is MISSING]:
        rest = {other: values for other, values in arrays.items() if other != name}
        formats.write_npz(tmp_path / "a.npz", **rest)
        with pytest.raises(UserError, match=rf"a\.npz: the array '{name}' is missing; delete"):
            kind.read(tmp_path / "a.npz")


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_of_a_wrong_shape_is_told_with_the_file(kind, tmp_path):
    arrays = drawn(kind).arrays()
    for name in arrays:
        formats.write_npz(tmp_path / "a.npz", **{**arrays, name: np.zeros((1, 1, 1, 1))})
        with pytest.raises(UserError, match=r"a\.npz: the array '\w+' has the shape \(.*; delete"):
            kind.read(tmp_path / "a.npz")


def test_sizes_agree_between_arrays():
    given = {"points": np.zeros((4, 5)), "q": np.zeros(2)}
    with pytest.raises(ValueError, match=r"'q' has the shape \(2,\) and not \(n,\), where n = 4"):
        drawn(artifacts.SlowPoints, **given)
    with pytest.raises(ValueError, match=r"'sentence' has the shape \(2,\) .* where i = 1"):
        drawn(artifacts.Traces, offsets=np.zeros(2), sentence=np.zeros(2))


def test_labels_have_a_further_axis_or_none():
    for labels in (np.zeros(6), np.zeros((6, 2))):
        assert drawn(artifacts.States, final_labels=labels).final_labels is labels


def test_large_arrays_are_left_out_where_nobody_needs_them(tmp_path):
    drawn(artifacts.Linearization).write(tmp_path)
    read = artifacts.Linearization.read(tmp_path, large=False)
    assert (read.right, read.left, read.input_jacobian) == (None, None, None)
    assert read.tau.shape == read.eigenvalues.shape
    with pytest.raises(ValueError, match="was read without right, left, input_jacobian"):
        read.write(tmp_path)


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "states.npz").write_bytes(b"PK\3\4 and no more")
    with pytest.raises(UserError, match=r"states\.npz: the file is damaged or cut short"):
        artifacts.States.read(tmp_path)


def test_nothing_is_written_over_a_file_that_cannot_be_made(tmp_path):
    drawn(artifacts.States).write(tmp_path)
    objects = replace(
        drawn(artifacts.States),
        final_labels=np.array([object()] * len(drawn(artifacts.States).final)),
    )
    with pytest.raises(TypeError, match="would be pickled"):
        objects.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["states.npz"]
    artifacts.States.read(tmp_path)


def test_the_record_of_a_training(tmp_path):
    record(seed=10, settings={"steps": 5}).write(tmp_path)
    read = artifacts.Record.read(tmp_path / "run.json")
    assert (read.seed, read.settings, read.task) == (10, {"steps": 5}, "task")
    assert read.facts() == json.loads((tmp_path / "run.json").read_text())
    facts = read.facts()
    del facts["seeds"]
    formats.write_json(tmp_path / "run.json", facts)
    with pytest.raises(UserError, match=r"run\.json: the key 'seeds' is missing; delete"):
        artifacts.Record.read(tmp_path)


@pytest.mark.parametrize("kind", [artifacts.Record, artifacts.Geometry, artifacts.Meta])
def test_a_json_file_of_another_form_is_told(kind, tmp_path):
    formats.write_json(tmp_path / kind.FILE, [1, 2])
    with pytest.raises(UserError, match=rf"{kind.FILE}: its contents are not what they should be"):
        kind.read(tmp_path)


def test_facts_are_a_mapping(tmp_path):
    facts = dict.fromkeys(artifacts.Geometry.NEEDED, "a") | {"tau_1": 40.5, "cliff": None}
    artifacts.Geometry(facts=facts).write(tmp_path)
    read = artifacts.Geometry.read(tmp_path)
    assert dict(read) == facts
    assert read.get("tau_9") is None
    with pytest.raises(ValueError, match="'l2' is missing"):
        artifacts.Geometry(facts={"task": "a", "model": "b", "seed": 1})


def test_words_are_columns_in_the_file_and_arrays_here(tmp_path):
    effects, along = np.arange(6.0).reshape(3, 2), np.arange(3.0)[:, None]
    words = artifacts.Words(
        word=["null", "a", "b"], count=np.array([3, 2, 1]), effect=effects, log_odds=-effects,
        along=along,
    )  # fmt: skip
    words.write(tmp_path)
    table = formats.read_table(tmp_path / "words.parquet")
    names = ["word", "count", "effect_0", "effect_1", "log_odds_0", "log_odds_1", "along_1"]
    assert list(table) == names
    read = artifacts.Words.read(tmp_path)
    assert read.word == ["null", "a", "b"]
    assert read.log_odds.dtype == np.float32
    for name in ("count", "effect", "log_odds", "along"):
        np.testing.assert_array_equal(getattr(read, name), getattr(words, name))
    formats.write_table(tmp_path / "words.parquet", {"word": ["a"]})
    with pytest.raises(UserError, match=r"words\.parquet: its contents are not"):
        artifacts.Words.read(tmp_path)


def test_a_missing_column_is_told(tmp_path):
    formats.write_table(tmp_path / "history.parquet", {"epoch": [1], "step": [50]})
    with pytest.raises(UserError, match=r"history\.parquet: the column 'train_loss' is missing"):
        artifacts.History.read(tmp_path)


def test_a_portrait_file_holds_several_networks(tmp_path):
    kinds = artifacts.PARTS
    first, second = (
        artifacts.Portrait(**{part: drawn(kind) for part, kind in kinds.items()}) for _ in range(2)
    )
    names = ["gru/l2-3e-4/seed-10", "gru/l2-3e-4/seed-1"]
    artifacts.write_portraits(tmp_path / "a.npz", dict(zip(names, (first, second), strict=True)))
    stored = formats.read_npz(tmp_path / "a.npz")
    assert next(iter(stored)) == "gru/l2-3e-4/seed-10/flow/grid_x"
    read = artifacts.Portrait.read(tmp_path / "a.npz", names[1])
    np.testing.assert_array_equal(read.traces.logits, second.traces.logits)
    with pytest.raises(UserError, match=r"a\.npz: the array 'grid_x' is missing"):
        artifacts.Portrait.read(tmp_path / "a.npz", "lstm/l2-3e-4/seed-10")


def test_docstrings_tell_shapes_and_meanings():
    assert "    final : (m, S)\n        state after the last word" in artifacts.States.__doc__


def test_reading_arrays_loads_neither_torch_nor_pandas():
    code = "import sys, rnn_geometry.store.artifacts; print({'torch', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
