"""What the code of a user's own module is: its file, what it imports beside it, and versions."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import site
import sys
import sysconfig
import tokenize
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# Their versions are part of every result of a network already.
NOTED = {"torch", "numpy", "scipy", "sklearn", "pandas", "matplotlib"}


def code_of(path: Path) -> str:
    """Return a file of Python without comments and empty lines; any other file as it is.

    Not its syntax tree, which Python's versions write in different ways: weights carry this hash,
    and are used with another Python, too.
    """
    data = path.read_bytes()
    try:
        text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (UnicodeDecodeError, SyntaxError, tokenize.TokenError):
        return data.hex()
    lines = io.StringIO(text).readlines()
    for row, column in (token.start for token in tokens if token.type == tokenize.COMMENT):
        lines[row - 1] = lines[row - 1][:column].rstrip() + "\n"
    for row in (token.start[0] for token in tokens if token.type == tokenize.NL):
        if not lines[row - 1].strip():
            lines[row - 1] = ""
    return "".join(lines)


def files_beside(start: Path, root: Path, within: str = "") -> tuple[list[Path], set[str]]:
    """Follow the imports of a module.

    Parameters
    ----------
    start
        Its file.
    root
        The folder from which it is imported; what lies below it is followed.
    within
        The one package to be followed; empty: all.

    Returns
    -------
    list
        All files that are reached, sorted.
    set
        Names that they import from elsewhere, dotted.
    """
    reached: set[Path] = set()
    elsewhere: set[str] = set()
    waiting = [*_packages_above(start, root), start]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        for name in _imported(path, root):
            inside = not within or name.partition(".")[0] == within
            files = _files_of(name, root) if inside else []
            waiting += files
            if not files:
                elsewhere.add(name)
    return sorted(reached), elsewhere


def _packages_above(path: Path, root: Path) -> list[Path]:
    """Return the __init__.py of every package that a module lies in."""
    above = path.relative_to(root).parents if path.is_relative_to(root) else []
    files = (root / folder / "__init__.py" for folder in above if folder != Path())
    return [file for file in files if file.is_file()]


def _files_of(name: str, root: Path) -> list[Path]:
    """Return the files below the root that run when a dotted name is imported."""
    found = []
    parts = name.split(".")
    for i in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:i])
        files = (place / "__init__.py", place.with_name(f"{place.name}.py"))
        found += [next((file for file in files if file.is_file()), None)]
    return [file for file in found if file is not None]


def _imported(path: Path, root: Path) -> Iterator[str]:
    """Yield dotted names of what a file imports, in functions too, relative ones written out."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, path, root)
            yield from (f"{base}.{alias.name}".strip(".") for alias in node.names)


def _base(node: ast.ImportFrom, path: Path, root: Path) -> str:
    """Return the dotted name of the module from which names are imported."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(root).parent.parts if path.is_relative_to(root) else ()
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, *filter(None, [node.module])])


def installed_version(top: str) -> str:
    """Return what tells the state of a package elsewhere: its version, or else its code.

    The code of one that is installed in place (`pip install -e`) changes under one version.
    """
    if top in sys.stdlib_module_names or top in NOTED:
        return ""
    files = _installed_files(top)
    in_place = bool(files) and not any(is_installed(folder) for folder in files[0].parents)
    with contextlib.suppress(PackageNotFoundError):
        if not in_place:
            return version(top)
    return "\n".join(code_of(file) for file in files)


def is_installed(folder: Path) -> bool:
    """Tell whether a folder is one in which Python keeps installed packages, or its own."""
    kept = [*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_path("stdlib")]
    return folder.resolve() in {Path(place).resolve() for place in kept}


def _installed_files(top: str) -> list[Path]:
    """Return the Python files of a module or package that has no version."""
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return []
    if spec is None or not spec.has_location or not spec.origin:
        return []
    origin = Path(spec.origin)
    return sorted(origin.parent.rglob("*.py")) if origin.name == "__init__.py" else [origin]
