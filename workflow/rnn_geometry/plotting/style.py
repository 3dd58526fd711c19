"""One style for all figures.

Colours that colour-blind readers tell apart, sizes, and atomic saving.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from rnn_geometry.networks.registry import CELLS
from rnn_geometry.plotting._both import drawn_with_svg
from rnn_geometry.plotting._fonts import (
    fonts_without_layout,
    quiet_about_glyphs,
    use_fallbacks,
)
from rnn_geometry.plotting._quicker import quicker
from rnn_geometry.plotting._small_pictures import SPEED, quantized, small_pictures_in_svg
from rnn_geometry.plotting.data import save_data
from rnn_geometry.store.files import write_atomically

# Classes. The first five, in the hues of Okabe and Ito, get lighter one by one, so that they differ
# in grey too; then more of them and Paul Tol's muted colours. No black: slow points.
PALETTE = (
    "#0B559F",
    "#D55E00",
    "#1FA97E",
    "#E09BC4",
    "#8CCBEF",
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
RAMP, RAMP_ENDS = "plasma", (0.1, 0.88)  # of ordered classes, from the first to the last
VERDICTS = {
    "holds": "#00695C",
    "fails": "#F0A030",
    "undecided": "#ECECEC",
    "uninformative": "#C9C9C9",
}
# What is no class, cell or verdict: what theory expects, and the many points of one network.
EXPECTED, CLOUD = "#B2182B", "#8FA3B8"
# Measures side by side; with markers of their own.
MEASURES = ("#222222", "#7A7A7A", "#B5B5B5")
INK, GREY, PALE = "#222222", "#777777", "#C8C8C8"
SADDLE, UNSTABLE = "#BDBDBD", "#666666"  # of no hue: those are classes, cells and verdicts
DIVERGING = (
    "PuOr_r"  # purple below zero, orange above: safe for all common colour-vision deficiencies
)
MODELS = {name: (cell.colour, cell.marker) for name, cell in CELLS.items()}
OTHER_COLOURS, OTHER_MARKERS = (
    ("#56B4E9", "#E69F00", "#882255", "#44AA99", "#332288", "#AA4499", "#661100"),
    "PXph<>8*d",
)
# Contrast of words with paper (WCAG AA), and the shares of red, green and blue in brightness.
READ, LUMINANCE = 4.5, np.array([0.2126, 0.7152, 0.0722])
MOST_PIXELS = 30_000  # a side of a picture: browsers and matplotlib show no more than about 2^15
FORMATS = ("png", "pdf", "svg")
MM = 1 / 25.4  # inches
ONE_COLUMN, TWO_COLUMNS = 89 * MM, 183 * MM  # widths of a journal's column and page, in inches
PAGE = 240 * MM  # inches: what a page of a journal has room for, its caption apart
DPI = 300
SMALLEST = 6  # points: what a journal prints
# Helvetica or what has its widths, where it is installed; else what matplotlib brings.
SANS = (
    "Helvetica",
    "Helvetica Neue",
    "Arial",
    "Nimbus Sans",
    "TeX Gyre Heros",
    "Liberation Sans",
    "FreeSans",
    "DejaVu Sans",
)
SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": SANS,
    "font.size": 7,
    "axes.titlesize": 7.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # where it is anyway: looking for ticks above costs a tenth of drawing
    "axes.labelsize": 7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.pad": 2,
    "ytick.major.pad": 2,
    "axes.labelpad": 2.5,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.fontsize": 6.5,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,  # lines that pass below stay away from the text
    "legend.fancybox": False,
    "legend.handletextpad": 0.4,
    "legend.columnspacing": 1.2,
    "lines.linewidth": 1.0,
    "text.hinting": "none",  # letters as wide as in print; to fit them to pixels costs a tenth
    "pdf.fonttype": 42,  # text stays text in vector files
    "svg.fonttype": "none",
    "svg.hashsalt": "rnn-geometry",  # equal input, equal bytes
}


# Panels of single networks are read on a screen, at 100 dots an inch.
SCREEN: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "lines.linewidth": 1.2,
}


@contextmanager
def own_settings(more: dict[Any, Any] | None = None) -> Iterator[None]:
    """Use this style alone for a while: nothing of a matplotlibrc, nor of who calls."""
    with matplotlib.rc_context(), quicker():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        matplotlib.rcParams.update(more or {})
        yield


def _styled_by(more: dict[Any, Any], draw: Callable[..., Figure]) -> Callable[..., Figure]:
    @functools.wraps(draw)
    def wrapped(*arguments, **options):
        with own_settings(more), quiet_about_glyphs():
            return draw(*arguments, **options)

    return wrapped


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Let a function make its figure in this style without touching the settings of its caller."""
    return _styled_by({}, draw)


def styled_for_screen(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Do the same for a picture that is only ever read on a screen."""
    return _styled_by(SCREEN, draw)


def round_log_ticks(axis: Axis) -> None:
    """Write powers of ten on a logarithmic axis as numbers, with marks at 2 and 5 times these.

    As formulas they would take a tenth of a second a figure to read, and more marks to draw.

    Parameters
    ----------
    axis
        Of axes whose scale is set already.
    """
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axis.set_minor_locator(LogLocator(subs=(2, 5)))
    axis.set_minor_formatter(NullFormatter())


def letters(axes: Iterable[Axes]) -> None:
    """Write a, b, c beside the first lines of panels' titles, in turn, as captions name them."""
    for i, ax in enumerate(axes):
        title = max((ax.get_title(place) for place in ("left", "center", "right")), key=len)
        above = 0.95 * float(ax.title.get_fontsize()) * title.count("\n")
        ax.annotate(
            letter_of(i),
            (0, 1),
            (-4, 4 + above),
            "axes fraction",
            "offset points",
            ha="right",
            va="bottom",
            fontsize=8,
            weight="bold",
            gid="letter",
        )


def letter_of(place: int) -> str:
    """Return a to z, then aa to zz."""
    first, last = divmod(place, 26)
    return (chr(96 + first) if first else "") + chr(97 + last)


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


def class_colour(index: int, ordered: int | None = None) -> str:
    """Return the colour of a class, or of a combination of labels, see `colour_place`.

    Parameters
    ----------
    index
        Its code.
    ordered
        How many ordered classes there are: these have a ramp from dark to light.
    """
    if ordered is None:
        return PALETTE[colour_place(index)]
    low, high = RAMP_ENDS
    place = low + (high - low) * int(index) / max(ordered - 1, 1)
    return to_hex(matplotlib.colormaps[RAMP](place)).upper()


@functools.cache
def text_colour(colour: str) -> str:
    """Return a colour that words are read in on white: darkened until its contrast is READ.

    Parameters
    ----------
    colour
        Of what the words name.
    """
    rgb = np.array(to_rgb(colour))
    shares = np.linspace(1, 0, 51)
    linear = ((np.maximum(shares[:, None] * rgb, 0) + 0.055) / 1.055) ** 2.4  # of all but black
    read = 1.05 / (linear @ LUMINANCE + 0.05) >= READ
    return to_hex(shares[int(read.argmax())] * rgb).upper()


def palette_of(classes: int, ordered: bool) -> list[str]:
    """Return PALETTE, begun by the ramp of ordered classes where they have an order."""
    ramp = [class_colour(i, classes) for i in range(classes)] if ordered else []
    return [*ramp, *PALETTE[len(ramp) :]]


def class_colours(codes: np.ndarray, ordered: int | None = None) -> np.ndarray:
    """Return the colours, shape (n, 3), of n classes, see `class_colour`."""
    known, place = np.unique(codes, return_inverse=True)
    colours = np.array([to_rgb(class_colour(code, ordered)) for code in known]).reshape(-1, 3)
    return colours[place.reshape(np.shape(codes))]


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
    figure: Figure,
    stem: str | Path,
    suffixes: Sequence[str] = FORMATS,
    dpi: int = DPI,
    data: bool = True,
) -> list[Path]:
    """Write `stem`.png, .pdf or .svg, and beside them what is drawn as `stem`.csv.

    Without dates or versions inside, so that equal figures are equal files. A PNG has 256 colours,
    which makes it a third as large.

    Parameters
    ----------
    figure
        The figure.
    stem
        Path without an ending.
    suffixes
        Endings of the pictures.
    dpi
        Dots an inch of PNG, and of dots in vector files.
    data
        Whether the table is written: not where it stands beside the page that shows the figure.

    Returns
    -------
    list of Path
        The pictures.
    """
    paths = [Path(f"{stem}.{suffix}") for suffix in suffixes]
    with own_settings(), quiet_about_glyphs():
        use_fallbacks(figure)
        engine = figure.get_layout_engine()
        for path in paths:
            if path.suffix == ".png":
                _save_png(figure, path, dpi, with_svg="svg" in suffixes)
            elif path.suffix == ".pdf" or "png" not in suffixes:
                _save_vector(figure, path, dpi)
            # What the first drawing laid out stays: formats look alike, and one pass is enough.
            figure.set_layout_engine("none")
        figure.set_layout_engine(engine)
    if data:
        save_data(figure, Path(f"{stem}.csv"))
    return paths


def _save_png(figure: Figure, path: Path, dpi: int, with_svg: bool) -> None:
    """Write a picture, and an SVG file from the same drawing."""
    svg = StringIO() if with_svg else None
    image = quantized(_picture(figure, dpi, svg))
    if svg is not None:
        text = svg.getvalue()
        write_atomically(
            path.with_suffix(".svg"), lambda file: Path(file).write_text(text, encoding="utf-8")
        )
    inch = image.width / figure.get_figwidth()  # so that it is as wide in print as it was drawn
    write_atomically(path, lambda file: image.save(file, "PNG", dpi=(inch, inch), **SPEED))


def _save_vector(figure: Figure, path: Path, dpi: int) -> None:
    metadata = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}[path.suffix]
    cheaper = {".pdf": fonts_without_layout, ".svg": small_pictures_in_svg}[path.suffix]
    with cheaper():
        write_atomically(path, lambda file: figure.savefig(file, dpi=dpi, metadata=metadata))


def drawn(figure: Figure, dpi: int):
    """Return a figure as an RGB picture; how many ticks there are is decided now."""
    with own_settings():
        return _picture(figure, dpi)


def _picture(figure: Figure, dpi: int, svg: TextIO | None = None):
    """Return a figure as an RGB picture, in the settings of now; `svg` takes the same as text."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    before = figure.get_dpi()
    # A figure of hundreds of panels has fewer pixels an inch.
    figure.set_dpi(min(dpi, MOST_PIXELS / max(figure.get_size_inches())))
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")  # drawing would lay all out a second time
    if svg is None:
        canvas.draw()
        dots = canvas.buffer_rgba()
    else:
        with small_pictures_in_svg():
            dots = drawn_with_svg(figure, svg)
    figure.set_layout_engine(engine)
    image = Image.fromarray(np.asarray(dots)).convert("RGB")
    figure.set_dpi(before)
    return image
