"""Files appear whole or not at all, and a damaged one is one clear sentence."""

import numpy as np
import pytest

from rnn_geometry import io
from rnn_geometry.errors import UserError
from rnn_geometry.sentences import Sentences

SENTENCES = Sentences.from_lists([[3, 1, 2], [4], [1, 1]], np.array([0, 2, 1]))


def writers():
    return {
        "a.json": lambda path: io.write_json(path, {"x": list(range(100))}),
        "a.npz": lambda path: io.write_npz(path, x=np.arange(1000.0)),
        "a.safetensors": lambda path: io.write_tensors(path, {"x": np.arange(1000.0)}),
        "a.parquet": lambda path: io.write_table(path, {"x": list(range(100))}),
        "sentences.parquet": lambda path: io.write_sentences(path, SENTENCES),
    }


READERS = {"a.json": io.read_json, "a.npz": io.read_npz, "a.safetensors": io.read_tensors, "a.parquet": io.read_table}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.95])
def test_a_file_cut_short_is_named(tmp_path, name, keep):
    path = tmp_path / name
    writers()[name](path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(UserError, match=rf"{name}: the file is damaged or cut short .* delete it"):
        READERS[name](path)


@pytest.mark.parametrize("name", writers())
def test_an_interrupted_write_leaves_the_old_file(tmp_path, name, monkeypatch):
    path = tmp_path / name
    writers()[name](path)
    before = path.read_bytes()

    def broken(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr(io.os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        writers()[name](path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_round_trips(tmp_path):
    io.write_npz(tmp_path / "a.npz", x=np.eye(3), y=np.array([1, 2]))
    np.testing.assert_array_equal(io.read_npz(tmp_path / "a.npz")["x"], np.eye(3))
    io.write_tensors(tmp_path / "a.safetensors", {"w": np.float32([[1, 2]])})
    np.testing.assert_array_equal(io.read_tensors(tmp_path / "a.safetensors")["w"], [[1, 2]])
    io.write_table(tmp_path / "a.csv", {"x": [1, None], "y": [0.1, float("nan")]})
    assert (tmp_path / "a.csv").read_text() == "x,y\n1,0.1\n,\n"


def test_pickled_objects_are_refused(tmp_path):
    with pytest.raises(TypeError, match="pickled"):
        io.write_npz(tmp_path / "a.npz", x=np.array([{}], dtype=object))
    np.savez(tmp_path / "evil.npz", x=np.array([{}], dtype=object))
    with pytest.raises(UserError, match=r"evil\.npz"):
        io.read_npz(tmp_path / "evil.npz")


@pytest.mark.parametrize("labels", [np.array([0, 2, 1]), np.array([[0, 1], [1, 1], [0, 0]], dtype=np.int8)])
def test_sentences_survive_a_round_trip(tmp_path, labels):
    sentences = Sentences(SENTENCES.tokens, SENTENCES.offsets, labels)
    io.write_sentences(tmp_path / "s.parquet", sentences)
    back = io.read_sentences(tmp_path / "s.parquet")
    for name in ("tokens", "offsets", "labels"):
        np.testing.assert_array_equal(getattr(back, name), getattr(sentences, name))
    assert back.labels.dtype == labels.dtype


def test_padding_and_subsets():
    tokens, lengths = SENTENCES.padded()
    np.testing.assert_array_equal(tokens, [[3, 1, 2], [4, 0, 0], [1, 1, 0]])
    np.testing.assert_array_equal(lengths, [3, 1, 2])
    part = SENTENCES.subset(np.array([2, 0]))
    np.testing.assert_array_equal(part.tokens, [1, 1, 3, 1, 2])
    np.testing.assert_array_equal(part.labels, [1, 0])


@pytest.mark.parametrize("labels", [np.arange(8), np.eye(8, dtype=np.int8)])
def test_sentences_of_several_row_groups(tmp_path, monkeypatch, labels):
    monkeypatch.setattr(io, "ROWS_READ_AT_ONCE", 3)
    sentences = Sentences.from_lists([[1], [], [2, 3], [4], [5, 6, 7], [], [8], [9]], labels)
    io.write_sentences(tmp_path / "some.parquet", sentences)
    found = io.read_sentences(tmp_path / "some.parquet")
    for name in ("tokens", "offsets", "labels"):
        np.testing.assert_array_equal(getattr(found, name), getattr(sentences, name))
        assert getattr(found, name).dtype == getattr(sentences, name).dtype
