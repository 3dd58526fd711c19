"""Pages of the library, one for the public names and one for every module of the dynamics."""

import ast
from importlib import import_module
from pathlib import Path

import rnn_geometry

PACKAGE = Path(rnn_geometry.__file__).parent
ROOMS = ("dynamics", "networks")


def write(folder: Path) -> None:
    """Write the pages into a folder; those that say the same as before keep their time."""
    folder.mkdir(exist_ok=True)
    pages = {"index.rst": _index(), "public.rst": _public()}
    for name in modules():
        pages[f"{name}.rst"] = _module(name)
    for file, text in pages.items():
        path = folder / file
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for old in set(folder.glob("*.rst")) - {folder / file for file in pages}:
        old.unlink()


def modules() -> list[str]:
    """Return the modules of the library that define public names, without the package's name."""
    found = [path for room in ROOMS for path in sorted((PACKAGE / room).glob("*.py"))]
    return [f"{path.parent.name}.{path.stem}" for path in found if _has_names(path)]


def _has_names(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return path.stem[0] != "_" and any(node.name[0] != "_" for node in named)


def _titled(title: str, *parts: str) -> str:
    return "\n\n".join([f"{title}\n{'=' * len(title)}", *parts]) + "\n"


def _toctree(names: list[str], *options: str) -> str:
    lines = ["", *(f":{option}" for option in options), "", *names]
    return ".. toctree::" + "\n   ".join(lines)


def _index() -> str:
    said = (
        "Made of the docstrings. Begin with :doc:`public`: all that comes from ``rnn_geometry``"
        " itself. Below are the modules that define more. How to use them:"
        " :doc:`the dynamics as a library </docs/library>`."
    )
    return _titled("API", said, _toctree(["public", *modules()], "maxdepth: 1"))


def _public() -> str:
    parts = []
    for name in rnn_geometry.__all__:
        thing = getattr(rnn_geometry, name)
        kind = "autoclass" if isinstance(thing, type) else "autofunction"
        parts.append(f"{name}\n{'-' * len(name)}\n\n.. {kind}:: rnn_geometry.{name}")
    return _titled("Public names", "``from rnn_geometry import ...``", *parts)


def _module(name: str) -> str:
    module = import_module(f"rnn_geometry.{name}")
    above = [key for key, place in rnn_geometry._PLACES.items() if place == module.__name__]
    lines = [f".. automodule:: {module.__name__}", "   :members:"]
    lines += [f"   :exclude-members: {', '.join(above)}"] if above else []
    more = f"Public names that live here: {', '.join(above)} (:doc:`public`)." if above else ""
    return _titled(name, "\n".join(lines), more)
