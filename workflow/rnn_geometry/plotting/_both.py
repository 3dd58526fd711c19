"""A picture of dots and one of lines from one drawing: what artists compute is computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TextIO

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import Affine2D, Bbox

POINTS = 72  # an inch: the unit of an SVG file
# Of what is drawn as dots inside an SVG file: methods, and the transforms of what they place.
PLACED = {"draw_path": 2, "draw_markers": 4, "draw_path_collection": 5}


def drawn_with_svg(figure: Figure, file: TextIO) -> memoryview:
    """Draw a figure once, as a picture at its dots an inch and as an SVG file.

    Parameters
    ----------
    figure
        Laid out.
    file
        Takes the text of the SVG file.

    Returns
    -------
    memoryview
        RGBA (tall, wide, 4).
    """
    svg = SvgInDots([float(side) for side in figure.get_size_inches()], figure.dpi, file)
    renderer = Both(svg.width, svg.height, figure.dpi, svg)
    figure.draw(renderer)
    svg.finalize()
    return renderer.buffer_rgba()


class SvgInDots(RendererSVG):
    """Writes an SVG file whose drawing is measured in the dots of a picture.

    Parameters
    ----------
    inches
        Width and height.
    dpi
        Dots an inch.
    file
        Takes the text.
    """

    def __init__(self, inches: Sequence[float], dpi: float, file: TextIO) -> None:
        self._scale = dpi / POINTS
        wide, tall = (side * POINTS for side in inches)
        super().__init__(wide, tall, file, image_dpi=POINTS, metadata={"Date": None})
        self.width, self.height = (int(side * dpi) for side in inches)
        rest = inches[1] * dpi - self.height  # a picture has whole dots
        place = f"scale({1 / self._scale:.8g}) translate(0 {rest:.6g})"
        self._in_dots = self.writer.start("g", transform=place)
        self._fonts: dict[tuple, FontProperties] = {}

    def finalize(self) -> None:
        """Write what was kept for the end."""
        self.writer.close(self._in_dots)
        super().finalize()

    def _get_style_dict(self, gc: Any, rgbFace: Any) -> dict[str, str]:
        return super()._get_style_dict(_in_dots(gc, self._scale), rgbFace)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None) -> None:
        """Write a text, its size in dots."""
        key = tuple(vars(prop).values())
        if key not in self._fonts:
            self._fonts[key] = prop.copy()
            self._fonts[key].set_size(prop.get_size_in_points() * self._scale)
        super().draw_text(gc, x, y, s, self._fonts[key], angle, ismath, mtext)


def _in_dots(gc: GraphicsContextBase, scale: float) -> GraphicsContextBase:
    """Return how to draw, widths and dashes of lines in dots in place of points."""
    new = GraphicsContextBase()
    new.copy_properties(gc)
    new.set_linewidth(gc.get_linewidth() * scale)
    offset, dashes = gc.get_dashes()
    if dashes is not None:
        new.set_dashes(offset * scale, np.asarray(dashes, dtype=float) * scale)
    return new


class Both(RendererAgg):
    """Draws a picture, and tells an SVG file the same.

    Parameters
    ----------
    width, height
        Of the picture in dots.
    dpi
        Dots an inch.
    svg
        The file.
    """

    def __init__(self, width: float, height: float, dpi: float, svg: SvgInDots) -> None:
        super().__init__(width, height, dpi)
        self.svg = svg
        self._apart: list[tuple[str, tuple, dict]] | None = None
        for name in ("draw_markers", "draw_path_collection", "draw_image", "draw_quad_mesh"):
            setattr(self, name, self._told(name, getattr(self, name)))

    def _told(self, name: str, draw: Callable[..., Any]) -> Callable[..., None]:
        def both(*arguments: Any, **options: Any) -> None:
            draw(*arguments, **options)
            self._tell(name, *arguments, **options)

        return both

    def _tell(self, name: str, *arguments: Any, **options: Any) -> None:
        if self._apart is None:
            getattr(self.svg, name)(*arguments, **options)
        else:
            self._apart.append((name, arguments, options))

    def draw_path(self, gc, path, transform, rgbFace=None) -> None:
        """Draw a path."""
        super().draw_path(gc, path, transform, rgbFace)
        self._tell("draw_path", gc, path, transform, rgbFace)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None) -> None:
        """Draw a text."""
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        self._tell("draw_text", gc, x, y, s, prop, angle, ismath, mtext)

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Begin a part of the SVG file."""
        if self._apart is None:
            self.svg.open_group(s, gid)

    def close_group(self, s: str) -> None:
        """End a part of the SVG file."""
        if self._apart is None:
            self.svg.close_group(s)

    def start_rasterizing(self) -> None:
        """Keep what is to be dots in the SVG file, too."""
        self._apart = []

    def stop_rasterizing(self) -> None:
        """Put it there as a picture on nothing."""
        calls, self._apart = self._apart or [], None
        if not calls:
            return
        box = _box_of(calls, int(self.width), int(self.height))
        picture = _picture_of(calls, box, self.dpi)
        seen = np.ascontiguousarray(picture[..., 3]) > 0
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        if len(rows):
            cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            left, bottom = box[0] + columns[0], box[1] + picture.shape[0] - 1 - rows[-1]
            self.svg.draw_image(self.svg.new_gc(), left, bottom, cut[::-1])


def _box_of(calls: Sequence[tuple[str, tuple, dict]], wide: int, tall: int) -> tuple[int, ...]:
    """Return left, lower, right and upper dot round all that some calls may draw."""
    clips = [clip for name, (gc, *_), _ in calls if (clip := _clip_of(name, gc)) is not None]
    if len(clips) < len(calls):
        return 0, 0, wide, tall
    whole = Bbox.union(clips)
    low, high = np.floor(whole.min).astype(int) - 1, np.ceil(whole.max).astype(int) + 1
    return max(low[0], 0), max(low[1], 0), min(high[0], wide), min(high[1], tall)


def _clip_of(name: str, gc: GraphicsContextBase) -> Bbox | None:
    """Return the box that a call may draw in; None where it has no such limits."""
    if name not in PLACED or gc.get_clip_path()[0] is not None:
        return None
    return gc.get_clip_rectangle()


def _picture_of(
    calls: Sequence[tuple[str, tuple, dict]], box: tuple[int, ...], dpi: float
) -> np.ndarray:
    """Return what some calls draw inside a box as RGBA (tall, wide, 4), the upper row first."""
    left, bottom, right, top = box
    renderer = RendererAgg(right - left, top - bottom, dpi)
    moved = Affine2D().translate(-left, -bottom)
    for name, arguments, options in calls:
        gc, *others = arguments
        own = renderer.new_gc()
        own.copy_properties(gc)
        if left or bottom:
            own.set_clip_rectangle(Bbox(gc.get_clip_rectangle().get_points() - (left, bottom)))
            others[PLACED[name] - 1] = others[PLACED[name] - 1] + moved
        getattr(renderer, name)(own, *others, **options)
    return np.asarray(renderer.buffer_rgba())
