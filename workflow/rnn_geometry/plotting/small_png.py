"""PNG files of few bytes: pictures of single networks, of which a run may have thousands."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting._fonts import quiet_about_glyphs, use_fallbacks
from rnn_geometry.plotting.style import drawn, own_settings
from rnn_geometry.store.files import write_atomically


def draw_for_small_png(figure: Figure, dpi: int) -> Any:
    """Return a figure as an RGB picture, with the characters that its font lacks.

    Parameters
    ----------
    figure
        Of any size.
    dpi
        Pixels an inch.
    """
    with own_settings(), quiet_about_glyphs():
        use_fallbacks(figure)
        return drawn(figure, dpi)


def save_small_png(picture: Any, path: str | Path, limit: int) -> None:
    """Write a PNG of at most `limit` bytes: fewer and fewer colours, then fewer pixels.

    Parameters
    ----------
    picture
        RGB.
    path
        Of the file.
    limit
        Bytes.
    """
    data = _small_png(picture, limit)
    write_atomically(path, lambda file: Path(file).write_bytes(data))


def _small_png(image, limit: int) -> bytes:
    from io import BytesIO

    from PIL import Image

    data = b""
    for tints, scale in ((4, 1.0), (3, 1.0), (2, 1.0), (2, 0.75), (2, 0.5), (1, 0.3)):
        palette = Image.new("P", (1, 1))
        palette.putpalette(_tints(tints))
        size = (round(image.width * scale), round(image.height * scale))
        smaller = image if scale == 1 else image.resize(size)
        memory = BytesIO()
        smaller.quantize(palette=palette, dither=Image.Dither.NONE).save(
            memory, "PNG", **style.SPEED
        )
        data = memory.getvalue()
        if len(data) <= limit:
            break
    return data


@functools.cache
def _tints(levels: int) -> list[int]:
    """Return a palette of this style's own colours and `levels` mixtures of each with white.

    A palette fitted to the picture would change the colour of classes with few pixels.
    """
    ramp = [style.class_colour(i, ordered) for ordered in (2, 3, 5) for i in range(ordered)]
    others = (style.SADDLE, style.UNSTABLE, style.EXPECTED, style.CLOUD)
    own = np.array([to_rgb(colour) for colour in (*style.PALETTE, *ramp, *others)])
    mixtures = [1 - share * (1 - own) for share in (1.0, 0.75, 0.5, 0.25)[:levels]]
    greys = np.repeat(np.linspace(0, 1, 4 * levels)[:, None], 3, axis=1)
    diverging = matplotlib.colormaps[style.DIVERGING](np.linspace(0, 1, 33))[:, :3]
    colours = np.concatenate([*mixtures, greys, diverging, [to_rgb(style.INK)]])
    return np.rint(255 * colours).astype(int).ravel().tolist()
