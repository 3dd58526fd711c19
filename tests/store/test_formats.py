"""Files appear whole or not at all.

A damaged one, a disk that takes none and a job without memory are one sentence.
"""

import contextlib
import errno
import os
import subprocess
import sys
import zipfile
import zlib

import numpy as np
import pytest

from rnn_geometry.errors import UserError
from rnn_geometry.store import formats
from rnn_geometry.store.files import lock_folder, write_atomically
from rnn_geometry.tasks.sentences import Sentences, read_sentences, write_sentences

SENTENCES = Sentences.from_lists([[3, 1, 2], [4], [1, 1]], np.array([0, 2, 1]))


def writers():
    return {
        "a.json": lambda path: formats.write_json(path, {"x": list(range(100))}),
        "a.npz": lambda path: formats.write_npz(path, x=np.arange(1000.0)),
        "a.safetensors": lambda path: formats.write_tensors(path, {"x": np.arange(1000.0)}),
        "a.parquet": lambda path: formats.write_table(path, {"x": list(range(100))}),
        "sentences.parquet": lambda path: write_sentences(path, SENTENCES),
    }


READERS = {
    "a.json": formats.read_json,
    "a.npz": formats.read_npz,
    "a.safetensors": formats.read_tensors,
    "a.parquet": formats.read_table,
}


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

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        writers()[name](path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_round_trips(tmp_path):
    formats.write_npz(tmp_path / "a.npz", x=np.eye(3), y=np.array([1, 2]))
    np.testing.assert_array_equal(formats.read_npz(tmp_path / "a.npz")["x"], np.eye(3))
    formats.write_tensors(tmp_path / "a.safetensors", {"w": np.float32([[1, 2]])})
    np.testing.assert_array_equal(formats.read_tensors(tmp_path / "a.safetensors")["w"], [[1, 2]])
    formats.write_table(tmp_path / "a.csv", {"x": [1, None], "y": [0.1, float("nan")]})
    assert (tmp_path / "a.csv").read_text() == "x,y\n1,0.1\n,\n"


def test_only_arrays_that_shrink_are_compressed(tmp_path):
    noise = np.random.default_rng(0).normal(size=(300, 64))
    sparse = np.zeros((300, 64), dtype=np.complex64, order="F")
    sparse[:, 3] = noise[:, 3]
    formats.write_npz(tmp_path / "a.npz", noise=noise, sparse=sparse, few=noise[0], one=np.int64(7))
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        kinds = {entry.filename: entry.compress_type for entry in archive.infolist()}
        small = archive.getinfo("sparse.npy").compress_size
    assert kinds.pop("noise.npy") == zipfile.ZIP_STORED
    assert set(kinds.values()) == {zipfile.ZIP_DEFLATED}
    assert small < sparse.nbytes / 20
    found = formats.read_npz(tmp_path / "a.npz")
    for name, array in {"noise": noise, "sparse": sparse, "few": noise[0], "one": 7}.items():
        np.testing.assert_array_equal(found[name], array)
    assert found["sparse"].dtype == np.complex64


def test_a_changed_bit_of_what_is_not_compressed_is_named(tmp_path):
    noise = np.random.default_rng(0).normal(size=(300, 64))
    formats.write_npz(tmp_path / "a.npz", noise=noise)
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.npz: the file is damaged"):
        formats.read_npz(tmp_path / "a.npz")


def test_pickled_objects_are_refused(tmp_path):
    with pytest.raises(TypeError, match="pickled"):
        formats.write_npz(tmp_path / "a.npz", x=np.array([{}], dtype=object))
    np.savez(tmp_path / "evil.npz", x=np.array([{}], dtype=object))
    with pytest.raises(UserError, match=r"evil\.npz"):
        formats.read_npz(tmp_path / "evil.npz")


@pytest.mark.parametrize(
    "labels", [np.array([0, 2, 1]), np.array([[0, 1], [1, 1], [0, 0]], dtype=np.int8)]
)
def test_sentences_survive_a_round_trip(tmp_path, labels):
    sentences = Sentences(SENTENCES.tokens, SENTENCES.offsets, labels)
    write_sentences(tmp_path / "s.parquet", sentences)
    back = read_sentences(tmp_path / "s.parquet")
    for name in ("tokens", "offsets", "labels"):
        np.testing.assert_array_equal(getattr(back, name), getattr(sentences, name))
    assert back.labels.dtype == labels.dtype


def test_padding_and_subsets():
    tokens, lengths = SENTENCES.padded()
    np.testing.assert_array_equal(tokens, [[3, 1, 2], [4, 0, 0], [1, 1, 0]])
    np.testing.assert_array_equal(lengths, [3, 1, 2])
    tokens, lengths = SENTENCES.padded(np.array([1, 2]))
    np.testing.assert_array_equal(tokens, [[4, 0], [1, 1]])
    np.testing.assert_array_equal(lengths, [1, 2])
    none = Sentences.from_lists([[], []], np.zeros(2))
    assert none.padded()[0].shape == (2, 0)
    part = SENTENCES.subset(np.array([2, 0]))
    np.testing.assert_array_equal(part.tokens, [1, 1, 3, 1, 2])
    np.testing.assert_array_equal(part.labels, [1, 0])


@pytest.mark.parametrize("labels", [np.arange(8), np.eye(8, dtype=np.int8)])
def test_sentences_of_several_row_groups(tmp_path, monkeypatch, labels):
    monkeypatch.setattr("rnn_geometry.tasks.sentences.ROWS_READ_AT_ONCE", 3)
    sentences = Sentences.from_lists([[1], [], [2, 3], [4], [5, 6, 7], [], [8], [9]], labels)
    write_sentences(tmp_path / "some.parquet", sentences)
    found = read_sentences(tmp_path / "some.parquet")
    for name in ("tokens", "offsets", "labels"):
        np.testing.assert_array_equal(getattr(found, name), getattr(sentences, name))
        assert getattr(found, name).dtype == getattr(sentences, name).dtype


# --- disks ----------------------------------------------------------------------------------------


def hidden_by_another_library():
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError as error:
        raise zlib.error("inconsistent stream state") from error


def raised(error):
    raise error


FULL = "no space is left on its disk; free some"
DISKS = {
    "full": (lambda: raised(OSError(errno.ENOSPC, "")), FULL),
    "full, told as text": (
        lambda: raised(Exception("I/O error: No space left on device (os error 28)")),
        FULL,
    ),
    "full, told by the cause": (hidden_by_another_library, FULL),
    "quota": (lambda: raised(OSError(errno.EDQUOT, "")), "your quota on its disk is used up"),
    "large file, told as text": (
        lambda: raised(Exception("I/O error: File too large (os error 27)")),
        "files there may not be so large; raise the limit",
    ),
    "broken": (lambda: raised(OSError(errno.EIO, "")), "its disk fails; repair it"),
    "read-only": (lambda: raised(OSError(errno.EROFS, "")), "its file system is read-only"),
    "long name": (
        lambda: raised(OSError(errno.ENAMETOOLONG, "")),
        "choose shorter names of tasks and models",
    ),
}


@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_takes_no_file_is_one_sentence(tmp_path, disk):
    fail, sentence = DISKS[disk]
    with pytest.raises(
        UserError, match=rf"^a\.json cannot be written to the folder \S+: .*{sentence}"
    ) as caught:
        write_atomically(tmp_path / "a.json", lambda temporary: fail())
    assert str(caught.value).endswith("and run the same command again (what was finished is kept).")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="the name is too long for its file system"):
        formats.write_text(tmp_path / ("a" * 300), "x")


@contextlib.contextmanager
def without_rights(folder):
    """Take the right to write in a folder.

    Root, who has it everywhere, is somebody else for a while.
    """
    folder.chmod(0o500)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)


def test_a_folder_that_may_not_be_written_to_is_one_sentence(tmp_path):
    with (
        without_rights(tmp_path),
        pytest.raises(UserError, match="you may not write there; change its permissions"),
    ):
        formats.write_text(tmp_path / "a.txt", "x")


KILLED = """
import os, signal, sys
from pathlib import Path
from rnn_geometry.store.files import write_atomically

def write(temporary):
    Path(temporary).write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

write_atomically(sys.argv[1], write)
"""


def test_what_a_killed_process_left_goes_with_the_next_write(tmp_path):
    path = tmp_path / "a.json"
    done = subprocess.run([sys.executable, "-c", KILLED, path], timeout=60)
    assert done.returncode == -9
    assert [file.read_text() for file in tmp_path.glob(".a-*.json")] == ["half"]
    for other in (".b-12345678.json", ".a-12345678.csv", ".a-b-12345678.json"):  # of other files
        (tmp_path / other).touch()
    formats.write_json(path, {})
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"a.json", ".b-12345678.json", ".a-12345678.csv", ".a-b-12345678.json"}


def test_a_file_that_another_process_is_writing_stays(tmp_path):
    path = tmp_path / "a.txt"

    def write(temporary):
        formats.write_text(path, "of another")
        assert os.path.exists(temporary)
        with open(temporary, "w") as handle:
            handle.write("mine")

    write_atomically(path, write)
    assert path.read_text() == "mine"


def test_files_are_written_where_there_are_no_locks(tmp_path, monkeypatch):
    no_locks = OSError(errno.ENOTSUP, "")
    monkeypatch.setattr("fcntl.flock", lambda *arguments: raised(no_locks))
    (tmp_path / ".a-12345678.txt").touch()
    formats.write_text(tmp_path / "a.txt", "x")
    lock_folder(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"a.txt", ".a-12345678.txt"}
