"""The order of names with numbers in them; light, so that figures can have it without verdicts."""

from __future__ import annotations

import re


def natural_order(name: str) -> str:
    """Return a sort key by which categorical-2 comes before categorical-10.

    Parameters
    ----------
    name
        Of a task.
    """
    return re.sub(r"\d+", lambda digits: digits.group().zfill(9), name)
