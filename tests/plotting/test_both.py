"""PNG and SVG of a figure come from one drawing, and are what they are when drawn apart."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from rnn_geometry.plotting import manifold, style

SVG = "{http://www.w3.org/2000/svg}"
WIDE, TALL = 3.3, 2.207  # inches: at 300 dots an inch no whole number of dots


@style.styled
def drawing():
    """Return a figure with lines, dashes, texts, arrows, a map of values and dots as pixels."""
    draws = np.random.default_rng(0)
    figure = Figure(figsize=(WIDE, TALL))
    left, right = figure.subplots(1, 2)
    left.plot([0, 1, 2], [0, 2, 1], ls="--", lw=1.7, label="dashed")
    left.plot([0, 1, 2], [1, 0, 1], "s", ms=4, color="#123456")
    left.annotate("name", (1, 1), (9, 4), textcoords="offset points", ha="center")
    left.annotate("", (2, 2), (0, 0), arrowprops={"arrowstyle": "-|>", "lw": 2})
    left.text(0.5, 0.5, "halo", path_effects=manifold.HALO)
    left.set(xlabel="across", ylabel="up", title="A title")
    left.legend()
    right.imshow(draws.random((9, 9)), extent=(-2, 2, -2, 2))
    colours = [style.PALETTE[i % 3] for i in range(60)]
    right.scatter(*draws.normal(size=(2, 60)), s=9, c=colours, rasterized=True)
    return figure


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return where both formats were drawn in one pass, and where each by itself."""
    folder = tmp_path_factory.mktemp("both")
    style.save(drawing(), folder / "one", ("png", "svg"), data=False)
    style.save(drawing(), folder / "apart", ("png",), data=False)
    style.save(drawing(), folder / "apart", ("svg",), data=False)
    return {name: folder / name for name in ("one", "apart")}


def elements(path, kind):
    return list(ElementTree.parse(path.with_suffix(".svg")).iter(f"{SVG}{kind}"))


def placed(path):
    """Return how dots become points in an SVG file: a factor, and what is added downwards."""
    for group in elements(path, "g"):
        found = re.fullmatch(r"scale\((\S+)\) translate\(0 (\S+)\)", group.get("transform", ""))
        if found:
            return float(found[1]), float(found[1]) * float(found[2])
    return 1.0, 0.0


def texts(path):
    """Return texts with where they begin and how large they are, in points."""
    scale, down = placed(path)
    found = {}
    for text in elements(path, "text"):
        words = re.search(r"(?:rotate|translate)\((.*?)\)", text.get("transform"))
        numbers = list(map(float, words[1].split()))
        x, y = numbers[-2:]
        size = float(re.search(r"font-size: ([\d.]+)px", text.get("style"))[1])
        found.setdefault(text.text, []).append((x * scale, y * scale + down, size * scale))
    return found


def test_the_picture_is_that_of_a_drawing_of_its_own(files):
    one, apart = (files[name].with_suffix(".png").read_bytes() for name in ("one", "apart"))
    assert one == apart


def test_an_svg_is_as_large_as_the_figure(files):
    for path in files.values():
        root = ElementTree.parse(path.with_suffix(".svg")).getroot()
        assert float(root.get("width").removesuffix("pt")) == pytest.approx(72 * WIDE)
        assert float(root.get("height").removesuffix("pt")) == pytest.approx(72 * TALL)


def test_texts_are_texts_of_the_same_size_at_the_same_places(files):
    one, apart = texts(files["one"]), texts(files["apart"])
    assert one.keys() == apart.keys() >= {"across", "up", "A title", "name", "dashed"}
    for said, places in apart.items():
        np.testing.assert_allclose(one[said], places, atol=0.15, err_msg=said)


def widths(path):
    scale, _ = placed(path)
    styles = [element.get("style", "") for element in elements(path, "path")]
    found = [re.search(r"stroke-width: ([\d.]+)", look) for look in styles if "stroke: #" in look]
    return np.array([float(width[1]) * scale if width else scale for width in found])


def test_lines_are_as_thick_and_dashed_as_long(files):
    one, apart = (widths(files[name]) for name in ("one", "apart"))
    np.testing.assert_allclose(one, apart, atol=1e-4)
    assert 1.7 in one.round(4)

    def dashes(path):
        text = path.with_suffix(".svg").read_text(encoding="utf-8")
        found = re.findall(r"stroke-dasharray: ([\d.,]+)", text)
        return [[placed(path)[0] * float(part) for part in parts.split(",")] for parts in found]

    assert dashes(files["one"])
    np.testing.assert_allclose(dashes(files["one"]), dashes(files["apart"]), atol=1e-4)


def pictures(path):
    """Return the pictures in an SVG file: left edge, width and height in points, and pixels."""
    scale, _ = placed(path)
    for element in elements(path, "image"):
        data = element.get("{http://www.w3.org/1999/xlink}href").partition(",")[2]
        picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")
        numbers = [float(element.get(name)) * scale for name in ("x", "width", "height")]
        yield numbers, np.asarray(picture)


def test_dots_and_maps_are_pictures_as_large_as_before(files):
    one, apart = (list(pictures(files[name])) for name in ("one", "apart"))
    assert len(one) == len(apart) == 2
    for (numbers, picture), (expected, before) in zip(one, apart, strict=True):
        np.testing.assert_allclose(numbers, expected, atol=0.3)
        assert abs(picture[..., 3].mean() / before[..., 3].mean() - 1) < 0.05


def test_dots_lie_on_the_place_that_the_picture_has_for_them(tmp_path):
    @style.styled
    def square():
        figure = Figure(figsize=(2, 1))
        ax = figure.add_axes((0.5, 0, 0.5, 1), xlim=(0, 1), ylim=(0, 1))
        ax.axis("off")
        look = {"marker": "s", "s": 100, "c": "red", "linewidths": 0, "rasterized": True}
        ax.scatter([0.5], [0.3], **look)
        return figure

    style.save(square(), tmp_path / "square", ("png", "svg"), data=False)
    dots = np.asarray(Image.open(tmp_path / "square.png").convert("RGB"))[..., 1] < 128
    rows, columns = np.nonzero(dots)
    (element,) = elements(tmp_path / "square", "image")
    scale, down = placed(tmp_path / "square")
    left, wide = (float(element.get(name)) * scale for name in ("x", "width"))
    assert left == pytest.approx(columns.min() * 0.24, abs=0.25)
    assert wide == pytest.approx((columns.max() + 1 - columns.min()) * 0.24, abs=0.5)
    top = -float(element.get("y")) * scale + down  # pictures are kept upside down
    assert top == pytest.approx(rows.min() * 0.24, abs=0.5)


def test_nothing_is_drawn_twice(tmp_path, monkeypatch):
    drawn, before = [], Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda self, to: (drawn.append(1), before(self, to))[1])
    style.save(drawing(), tmp_path / "figure", ("png", "svg"))
    assert len(drawn) == 1
