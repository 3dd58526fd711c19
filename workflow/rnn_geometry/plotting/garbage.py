"""When to look for the garbage of figures."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

MOST = 300_000  # new objects until garbage is looked for: ten figures of many panels, 200 MB


@contextlib.contextmanager
def collected_after() -> Iterator[None]:
    """Let a figure be drawn without a search for garbage, and search once when there is much.

    A figure is thousands of objects that refer to each other. While it grows Python would look
    through them, and through all of matplotlib, again and again, and find nothing: an eighth of the
    time. What is there before the first one is not looked through any more, and Python's own limit
    is as high from then on, so this is for jobs, which end soon.
    """
    if not gc.get_freeze_count():
        gc.freeze()
    gc.set_threshold(MOST)
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > MOST:
            gc.collect()
        gc.enable()
