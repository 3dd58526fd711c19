"""Files that are whole or not there: atomic writing, locks, room on the disk."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rnn_geometry.errors import UserError, in_part, place, told


def write_atomically(path: str | Path, write: Callable[[str], object]) -> None:
    """Write a file that is whole or not there: made beside its place, synced and renamed.

    What a killed process left of an earlier try is deleted first.

    Parameters
    ----------
    path
        Where the file is to be; folders above it are made.
    write
        Takes the path of a temporary file and writes it.

    Raises
    ------
    UserError
        Where the folder cannot be written to, such as on a full disk.
    """
    path = Path(path)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path)
        descriptor, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
        )
        try:
            with contextlib.suppress(OSError):  # of a file system that knows no locks
                _lock(descriptor)  # says that this process is alive, until it ends in whatever way
            write(temporary)
            with open(temporary, "rb") as handle:
                os.fsync(handle.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock an open file; OSError where another process has locked it or no locks are known."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def remove_leftovers(path: str | Path) -> None:
    """Delete temporary files of `path` that a killed process left; nobody holds their locks."""
    path = Path(path)
    # The eight characters are those of tempfile.
    named = re.compile(re.escape(f".{path.stem}-") + "[a-z0-9_]{8}" + re.escape(path.suffix))
    for name in filter(named.fullmatch, os.listdir(path.parent)):
        with contextlib.suppress(OSError), open(path.parent / name, "r+b") as handle:
            _lock(handle.fileno())
            os.unlink(path.parent / name)


# What is wrong with a folder, and what to do about it.
_UNWRITABLE = {
    errno.ENOSPC: ("no space is left on its disk", "free some"),
    errno.EDQUOT: ("your quota on its disk is used up", "free some space"),
    errno.EFBIG: ("files there may not be so large", "raise the limit (ulimit -f)"),
    errno.EIO: ("its disk fails", "repair it or name another folder (results)"),
    errno.EROFS: (
        "its file system is read-only",
        "make it writable or name another folder (results)",
    ),
    errno.EACCES: (
        "you may not write there",
        "change its permissions or name another folder (results)",
    ),
    errno.EPERM: (
        "you may not write there",
        "change its permissions or name another folder (results)",
    ),
    errno.ENAMETOOLONG: (
        "the name is too long for its file system",
        "choose shorter names of tasks and models",
    ),
}


@contextlib.contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Turn any library's error of the disk while `path` is written into one UserError."""
    path = Path(path)
    try:
        yield
    except Exception as error:
        number = _error_number(error)
        if number not in _UNWRITABLE:
            raise
        state, remedy = _UNWRITABLE[number]
        raise UserError(
            f"{in_part(path.name, 40)} cannot be written to the folder "
            f"{place(path.parent)}: "
            f"{state}; {remedy} and run the same command again (what was finished is kept)."
        ) from error


def check_room(folder: str | Path, size: int = 65_536) -> None:
    """Write a file to a folder to see whether there is room; it is gone at once.

    Parameters
    ----------
    folder
        The folder.
    size
        Bytes that must fit.

    Raises
    ------
    UserError
        If they do not.
    """
    with (
        writing(Path(folder).absolute() / "a file"),
        tempfile.TemporaryFile(dir=folder, buffering=0) as handle,
    ):
        os.posix_fallocate(handle.fileno(), 0, size)


def lock_folder(folder: str | Path) -> None:
    """Lock a folder until this process ends, however it ends.

    The system keeps the lock and no file is left. Where the file system knows no locks nothing is
    locked.

    Parameters
    ----------
    folder
        The folder, which is made if need be.

    Raises
    ------
    UserError
        If another process has locked it.
    """
    with writing(Path(folder).absolute() / "a file"):
        os.makedirs(folder, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)  # never closed: closing it would unlock the folder
    try:
        _lock(descriptor)
    except BlockingIOError:
        os.close(descriptor)
        raise UserError(
            f"config key results: another run is at work in '{folder}', from another working "
            "folder; wait for its end "
            "or name another folder."
        ) from None
    except OSError:
        os.close(descriptor)


def _error_number(error: BaseException | None) -> int | None:
    """Return the system's error number behind an exception, in its text or what came before."""
    while error is not None:
        if isinstance(error, OSError) and error.errno is not None:
            return error.errno
        told = re.search(r"os error (\d+)", str(error))  # safetensors has a type of its own
        if told:
            return int(told[1])
        error = error.__cause__ or error.__context__
    return None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def damaged(path: str | Path, error: Exception) -> UserError:
    """Return the sentence for a file that cannot be read."""
    return UserError(
        f"{path}: the file is damaged or cut short ({told(error, 80)}); delete it and run the same "
        "command again."
    )
