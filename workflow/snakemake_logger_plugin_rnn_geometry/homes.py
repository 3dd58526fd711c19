"""A folder for caches where the home folder has none: missing, empty, read-only, nobody's.

Snakemake makes its cache before it reads any Snakefile, and ends in a traceback where it cannot.
This package is what it imports before that.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def find_cache(environ: MutableMapping[str, str], project: Path = PROJECT) -> None:
    """Let caches lie below the project, the working folder or TMPDIR where the home has no room.

    Parameters
    ----------
    environ : MutableMapping[str, str]
        The variables of this process, which are changed only then.
    project : Path
        The folder of the project.

    Raises
    ------
    SystemExit
        With one sentence, where no folder can be written to.
    """
    if not environ.get("HOME", "absent"):
        del environ["HOME"]  # the one in the system's list of users counts
    usual = environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if _is_usable(usual):
        return
    for folder in _others(project):
        if _is_usable(folder):
            environ["XDG_CACHE_HOME"] = folder
            environ["MPLCONFIGDIR"] = os.path.join(folder, "matplotlib")
            return
    raise SystemExit(
        f"ERROR: no cache can be written, neither to {usual} nor below the working folder nor to "
        "TMPDIR; set XDG_CACHE_HOME to a folder that you may write to."
    )


def _others(project: Path) -> Iterator[str]:
    if (project / "Snakefile").is_file():
        yield str(project / ".snakemake" / "cache")
    yield os.path.abspath(os.path.join(".snakemake", "cache"))
    try:
        yield tempfile.mkdtemp(prefix="snakemake-cache-")
    except OSError:
        return


def _is_usable(folder: str) -> bool:
    """Tell whether files can be written to a folder, which is made if need be."""
    if not os.path.isabs(folder):  # a home that nobody knows stays `~`
        return False
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
