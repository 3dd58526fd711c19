"""Pictures of 256 colours: PNG files, and what is drawn as dots inside SVG files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

NEARLY_WHITE = 245  # of 255
SPEED = {"compress_level": 4}  # of PNG: 6 takes half as long again for 8 % of the size
PACKER = "Image"  # by this name matplotlib's writer of SVG files knows PIL


def quantized(image: Any) -> Any:
    """Return a picture of PIL in 256 colours, transparency among them; white paper stays white."""
    from PIL.Image import Dither, Quantize

    few = image.quantize(256, method=Quantize.FASTOCTREE, dither=Dither.NONE)
    if image.mode == "RGB":
        few.putpalette(_with_white(few.getpalette()))
    return few


def _with_white(palette: list[int]) -> list[int]:
    """Return a palette whose palest colour is white if it was mixed of white and hardly less."""
    colours = [palette[i : i + 3] for i in range(0, len(palette), 3)]
    palest = max(colours, key=sum, default=[0])
    if min(palest) < NEARLY_WHITE:
        return palette
    colours[colours.index(palest)] = [255] * 3
    return [value for colour in colours for value in colour]


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

    def fewer(array: Any) -> SimpleNamespace:
        image = quantized(Image.fromarray(array))
        return SimpleNamespace(save=lambda file, format: image.save(file, format, **SPEED))

    setattr(backend_svg, PACKER, SimpleNamespace(fromarray=fewer))
    try:
        yield
    finally:
        setattr(backend_svg, PACKER, before)
