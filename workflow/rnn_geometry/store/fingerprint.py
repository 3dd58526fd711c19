"""Hash of the sources a stage depends on, blind to comments, docstrings and layout.

Snakemake sees neither changes of imported modules nor the difference between a formula and a
comment. Each rule carries this hash as a parameter instead, so that a changed formula recomputes
exactly what depends on it. A user's own cell is hashed in the same way.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rnn_geometry.store._sources import (
    NOTED,
    code_of,
    files_beside,
    installed_version,
    is_installed,
)

PACKAGE = "rnn_geometry"
TEMPLATES = "pages/templates"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def fingerprint(module: str, templates: Iterable[str] = ()) -> str:
    """Return 16 hexadecimal digits for a stage: modules it reaches, templates it fills in.

    Parameters
    ----------
    module
        The name of the stage's module in `stages`.
    templates
        Patterns of files in the folder of templates.
    """
    package = Path(__file__).parents[1]
    parts = _sources(package / "stages" / f"{module}.py", package)
    folder = package / TEMPLATES
    files = sorted({file for pattern in templates for file in folder.glob(pattern)})
    parts += [f"{file.name}:{file.read_text(encoding='utf-8')}" for file in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def code_hash(module: str) -> str:
    """Return 16 hexadecimal digits for a module of the package and all modules that it reaches.

    Parameters
    ----------
    module
        Its dotted name, such as rnn_geometry.claims.judge.
    """
    package = Path(__file__).parents[1]
    parts = _sources(_module_file(package, module), package)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _sources(start: Path, package: Path) -> list[str]:
    """Return the source of a file of the package, and of every module that it reaches by name."""
    reached = sorted(reached_modules(start, package))
    named = [f"{name}:{python_source(_module_file(package, name))}" for name in reached]
    return [python_source(start), *named]


def source_hash(start: Path, root: Path) -> str:
    """Return 16 hexadecimal digits for a user's own module and all code that it imports.

    Modules beside it are followed like those of the package; others count by their version, and
    this package by the fingerprint of the stage. What a module reads as data, or imports by a
    computed name, is not seen.

    Parameters
    ----------
    start
        The file of the module.
    root
        The folder from which it is imported. Of installed packages that of the module alone is
        followed, of those whose version every result notes (torch) none.
    """
    own_package = start.relative_to(root).parts[0].removesuffix(".py") if is_installed(root) else ""
    if own_package in NOTED:
        return hashlib.sha256(own_package.encode()).hexdigest()[:16]
    files, elsewhere = files_beside(start, root, own_package)
    parts = [f"{_below(file, root)}:{code_of(file)}" for file in files]
    tops = sorted({name.partition(".")[0] for name in elsewhere} - {PACKAGE, ""})
    parts += [f"{top}:{installed_version(top)}" for top in tops]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _below(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name


def python_source(path: Path) -> str:
    """Return the syntax tree of a Python file without docstrings; comments are no part of it."""
    return read_module(path)[0]


@cache
def read_module(path: Path) -> tuple[str, frozenset[str]]:
    """Return the source of a Python file, see `python_source`, and the dotted names it imports.

    Imports inside functions too; of `from a import b` both a and a.b, since b may be a module.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, DOCUMENTED) and _has_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree), frozenset(names)


def _has_docstring(node) -> bool:
    first = node.body[0] if node.body else None
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )


def reached_modules(path: Path, package: Path) -> set[str]:
    """Return the names of all package modules that a file imports, directly or through others."""
    reached: set[str] = set()
    waiting = [path]
    while waiting:
        for name in imported_modules(waiting.pop(), package) - reached:
            reached.add(name)
            waiting.append(_module_file(package, name))
    return reached


@cache
def imported_modules(path: Path, package: Path) -> frozenset[str]:
    """Return dotted names of the package modules that one file imports, in functions too."""
    names = read_module(path)[1]
    inside = {name for name in names if name == PACKAGE or name.startswith(f"{PACKAGE}.")}
    return frozenset(name for name in inside if _module_file(package, name).is_file())


def _module_file(package: Path, name: str) -> Path:
    path = package.joinpath(*name.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
