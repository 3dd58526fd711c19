"""Arrays and JSON as an explorer's page takes them."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np


def embedded_json(value: Any) -> str:
    """Return JSON that may stand inside a script element.

    No `<`, so that no word of a data set can end it.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def encoded(array: np.ndarray, kind: str = "<f4") -> str:
    """Return an array as base64 of little-endian float32, or of int32 for kind `<i4`."""
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode("ascii")


def hundredths(array: np.ndarray) -> str:
    """Return numbers up to 327 in size as base64 of little-endian int16, in hundredths."""
    return encoded(np.clip(np.round(np.nan_to_num(array) * 100), -32767, 32767), "<i2")
