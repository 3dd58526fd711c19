"""The panel of a network cut into its figures, each for a page with a caption of its own."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from rnn_geometry.plotting import style
from rnn_geometry.plotting.network import DPI, FINE_DPI

PADDING = 8  # pixels that stay white around a piece
HEAD = 0.95  # below the title of the panel; all places in shares of the panel, from below


@dataclass(frozen=True)
class Piece:
    """A figure within the panel.

    Attributes
    ----------
    name, title, caption
        What it is called, and what is to be seen on it.
    left, right, bottom, top
        Its place, in shares of the panel.
    """

    name: str
    title: str
    caption: str
    left: float
    right: float
    bottom: float
    top: float


_LEFT, _MIDDLE, _RIGHT = (0.0, 0.442), (0.442, 0.735), (0.735, 1.0)
_TOP, _CENTRE, _BOTTOM = (0.645, HEAD), (0.327, 0.645), (0.0, 0.327)
PIECES = (
    Piece(
        "manifold",
        "Manifold of slow points",
        "Slow points, visited states, some sentences word by word, exact fixed points and readouts"
        " (arrows), along the first components of the slow points; from three dimensions on a view"
        " of three components below.",
        *_LEFT,
        0.0,
        HEAD,
    ),
    Piece(
        "variance",
        "Variance explained",
        "Cumulative variance of slow points, final and visited states over components. A step up"
        " to 1 at the dimension that theory expects (dashed) is a manifold of that dimension.",
        *_MIDDLE,
        *_TOP,
    ),
    Piece(
        "eigenvalues",
        "Eigenvalues",
        "Of the dynamics at slow points, with those at the centre of the manifold in black; on the"
        " right enlarged near 1, where a mode neither grows nor decays.",
        *_RIGHT,
        *_TOP,
    ),
    Piece(
        "cliff",
        "Accuracy cliff",
        "Accuracy when final states keep their first k components only. It drops where a component"
        " is taken that decisions need.",
        *_MIDDLE,
        *_CENTRE,
    ),
    Piece(
        "time_constants",
        "Time constants",
        "How many words each mode remembers, at the centre (black) and at other slow points. Modes"
        " above the dashed line outlast half a sentence: these integrate.",
        *_RIGHT,
        *_CENTRE,
    ),
    Piece(
        "training",
        "Training",
        "Losses, and the accuracy on held-out sentences; dashed the step whose weights were kept.",
        *_MIDDLE,
        *_BOTTOM,
    ),
    Piece(
        "word_effects",
        "Effect of one word on the logits",
        "Mean change of every logit by one word, over slow points: orange raises it, purple lowers"
        " it.",
        *_RIGHT,
        *_BOTTOM,
    ),
)


def cut_panel(picture: Any) -> dict[str, tuple[bytes, int]]:
    """Return the figures of a panel.

    Parameters
    ----------
    picture
        Of `network.draw_panel`.

    Returns
    -------
    dict
        By the name of the piece a PNG without white edges, and its width in pixels of a page. One
        without anything on it is left out.
    """
    found = {}
    for piece in PIECES:
        part = trimmed(picture.crop(_box(piece, picture.size)))
        if part is not None:
            found[piece.name] = (_png(part), round(part.width * DPI / FINE_DPI))
    return found


def _box(piece: Piece, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, upper, right and lower pixel of a piece."""
    wide, tall = size
    left, right = round(piece.left * wide), round(piece.right * wide)
    return left, round((1 - piece.top) * tall), right, round((1 - piece.bottom) * tall)


def trimmed(picture: Any) -> Any:
    """Return a picture with PADDING pixels of white around what is on it; None if nothing is.

    Parameters
    ----------
    picture
        RGB.
    """
    from PIL import Image, ImageChops, ImageOps

    white = Image.new("RGB", picture.size, "white")
    box = ImageChops.difference(picture, white).getbbox()
    return None if box is None else ImageOps.expand(picture.crop(box), PADDING, "white")


def _png(picture: Any) -> bytes:
    from PIL import Image

    memory = BytesIO()
    few = picture.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(memory, "PNG", **style.SPEED)
    return memory.getvalue()
