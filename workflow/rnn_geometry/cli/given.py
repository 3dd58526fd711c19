"""What was given on the command line: a file, a folder or a name, as options of a text task."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnn_geometry.cli.project import fit_name, project_folder
from rnn_geometry.config.load import DATA_VARIABLE, read_defaults
from rnn_geometry.errors import UserError, listed, place, quoted
from rnn_geometry.tasks.text.account import has_no_blanks
from rnn_geometry.tasks.text.guess import Found, find_columns, label_options
from rnn_geometry.tasks.text.options import CHARACTERS, local_files
from rnn_geometry.tasks.text.peek import peek

HUB = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Given:
    """A text task as far as it is known, and what of it was guessed.

    name: of the task. options: of the text data set. data_folder: where it lies, None for the hub.
    path: the file that was looked into, None for the hub. columns: what was found in it; texts:
    some of its texts; why: reasons for guesses, a line each.
    """

    name: str
    options: dict[str, Any]
    data_folder: str | None
    path: Path | None = None
    columns: Found | None = None
    texts: tuple[str, ...] = ()
    why: tuple[str, ...] = field(default=())


def given(asked: Namespace) -> Given:
    """Return the task that a command line means.

    Parameters
    ----------
    asked
        `data` (a file, a folder, a name of text_sets.yaml or of the hub), `test`, `dev`, `text`,
        `label`, `multi_label`, `ordered`, `order` (None: guess) and `data_folder`.

    Raises
    ------
    UserError
        Where there is no such file or name, and where columns cannot be guessed.
    """
    path = Path(asked.data).expanduser()
    if path.exists():
        return _of_files(path, asked)
    known = read_defaults(str(project_folder()))["text_sets"]
    folder = asked.data_folder or os.environ.get(DATA_VARIABLE) or None
    stated = {"text_column": asked.text, "label_column": asked.label}
    stated |= {"multi_label": asked.multi_label, "label_names": asked.order}
    stated |= {"ordered": True if asked.order else asked.ordered}
    stated = {key: value for key, value in stated.items() if value is not None}
    if asked.data in known:
        return Given(fit_name(asked.data), {**known[asked.data], **stated}, folder)
    if HUB.fullmatch(asked.data) and not path.suffix:
        options = {"source": {"hub": asked.data}, **stated}
        return Given(fit_name(asked.data.rpartition("/")[2]), options, None)
    raise UserError(
        f"There is no file {place(path)}; give a file or folder of Parquet, CSV, TSV or JSON "
        f"lines, a data set of the hub (owner/name), or one of {listed(known, 90)}."
    )


def _of_files(path: Path, asked: Namespace) -> Given:
    source, folder = _source(path, asked)
    files = local_files({"source": source}, folder)
    looked_at = Path(files["train"])
    rows = peek(looked_at)
    columns = find_columns(looked_at, rows, asked.text, asked.label)
    texts = tuple(text for text in rows[columns.text] if isinstance(text, str))
    labels = label_options(
        columns.label,
        rows[columns.label],
        multi_label=asked.multi_label,
        ordered=asked.ordered,
        order=asked.order,
    )
    options = {
        "source": source,
        "text_column": columns.text,
        "label_column": columns.label,
        **labels.options,
        **_on_gaps(rows, columns, labels.options),
        **({"tokenizer": CHARACTERS} if has_no_blanks(texts) else {}),
    }
    name = fit_name((path if path.is_dir() else looked_at).name.partition(".")[0])
    return Given(name, options, str(folder), looked_at, columns, texts, labels.why)


def _source(path: Path, asked: Namespace) -> tuple[dict[str, Any], Path]:
    """Return the option `source`, and the folder that it is relative to."""
    path = path.absolute()
    if path.is_dir():
        return {"folder": path.name}, path.parent
    if not asked.test:
        if asked.dev:
            raise UserError("--dev is given without --test; give both, or neither.")
        return {"file": path.name}, path.parent
    files = {"train": path, "test": _file("--test", asked.test)}
    if asked.dev:
        files["dev"] = _file("--dev", asked.dev)
    beside = all(file.parent == path.parent for file in files.values())
    names = {name: file.name if beside else str(file) for name, file in files.items()}
    return names, path.parent


def _file(option: str, name: str) -> Path:
    """Return the path of another split; UserError where there is none."""
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise UserError(
            f"{option}: there is no file {place(path)}; give one of the type of the train file."
        )
    return path


def _on_gaps(
    rows: Mapping[str, Sequence[Any]], columns: Found, labels: Mapping[str, Any]
) -> dict[str, Any]:
    """Return options for rows without a text or a label."""
    found: dict[str, Any] = {}
    if any(not str(text or "").strip() for text in rows[columns.text]):
        found["empty_texts"] = "drop"
    if not labels.get("multi_label") and any(value in (None, "") for value in rows[columns.label]):
        found["where"] = {columns.label: "?*"}
    return found


def shown_name(given: Given) -> str:
    """Return what was looked at, for people."""
    if given.path is not None:
        return place(given.path)
    source = given.options["source"]
    return quoted(source.get("folder") or source.get("hub") or given.name)
