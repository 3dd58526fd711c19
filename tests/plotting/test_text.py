"""Names and words in figures: any script and sign, short, distinct, and never a crash."""

import logging
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fake_run import fake_network, write_network
from matplotlib.figure import Figure

from rnn_geometry.plotting import _fonts, manifold, style
from rnn_geometry.plotting.intrinsic import ESTIMATORS, POINT_SETS, dimension_by_estimator
from rnn_geometry.plotting.legends import shown_handles
from rnn_geometry.plotting.network import load_network, plot_network
from rnn_geometry.plotting.text import MOST_TICKS, cut_names, literal, tick_places
from rnn_geometry.stages.job import job

SHOWN = {
    "a formula": ("$x^2$ and $5", r"\$x^2\$ and \$5"),
    "a broken formula": (r"$\frac{1$", r"\$\frac{1\$"),
    "one dollar": ("costs $5", r"costs \$5"),
    "lines": ("two\nlines", r"two\nlines"),
    "tab": ("a\tb", r"a\tb"),
    "null": ("ra\x00in", r"ra\x00in"),
    "escape": ("\x1b[31mred", r"\x1b[31mred"),
    "bell": ("\x07ring", r"\x07ring"),
    "override of direction": ("ra\u202ein", r"ra\u202ein"),
    "zero-width space": ("ra\u200bin", r"ra\u200bin"),
    "half a character": ("ra\ud800in", r"ra\ud800in"),
    "private": ("ra\ue000in", r"ra\ue000in"),
    "line separator": ("ra\u2028in", r"ra\u2028in"),
    "underscore": ("_nolegend_", " _nolegend_"),
    "empty": ("", "''"),
    "blanks": ("  ", "'  '"),
    "joiner between Latin letters": ("ra\u200din", r"ra\u200din"),
    "byte order mark": ("\ufeffrain", r"\ufeffrain"),
    "ideographic blank": ("晴\u3000天", "晴\u3000天"),
    "a number": (3, "3"),
    "half stars": (0.5, "0.5"),
    "joined emoji": ("👨\u200d👩", "👨\u200d👩"),
    "Persian": ("می\u200cروم", "می\u200cروم"),
    "long": ("a" * 5000, "a" * 39 + "…" + "a" * 20),
}


@pytest.mark.parametrize("case", SHOWN)
def test_a_text_is_drawn_letter_by_letter(case):
    text, shown = SHOWN[case]
    assert literal(text) == shown


@pytest.mark.parametrize("suffix", style.FORMATS)
@pytest.mark.parametrize("case", [*SHOWN, "Chinese", "Thai", "Arabic", "emoji"])
def test_every_text_can_be_saved_in_every_format(tmp_path, case, suffix):
    others = {"Chinese": "天气", "Thai": "ฝนตก", "Arabic": "مطر", "emoji": "🌧"}
    text = others[case] if case in others else SHOWN[case][0]
    with style.quiet_about_glyphs():
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, literal(text))
    (path,) = style.save(figure, tmp_path / "figure", (suffix,))
    assert path.stat().st_size > 500
    if suffix == "svg":
        drawn = "".join(ET.parse(path).getroot().itertext())
        assert literal(text).replace(r"\$", "$").strip()[:20] in drawn


NAMES = {
    "short": (["low", "high"], ["low", "high"]),
    "ends differ": ([f"the same beginning {x}" for x in "AB"], ["the sam…ng A", "the sam…ng B"]),
    "middles differ": (["a" * 20 + x + "b" * 20 for x in "12"], ["aaaa…1bbbbbb", "aaaa…2bbbbbb"]),
    "equal": (["same"] * 2, ["same"] * 2),
    "dollars": (["$" * 20], [r"\$" * 7 + "…" + r"\$" * 4]),
    "escaped before": ([r"\$5"], [r"\$5"]),
    "unseen letters differ": (["rain", "ra\x00in"], ["rain", r"ra\x00in"]),
    "a blank differs": (["rain", " rain"], ["rain", " rain"]),
    "last letters differ": (["a" * 299 + x for x in "bc"], ["aaaaaaa…aaab", "aaaaaaa…aaac"]),
    "underscores": (["_a", "__"], [" _a", " __"]),
}


@pytest.mark.parametrize("case", NAMES)
def test_names_that_are_cut_stay_distinct(case):
    names, shown = NAMES[case]
    assert cut_names(names, 12) == shown


@pytest.mark.parametrize("count", [28, 120, 1000])
def test_many_names_that_begin_and_end_alike_stay_distinct(count):
    names = [f"{'begin ' * 9}{i}{' end' * 9}" for i in range(count)]
    shown = cut_names(names, 14)
    assert len(set(shown)) == count
    assert max(map(len, shown)) <= 14


@pytest.mark.parametrize("count", [0, 1, 2, MOST_TICKS, MOST_TICKS + 1, 120, 10_000])
def test_ticks_have_room_and_the_rest_is_counted(count):
    places, left_out = tick_places(count)
    assert len(places) + left_out == count
    assert len(places) == len(set(places)) <= MOST_TICKS
    assert not left_out or (places[0], places[-1]) == (0, count - 1)


def test_a_legend_says_what_it_leaves_out():
    handles = [style.class_colour(i) for i in range(40)]
    shown = shown_handles(handles, 15)
    assert shown[:14] == handles[:14]
    assert shown[14].get_label() == "… and 26 more"
    assert shown_handles(handles[:15], 15) == handles[:15]


def test_what_no_font_has_is_one_line_of_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr(_fonts.fontManager, "ttflist", [])
    for cached in (_fonts._fallbacks, _fonts._tell):
        cached.cache_clear()
    with job(tmp_path / "log"):
        for name in ("one", "two"):
            figure = Figure(figsize=(2, 1))
            figure.text(0.1, 0.5, "\U000103a0 rain \u5929")
            style.save(figure, tmp_path / name, ("png", "svg"))
    _fonts._fallbacks.cache_clear()
    (line,) = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert "WARNING no installed font has a shape for 天, 𐎠 (CJK, Old Persian)" in line
    assert not logging.getLogger("rnn_geometry").handlers


def test_a_figure_in_latin_letters_knows_one_font(tmp_path):
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, "é τ ≥ …")
    style.save(figure, tmp_path / "figure", ("svg",))
    assert all(text.get_fontfamily() == ["sans-serif"] for text in figure.texts)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return load_network(write_network(tmp_path_factory.mktemp("network"), fake_network()))


HOSTILE = ["天气 $x^2$ ", "_hidden\x00", "\ud800half\u202e"]


def test_a_panel_with_hostile_names_is_drawn(network, tmp_path):
    names = [*HOSTILE, *["z" * 300 + str(i) for i in range(9)]][: len(network.readout)]
    named = replace(network, meta={**network.meta, "class_names": names})
    words = ["$" + word + "$\x07" for word in named.words]
    figure = plot_network(replace(named, words=words))
    (path,) = style.save(figure, tmp_path / "panel", ("svg",))
    ET.parse(path)
    labels = [handle.get_label() for handle in manifold.class_handles(named)]
    assert len(set(labels)) == len(np.unique(named.states.final_labels))
    assert not any(label.startswith("_") for label in labels)


TASKS = {"empty": np.nan, "full": 2.0}


def test_estimates_that_are_nowhere_defined_are_an_empty_panel():
    rows = [
        {"task": task, "model": "gru", "points": points, **dict.fromkeys(ESTIMATORS, value)}
        for task, value in TASKS.items()
        for points in POINT_SETS
    ]
    tasks = pd.DataFrame({"task": list(TASKS), "dimension_expected": [2, 2]})
    figure = dimension_by_estimator(pd.DataFrame(rows), tasks)
    points = [
        [y for line in axes.lines if line.get_marker() == "o" for y in line.get_xdata()]
        for axes in figure.axes
    ]
    assert np.isnan(points[0]).all()
    assert points[1] == [2.0] * len(ESTIMATORS)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 1 + len(POINT_SETS)
    assert (
        dimension_by_estimator(pd.DataFrame(rows[:3]), tasks).axes[0].get_title(loc="left")
        == "empty\n(d = 2)"
    )
