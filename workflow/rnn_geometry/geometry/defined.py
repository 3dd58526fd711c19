"""Numbers that are not defined.

A network that runs away has no manifold to measure, and what is measured of it is infinite or no
number. Such a number is None in files and empty in tables; it must not stop the run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def defined(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return numbers by name, None for those that are infinite or no number.

    Parameters
    ----------
    numbers
        Numbers, words, flags or lists of these by name.
    """
    return {name: _defined(value) for name, value in numbers.items()}


def _defined(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_defined(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
