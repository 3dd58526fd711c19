"""Names of classes, words, tasks and models in every figure: literal, cut, distinct, counted."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from explorer_run import followed
from fake_run import fake_network, fake_runs
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import get_data_path
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.text import Text

from rnn_geometry.plotting import _fonts, manifold, natural, overview, style
from rnn_geometry.plotting.gallery import manifold_gallery
from rnn_geometry.plotting.headline import headline
from rnn_geometry.plotting.intrinsic import ESTIMATORS, POINT_SETS, dimension_by_estimator
from rnn_geometry.plotting.legends import shape_of_legend
from rnn_geometry.plotting.network import plot_network
from rnn_geometry.plotting.panels import class_handles, panels
from rnn_geometry.plotting.sweeps import sweep_figure
from rnn_geometry.plotting.task_figures import TASK_FIGURES, kinds_of
from rnn_geometry.plotting.verdicts import verdict_grid
from rnn_geometry.store.columns import table_columns

HOSTILE = [
    "cost $5 and $6", r"$\frac{1$", "_hidden", "nul\x00", "\x1b[31mred", "ra\u202ein", "two\nlines",
    "zero\u200bwidth", "half\ud800", "天气 ฝน مطر हिन्दी 🌧", "z" * 5000, "z" * 4999 + "y",
    " ", "<&>",
]  # fmt: skip
TABLED = [name for name in HOSTILE if "\ud800" not in name]  # no table holds half a character
KINDS = {"categorical": 3, "ordered": 5, "multilabel": 2}


def named(kind, classes, model, seed, names=HOSTILE, task=HOSTILE[0]):
    """Return a planted network whose names are all of somebody's making."""
    network = fake_network(kind, classes, "gru", seed)
    turned = [*names[seed:], *names[:seed]]
    words = [turned[i % len(turned)] + str(i) * (i >= len(turned)) for i in range(200)]
    return replace(
        network,
        record=replace(network.record, task=task, model=model, cell=model),
        meta={**network.meta, "class_names": turned[:classes]},
        words=words,
    )


def pair(kind, seed):
    return [named(kind, KINDS[kind], model, seed) for model in (HOSTILE[2], HOSTILE[10])]


def check(figure, tmp_path, *, suffixes=("svg",)):
    """Save a figure; no text of it is a formula or has signs that files and fonts do not know."""
    paths = style.save(figure, tmp_path / "figure", suffixes, dpi=50)
    assert all(path.stat().st_size > 500 for path in paths)
    texts = [text.get_text() for text in figure.findobj(Text) if text.get_text()]
    assert not [text for text in texts if is_math_text(text) and "mathdefault" not in text]
    assert not [text for text in texts if not text.replace("\n", "").isprintable()]
    assert max(map(len, texts)) < 200
    for path in paths:
        if path.suffix == ".svg":
            ET.parse(path)


@pytest.mark.parametrize("seed", [0, 3, 6, 9, 12])
@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_takes_every_name(kind, seed, tmp_path):
    check(plot_network(pair(kind, seed)[0]), tmp_path)


@pytest.mark.parametrize("suffix", style.FORMATS)
@pytest.mark.parametrize("kind", TASK_FIGURES)
def test_every_figure_of_a_task_takes_every_name(kind, suffix, tmp_path):
    of = {"space": "categorical", "ordered_plane": "ordered", "label_shape": "multilabel"}
    structure = of.get(kind, "categorical")
    classes = 4 if kind == "space" else KINDS[structure]
    networks = [named(structure, classes, model, 2) for model in (HOSTILE[2], HOSTILE[10])]
    if kind == "training_manifold":
        networks = [followed(network) for network in networks]
    assert kind in kinds_of(networks)
    check(TASK_FIGURES[kind](networks), tmp_path, suffixes=(suffix,))


@pytest.mark.parametrize("seed", [0, 5, 9])
def test_headline_and_gallery_take_every_name(seed, tmp_path):
    networks = [named(kind, 5, HOSTILE[seed], seed) for kind in ("categorical", "ordered")]
    check(headline(*networks), tmp_path)
    check(manifold_gallery([network for k in KINDS for network in pair(k, seed)]), tmp_path)


def hostile_runs():
    """Return rows of runs.csv of tasks and models with the names above."""
    runs = pd.DataFrame(fake_runs())
    tasks = dict(zip(runs["task"].unique(), TABLED, strict=False))
    models = dict(zip(runs["model"].unique(), TABLED[8:], strict=False))
    return runs.assign(task=runs["task"].map(tasks), model=runs["model"].map(models))


OF_RUNS = [name for name in overview.OVER_NETWORKS if name not in ("estimators", "analyses_agree")]


@pytest.mark.parametrize("name", OF_RUNS)
def test_every_overview_takes_every_name(name, tmp_path):
    check(overview.OVER_NETWORKS[name](hostile_runs()), tmp_path, suffixes=("svg", "png"))


KNOWN = ("seed", "classes", "dimension_expected", "dimension_predicted", "test_accuracy")


@pytest.mark.parametrize("name", OF_RUNS)
def test_every_overview_can_be_drawn_where_no_network_has_a_manifold(name):
    runs = pd.DataFrame(fake_runs())
    measures = [column for column in runs.select_dtypes("number") if column not in KNOWN]
    runs[measures] = np.nan
    overview.OVER_NETWORKS[name](runs).draw_without_rendering()


def test_the_map_of_analyses_takes_every_name(tmp_path):
    runs = hostile_runs()
    squares = runs[["task", "model"]].drop_duplicates().rename(columns={"model": "cell"})
    squares = squares.assign(claim="a", verdict="holds", agree=0.5)
    figure = overview.analyses_agree(squares, list(squares["task"].unique()))
    check(figure, tmp_path, suffixes=("svg", "png"))


def test_estimators_sweeps_verdicts_and_natural_tasks_take_every_name(tmp_path):
    rows = [
        {"task": task, "model": task, "points": points, **dict.fromkeys(ESTIMATORS, 2.0)}
        for task in TABLED
        for points in POINT_SETS
    ]
    tasks = pd.DataFrame({"task": TABLED, "dimension_expected": 2.0})
    check(dimension_by_estimator(pd.DataFrame(rows), tasks), tmp_path)
    sweep = pd.DataFrame(fake_runs())[: len(TABLED)]
    changes = {"over": TABLED[0], "value": TABLED, "model": TABLED[2]}
    sweep = sweep.assign(**changes, majority_accuracy=0.3)
    check(sweep_figure(sweep), tmp_path)
    entry = {"verdict": "holds", "hits": "5/5"}
    claim = {"name": "cliff", "entries": {(task, task): entry for task in TABLED}}
    cells = {task: [task] for task in TABLED}
    group = {"title": "Tasks", "tasks": TABLED, "cells": cells, "claims": [claim]}
    check(verdict_grid(group), tmp_path)
    battery = pd.DataFrame({**dict.fromkeys(table_columns("networks"), 1.0), "task": TABLED})
    for draw in natural.FIGURES.values():
        check(draw(battery.assign(cell=TABLED)), tmp_path)


# Many names


def long_names(count):
    return [
        f"one of many classes, number {i}, whose name goes on {'and on ' * 40}"
        for i in range(count)
    ]


@pytest.mark.parametrize("classes", [3, 14, 15, 28, 60, 120])
def test_ticks_of_many_classes_do_not_touch(classes, tmp_path):
    network = named("ordered", classes, "gru", 0, long_names(classes))
    figure = plot_network(network)
    style.save(figure, tmp_path / "panel", ("svg",))
    (axes,) = [ax for ax in figure.axes if ax.get_title(loc="left").startswith("Effect of one")]
    ticks = [tick.get_text() for tick in axes.get_xticklabels()]
    assert len(set(ticks)) == len(ticks) == min(classes, 12)
    assert max(map(len, ticks)) <= 14
    assert [text.get_text() for text in axes.texts] == [f"and {classes - 12} more"] * (classes > 12)
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(drawn.x0, drawn.y0, width - drawn.x1, height - drawn.y1) > 0.04 * (classes > 12)
    # A name of 6 points, turned by 35 degrees, needs 10 points along the axis.
    inches = axes.get_position().width * figure.get_figwidth()
    assert 72 * inches / len(ticks) > 10


@pytest.mark.parametrize("classes", [5, 28, 60])
def test_names_at_the_tips_of_readouts_do_not_cover_each_other(classes):
    figure = plot_network(named("ordered", classes, "gru", 0, long_names(classes)))
    (axes,) = [ax for ax in figure.axes if ax.get_title(loc="left") == "Manifold of slow points"]
    figure.draw_without_rendering()
    names = [text for text in axes.texts if text.get_weight() == "bold"]
    boxes = [name.get_window_extent() for name in names]
    assert len(names) >= 3
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize("classes", [28, 29, 60])
def test_a_legend_of_many_classes_keeps_what_is_no_class(classes):
    networks = [named("ordered", classes, model, 0, long_names(classes)) for model in "ab"]
    found = {code for network in networks for code in network.states.final_labels}
    handles = class_handles(networks)
    labels = [str(handle.get_label()) for handle in handles]
    assert len(set(labels)) == len(labels) <= 28
    assert (labels[-1] == f"… and {len(found) - 27} more") == (len(found) > 28)
    figure, _ = panels(networks, "A figure", [*handles, manifold.mark_handles(networks[0])[1]])
    (legend,) = figure.legends
    assert legend.get_texts()[-1].get_text() == "slow points"
    figure.draw_without_rendering()
    assert legend.get_window_extent().width <= figure.bbox.width


def test_a_class_has_one_name_in_all_networks_of_a_figure():
    first, second = (named("ordered", 5, model, 0, long_names(5)) for model in "ab")
    kept = first.states.final_labels < 2
    states = replace(
        first.states, final=first.states.final[kept], final_labels=first.states.final_labels[kept]
    )
    labels = [
        handle.get_label() for handle in class_handles([replace(first, states=states), second])
    ]
    assert labels == [handle.get_label() for handle in class_handles([second])]
    assert len(set(labels)) == 5


@pytest.mark.parametrize(("models", "shown"), [(4, 4), (24, 24), (40, 24), (200, 24)])
def test_a_legend_of_many_models_is_counted_and_within_the_figure(models, shown):
    names = [f"a model of mine with long name, {i}" for i in range(models)]
    rows = fake_runs(models=names, seeds=(10,))
    figure = overview.OVER_NETWORKS["predicted_dimension"](pd.DataFrame(rows))
    figure.draw_without_rendering()
    (legend,) = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert len(set(labels)) == shown + 1
    assert labels[-1] == "as predicted from word counts"
    assert (f"… and {models - 23} more" in labels) == (models > 24)
    assert legend.get_window_extent().width <= figure.bbox.width


@pytest.mark.parametrize("tasks", [3, 20, 60, 400])
def test_names_of_many_tasks_do_not_touch(tasks):
    many = {f"a task of words with a long name {i}": (3, 2, 120.0) for i in range(tasks)}
    rows = fake_runs(tasks=many, models=("gru",), seeds=(10,))
    figure = overview.OVER_NETWORKS["readout_angles"](pd.DataFrame(rows))
    figure.draw_without_rendering()
    ticks = [tick for tick in figure.axes[0].get_xticklabels() if tick.get_text()]
    assert len({tick.get_text() for tick in ticks}) == len(ticks)
    missing = tasks - len(ticks)
    assert figure.axes[0].get_xlabel() == (f"and {missing} more tasks" if missing else "")
    if ticks[0].get_rotation() == 90:
        boxes = [tick.get_window_extent() for tick in ticks]
        assert all(a.x1 < b.x0 + 2 for a, b in pairwise(boxes))


@pytest.mark.parametrize(
    ("inches", "width", "shape"),
    [([], 5, (1, 0)), ([1] * 4, 5, (4, 1)), ([1] * 9, 5, (3, 3)), ([9] * 3, 5, (1, 3))],
)
def test_a_legend_is_as_wide_as_its_place(inches, width, shape):
    assert shape_of_legend(inches, width) == shape


def test_a_picture_of_hundreds_of_panels_is_saved(tmp_path):
    figure = Figure(figsize=(700, 1))  # 105,000 pixels: matplotlib draws 65,535
    (path,) = style.save(figure, tmp_path / "wide", ("png",), dpi=150)
    from PIL import Image

    with Image.open(path) as image:
        assert image.width == style.MOST_PIXELS


# Fonts


def font_with(character, path, *, blank=False):
    """Write a font whose one letter is a square, or a blank as in fonts of coloured emoji."""
    pen = TTGlyphPen(None)
    if not blank:
        pen.moveTo((0, 0))
        for corner in ((0, 800), (800, 800), (800, 0)):
            pen.lineTo(corner)
        pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "letter"])
    builder.setupCharacterMap({ord(character): "letter"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "letter": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "letter": (1000, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return a function that installs a font, beside matplotlib's own, for the time of a test.

    What else the machine has is left out: another first font lacks other signs ("₀" in one),
    and takes a second font for them.
    """
    own = [font for font in _fonts.fontManager.ttflist if get_data_path() in font.fname]
    monkeypatch.setattr(_fonts.fontManager, "ttflist", own)

    def install(character, name, **look):
        path = tmp_path / f"{name}.ttf"
        font_with(character, path, **look)
        _fonts.fontManager.addfont(path)

    kept = (_fonts._fallbacks, _fonts._known, _fonts._tell, _fonts.fontManager._findfont_cached)
    for cached in kept:
        cached.cache_clear()
    yield install
    for cached in kept:
        cached.cache_clear()


SIGNS = {"Chinese": "天", "Japanese": "ひ", "Thai": "ฝ", "Devanagari": "ह", "emoji": "🌧"}


@pytest.mark.parametrize("script", SIGNS)
def test_an_installed_font_is_used_for_what_the_first_lacks(script, installed, tmp_path, caplog):
    installed(SIGNS[script], f"Noto Sans {script} Test")
    names = [f"{SIGNS[script]} {i}" for i in range(3)]
    figure = plot_network(named("categorical", 3, "gru", 0, names, task="plain"))
    (path,) = style.save(figure, tmp_path / "panel", ("svg",))
    needing = [t for t in figure.findobj(Text) if SIGNS[script] in t.get_text()]
    assert len(needing) >= 9  # the legend, the tips of readouts, ticks
    assert {tuple(text.get_fontfamily()) for text in needing} == {
        ("sans-serif", f"Noto Sans {script} Test")
    }
    plain = [t for t in figure.findobj(Text) if t.get_text().isascii()]
    assert {tuple(text.get_fontfamily()) for text in plain} == {("sans-serif",)}
    assert path.read_text(encoding="utf-8").count(SIGNS[script]) >= 9
    assert not [record for record in caplog.records if record.name == "rnn_geometry"]


def test_a_letter_of_a_found_font_is_drawn_as_that_font_has_it(installed, tmp_path):
    installed("天", "Noto Sans Square Test")
    figure = Figure(figsize=(1, 1))
    figure.text(0.1, 0.1, "天", fontsize=40)
    (path,) = style.save(figure, tmp_path / "square", ("png",), dpi=100)
    from PIL import Image

    with Image.open(path) as image:
        dark = np.asarray(image.convert("L")) < 128
    high, wide = dark.any(axis=1).sum(), dark.any(axis=0).sum()
    assert dark.sum() == high * wide > 1500  # full, where a missing letter is an outline


def test_a_font_with_blanks_for_emoji_is_passed_over(installed, tmp_path, caplog):
    installed("🌧", "Blank Emoji Test", blank=True)
    figure = Figure(figsize=(1, 1))
    figure.text(0.1, 0.1, "🌧")
    style.save(figure, tmp_path / "figure", ("png",))
    assert figure.texts[0].get_fontfamily() == ["sans-serif"]
    assert "no installed font has a shape for 🌧" in caplog.text
