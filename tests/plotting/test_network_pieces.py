"""The panel of a network cut into figures: each whole, none empty, nothing cut through."""

from io import BytesIO, StringIO

import numpy as np
import pandas as pd
import pytest
from fake_run import fake_network
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from rnn_geometry.plotting import style
from rnn_geometry.plotting.network import draw_panel, plot_narrow, plot_network
from rnn_geometry.plotting.network_pieces import (
    HEAD,
    KEY,
    PADDING,
    PIECES,
    _box,
    cut_panel,
    legend_signs,
    piece_data,
    trimmed,
    whole_picture,
)

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
    assert [one["name"] for one in signs] == legends
    assert all(one["sign"] for one in signs)
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
    states = np.concatenate([network.states.visited, network.states.final])
    seen = np.concatenate([network.project(states), *(box.get_points() for box in boxes)])
    view = np.stack([plane.get_xlim(), plane.get_ylim()], axis=1)
    assert (view[0] < seen.min(axis=0)).all()
    assert (view[1] > seen.max(axis=0)).all()
    assert (np.ptp(seen, axis=0) / np.ptp(view, axis=0)).max() > 0.85
