"""The pictures of Snakemake's report, as large as screens show them: files are for print.

All figures for print are made smaller by the same factor, so that letters have one size.
"""

from __future__ import annotations

import base64
import io
import re

from PIL import Image

WIDTH, COLOURS = 1100, 256  # pixels; a figure of two columns has 2,161
PRINT, DOTS = 250, 153  # dots an inch: of print at least, and here, where two columns are WIDTH
_PICTURE = re.compile(r"(data:image/png;[^,]*base64,)([A-Za-z0-9+/=]+)")


def with_smaller_pictures(report: str) -> str:
    """Return a report with figures for print at one scale, others at most 1,100 pixels wide.

    Parameters
    ----------
    report
        HTML, with PNG files as data URIs.

    Returns
    -------
    str
        Pictures that would not get smaller stay as they are.
    """
    return _PICTURE.sub(lambda found: found[1] + _smaller(found[2]), report)


def _smaller(encoded: str) -> str:
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        width = _width(picture)
        if picture.width <= width:
            return encoded
        size = width, round(picture.height * width / picture.width)
        small = picture.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    file = io.BytesIO()
    small.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG")
    return min(encoded, base64.b64encode(file.getvalue()).decode(), key=len)


def _width(picture: Image.Image) -> int:
    """Return how wide a picture is on a screen, in pixels."""
    dots = picture.info.get("dpi", (0, 0))[0]
    return min(WIDTH, round(picture.width * DOTS / dots)) if dots >= PRINT else WIDTH
