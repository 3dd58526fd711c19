"""Fonts for what the font of all figures has no shape for: Chinese, Thai, emoji."""

from __future__ import annotations

import contextlib
import logging
import unicodedata
import warnings
from collections.abc import Iterator
from functools import cache

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter

from rnn_geometry.errors import listed
from rnn_geometry.plotting.text import JOINERS, is_seen

BOXES = "Last Resort"  # matplotlib's own font, in which every shape is a box
LOG = logging.getLogger("rnn_geometry")


@contextlib.contextmanager
def quiet_about_glyphs() -> Iterator[None]:
    """Let matplotlib measure and draw texts without a warning for every missing shape."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        warnings.filterwarnings("ignore", ".*Matplotlib currently does not support .* natively")
        yield


LAYOUT_TABLES = ("GDEF", "GPOS", "GSUB", "kern")


@contextlib.contextmanager
def fonts_without_layout() -> Iterator[None]:
    """Leave out of fonts in PDF files how to lay text out: every glyph has its place there.

    To cut these tables down to the glyphs in use is half of the cost of a PDF file.
    """
    from fontTools.subset import Options

    before = getattr(Options, "_drop_tables_default", None)
    if before is None:  # another fontTools: slower, and as good
        yield
        return
    Options._drop_tables_default = [*before, *LAYOUT_TABLES]
    try:
        yield
    finally:
        Options._drop_tables_default = before


def use_fallbacks(figure: Figure) -> None:
    """Give texts that need them further installed fonts; log what no font has a shape for.

    A figure that needs none is left as it is.

    Parameters
    ----------
    figure
        Its texts are changed.
    """
    texts = [text for text in _texts(figure) if not text.get_text().isascii()]
    needed = frozenset("".join(text.get_text() for text in texts))
    drawn = frozenset(c for c in needed if is_seen(c) and c not in JOINERS)
    lacking = drawn - _known(findfont(FontProperties()), drawn)
    if not lacking:
        return
    families, missing = _fallbacks(lacking)
    for text in texts:
        if lacking & set(text.get_text()):
            text.set_fontfamily([*FontProperties().get_family(), *families])
    if missing:
        _tell(missing)


def _texts(artist: Artist) -> Iterator[Text]:
    """Yield the texts of a figure, but for numbers at ticks, which drawing makes by itself.

    To look at ticks makes them: a tenth of the cost of a figure.
    """
    if isinstance(artist, Text):
        yield artist
    for child in _children(artist):
        yield from _texts(child)


def _children(artist: Artist) -> list[Artist]:
    if isinstance(artist, Axis) and not isinstance(artist.get_major_formatter(), FixedFormatter):
        return [artist.label, artist.offsetText]
    return artist.get_children()


@cache
def _tell(missing: frozenset[str]) -> None:
    """Log once in a process what no font has a shape for."""
    scripts = sorted({_script(character) for character in missing})
    LOG.warning(
        "no installed font has a shape for %s (%s): they are boxes in figures; install one, such "
        "as Google's Noto fonts",
        listed(sorted(missing), 40),
        listed(scripts, 60),
    )


@cache
def _known(path: str, characters: frozenset[str]) -> frozenset[str]:
    """Return those characters that the font in a file has; none of one that cannot be drawn."""
    try:
        font = get_font(path)
        if not font.scalable:
            return frozenset()
        return frozenset(c for c in characters if _has_shape(font, c))
    except (OSError, RuntimeError):
        return frozenset()


def _has_shape(font, character: str) -> bool:
    """Tell whether a font has more than a blank: those of coloured emoji may have no outlines."""
    if not font.get_char_index(ord(character)):
        return False
    if unicodedata.category(character) in ("Zs", "Mn"):
        return True
    font.set_size(12, 72)
    font.load_char(ord(character))
    return len(font.get_path()[0]) > 0


@cache
def _fallbacks(lacking: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return families that have the characters, as few as a greedy choice finds, and what is left.

    Families of Google's Noto come first, then by name, so that one machine always finds the same.
    """
    fonts = {font.name: font.fname for font in reversed(fontManager.ttflist)}
    fonts = {name: file for name, file in fonts.items() if not name.startswith(BOXES)}
    order = sorted(fonts, key=lambda name: (not name.startswith("Noto Sans"), name))
    chosen = []
    for name in order:
        if not lacking:
            break
        found = _known(fonts[name], lacking)
        if found:
            chosen.append(name)
            lacking -= found
    return tuple(chosen), lacking


def _script(character: str) -> str:
    """Return the script that begins the name of a character."""
    first, *rest = unicodedata.name(character, "unknown").split()
    return first if first == "CJK" else " ".join([first, *rest[: first == "OLD"]]).title()
