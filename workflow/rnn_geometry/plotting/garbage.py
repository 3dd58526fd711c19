"""When to look for the garbage of figures."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collected_after() -> Iterator[None]:
    """Let a figure be drawn without a search for garbage, and search once when it is done.

    A figure is thousands of objects that refer to each other. While it grows Python would look
    through them, and through all of matplotlib, again and again, and find nothing: an eighth of the
    time. What is there before is not looked through any more, so this is for jobs, which end soon.
    """
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
