"""Cells, tasks and metrics of other packages, which name them as entry points.

A package that is installed beside this one adds to a registry by a group of entry points,
`rnn_geometry.cells`, `rnn_geometry.tasks` or `rnn_geometry.metrics`. What it adds has a name like
what is built in. Light: entry points are read from metadata, and nothing of a package is run
before what it adds is used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Callable, Collection
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

from rnn_geometry.errors import UserError, quoted, told
from rnn_geometry.store.fingerprint import source_hash

KINDS = {"cells": "cell", "tasks": "family of tasks", "metrics": "metric"}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class Plugin(NamedTuple):
    """Something that another package adds.

    Attributes
    ----------
    kind
        A key of KINDS.
    name
        What configurations and tables call it.
    module, attribute
        Where it is defined.
    package, version
        The distribution that names it.
    """

    kind: str
    name: str
    module: str
    attribute: str
    package: str
    version: str

    def __str__(self) -> str:
        return f"the {KINDS[self.kind]} {quoted(self.name)} of the package {self.package}"

    @property
    def file(self) -> Path:
        """The file of its module; nothing of the package is run.

        Raises
        ------
        UserError
            If it is nowhere.
        """
        found = module_file(self.module)
        if found is None:
            raise UserError(
                f"{self}: its module {self.module} cannot be found; install the package again."
            )
        return found

    @property
    def root(self) -> Path:
        """The folder from which its module is imported."""
        return self.file.parents[self.module.count(".") + (self.file.name == "__init__.py")]

    def digest(self) -> str:
        """Return 16 hexadecimal digits for the package's version and the code that is reached."""
        text = f"{self.package}=={self.version}:{source_hash(self.file, self.root)}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def resolved(self, fits: Callable[[Any], bool], accepted: str) -> Any:
        """Import it.

        Parameters
        ----------
        fits
            Tells whether what was imported is of the right kind.
        accepted
            What is accepted, in words.

        Raises
        ------
        UserError
            If the module fails, has no such name, or what it has does not fit.
        """
        found = self._imported()
        if not fits(found):
            raise UserError(f"{self} is {quoted(found)}; accepted is {accepted}.")
        return found

    def _imported(self) -> Any:
        try:
            return getattr(import_module(self.module), self.attribute)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a module can do anything, such as to end the process
            raise UserError(
                f"{self}: {self.module}:{self.attribute} cannot be imported "
                f"({type(error).__name__}: {told(error)}); mend or uninstall the package."
            ) from error


def plugins(kind: str, built_in: Collection[str]) -> dict[str, Plugin]:
    """Return what other packages add to a registry.

    Parameters
    ----------
    kind
        A key of KINDS.
    built_in
        Names that are taken.

    Returns
    -------
    dict of Plugin
        By name, sorted.

    Raises
    ------
    UserError
        For a name that is taken, two packages with the same one, and what is no name.
    """
    found: dict[str, Plugin] = {}
    for plugin in _named(kind, tuple(sys.path)):
        if plugin.name in built_in or plugin.name in found:
            other = found.get(plugin.name)
            taken = f"it is also one of {other.package}" if other else "it is built in"
            raise UserError(
                f"{plugin} has a name that is taken: {taken}; uninstall a package, or rename its "
                f"entry point in the group rnn_geometry.{kind}."
            )
        found[plugin.name] = plugin
    return found


@cache
def _named(kind: str, path: tuple[str, ...]) -> list[Plugin]:
    """Return the entry points of a group, as long as Python looks in the same places."""
    found = []
    for point in entry_points(group=f"rnn_geometry.{kind}"):
        package = point.dist.name if point.dist else "?"
        version = point.dist.version if point.dist else ""
        if not NAME.fullmatch(point.name) or not point.attr.isidentifier():
            raise UserError(
                f"the package {package}: its entry point {quoted(f'{point.name} = {point.value}')} "
                f"in the group rnn_geometry.{kind} is not accepted; accepted is such as "
                "`my-name = my_module:MyClass`."
            )
        found.append(Plugin(kind, point.name, point.module, point.attr, package, version))
    return sorted(found)


def module_file(module: str) -> Path | None:
    """Return the file of a module that Python would import; none of its packages is run.

    Parameters
    ----------
    module
        Its dotted name.
    """
    top, *parts = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for part in parts:
            if spec is None or spec.submodule_search_locations is None:
                return None
            spec = PathFinder.find_spec(f"{spec.name}.{part}", spec.submodule_search_locations)
    except (ImportError, ValueError, AttributeError):
        return None
    return Path(spec.origin) if spec is not None and spec.has_location and spec.origin else None
