"""The headline: five unordered classes fill a simplex, five ordered ones a plane."""

from dataclasses import replace

import numpy as np
import pytest
from fake_run import fake_network
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from rnn_geometry.plotting import style
from rnn_geometry.plotting.headline import components_needed, headline


@pytest.fixture(scope="module")
def pair():
    return [fake_network(kind, 5) for kind in ("categorical", "ordered")]


@pytest.fixture(scope="module")
def figure(pair):
    return headline(*pair)


def test_it_says_what_it_shows(figure):
    texts = [text.get_text() for text in figure.texts]
    assert texts == ["Five unordered classes: a simplex", "Five ordered classes: a plane"]
    names = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert names == [
        *[f"class_{i}" for i in range(5)],
        "awful",
        "bad",
        "okay",
        "good",
        "awesome",
        "slow points",
        "readouts",
    ]
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert titles == [
        "Four components hold 95 % of the variance",
        "Two components hold 95 % of the variance",
    ]
    assert figure.get_figwidth() == style.TWO_COLUMNS


def test_the_simplex_has_five_corners_and_ten_edges_and_the_plane_its_components(figure):
    solid, plane = figure.axes[:2]
    edges = [line.get_xydata() for line in solid.lines if line.get_label() == "edge"]
    assert len(edges) == 10
    assert len({tuple(np.round(end, 9)) for edge in edges for end in edge}) == 5
    assert (plane.get_xlabel(), plane.get_ylabel()) == ("component 1", "component 2")
    for axes in (solid, plane):
        final = next(dots for dots in axes.collections if dots.get_label() == "final states")
        colours = {to_hex(colour).upper() for colour in final.get_facecolors()}
        assert colours == set(style.PALETTE[:5])


def test_bars_are_the_cumulative_variance_and_those_needed_are_dark(figure, pair):
    for axes, network, needed in zip(figure.axes[2:], pair, (4, 2), strict=True):
        values = np.linalg.svd(network.points - network.points.mean(axis=0), compute_uv=False) ** 2
        heights = [bar.get_height() for bar in axes.patches]
        np.testing.assert_allclose(heights, np.cumsum(values)[:8] / values.sum(), atol=1e-6)
        dark = [to_hex(bar.get_facecolor()).upper() == style.PALETTE[0] for bar in axes.patches]
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
    assert len(boxes) == 5 + 2 + 2 + 3
    for i, box in enumerate(boxes):
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= 0
        assert not any(box.overlaps(other) for other in boxes[:i])
