"""The panel of a network cut into figures: each whole, none empty, nothing cut through."""

from io import BytesIO, StringIO

import numpy as np
import pandas as pd
import pytest
from fake_run import fake_network
from PIL import Image

from rnn_geometry.plotting.network import draw_panel, plot_network
from rnn_geometry.plotting.network_pieces import (
    HEAD,
    PADDING,
    PIECES,
    _box,
    cut_panel,
    piece_data,
    trimmed,
)

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


def test_pieces_hold_all_that_is_drawn_below_the_title(panel):
    picture = np.asarray(panel).copy()
    tall, wide = picture.shape[:2]
    picture[: round((1 - HEAD) * tall)] = 255
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
