"""Where the module of a user's own cell lies, found without running a line of it.

`cell` of a model is `package.module:Class` or `folder/file.py:Class`. It is looked for beside every
configuration file, then in the working folder, then where Python looks. Light: configurations are
checked with it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rnn_geometry.errors import UserError, listed, quoted
from rnn_geometry.networks.registry import CELLS
from rnn_geometry.store.fingerprint import PACKAGE, source_hash
from rnn_geometry.store.plugins import Plugin, module_file, plugins

# Holds the folders beside which the configuration lies, for the jobs, which are processes of their
# own.
VARIABLE = "RNN_GEOMETRY_CELLS"


@dataclass(frozen=True)
class Source:
    """Where a cell of a user's own is written.

    Attributes
    ----------
    cell
        What the configuration calls it.
    attribute
        The name of its class.
    module
        Dotted name of the module, seen from `root`.
    file
        The file of the module.
    root
        The folder from which it is imported.
    beside
        Whether it was found beside a configuration or in the working folder, and not on Python's
        path.
    plugin
        What another package names so, if it is that.
    """

    cell: str
    attribute: str
    module: str
    file: Path
    root: Path
    beside: bool
    plugin: Plugin | None = None

    def digest(self) -> str:
        """Return the hash of its code, that of modules beside it which it imports included."""
        if self.plugin is not None:
            return self.plugin.digest()
        return source_hash(self.file, self.root)


def beside_files(files: Iterable[str | os.PathLike]) -> str:
    """Return the value of VARIABLE for some configuration files.

    Parameters
    ----------
    files
        The files, relative to the working folder or not.

    Returns
    -------
    str
        Their folders, as JSON.
    """
    return json.dumps(list(dict.fromkeys(os.path.dirname(os.path.abspath(f)) for f in files)))


def search_folders() -> list[Path]:
    """Return where a module is looked for before Python's own path.

    Returns
    -------
    list of Path
        Folders of configurations, then the working folder.
    """
    try:
        told = json.loads(os.environ.get(VARIABLE) or "[]")
    except json.JSONDecodeError:
        told = []
    return list(dict.fromkeys([*map(Path, told), Path.cwd()]))


def is_own(cell: str) -> bool:
    """Tell whether the name of a cell is that of a class of the user's own.

    Parameters
    ----------
    cell
        The name.

    Returns
    -------
    bool
        Whether it is.
    """
    return cell not in CELLS and (":" in cell or cell in added_cells())


def added_cells() -> dict[str, Plugin]:
    """Return the cells that other packages name as entry points.

    Returns
    -------
    dict of Plugin
        By name.

    Raises
    ------
    UserError
        For a name that is taken.
    """
    return plugins("cells", CELLS)


def find_source(cell: str) -> Source:
    """Find the module of a cell of a user's own.

    Parameters
    ----------
    cell
        `package.module:Class`, `folder/file.py:Class`, or a name that another package gives one.

    Returns
    -------
    Source
        Where it is.

    Raises
    ------
    UserError
        Where it is neither, or no such module is there.
    """
    added = added_cells().get(cell)
    if added is not None:
        where = (added.attribute, added.module, added.file, added.root)
        return Source(cell, *where, beside=False, plugin=added)
    module, _, attribute = cell.rpartition(":")
    by_file = module.endswith(".py")
    if not attribute.isidentifier() or not (by_file or _is_dotted(module)):
        raise UserError(
            f"the module {quoted(module)} of {quoted(cell)} cannot be found; write "
            "package.module:ClassName or folder/file.py:ClassName."
        )
    if module.partition(".")[0] != PACKAGE:  # a copy of the package would have another class Cell
        for folder in search_folders():
            found = folder / module if by_file else _module_file(folder, module)
            if found is not None and found.is_file():
                return (
                    _in_its_root(cell, attribute, found)
                    if by_file
                    else Source(cell, attribute, module, found, folder, beside=True)
                )
    found = None if by_file else module_file(module)
    if found is None:
        raise UserError(_told_where(cell, module, by_file))
    root = found.parents[module.count(".") + (found.name == "__init__.py")]
    return Source(cell, attribute, module, found, root, beside=False)


def _is_dotted(module: str) -> bool:
    return all(part.isidentifier() for part in module.split("."))


def _told_where(cell: str, module: str, by_file: bool) -> str:
    """Return the sentence for a module that is nowhere."""
    places = listed(map(_shortly, search_folders()), limit=90)
    rest = "" if by_file else " and on PYTHONPATH"
    file = module if by_file else module.replace(".", "/") + ".py"
    return (
        f"the module {quoted(module)} of {quoted(cell)} cannot be found; looked in {places}{rest}: "
        f"put {file} beside the configuration file."
    )


def _shortly(folder: Path) -> str:
    """Return a folder as seen from the working folder, where that is shorter."""
    if folder == Path.cwd():
        return "the working folder"
    return min(str(folder), os.path.relpath(folder), key=len)


def _module_file(folder: Path, module: str) -> Path | None:
    """Return the file of a dotted module below a folder; a package's is its __init__.py."""
    place = folder.joinpath(*module.split("."))
    for file in (place / "__init__.py", place.with_name(f"{place.name}.py")):
        if file.is_file():
            return file
    return None


def _in_its_root(cell: str, attribute: str, file: Path) -> Source:
    """Return the source of a file: a module of the package that it lies in, if it lies in one."""
    file = file.absolute()
    names = [] if file.name == "__init__.py" else [file.stem]
    root = file.parent
    while (root / "__init__.py").is_file() and root.name.isidentifier():
        names.insert(0, root.name)
        root = root.parent
    return Source(cell, attribute, ".".join(names) or file.stem, file, root, beside=True)
