"""Files that a configuration names: where they lie, and that they are what they should be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from rnn_geometry.config.imports import from_here
from rnn_geometry.config.plain import check_path
from rnn_geometry.errors import UserError, quoted
from rnn_geometry.tasks.text.tokenizer_file import load_tokenizer
from rnn_geometry.tasks.text.vocabulary import read_words, reads_tokenizer, stated


def found_from(folders: Iterable[str], path: Any, is_there: Callable[[str], bool]) -> Any:
    """Return a path as it is found from the first of some folders; unchanged where it is nowhere.

    Parameters
    ----------
    folders
        The folders; "" is the working folder.
    path
        The path, or what the schema will refuse.
    is_there
        Tells whether it is what is looked for.
    """
    if not isinstance(path, str) or not path or os.path.isabs(path):
        return path
    try:
        return next((f for folder in folders if is_there(f := os.path.join(folder, path))), path)
    except ValueError:  # a name with a zero byte
        return path


def found_file(key: str, path: str, folders: Iterable[str]) -> str:
    """Return where a file that a task names lies; it is not read.

    Parameters
    ----------
    key
        The option that names it, for the sentence.
    path
        As the task names it.
    folders
        Where it is looked for, in turn.

    Raises
    ------
    UserError
        If it is nowhere.
    """
    found = found_from(folders, path, os.path.isfile)
    if not os.path.isfile(found):
        raise UserError(
            f"{key}: there is no file {quoted(path)}; put it below the working folder, beside the "
            "configuration or into the folder of the workflow."
        )
    check_path(found, key)
    return str(found)


def checked_vocabulary(task: dict[str, Any], folders: Iterable[str]) -> str:
    """Return where the words of a task lie, once they were read; a tokenizer.json splits texts.

    Parameters
    ----------
    task
        Settings of the task; its tokenizer becomes the file of the vocabulary where that is one.
    folders
        Where it is looked for, in turn.

    Raises
    ------
    UserError
        If it is nowhere, holds no words, or is a tokenizer.json beside another tokenizer.
    """
    asked = stated(task["vocabulary"])
    found = found_file("vocabulary", asked["file"], folders)
    read_words(asked, found)
    if reads_tokenizer(found) and task.setdefault("tokenizer", asked["file"]) != asked["file"]:
        raise UserError(
            f"tokenizer is {quoted(task['tokenizer'])} and vocabulary the tokenizer.json "
            f"{quoted(asked['file'])}; leave the tokenizer out."
        )
    return from_here(found)


def checked_tokenizer(path: str, folders: Iterable[str]) -> str:
    """Return where a tokenizer.json lies, once it was read.

    Parameters
    ----------
    path
        As the task names it.
    folders
        Where it is looked for, in turn.

    Raises
    ------
    UserError
        If it is nowhere, or no tokenizer.
    """
    found = found_file("tokenizer", path, folders)
    load_tokenizer(found)
    return found
