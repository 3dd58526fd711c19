"""The panel of a network cut into figures: each whole, none empty, nothing cut through."""

from dataclasses import replace
from io import BytesIO, StringIO

import numpy as np
import pandas as pd
import pytest
from fake_run import fake_network
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from rnn_geometry.plotting import manifold, style
from rnn_geometry.plotting.network import draw_panel, plot_narrow, plot_network
from rnn_geometry.plotting.network_pieces import (
    HEAD,
    KEY,
    PADDING,
    PIECES,
    _box,
    caption_of,
    cut_panel,
    legend_signs,
    piece_data,
    trimmed,
    whole_picture,
)
from rnn_geometry.plotting.panels import bulk

TELEPHONE = 390 - 2 * 15  # pixels, less the margins of the page
KINDS = {"categorical": 5, "ordered": 5, "multilabel": 2}


@pytest.fixture(scope="module", params=KINDS)
def panel(request):
    return draw_panel(plot_network(fake_network(request.param, KINDS[request.param])))


def test_every_figure_is_there_and_names_itself(panel):
    pieces = cut_panel(panel)
    assert list(pieces) == [piece.name for piece in PIECES]
    for data, width in pieces.values():
        with Image.open(BytesIO(data)) as picture:
            assert picture.width == pytest.approx(1.5 * width, abs=1)
            assert 150 < width < 700


def test_no_cut_goes_through_a_drawing(panel):
    pixels = np.asarray(panel)
    for piece in PIECES:
        left, upper, right, lower = _box(piece, panel.size)
        part = pixels[upper:lower, left:right]
        for side in (part[0], part[-1], part[:, 0], part[:, -1]):
            assert (side == 255).all(), piece.name


def test_pieces_hold_all_that_is_drawn_below_the_title_but_the_legends(panel):
    picture = np.asarray(panel).copy()
    tall, wide = picture.shape[:2]
    picture[: round((1 - HEAD) * tall)] = 255
    picture[: round((1 - KEY) * tall), : round(PIECES[0].right * wide)] = 255  # a page writes these
    for piece in PIECES:
        left, upper, right, lower = _box(piece, (wide, tall))
        picture[upper:lower, left:right] = 255
    assert (picture == 255).all()


def test_white_around_a_picture_goes_but_for_an_edge():
    pixels = np.full((60, 80, 3), 255, dtype=np.uint8)
    assert trimmed(Image.fromarray(pixels)) is None
    pixels[20:30, 40:60] = 0
    assert trimmed(Image.fromarray(pixels)).size == (20 + 2 * PADDING, 10 + 2 * PADDING)


def test_the_data_of_a_figure_are_what_it_shows():
    network = fake_network("categorical", 5)
    tables = piece_data(plot_network(network), network)
    read = {name: pd.read_csv(StringIO(text)) for name, text in tables.items()}
    assert set(read) == {piece.name for piece in PIECES}
    cliff = read["cliff"].query("series == 'first k components'")
    known = [np.nan if v is None else v for v in network.value("accuracy_by_components")]
    assert cliff["accuracy"].tolist() == pytest.approx(known[: len(cliff)], nan_ok=True, rel=1e-5)
    assert set(read["training"]["y_axis"]) == {"loss", "accuracy"}
    values = network.linearization.eigenvalues
    drawn = read["eigenvalues"].query("series == 'slow points'")
    assert len(drawn) == values.size  # once, though some are enlarged beside
    assert "slow points" in set(read["manifold"]["series"])
    effects = read["word_effects"].pivot(
        index="word", columns="class", values="mean change of the logit"
    )
    ids = network.linearization.word_ids
    whole = pd.DataFrame(
        network.linearization.word_effects,
        index=[network.words[i] for i in ids],
        columns=network.class_names,
    )
    assert effects.to_numpy() == pytest.approx(
        whole.loc[effects.index, effects.columns].to_numpy(), rel=1e-5
    )


@pytest.mark.parametrize("family", KINDS)
def test_a_telephone_shows_the_manifold_whole_and_its_letters_unshrunk(family):
    figure = plot_narrow(fake_network(family, KINDS[family]))
    picture = draw_panel(figure)
    data, width = whole_picture(picture)
    assert width <= TELEPHONE
    with Image.open(BytesIO(data)) as saved:
        pixels = np.asarray(saved.convert("RGB"))
    for side in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (side == 255).all()  # nothing is cut, and paper is white
    letters = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert min(text.get_fontsize() * figure.dpi / 72 for text in letters) >= 11


def test_a_page_writes_the_legend_of_the_panel():
    network = fake_network("categorical", 5)
    signs = legend_signs(network)
    legends = [text.get_text() for key in plot_network(network).legends for text in key.get_texts()]
    assert [one["name"] for one in signs if one["sign"]] == legends
    (heading,) = (one for one in signs if not one["sign"])
    assert heading["name"] == "final states (dots), by class:"
    assert signs[signs.index(heading) + 1]["name"] == network.class_names[0]
    of = {one["name"]: one for one in signs}
    known = zip(network.class_names, network.colours(np.arange(5)), strict=True)
    for name, colour in known:
        assert to_rgb(of[name]["colour"]) == pytest.approx(tuple(colour), abs=0.01)


@pytest.mark.parametrize("draw", [plot_network, plot_narrow])
@pytest.mark.parametrize("family", ["ordered", "multilabel"])
def test_the_view_of_the_plane_is_filled_and_holds_all_names(family, draw):
    network = fake_network(family, KINDS[family])
    figure = draw(network)
    plane = figure.axes[0]
    figure.canvas.draw()
    names = [text for text in plane.texts if text.get_weight() == "bold"]
    with style.own_settings(style.SCREEN):  # letters are as wide there as they were drawn
        boxes = [text.get_window_extent().transformed(plane.transData.inverted()) for text in names]
    tips = np.concatenate(manifold.tips_of_readouts(plane))
    slow = bulk(network.project(network.points))
    seen = np.concatenate([slow, tips, *(box.get_points() for box in boxes)])
    view = np.stack([plane.get_xlim(), plane.get_ylim()], axis=1)
    assert (view[0] < seen.min(axis=0)).all()
    assert (view[1] > seen.max(axis=0)).all()
    assert (np.ptp(seen, axis=0) / np.ptp(view, axis=0)).min() > 0.85


def test_states_far_from_the_slow_points_do_not_shrink_these_and_are_counted():
    network = fake_network("ordered", 5)
    near = plot_network(network).axes[0].get_xlim()
    final = network.states.final.copy()
    final[:2] += 40 * network.components[0]
    far = replace(network, states=replace(network.states, final=final))
    plane = plot_network(far).axes[0]
    assert plane.get_xlim() == pytest.approx(near, rel=0.05)
    states = network.project(np.concatenate([network.states.visited, final]))
    view = np.stack([plane.get_xlim(), plane.get_ylim()], axis=1)
    outside = int(((states < view[0]) | (states > view[1])).any(axis=1).sum())
    (note,) = (text.get_text() for text in plane.texts if "outside" in text.get_text())
    assert f"{outside} states outside the view" in note
    assert outside >= 2


@pytest.mark.parametrize(("family", "kind"), [("ordered", "class"), ("multilabel", "label")])
def test_slow_points_lie_over_final_states_whose_colours_are_told(family, kind):
    network = fake_network(family, KINDS[family])
    figure = plot_network(network)
    dots = {dots.get_label(): dots for dots in figure.axes[0].collections}
    final, slow = dots["final"], dots["slow points"]
    assert slow.get_zorder() > final.get_zorder()
    assert slow.get_sizes()[0] >= final.get_sizes()[0]
    assert slow.get_alpha() > final.get_alpha()
    told = f"final states (dots) and sentences word by word (lines), by {kind}:"
    assert told in [key.get_title().get_text() for key in figure.legends]
    assert told in [one["name"] for one in legend_signs(network)]
    assert "final states" in caption_of(PIECES[0], 2)
    assert "explorer" in caption_of(PIECES[0], 2)


def test_letters_of_figures_shrink_alike_since_these_are_of_one_width(panel):
    widths = {width for name, (_, width) in cut_panel(panel).items() if name != "manifold"}
    assert len(widths) == 1


def test_no_word_effect_has_the_colour_at_the_end_of_the_ramp():
    network = fake_network("categorical", 3)
    figure = plot_network(network)
    (image,) = (image for ax in figure.axes for image in ax.images)
    assert np.abs(image.get_array()).max() < 0.8 * image.get_clim()[1]
