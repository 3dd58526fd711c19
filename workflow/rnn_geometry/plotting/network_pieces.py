"""The panel of a network cut into its figures, each for a page with a caption of its own."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_hex

from rnn_geometry.geometry.bend import Bend
from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting._small_pictures import quantized
from rnn_geometry.plotting.data import csv_text, data_text
from rnn_geometry.plotting.legends import shown_handles
from rnn_geometry.plotting.network import (
    DPI,
    ENLARGED,
    FINE_DPI,
    NetworkArrays,
    coloured_of,
    marks_of,
    shown_words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MANIFOLD = "manifold"  # the first piece, shown larger than the others
PADDING = 8  # pixels that stay white around a piece
HEAD = 0.955  # below the title of the panel; all places in shares of the panel, from below
KEY = 0.832  # below the legends of the manifold, which a page has as text
SIGNS = {
    "o": "●",
    "D": "◆",
    "X": "✖",
    "+": "✚",
    ">": "→",
    "None": "―",
}  # by marker, as a page writes it


@dataclass(frozen=True)
class Piece:
    """A figure within the panel.

    Attributes
    ----------
    name, title, caption
        What it is called, and what is to be seen on it.
    left, right, bottom, top
        Its place, in shares of the panel.
    of_task
        The figure of its task that shows the same of all cells; empty where there is none.
    """

    name: str
    title: str
    caption: str
    left: float
    right: float
    bottom: float
    top: float
    of_task: str = ""

    def holds(self, axes: Axes) -> bool:
        """Tell whether the middle of axes lies within."""
        x, y = axes.get_position().get_points().mean(axis=0)
        return bool(self.left <= x < self.right and self.bottom <= y < self.top)


_LEFT, _MIDDLE, _RIGHT = (0.0, 0.442), (0.442, 0.735), (0.735, 1.0)
_TOP, _CENTRE, _BOTTOM = (0.645, HEAD), (0.327, 0.645), (0.0, 0.327)
PIECES = (
    Piece(
        "manifold",
        "Manifold of slow points",
        "Slow points bear no colour. Coloured dots: where test sentences end (final states), by"
        " class; in the same colours some sentences word by word (lines) and the readouts"
        " (arrows). In the explorer these colours are something else: slow points by what is"
        " decided there. Axes: the first two components of the slow points.",
        *_LEFT,
        0.0,
        KEY,
        "trajectories",
    ),
    Piece(
        "variance",
        "Variance explained",
        "Cumulative variance of slow points, final and visited states over components. A step up"
        " to 1 at the dimension that theory expects (dashed) is a manifold of that dimension.",
        *_MIDDLE,
        *_TOP,
        "variance",
    ),
    Piece(
        "eigenvalues",
        "Eigenvalues",
        "Of the dynamics at slow points, with those at the centre of the manifold drawn strong; on"
        " the right enlarged near 1, where a mode neither grows nor decays.",
        *_RIGHT,
        *_TOP,
        "spectrum",
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
        "How many words each mode remembers, at the centre (strong) and elsewhere (faint). Modes"
        " above the dashed line outlast half a sentence: these integrate.",
        *_RIGHT,
        *_CENTRE,
        "time_constants_everywhere",
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
        "word_effects",
    ),
)


EFFECTS = ("word", "class", "mean change of the logit")
BENT = 0.5  # share of the variance off a plane from which on that is called a bend
MOST_SIGNS, PAPER = 28, "#ffffff"
PAIRS = (
    "Slow points bear no colour. Coloured dots: where test sentences end (final states), by class;"
    " arrows: readouts. Along components 1 and 2 of the slow points and, at the same scale, along 3"
    " and 4; of a simplex with its edges. In the explorer these colours are something else: slow"
    " points by what is decided there."
    " What lies upon each other in one view is apart in the other. Below, the exact fixed points,"
    " where some are known."
)


def caption_of(piece: Piece, dimension: int | None, bend: Bend | None = None) -> str:
    """Return the caption of a figure.

    Parameters
    ----------
    piece
        The figure.
    dimension
        Expected; from three on the manifold is seen in pairs of components.
    bend
        How slow points leave a plane of two dimensions.
    """
    if piece.name != "manifold":
        return piece.caption
    if (dimension or 0) > 2:
        return PAIRS
    return piece.caption + (said_bend(bend) if dimension and bend else "")


def said_bend(bend: Bend) -> str:
    """Return how slow points leave their plane, as a sentence of a caption.

    Parameters
    ----------
    bend
        Of the slow points.
    """
    off, bent = _percent(bend.off), _percent(bend.bent)
    kind = "a sheet that bends" if bend.bent >= BENT else "more scatter than bend"
    return (
        f" Off this plane lies {off} of the variance of the slow points, and {bent} of that is a"
        f" smooth function (a cubic) of the place on the plane: {kind}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.{0 if share >= 0.0995 else 1}f} %"


def piece_data(figure: Figure, network: NetworkArrays) -> dict[str, str]:
    """Return what each figure of a panel shows, as CSV.

    Parameters
    ----------
    figure
        Of `network.plot_network`. Enlarged and solid views, which repeat points, are left out.
    network
        That it shows: words and classes have names in the table of their effects.
    """
    flat = [ax for ax in figure.axes if ax.name != "3d"]
    found = {piece.name: data_text(filter(piece.holds, flat), ENLARGED) for piece in PIECES}
    tables = {name: table for name, table in found.items() if table}
    effects, words = shown_words(network)
    told = [
        (word, name, float(effect))
        for word, row in zip(words, effects, strict=True)
        for name, effect in zip(network.class_names, row, strict=True)
    ]
    return {**tables, "word_effects": csv_text(EFFECTS, told)} if told else tables


def legend_signs(network: NetworkArrays) -> list[dict[str, str]]:
    """Return the legend of the manifold for a page.

    Parameters
    ----------
    network
        That the panel shows.

    Returns
    -------
    list of dict
        `sign`, `colour` and `name` of marks, then of classes after a name without a sign: what it
        is that has their colours.
    """
    marks, classes = marks_of(network), manifold.class_handles(network)
    of_classes = shown_handles(classes, MOST_SIGNS - len(marks))
    heading = {"sign": "", "colour": style.INK, "name": coloured_of(network)}
    return [*map(_sign, marks), heading, *map(_sign, of_classes)]


def _sign(handle: Any) -> dict[str, str]:
    face = to_hex(handle.get_markerfacecolor())
    sign = "○" if face == PAPER else SIGNS.get(str(handle.get_marker()), "")
    colour = style.INK if face == PAPER else face
    return {"sign": sign, "colour": colour, "name": str(handle.get_label())}


def whole_picture(picture: Any) -> tuple[bytes, int]:
    """Return a picture as PNG, and its width in pixels of a page.

    Parameters
    ----------
    picture
        Of `network.draw_panel`.
    """
    return _png(picture), round(picture.width * DPI / FINE_DPI)


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
            found[piece.name] = part
    # Of one width they are shrunk alike, so that their letters are of one size.
    wide = max((part.width for name, part in found.items() if name != MANIFOLD), default=0)
    return {
        name: whole_picture(part if name == MANIFOLD else _widened(part, wide))
        for name, part in found.items()
    }


def _widened(picture: Any, wide: int) -> Any:
    """Return a picture with white beside it, so many pixels wide."""
    from PIL import ImageOps

    free = wide - picture.width
    return ImageOps.expand(picture, (free // 2, 0, free - free // 2, 0), "white")


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
    memory = BytesIO()
    quantized(picture).save(memory, "PNG", **style.SPEED)
    return memory.getvalue()
