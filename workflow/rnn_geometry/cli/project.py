"""Where the workflow lies, and names that its configuration accepts."""

from __future__ import annotations

import re
from pathlib import Path

from rnn_geometry.config.names import check_name
from rnn_geometry.errors import UserError, place
from rnn_geometry.identity import original_task

LONGEST = 40  # characters of a name that was made of a file's


def project_folder() -> Path:
    """Return the folder of the Snakefile that belongs to this package.

    Raises
    ------
    UserError
        Where the package was installed without it.
    """
    folder = Path(__file__).resolve().parents[3]
    if not (folder / "Snakefile").is_file():
        raise UserError(
            f"The rules of the workflow do not lie beside the installed package, in "
            f"{place(folder)}; clone the repository and install from there: make install, or "
            "pip install -e '.[workflow]'."
        )
    return folder


def fit_name(text: str) -> str:
    """Return a name of a task that is like a text.

    Parameters
    ----------
    text
        Such as the name of a file.

    Examples
    --------
    >>> fit_name("Reviews 2024 (final)"), fit_name("null"), fit_name("texts-data3")
    ('Reviews-2024-final', 'my-null', 'my-texts-data3-texts')
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:LONGEST].strip("-._") or "texts"
    taken = re.search(r"-data[0-9]+$", name) or original_task(name) != name
    name = f"my-{name}-texts" if taken else name
    try:
        check_name(name, "tasks")
    except UserError:
        return f"my-{name}".replace(".", "-")
    return name
