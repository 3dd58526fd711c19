"""The headline: five unordered classes fill a simplex, five ordered ones a plane."""

from dataclasses import replace

import numpy as np
import pytest
from colours import contrast_ratio
from fake_run import fake_network
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from rnn_geometry.plotting import style
from rnn_geometry.plotting.headline import headline
from rnn_geometry.plotting.spectra import components_needed

RAMP = [style.class_colour(i, 5) for i in range(5)]


@pytest.fixture(scope="module")
def pair():
    return [fake_network(kind, 5) for kind in ("categorical", "ordered")]


@pytest.fixture(scope="module")
def figure(pair):
    return headline(*pair)


def test_it_says_what_it_shows(figure):
    texts = [text.get_text() for text in figure.texts]
    assert texts == [
        "Five unordered classes (theory: a simplex)",
        "GRU, seed 10",
        "Five ordered classes (theory: a plane)",
        "GRU, seed 10",
    ]
    assert "a plane is a dot here" in [text.get_text() for text in figure.axes[4].texts]
    names = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert names == [
        *[f"class {i}" for i in range(5)],
        "awful",
        "bad",
        "okay",
        "good",
        "awesome",
        "slow points",
        "final states",
        "readouts",
    ]
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert titles == [
        "Four components hold 95 % in this network",
        "Two components hold 95 % in this network",
    ]
    assert figure.get_figwidth() == style.TWO_COLUMNS


def test_both_networks_are_seen_along_two_pairs_of_components_at_one_scale(figure, pair):
    labels = [(ax.get_xlabel(), ax.get_ylabel()) for ax in figure.axes if ax.get_ylabel()]
    pairs = [("component 1", "component 2"), ("component 3", "component 4")]
    assert [label for label in labels if label[1].startswith("component")] == pairs * 2
    views = [ax for ax in figure.axes if ax.get_xlabel() in ("component 1", "component 3")]
    for (first, second), network in zip((views[:2], views[2:]), pair, strict=True):
        assert first.get_xlim() == second.get_xlim() == second.get_ylim()
        spread = network.project(network.points, 4).std(axis=0)
        for ax, columns in ((first, slice(0, 2)), (second, slice(2, 4))):
            points = next(dots for dots in ax.collections if dots.get_label() == "slow points")
            drawn = np.std(points.get_offsets(), axis=0)
            np.testing.assert_allclose(drawn, spread[columns], rtol=0.15)


def test_readouts_and_edges_are_drawn_over_the_points(figure):
    views = [ax for ax in figure.axes if ax.get_xlabel() in ("component 1", "component 3")]
    for view in views[:3]:
        points = max(dots.get_zorder() for dots in view.collections)
        arrows = [text.get_zorder() for text in view.texts if text.arrow_patch is not None]
        edges = [line for line in view.lines if line.get_label() == "edge"]
        over = [*arrows, *(edge.get_zorder() for edge in edges)]
        assert all(height > points for height in over)
        assert all(contrast_ratio(edge.get_color(), "white") > 7 for edge in edges)


def test_the_simplex_has_five_corners_and_ten_edges_and_ordered_classes_a_ramp(figure):
    views = [ax for ax in figure.axes if ax.get_xlabel() in ("component 1", "component 3")]
    edges = [line.get_xydata() for line in views[0].lines if line.get_label() == "edge"]
    assert len(edges) == 10
    assert len({tuple(np.round(end, 9)) for edge in edges for end in edge}) == 5
    assert not [line for line in views[2].lines if line.get_label() == "edge"]
    for axes, expected in ((views[0], style.PALETTE[:5]), (views[2], RAMP)):
        final = next(dots for dots in axes.collections if dots.get_label() == "final states")
        colours = {to_hex(colour).upper() for colour in final.get_facecolors()}
        assert colours == set(expected)


def test_slow_points_are_the_strongest_ink(figure):
    for axes in figure.axes:
        kinds = {dots.get_label(): dots for dots in axes.collections}
        if "slow points" in kinds:
            slow, final = kinds["slow points"], kinds["final states"]
            assert slow.get_zorder() > final.get_zorder()
            assert slow.get_facecolors()[0][3] == 1 > final.get_facecolors()[0][3]
            assert to_hex(slow.get_facecolors()[0]) == style.INK


def test_bars_are_the_variance_of_components_its_sum_is_a_line_and_those_needed_are_dark(
    figure, pair
):
    bars = [ax for ax in figure.axes if ax.patches]
    assert bars[0].get_ylabel() == "share of\nvariance"
    for axes, network, needed in zip(bars, pair, (4, 2), strict=True):
        values = np.linalg.svd(network.points - network.points.mean(axis=0), compute_uv=False) ** 2
        heights = [bar.get_height() for bar in axes.patches]
        np.testing.assert_allclose(heights, values[:8] / values.sum(), atol=1e-6)
        (line,) = (one for one in axes.lines if one.get_label() == "cumulative variance")
        np.testing.assert_allclose(line.get_ydata(), np.cumsum(heights), atol=1e-6)
        dark = [to_hex(bar.get_facecolor()) == style.INK for bar in axes.patches]
        assert dark == [True] * needed + [False] * (8 - needed)
        assert [0.95, 0.95] in [list(line.get_ydata()) for line in axes.lines]


def test_components_needed_follow_the_variance(pair):
    ratio = [0.6, 0.34, 0.02, 0.04]
    assert components_needed(replace(pair[0], geometry={"variance_ratio": ratio})) == 3
    assert components_needed(replace(pair[0], geometry={"variance_ratio": [0.96, 0.04]})) == 1


STARS = ["one_star", "two_stars", "three_stars", "four_stars", "five_stars"]


@pytest.mark.parametrize("names", [None, STARS])
def test_nothing_is_cut_off_and_names_do_not_overlap(pair, names):
    ordered = (
        pair[1] if names is None else replace(pair[1], meta={**pair[1].meta, "class_names": names})
    )
    figure = headline(pair[0], ordered)
    figure.set_dpi(100)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height = figure.get_size_inches() * 100
    named = [
        text
        for ax in figure.axes
        if ax.axison
        for text in (ax.xaxis.label, ax.yaxis.label, ax.title)
    ] + figure.texts
    boxes = [text.get_window_extent() for text in named if text.get_text()]
    boxes += [legend.get_window_extent() for legend in figure.legends]
    assert len(boxes) == 8 + 2 + 1 + 2 + 4 + 3
    for i, box in enumerate(boxes):
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= 0
        assert not any(box.overlaps(other) for other in boxes[:i])
