"""Pictures of 256 colours: PNG files, and what is drawn as dots inside SVG files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

PACKER = "Image"  # by this name matplotlib's writer of SVG files knows PIL


def quantized(image: Any) -> Any:
    """Return a picture of PIL in 256 colours, transparency among them."""
    from PIL.Image import Dither, Quantize

    return image.quantize(256, method=Quantize.FASTOCTREE, dither=Dither.NONE)


@contextlib.contextmanager
def small_pictures_in_svg() -> Iterator[None]:
    """Give pictures inside SVG files 256 colours each.

    To pack them whole is up to a fifth of the cost of an SVG file, and three times as many bytes.
    """
    from matplotlib.backends import backend_svg
    from PIL import Image

    before = getattr(backend_svg, PACKER, None)
    if before is None:  # another matplotlib: slower, and as good
        yield
        return
    fewer = SimpleNamespace(fromarray=lambda array: quantized(Image.fromarray(array)))
    setattr(backend_svg, PACKER, fewer)
    try:
        yield
    finally:
        setattr(backend_svg, PACKER, before)
