"""Figures are drawn from fewer objects than matplotlib makes by itself, and are the same bytes."""

import contextlib
import io

import numpy as np
import pytest
from matplotlib import axis, cbook, text
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from rnn_geometry.plotting import style
from rnn_geometry.plotting._quicker import quicker


def all_kinds():
    """Return a figure with every kind of axes and ticks that the pages have."""
    draws = np.random.default_rng(0)
    figure = Figure(figsize=(6, 4), layout="constrained")
    shared = figure.subplots(2, 3, sharey="row")
    for ax in shared.flat:
        ax.plot(draws.random(20).cumsum(), label="Ünicode · τ")
    shared[0, 0].set(yscale="log", ylim=(1e-3, 20))
    style.round_log_ticks(shared[0, 0].yaxis)
    shared[0, 1].set_xticks([1, 5, 9], ["one", "five", "nine"], rotation=40, ha="right")
    shared[0, 2].minorticks_on()
    shared[0, 2].grid(True)
    shared[1, 0].tick_params(labelsize=4, colors="red")
    shared[1, 1].twinx().plot([3, 1, 2])
    dots = shared[1, 2].scatter(*draws.random((2, 200)), c=draws.random(200))
    dots.set_rasterized(True)
    figure.colorbar(dots, ax=shared[1, 2])
    figure.add_axes((0.4, 0.4, 0.2, 0.2), projection="3d").plot(*draws.random((3, 9)))
    shared[0, 0].legend()
    return figure


def files_of(folder):
    stem = folder / "figure"
    return [path.read_bytes() for path in style.save(style.styled(all_kinds)(), stem)]


def test_every_format_has_the_same_bytes_without_it(tmp_path, monkeypatch):
    (tmp_path / "plain").mkdir()
    quick = files_of(tmp_path)
    monkeypatch.setattr(style, "quicker", contextlib.nullcontext)
    assert quick == files_of(tmp_path / "plain")


def test_ticks_are_copies_of_the_first_one(monkeypatch):
    made, before = [], axis.Tick.__init__
    monkeypatch.setattr(
        axis.Tick, "__init__", lambda self, *a, **k: (made.append(1), before(self, *a, **k))[1]
    )
    with style.own_settings():
        figure = Figure()
        figure.add_subplot(xticks=range(50), yticks=range(50)).minorticks_on()
        figure.savefig(io.BytesIO(), format="png")
    assert len(made) <= 4  # major and minor ones of two axes


def test_a_changed_tick_leaves_the_others():
    with style.own_settings():
        ticks = Figure().add_subplot(xticks=range(5)).xaxis.get_major_ticks()
        ticks[2].label1.set_fontsize(30)
        ticks[2].tick1line.set_color("red")
    sizes = [tick.label1.get_fontsize() for tick in ticks]
    assert sizes[2] == 30
    assert set(sizes[:2] + sizes[3:]) == {6.5}
    assert [tick.tick1line.get_color() for tick in ticks].count("red") == 1


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (axis.Axis, "get_major_ticks"),
        (axis.Axis, "get_minor_ticks"),
        (text, "get_font"),
        (cbook, "_get_nonzero_slices"),
    ],
)
def test_matplotlib_is_as_it_was_after_an_error(owner, name):
    before = getattr(owner, name)
    with pytest.raises(ZeroDivisionError), quicker():
        1 / (getattr(owner, name) is before)
    assert getattr(owner, name) is before


def test_powers_of_ten_are_numbers():
    with style.own_settings():
        ax = Figure().add_subplot(yscale="log", ylim=(1e-4, 1e4))
        style.round_log_ticks(ax.yaxis)
        ax.figure.draw_without_rendering()
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert {"0.0001", "0.01", "1", "100", "10,000"} <= set(shown)
    assert not any("$" in label for label in shown)


def test_a_figure_is_laid_out_once_for_all_its_files(tmp_path, monkeypatch):
    done, before = [], ConstrainedLayoutEngine.execute
    monkeypatch.setattr(
        ConstrainedLayoutEngine, "execute", lambda self, fig: (done.append(1), before(self, fig))
    )
    figure = style.styled(all_kinds)()
    style.save(figure, tmp_path / "figure")
    assert len(done) == 1
    assert isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine)
