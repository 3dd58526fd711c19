"""Files are what they were by their contents: replaced by older ones, touched, copied, renamed."""

import json
import os
import shutil
import time

import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.store import freshness, provenance
from rnn_geometry.store.freshness import KnownHashes, Made, check_in_place
from rnn_geometry.store.hashes import sha256

OLD = 1_500_000_000  # a second long ago


@pytest.fixture
def counted(monkeypatch):
    """Return the paths that were hashed, in turn; files count as settled at once."""
    paths = []
    monkeypatch.setattr(freshness, "SETTLED", -1.0)
    monkeypatch.setattr(freshness, "sha256", lambda path: paths.append(str(path)) or sha256(path))
    return paths


def in_place(file, other):
    file.write_bytes(other)


def beside(file, other):
    new = file.with_suffix(".new")
    new.write_bytes(other)
    new.replace(file)


def linked(file, other):
    new = file.with_suffix(".new")
    new.write_bytes(other)
    file.unlink()
    file.symlink_to(new)


@pytest.mark.parametrize("replace", [in_place, beside, linked])
@pytest.mark.parametrize("other", [b"snow,1\n", b"another size,1\n"])
def test_a_file_replaced_by_an_older_one_has_another_hash(tmp_path, counted, replace, other):
    file = tmp_path / "train.csv"
    file.write_bytes(b"rain,0\n")
    os.utime(file, (OLD, OLD))
    hash_of = KnownHashes(tmp_path)
    before = hash_of(file)
    replace(file, other)
    os.utime(file, (OLD - 1, OLD - 1))
    assert hash_of(file) == sha256(file) != before


def test_a_file_changed_in_place_to_the_same_size_and_time_has_another_hash(tmp_path, counted):
    file = tmp_path / "train.csv"
    file.write_bytes(b"rain,0\n")
    os.utime(file, (OLD, OLD))
    hash_of = KnownHashes(tmp_path)
    before = hash_of(file)
    time.sleep(0.02)  # a tick of the clock of the file system
    file.write_bytes(b"snow,1\n")
    os.utime(file, (OLD, OLD))
    assert hash_of(file) != before


@pytest.mark.parametrize("kept", [True, False])
def test_a_file_is_hashed_once_as_long_as_it_can_be_noted(tmp_path, counted, kept):
    file = tmp_path / "train.csv"
    file.write_text("rain")
    if kept:
        (tmp_path / ".kept").mkdir()
    first = KnownHashes(tmp_path)
    assert first(file) == first(str(file)) == sha256(file)
    first.keep()
    assert len(counted) == 1
    assert KnownHashes(tmp_path)(file) == sha256(file)
    assert len(counted) == (1 if kept else 2)
    assert (tmp_path / ".kept").exists() == kept


def test_what_was_written_a_moment_ago_is_hashed_again(tmp_path, monkeypatch):
    monkeypatch.setattr(freshness, "SETTLED", 3600)
    (tmp_path / ".kept").mkdir()
    (tmp_path / "train.csv").write_text("rain")
    hash_of = KnownHashes(tmp_path)
    hash_of(tmp_path / "train.csv")
    hash_of.keep()
    assert not (tmp_path / ".kept/hashes.json").exists()


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"x": null}', '{"%s": "no list"}'])
def test_a_damaged_file_of_hashes_is_as_good_as_none(tmp_path, text):
    file = tmp_path / "train.csv"
    file.write_text("rain")
    (tmp_path / ".kept").mkdir()
    (tmp_path / ".kept/hashes.json").write_text(text.replace("%s", str(file)))
    assert KnownHashes(tmp_path)(file) == sha256(file)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match=r"nothing\.csv: the file cannot be read \(No such file"):
        KnownHashes(tmp_path)(tmp_path / "nothing.csv")


@pytest.fixture
def network(tmp_path):
    """Return a network's stage with its files and its record, all of one old time."""
    files = {"test": tmp_path / "test.parquet", "states.npz": tmp_path / "run/states.npz"}
    record = tmp_path / "run/stages/slow_points.json"
    record.parent.mkdir(parents=True)
    for path in files.values():
        path.write_text(path.name)
    hashes = {name: sha256(path) for name, path in files.items()}
    known = {"inputs": {"test": hashes["test"]}, "outputs": {"states.npz": hashes["states.npz"]}}
    record.write_text(json.dumps(known))
    for path in (*files.values(), record):
        os.utime(path, (OLD, OLD))
    read, written = {"test": str(files["test"])}, {"states.npz": str(files["states.npz"])}
    return Made(str(tmp_path / "run"), "slow_points", read, written), files, record


@pytest.mark.parametrize("name", ["test", "states.npz"])
def test_a_result_replaced_by_an_older_one_is_refused(network, tmp_path, name):
    made, files, _ = network
    check_in_place([made], KnownHashes(tmp_path))
    files[name].write_text("of another run")
    check_in_place([made], KnownHashes(tmp_path))  # newer: Snakemake computes what follows
    os.utime(files[name], (OLD - 9, OLD - 9))
    with pytest.raises(UserError, match=rf"{files[name].name}: somebody put another file there"):
        check_in_place([made], KnownHashes(tmp_path))
    files[name].unlink()
    check_in_place([made], KnownHashes(tmp_path))


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"inputs": {}}', None])
def test_without_a_record_nothing_is_refused(network, tmp_path, record):
    made, files, path = network
    path.unlink() if record is None else path.write_text(record)
    files["test"].write_text("of another run")
    os.utime(files["test"], (OLD - 9, OLD - 9))
    check_in_place([made], KnownHashes(tmp_path))


def test_copies_and_touched_files_are_what_they_were(network, tmp_path):
    made, files, _ = network
    for path in files.values():
        copy = path.with_suffix(".copy")
        shutil.copy2(path, copy)
        copy.replace(path)
        os.utime(path, (OLD - 9, OLD - 9))
    check_in_place([made], KnownHashes(tmp_path))


def test_unpacked_results_of_other_data_are_refused_and_older_records_are_not(tmp_path):
    tasks = {"mine": {"family": "text"}}
    before, now = (
        provenance.compared_settings(tasks, {}, {}, {"mine": {"train": letter * 64}})
        for letter in "ab"
    )
    older = provenance.compared_settings(tasks, {}, {})
    (tmp_path / "run.json").touch()
    runs = [("mine", "gru", str(tmp_path / "run.json"))]
    for known in (older, now):
        provenance.write(tmp_path / "same", known)
        provenance.check_results(str(tmp_path / "same"), now, runs, tmp_path)
    provenance.write(tmp_path / "other", before)
    with pytest.raises(UserError, match=r'data_sha256 was "train a+", now it is "train b{12}"'):
        provenance.check_results(str(tmp_path / "other"), now, runs, tmp_path)
