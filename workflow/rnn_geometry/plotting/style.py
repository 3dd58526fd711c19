"""One style for all figures.

Colours that colour-blind readers tell apart, sizes, and atomic saving.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from rnn_geometry.networks.registry import CELLS
from rnn_geometry.plotting._fonts import (
    fonts_without_layout,
    quiet_about_glyphs,
    use_fallbacks,
)
from rnn_geometry.store.files import write_atomically

# Okabe and Ito without black (slow points) and yellow (too pale on white), then Paul Tol's muted
# colours.
PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#E69F00",
    "#882255",
    "#44AA99",
    "#332288",
    "#999933",
    "#661100",
    "#6699CC",
    "#AA4499",
    "#117733",
)
INK, GREY, PALE = "#222222", "#777777", "#C8C8C8"
SADDLE, UNSTABLE = "#FFD24D", "#FF6B6B"
DIVERGING = (
    "PuOr_r"  # purple below zero, orange above: safe for all common colour-vision deficiencies
)
MODELS = {name: (cell.colour, cell.marker) for name, cell in CELLS.items()}
OTHER_COLOURS, OTHER_MARKERS = (
    ("#56B4E9", "#E69F00", "#882255", "#44AA99", "#332288", "#AA4499", "#661100"),
    "PXph<>8*d",
)
MOST_PIXELS = 30_000  # a side of a picture: browsers and matplotlib show no more than about 2^15
FORMATS = ("png", "pdf", "svg")
SPEED = {"compress_level": 6}  # of PNG: the best takes seven times as long for 4 % of the size
ONE_COLUMN, TWO_COLUMNS = 3.5, 7.2  # widths in inches
SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # where it is anyway: looking for ticks above costs a tenth of drawing
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.fontsize": 8,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,  # lines that pass below stay away from the text
    "legend.fancybox": False,
    "legend.handletextpad": 0.4,
    "legend.columnspacing": 1.2,
    "lines.linewidth": 1.2,
    "pdf.fonttype": 42,  # text stays text in vector files
    "svg.fonttype": "none",
    "svg.hashsalt": "rnn-geometry",  # equal input, equal bytes
}


@contextmanager
def own_settings() -> Iterator[None]:
    """Use this style alone for a while: nothing of a matplotlibrc, nor of who calls."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Let a function make its figure in this style without touching the settings of its caller."""

    @functools.wraps(draw)
    def wrapped(*arguments, **options):
        with own_settings(), quiet_about_glyphs():
            return draw(*arguments, **options)

    return wrapped


def natural_order(name: str) -> list:
    """Return a sort key by which categorical-2 comes before categorical-10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


# Place in PALETTE of label i alone, whose code is 2 ** i: of up to 14 labels each has a colour of
# its own.
LABEL_COLOURS = (1, 2, 4, 8, 9, 10, 11, 12, 13, 3, 5, 6, 7, 0)


def colour_place(code: int) -> int:
    """Return the place in PALETTE of a class, or of a combination of labels by its code as a binary
    number.

    Up to 14 codes have colours of their own. Above that single labels have, and other combinations
    repeat colours that the first labels do not have.
    """
    code = int(code)
    if code < len(PALETTE):
        return code
    if code & (code - 1) == 0:
        return LABEL_COLOURS[(code.bit_length() - 1) % len(LABEL_COLOURS)]
    return 9 + code % (len(PALETTE) - 9)


def class_colour(index: int) -> str:
    """Return the colour of a class, or of a combination of labels, see `colour_place`."""
    return PALETTE[colour_place(index)]


def class_colours(codes: np.ndarray) -> np.ndarray:
    """Return the colours, shape (n, 3), of n classes."""
    palette = np.array([to_rgb(colour) for colour in PALETTE])
    known, place = np.unique(codes, return_inverse=True)
    return palette[[colour_place(code) for code in known]][place.reshape(np.shape(codes))]


def model_styles(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return (colour, marker) of every model.

    Fixed for built-in cells, in turn by name for a user's own.
    """
    names = sorted(
        set(names),
        key=lambda name: (list(MODELS).index(name) if name in MODELS else len(MODELS), name),
    )
    others = [name for name in names if name not in MODELS]
    turns = {
        name: (OTHER_COLOURS[i % len(OTHER_COLOURS)], OTHER_MARKERS[i % len(OTHER_MARKERS)])
        for i, name in enumerate(others)
    }
    return {name: MODELS.get(name) or turns[name] for name in names}


def class_codes(labels: np.ndarray) -> np.ndarray:
    """Return one integer per row.

    The class, or for multi-label rows (n, C) the combination as a binary number.
    """
    labels = np.asarray(labels)
    if labels.ndim == 1:
        return labels.astype(np.int64)
    return (labels > 0) @ (2 ** np.arange(labels.shape[1], dtype=np.int64))


def readout_codes(classes: int, multi_label: bool) -> np.ndarray:
    """Return the code whose colour a readout has.

    Its class, or the combination of that label alone.
    """
    return 2 ** np.arange(classes) if multi_label else np.arange(classes)


def code_name(code: int, class_names: Sequence[str], multi_label: bool) -> str:
    """Return the name of a class, or of a combination of labels."""
    if not multi_label:
        return str(class_names[code])
    return (
        " + ".join(str(name) for i, name in enumerate(class_names) if code >> i & 1) or "no label"
    )


def save(
    figure: Figure, stem: str | Path, suffixes: Sequence[str] = FORMATS, dpi: int = 150
) -> list[Path]:
    """Write `stem`.png, .pdf or .svg without dates or versions inside, so that equal figures are
    equal files.

    A PNG has 256 colours, which makes it a third as large; the vector files are the ones for print.
    """
    paths = [Path(f"{stem}.{suffix}") for suffix in suffixes]
    with own_settings(), quiet_about_glyphs():
        use_fallbacks(figure)
        engine = figure.get_layout_engine()
        for path in paths:
            (_save_png if path.suffix == ".png" else _save_vector)(figure, path, dpi)
            # What the first drawing laid out stays: formats look alike, and one pass is enough.
            figure.set_layout_engine("none")
        figure.set_layout_engine(engine)
    return paths


def _save_png(figure: Figure, path: Path, dpi: int) -> None:
    image = _quantized(_drawn(figure, dpi))
    write_atomically(path, lambda file: image.save(file, "PNG", **SPEED))


def _save_vector(figure: Figure, path: Path, dpi: int) -> None:
    metadata = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}[path.suffix]
    with fonts_without_layout():
        write_atomically(path, lambda file: figure.savefig(file, dpi=dpi, metadata=metadata))


def _quantized(image):
    """Return a picture in 256 colours."""
    from PIL.Image import Dither, Quantize

    return image.quantize(256, method=Quantize.FASTOCTREE, dither=Dither.NONE)


def _drawn(figure: Figure, dpi: int):
    """Return a figure as an RGB picture; how many ticks there are is decided now."""
    with own_settings():
        return _picture(figure, dpi)


def _picture(figure: Figure, dpi: int):
    """Return a figure as an RGB picture, in the settings of now."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    before = figure.get_dpi()
    # A figure of hundreds of panels has fewer pixels an inch.
    figure.set_dpi(min(dpi, MOST_PIXELS / max(figure.get_size_inches())))
    if figure.get_layout_engine() is not None:
        # Legends beside axes find their place in a first pass, as in savefig.
        figure.draw_without_rendering()
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    figure.set_dpi(before)
    return image


def save_small_png(figure: Figure, path: str | Path, limit: int, dpi: int = 100) -> None:
    """Write a PNG of at most `limit` bytes: fewer and fewer colours, then fewer pixels."""
    with quiet_about_glyphs():
        use_fallbacks(figure)
        data = _small_png(_drawn(figure, dpi), limit)
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
        smaller.quantize(palette=palette, dither=Image.Dither.NONE).save(memory, "PNG", **SPEED)
        data = memory.getvalue()
        if len(data) <= limit:
            break
    return data


def _tints(levels: int) -> list[int]:
    """Return a palette of this style's own colours and `levels` mixtures of each with white.

    A palette fitted to the picture would change the colour of classes with few pixels.
    """
    own = np.array([to_rgb(colour) for colour in (*PALETTE, SADDLE, UNSTABLE)])
    mixtures = [1 - share * (1 - own) for share in (1.0, 0.75, 0.5, 0.25)[:levels]]
    greys = np.repeat(np.linspace(0, 1, 4 * levels)[:, None], 3, axis=1)
    diverging = matplotlib.colormaps[DIVERGING](np.linspace(0, 1, 33))[:, :3]
    colours = np.concatenate([*mixtures, greys, diverging, [to_rgb(INK)]])
    return np.rint(255 * colours).astype(int).ravel().tolist()
