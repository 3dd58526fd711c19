"""Figures are those of this style, whatever somebody's matplotlibrc says."""

import hashlib

import matplotlib
import pytest
from matplotlib.figure import Figure

from rnn_geometry.plotting import style
from rnn_geometry.plotting.small_png import draw_for_small_png, save_small_png


@style.styled
def drawn():
    figure = Figure(figsize=(2, 2), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1, 2], [1, 0, 1], label="a line")
    axes.set(title="A title", xlabel="x", ylabel="-1")
    axes.legend()
    return figure


def saved(folder):
    folder.mkdir()
    paths = style.save(drawn(), folder / "figure")
    save_small_png(draw_for_small_png(drawn(), 100), folder / "small.webp", limit=20_000)
    paths.append(folder / "small.webp")
    return {path.suffix: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.parametrize(
    "settings",
    [
        {"figure.facecolor": "pink"},
        {"font.family": "monospace"},
        {"axes.grid": True},
        {"lines.linewidth": 9, "lines.linestyle": "--"},
        {"savefig.dpi": 10, "savefig.bbox": "tight"},
        {"axes.prop_cycle": matplotlib.cycler(color=["red"])},
        {"svg.fonttype": "path", "pdf.compression": 0},
        {"image.cmap": "gray", "axes.unicode_minus": False},
        {"figure.constrained_layout.w_pad": 1.0},
        {"xtick.direction": "in", "xtick.minor.visible": True},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_no_setting_of_a_person_reaches_a_figure(tmp_path, settings):
    plain = saved(tmp_path / "plain")
    with matplotlib.rc_context(settings):
        before = dict(matplotlib.rcParams)
        assert saved(tmp_path / "own") == plain
        assert dict(matplotlib.rcParams) == before


def test_fonts_of_a_small_picture_are_looked_for_in_the_style_that_draws_it(monkeypatch):
    seen = []
    look = lambda figure: seen.append(matplotlib.rcParams["font.sans-serif"])  # noqa: E731
    monkeypatch.setattr("rnn_geometry.plotting.small_png.use_fallbacks", look)
    draw_for_small_png(drawn(), 50)
    assert seen == [list(style.SETTINGS["font.sans-serif"])]
