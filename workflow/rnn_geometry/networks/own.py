"""The module of a user's own cell, imported so that it is in nobody's way.

One that lies beside a configuration is loaded by its file, under a name that no other module has:
cells may stand in `torch.py` or `cells.py`. The folder comes last on Python's path, so that the
module finds what lies beside it and hides no installed module.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.networks.sources import Source, find_source

# Names that are defined in a module, for a sentence.
SHOWN = 100


def load_own(cell: str) -> Any:
    """Import what a cell of a user's own names.

    Parameters
    ----------
    cell
        `package.module:Class`, or `folder/file.py:Class`.

    Returns
    -------
    object
        What the module has under that name.

    Raises
    ------
    UserError
        Where the module is nowhere, fails, or has no such name.
    """
    source = find_source(cell)
    try:
        module = _load(source)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module can do anything, such as to end the process
        raise UserError(_told(source, error)) from error
    if not hasattr(module, source.attribute):
        known = [name for name, thing in vars(module).items() if _is_made_in(module, thing)]
        raise UserError(
            f"cell {quoted(cell)}: {source.file.name} has no {quoted(source.attribute)}; "
            f"there is: {', '.join(known)[:SHOWN] or 'none'}."
        )
    return getattr(module, source.attribute)


def _is_made_in(module: ModuleType, thing: Any) -> bool:
    """Tell whether a thing is a class or function of a module, and not imported into it."""
    return callable(thing) and getattr(thing, "__module__", None) == module.__name__


def _load(source: Source) -> ModuleType:
    """Import a module."""
    if not source.beside:
        return importlib.import_module(source.module)
    if str(source.root) not in sys.path:
        sys.path.append(str(source.root))
    top, _, rest = source.module.partition(".")
    state = hashlib.sha256(f"{source.root}:{source.digest()}".encode()).hexdigest()[:12]
    name = f"_own_{state}_{top}"
    if name not in sys.modules:
        _load_as(name, source, top, rest)
    return importlib.import_module(f"{name}.{rest}") if rest else sys.modules[name]


def _load_as(name: str, source: Source, top: str, rest: str) -> None:
    """Run the module, or the package that it lies in, under another name."""
    package = source.root / top / "__init__.py"
    file = package if package.is_file() else None if rest else source.file
    folder = [str(source.root / top)] if rest or file == package else []
    if file is None:  # a folder without __init__.py
        module = sys.modules[name] = ModuleType(name)
        module.__path__ = folder
        return
    spec = spec_from_file_location(name, file, submodule_search_locations=folder or None)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} is no Python file")
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _told(source: Source, error: BaseException) -> str:
    """Return the sentence for a module that cannot be imported."""
    beginning = f"cell {quoted(source.cell)}: {source.file.name} cannot be imported"
    if isinstance(error, SystemExit):
        return f"{beginning}: it ends the process (sys.exit); put that below `if __name__ ==`."
    reason = f"{type(error).__name__}: {error}"
    if "no known parent package" in str(error):
        reason = "a relative import needs a package; import the file beside it by its name"
    place = _line(source, error)
    return f"{beginning}{place} ({reason}); mend it and run the command again."


def _line(source: Source, error: BaseException) -> str:
    """Return the line of the user's file in which an error arose, in the words of a sentence."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f", line {error.lineno}"
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(source.file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f", line {line}" if line else ""
