"""Reverse engineering of recurrent networks that classify text (Aitken et al., ICLR 2021).

The public names, and where each lives, are listed once: in `__init__.pyi`, which type checkers
read too. A name is imported when it is first used, since reading a configuration must not load
torch. Modules of the package import each other and never these names, so that a fingerprint sees
what a stage depends on.
"""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

_STUB = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
_PLACES = {name: place for place, name in re.findall(r"(?m)^from (\S+) import (\w+)", _STUB)}
__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    """Import a public name."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    """Name what is public, imported or not."""
    return sorted({*globals(), *__all__})
