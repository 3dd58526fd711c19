"""Whether this machine has what the workflow needs: one sentence before anything is imported.

Standard library and `packaging` only: what is missing may be any other library.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rnn_geometry.errors import UserError

REMEDY = "run `make install` in the folder of the workflow, or pip install -r requirements.lock"


def check_machine(root: str | Path) -> None:
    """Refuse Windows, and libraries that are missing or too old.

    Parameters
    ----------
    root
        The folder of the project, whose pyproject.toml says what is needed.

    Raises
    ------
    UserError
        With one sentence that says what to do.
    """
    if os.name == "nt":
        raise UserError(
            "The workflow runs on Linux and macOS, not on Windows itself; install WSL (wsl "
            "--install) and run the same command there."
        )
    stated = Path(root) / "pyproject.toml"
    if not stated.is_file():  # a copy of what the workflow runs from alone
        return
    project = tomllib.loads(stated.read_text(encoding="utf-8"))["project"]
    check_python(project["requires-python"], sys.version.split()[0])
    for requirement in required(project):
        check_requirement(requirement)


def required(project: Mapping[str, Any], extra: str = "workflow") -> list[str]:
    """Return what the workflow needs: what the library does, and an extra with those it names.

    Parameters
    ----------
    project
        The table `project` of pyproject.toml.
    extra
        The name of an extra.

    Examples
    --------
    >>> extras = {"workflow": ["me[text]", "snakemake"], "text": ["datasets"]}
    >>> required({"name": "me", "dependencies": ["torch"], "optional-dependencies": extras})
    ['torch', 'datasets', 'snakemake']
    """
    found = list(project["dependencies"])
    waiting = list(project["optional-dependencies"].get(extra, []))
    while waiting:
        one = waiting.pop(0)
        inner = re.fullmatch(rf"{re.escape(project['name'])}\[(.+)\]", one)
        if inner:
            names = [name.strip() for name in inner[1].split(",")]
            waiting[:0] = [
                each for name in names for each in project["optional-dependencies"][name]
            ]
        else:
            found.append(one)
    return list(dict.fromkeys(found))


def check_python(wanted: str, found: str) -> None:
    """Refuse a Python that is too old.

    Parameters
    ----------
    wanted
        Such as ">=3.11".
    found
        Such as "3.10.2".

    Raises
    ------
    UserError
        If it is not among those.
    """
    from packaging.specifiers import SpecifierSet

    if not SpecifierSet(wanted).contains(found, prereleases=True):
        raise UserError(
            f"Python {wanted} is needed, this is {found}; {REMEDY} with a newer Python."
        )


def check_requirement(requirement: str) -> None:
    """Refuse a library that is missing or too old.

    Parameters
    ----------
    requirement
        As in pyproject.toml, such as "torch>=2.13".

    Raises
    ------
    UserError
        If it is either.
    """
    from packaging.requirements import Requirement

    wanted = Requirement(requirement)
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        raise UserError(f"The Python package {requirement} is missing; {REMEDY}.") from None
    if not wanted.specifier.contains(found, prereleases=True):
        raise UserError(f"The Python package {requirement} is needed, {found} is there; {REMEDY}.")
