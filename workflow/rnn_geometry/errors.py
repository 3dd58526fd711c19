"""The one exception that is meant for the person who runs the workflow, and values in sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from itertools import islice
from typing import Any

LONGEST = 300  # characters of a sentence for people
# Of a sentence that is too long its beginning says where, its end what to do.
BEGINNING = 170
ELIDED = " … "
NO_MEMORY = re.compile(
    r"out of memory|can.?t allocate memory|cannot allocate memory|not enough memory", re.IGNORECASE
)


class UserError(Exception):
    """A mistake in configuration, data or files.

    The message is one sentence that names the key, file or row and says what is accepted. The
    workflow prints it without a traceback. It is one line of at most 300 characters, whatever is
    passed: of a longer one the middle is left out.

    Parameters
    ----------
    message
        The sentence.

    Examples
    --------
    >>> len(str(UserError("x" * 1000)))
    300
    """

    def __init__(self, message: object = ""):
        super().__init__(one_line(str(message)))


def one_line(text: str, limit: int = LONGEST) -> str:
    """Return a text on one line that every terminal and file can show, its middle left out.

    Parameters
    ----------
    text
        Any, with lone surrogates and control characters too; these are written as in Python.
    limit
        Most characters.

    Examples
    --------
    >>> one_line("two" + chr(10) + "lines, a bell" + chr(7))
    'two lines, a bell\\\\x07'
    """
    if len(text) > 20 * limit:  # blanks can be most of a text; what is quoted may be a whole file
        text = text[: 10 * limit] + ELIDED + text[-10 * limit :]
    return in_part(" ".join(text.split()), limit)


def in_part(text: str, limit: int = 60) -> str:
    """Return a text with its unprintable characters written out and its middle left out.

    Parameters
    ----------
    text
        Any.
    limit
        Most characters.

    Examples
    --------
    >>> in_part("a" * 100, limit=13)
    'aaaaaaa … aaa'
    """
    if len(text) > 2 * limit:
        text = text[:limit] + text[-limit:]
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
    if len(shown) <= limit:
        return shown
    beginning = limit * BEGINNING // LONGEST
    return shown[:beginning] + ELIDED + shown[len(shown) - (limit - beginning - len(ELIDED)) :]


def told(error: BaseException, limit: int = 120) -> str:
    """Return what an error of a library says, on one line and in part.

    Parameters
    ----------
    error
        Of any library; its kind stands for one that says nothing.
    limit
        Most characters.

    Examples
    --------
    >>> told(ValueError()), told(OSError("no such" + chr(10) + "file"))
    ('ValueError', 'no such file')
    """
    return in_part(" ".join(str(error)[: 20 * limit].split()), limit) or type(error).__name__


def imported(module: str, extra: str) -> Any:
    """Import a module of another package, or say how that is installed.

    Parameters
    ----------
    module
        Its dotted name.
    extra
        The extra of this package that brings it.

    Returns
    -------
    module
        Imported.

    Raises
    ------
    UserError
        If its package is not installed.

    Examples
    --------
    >>> imported("json", "text").dumps(1)
    '1'
    >>> imported("no_such_package.part", "plots")
    Traceback (most recent call last):
    rnn_geometry.errors.UserError: ... no_such_package: pip install 'rnn-geometry[plots]'.
    """
    top = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or top).partition(".")[0] != top:  # it is there, and lacks something itself
            raise
    raise UserError(f"This needs {top}: pip install 'rnn-geometry[{extra}]'.")


def lacks_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory cannot be had; torch has no type of its own.

    Parameters
    ----------
    error
        Of any library.

    Examples
    --------
    >>> lacks_memory(RuntimeError("CUDA out of memory")), lacks_memory(KeyError("memory"))
    (True, False)
    """
    told = isinstance(error, (RuntimeError, OSError, ImportError)) and NO_MEMORY.search(str(error))
    return isinstance(error, MemoryError) or bool(told)


def quoted(value: Any, limit: int = 60) -> str:
    """Return a value as a sentence may quote it: on one line, and in part if it is long.

    Parameters
    ----------
    value
        Any; a text gets quotes.
    limit
        Most characters.

    Examples
    --------
    >>> quoted("joy"), quoted(3.5), quoted([1, "a"])
    ("'joy'", '3.5', '[1, "a"]')
    >>> quoted("word " * 1000, limit=20)
    "'word word  … word '"
    """
    if isinstance(value, str):
        return f"'{in_part(value, limit - 2)}'"
    if isinstance(value, (list, tuple, Mapping)):
        try:
            return in_part(json.dumps(value, ensure_ascii=False, default=str), limit)
        except (TypeError, ValueError, RecursionError):
            return f"a {type(value).__name__}"
    return in_part(repr(value), limit)


def listed(values: Iterable[Any], limit: int = 100) -> str:
    """Return values by commas, as many as there is room for, and how many more there are.

    Parameters
    ----------
    values
        Any.
    limit
        Most characters, the count left out; one value is always shown.

    Examples
    --------
    >>> listed(["low", "medium", "high"])
    'low, medium, high'
    >>> listed(range(1000), limit=12)
    '0, 1, 2, 3 and 996 more'
    """
    known = values if isinstance(values, Collection) else list(values)
    shown: list[str] = []
    for value in islice(known, limit):
        text = in_part(str(value), 60)
        if shown and len(", ".join([*shown, text])) > limit:
            break
        shown.append(text)
    more = len(known) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def place(path: object, limit: int = 80) -> str:
    """Return a path as a sentence shows it: its end, where it is long.

    Parameters
    ----------
    path
        Of a file.
    limit
        Most characters.
    """
    text = in_part(str(path), 2000)
    return text if len(text) <= limit else "…" + text[1 - limit :]
