"""Pairs of components: each shows what it says, at one scale, and nothing covers the names."""

import numpy as np
import pytest
from fake_run import fake_network
from matplotlib.colors import to_rgb

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.network import coloured_of, marks_of, plot_narrow, plot_network
from rnn_geometry.plotting.network_pieces import PIECES


@pytest.fixture(scope="module")
def network():
    return fake_network("categorical", 5)


@pytest.fixture(scope="module")
def panel(network):
    figure = plot_network(network)
    style.styled_for_screen(figure.draw_without_rendering)()
    return figure


def scattered(axes, label):
    return next(one for one in axes.collections if one.get_label() == label)


@style.styled_for_screen
def extent(artist):
    """Return two corners of what is drawn in the panel's letters."""
    return artist.get_window_extent().get_points()


def names_in(axes):
    return [text for text in axes.texts if text.get_weight() == "bold"]


def test_views_are_components_1_2_and_3_4_at_one_scale(network, panel):
    above = panel.axes[:2]
    shown = manifold.thinned(network.project(network.points, 4))
    for axes, (i, j) in zip(above, [(0, 1), (2, 3)], strict=True):
        assert (axes.get_xlabel(), axes.get_ylabel()) == (
            f"component {i + 1}",
            f"component {j + 1}",
        )
        np.testing.assert_allclose(scattered(axes, "slow points").get_offsets(), shown[:, [i, j]])
    limits = {(*axes.get_xlim(), *axes.get_ylim()) for axes in panel.axes[:4]}
    assert len(limits) == 1


def test_colours_are_final_states_by_class_as_in_a_plane(network, panel):
    codes = manifold.thinned(style.class_codes(network.states.final_labels))
    for axes in panel.axes[:2]:
        drawn = scattered(axes, "final states").get_facecolors()[:, :3]
        expected = [to_rgb(network.colour(code)) for code in codes]
        np.testing.assert_allclose(drawn, expected, atol=1e-6)
        slow = scattered(axes, "slow points")
        np.testing.assert_allclose(slow.get_facecolors()[:, :3], [to_rgb(style.INK)], atol=1e-6)
        assert slow.get_zorder() > scattered(axes, "final states").get_zorder()
    assert coloured_of(network) == "final states (dots), by class:"


def test_fixed_points_have_views_of_their_own(network, panel):
    known = manifold.fixed_points_by_stability(network)
    assert known
    above, below = panel.axes[:2], panel.axes[2:4]
    for axes in above:
        assert not set(known) & {one.get_label() for one in axes.collections}
        assert len([line for line in axes.lines if line.get_label() == "edge"]) == 10
    for axes in below:
        drawn = {one.get_label(): len(one.get_offsets()) for one in axes.collections}
        assert {name: drawn[name] for name in known} == {n: len(p) for n, p in known.items()}


def test_names_lie_beyond_the_points_and_within_the_view(network, panel):
    named = set()
    for axes in panel.axes[:2]:
        points = axes.transData.transform(scattered(axes, "slow points").get_offsets())
        for text in names_in(axes):
            named.add(text.get_text())
            (left, low), (right, high) = extent(text)
            frame = axes.get_window_extent()
            assert frame.x0 < left < right < frame.x1
            assert frame.y0 < low < high < frame.y1
            below = (points > (left, low)).all(axis=1) & (points < (right, high)).all(axis=1)
            assert below.mean() < 0.05
    assert len(named) >= 3


def test_the_legend_stays_in_its_column(network, panel):
    right = PIECES[0].right * panel.bbox.width
    assert all(extent(legend)[1, 0] <= right for legend in panel.legends)
    told = [str(handle.get_label()) for handle in marks_of(network)]
    assert "edges of the simplex" in told
    assert "trajectories" not in told


def test_a_telephone_has_the_views_below_each_other(network):
    figure = plot_narrow(network)
    tops = [axes.get_position().y1 for axes in figure.axes]
    assert len(tops) == 3
    assert tops == sorted(tops, reverse=True)
    assert figure.axes[2].get_title(loc="left") == "Exact fixed points"
