"""Pictures inside SVG files have few colours, and look the same."""

import base64
import io
import re

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from rnn_geometry.plotting import style
from rnn_geometry.plotting._small_pictures import quantized


def picture_in(path):
    (text,) = re.findall(r'data:image/png;base64,([^"]+)"', path.read_text(encoding="utf-8"))
    return Image.open(io.BytesIO(base64.b64decode(text)))


def on_white(image):
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("RGB")).astype(int)


def dots():
    figure = Figure(figsize=(2, 2))
    axes = figure.add_subplot()
    places = np.random.default_rng(0).standard_normal((2, 300))
    axes.scatter(*places, c=[style.PALETTE[i % 5] for i in range(300)], alpha=0.6, rasterized=True)
    return figure


def test_dots_inside_an_svg_have_256_colours_and_look_as_if_they_had_all(tmp_path):
    style.save(dots(), tmp_path / "small", ["svg"], data=False)
    with style.own_settings():
        dots().savefig(tmp_path / "whole.svg", dpi=style.DPI)
    small, whole = (picture_in(tmp_path / f"{name}.svg") for name in ("small", "whole"))
    assert small.mode == "P"
    assert small.size == whole.size
    off = np.abs(on_white(small) - on_white(whole))
    assert off.mean() < 4
    assert np.quantile(off, 0.99) < 40


def test_white_paper_stays_white_beside_colours_that_are_nearly_so():
    pixels = np.full((40, 40, 3), 255, dtype=np.uint8)
    pixels[:10] = np.arange(240, 250)[:, None, None]  # what smooth edges of letters are made of
    few = np.asarray(quantized(Image.fromarray(pixels)).convert("RGB"))
    assert (few[20:] == 255).all()
    dim = quantized(Image.fromarray(np.full((9, 9, 3), 90, dtype=np.uint8))).convert("RGB")
    assert np.abs(np.asarray(dim).astype(int) - 90).max() <= 2  # no white where there was none
